"""All skeletal events: episodes drawn from made-up hazards, windows, mean numbers and rates against closed forms."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ranklsys as rk
from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.trials import endpoints, episodes, plot, report
from ranklsys.trials.recurrence import counted, mean_number, rates
from ranklsys.trials.strata import DEATH, SKELETAL_EVENT, strata

pytest.importorskip("lifelines", reason="lifelines is an extra")

ROOT = Path(__file__).parents[2]
TIMES = np.array([0.0, 3000.0, 4000.0])
"""The hazard rises in the first part; in the rest, of many delays, what belongs to episodes comes to its end."""


def drawn(
    hazard: float, patients: int, *, variance: float = 0.0, per_episode: float = 1.0, ends: float = np.nan
) -> pd.DataFrame:
    """Return all events of patients whose fractures and radiotherapy share a cumulative hazard."""
    courses = {
        name: np.tile([0.0, share * hazard, share * hazard], (patients, 1))
        for name, share in (("fracture_hazard", 0.75), ("bone_radiotherapy_hazard", 0.25))
    }
    luck = endpoints.chance([np.random.default_rng((5, k)) for k in range(patients)], np.full(patients, variance))
    again = {k: np.random.default_rng((6, k)) for k in range(patients)}
    last, each = np.full(patients, ends), np.full(patients, per_episode)
    return pd.DataFrame(episodes.skeletal_events(TIMES, courses, luck, last, each, again)).assign(arm="")


def test_no_hazard_no_events() -> None:
    assert drawn(0.0, 50, per_episode=3.0).empty
    assert drawn(1.0, 50).shape[0] > 0


@pytest.mark.parametrize(("variance", "per_episode"), [(0.0, 1.0), (0.0, 2.1), (1.0, 1.0), (1.0, 2.1)])
def test_where_each_counts_the_mean_number_is_the_integral_of_the_hazard(variance: float, per_episode: float) -> None:
    """Times what an episode is counted as; within 4 standard errors, those of a mixed compound Poisson number."""
    hazard, patients = 2.0, 1500
    found = drawn(hazard, patients, variance=variance, per_episode=per_episode)
    assert found["patient"].is_monotonic_increasing
    more = per_episode - 1
    square = hazard * (more + per_episode**2) + variance * (hazard * per_episode) ** 2
    assert len(found) / patients == pytest.approx(per_episode * hazard, abs=4 * (square / patients) ** 0.5)
    opened = found["opens"].sum() / patients
    assert opened == pytest.approx(hazard, abs=4 * ((hazard + variance * hazard**2) / patients) ** 0.5)


def test_half_the_hazard_brings_each_episode_at_the_time_at_which_twice_as_much_would_be_halfway() -> None:
    """The same luck: the n-th episode of a kind begins where the hazard reaches the same level."""
    full, half = (drawn(hazard, 40, per_episode=2.0) for hazard in (4.0, 2.0))
    keys = ["patient", "kind"]
    openings = [each[each["opens"] == 1].assign(n=lambda rows: rows.groupby(keys).cumcount()) for each in (full, half)]
    both = openings[0].merge(openings[1], on=[*keys, "n"])
    assert len(both) == len(openings[1]) > 40
    assert both["time_y"].to_numpy() == pytest.approx(2 * both["time_x"].to_numpy())


def test_the_first_of_all_events_is_the_one_that_trials_tell_of() -> None:
    courses = {"fracture_hazard": np.tile([0.0, 1.0, 1.5], (60, 1)), "death_hazard": np.tile([0.0, 0.5, 0.5], (60, 1))}
    luck = endpoints.chance([np.random.default_rng((5, k)) for k in range(60)], np.ones(60))
    first = endpoints.event_times(TIMES, courses, luck)
    again = {k: np.random.default_rng((6, k)) for k in range(60)}
    found = episodes.skeletal_events(TIMES, courses, luck, first["death"], np.full(60, 2.0), again)
    begins = pd.Series(found["time"]).groupby(found["patient"]).min()
    told = pd.Series(first["fracture"]).dropna()
    assert begins.index.tolist() == told.index.tolist()
    assert begins.to_numpy() == pytest.approx(told.to_numpy())


def test_deaths_stop_the_count() -> None:
    """Death at half the time in which the hazard rises leaves half of the episodes, and nothing after it."""
    whole, cut = (drawn(4.0, 400, per_episode=2.0, ends=ends) for ends in (np.nan, 1500.0))
    assert cut["time"].max() <= 1500 < whole["time"].max()
    before = whole[whole["time"] <= 1500]
    assert before.reset_index(drop=True).equals(cut)


def test_delays_are_those_of_the_table() -> None:
    """Of what follows the event that opens an episode: mean delay, within 4 standard errors."""
    found = drawn(0.2, 3000, per_episode=3.0)
    one = found.groupby("patient").filter(lambda rows: rows["opens"].sum() == 1 and rows["opens"].iloc[0] == 1)
    delays = (one["time"] - one.groupby("patient")["time"].transform("min"))[one["opens"] == 0]
    mean = core_endpoints().episodes.delay
    assert delays.mean() == pytest.approx(mean, abs=4 * mean / len(delays) ** 0.5)


@given(times=st.lists(st.integers(0, 400), max_size=30), windows=st.tuples(st.integers(0, 90), st.integers(0, 90)))
def test_a_wider_window_never_counts_more_and_none_counts_all(times: list[int], windows: tuple[int, int]) -> None:
    events = pd.DataFrame({"patient": 1, "arm": "", "time": sorted(map(float, times))}, index=range(len(times)))
    narrow, wide = (events["time"][counted(events, width)] for width in sorted(windows))
    assert len(wide) <= len(narrow) <= len(times) == counted(events, 0).sum()
    assert (wide.diff().dropna() >= max(windows)).all()


def test_a_window_is_of_one_patient_in_one_arm() -> None:
    """On day 21 after the one that counted another counts; on day 20 none, and what did not count opens no window."""
    days = [("a", 1, 0.0), ("a", 1, 20.0), ("a", 1, 21.0), ("a", 2, 22.0), ("b", 1, 0.0), ("b", 1, 40.0)]
    events = pd.DataFrame(days, columns=["arm", "patient", "time"])
    assert counted(events, 21.0).tolist() == [True, False, True, True, True, True]


def test_the_mean_number_counts_everybody_at_each_time() -> None:
    """Four patients: one has events on days 10 and 30, one on day 20. Numbers 2, 1, 0, 0 in the end: deviation 0.829."""
    events = pd.DataFrame({"patient": [7, 8, 7], "time": [10.0, 20.0, 30.0]})
    curve = mean_number(events, 4, 0.0, 50.0)
    assert curve.index.tolist() == [0, 10, 20, 30, 50]
    assert curve["mean"].tolist() == [0, 0.25, 0.5, 0.75, 0.75]
    assert curve["high"].iloc[-1] - 0.75 == pytest.approx(1.96 * np.std([2, 1, 0, 0]) / 2, rel=1e-4)
    assert mean_number(events[:0], 4, 0.0, 50.0)["mean"].tolist() == [0, 0]


def test_a_rate_is_of_all_patients_years_and_its_interval_that_of_poisson() -> None:
    """1,000 women of 2 years with a Poisson number of 1 each: 0.5 a year, standard error 0.0158; half of them in B."""
    random = np.random.default_rng(1)
    numbers = pd.DataFrame({"A": random.poisson(1.0, 1000)}).assign(B=lambda rows: random.binomial(rows["A"], 0.5))
    found = rates(numbers, numbers * 0 + 2.0)
    assert found.loc["A", "rate"] == numbers["A"].sum() / 2000
    assert found.loc["A", "rate high"] - found.loc["A", "rate low"] == pytest.approx(3.92 * 0.0158, rel=0.1)
    assert found.loc["A", ["ratio", "ratio low", "ratio high"]].tolist() == [1, 1, 1]
    assert found.loc["B", "ratio low"] < 0.5 < found.loc["B", "ratio high"]
    none = rates(numbers * 0, numbers * 0 + 2.0)
    assert none["rate high"].tolist() == [0, 0]
    assert none["ratio"].isna().all()


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> rk.Trial:
    """Three arms, of which two differ in name alone."""
    model = rk.compose("human", "patient-breast", "zoledronic-acid")
    arms = {"nothing": "", "placebo": "", "zoledronic acid": "zoledronic-acid 4 mg iv q4w"}
    store = tmp_path_factory.mktemp("recurrence") / "runs"
    return rk.cohort(model, 60, seed=7).simulate("1 y", arms=arms, store=store, processes=1)


def test_arms_with_equal_hazard_have_a_ratio_of_exactly_one(trial: rk.Trial) -> None:
    table = trial.recurrent().table
    assert table.loc["placebo", ["ratio", "ratio low", "ratio high"]].tolist() == [1, 1, 1]
    assert table.loc["zoledronic acid", "ratio high"] < 1
    assert (trial.recurrent(window=0).table["events"] > table["events"]).all()


def test_what_came_before_a_landmark_and_who_died_is_left_out(trial: rk.Trial) -> None:
    whole, late = trial.recurrent(window=0), trial.recurrent(window=0, after="26 w")
    events, died = trial.skeletal_events, trial.outcomes.groupby("arm")["time_death"]
    for arm in trial.arms:
        after = events["time"][(events["arm"] == arm) & (events["time"] > 182)]
        assert 0 < late.table.loc[arm, "events"] == len(after) < whole.table.loc[arm, "events"]
        assert late.table.loc[arm, "patients"] == 60 - (died.get_group(arm) <= 182).sum()
    some = trial.recurrent(window=0, among=range(20)).table
    assert (some["patients"] == 20).all()
    with pytest.raises(rk.RanklsysError, match=r"a window of 21 d after day 730\.5 cannot be"):
        trial.recurrent(after="2 y")


def test_groups_by_what_was_measured_hold_who_lives_then_without_the_event(trial: rk.Trial) -> None:
    found = strata(trial, "NTX at 12 w", event=SKELETAL_EVENT, number=2)
    assert found.landmark == 84
    assert found.table["patients"].sum() == (trial.first_events("nothing")["time"] > 84).sum() < 60
    assert found.table.loc["low", "to"] <= found.table.loc["high", "from"]
    ntx = trial.runs("NTX").query("arm == 'nothing' and time == 84")["NTX"]
    assert found.table.loc["low", "from"] >= ntx.min()
    total = found.recurrent["low"].table["events"] + found.recurrent["high"].table["events"]
    assert total.to_dict() == trial.recurrent(after=84).table["events"].to_dict()


def test_tables_and_pictures_show_all_events(trial: rk.Trial, tmp_path: Path) -> None:
    (shown,) = [each for each in report.trial(trial) if str(each.title).startswith("skeletal events")]
    cells = [[str(cell) for cell in column.cells] for column in shown.columns]
    assert cells[1] == ["21 d apart", "all"] * 3
    assert cells[2][-1] == "1"  # over the first arm's own rate
    assert cells[3][-1] == "1 (1 to 1)"
    groups = [strata(trial, "NTX at 12 w", event=event) for event in (SKELETAL_EVENT, DEATH)]
    (shown,) = report.strata_recurrent(groups[0])
    assert [str(cell) for cell in shown.columns[0].cells] == ["low", "middle", "high"]
    assert report.strata_recurrent(groups[1]) == []
    picture = plot.strata(groups, tmp_path / "strata.svg").read_text(encoding="utf-8")
    for words in ("death by NTX at 12 w", "skeletal events: middle", "zoledronic acid"):
        assert words in picture


def test_the_page_shows_what_ntx_was_compared_with() -> None:
    """The table of the page is made by a script of these rows; see benchmarks/ntx_groups.py."""
    page = (ROOT / "docs" / "trial.md").read_text(encoding="utf-8")
    observed = pd.read_csv(ROOT / "benchmarks" / "ntx_groups.csv")
    assert len(observed) > 5
    for row in observed.itertuples():
        assert f"| {row.what} | {row.arm} | " in page
        assert f"| {row.study} ({row.source}): {row.note} |" in page


def test_a_quantity_that_was_not_kept_cannot_group(trial: rk.Trial) -> None:
    with pytest.raises(rk.RanklsysError, match="did you mean 'NTX'"):
        strata(trial, "NTY at 12 w")


def test_groups_of_nobody_are_an_error(trial: rk.Trial) -> None:
    """Everybody has tumour in bone at the start, so nobody is left to have a first metastasis."""
    with pytest.raises(rk.RanklsysError, match="0 are left for 3 groups"):
        strata(trial, "NTX at 12 w")


def test_a_store_of_earlier_says_that_it_has_no_events(trial: rk.Trial, tmp_path: Path) -> None:
    shutil.copytree(trial.store.folder, tmp_path / "old")
    for since in ("events", "sums"):
        shutil.rmtree(tmp_path / "old" / since)
    manifest = tmp_path / "old" / "manifest.json"
    kept = {key: value for key, value in json.loads(manifest.read_text(encoding="utf-8")).items() if key != "sum"}
    manifest.write_text(json.dumps(kept), encoding="utf-8")
    with pytest.raises(rk.RanklsysError, match="has no events: an earlier version"):
        rk.Trial.open(tmp_path / "old").recurrent()
