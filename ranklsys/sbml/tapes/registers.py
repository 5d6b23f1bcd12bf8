"""Registers: expressions as tapes. What never changes is computed once, what only events change after each event.

A tape is a program of steps (operation, target, three sources), each over all lanes at once. Frequent pairs of
operations are one step, since each step costs the reading of its operands. A node lives where another has died, so that
few registers stay in the cache.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ranklsys.sbml.tapes import expressions as ex
from ranklsys.sbml.tapes.expressions import FIXED, MOVING, SWITCHED, Expressions

Tape = NDArray[np.int32]

PRODUCT_PLUS, PRODUCT_MINUS, LESS_PRODUCT, PRODUCT_OF_THREE, SUM_OF_THREE = range(10, 15)
"""a*b + c, a*b - c, c - a*b, a*b*c, a + b + c."""


class Registers:
    """Where each node stands: leaves and what is kept first, then the working room that tapes share.

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
        self._room = len(self.place)
        self.number = self._room

    def start(self) -> Tape:
        """Return the tape of what never changes during a run."""
        return self._plain(self._kept[FIXED])

    def switched(self) -> Tape:
        """Return the tape of what events change."""
        return self._plain(self._kept[SWITCHED])

    def tape(self, wanted: Sequence[int]) -> tuple[Tape, NDArray[np.int32]]:
        """Return a tape of what moves, and the register in which each wanted node then stands."""
        order, fused = self._order(wanted)
        last: dict[int, int] = {}
        for turn, node in enumerate(order):
            for part in self._step(node, fused)[1]:
                last[part] = turn
        kept, place = set(wanted), dict(self.place)
        free: list[int] = []
        top, steps = self._room, []
        for turn, node in enumerate(order):
            operation, parts = self._step(node, fused)
            sources = [place[part] for part in parts]
            if free:
                place[node] = free.pop()
            else:
                place[node], top = top, top + 1
            steps.append([operation, place[node], *sources, *[sources[0]] * (3 - len(sources))])
            # only now: a target that is also a source would keep the compiler from vectors
            dead = {part for part in parts if last[part] == turn and part not in kept and part not in self.place}
            free += sorted(place[part] for part in dead)
        self.number = max(self.number, top)
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
        if inner == ex.MULTIPLY:
            return {ex.ADD: PRODUCT_PLUS, ex.MULTIPLY: PRODUCT_OF_THREE}.get(outer)
        return SUM_OF_THREE if inner == outer == ex.ADD else None

    def _step(self, node: int, fused: dict[int, int]) -> tuple[int, tuple[int, ...]]:
        """Return the operation and operands of a node, with the operand that it has taken in."""
        parts = self._made[node].parts
        if node not in fused:
            return self._made[node].kind, parts
        side = parts.index(fused[node])
        operation = self._pair(node, fused[node], side)
        assert operation is not None
        return operation, (*self._made[fused[node]].parts, parts[1 - side])
