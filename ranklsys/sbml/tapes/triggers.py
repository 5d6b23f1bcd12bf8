"""Triggers: conditions of events that come at a time known beforehand, as a list of comparisons that must all hold.

``time >= due`` and what else must hold, none of which may read a state: then the moment is known without watching the
run. An event that waits for a state is refused.
"""

from __future__ import annotations

from collections.abc import Callable

import libsbml

from ranklsys.sbml.tapes.expressions import MOVING, Expressions
from ranklsys.sbml.tapes.formulas import refusal

FROM, AFTER, BEFORE, UNTIL, POSITIVE, NOT_NEGATIVE, ZERO, NOT_ZERO = range(8)
"""time >= x, time > x, time < x, time <= x; x > 0, x >= 0, x == 0, x != 0."""

Comparison = tuple[int, int]
"""What must hold of a node."""

_GREATER = {libsbml.AST_RELATIONAL_GEQ: (FROM, NOT_NEGATIVE), libsbml.AST_RELATIONAL_GT: (AFTER, POSITIVE)}
_LESS = {libsbml.AST_RELATIONAL_LEQ: (UNTIL, NOT_NEGATIVE), libsbml.AST_RELATIONAL_LT: (BEFORE, POSITIVE)}
_MIRRORED = {
    libsbml.AST_RELATIONAL_GEQ: libsbml.AST_RELATIONAL_LEQ,
    libsbml.AST_RELATIONAL_GT: libsbml.AST_RELATIONAL_LT,
    libsbml.AST_RELATIONAL_LEQ: libsbml.AST_RELATIONAL_GEQ,
    libsbml.AST_RELATIONAL_LT: libsbml.AST_RELATIONAL_GT,
}
_EQUAL = {libsbml.AST_RELATIONAL_EQ: ZERO, libsbml.AST_RELATIONAL_NEQ: NOT_ZERO}


def comparisons(
    math: libsbml.ASTNode, made: Expressions, node: Callable[[libsbml.ASTNode], int], where: str
) -> list[Comparison]:
    """Return what must hold for an event. node: how a formula becomes a node. where: the event, for the error."""
    kind = math.getType()
    if kind == libsbml.AST_LOGICAL_AND:
        children = [math.getChild(place) for place in range(math.getNumChildren())]
        return [found for child in children for found in comparisons(child, made, node, where)]
    if kind not in {**_MIRRORED, **_EQUAL} or math.getNumChildren() != 2:
        what = math.getName() or math.getOperatorName() or libsbml.formulaToL3String(math)
        raise refusal(where, f"a trigger with '{what}'")
    left, right = math.getChild(0), math.getChild(1)
    if right.getType() == libsbml.AST_NAME_TIME and kind in _MIRRORED:
        left, right, kind = right, left, _MIRRORED[kind]
    if left.getType() == libsbml.AST_NAME_TIME and kind in _MIRRORED:
        relation = {**_GREATER, **_LESS}[kind][0]
        return [(relation, _still(made, node(right), where))]
    relation = _EQUAL[kind] if kind in _EQUAL else {**_GREATER, **_LESS}[kind][1]
    one, other = node(left), node(right)
    return [(relation, _still(made, made.subtract(other, one) if kind in _LESS else made.subtract(one, other), where))]


def _still(made: Expressions, node: int, where: str) -> int:
    """Return the node. Raises NotForLanes if it moves, so that nobody knows when the event comes."""
    if made[node].level == MOVING:
        raise refusal(where, "a trigger that waits for a state")
    return node
