"""Stability: how fast a small disturbance of the healthy state grows or fades, and which parameters decide it.

The flow over a span of time is differentiated numerically (each state is moved a little both ways), and the eigenvalues
of that matrix give the rates of its modes: log |eigenvalue| / span. A positive rate is a healthy state that does not
hold.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ranklsys.errors import SimulationError
from ranklsys.model.model import Model
from ranklsys.model.solver import Solver

if TYPE_CHECKING:
    import pandas as pd

STEP = 1e-4
TIGHT = Solver(relative_tolerance=1e-11, absolute_tolerance=1e-15)
SPANS = {"human": 30.0, "mouse": 5.0}
BEGINNING = 1e-6


@dataclass(frozen=True)
class Mode:
    """The mode of a steady state that fades slowest, or grows fastest.

    rate: [1/d], negative if it fades. state: the one that moves most in it, relative to its size.
    """

    rate: float
    state: str


def slowest_mode(model: Model, span: float | None = None) -> Mode:
    """Return the slowest mode of a model's initial state, which must be steady; states at 0 (a tumour) are left out.

    span: time over which the flow is differentiated [d]; 30 for the human, 5 otherwise.
    """
    import numpy as np

    from ranklsys.model.series import Series, run_series
    from ranklsys.model.subjects import Subjects

    span = span or SPANS.get(model.host, 5.0)
    states = tuple(model.facts.states)
    first = model.numbers(np.array([0.0, BEGINNING]), states)
    held = first[0] != 0.0
    names, start = tuple(np.array(states)[held].tolist()), first[-1, held]
    # free in a model that all others with these parts share, so that it is compiled once
    settled = model.after(BEGINNING)
    moved = np.full((2, len(names), len(names)), np.nan)
    for side, factor in enumerate((1 + STEP, 1 - STEP)):
        np.fill_diagonal(moved[side], start * factor)
    subjects = Subjects(names, moved.reshape(-1, len(names)))
    (runs,) = run_series([Series(settled, subjects, np.array([0.0, span]), names)], engine="roadrunner", solver=TIGHT)
    for words in runs.failures.values():
        raise SimulationError(words)
    up, down = runs.array[:, -1].reshape(moved.shape) / start
    columns = (up - down) / (2 * STEP)
    values, vectors = np.linalg.eig(columns.T)
    worst = int(np.argmax(np.abs(values)))
    return Mode(float(np.log(np.abs(values[worst])) / span), names[int(np.argmax(np.abs(vectors[:, worst])))])


def stability(host: str, *, change: float = 0.5, report: Callable[[str], None] | None = None) -> pd.DataFrame:
    """Return the slowest mode of a healthy host for each parameter of the table lowered and raised by a share.

    Index: parameter and factor; columns: rate [1/d], NaN where the integration fails, and state. Left out are
    parameters that are 0, and dimensionless ones below 1 that would pass it, since many are shares. ``report`` gets
    each parameter as it starts.
    """
    import pandas as pd

    from ranklsys.model.compose import compose

    model = compose(host)
    rows = {("none", 1.0): slowest_mode(model)}
    for name, value, factor in _changes(host, (1 - change, 1 + change)):
        if report:
            report(f"{name} x {factor:g}")
        try:
            rows[name, factor] = slowest_mode(model.set({name: value * factor}))
        except SimulationError:  # e.g. a power below 1 of what is 0
            rows[name, factor] = Mode(math.nan, "the integration fails")
    index = pd.MultiIndex.from_tuples(rows, names=["parameter", "factor"])
    return pd.DataFrame([(mode.rate, mode.state) for mode in rows.values()], index=index, columns=["rate", "state"])


def _changes(host: str, factors: Sequence[float]) -> Iterator[tuple[str, float, float]]:
    """Yield each parameter of the table with its value and each factor by which it may be changed."""
    from ranklsys.plugins import library
    from ranklsys.tables.files import read_table

    for _, row in read_table(library.folder() / "parameters.csv", ("id", host, "unit")):
        value = float(row[host])
        for factor in factors:
            if value != 0 and not (row["unit"] == "dimensionless" and value < 1 <= value * factor):
                yield row["id"], value, factor
