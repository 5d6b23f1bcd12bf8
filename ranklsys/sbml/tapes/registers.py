"""Registers: expressions as tapes. What never changes is computed once, what only events change after each event.

A tape is a program of steps (operation, target, three sources), each over all lanes at once. Where a sum takes in a
product, both are one step, rounded once, as processors do it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ranklsys.sbml.tapes import expressions as ex
from ranklsys.sbml.tapes.expressions import FIXED, MOVING, SWITCHED, Expressions

Tape = NDArray[np.int32]

PRODUCT_PLUS, PRODUCT_MINUS, LESS_PRODUCT = range(10, 13)
"""a*b + c, a*b - c, c - a*b, rounded once."""


class Registers:
    """Where each node stands. number: of those that are kept; what a tape needs beyond is its own.

    Constants and numbers come first, then the clock, the states and the switches, then what is kept for a run.
    """

    def __init__(self, expressions: Expressions, roots: Iterable[int], states: int, switches: int) -> None:
        self._made = expressions
        self.place: dict[int, int] = {}
        reached = sorted(expressions.reached(roots))
        for kind in (ex.CONSTANT, ex.NUMBER):
            self._give(node for node in reached if expressions[node].kind == kind)
        self._give([expressions.clock])
        self.first_state = len(self.place)
        self._give(expressions.state(place) for place in range(states))
        self._give(expressions.switch(states + place) for place in range(switches))
        self._kept = {
            level: [node for node in reached if expressions[node].parts and expressions[node].level == level]
            for level in (FIXED, SWITCHED)
        }
        self._give(self._kept[FIXED])
        self._give(self._kept[SWITCHED])
        self.number = len(self.place)

    def start(self) -> Tape:
        """Return the tape of what never changes during a run."""
        return self._plain(self._kept[FIXED])

    def switched(self) -> Tape:
        """Return the tape of what events change."""
        return self._plain(self._kept[SWITCHED])

    def tape(self, wanted: Sequence[int]) -> tuple[Tape, NDArray[np.int32]]:
        """Return a tape of what moves, and the register in which each wanted node then stands."""
        order, fused = self._order(wanted)
        place, steps = dict(self.place), []
        for node in order:
            operation, parts = self._step(node, fused)
            sources = [place[part] for part in parts]
            place[node] = len(place)
            steps.append([operation, place[node], *sources, *[sources[0]] * (3 - len(sources))])
        return np.array(steps, np.int32).reshape(-1, 5), np.array([place[node] for node in wanted], np.int32)

    def _give(self, nodes: Iterable[int]) -> None:
        for node in nodes:
            self.place.setdefault(node, len(self.place))

    def _plain(self, nodes: Iterable[int]) -> Tape:
        steps = []
        for node in nodes:
            sources = [self.place[part] for part in self._made[node].parts]
            steps.append([self._made[node].kind, self.place[node], *sources, *[sources[0]] * (3 - len(sources))])
        return np.array(steps, np.int32).reshape(-1, 5)

    def _moves(self, node: int) -> bool:
        return bool(self._made[node].parts) and self._made[node].level == MOVING

    def _order(self, wanted: Sequence[int]) -> tuple[list[int], dict[int, int]]:
        """Return what moves, operands before results and near them, and which operand each node takes into its step."""
        reached = [node for node in self._made.reached(wanted) if self._moves(node)]
        uses = Counter(part for node in reached for part in set(self._made[node].parts))
        inside = {node for node in reached if uses[node] == 1} - set(wanted)
        fused: dict[int, int] = {}
        for node in sorted(reached):
            for side, part in enumerate(self._made[node].parts):
                if part in inside and part not in fused and self._pair(node, part, side) is not None:
                    fused[node] = part
                    break
        taken = set(fused.values())
        order: list[int] = []
        done: set[int] = set()
        left = [(node, False) for node in reversed(wanted)]
        while left:
            node, ready = left.pop()
            if node in done or not self._moves(node):
                continue
            if ready:
                done.add(node)
                if node not in taken:
                    order.append(node)
            else:
                left.append((node, True))
                left += [(part, False) for part in reversed(self._made[node].parts)]
        return order, fused

    def _pair(self, node: int, part: int, side: int) -> int | None:
        """Return the operation that does a node and one of its operands at once, if there is one."""
        outer, inner, parts = self._made[node].kind, self._made[part].kind, self._made[node].parts
        if len(parts) == 2 and parts[0] == parts[1]:
            return None
        if inner == ex.MULTIPLY and outer == ex.SUBTRACT:
            return PRODUCT_MINUS if side == 0 else LESS_PRODUCT
        return PRODUCT_PLUS if inner == ex.MULTIPLY and outer == ex.ADD else None

    def _step(self, node: int, fused: dict[int, int]) -> tuple[int, tuple[int, ...]]:
        """Return the operation and operands of a node, with the operand that it has taken in."""
        parts = self._made[node].parts
        if node not in fused:
            return self._made[node].kind, parts
        side = parts.index(fused[node])
        operation = self._pair(node, fused[node], side)
        assert operation is not None
        return operation, (*self._made[fused[node]].parts, parts[1 - side])
