"""Agree: does a composition, with its doses, mean the same in RoadRunner and in other tools?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranklsys.errors import unknown
from ranklsys.model.model import Model
from ranklsys.model.solver import Solver

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from ranklsys.model.dose_courses import Doses

ENGINES = ("copasi", "amici")
TIGHT = Solver(relative_tolerance=1e-10, absolute_tolerance=1e-16)


def agree(
    model: Model,
    until: str | float,
    *,
    doses: Doses = (),
    engine: str = "copasi",
    times: Sequence[float] | None = None,
    solver: Solver = TIGHT,
) -> pd.DataFrame:
    """Return how far another engine is from RoadRunner on the same SBML, a row for each state, the worst first.

    engine: ``copasi`` or ``amici``. times: rows to compare [d]; every day if None. The same tolerances go to both.
    Columns: ``largest_difference``, ``scale``, ``relative``, ``at_time`` [d] and ``within`` (1e-4 of the value or 1e-6
    of the scale, at every time). Raises UnknownName for another engine, and what the engines raise.
    """
    from ranklsys.model import other_engines
    from ranklsys.model.difference import difference

    if engine not in ENGINES:
        raise unknown("engine", engine, ENGINES, hint="The engines are copasi and amici")
    end = model.time(until)
    rows = list(times) if times is not None else [float(day) for day in range(int(end) + 1)] + [end] * (end > int(end))
    run = other_engines.copasi if engine == "copasi" else other_engines.amici
    other = run(model.sbml_with(doses), rows, rtol=solver.relative_tolerance, atol=solver.absolute_tolerance)
    wanted = [name for name in other.columns if name in model.facts.elements]
    # what AMICI shows is a little late: beside a steep rise, such as an infusion begun at a row, that is seen
    same = rows if engine == "copasi" else other_engines.late(rows).tolist()
    ours = model.simulate(max(end, same[-1]), doses=doses, times=same, columns=wanted, solver=solver)
    return difference(ours.set_axis(other.index), other[wanted])


def allowed(solver: Solver = TIGHT) -> str:
    """Return in words what two engines may differ by, and how both integrate."""
    from ranklsys.model.difference import NEGLIGIBLE, RELATIVE

    solvers = f"{solver.relative_tolerance:g} relative, {solver.absolute_tolerance:g} absolute"
    return f"allowed: {RELATIVE:g} of the value, or {NEGLIGIBLE:g} of the largest; tolerances of the solvers: {solvers}"
