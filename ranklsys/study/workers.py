"""Workers: an engine for pyPESTO: its tasks in processes, and within them side by side where that costs hardly more."""

from __future__ import annotations

import copy
import math
import multiprocessing
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from typing import TYPE_CHECKING, Any

from ranklsys.show import moving
from ranklsys.study.meeting import Meeting
from ranklsys.study.objective import USUAL_STEPS, Objective

if TYPE_CHECKING:
    from multiprocessing.queues import SimpleQueue

    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

TOGETHER = 4
"""Tasks that a process has at least, where they run side by side: two processes with one each do twice the work."""
MOST = 64
"""Tasks that run side by side in a process, at most; as one ends the next begins."""
OFTEN = 0.2
"""Seconds after which it is seen again how far the processes are."""

Tell = Callable[[int, float], object]


class Workers:
    """Runs the tasks of pyPESTO on an objective, and says how far they are.

    processes: at most. report: gets a line as each task is done. progress: show a bar on the terminal.
    """

    def __init__(
        self,
        objective: Objective,
        processes: int,
        report: Callable[[str], object] | None = None,
        progress: bool = False,
    ) -> None:
        self.objective, self.processes, self.report, self.progress = objective, processes, report, progress
        self.begin("task")

    def begin(self, what: str) -> None:
        """Count from 0 again, under another name."""
        self.what, self.done, self.asked, self.least = what, 0, 0, math.inf

    def execute(self, tasks: Sequence[Any], progress_bar: bool | None = None) -> list[Any]:
        """Return what each task gives, in order."""
        self.total = len(tasks)
        together = TOGETHER if self.objective.side_by_side else 1
        number = min(self.processes, max(1, len(tasks) // together))
        with moving(f"{self.total} x {self.what}", self.progress) as self.move:
            if number < 2:
                return run(self.objective, tasks, self._told)
            return self._in_processes(tasks, number)

    def _in_processes(self, tasks: Sequence[Any], number: int) -> list[Any]:
        import cloudpickle  # pyPESTO's tasks hold closures

        groups = number if self.objective.side_by_side else len(tasks)
        # A fork has all that is imported, composed and loaded; elsewhere a process begins anew
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        said = context.SimpleQueue()
        with ProcessPoolExecutor(number, mp_context=context, initializer=_listen, initargs=(said,)) as pool:
            places: dict[Future[list[Any]], list[int]] = {}
            for group in range(groups):
                own = [*range(group, len(tasks), groups)]
                packed = cloudpickle.dumps((self.objective, [tasks[place] for place in own]))
                places[pool.submit(_execute, packed)] = own
            left = set(places)
            while left:
                finished, left = wait(left, timeout=OFTEN, return_when="FIRST_COMPLETED")
                while not said.empty():
                    self._told(*said.get())
                for future in finished:
                    future.result()
        found: dict[int, Any] = {}
        for future, own in places.items():
            found |= dict(zip(own, future.result(), strict=True))
        return [found[place] for place in range(len(tasks))]

    def _told(self, done: int, cost: float) -> None:
        """Note that a task is done (1), with a cost or NaN, or that one has asked (0)."""
        self.asked += 1 - done
        self.done += done
        if not math.isnan(cost):
            self.least = min(self.least, cost)
        if done and self.report:
            least = "" if math.isnan(cost) else f": cost {cost:.4g}, least so far {self.least:.4g}"
            self.report(f"{self.what} {self.done} of {self.total}{least}")
        self.move(self.share)

    @property
    def share(self) -> float:
        """How much is done: nobody knows how often a task will ask, so that one under way never looks done."""
        often = self.asked / self.total
        return (self.done + (self.total - self.done) * often / (often + USUAL_STEPS)) / self.total


def run(objective: Objective, tasks: Sequence[Any], tell: Tell) -> list[Any]:
    """Return what each task gives, in order: side by side if the objective is made for that, else one by one."""
    found: dict[int, Any] = {}

    def answer(points: Array) -> Array:
        result = objective.predicted(points)
        tell(0, math.nan)
        return result

    def done(place: int, result: Any) -> None:
        found[place] = result
        cost = result.get("fval")
        tell(1, math.nan if cost is None else float(cost))

    try:
        if objective.side_by_side:
            meeting = Meeting(answer)
            objective.ask = meeting.ask
            # a task changes what it holds; functions stay the same, and with them the objective
            meeting.held([copy.deepcopy(task).execute for task in tasks], done, MOST)
        else:
            objective.ask = answer
            for place, task in enumerate(tasks):
                done(place, task.execute())
    finally:
        objective.ask = objective.predicted
    return [found[place] for place in range(len(tasks))]


_said: SimpleQueue[tuple[int, float]] | None = None


def _listen(said: SimpleQueue[tuple[int, float]]) -> None:
    """Remember, in a worker, who wants to know how far it is; what it prints does not pass the bar of its parent."""
    global _said
    _said = said
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__


def _execute(packed: bytes) -> list[Any]:
    import cloudpickle

    objective, tasks = cloudpickle.loads(packed)
    return run(objective, tasks, lambda *told: _said.put(told) if _said else None)
