"""Series: each run is what it would be alone, whatever stands beside it; what is equal is run once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import ranklsys as rk
from ranklsys.model import engine, many
from ranklsys.model.cost import Amount, by_lanes, by_roadrunner, lanes_are_faster
from ranklsys.model.dose_courses import read_doses
from ranklsys.model.record import record
from ranklsys.model.series import Series, choice, nothing, run_series
from ranklsys.model.solver import Solver
from ranklsys.model.subjects import Subjects

SEEN = ("tumour", "osteoclasts", "RANKL")
TIGHT = Solver(relative_tolerance=1e-11, absolute_tolerance=1e-17)
STATED = 1e-5
WEIGHT = "body_weight"


@pytest.fixture(scope="module")
def mouse() -> rk.Model:
    return rk.compose("mouse", "mda-mb-231", "opg-fc")


def losses(*values: float) -> Subjects:
    return Subjects(("RANKL_loss",), np.array(values)[:, None])


def series(model: rk.Model, subjects: Subjects, doses: str = "", *, days: float = 3.0, **more) -> Series:
    return Series(model, subjects, np.array([0.0, 0.5 * days, days]), SEEN, read_doses(doses or ()), **more)


def alone(each: Series, place: int) -> np.ndarray:
    """Return one run of a series, as ``Model`` gives it."""
    model = each.model.set(each.subjects.row(place))
    if each.before:
        model = model.after(each.before, doses=each.before_doses)
    then = each.then.row(place if len(each.then) > 1 else 0)
    return model.set(then).numbers(each.times, each.columns, doses=each.doses)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Give the runs that RoadRunner does."""
    runs: list[object] = []
    simulate = engine.simulate
    monkeypatch.setattr(engine, "simulate", lambda *given: (runs.append(given), simulate(*given))[1])
    return runs


def protocols(mouse: rk.Model) -> list[Series]:
    """Return series of one structure and of others, with and without what goes before."""
    then = Subjects(("tumour",), np.array([[0.02], [0.03]]))
    dosed = "opg-fc 3 mg/kg sc q2d x 2"
    return [
        series(mouse, losses(0.5, 1.0)),
        series(mouse.set(OPG_loss=0.3), losses(1.5), dosed, days=4.0),
        series(mouse, losses(0.5, 1.0), "opg-fc 1 mg/kg sc from 1 d", before=2.0, then=then),
        series(mouse, losses(0.7), before=2.0, before_doses=read_doses(dosed), then=then.at([1])),
    ]


def test_every_run_is_what_the_model_gives_alone(mouse: rk.Model) -> None:
    wanted = protocols(mouse)
    for each, runs in zip(wanted, run_series(wanted, engine="roadrunner"), strict=True):
        assert np.array_equal(runs.array, [alone(each, place) for place in range(len(each))])
        assert set(runs.engines) == {"roadrunner"}


@pytest.mark.thorough
def test_lanes_give_the_same_within_what_is_stated(mouse: rk.Model) -> None:
    wanted = protocols(mouse)
    for each, runs in zip(wanted, run_series(wanted, engine="lanes"), strict=True):
        assert set(runs.engines) == {"lanes"}
        (reference,) = run_series([each], engine="roadrunner", solver=TIGHT)
        assert runs.array == pytest.approx(reference.array, rel=STATED)


@pytest.mark.thorough
def test_a_run_has_the_same_bytes_beside_other_series(mouse: rk.Model) -> None:
    wanted = protocols(mouse)
    together = run_series(wanted, engine="lanes")
    for each, runs in zip(wanted, together, strict=True):
        assert np.array_equal(run_series([each], engine="lanes")[0].array, runs.array)


@pytest.mark.thorough
def test_what_needs_little_of_the_state_is_run_apart_from_what_needs_more() -> None:
    """The level of a drug hangs on the drug alone; beside CTX the calcium of that run began at nothing, and it failed."""
    woman, dose = rk.compose("human", "menopause", "romosozumab"), "romosozumab 210 mg sc"
    level, marker = (
        Series(woman, nothing(1), np.array([0.0, 3.0, 30.0]), (seen,), read_doses(dose), before=730.0)
        for seen in ("romosozumab__level", "CTX")
    )
    for each, runs in zip((level, marker), run_series([level, marker], engine="lanes"), strict=True):
        assert not runs.failures
        assert not runs.taken_over
        assert np.array_equal(runs.array, run_series([each], engine="lanes")[0].array)


def test_a_dose_per_weight_goes_with_the_weight_of_each(mouse: rk.Model) -> None:
    assert WEIGHT in mouse.facts.settable
    each = series(mouse, Subjects((WEIGHT,), np.array([[0.02], [0.03]])), "opg-fc 3 mg/kg sc")
    (runs,) = run_series([each], engine="roadrunner")
    assert np.array_equal(runs.array, [alone(each, place) for place in range(2)])


def test_equal_runs_are_done_once(mouse: rk.Model, counted: list[object]) -> None:
    """Three runs that share what goes before, two of which share the rest too."""
    then = Subjects(("tumour",), np.array([[0.02], [0.02], [0.03]]))
    (runs,) = run_series([series(mouse, losses(0.5, 0.5, 0.5), before=1.0, then=then)], engine="roadrunner")
    assert len(counted) == 3
    assert np.array_equal(runs.array[0], runs.array[1])
    assert not np.array_equal(runs.array[0], runs.array[2])


BLOW_UP = """<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"><model>
<listOfParameters><parameter id="x" value="1" constant="false"/><parameter id="k" value="-1" constant="true"/>
</listOfParameters><listOfRules><rateRule variable="x"><math xmlns="http://www.w3.org/1998/Math/MathML">
<apply><times/><ci>k</ci><ci>x</ci><ci>x</ci></apply></math></rateRule></listOfRules></model></sbml>"""
SINE = BLOW_UP.replace("<apply><times/><ci>k</ci><ci>x</ci><ci>x</ci></apply>", "<apply><sin/><ci>x</ci></apply>")


def test_what_fails_before_is_a_failure_and_the_others_go_on() -> None:
    """x' = k*x^2 from 1 ends at 1/k: of 0.8 before the end of what goes before, of 0.3 after it."""
    subjects = Subjects(("k",), np.array([[-1.0], [0.8], [0.3]]))
    each = Series(rk.load(BLOW_UP), subjects, np.array([0.0, 2.0]), ("x",), before=2.0)
    (runs,) = run_series([each], engine="roadrunner")
    assert set(runs.failures) == {1, 2}
    assert "failed at 1.25" in runs.failures[1]
    assert np.isnan(runs.array[1:]).any(axis=(1, 2)).all()
    assert runs.array[0, :, 0] == pytest.approx([1 / 3, 1 / 5], rel=1e-6)


def test_what_lanes_refuse_roadrunner_runs_unless_lanes_were_asked_for() -> None:
    each = Series(rk.load(SINE), nothing(2), np.array([0.0, 1.0]), ("x",))
    (runs,) = run_series([each], chosen="lanes")
    assert runs.engines == ("roadrunner", "roadrunner")
    assert "RoadRunner ran 2 of 2: 'x'" in record([runs])["lanes"]["refused"]
    with pytest.raises(rk.RanklsysError, match="the function 'sin', which lanes do not do"):
        run_series([each], engine="lanes")


def test_progress_ends_at_the_whole(mouse: rk.Model) -> None:
    shares: list[float] = []
    run_series([series(mouse, losses(0.5, 1.0), before=1.0)], engine="roadrunner", progress=shares.append)
    assert shares == [0.25, 0.5, 0.75, 1.0]


def test_many_doses_are_for_lanes_and_few_runs_for_roadrunner(mouse: rk.Model) -> None:
    pytest.importorskip("llvmlite", reason="llvmlite is an extra")
    few = series(mouse, nothing(3), "opg-fc 3 mg/kg sc q2d", days=30.0)
    many_runs = series(mouse, nothing(500), "opg-fc 3 mg/kg sc q2d", days=30.0)
    assert choice("auto", [few]) == "roadrunner"
    assert choice("auto", [few], times=200) == "lanes"
    assert choice("auto", [many_runs]) == "lanes"


def test_who_asks_for_more_than_lanes_give_gets_roadrunner(mouse: rk.Model) -> None:
    many_runs = [series(mouse, nothing(5000), "opg-fc 3 mg/kg sc q2d", days=30.0)]
    assert choice("auto", many_runs, Solver(relative_tolerance=1e-10)) == "roadrunner"
    amount = Amount(10**6, (), 30.0, 2)
    assert many.asked("auto", [amount], solver=Solver(relative_tolerance=1e-10)) == "roadrunner"
    assert many.asked("auto", [amount]) == "lanes"


def test_the_cost_of_doses_counts_those_that_are_given() -> None:
    def amount(text: str, days: float) -> Amount:
        return Amount(1, read_doses(text), days, 2)

    assert amount("opg-fc 3 mg/kg sc q2d x 3", 30.0).given == 3
    assert amount("opg-fc 3 mg/kg sc q2d x 30", 10.0).given == 6
    assert amount("opg-fc 3 mg/kg sc from 11 d", 10.0).given == 0
    assert amount("opg-fc 3 mg/kg sc q1d; opg-fc 1 mg/kg sc", 2.0).given == 4


def test_lanes_are_worth_it_from_some_runs_on_and_then_ever_more() -> None:
    worth = [lanes_are_faster([Amount(number, (), 1000.0, 2)], 1) for number in (1, 100, 10_000)]
    assert worth == [False, False, True]
    ratios = [
        by_roadrunner(each, 1) / by_lanes(each, 1) for each in ([Amount(n, (), 1.0, 2)] for n in (1, 100, 10_000))
    ]
    assert ratios == sorted(ratios)
