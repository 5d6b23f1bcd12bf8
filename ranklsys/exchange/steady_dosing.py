"""Steady dosing: the state that a model settles in under doses without end, just before one of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ranklsys.errors import SimulationError
from ranklsys.model.dose import Dose
from ranklsys.model.model import Model
from ranklsys.model.solver import Solver

FEWEST, MOST = 8, 8192
"""Doses that are tried."""
NEAR = 1e-6
"""How far the state may still be from where it goes, relative to its size."""
TIGHT = Solver(relative_tolerance=1e-10)


def settled(model: Model, dose: Dose) -> Model:
    """Return a model that begins in the steady state of a dose without end, just before the next, its clock at 0.

    dose: with an interval; when it starts does not matter. Doses are given until the state before them no longer
    changes: what is left of the way is told from how fast it shrinks from one dose to the next. What only counts, as
    cumulative hazards do, need not settle. Raises SimulationError if another state does not within 8,192 doses.
    """
    from ranklsys.model.endpoint_table import core_endpoints

    assert dose.every is not None
    free, names = model.with_free_state()
    counts = np.array([name in core_endpoints().counts for name in names])
    number = FEWEST
    while number <= MOST:
        times = dose.every * np.array([0.0, *range(number - 3, number + 1)])
        course = replace(dose, start=0.0, count=number)
        found = model.numbers(times, names, doses=[course], solver=TIGHT)
        left = np.where(counts, 0.0, _left(found[1:4]))
        if (left <= NEAR * np.maximum(np.abs(found[-1]), 1e-9)).all():
            state = dict(zip(names, found[-1].tolist(), strict=True))
            return replace(free, changes={**model.changes, **state})
        number *= 4
    slowest = names[int(np.argmax(left / np.maximum(np.abs(found[-1]), 1e-9)))]
    what = f"no steady state within {MOST} doses every {dose.every:g} d: '{slowest}' still changes"
    raise SimulationError(what, where=dose.drug, hint="Give the doses themselves, with ADDL")


def _left(states: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far three states, a dose apart, still are from where they go, if each step is a share of the last."""
    first, last = np.abs(np.diff(states, axis=0))
    share = np.clip(last / np.maximum(first, 1e-300), 0.0, 0.999)
    left: NDArray[np.float64] = last * share / (1.0 - share)
    return left
