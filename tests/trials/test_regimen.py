"""Courses that end or begin with a woman's own progression: how they are read, and what each woman gets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ranklsys as rk
from ranklsys.model.dose import Dose, write
from ranklsys.model.dose_courses import read_doses
from ranklsys.sbml.course import FOR_EVER, NEVER, Course
from ranklsys.trials import regimen
from ranklsys.trials.regimen import ALWAYS, FROM, UNTIL
from tests.conftest import Say

pytest.importorskip("lifelines", reason="lifelines is an extra")

FIRST = "zoledronic-acid 4 mg iv q4w"
LATER = "denosumab 1.5 mg/kg sc q4w from 2 w"
ARMS = {"stay": FIRST, "switch": f"{FIRST} until progression; {LATER} from progression"}


def women(number: int, engine: str = "lanes", seed_bone: float = 0.03, **more: object) -> rk.Trial:
    if engine == "lanes":
        pytest.importorskip("llvmlite", reason="llvmlite is an extra")
    model = rk.compose("human", "patient-breast", "zoledronic-acid", "denosumab").set(seed_bone=seed_bone)
    how = {"arms": ARMS, "imaging": "8 w", "processes": 1, **more}
    return rk.cohort(model, number, seed=7, engine=engine).simulate("40 w", **how)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def trial() -> rk.Trial:
    return women(16)


def course(trial: rk.Trial, patient: int, arm: str, *columns: str) -> pd.DataFrame:
    runs = trial.runs(*columns)
    return runs[(runs["patient"] == patient) & (runs["arm"] == arm)].set_index("time")[list(columns)]


def test_a_course_says_whether_it_hangs_on_progression() -> None:
    found = regimen.read(
        f"{FIRST} UNTIL progression; docetaxel 75 mg/m^2 iv q3w x 6 from 3 w from progression; {LATER}"
    )
    assert found.when == (UNTIL, FROM, ALWAYS)
    assert [dose.start for dose in found.doses] == [0.0, 21.0, 14.0]
    assert regimen.read(found.text) == found
    assert regimen.read([FIRST, Dose(drug="denosumab", amount=60, unit="mg")]).when == (ALWAYS, ALWAYS)


def test_a_regimen_without_progression_is_read_as_ever() -> None:
    text = "denosumab 60 mg sc q6mo x 2 then 120 mg sc q4w; zoledronic-acid 4 mg iv"
    assert regimen.read(text).doses == read_doses(text)
    assert regimen.read(text).text == write(read_doses(text))
    assert regimen.read("").doses == ()
    assert not regimen.read(text).follows_progression
    assert regimen.read(f"{FIRST} until progression;") == regimen.read(f"{FIRST} until progression")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{FIRST} until progression from progression", "progression is named twice"),
        ("until progression", "the drug is missing"),
        (f"{FIRST} until progresion", r"'progresion' is not a time \(did you mean 'progression'\?\)"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, words: str) -> None:
    with pytest.raises(rk.RanklsysError, match=words):
        regimen.read(text)


def test_a_single_run_has_no_progression() -> None:
    with pytest.raises(rk.RanklsysError, match=r"one run has no visits .* Let a cohort or trial give it"):
        rk.dose("denosumab", "120 mg sc q4w until progression")


def test_doses_that_are_due_before_the_visit_are_given_and_later_ones_are_not() -> None:
    """Every 28 d: of those on days 0, 28, 56 the visit of day 56 takes the last; the next course begins 14 d after it."""
    given = regimen.read(f"{FIRST} until progression; {LATER} from progression; {FIRST}")
    courses = [
        Course("one", "x", 1.0, 0.0, 28.0, FOR_EVER),
        Course("two", "y", 1.0, 14.0, 28.0, 3.0),
        Course("all", "x", 1.0, 0.0, 28.0, FOR_EVER),
    ]
    found = regimen.schedule(given, courses, np.array([56.0, 57.0, np.inf]))
    assert found.names == ("one_count", "two_start")
    assert found.column("one_count").tolist() == [2.0, 3.0, FOR_EVER]
    assert found.column("two_start").tolist() == [70.0, 71.0, NEVER]


def test_a_course_with_a_number_of_doses_gets_no_more_than_that() -> None:
    given = regimen.read(f"{FIRST} x 3 from 4 w until progression")
    courses = [Course("one", "x", 1.0, 28.0, 28.0, 3.0)]
    found = regimen.schedule(given, courses, np.array([14.0, 28.0, 56.0, 500.0, np.inf]))
    assert found.column("one_count").tolist() == [0.0, 0.0, 1.0, 3.0, 3.0]


def test_each_woman_gets_what_her_own_progression_asks_for(trial: rk.Trial) -> None:
    """Her course is that of a single run with the doses up to her visit, and the others from it on."""
    seen = trial.progression("8 w").events.query("arm == 'switch'").set_index("patient")
    days = sorted(set(seen.loc[seen["kind"] == "progression", "time"]))
    assert len(days) >= 2
    numbers = trial.patients.drop(columns=["status", "problem", "engine", "taken_over", "draws"])
    model = rk.compose("human", "patient-breast", "zoledronic-acid", "denosumab")
    for day in days:
        patient = int(seen.index[(seen["kind"] == "progression") & (seen["time"] == day)][0])
        doses = f"{FIRST} until {day} d; denosumab 1.5 mg/kg sc q4w from {day + 14} d"
        own = numbers.loc[patient]
        hers = course(trial, patient, "switch", "NTX", "tumour")
        known = {name: float(value) for name, value in own.items() if name in model.facts.settable}
        alone = model.set(known).simulate(280.0, doses=doses, times=list(hers.index), columns=["NTX", "tumour"])
        np.testing.assert_allclose(hers.to_numpy(), alone.to_numpy(), rtol=1e-5)


def test_until_she_progresses_nothing_differs_and_then_it_does(trial: rk.Trial) -> None:
    seen = trial.progression("8 w").events.query("arm == 'switch'").set_index("patient")
    for patient, row in seen.iterrows():
        stay, switch = (course(trial, patient, arm, "NTX")["NTX"] for arm in trial.arms)
        np.testing.assert_allclose(switch[switch.index <= row["time"]], stay[stay.index <= row["time"]], rtol=1e-5)
        if row["kind"] == "progression" and row["time"] <= 200:
            assert switch.iloc[-1] < 0.99 * stay.iloc[-1]
    both = trial.progression("8 w").events.pivot(index="patient", columns="arm", values="time")
    assert both["stay"].equals(both["switch"])


def test_who_never_progresses_stays_on_the_first_course() -> None:
    found = women(2, seed_bone=0.0)
    assert set(found.progression().events["kind"]) == {""}
    stay, switch = (found.runs("CTX").query("arm == @arm")["CTX"].to_numpy() for arm in found.arms)
    np.testing.assert_allclose(switch, stay, rtol=1e-6)


def test_the_same_numbers_whatever_the_blocks(trial: rk.Trial) -> None:
    other = women(16, block=5)
    assert other.runs().equals(trial.runs())
    assert other.outcomes.equals(trial.outcomes)


@pytest.mark.thorough
def test_roadrunner_gives_what_lanes_give(trial: rk.Trial) -> None:
    other = women(4, "roadrunner").runs("NTX", "tumour")
    lanes = trial.runs("NTX", "tumour").query("patient < 4")
    np.testing.assert_allclose(other[["NTX", "tumour"]], lanes[["NTX", "tumour"]], rtol=2e-5)


def test_visits_are_part_of_the_recipe_where_they_decide_something(trial: rk.Trial) -> None:
    assert trial.store.recipe["imaging"] == 56.0
    assert trial.store.recipe["arms"][1] == ["switch", regimen.read(ARMS["switch"]).text]
    cohort = rk.cohort(rk.compose("human", "patient-breast", "zoledronic-acid"), 2, seed=1)
    plain = cohort.protocol("8 w", {"stay": FIRST}, "4 w", None, rk.Solver(), "3 w")
    assert "imaging" not in cohort.recipe(plain)


def test_visits_that_do_not_fit_are_told_before_anybody_is_simulated() -> None:
    with pytest.raises(rk.RanklsysError, match="visits every 700 d do not fit into 280 d"):
        women(1, imaging="100 w")


def test_a_visit_between_rows_is_refused_where_treatment_hangs_on_it() -> None:
    """The next row is of what came after, and would tell another day."""
    with pytest.raises(rk.DataError, match=r"a visit at 56 d falls between rows\. Let visits be a multiple of --every"):
        women(2, every="12 w")


def test_progression_is_that_by_which_women_were_treated(trial: rk.Trial) -> None:
    with pytest.raises(rk.DataError, match="treated by what visits every 56 d saw, not every 84 d"):
        trial.progression("12 w")


def test_arms_in_which_nobody_progresses_otherwise_have_a_ratio_of_one(trial: rk.Trial) -> None:
    found = trial.progression("8 w").comparisons.loc[("switch", "progression")]
    ends = found[["hazard ratio", "hazard ratio low", "hazard ratio high", "p"]]
    assert ends.tolist() == [1.0, 1.0, 1.0, 1.0]


def test_a_trial_whose_arms_follow_progression_tells_it_unasked(say: Say, tmp_path: Path) -> None:
    text = f"""
title = "mine"
host = "human"
parts = ["patient-breast", "zoledronic-acid", "denosumab"]
patients = 3
until = "24 w"
arms = ["one: {FIRST}", "two: {ARMS["switch"]}"]
"""
    pytest.importorskip("llvmlite", reason="llvmlite is an extra")
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    said = say("trial", "mine.toml", "--processes", "1", "--engine", "lanes")
    assert "progression, by imaging every 56 d" in said.out
