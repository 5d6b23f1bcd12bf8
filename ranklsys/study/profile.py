"""Profiles: the least cost at each value of one number, the others fitted anew, on either side of the best.

A walk sets out from the best values. Each step is as long as the curve so far says that the root of the rise needs to
grow by a part of what the interval asks for; the others begin where their straight response to the step puts them, so
that one or two steps of least squares find their least. The root, since it is straight where the cost is a parabola.

The derivatives of the best values are carried along, corrected by what each step shows (Broyden 1965,
doi:10.1090/S0025-5718-1965-0198670-6); they are computed anew only where those that were carried lead on for too long.
A point then costs a few predictions, where derivatives cost one for each number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ranklsys.study.fit_result import CHI_SQUARE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Places = NDArray[np.intp]

ROOT_STEP = 0.72
"""What the root of the rise of twice the cost should grow by in a step: three bring it past that of 3.84."""
ROOT_END = math.sqrt(CHI_SQUARE) * 1.02
SHORTEST, LONGEST = 0.005, 0.7
"""Of a step, as a natural logarithm."""
MOST_POINTS = 60
TOLERANCE = 3e-5
"""Of the cost, where it is least beside a value: a thousandth of 3.84 where the cost is a hundred."""
EVALUATIONS = 8
"""Steps of one point with derivatives that were carried, and then with new ones, at most."""
SHOWS = 1e-3
"""A step of this length, as natural logarithms, corrects derivatives: well above the noise of the solver."""


@dataclass
class Point:
    """A point of a profile: natural logarithms of all numbers, half the sum of squares, and what of it rows make.

    jacobian: derivatives of the residuals, as they are carried.
    """

    x: Array
    cost: float
    of_rows: float
    residuals: Array = field(repr=False)
    jacobian: Array = field(repr=False)


@dataclass(frozen=True)
class Walk:
    """One half of a profile, as a task.

    residuals, jacobian: of all numbers as logarithms; rows come first, then priors. rows: how many residuals are of
    rows. low, high: bounds. best: where it begins. place: of the number. upwards: which half.
    """

    residuals: Callable[[Array], Array]
    jacobian: Callable[[Array], Array]
    rows: int
    low: Array
    high: Array
    best: Array
    place: int
    upwards: bool

    def execute(self) -> dict[str, Any]:
        """Return value (a natural logarithm), cost and of_rows of each point after the first, in lists."""
        first = last = self._point(self.best, self.residuals(self.best), self.jacobian(self.best))
        slope = 1 / _spread(first.jacobian, self.place)
        found: list[Point] = []
        while len(found) < MOST_POINTS and _root(first, last) < ROOT_END and not self._at_bound(last):
            point = self._next(last, self._length(slope, _root(first, last)))
            moved = abs(point.x[self.place] - last.x[self.place])
            slope = (_root(first, point) - _root(first, last)) / moved
            found.append(point)
            last = point
        values = [float(point.x[self.place]) for point in found]
        return {"value": values, "cost": [point.cost for point in found], "of_rows": [each.of_rows for each in found]}

    def _at_bound(self, point: Point) -> bool:
        bound = self.high if self.upwards else self.low
        return bool(point.x[self.place] == bound[self.place])

    def _length(self, slope: float, root: float) -> float:
        """Return how far the next point is; where the curve is flat, or falls, as far as may be."""
        wanted = min(ROOT_STEP, max(ROOT_END - root, ROOT_STEP / 4))
        return float(np.clip(wanted / slope if slope > 0 else LONGEST, SHORTEST, LONGEST))

    def _next(self, last: Point, length: float) -> Point:
        """Return the point where the number is so much further, and the others are fitted to it."""
        start = last.x.copy()
        there = start[self.place] + (length if self.upwards else -length)
        start[self.place] = np.clip(there, self.low[self.place], self.high[self.place])
        others = np.array([place for place in range(len(start)) if place != self.place], dtype=np.intp)
        if not len(others):
            found = self.residuals(start)
            return self._point(start, found, _corrected(last, start, found))
        start[others] += self._response(last, others) * (start[self.place] - last.x[self.place])
        return self._least(last, np.clip(start, self.low, self.high), others)

    def _response(self, last: Point, others: Places) -> Array:
        """Return how far the others move with the number, per unit, where the model is straight; none past a bound."""
        free = (last.x[others] > self.low[others]) & (last.x[others] < self.high[others])
        moved = np.zeros(len(others))
        columns = last.jacobian[:, others[free]]
        moved[free] = -np.linalg.lstsq(columns, last.jacobian[:, self.place], rcond=1e-8)[0]
        return moved

    def _least(self, last: Point, start: Array, others: Places) -> Point:
        point, steps = self._stepped(last, start, others)
        if steps < EVALUATIONS:
            return point
        fresh = self._point(point.x, point.residuals, self.jacobian(point.x))
        return self._stepped(fresh, fresh.x, others)[0]

    def _stepped(self, last: Point, start: Array, others: Places) -> tuple[Point, int]:
        """Return the least beside a value that derivatives carried from the last point find, and in how many steps."""
        from scipy.optimize import least_squares

        seen: dict[bytes, Array] = {}
        carried = last

        def whole(some: Array) -> Array:
            x = start.copy()
            x[others] = some
            return x

        def residuals(some: Array) -> Array:
            key = some.tobytes()
            if key not in seen:
                seen[key] = self.residuals(whole(some))
            return seen[key]

        def jacobian(some: Array) -> Array:
            nonlocal carried
            x, found = whole(some), residuals(some)
            if np.linalg.norm(x - carried.x) >= SHOWS:
                carried = self._point(x, found, _corrected(carried, x, found))
            return carried.jacobian[:, others]

        # trf begins within its bounds, not on them
        margin = 1e-6 * (self.high - self.low)[others]
        found = least_squares(
            residuals,
            np.clip(start[others], self.low[others] + margin, self.high[others] - margin),
            jac=jacobian,
            bounds=(self.low[others], self.high[others]),
            ftol=TOLERANCE,
            xtol=1e-4,
            gtol=1e-8,
            max_nfev=EVALUATIONS,
        )
        return self._point(whole(found.x), residuals(found.x), carried.jacobian), found.nfev

    def _point(self, x: Array, residuals: Array, jacobian: Array) -> Point:
        halves = 0.5 * residuals**2
        return Point(x, float(halves.sum()), float(halves[: self.rows].sum()), residuals, jacobian)


def _corrected(last: Point, x: Array, residuals: Array) -> Array:
    """Return the derivatives of a point, least changed so that they foretell the residuals of another one."""
    step = x - last.x
    return last.jacobian + np.outer(residuals - last.residuals - last.jacobian @ step, step) / (step @ step)


def _root(first: Point, point: Point) -> float:
    """Return the root of the rise of twice the cost, negative where it falls."""
    rise = 2 * (point.cost - first.cost)
    return math.copysign(math.sqrt(abs(rise)), rise)


def _spread(jacobian: Array, place: int) -> float:
    """Return how far a number can move by the curvature of the cost, the others with it, until the root is 1."""
    variance = float(np.linalg.pinv(jacobian.T @ jacobian, hermitian=True)[place, place])
    return math.sqrt(variance) if variance > 0 else LONGEST
