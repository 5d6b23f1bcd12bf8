"""Courses that end or begin with a woman's own progression: how they are read, and what each woman gets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ranklsys as rk
from ranklsys.model.dose import Dose, write
from ranklsys.model.dose_courses import read_doses
from ranklsys.model.many import Runs
from ranklsys.model.subjects import Subjects
from ranklsys.sbml.course import FOR_EVER, NEVER, Course
from ranklsys.trials import regimen
from ranklsys.trials.comparison import compare
from ranklsys.trials.occasions import FIRST as PROGRESSION
from ranklsys.trials.occasions import SECOND, Occasion
from ranklsys.trials.regimen import When
from tests.conftest import Say

pytest.importorskip("lifelines", reason="lifelines is an extra")

FIRST = "zoledronic-acid 4 mg iv q4w"
LATER = "denosumab 1.5 mg/kg sc q4w from 2 w"
ARMS = {"stay": FIRST, "switch": f"{FIRST} until progression; {LATER} from progression"}


def women(
    number: int,
    engine: str = "lanes",
    seed_bone: float = 0.03,
    until: str = "40 w",
    growth_scale: float = 1.0,
    **more: object,
) -> rk.Trial:
    if engine == "lanes":
        pytest.importorskip("llvmlite", reason="llvmlite is an extra")
    model = rk.compose("human", "patient-breast", "zoledronic-acid", "denosumab").set(
        seed_bone=seed_bone, growth_scale=growth_scale
    )
    how = {"arms": ARMS, "imaging": "8 w", "processes": 1, **more}
    return rk.cohort(model, number, seed=7, engine=engine).simulate(until, **how)  # type: ignore[arg-type]


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
    assert found.when == (When(ends=PROGRESSION), When(begins=PROGRESSION), When())
    assert [dose.start for dose in found.doses] == [0.0, 21.0, 14.0]
    assert regimen.read(found.text) == found
    assert regimen.read([FIRST, Dose(drug="denosumab", amount=60, unit="mg")]).when == (When(), When())


def test_a_course_may_hang_on_a_second_progression_and_on_a_marker() -> None:
    found = regimen.read(
        f"{FIRST} until NTX>0.5; docetaxel 75 mg/m^2 iv q3w from Progression until second progression;"
        f" {LATER} from second progression until NTX >= 1.2e0"
    )
    high, higher = Occasion("NTX", ">", 0.5), Occasion("NTX", ">=", 1.2)
    assert found.when == (When(None, high), When(PROGRESSION, SECOND), When(SECOND, higher))
    assert found.occasions == (PROGRESSION, high, SECOND, higher)
    assert found.markers == ("NTX",)
    assert regimen.read(found.text) == found
    assert len(regimen.read(f"{FIRST} until second progression").runs) == 3


def test_a_regimen_without_progression_is_read_as_ever() -> None:
    text = "denosumab 60 mg sc q6mo x 2 then 120 mg sc q4w; zoledronic-acid 4 mg iv"
    assert regimen.read(text).doses == read_doses(text)
    assert regimen.read(text).text == write(read_doses(text))
    assert regimen.read("").doses == ()
    assert not regimen.read(text).follows_visits
    assert regimen.read(f"{FIRST} until progression;") == regimen.read(f"{FIRST} until progression")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{FIRST} until progression from progression", "progression is named twice"),
        (f"{FIRST} until progression until NTX > 1.2", "'until' is said twice"),
        (f"{FIRST} from second progression until progression", "it would end before it begins"),
        (f"{FIRST} until second progresion", r"'progresion' is not a time \(did you mean 'progression'\?\)"),
        (f"{FIRST} until secnd progression", r"'secnd' is not a time \(did you mean 'second'\?\)"),
        (f"{FIRST} until NTX 1.2", "'NTX' is not a time.* Type a time, e.g. 90 d, or in a trial .* NTX > 1.2"),
        (f"{FIRST} until second", "'second' is not a time"),
        (f"{FIRST} until NTX > 50 nM/mM", "a level has no unit here, and 'nM/mM' is one"),
        (f"{FIRST} until NTX > 1.2.3", r"'1\.2\.3' is not a number"),
        ("until progression", "the drug is missing"),
        (f"{FIRST} until progresion", r"'progresion' is not a time \(did you mean 'progression'\?\)"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, words: str) -> None:
    with pytest.raises(rk.RanklsysError, match=words):
        regimen.read(text)


@pytest.mark.parametrize("occasion", ["progression", "second progression", "NTX > 1.2"])
def test_a_single_run_has_no_visits(occasion: str) -> None:
    with pytest.raises(rk.RanklsysError, match=r"one run has no visits .* Let a cohort or trial give it"):
        rk.dose("denosumab", f"120 mg sc q4w until {occasion}")


def test_doses_that_are_due_before_the_visit_are_given_and_later_ones_are_not() -> None:
    """Every 28 d: of those on days 0, 28, 56 the visit of day 56 takes the last; the next course begins 14 d after it."""
    given = regimen.read(f"{FIRST} until progression; {LATER} from progression; {FIRST}")
    courses = [
        Course("one", "x", 1.0, 0.0, 28.0, FOR_EVER),
        Course("two", "y", 1.0, 14.0, 28.0, 3.0),
        Course("all", "x", 1.0, 0.0, 28.0, FOR_EVER),
    ]
    found = regimen.schedule(given, courses, {PROGRESSION: np.array([56.0, 57.0, np.inf])})
    assert found.names == ("one_count", "two_start")
    assert found.column("one_count").tolist() == [2.0, 3.0, FOR_EVER]
    assert found.column("two_start").tolist() == [70.0, 71.0, NEVER]


def test_a_course_between_two_occasions_is_given_from_the_one_to_the_other() -> None:
    """From day 56: doses on 70, 98, 126; a second progression on day 126 takes the last. Who has only one keeps on."""
    given = regimen.read(f"{LATER} from progression until second progression")
    days = {PROGRESSION: np.array([56.0, 56.0, np.inf]), SECOND: np.array([126.0, np.inf, np.inf])}
    found = regimen.schedule(given, [Course("two", "y", 1.0, 14.0, 28.0, FOR_EVER)], days)
    assert found.column("two_start").tolist() == [70.0, 70.0, NEVER]
    assert found.column("two_count").tolist() == [2.0, FOR_EVER, 0.0]


def test_a_course_with_a_number_of_doses_gets_no_more_than_that() -> None:
    given = regimen.read(f"{FIRST} x 3 from 4 w until progression")
    courses = [Course("one", "x", 1.0, 28.0, 28.0, 3.0)]
    found = regimen.schedule(given, courses, {PROGRESSION: np.array([14.0, 28.0, 56.0, 500.0, np.inf])})
    assert found.column("one_count").tolist() == [0.0, 0.0, 1.0, 3.0, 3.0]


def made_up(rows: list[float]) -> Runs:
    return Runs(np.array(rows)[:, None], ("made up",) * len(rows), {}, {}, "", {})


def test_what_comes_first_is_settled_first_and_what_it_changes_is_looked_at_anew() -> None:
    """Marker and progression would both come; the marker is first, and what is given then keeps progression off."""
    given = regimen.read(f"{FIRST} until NTX > 1; {LATER} from progression")
    marker = given.occasions[0]
    courses = [Course("one", "x", 1.0, 0.0, 28.0, FOR_EVER), Course("two", "y", 1.0, 14.0, 28.0, 3.0)]
    seen_by = []

    def simulate(subjects: Subjects) -> Runs:
        seen_by.append(subjects.column("one_count").tolist())
        return made_up([float(count < 9) for count in subjects.column("one_count")])

    def seen(array: np.ndarray, places: np.ndarray, known: dict) -> dict:
        switched = array[:, 0] > 0
        day = np.where(places == 0, 56.0, np.inf)  # the second woman has nothing
        return {marker: day, PROGRESSION: np.where(switched | (places == 1), np.inf, 112.0)}

    found = regimen.run(given, courses, Subjects((), np.empty((2, 0))), simulate, seen)
    assert seen_by == [[FOR_EVER, FOR_EVER], [2.0]]
    assert found.array[:, 0].tolist() == [1.0, 0.0]


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


def test_a_woman_switches_at_the_first_visit_that_sees_her_marker_high() -> None:
    """By hand: from the arm that stays, the first visit after the start with NTX above the level."""
    level = 0.391  # five of them, one later than the others
    found = women(8, arms={"stay": FIRST, "switch": f"{FIRST} until NTX > {level}; {LATER} from NTX > {level}"})
    ntx = found.runs("NTX").pivot(index="time", columns=["arm", "patient"], values="NTX")
    visits = [56.0, 112.0, 168.0, 224.0, 280.0]
    switched = 0
    for patient in range(8):
        stay, switch = ntx["stay"][patient], ntx["switch"][patient]
        day = next((day for day in visits if stay[day] > level), np.inf)
        np.testing.assert_allclose(switch[switch.index <= day], stay[stay.index <= day], rtol=1e-5)
        if day < 200:
            switched += 1
            assert switch.iloc[-1] < 0.99 * stay.iloc[-1]
    assert switched == 5


def test_a_second_progression_ends_what_the_first_began() -> None:
    """Each woman's course is that of a single run whose doses end and begin on the days that imaging gives."""
    arms = {"lines": f"{FIRST} until progression; {LATER} from progression until second progression"}
    found = women(8, arms=arms, until="80 w", growth_scale=1.5)
    seen = found.progression("8 w")
    assert seen.second is not None
    days = pd.DataFrame(
        {name: each.events.set_index("patient")["time"] for name, each in {"one": seen, "two": seen.second}.items()}
    )
    twice = seen.second.events.set_index("patient")["kind"] == "progression"
    assert twice.any()
    assert (days["two"] >= days["one"]).all()
    assert (days.loc[twice, "two"] > days.loc[twice, "one"]).all()
    patient = int(days.index[twice][0])
    one, two = days.loc[patient, "one"], days.loc[patient, "two"]
    model = rk.compose("human", "patient-breast", "zoledronic-acid", "denosumab")
    own = found.patients.loc[patient]
    known = {name: float(own[name]) for name in own.index if name in model.facts.settable}
    doses = f"{FIRST} until {one} d; denosumab 1.5 mg/kg sc q4w from {one + 14} d until {two} d"
    hers = course(found, patient, "lines", "NTX")
    fixed = model.set(seed_bone=0.03, growth_scale=1.5).set(known)
    alone = fixed.simulate(560.0, doses=doses, times=list(hers.index), columns=["NTX"])
    np.testing.assert_allclose(hers.to_numpy(), alone.to_numpy(), rtol=1e-5)


def test_a_marker_that_does_not_exist_is_told_before_anybody_is_simulated() -> None:
    with pytest.raises(rk.RanklsysError, match=r"'NTXX'.*did you mean 'NTX'"):
        women(1, arms={"one": f"{FIRST} until NTXX > 1"})


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


def test_what_differs_by_round_off_alone_is_the_same() -> None:
    """Two arms of one treatment are run apart, and a death falls a millionth of a day later in one."""
    first = pd.DataFrame({"time": [100.0, 200.0, 300.0, 400.0], "kind": ["death", "progression", "progression", ""]})
    first = first.rename_axis("patient")
    other = first.assign(time=first["time"] + [1e-6, 0, 0, 0])
    later = first.assign(time=first["time"] + [0, 56.0, 0, 0])
    same, not_same = (
        compare(first.assign(treated=False), arm.assign(treated=True), ["progression"]) for arm in (other, later)
    )
    assert same[["hazard ratio", "hazard ratio low", "hazard ratio high", "p"]].tolist() == [1.0] * 4
    assert not_same["hazard ratio"] < 1


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
