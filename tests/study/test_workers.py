"""Workers: tasks give what they would alone, in order, and how far they are only ever rises."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from ranklsys.study.workers import Workers


class Made:
    """An objective that squares, for tasks that run beside each other or not."""

    def __init__(self, side_by_side: bool) -> None:
        self.side_by_side, self.ask = side_by_side, self.predicted
        self.widths: list[int] = []

    def predicted(self, points: np.ndarray) -> np.ndarray:
        self.widths.append(len(points))
        return points**2


@dataclass
class Task:
    """Asks so many times, and gives the last answer as its cost."""

    objective: list[Made]
    often: int

    def execute(self) -> dict[str, float]:
        (objective,) = self.objective
        for number in range(self.often):
            answer = objective.ask(np.array([[float(number)]]))
        return {"fval": float(answer[0, 0])}

    def __deepcopy__(self, memo: object) -> Task:
        return Task(self.objective, self.often)


@pytest.mark.parametrize("side_by_side", [False, True])
def test_results_are_in_order_and_the_share_rises_to_the_whole(side_by_side: bool) -> None:
    objective, lines, shares = Made(side_by_side), [], []
    workers = Workers(objective, 1, lines.append)
    told = workers._told

    def noted(done: int, cost: float) -> None:
        told(done, cost)
        shares.append(workers.share)

    workers._told = noted
    workers.begin("start")
    found = workers.execute([Task([objective], often) for often in (3, 1, 2)])
    assert [each["fval"] for each in found] == [4.0, 0.0, 1.0]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert all(share < 1.0 for share in shares[:-1])
    assert lines[-1].startswith("start 3 of 3: cost ")
    assert objective.widths == ([3, 2, 1] if side_by_side else [1] * 6)
