"""Elimination: how a sparse matrix of one pattern is factored and solved, as programs that know only places.

A step is ``target -= a * b``, a product with the inverse of a pivot, or that inverse. No pivoting beyond the diagonal:
for matrices 1/(h*g) - J, whose diagonal grows as steps get shorter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LESS, TIMES, INVERSE = range(3)
Program = NDArray[np.int32]
Place = tuple[int, int]


@dataclass(frozen=True)
class Elimination:
    """Programs (steps x operation, target, two places) over the entries of a factored matrix.

    size: entries. factor: in place. solve: on a vector by state; places are an entry and a state. entries: of each
    place of the pattern asked for. diagonal: entries by state.
    """

    size: int
    factor: Program
    solve: Program
    entries: NDArray[np.int32]
    diagonal: NDArray[np.int32]


def elimination(states: int, pattern: Iterable[Place]) -> Elimination:
    """Return how to eliminate a matrix with these entries and its diagonal."""
    pattern = list(pattern)
    filled = set(pattern) | {(state, state) for state in range(states)}
    order = _fewest_products_first(states, filled)
    turn = {state: place for place, state in enumerate(order)}
    rows: list[set[int]] = [set() for _ in range(states)]
    for row, column in filled:
        rows[turn[row]].add(turn[column])
    for row in range(states):
        for pivot in range(row):
            if pivot in rows[row]:
                rows[row] |= {column for column in rows[pivot] if column > pivot}
    places = [(row, column) for row in range(states) for column in sorted(rows[row])]
    entry = {place: number for number, place in enumerate(places)}
    factor: list[list[int]] = []
    for row, column in places:
        before = [pivot for pivot in rows[row] if pivot < min(row, column) and column in rows[pivot]]
        factor += _less(entry[row, column], [(entry[row, pivot], entry[pivot, column]) for pivot in sorted(before)])
        factor.append(
            [INVERSE, entry[row, row], 0, 0]
            if row == column
            else [TIMES, entry[row, column], entry[column, column], 0]
            if column < row
            else []
        )
    solve: list[list[int]] = []
    for row in range(states):
        before = sorted(column for column in rows[row] if column < row)
        solve += _less(order[row], [(entry[row, column], order[column]) for column in before])
    for row in reversed(range(states)):
        after = sorted((column for column in rows[row] if column > row), reverse=True)  # those known first, first
        solve += _less(order[row], [(entry[row, column], order[column]) for column in after])
        solve.append([TIMES, order[row], entry[row, row], 0])
    return Elimination(
        size=len(entry),
        factor=_program(factor),
        solve=_program(solve),
        entries=np.array([entry[turn[row], turn[column]] for row, column in pattern], np.int32),
        diagonal=np.array([entry[turn[state], turn[state]] for state in range(states)], np.int32),
    )


def _fewest_products_first(states: int, filled: set[Place]) -> list[int]:
    """Return an order of elimination that needs few products: the diagonal of least Markowitz count first."""
    rows: list[set[int]] = [set() for _ in range(states)]
    columns: list[set[int]] = [set() for _ in range(states)]
    for row, column in filled:
        if row != column:
            rows[row].add(column)
            columns[column].add(row)
    left, order = set(range(states)), []
    while left:
        chosen = min(left, key=lambda state: (len(rows[state]) * len(columns[state]), state))
        order.append(chosen)
        left.remove(chosen)
        for row in columns[chosen]:
            rows[row] |= rows[chosen] - {row}
            rows[row].discard(chosen)
        for column in rows[chosen]:
            columns[column] |= columns[chosen] - {column}
            columns[column].discard(chosen)
    return order


def _less(target: int, pairs: list[Place]) -> list[list[int]]:
    """Return steps that take products from a target."""
    return [[LESS, target, one, other] for one, other in pairs]


def _program(steps: list[list[int]]) -> Program:
    return np.array([step for step in steps if step], np.int32).reshape(-1, 4)
