"""Profiles: the least cost at each value of one number, the others fitted anew, on either side of the best.

A walk sets out from the best values. Each step is as long as the curve so far says that the root of the rise needs to
grow by a part of what the interval asks for; the others begin where their straight response to the step puts them, so
that one or two steps of least squares find their least. The root, since it is straight where the cost is a parabola.

The derivatives of the best values are carried along the walk (``ranklsys.study.carried``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ranklsys.study.carried import Point, Problem, near
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


@dataclass(frozen=True)
class Walk:
    """One half of a profile, as a task.

    problem: its residuals are those of rows, then those of priors. rows: how many are of rows. best: where it begins.
    place: of the number. upwards: which half.
    """

    problem: Problem
    rows: int
    best: Array
    place: int
    upwards: bool

    def execute(self) -> dict[str, Any]:
        """Return value (a natural logarithm), cost and of_rows of each point after the first, in lists."""
        first = last = self.problem.point(self.best)
        slope = 1 / _spread(first.jacobian, self.place)
        found: list[Point] = []
        while len(found) < MOST_POINTS and _root(first, last) < ROOT_END and not self._at_bound(last):
            point = self._next(last, self._length(slope, _root(first, last)))
            moved = abs(point.x[self.place] - last.x[self.place])
            slope = (_root(first, point) - _root(first, last)) / moved
            found.append(point)
            last = point
        values = [float(point.x[self.place]) for point in found]
        of_rows = [0.5 * float(np.sum(point.residuals[: self.rows] ** 2)) for point in found]
        return {"value": values, "cost": [point.cost for point in found], "of_rows": of_rows}

    def _at_bound(self, point: Point) -> bool:
        bound = self.problem.high if self.upwards else self.problem.low
        return bool(point.x[self.place] == bound[self.place])

    def _length(self, slope: float, root: float) -> float:
        """Return how far the next point is; where the curve is flat, or falls, as far as may be."""
        wanted = min(ROOT_STEP, max(ROOT_END - root, ROOT_STEP / 4))
        return float(np.clip(wanted / slope if slope > 0 else LONGEST, SHORTEST, LONGEST))

    def _next(self, last: Point, length: float) -> Point:
        """Return the point where the number is so much further, and the others are fitted to it."""
        low, high = self.problem.low, self.problem.high
        start = last.x.copy()
        there = start[self.place] + (length if self.upwards else -length)
        start[self.place] = np.clip(there, low[self.place], high[self.place])
        others = np.array([place for place in range(len(start)) if place != self.place], dtype=np.intp)
        if not len(others):
            return last.moved(start, self.problem.residuals(start))
        start[others] += self._response(last, others) * (start[self.place] - last.x[self.place])
        return near(self.problem, last, np.clip(start, low, high), others)

    def _response(self, last: Point, others: Places) -> Array:
        """Return how far the others move with the number, per unit, where the model is straight; none past a bound."""
        free = (last.x[others] > self.problem.low[others]) & (last.x[others] < self.problem.high[others])
        moved = np.zeros(len(others))
        columns = last.jacobian[:, others[free]]
        moved[free] = -np.linalg.lstsq(columns, last.jacobian[:, self.place], rcond=1e-8)[0]
        return moved


def _root(first: Point, point: Point) -> float:
    """Return the root of the rise of twice the cost, negative where it falls."""
    rise = 2 * (point.cost - first.cost)
    return math.copysign(math.sqrt(abs(rise)), rise)


def _spread(jacobian: Array, place: int) -> float:
    """Return how far a number can move by the curvature of the cost, the others with it, until the root is 1."""
    variance = float(np.linalg.pinv(jacobian.T @ jacobian, hermitian=True)[place, place])
    return math.sqrt(variance) if variance > 0 else LONGEST
