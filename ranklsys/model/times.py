"""Times: text with units in the unit of a model, and the times of the rows of a result."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ranklsys import units
from ranklsys.errors import DataError, UnitError
from ranklsys.tables.scalars import whole

if TYPE_CHECKING:
    from ranklsys.sbml.course import Course
    from ranklsys.sbml.facts import Facts

Numbers = NDArray[np.float64]
MOST_ROWS = 1_000_000
"""Of a result: with 200 columns it holds 1.6 GB."""


def in_own_unit(text: str | float, held: Facts) -> float:
    """Return a time in the unit of a model. Raises UnitError if text has a unit but the model does not say its own."""
    days = units.days(text)
    if not units.is_timedelta(text) and (not isinstance(text, str) or not units.split(text)[1]):
        return days
    try:
        if math.isclose(units.seconds(held.time), 86400.0, rel_tol=1e-12):
            return days
        day = units.convert(units.quantity("1 d"), units.from_sbml(held.time))
    except UnitError:
        hint = "Give a bare number, which is in the unit of the file's formulas"
        raise UnitError("the model does not say its unit of time", where=f"'{text}'", hint=hint) from None
    return days * day


def own_unit(held: Facts) -> str:
    """Return the unit of time of a model, for labels; empty if the file does not say it."""
    try:
        seconds = units.seconds(held.time)
    except UnitError:
        return ""
    known = {1.0: "s", 60.0: "min", 3600.0: "h", 86400.0: "d", 604800.0: "w"}
    return next((name for size, name in known.items() if math.isclose(size, seconds)), f"{seconds:g} s")


def at_doses(rows: NDArray[np.float64], courses: Sequence[Course]) -> NDArray[np.float64]:
    """Return rows, each one that means the time of a dose moved onto it, where rounding has put it just before.

    The k-th dose is at ``start + k * every`` in floating point; 3 * 0.1 is a rounding error later than 0.3.
    """
    for course in courses:
        rows = at_due(rows, course.start, course.every, course.count)
    return rows


def at_due(rows: Numbers, start: float | Numbers, every: float | Numbers, count: float | Numbers) -> Numbers:
    """Return rows moved onto the doses of one course; of each subject its own, if these are columns."""
    number = np.rint((rows - start) / every)
    due = start + number * every
    meant = (np.abs(rows - due) <= 1e-12 * np.maximum(due, 1.0)) & (number >= 0) & (number < count)
    return np.where(meant, np.maximum(rows, due), rows)


def rows(end: float, points: int, times: Sequence[float] | None = None) -> NDArray[np.float64]:
    """Return the times of a result's rows: evenly spaced from 0 to the end, or those asked for. Raises DataError."""
    if times is None:
        points = whole(points, "points")
        if points > MOST_ROWS:
            what = f"{points} rows are more than {MOST_ROWS}"
            raise DataError(what, where="points", hint="Ask for fewer, or for times=[...]")
        if points < 2 or end <= 0:
            raise DataError(
                f"a simulation needs a time and two points, not {end:g} and {points}", hint="Say e.g. until 25 d"
            )
        return np.linspace(0.0, end, points)
    asked = np.asarray(times, dtype=float)
    ascending = asked.ndim == 1 and len(asked) > 0 and np.isfinite(asked).all() and (np.diff(asked) > 0).all()
    if not ascending or asked[0] < 0 or not 0 < asked[-1] <= end:
        raise DataError(f"times must ascend from 0 or later to {end:g}", hint="Sort them, and leave out doubles")
    return asked
