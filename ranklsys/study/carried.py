"""Carried: least squares whose derivatives are carried from point to point, and computed anew only where they mislead.

Each step corrects them by what it shows (Broyden 1965, doi:10.1090/S0025-5718-1965-0198670-6). A step then costs one
prediction, where derivatives cost one for each number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Places = NDArray[np.intp]

TOLERANCE = 3e-5
"""Of the cost, where it is least: a thousandth of 3.84 where the cost is a hundred."""
EVALUATIONS = 8
"""Steps with derivatives that are carried, at most; then they are computed anew."""
ROUNDS = 12
"""How often they are, at most, on the way to the least."""
SHOWS = 1e-3
"""A step of this length, as natural logarithms, corrects derivatives: well above the noise of the solver."""


@dataclass(frozen=True)
class Problem:
    """What is made least.

    residuals, jacobian: of all numbers, as natural logarithms. low, high: their bounds.
    """

    residuals: Callable[[Array], Array]
    jacobian: Callable[[Array], Array]
    low: Array
    high: Array

    def point(self, x: Array) -> Point:
        """Return a point with its own derivatives."""
        return Point(x, self.residuals(x), self.jacobian(x))


@dataclass(frozen=True, eq=False)
class Point:
    """Numbers as natural logarithms, their residuals, and derivatives of those (residuals x numbers), as carried."""

    x: Array
    residuals: Array
    jacobian: Array

    @property
    def cost(self) -> float:
        """Half the sum of squares."""
        return 0.5 * float(self.residuals @ self.residuals)

    def moved(self, x: Array, residuals: Array) -> Point:
        """Return another point, with derivatives least changed so that they foretell what is seen there."""
        step = x - self.x
        short = residuals - self.residuals - self.jacobian @ step
        return Point(x, residuals, self.jacobian + np.outer(short, step) / (step @ step))


def least(problem: Problem, start: Point, tolerance: float = TOLERANCE, free: Places | None = None) -> Point:
    """Return the least near a point, with derivatives computed anew until that lowers the cost no further.

    tolerance: of the cost, by which new derivatives must lower it to be worth the next. free: numbers that may move,
    all if not given.
    """
    moving = np.arange(len(start.x), dtype=np.intp) if free is None else free
    for _ in range(ROUNDS):
        found, _ = stepped(problem, start, start.x, moving)
        if start.cost - found.cost <= tolerance * start.cost:  # a start on a bound is moved off it, so it may rise
            return min(start, found, key=lambda point: point.cost)
        start = Point(found.x, found.residuals, problem.jacobian(found.x))
    return start


def near(problem: Problem, last: Point, start: Array, free: Places) -> Point:
    """Return the least over the free numbers from a start, with the derivatives of a point not far from it."""
    found, steps = stepped(problem, last, start, free)
    if steps < EVALUATIONS:
        return found
    return stepped(problem, Point(found.x, found.residuals, problem.jacobian(found.x)), found.x, free)[0]


def stepped(problem: Problem, last: Point, start: Array, free: Places) -> tuple[Point, int]:
    """Return where steps from a start come with derivatives carried from the last point, and how many they are."""
    from scipy.optimize import least_squares

    seen: dict[bytes, Array] = {}
    carried = last

    def whole(some: Array) -> Array:
        x = start.copy()
        x[free] = some
        return x

    def residuals(some: Array) -> Array:
        key = some.tobytes()
        if key not in seen:
            seen[key] = problem.residuals(whole(some))
        return seen[key]

    def jacobian(some: Array) -> Array:
        nonlocal carried
        x = whole(some)
        if np.linalg.norm(x - carried.x) >= SHOWS:
            carried = carried.moved(x, residuals(some))
        return carried.jacobian[:, free]

    low, high = problem.low[free], problem.high[free]
    margin = 1e-6 * (high - low)  # trf begins within its bounds, not on them
    found = least_squares(
        residuals,
        np.clip(start[free], low + margin, high - margin),
        jac=jacobian,
        bounds=(low, high),
        ftol=TOLERANCE,
        xtol=1e-4,
        gtol=1e-8,
        max_nfev=EVALUATIONS,
    )
    return Point(whole(found.x), residuals(found.x), carried.jacobian), int(found.nfev)
