"""Meetings: tasks wait for each other, get their own answers, and all go home when something is wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from ranklsys.study.meeting import Meeting


class Squares:
    """A meeting that answers with squares, and remembers what it was asked at a time."""

    def __init__(self) -> None:
        self.asked: list[list[float]] = []
        self.meeting = Meeting(self.answer)

    def answer(self, points: np.ndarray) -> np.ndarray:
        self.asked.append(sorted(points[:, 0].tolist()))
        return points**2

    def task(self, *numbers: float) -> Callable[[], float]:
        """Return a task that asks about numbers one after another, and gives the sum of the squares."""
        return lambda: sum(float(self.meeting.ask(np.array([[number]]))[0, 0]) for number in numbers)


def held(squares: Squares, *tasks: Callable[[], float], most: int = 64) -> dict[int, float]:
    found: dict[int, float] = {}
    squares.meeting.held(tasks, found.__setitem__, most)
    return found


def test_all_who_are_there_are_asked_at_once() -> None:
    squares = Squares()
    assert held(squares, squares.task(1, 2, 3), squares.task(4), squares.task(5, 6)) == {0: 14, 1: 16, 2: 61}
    assert squares.asked == [[1, 4, 5], [2, 6], [3]]


def test_as_one_ends_the_next_begins() -> None:
    squares = Squares()
    assert held(squares, squares.task(1), squares.task(2, 3), squares.task(4), most=2) == {0: 1, 1: 13, 2: 16}
    assert squares.asked == [[1, 2], [3, 4]]


def test_a_task_that_fails_ends_the_meeting_and_leaves_no_thread() -> None:
    squares, before = Squares(), threading.active_count()

    def fails() -> float:
        squares.meeting.ask(np.array([[1.0]]))
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        held(squares, squares.task(2, 3, 4), fails, squares.task(5, 6, 7))
    deadline = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before


def test_an_answer_that_fails_reaches_the_tasks() -> None:
    def refuse(points: np.ndarray) -> np.ndarray:
        raise ValueError("no answer")

    meeting = Meeting(refuse)

    def task() -> str:
        try:
            meeting.ask(np.zeros((1, 1)))
        except ValueError as problem:
            return str(problem)
        return ""

    found: dict[int, str] = {}
    meeting.held([task, task], found.__setitem__)
    assert found == {0: "no answer", 1: "no answer"}
