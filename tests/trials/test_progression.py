"""Progression: what visits see of courses made by hand, and what a trial says of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ranklsys as rk
from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.trials import progression, visits
from tests.conftest import Say

pytest.importorskip("lifelines", reason="lifelines is an extra")

WEEK = 7.0
NOTHING_NEW = float("nan")
FOUND = 0.002
"""The least volume that imaging finds; of half a litre, so 12.4 mm in one ball of 98.5 mm."""
IMAGING = core_endpoints().imaging


def seen(
    soft: list[float],
    bone: list[float] | None = None,
    *,
    interval: float = 8 * WEEK,
    found: float = NOTHING_NEW,
    since: float | None = None,
) -> float:
    """Return when progression is seen in a woman whose tumour has these volumes, four weeks apart."""
    times = 4 * WEEK * np.arange(len(soft))
    courses = {"tumour": np.array([bone or [0.0] * len(soft)]), "tumour_soft_tissue": np.array([soft])}
    looked = visits.read(interval).days(times[-1])
    begun = None if since is None else np.array([since])
    return float(progression.seen(times, courses, looked, np.array([FOUND]), np.array([found]), begun)[0])


def in_bone(volumes: list[float], soft: float = 0.0) -> float:
    """Return when progression is seen, at visits every 8 weeks, where soft tissue does not change."""
    return seen([soft] * len(volumes), volumes)


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


def test_a_fifth_more_of_a_small_lesion_is_none_before_it_is_5_mm() -> None:
    """From 20 mm on a fifth is 4 mm: it has grown when it measures 25."""
    of = [(size / 98.5) ** 3 for size in (20.0, 20.0, 24.5, 24.5, 25.1)]
    assert seen(of) == 16 * WEEK
    assert np.isnan(seen([*of[:4], of[2]]))


def test_bone_alone_counts_when_its_volume_has_grown_by_73_percent() -> None:
    assert np.isnan(in_bone([0.1, 0.1, 0.05, 0.05, 0.05 * 1.72]))
    assert in_bone([0.1, 0.1, 0.05, 0.05, 0.05 * 1.74]) == 16 * WEEK


def test_bone_beside_measurable_disease_has_to_grow_by_more() -> None:
    assert np.isnan(in_bone([0.1, 0.1, 0.1, 0.1, 0.1 * 2.9], soft=0.01))
    assert in_bone([0.1, 0.1, 0.1, 0.1, 0.1 * 3.1], soft=0.01) == 16 * WEEK


def test_what_is_lowest_between_visits_nobody_sees() -> None:
    assert np.isnan(seen([1.0, 0.5, 1.0, 1.0, 1.0]))
    assert seen([1.0, 0.5, 1.0, 1.0, 1.0], interval=4 * WEEK) == 8 * WEEK


def test_growth_is_held_against_the_lowest_so_far_and_not_against_a_later_one() -> None:
    assert seen([1.0, 1.0, 2.0, 0.1, 0.1]) == 8 * WEEK


def test_a_lesion_of_soft_tissue_is_new_when_imaging_finds_it() -> None:
    assert seen([0.001, 0.001, 0.0019, 0.0019, 0.0021]) == 16 * WEEK
    assert np.isnan(seen([0.0021, 0.0021, 0.0021, 0.0021, 0.0021]))


def test_what_imaging_cannot_find_in_bone_does_not_grow() -> None:
    assert np.isnan(in_bone([1e-5, 1e-4, 1e-4, 0.003, 0.0034]))
    assert in_bone([1e-5, 1e-4, 1e-4, 0.003, 0.0035]) == 16 * WEEK


def test_a_first_metastasis_in_bone_is_progression_unless_it_is_there_at_the_start() -> None:
    steady = [1.0] * 7
    assert seen(steady, found=9 * WEEK) == 16 * WEEK
    assert np.isnan(seen(steady, found=0.0))


def test_a_second_progression_is_held_against_what_is_there_at_the_first() -> None:
    """Seen at week 8, when it is 2; the lowest from there on is 1.5, not the 1 of the start."""
    course = [1.0, 1.0, 2.0, 1.5, 1.5, 2.5, 2.5, 2.7, 2.7]
    assert seen(course) == 8 * WEEK
    assert np.isnan(seen(course[:7], since=8 * WEEK))
    assert seen(course, since=8 * WEEK) == 32 * WEEK
    assert np.isnan(seen(course, since=np.inf))
    assert np.isnan(seen([1.0] * 9, found=6 * WEEK, since=8 * WEEK))


@given(st.lists(st.floats(0.0001, 1.0), min_size=13, max_size=13), st.sampled_from([2, 3, 4, 6]), st.booleans())
def test_a_denser_schedule_sees_it_no_later(volumes: list[float], times: int, elsewhere: bool) -> None:
    """Whose visits hold those of the other: every 4 weeks against 8, 12, 16 or 24."""
    where = ([0.0] * 13, volumes) if elsewhere else (volumes, None)
    dense, sparse = (seen(*where, interval=4 * WEEK * each) for each in (1, times))
    assert np.isnan(sparse) or dense <= sparse


@given(st.lists(st.floats(0.0, 0.3), min_size=26, max_size=26), st.integers(1, 40))
def test_a_tumour_that_only_grows_is_seen_within_an_interval(steps: list[float], interval: int) -> None:
    volumes, until = 0.1 * np.exp(np.cumsum([0.0, *steps])), 26 * 28.0
    found = seen([0.0] * 27, volumes.tolist(), interval=float(interval))
    fine = np.linspace(0, until, 40 * 728 + 1)
    grown = fine[np.interp(fine, 28.0 * np.arange(27), volumes) >= 0.1 * IMAGING.bone_alone]
    if np.isnan(found):
        assert not len(grown) or until - grown[0] < interval
    else:
        assert grown[0] - 0.1 <= found <= grown[0] + interval


def test_who_dies_before_the_visit_has_not_progressed() -> None:
    progressed, died = pd.Series([56.0, 56.0, np.nan, np.nan]), pd.Series([50.0, 100.0, 70.0, np.nan])
    found = progression.first_of(progressed, died, 365.0)
    assert found["time"].tolist() == [50.0, 56.0, 70.0, 365.0]
    assert found["kind"].tolist() == ["death", "progression", "death", ""]


@pytest.mark.parametrize("wrong", [{"diameters": 1.0}, {"bone_alone": 0.9}, {"bone_beside": 1.0}, {"full": 0.0}])
def test_growth_that_is_none_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(rk.RanklsysError, match=r"have not grown|is none"):
        replace(IMAGING, **wrong)


def test_half_a_litre_in_one_ball_has_the_diameter_of_the_table() -> None:
    assert IMAGING.full == pytest.approx((6 * 500e3 / np.pi) ** (1 / 3), abs=0.05)
    assert IMAGING.full * FOUND ** (1 / 3) > 10  # what is found can be measured
    assert IMAGING.bone_beside == pytest.approx(IMAGING.bone_alone**2, abs=0.01)


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
        days = [day for place, day in enumerate(course["time"]) if place and _grown(course, place)]
        ends = {"progression": min(days, default=np.inf), "death": died[row.patient, row.arm]}
        first = min(ends, key=lambda kind: ends[kind] if ends[kind] == ends[kind] else np.inf)
        assert (row.time, row.kind) == ((ends[first], first) if ends[first] < np.inf else (365.25, ""))
    assert set(found.events["kind"]) >= {"progression", ""}


def _grown(course: pd.DataFrame, place: int) -> bool:
    """Whether at a visit tumour has grown since an earlier one, as the module says in words."""
    bone, soft = (course[name].clip(lower=FOUND).to_numpy() for name in IMAGING.volumes)
    size, lowest = (98.5 * volume ** (1 / 3) for volume in (soft[place], soft[:place].min()))
    measured = course[IMAGING.soft_tissue].iloc[0] >= FOUND
    larger = size >= 1.2 * lowest and size - lowest >= 5 if measured else soft[place] > FOUND
    return bool(larger or bone[place] >= (3.0 if measured else 1.73) * bone[:place].min())


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
    changing = say("trial", "other.toml", "--imaging", "8w for 24w, then 12w", "--processes", "1").out
    assert "imaging every 56 d for 168 d, then 84 d" in changing
    assert "second" not in changing
