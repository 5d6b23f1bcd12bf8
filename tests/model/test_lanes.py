"""Lanes: the numbers of RoadRunner within what is stated, whoever runs beside; who fails is run alone and named."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ranklsys as rk
from ranklsys.errors import DataError, NotForLanes, UnknownName
from ranklsys.model.lanes import batch
from ranklsys.model.lanes.batch import Batch
from ranklsys.model.many import Runs, run_many
from ranklsys.model.solver import Solver
from ranklsys.sbml.tapes.tape import tapes

COMPOSED = sorted((Path(__file__).parents[2] / "models" / "composed").glob("*.xml"))
TIGHT = Solver(relative_tolerance=1e-11, absolute_tolerance=1e-17)
STATED, STATED_EXACT = 1e-5, 1e-7
DOSES = "opg-fc 3 mg/kg sc q2d x 3"
SEEN = ["tumour", "osteoclasts", "RANKL", "calcium"]


def largest_error(found: np.ndarray, reference: np.ndarray) -> float:
    """Return the largest error, as part of a quantity or of 1 % of its most; what is below 1e-12 is nothing."""
    most = np.abs(reference).max(axis=-2, keepdims=True)
    return float((np.abs(found - reference) / np.maximum(np.abs(reference), 0.01 * most + 1e-9)).max())


def both(model: rk.Model, subjects: list[Mapping[str, float]], times: np.ndarray, columns: list[str], **more) -> float:
    """Return the largest error of lanes."""
    lanes = run_many(model, subjects, times, columns, engine="lanes", **more)
    assert set(lanes.engines) == {"lanes"}
    more.pop("exact", None)
    reference = run_many(model, subjects, times, columns, engine="roadrunner", solver=TIGHT, **more)
    return largest_error(lanes.array, reference.array)


@pytest.fixture(scope="module")
def mouse() -> rk.Model:
    return rk.compose("mouse", "mda-mb-231", "opg-fc")


@pytest.mark.thorough
@pytest.mark.parametrize("path", COMPOSED, ids=lambda path: path.stem)
def test_composed_files_are_as_exact_as_stated(path: Path) -> None:
    model = rk.Model(base=path.read_text(encoding="utf-8"))
    times = np.linspace(0.0, 196.0 if path.stem.startswith("human") else 42.0, 8)
    # the net exchange of calcium is what is left of two fluxes a thousand times as large: no engine has its digits
    columns = [name for name in model.observables if name != "calcium_exchange"]
    reference = run_many(model, [{}], times, columns, engine="roadrunner", solver=TIGHT).array
    for exact, stated in ((False, STATED), (True, STATED_EXACT)):
        found = run_many(model, [{}], times, columns, engine="lanes", exact=exact)
        assert found.engines == ("lanes",)
        significant = np.abs(reference).max(axis=(0, 1)) > 1e-9
        assert largest_error(found.array[..., significant], reference[..., significant]) < stated


PARTS = {
    "human": ("menopause", "patient-breast", "zoledronic-acid", "denosumab", "romosozumab", "docetaxel"),
    "mouse": ("mda-mb-231", "opg-fc", "zoledronic-acid", "ovariectomy", "dkk1-antibody"),
}
REGIMENS = {
    "zoledronic-acid": "zoledronic-acid {} mg iv q{}d x 3",
    "denosumab": "denosumab {}0 mg sc q{}d",
    "romosozumab": "romosozumab {}0 mg sc q{}d x 2",
    "docetaxel": "docetaxel {} mg/m^2 iv q{}d",
    "opg-fc": "opg-fc {} mg/kg sc q{}d x 4",
    "dkk1-antibody": "dkk1-antibody {} mg/kg sc q{}d",
}


@st.composite
def compositions(draw: st.DrawFn) -> tuple[rk.Model, str, list[dict[str, float]], np.ndarray]:
    """Draw a composition of installed parts with doses, the numbers of three subjects, and rows."""
    host = draw(st.sampled_from(sorted(PARTS)))
    known = set(rk.registry().parts)
    parts = draw(st.lists(st.sampled_from([each for each in PARTS[host] if each in known]), unique=True, max_size=3))
    model = rk.compose(host, *parts)
    doses = [
        REGIMENS[part].format(draw(st.integers(1, 6)), draw(st.integers(2, 30)))
        for part in parts
        if part in REGIMENS and draw(st.booleans())
    ]
    elements = model.facts.elements
    slots = [name for name in model.facts.settable if name.startswith("slot_")]
    free = [name for name in model.facts.settable if elements[name].kind == "parameter" and name not in slots]
    free = [name for name in free if elements[name].value > 0.0 and "__" not in name and "time" not in name]
    names = draw(st.lists(st.sampled_from(free), unique=True, min_size=1, max_size=4))
    subjects = [{name: elements[name].value * draw(st.floats(0.8, 1.25)) for name in names} for _ in range(3)]
    times = np.array(sorted(draw(st.sets(st.integers(0, 900), min_size=2, max_size=6)))) / 10.0
    return model, "; ".join(doses), subjects, times


@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(compositions())
def test_random_compositions_are_as_exact_as_stated(drawn: tuple) -> None:
    as_exact_as_stated(*drawn)


@pytest.mark.thorough
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(compositions())
def test_more_random_compositions_are_as_exact_as_stated(drawn: tuple) -> None:
    as_exact_as_stated(*drawn)


def as_exact_as_stated(model: rk.Model, doses: str, subjects: list[Mapping[str, float]], times: np.ndarray) -> None:
    """Compare lanes with RoadRunner, by default and exact; nothing that is composed of installed parts is refused."""
    columns = [name for name in ("tumour", "osteoclasts", "RANKL", "CTX", "calcium") if name in model.observables]
    assert both(model, subjects, times, columns, doses=doses or ()) < STATED
    assert both(model, subjects, times, columns, doses=doses or (), exact=True) < STATED_EXACT


def many_numbers(number: int) -> list[dict[str, float]]:
    """Return numbers of subjects that all differ."""
    return [{"RANKL_healthy": 1.0 + 0.002 * place, "osteoclasts": 1.1 - 0.001 * place} for place in range(number)]


def test_a_subject_gets_the_same_bytes_whoever_runs_beside_it(mouse: rk.Model) -> None:
    """In other batches, orders and numbers."""
    subjects, times = many_numbers(150), np.linspace(0.0, 5.0, 3)

    def run(some: list[dict[str, float]]) -> np.ndarray:
        return run_many(mouse, some, times, SEEN, doses=DOSES, engine="lanes").array

    whole = run(subjects)
    assert np.array_equal(whole[100:], run(subjects[100:]))
    assert np.array_equal(whole[::-1], run(subjects[::-1]))
    assert np.array_equal(whole[7], run([subjects[7]])[0])
    assert len(np.unique(whole[:, -1, 2])) == 150


def test_subjects_have_their_own_schedules(mouse: rk.Model) -> None:
    """Each its own first dose, interval and number, at rows that fall on doses of some; weight makes the dose."""
    subjects = [
        {"opg_fc__dose_1_start": 0.1 * place, "opg_fc__dose_1_every": 1.0 + 0.3 * place, "opg_fc__dose_1_count": 3.0}
        for place in range(4)
    ]
    subjects += [{"body_weight": 0.03}] if "body_weight" in mouse.facts.settable else []
    assert both(mouse, subjects, np.linspace(0.0, 6.0, 21), [*SEEN, "opg_fc__depot"], doses=DOSES) < STATED


def test_a_row_at_a_dose_holds_what_is_after_it(mouse: rk.Model) -> None:
    doses, times = "opg-fc 3 mg/kg sc q7d x 3", np.array([0.0, 7.0, 14.0])
    first = run_many(mouse, [{}], times, ["opg_fc__depot"], doses=doses, engine="lanes").array[0, :, 0]
    expected = mouse.simulate("14 d", times=times, columns=["opg_fc__depot"], doses=doses).to_numpy()[:, 0]
    assert first == pytest.approx(expected, rel=STATED)
    assert first[0] > 0


BLOW_UP = """<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"><model>
<listOfParameters><parameter id="x" value="1" constant="false"/><parameter id="k" value="-1" constant="true"/>
</listOfParameters><listOfRules><rateRule variable="x"><math xmlns="http://www.w3.org/1998/Math/MathML">
<apply><times/><ci>k</ci><ci>x</ci><ci>x</ci></apply></math></rateRule></listOfRules></model></sbml>"""


def blown_up(subjects: list[Mapping[str, float]], rows: np.ndarray) -> Batch:
    """Return a batch of x' = k*x^2 from 1, which ends at 1/k if k is positive."""
    return batch.simulate(tapes(BLOW_UP, ("x",)), subjects, np.tile(rows, (len(subjects), 1)), 1e-6, np.full(1, 1e-14))


def test_a_lane_that_explodes_does_not_hold_up_the_others() -> None:
    """All other lanes take the steps, and give the bytes, that they do without it; all together take few more."""
    good = [{"k": -1.0 - 0.001 * place} for place in range(128)]
    bad = [*good[:64], {"k": 0.5}, *good[65:]]
    alone, together = (blown_up(subjects, np.linspace(0.0, 10.0, 5)) for subjects in (good, bad))
    others = np.arange(128) != 64
    assert set(together.failures) == {64}
    assert together.failures[64].time == pytest.approx(2.0, rel=1e-6)
    assert together.failures[64].state == "x"
    assert together.failures[64].value > 1e6
    assert np.array_equal(alone.array[others], together.array[others])
    assert np.array_equal(alone.steps[others], together.steps[others])
    assert together.steps[64] > 2 * alone.steps[64]
    assert together.rounds < 2 * alone.rounds
    assert alone.array[:, -1, 0] == pytest.approx([1 / (1 - 10 * each["k"]) for each in good], rel=1e-5)


@settings(deadline=None)
@given(st.lists(st.one_of(st.floats(-3.0, -0.1), st.sampled_from([0.0, 0.2, 0.5, 7.0])), min_size=1, max_size=30))
def test_subjects_of_any_batch_get_the_bytes_that_they_get_alone(rates: list[float]) -> None:
    """In any number and order, beside what explodes."""
    rows = np.array([0.0, 0.3, 4.0, 9.0])
    together = blown_up([{"k": rate} for rate in rates], rows)
    alone = [blown_up([{"k": rate}], rows) for rate in rates]
    assert together.array.tobytes() == b"".join(each.array.tobytes() for each in alone)
    assert together.steps.tolist() == [int(each.steps[0]) for each in alone]
    assert together.failures == {place: each.failures[0] for place, each in enumerate(alone) if each.failures}
    assert set(together.failures) == {place for place, rate in enumerate(rates) if rate > 1 / 9.0}


def test_a_small_batch_costs_what_it_should() -> None:
    """Eight side by side: eight as much as one, sixteen twice."""
    subjects, rows = [{"k": -1.0}] * 128, np.linspace(0.0, 10.0, 5)
    one, eight, many_more = (blown_up(subjects[:number], rows).rounds for number in (1, 8, 128))
    assert eight == one
    assert many_more == 16 * one


def test_a_failed_subject_is_run_alone_and_recorded() -> None:
    model, times = rk.load(BLOW_UP), np.linspace(0.0, 10.0, 5)
    runs = run_many(model, [{"k": -1.0}, {"k": 0.5}, {"k": -2.0}], times, ["x"], engine="lanes")
    assert runs.engines == ("lanes", "roadrunner", "lanes")
    assert runs.taken_over[1].startswith("its lane ended at 2 d, where 'x' was")
    assert "the integration failed at 2" in runs.failures[1]
    assert np.isnan(runs.array[1]).all()
    assert np.isfinite(runs.array[[0, 2]]).all()


def test_what_lanes_refuse_roadrunner_runs(tmp_path: Path) -> None:
    text = BLOW_UP.replace("<apply><times/><ci>k</ci><ci>x</ci><ci>x</ci></apply>", "<apply><sin/><ci>x</ci></apply>")
    model, times = rk.load(text), np.array([0.0, 1.0])
    with pytest.raises(NotForLanes, match="'x': has the function 'sin', which lanes do not do"):
        run_many(model, [{}], times, ["x"], engine="lanes")
    runs = run_many(model, [{}] * 1000, times, ["x"])
    assert set(runs.engines) == {"roadrunner"}
    assert "the function 'sin'" in runs.refused
    assert runs.array[:, 1, 0] == pytest.approx(runs.array[0, 1, 0])


def test_few_runs_stay_with_roadrunner(mouse: rk.Model) -> None:
    times = np.array([0.0, 5.0])
    runs: Runs = run_many(mouse, [{}, {"RANKL_healthy": 1.7}], times, SEEN, doses=DOSES)
    assert runs.engines == ("roadrunner", "roadrunner")
    single = mouse.set(RANKL_healthy=1.7).numbers(times, SEEN, doses=DOSES)
    assert np.array_equal(runs.array[1], single)


def test_mistakes_are_named(mouse: rk.Model) -> None:
    times = np.array([0.0, 1.0])
    with pytest.raises(UnknownName, match="RANKL_helthy"):
        run_many(mouse, [{"RANKL_helthy": 1.0}], times, SEEN)
    with pytest.raises(DataError, match="a value cannot be nan"):
        run_many(mouse, [{"RANKL_healthy": 1.0}, {"RANKL_healthy": float("nan")}], times, SEEN)
    with pytest.raises(UnknownName, match="there is no engine 'lane'"):
        run_many(mouse, [{}], times, SEEN, engine="lane")


def test_llvm_is_imported_by_who_needs_it_alone() -> None:
    code = "import sys, ranklsys, ranklsys.model.many, ranklsys.cli; print('llvmlite' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
