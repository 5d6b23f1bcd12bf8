"""Meeting: tasks that ask the same function wait for each other, so that it is asked once for all of them.

Each task runs in a thread of its own, and only one place computes: who called ``held``. So a function for which many
questions cost hardly more than one serves fits that are written as if each were alone.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import Queue
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class Ended(BaseException):
    """The meeting is over before a task was done; for its thread alone."""


@dataclass(eq=False)
class _Asked:
    """Points that a task asks about, and where its answer goes."""

    points: Array
    answer: Queue[Array | BaseException] = field(default_factory=lambda: Queue(1))


class Meeting:
    """Where tasks ask.

    answer: of many points (points x numbers), one row for each. A task calls ``ask`` in place of it.
    """

    def __init__(self, answer: Callable[[Array], Array]) -> None:
        self.answer = answer
        self._said: Queue[_Asked | tuple[int, Any, BaseException | None]] = Queue()
        self._over = False

    def ask(self, points: Array) -> Array:
        """Return the answer for some points, once all other tasks have asked too or are done."""
        asked = _Asked(points)
        self._said.put(asked)
        if self._over:
            raise Ended
        found = asked.answer.get()
        if isinstance(found, BaseException):
            raise found
        return found

    def held(self, tasks: Sequence[Callable[[], Any]], done: Callable[[int, Any], object], most: int = 64) -> None:
        """Run tasks until all are done, so many at a time. Raises what a task raises.

        done: told the place and result of each.
        """
        coming = iter(enumerate(tasks))
        waiting: list[_Asked] = []
        here = sum(self._begin(each) for each in itertools.islice(coming, most))
        try:
            while here:
                said = self._said.get()
                if isinstance(said, _Asked):
                    waiting.append(said)
                else:
                    place, result, problem = said
                    if problem is not None:
                        raise problem
                    done(place, result)
                    here += sum(self._begin(each) for each in itertools.islice(coming, 1)) - 1
                if waiting and len(waiting) == here:
                    asked, waiting = waiting, []
                    self._answer(asked)
        except BaseException:
            self._end(waiting)
            raise

    def _begin(self, task: tuple[int, Callable[[], Any]]) -> int:
        """Let a task come, and count it."""
        threading.Thread(target=self._run, args=task, daemon=True).start()
        return 1

    def _answer(self, asked: Sequence[_Asked]) -> None:
        try:
            found = self.answer(np.vstack([each.points for each in asked]))
        except BaseException as problem:
            for each in asked:
                each.answer.put(problem if isinstance(problem, Exception) else Ended())
            if isinstance(problem, Exception):
                return
            raise
        ends = np.cumsum([len(each.points) for each in asked])
        for each, end in zip(asked, ends, strict=True):
            each.answer.put(found[end - len(each.points) : end])

    def _run(self, place: int, task: Callable[[], Any]) -> None:
        try:
            self._said.put((place, task(), None))
        except BaseException as problem:
            self._said.put((place, None, problem))

    def _end(self, waiting: list[_Asked]) -> None:
        """Send all tasks home that are still there: those that wait now, and those that will ask."""
        self._over = True
        while not self._said.empty():
            said = self._said.get()
            waiting += [said] if isinstance(said, _Asked) else []
        for each in waiting:
            each.answer.put(Ended())
