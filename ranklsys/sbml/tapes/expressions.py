"""Expressions: formulas as a graph in which what is equal is written once, with derivatives by states.

A node is a number, higher than those of what it is made of. Leaves are constants, numbers of a subject, states,
switches (what only events change) and the clock. What is simplified (x + 0, x * 1, a division by what does not move) is
so exactly or to the last bit of rounding.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, EXPONENTIAL, LOGARITHM, ROOT, NEGATE, DIVIDE_SAFELY = range(10)
CONSTANT, NUMBER, STATE, SWITCH, CLOCK = range(100, 105)

FIXED, SWITCHED, MOVING = range(3)
"""How often a node changes: never during a run, at events, all the time."""

HIGHEST_PRODUCT = 4
"""Up to this power a product is faster than exponential and logarithm, and as exact."""

_WHEN = {CONSTANT: FIXED, NUMBER: FIXED, SWITCH: SWITCHED, STATE: MOVING, CLOCK: MOVING}
_NOWHERE: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Node:
    """A leaf or an operation. value: of a constant, name of a number, place of a state or switch. parts: its operands.

    states: places of the states that it depends on. level: how often it changes.
    """

    kind: int
    value: float | str
    parts: tuple[int, ...]
    states: frozenset[int]
    level: int


class Expressions:
    """The graph; nodes are added, never changed."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._known: dict[tuple[object, ...], int] = {}
        self.zero, self.one = self.constant(0.0), self.constant(1.0)

    def __getitem__(self, node: int) -> Node:
        return self.nodes[node]

    def constant(self, value: float) -> int:
        """Return a constant."""
        return self._leaf(CONSTANT, float(value))

    def number(self, name: str) -> int:
        """Return a number of a subject, the same all through a run."""
        return self._leaf(NUMBER, name)

    def state(self, place: int) -> int:
        """Return a state."""
        return self._leaf(STATE, place)

    def switch(self, place: int) -> int:
        """Return what only events change."""
        return self._leaf(SWITCH, place)

    @cached_property
    def clock(self) -> int:
        """The time at which an event acts."""
        return self._leaf(CLOCK, 0)

    def add(self, one: int, other: int) -> int:
        """Return a sum."""
        if one == self.zero:
            return other
        if other == self.zero:
            return one
        if self._both_constant(one, other):
            return self.constant(self._value(one) + self._value(other))
        if self[other].kind == NEGATE:
            return self.subtract(one, self[other].parts[0])
        if self[one].kind == NEGATE:
            return self.subtract(other, self[one].parts[0])
        return self._operation(ADD, *sorted((one, other)))

    def subtract(self, one: int, other: int) -> int:
        """Return a difference."""
        if other == self.zero:
            return one
        if one == self.zero:
            return self.negate(other)
        if self._both_constant(one, other):
            return self.constant(self._value(one) - self._value(other))
        if self[other].kind == NEGATE:
            return self.add(one, self[other].parts[0])
        return self._operation(SUBTRACT, one, other)

    def negate(self, one: int) -> int:
        """Return a negative."""
        if self[one].kind == CONSTANT:
            return self.constant(-self._value(one))
        return self[one].parts[0] if self[one].kind == NEGATE else self._operation(NEGATE, one)

    def multiply(self, one: int, other: int) -> int:
        """Return a product."""
        if self.zero in (one, other):
            return self.zero
        if self.one in (one, other):
            return other if one == self.one else one
        if self._both_constant(one, other):
            return self.constant(self._value(one) * self._value(other))
        if self[one].kind == NEGATE:
            return self.negate(self.multiply(self[one].parts[0], other))
        if self[other].kind == NEGATE:
            return self.negate(self.multiply(one, self[other].parts[0]))
        return self._operation(MULTIPLY, *sorted((one, other)))

    def divide(self, one: int, other: int) -> int:
        """Return a quotient; by what does not move, as a product with its inverse, which is computed once."""
        if other == self.one:
            return one
        if self._both_constant(one, other) and self._value(other) != 0.0:
            return self.constant(self._value(one) / self._value(other))
        if self[one].level == MOVING and self[other].level < MOVING:
            return self.multiply(one, self._operation(DIVIDE, self.one, other))
        if self[one].kind == NEGATE:
            return self.negate(self.divide(self[one].parts[0], other))
        return self._operation(DIVIDE, one, other)

    def power(self, one: int, other: int) -> int:
        """Return a power; of a small whole exponent, a product."""
        if self[other].kind == CONSTANT:
            exponent = self._value(other)
            if exponent == 0.0:
                return self.one
            if exponent < 0.0:
                return self.divide(self.one, self.power(one, self.constant(-exponent)))
            if exponent == 0.5:
                return self.function(ROOT, one)
            if exponent == int(exponent) and exponent <= HIGHEST_PRODUCT:
                result = one
                for _ in range(int(exponent) - 1):
                    result = self.multiply(result, one)
                return result
        if self[other].kind == NEGATE:
            return self.divide(self.one, self.power(one, self[other].parts[0]))
        return self._operation(POWER, one, other)

    def function(self, kind: int, one: int) -> int:
        """Return an exponential, a natural logarithm or a square root."""
        if self[one].kind == CONSTANT:
            value = self._value(one)
            if kind == EXPONENTIAL and value < 700.0:
                return self.constant(math.exp(value))
            if (kind == LOGARITHM and value > 0.0) or (kind == ROOT and value >= 0.0):
                return self.constant(math.log(value) if kind == LOGARITHM else math.sqrt(value))
        return self._operation(kind, one)

    def reached(self, roots: Iterable[int]) -> set[int]:
        """Return all nodes that these are computed from, themselves included."""
        found: set[int] = set()
        left = list(roots)
        while left:
            node = left.pop()
            if node not in found:
                found.add(node)
                left += self[node].parts
        return found

    def derivatives(self, roots: Iterable[int], state: int) -> dict[int, int]:
        """Return the derivative by a state of all nodes that these are computed from and that depend on it."""
        found: dict[int, int] = {}
        for node in sorted(node for node in self.reached(roots) if state in self[node].states):
            found[node] = self._derivative(node, found)
        return found

    def _derivative(self, node: int, known: dict[int, int]) -> int:
        """Return the derivative of a node. known: those of its operands."""
        kind, parts = self[node].kind, self[node].parts
        if kind == STATE:
            return self.one
        one, other = parts[0], parts[-1]
        first, second = known.get(one, self.zero), known.get(other, self.zero)
        if kind == ADD:
            return self.add(first, second)
        if kind == SUBTRACT:
            return self.subtract(first, second)
        if kind == MULTIPLY:
            return self.add(self.multiply(first, other), self.multiply(one, second))
        if kind == DIVIDE:
            result = self.divide(first, other) if first != self.zero else self.zero
            return self.subtract(result, self.multiply(self.divide(node, other), second))
        if kind == NEGATE:
            return self.negate(first)
        if kind == EXPONENTIAL:
            return self.multiply(node, first)
        if kind == LOGARITHM:
            return self.divide(first, one)
        if kind == ROOT:
            return self.divide(self.multiply(self.constant(0.5), first), node)
        return self._of_power(node, one, other, first, second)

    def _of_power(self, node: int, base: int, exponent: int, first: int, second: int) -> int:
        """Return the derivative of a power, from those of its base and exponent."""
        result = self.zero
        if first != self.zero:
            slope = self.multiply(exponent, self._operation(DIVIDE_SAFELY, node, base))
            result = self.multiply(slope, first)
        if second != self.zero:
            grown = self.multiply(self.multiply(node, self.function(LOGARITHM, base)), second)
            result = self.add(result, grown)
        return result

    def _both_constant(self, one: int, other: int) -> bool:
        return self[one].kind == self[other].kind == CONSTANT

    def _value(self, node: int) -> float:
        return float(self[node].value)

    def _leaf(self, kind: int, value: float | str) -> int:
        states = frozenset([int(value)]) if kind == STATE else _NOWHERE
        return self._added((kind, value), Node(kind, value, (), states, _WHEN[kind]))

    def _operation(self, kind: int, *parts: int) -> int:
        states = _NOWHERE.union(*(self[part].states for part in parts))
        level = max(self[part].level for part in parts)
        return self._added((kind, *parts), Node(kind, 0.0, parts, states, level))

    def _added(self, key: tuple[object, ...], node: Node) -> int:
        if key not in self._known:
            self._known[key] = len(self.nodes)
            self.nodes.append(node)
        return self._known[key]
