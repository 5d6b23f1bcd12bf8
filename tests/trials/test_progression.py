"""Progression: what visits see of courses made by hand, and what a trial says of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ranklsys as rk
from ranklsys.model.endpoint_table import Imaging, core_endpoints
from ranklsys.trials import progression
from tests.conftest import Say

pytest.importorskip("lifelines", reason="lifelines is an extra")

WEEK = 7.0
NOTHING_NEW = float("nan")


def seen(
    volumes: list[float], *, interval: float = 8 * WEEK, detected: float = 0.0, found: float = NOTHING_NEW
) -> float:
    """Return when progression is seen in a woman whose tumour in bone has these volumes, four weeks apart."""
    times = 4 * WEEK * np.arange(len(volumes))
    courses = {"tumour": np.array([volumes]), "tumour_soft_tissue": np.zeros((1, len(volumes)))}
    looked = progression.visits(interval, times[-1])
    return float(progression.seen(times, courses, looked, np.array([detected]), np.array([found]))[0])


@pytest.fixture(scope="module")
def trial() -> rk.Trial:
    model = rk.compose("human", "patient-breast", "docetaxel")
    arms = {"no treatment": "", "docetaxel": "docetaxel 75 mg/m^2 iv q3w x 6"}
    pytest.importorskip("llvmlite", reason="llvmlite is an extra")
    return rk.cohort(model, 20, seed=7, engine="lanes").simulate("1 y", arms=arms, processes=1)


def test_growth_by_less_than_a_fifth_in_diameter_is_none_and_by_more_is_progression() -> None:
    """Lowest at week 8; 1.72 times that at week 16, and 1.74 from week 20 on, which the visit of week 24 sees."""
    assert np.isnan(seen([1.0, 0.9, 0.5, 0.6, 0.5 * 1.72, 0.5 * 1.72, 0.5 * 1.72]))
    assert seen([1.0, 0.9, 0.5, 0.6, 0.5 * 1.72, 0.5 * 1.74, 0.5 * 1.74, 9.0, 9.0]) == 24 * WEEK


def test_tumour_counts_wherever_it_is() -> None:
    times, half = 56.0 * np.arange(3), np.array([[0.5, 0.5, 0.5]])
    soft = np.array([[0.5, 0.5 + 0.7, 0.5 + 0.75]])
    courses = {"tumour": half, "tumour_soft_tissue": soft}
    assert progression.seen(times, courses, times, np.zeros(1), np.full(1, np.nan)) == [112.0]


def test_what_is_lowest_between_visits_nobody_sees() -> None:
    assert np.isnan(seen([1.0, 0.5, 1.0, 1.0, 1.0]))
    assert seen([1.0, 0.5, 1.0, 1.0, 1.0], interval=4 * WEEK) == 8 * WEEK


def test_growth_is_held_against_the_lowest_so_far_and_not_against_a_later_one() -> None:
    assert seen([1.0, 1.0, 2.0, 0.1, 0.1]) == 8 * WEEK


def test_a_tumour_that_imaging_cannot_find_does_not_grow() -> None:
    """A hundredth of what is found, and then ten times that; when it is 1.73 times what is found, it has grown."""
    assert np.isnan(seen([0.01, 0.1, 0.1, 0.5, 1.5], detected=1.0))
    assert seen([0.01, 0.1, 0.1, 0.5, 1.8], detected=1.0) == 16 * WEEK


def test_a_first_metastasis_in_bone_is_progression_unless_it_is_there_at_the_start() -> None:
    steady = [1.0] * 7
    assert seen(steady, found=9 * WEEK) == 16 * WEEK
    assert np.isnan(seen(steady, found=0.0))


@given(st.lists(st.floats(0.1, 10.0), min_size=13, max_size=13), st.sampled_from([2, 3, 4, 6]), st.floats(0.0, 2.0))
def test_a_denser_schedule_sees_it_no_later(volumes: list[float], times: int, detected: float) -> None:
    """Whose visits hold those of the other: every 4 weeks against 8, 12, 16 or 24."""
    dense, sparse = (seen(volumes, interval=4 * WEEK * each, detected=detected) for each in (1, times))
    assert np.isnan(sparse) or dense <= sparse


@given(st.lists(st.floats(0.0, 0.3), min_size=26, max_size=26), st.integers(1, 40))
def test_a_tumour_that_only_grows_is_seen_within_an_interval(steps: list[float], interval: int) -> None:
    volumes, until = np.exp(np.cumsum([0.0, *steps])), 26 * 28.0
    found = seen(volumes.tolist(), interval=float(interval))
    fine = np.linspace(0, until, 40 * 728 + 1)
    grown = fine[np.interp(fine, 28.0 * np.arange(27), volumes) >= 1.2**3]
    if np.isnan(found):
        assert not len(grown) or until - grown[0] < interval
    else:
        assert grown[0] - 0.1 <= found <= grown[0] + interval


def test_visits_go_on_to_the_end() -> None:
    assert progression.visits(56.0, 168.0).tolist() == [0.0, 56.0, 112.0, 168.0]
    assert progression.visits(56.0, 167.0).tolist() == [0.0, 56.0, 112.0]
    with pytest.raises(rk.RanklsysError, match="visits every 60 d do not fit into 56 d"):
        progression.visits(60.0, 56.0)


def test_who_dies_before_the_visit_has_not_progressed() -> None:
    progressed, died = pd.Series([56.0, 56.0, np.nan, np.nan]), pd.Series([50.0, 100.0, 70.0, np.nan])
    found = progression.first_of(progressed, died, 365.0)
    assert found["time"].tolist() == [50.0, 56.0, 70.0, 365.0]
    assert found["kind"].tolist() == ["death", "progression", "death", ""]


def test_growth_that_is_none_is_refused() -> None:
    with pytest.raises(rk.RanklsysError, match="have not grown"):
        Imaging(volumes=("tumour",), diameters=1.0)


def test_what_imaging_sees_is_in_the_core_and_kept() -> None:
    volumes, model = core_endpoints().imaging.volumes, rk.compose("human")
    assert set(volumes) <= set(model.facts.states)
    protocol = rk.cohort(model, 1, seed=1).protocol("4 w", {"none": ""}, "4 w", None, rk.Solver())
    assert set(volumes) <= set(protocol.columns)


def test_a_trial_dates_progression_by_its_visits(trial: rk.Trial) -> None:
    """By hand for each woman: the volumes at the visits, and the lowest of those before."""
    found = trial.progression("8 w")
    runs = trial.runs("tumour", "tumour_soft_tissue")
    died = trial.outcomes.set_index(["patient", "arm"])["time_death"]
    for row in found.events.itertuples():
        course = runs[(runs["patient"] == row.patient) & (runs["arm"] == row.arm) & (runs["time"] % 56 == 0)]
        volume = (course["tumour"] + course["tumour_soft_tissue"]).to_numpy()
        grown = [t for t, v, before in zip(course["time"][1:], volume[1:], _lowest(volume), strict=True) if v > before]
        ends = {"progression": min(grown, default=np.inf), "death": died[row.patient, row.arm]}
        first = min(ends, key=lambda kind: ends[kind] if ends[kind] == ends[kind] else np.inf)
        assert (row.time, row.kind) == ((ends[first], first) if ends[first] < np.inf else (365.25, ""))
    assert set(found.events["kind"]) >= {"progression", ""}


def _lowest(volume: np.ndarray) -> np.ndarray:
    return 1.2**3 * np.maximum(np.minimum.accumulate(volume)[:-1], 0.002)  # what imaging finds


def test_a_trial_gives_medians_incidence_and_hazard_ratios(trial: rk.Trial) -> None:
    found = trial.progression()
    table, events = found.table, found.events
    shares = events[events["kind"] == "progression"].groupby("arm").size() / 20
    assert table["progressed"].to_dict() == pytest.approx(shares.to_dict(), abs=1e-9)  # follow-up is complete
    assert (table["progressed low"] <= table["progressed"]).all()
    assert (table["free"] <= table["to progression"]).all()
    assert table.loc["no treatment", "to progression"] < table.loc["docetaxel", "to progression"]
    ratio = found.comparisons.loc[("docetaxel", "progression")]
    assert ratio["hazard ratio high"] < 1
    assert ratio["time gained"] > 0
    dense = trial.progression("4 w").events
    assert (dense["time"] <= events["time"]).all()
    assert (dense["time"] < events["time"]).any()


def test_visits_need_not_fall_on_rows(trial: rk.Trial) -> None:
    times = trial.progression("6 w").events.query("kind == 'progression'")["time"]
    assert len(times)
    assert (times % 42.0 == 0).all()


def test_a_trial_that_did_not_keep_the_tumour_says_so() -> None:
    model = rk.compose("human", "patient-breast")
    bare = rk.cohort(model, 2, seed=7).simulate("8 w", columns=["CTX"], processes=1)
    with pytest.raises(rk.RanklsysError, match=r"there is no column 'tumour'.*Keep it"):
        bare.progression("4 w")


def test_the_command_tells_progression_where_it_is_asked_for(say: Say, tmp_path: Path) -> None:
    text = """
title = "mine"
host = "human"
parts = ["patient-breast"]
patients = 6
until = "1 y"
imaging = "8 w"
arms = ["one:", "other:"]
"""
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    asked = say("trial", "mine.toml", "--processes", "1", "--plot", "mine.svg")
    assert "progression, by imaging every 56 d (95 % interval)" in asked.out
    assert "years to progression, median" in asked.out
    assert "progression, death competing" in (tmp_path / "mine.svg").read_text(encoding="utf-8")
    (tmp_path / "other.toml").write_text(text.replace('imaging = "8 w"', ""), encoding="utf-8")
    assert "progression" not in say("trial", "other.toml", "--processes", "1").out
    assert "imaging every 84 d" in say("trial", "other.toml", "--imaging", "12w", "--processes", "1").out
