"""Tolerance: how exactly each state of a model is integrated, by its size.

With one absolute tolerance for all, a drug that has been washed out to a millionth of its dose is still followed to
eight digits, and decides the steps of the whole model. What a state is measured by here: a state of the host by its
healthy value; an amount or concentration of a drug by the most there is of it. States that are 0 in the healthy host,
such as the tumour, and relative states of parts keep the one tolerance: they grow from little to much, and what is lost
at the start would grow with them. ``docs/benchmarks.md`` shows what it saves and that the results are as exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ranklsys.model.compose import compose
from ranklsys.model.solver import Solver
from ranklsys.sbml.naming import is_own

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ranklsys.model.dose import Dose
    from ranklsys.model.model import Model

    Array = NDArray[np.float64]

DRUG = 10.0
"""A drug counts only as far as it acts, which its own size over this does not change in the sixth digit (tested)."""
AFTER_A_DOSE = (0.0, 0.05, 0.25, 1.0, 3.0, 7.0, 14.0)
"""Days after the end of a dose at which a drug is looked for: by then each compartment has seen its most."""


def by_size(model: Model, arms: Iterable[tuple[Dose, ...]], times: Array, solver: Solver | None = None) -> Solver:
    """Return the solver with an absolute tolerance for each state that has a size, the same for all arms.

    arms: the doses of each. times: rows of a simulation [d]. The sizes are those of the model as it is, as powers of
    ten, so that a last digit changes nothing. Raises what ``Model.numbers`` raises.
    """
    solver = solver or Solver()
    sizes = _of_host(model) | _of_drugs(model, arms, times, solver)
    found = {
        state: solver.relative_tolerance * 10.0 ** math.floor(math.log10(size)) * (DRUG if is_own(state) else 1.0)
        for state, size in sizes.items()
    }
    kept = {state: value for state, value in found.items() if value > solver.absolute_tolerance}
    return replace(solver, by_state=tuple(sorted(kept.items())))


def _of_host(model: Model) -> dict[str, float]:
    """Return the healthy amount of each state of the host that has one."""
    import numpy as np

    if not model.host:
        return {}
    healthy = compose(model.host)
    states = [state for state in healthy.facts.states if state in model.facts.states]
    return _positive(states, np.abs(_amounts(healthy, states, np.array([0.0, 1e-6]), (), Solver())[0]))


def _of_drugs(model: Model, arms: Iterable[tuple[Dose, ...]], times: Array, solver: Solver) -> dict[str, float]:
    """Return the most there is, in any arm, of each state of a part that is an amount or a concentration."""
    import numpy as np

    elements = model.facts.elements
    states = [
        state
        for state in model.facts.states
        if is_own(state) and any(kind != "dimensionless" for kind, *_ in elements[state].substance)
    ]
    most = np.zeros(len(states))
    for doses in arms if states else ():
        ends = [dose.start + dose.duration for dose in doses]
        rows = np.union1d(times, [end + later for end in ends for later in AFTER_A_DOSE if end + later < times[-1]])
        most = np.maximum(most, np.abs(_amounts(model, states, rows, doses, solver)).max(axis=0))
    return _positive(states, most)


def _amounts(model: Model, states: list[str], rows: Array, doses: tuple[Dose, ...], solver: Solver) -> Array:
    """Return states as the solver has them: amounts, in volumes that stand still."""
    import numpy as np

    elements = model.facts.elements
    places = [elements[state].compartment for state in states]
    inside = [
        state for state, place in zip(states, places, strict=True) if place and not elements[state].only_substance
    ]
    volumes = sorted({elements[state].compartment for state in inside})
    found = model.numbers(rows, [*states, *volumes], doses=doses, solver=solver)
    sizes = dict(zip(volumes, found[0, len(states) :].tolist(), strict=True))
    factor = np.array([sizes[elements[state].compartment] if state in inside else 1.0 for state in states])
    return np.asarray(found[:, : len(states)] * factor)


def _positive(states: Iterable[str], sizes: Array) -> dict[str, float]:
    return {state: size for state, size in zip(states, sizes.tolist(), strict=True) if size > 0}
