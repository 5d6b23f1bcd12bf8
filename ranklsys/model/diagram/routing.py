"""Routing: arrows between boxes, as curves of one bend that go around other boxes and keep apart."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

BENDS = (0.0, 0.06, -0.06, 0.13, -0.13, 0.2, -0.2, 0.27, -0.27, 0.35, -0.35, 0.46, -0.46, 0.65, -0.65)
"""Where the handle of a curve may be: to the side, as part of the distance."""
ASIDE = (0.0, -0.3, 0.3)
"""Where a curve may leave and arrive: beside the middle of a box, as part of its width."""
TIMES = np.linspace(0.0, 1.0, 61)
GAP_BEFORE, GAP_AFTER = 1.0, 2.0
CELL, CLEAR, EDGE = 7.0, 3.0, 8.0
BLOCKED, SHARED = 0.5, 14.0

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Box:
    """A rectangle around a middle, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> float:
        """The left side."""
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        """The right side."""
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        """The lower side."""
        return self.y + self.height / 2

    @property
    def top(self) -> float:
        """The upper side."""
        return self.y - self.height / 2

    def overlaps(self, other: Box) -> bool:
        """Whether two boxes have an area in common."""
        across, down = abs(self.x - other.x), abs(self.y - other.y)
        return across < (self.width + other.width) / 2 and down < (self.height + other.height) / 2


@dataclass(frozen=True)
class Route:
    """A curve of one bend, with its handle, in pixels."""

    start: tuple[float, float]
    handle: tuple[float, float]
    end: tuple[float, float]

    @property
    def lowest(self) -> float:
        """How far down the curve goes: at an end, or where it turns back (there the two halves have one slope)."""
        (_, start), (_, handle), (_, end) = self.start, self.handle, self.end
        turn = start - 2 * handle + end
        share = (start - handle) / turn if turn else 0.0
        between = start + share * (handle - start) if 0 < share < 1 else start
        return max(start, between, end)

    @property
    def path(self) -> str:
        """The curve in the notation of SVG."""
        return "M{:.1f} {:.1f}Q{:.1f} {:.1f} {:.1f} {:.1f}".format(*self.start, *self.handle, *self.end)

    @property
    def handles(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The two handles of the same curve as a cubic one."""

        def toward(point: tuple[float, float]) -> tuple[float, float]:
            return tuple((one + 2 * other) / 3 for one, other in zip(point, self.handle, strict=True))  # type: ignore[return-value]

        return toward(self.start), toward(self.end)


@dataclass
class Router:
    """Chooses each curve: around boxes and inside the canvas first, then away from earlier curves, then short."""

    boxes: Sequence[Box]
    width: float
    height: float = math.inf
    used: dict[tuple[int, int], int] = field(default_factory=dict)

    def route(self, source: Box, target: Box) -> Route:
        """Return the curve of an arrow from border to border."""
        curves = _curves(source, target)
        points = _points(curves)
        cells = [_cells(each) for each in points]
        shared = np.array([sum(self.used.get(cell, 0) for cell in each) for each in cells])
        lengths = np.sqrt((np.diff(points, axis=1) ** 2).sum(axis=2)).sum(axis=1)
        costs = lengths * (1 + BLOCKED * self._blocked(points, source, target)) + SHARED * shared
        best = int(np.argmin(costs.round(3)))
        for cell in cells[best]:
            self.used[cell] = self.used.get(cell, 0) + 1
        start, handle, end = (tuple(point) for point in curves[best].tolist())
        return Route(start, handle, end)

    def _blocked(self, points: Array, source: Box, target: Box) -> NDArray[np.int64]:
        """Return how many points of each curve lie in a box that is not its own, or at the edge of the canvas."""
        others = [box for box in self.boxes if box not in (source, target)]
        inside = sum((_outside(points, box) < CLEAR).sum(axis=1) for box in others)
        beyond = (points < EDGE).any(axis=2) | (points > np.array([self.width, self.height]) - EDGE).any(axis=2)
        return np.asarray(inside + beyond.sum(axis=1), dtype=np.int64)


def _curves(source: Box, target: Box) -> Array:
    """Return the curves to choose from, each as start, handle and end, from border to border."""
    whole = []
    for leaves, arrives, bend in itertools.product(ASIDE, ASIDE, BENDS):
        start = np.array([source.x + leaves * source.width, source.y])
        end = np.array([target.x + arrives * target.width, target.y])
        across, down = end - start
        whole.append([start, (start + end) / 2 + 2 * bend * np.array([-down, across]), end])
    curves = np.array(whole)
    points = _points(curves)
    first = _leaving(_outside(points, source) - GAP_BEFORE)
    last = 1 - _leaving(_outside(points, target)[:, ::-1] - GAP_AFTER)
    return _between(curves, first, np.maximum(last, first + 0.01))


def _outside(points: Array, box: Box) -> Array:
    """Return how far points are outside a box; negative inside."""
    across = np.abs(points[..., 0] - box.x) - box.width / 2
    down = np.abs(points[..., 1] - box.y) - box.height / 2
    return np.asarray(np.maximum(across, down).round(6))


def _leaving(distance: Array) -> Array:
    """Return the time at which each row first passes zero, between two samples by a straight line."""
    after = np.maximum((distance > 0).argmax(axis=1), 1)
    rows = np.arange(len(distance))
    inner, outer = distance[rows, after - 1], distance[rows, after]
    share = np.where(outer > inner, -inner / np.where(outer > inner, outer - inner, 1.0), 0.0)
    return np.asarray((after - 1 + share.clip(0.0, 1.0)) / (len(TIMES) - 1))


def _points(curves: Array) -> Array:
    times = TIMES[:, None]
    start, handle, end = (curves[:, None, number] for number in range(3))
    points = (1 - times) ** 2 * start + 2 * times * (1 - times) * handle + times**2 * end
    return np.asarray(points.round(6))  # so that the last bit of a processor decides nothing


def _cells(points: Array) -> set[tuple[int, int]]:
    return {(x, y) for x, y in np.rint(points / CELL).astype(int).tolist()}


def _between(curves: Array, first: Array, last: Array) -> Array:
    """Return the part of each curve between two times, by its blossom."""

    def blossom(one: Array, other: Array) -> Array:
        weights = ((1 - one) * (1 - other), one * (1 - other) + other * (1 - one), one * other)
        return np.asarray(sum(weight[:, None] * curves[:, number] for number, weight in enumerate(weights)))

    return np.stack([blossom(first, first), blossom(first, last), blossom(last, last)], axis=1)
