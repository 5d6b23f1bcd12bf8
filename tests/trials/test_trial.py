"""What a trial says: statistics against closed forms and made-up patients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import ranklsys as rk
from ranklsys.model import endpoint_table
from ranklsys.plugins import library
from ranklsys.trials import report, survival
from ranklsys.trials.comparison import interval_of_mean
from ranklsys.trials.strata import strata
from ranklsys.trials.survival import share_interval

pytest.importorskip("lifelines", reason="lifelines is an extra")


@pytest.fixture(scope="module")
def trial() -> rk.Trial:
    model = rk.compose("human", "patient-breast", "zoledronic-acid")
    arms = {"no treatment": "", "zoledronic acid": "zoledronic-acid 4 mg iv q4w"}
    return rk.cohort(model, 40, seed=7).simulate("1 y", arms=arms, processes=1)


def test_the_summary_counts_everybody(trial: rk.Trial) -> None:
    summary = trial.summary()
    assert list(summary.counts["patients"]) == [40, 40]
    assert summary.changes.loc[("CTX", "zoledronic acid"), "median"].max() < -40
    row = summary.comparisons.loc[("zoledronic acid", "skeletal event")]
    difference = summary.counts["first skeletal event"]
    assert row["risk reduction"] == pytest.approx(difference.iloc[0] - difference.iloc[1])
    assert row["risk reduction low"] <= row["risk reduction"] <= row["risk reduction high"]


def test_incidence_by_kind_adds_up_to_all(trial: rk.Trial) -> None:
    arm = trial.arms[0]
    kinds = ("fracture", "cord_compression", "bone_surgery", "bone_radiotherapy")
    bare = trial.incidence(arm, kinds[0], interval=False)
    assert bare["share"].equals(trial.incidence(arm, kinds[0])["share"])
    assert bare["low"].isna().all()
    total = sum(trial.incidence(arm, kind)["share"].iloc[-1] for kind in kinds)
    assert total == pytest.approx(trial.incidence(arm)["share"].iloc[-1], abs=1e-9)
    rows = trial.first_events(arm)
    assert total == pytest.approx(rows["kind"].isin(kinds).mean(), abs=1e-9)  # follow-up is complete


def test_the_pictures_are_drawn(trial: rk.Trial, tmp_path: Path) -> None:
    from ranklsys.trials import plot as trial_plot

    assert trial_plot.draw(trial, tmp_path / "trial.png").stat().st_size > 20_000


@pytest.fixture
def five(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A table of endpoints with a fifth kind of skeletal event, which follows two hazards of the core."""
    table = (library.folder() / "endpoints.toml").read_text(encoding="utf-8")
    more = """
[[events]]
id = "collapse"
title = "vertebral collapse"
kind = "skeletal"
hazards = ["fracture_hazard", "cord_compression_hazard"]
frail = true
"""
    (tmp_path / "endpoints.toml").write_text(table + more, encoding="utf-8")
    monkeypatch.setattr(endpoint_table, "library", SimpleNamespace(folder=lambda: tmp_path))
    endpoint_table.core_endpoints.cache_clear()
    yield
    endpoint_table.core_endpoints.cache_clear()


@pytest.mark.usefixtures("five")
def test_a_fifth_kind_of_event_is_a_row_of_the_table(tmp_path: Path) -> None:
    model = rk.compose("human", "patient-breast")
    trial = rk.cohort(model, 40, seed=7).simulate("1 y", store=tmp_path / "runs", processes=1)
    assert trial.summary().counts["vertebral collapse"].iloc[0] > 0
    assert trial.first_events("untreated")["kind"].eq("collapse").any()
    from ranklsys.trials import plot as trial_plot

    assert "vertebral collapse" in trial_plot.draw(trial, tmp_path / "trial.svg").read_text(encoding="utf-8")


def test_a_store_of_other_endpoints_can_be_opened_but_not_gone_on_with(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    cohort = rk.cohort(rk.compose("human", "patient-breast"), 4, seed=7)
    four = cohort.simulate("1 y", store=tmp_path / "runs", processes=1).summary()
    request.getfixturevalue("five")
    pd.testing.assert_frame_equal(rk.Trial.open(tmp_path / "runs").summary().counts, four.counts)
    with pytest.raises(rk.RanklsysError, match=r"another cohort: endpoints\.events is"):
        cohort.simulate("1 y", store=tmp_path / "runs", processes=1)


def test_one_event_must_be_fatal(tmp_path: Path) -> None:
    table = (library.folder() / "endpoints.toml").read_text(encoding="utf-8")
    (tmp_path / "endpoints.toml").write_text(table.replace('"fatal"', '"other"'), encoding="utf-8")
    with pytest.raises(rk.RanklsysError, match=r"endpoints\.toml: 0 events are fatal"):
        endpoint_table.read_endpoints(tmp_path)


def test_all_that_the_table_of_endpoints_names_is_in_the_core() -> None:
    table, known = endpoint_table.core_endpoints(), rk.compose("human").facts.elements
    names = (table.frailty, table.tumour, *table.seeds, *table.hazards, *table.seen)
    assert set(names) | {*table.shown_with_tumour, *table.shown_in_people, *table.shown_without_tumour} <= set(known)


def test_a_hazard_ratio_is_found() -> None:
    """Exponential times at half the rate: 0.5, within its own interval, with 2,000 pairs."""
    random = np.random.default_rng(3)
    times = np.concatenate([random.exponential(1.0, 2000), random.exponential(2.0, 2000)])
    treated = np.repeat([False, True], 2000)
    series = [pd.Series(each) for each in (times, np.full(4000, True), treated, np.tile(np.arange(2000), 2))]
    ratio = survival.hazard_ratio(*series)
    assert ratio.low < 0.5 < ratio.high
    assert ratio.high - ratio.low < 0.08


def test_no_events_give_no_hazard_ratio() -> None:
    series = [pd.Series([1.0, 2.0]), pd.Series([False, True]), pd.Series([False, True]), pd.Series([0, 1])]
    assert np.isnan(survival.hazard_ratio(*series).value)


def test_the_interval_of_a_share_is_wilsons() -> None:
    """10 of 100: 0.0552 to 0.1744 (Newcombe 1998, doi:10.1002/(SICI)1097-0258)."""
    assert share_interval(10, 100) == pytest.approx((0.0552, 0.1744), abs=5e-4)
    assert share_interval(0, 20)[0] == 0.0


def test_the_interval_of_a_mean_is_that_of_its_standard_error() -> None:
    values = np.repeat([0.0, 1.0], 500)
    low, high = interval_of_mean(values)
    assert (low, high) == pytest.approx((0.5 - 1.96 * 0.0158, 0.5 + 1.96 * 0.0158), abs=0.003)


def test_a_number_that_decides_the_event_has_a_concordance_of_one() -> None:
    number = pd.Series(np.linspace(1, 2, 50))
    everybody = pd.Series(np.full(50, True))
    assert survival.concordance(1 / number, everybody, number)[0] == 1.0
    assert survival.concordance(number, everybody, number)[0] == 0.0


def test_one_event_at_the_end_says_nothing_of_who_is_at_risk() -> None:
    """Of no two patients is it known who came first; a resampled cohort may be so too."""
    times, happened = pd.Series([1.0, 1.0, 2.0]), pd.Series([False, False, True])
    assert np.isnan(survival.concordance(times, happened, pd.Series([1.0, 2.0, 3.0]))).all()


def test_strata_find_what_drives_growth_and_not_what_does_nothing() -> None:
    """Metastases found in bone, with only growth and body weight differing between patients."""
    model = rk.compose("human", "patient-breast").set(seed_bone=2e-4)
    trial = rk.cohort(model, 60, seed=7, vary=["tumour_growth", "body_weight"]).simulate("3 y", processes=1)
    growth, weight = (strata(trial, name) for name in ("tumour_growth", "body_weight"))
    assert growth.concordance[1] > 0.9
    assert weight.concordance[1] < 0.5 < weight.concordance[2]
    assert list(growth.table["patients"]) == [20, 20, 20]
    assert growth.table["median"].is_monotonic_decreasing


def test_an_undrawn_number_cannot_stratify(trial: rk.Trial) -> None:
    with pytest.raises(rk.RanklsysError, match="did you mean 'tumour_RANK'"):
        strata(trial, "tumor_RANK")


def test_what_a_solver_leaves_of_no_change_is_shown_as_none() -> None:
    """Healthy women of before menopause change by 1e-14 % in ten years; a millionth of a percent is a change."""
    assert [report._percent(each) for each in (-1.11e-14, 0.0, 1.5e-6, -68.27)] == ["0", "0", "1.5e-06", "-68.3"]
