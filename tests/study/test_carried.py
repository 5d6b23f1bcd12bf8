"""Least squares with derivatives that are carried: the same least, for fewer of them; on functions that cost nothing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ranklsys.study.carried import Point, Problem, least, near
from ranklsys.study.profile import Walk

Array = NDArray[np.float64]
TIMES = np.linspace(0.0, 4.0, 9)
SEEN = 3 * np.exp(-0.8 * TIMES) + 0.5 + 0.05 * np.cos(40 * TIMES)


def residuals(x: Array) -> Array:
    """Return how far an exponential decay to a floor is from what was seen: height, rate and floor as logarithms."""
    height, rate, floor = np.exp(x)
    return np.asarray((height * np.exp(-rate * TIMES) + floor - SEEN) / 0.1)


def derivatives(x: Array) -> Array:
    height, rate, floor = np.exp(x)
    fall = height * np.exp(-rate * TIMES)
    return np.column_stack([fall, -fall * rate * TIMES, np.full_like(TIMES, floor)]) / 0.1


@pytest.fixture
def counted() -> tuple[Problem, list[Array]]:
    """Give the problem, and where its derivatives were asked for."""
    asked: list[Array] = []

    def jacobian(x: Array) -> Array:
        asked.append(x)
        return derivatives(x)

    return Problem(residuals, jacobian, np.full(3, -5.0), np.full(3, 5.0)), asked


def slope(point: Point) -> Array:
    """Return the derivatives of the cost, true ones."""
    return derivatives(point.x).T @ point.residuals


def test_the_least_is_found_where_the_cost_is_level(counted: tuple[Problem, list[Array]]) -> None:
    problem, asked = counted
    start = problem.point(np.zeros(3))
    found = least(problem, start)
    assert found.cost < start.cost / 100
    assert np.abs(slope(found)).max() < 0.02 * np.abs(slope(start)).max() / 10
    assert len(asked) <= 5


def test_a_step_tells_what_derivatives_should_have_foretold() -> None:
    one = Point(np.zeros(3), residuals(np.zeros(3)), derivatives(np.zeros(3)))
    step = np.array([0.3, -0.2, 0.1])
    other = one.moved(step, residuals(step))
    assert one.residuals + other.jacobian @ step == pytest.approx(other.residuals)
    across = np.array([0.2, 0.3, 0.0])
    assert other.jacobian @ across == pytest.approx(one.jacobian @ across), "what lies across the step is as it was"


def test_misleading_derivatives_are_computed_anew(counted: tuple[Problem, list[Array]]) -> None:
    problem, asked = counted
    best = least(problem, problem.point(np.zeros(3)))
    asked.clear()
    wrong = Point(best.x, best.residuals, -best.jacobian)
    there = best.x + np.array([0.8, 0, 0])
    found = near(problem, wrong, there, np.array([1, 2]))
    assert len(asked) == 1
    right = near(problem, best, there, np.array([1, 2]))
    assert found.cost == pytest.approx(right.cost, rel=0.05)


@pytest.mark.parametrize("upwards", [False, True])
def test_a_walk_with_carried_derivatives_is_the_profile(counted: tuple[Problem, list[Array]], upwards: bool) -> None:
    """Each point beside the least over the others, found with true derivatives."""
    from scipy.optimize import least_squares

    problem, asked = counted
    best = least(problem, problem.point(np.zeros(3)))
    asked.clear()
    walk = Walk(problem, len(TIMES), best.x, 1, upwards).execute()
    assert len(walk["value"]) >= 3
    for value, cost in zip(walk["value"], walk["cost"], strict=True):
        whole = least_squares(
            lambda some, value=value: residuals(np.array([some[0], value, some[1]])),
            best.x[[0, 2]],
            xtol=1e-12,
            ftol=1e-12,
        )
        assert cost == pytest.approx(whole.cost, abs=0.01)
        assert cost > best.cost
    assert len(asked) <= 2
