"""What many runs leave out, and how exactly they still compute: the numbers stay."""

from __future__ import annotations

import numpy as np
import pytest

import ranklsys as rk
from ranklsys.model.dose_courses import read_doses
from ranklsys.sbml.facts import facts
from ranklsys.sbml.pruned import reduced
from ranklsys.trials import endpoints, reduction
from ranklsys.trials.tolerance import by_size
from tests.selection import quick_if

MODEL = rk.compose("human", "patient-breast", "denosumab", "zoledronic-acid")
ARMS = ("", "zoledronic-acid 4 mg iv q4w", "denosumab 120 mg sc q4w")
TIMES = np.linspace(0.0, 3 * 365.25, 41)
COLUMNS = [*endpoints.seen(MODEL.observables), *endpoints.hazards(MODEL.observables)]
EXACT = rk.Solver(relative_tolerance=1e-11, absolute_tolerance=1e-17)


def apart(one: np.ndarray, reference: np.ndarray) -> float:
    """The largest difference, as part of the reference or, where there is less, of a hundredth of its most."""
    yardstick = np.maximum(np.abs(reference), 0.01 * np.abs(reference).max(axis=0))
    return float((np.abs(one - reference) / yardstick).max())


@pytest.mark.parametrize("regimen", quick_if(ARMS[0].__eq__, ARMS))
def test_a_cohort_is_as_exact_as_a_millionth(regimen: str) -> None:
    """By size of the states, without what is not read and without drugs that are not given, against a tight run.

    The hazard of paralysis is by the eighth power of the tumour, so that its errors are eight times as large.
    """
    doses = read_doses(regimen or ())
    solver = by_size(MODEL, [read_doses(each or ()) for each in ARMS], TIMES)
    small = reduction.without_undosed(MODEL, doses, COLUMNS, free=False)
    found = small.numbers(TIMES, COLUMNS, doses=doses, solver=solver, lean=True)
    reference = MODEL.numbers(TIMES, COLUMNS, doses=doses, solver=EXACT)
    for place, name in enumerate(COLUMNS):
        limit = 8e-6 if name == "paralysis_hazard" else 1e-6
        assert apart(found[:, [place]], reference[:, [place]]) < limit, name


def test_what_nothing_reads_is_left_out() -> None:
    left = facts(reduced(MODEL.base, ("CTX",)))
    assert "CTX" in left.elements
    assert {"BSAP", "bone_pain", "fracture_hazard"}.isdisjoint(left.elements)
    assert {"RANKL", "osteoclasts", "tumour"} <= set(left.states)  # which decide the marker


def test_a_drug_that_is_not_given_is_left_out_unless_it_is_looked_at() -> None:
    doses = read_doses("denosumab 120 mg sc")
    small = reduction.without_undosed(MODEL, doses, ["CTX"], free=False)
    assert [part.id for part in small.parts] == ["denosumab", "patient-breast"]
    kept = reduction.without_undosed(MODEL, doses, ["zoledronic_acid__on_surface"], free=False)
    assert len(kept.parts) == len(MODEL.parts)


def test_a_part_that_works_without_doses_stays() -> None:
    model = rk.compose("human", "menopause", "patient-breast", "zoledronic-acid")
    small = reduction.without_undosed(model, (), ["CTX"], free=False)
    assert [part.id for part in small.parts] == ["menopause", "patient-breast"]


def test_a_drug_has_a_tolerance_of_its_size_and_the_tumour_none() -> None:
    solver = by_size(MODEL, [read_doses("zoledronic-acid 4 mg iv q4w")], TIMES)
    own = dict(solver.by_state)
    assert own["zoledronic_acid__in_plasma"] == pytest.approx(1.0)  # of 14.7 umol = 1.5e7 pmol, as a power of ten
    assert own["RANKL"] == pytest.approx(1e-8)
    assert {"tumour", "tumour_circulating", "fracture_hazard", "denosumab__drug"}.isdisjoint(own)
    assert solver.absolute(["tumour", "RANKL"]) == [1e-14, own["RANKL"]]
    assert solver.describe()["absolute_tolerances"] == own


@pytest.mark.thorough
def test_a_model_that_was_simulated_before_keeps_its_state() -> None:
    later = MODEL.after("1 y")
    small = reduction.without_undosed(later, (), ["CTX"], free=False)
    assert [part.id for part in small.parts] == ["patient-breast"]
    own = reduction.on(small, later.changes).numbers(TIMES, COLUMNS, lean=True)
    assert apart(own, later.numbers(TIMES, COLUMNS)) < 2e-6  # each of the two is as exact as 1e-6
