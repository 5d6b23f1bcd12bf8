"""Formulas: MathML as expressions, function definitions written out; what lanes do not compute is refused by name."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import libsbml

from ranklsys.errors import NotForLanes
from ranklsys.sbml.tapes.expressions import EXPONENTIAL, LOGARITHM, ROOT, Expressions

Meaning = Callable[[str], int]
"""What an id means where a formula stands, as a node."""

AVOGADRO = 6.02214179e23
"""As SBML Level 3 defines the csymbol."""

_CONSTANTS = {
    libsbml.AST_CONSTANT_PI: math.pi,
    libsbml.AST_CONSTANT_E: math.e,
    libsbml.AST_NAME_AVOGADRO: AVOGADRO,
}
_POWERS = (libsbml.AST_POWER, libsbml.AST_FUNCTION_POWER)
_NAMED = {
    libsbml.AST_FUNCTION_PIECEWISE: "a piecewise",
    libsbml.AST_FUNCTION_DELAY: "a delay",
    libsbml.AST_FUNCTION_RATE_OF: "a rateOf",
}


def refusal(where: str, what: str) -> NotForLanes:
    """Return the error for an element with something that lanes do not do."""
    return NotForLanes(
        f"has {what}, which lanes do not do", where=f"'{where}'", hint="RoadRunner does: --engine roadrunner"
    )


@dataclass(frozen=True)
class Formulas:
    """How formulas become expressions. functions: definitions by id. time: what the symbol means, as a node."""

    expressions: Expressions
    functions: Mapping[str, libsbml.FunctionDefinition]

    def node(self, math: Any, meaning: Meaning, time: Callable[[], int], where: str) -> int:
        """Return a formula as a node. where: the element that it belongs to, for the error."""
        if math is None:
            raise refusal(where, "a formula that is not written")
        made, kind = self.expressions, math.getType()
        if kind == libsbml.AST_NAME_TIME:
            return time()
        if kind in _CONSTANTS:
            return made.constant(_CONSTANTS[kind])
        if math.isNumber():
            return made.constant(float(math.getValue()))
        if kind == libsbml.AST_NAME:
            return meaning(math.getName())
        if kind in _NAMED:
            raise refusal(where, _NAMED[kind])
        children = [math.getChild(place) for place in range(math.getNumChildren())]
        parts = [self.node(child, meaning, time, where) for child in children if not child.isLambda()]
        if kind == libsbml.AST_FUNCTION and math.getName() in self.functions:
            return self._called(math.getName(), parts, time, where)
        return self._operation(math, kind, parts, where)

    def _called(self, name: str, parts: list[int], time: Callable[[], int], where: str) -> int:
        """Return a call of a function definition, written out."""
        definition = self.functions[name]
        names = [definition.getArgument(place).getName() for place in range(definition.getNumArguments())]
        if definition.getBody() is None or len(names) != len(parts):
            raise refusal(where, f"a call of '{name}', which is not defined for {len(parts)} arguments")
        given: dict[str, int] = dict(zip(names, parts, strict=True))

        def meaning(argument: str) -> int:
            if argument not in given:
                raise refusal(name, f"'{argument}', which is none of its arguments")
            return given[argument]

        return self.node(definition.getBody(), meaning, time, where)

    def _operation(self, math: libsbml.ASTNode, kind: int, parts: list[int], where: str) -> int:
        made = self.expressions
        if kind == libsbml.AST_PLUS:
            result = made.zero
            for part in parts:
                result = made.add(result, part)
            return result
        if kind == libsbml.AST_TIMES:
            result = made.one
            for part in parts:
                result = made.multiply(result, part)
            return result
        if kind == libsbml.AST_MINUS:
            return made.negate(parts[0]) if len(parts) == 1 else made.subtract(*parts)
        if kind == libsbml.AST_DIVIDE:
            return made.divide(*parts)
        if kind in _POWERS:
            return made.power(*parts)
        if kind == libsbml.AST_FUNCTION_EXP:
            return made.function(EXPONENTIAL, parts[0])
        if kind == libsbml.AST_FUNCTION_LN:
            return made.function(LOGARITHM, parts[0])
        if kind == libsbml.AST_FUNCTION_LOG:
            base = parts[0] if len(parts) == 2 else made.constant(10.0)
            return made.divide(made.function(LOGARITHM, parts[-1]), made.function(LOGARITHM, base))
        if kind == libsbml.AST_FUNCTION_ROOT:
            degree = parts[0] if len(parts) == 2 else made.constant(2.0)
            if degree == made.constant(2.0):
                return made.function(ROOT, parts[-1])
            return made.power(parts[-1], made.divide(made.one, degree))
        name = math.getName() or math.getOperatorName() or "an operator"
        raise refusal(where, f"the function '{name}'")
