"""Formula: arithmetic in text over known ids, such as ``log10(light)`` or ``age >= 50 and body_weight < 90``.

Such text stands in files that strangers send: tables, scenarios, trials, SED-ML, archives. It is never run: it is
parsed, every piece of it is looked up in the tables below, and numpy computes what is found there. What is not there is
refused.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from functools import lru_cache, partial, reduce
from typing import Any

from ranklsys.errors import DataError, UnknownName, nearest, unknown

OPERATORS: Mapping[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "true_divide",
    ast.Pow: "power",
    ast.UAdd: "positive",
    ast.USub: "negative",
    ast.Not: "logical_not",
    ast.And: "logical_and",
    ast.Or: "logical_or",
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
}
"""Each operator as numpy has it. By name: plugins are listed with this module, and without numpy."""
FUNCTIONS: Mapping[str, tuple[str, int]] = {
    "log": ("log", 1),
    "ln": ("log", 1),
    "log10": ("log10", 1),
    "exp": ("exp", 1),
    "sqrt": ("sqrt", 1),
    "abs": ("abs", 1),
    "floor": ("floor", 1),
    "ceil": ("ceil", 1),
    "min": ("minimum", 2),
    "max": ("maximum", 2),
    "sin": ("sin", 1),
    "cos": ("cos", 1),
    "tan": ("tan", 1),
    "sinh": ("sinh", 1),
    "cosh": ("cosh", 1),
    "tanh": ("tanh", 1),
    "arcsin": ("arcsin", 1),
    "arccos": ("arccos", 1),
    "arctan": ("arctan", 1),
    "arcsinh": ("arcsinh", 1),
    "arccosh": ("arccosh", 1),
    "arctanh": ("arctanh", 1),
}
"""Each function as numpy has it, with its number of arguments; ``log`` is natural, as in numpy and pandas."""

LONGEST, DEEPEST = 1000, 150
"""Characters of a text, and levels of brackets and operators in it: more is nobody's formula."""

HINT = "Formulas have numbers, ids, + - * / **, comparisons, and, or, not, and: " + ", ".join(FUNCTIONS)
CONDITION = 'Write e.g. "age >= 50 and body_weight < 90"'


def names(text: str) -> frozenset[str]:
    """Return the ids that a formula reads. Raises DataError if it holds anything that formulas do not have."""
    return _read(text)[1]


def compute(text: str, values: Mapping[str, Any]) -> Any:
    """Return what a formula gives: a float, or an array of the shape of the values it reads.

    values: by id, a number or an array. Division by zero gives infinity. Raises DataError for what formulas do not
    have, UnknownName for an id that is not among the values.
    """
    import numpy as np

    tree, read = _read(text)
    for name in sorted(read):
        if name not in values:
            raise UnknownName(f"the formula '{text}' reads '{name}', which is not there{nearest(name, values)}")
    with np.errstate(divide="ignore"):
        return _value(tree, values)


def check_condition(text: str, known: Collection[str]) -> None:
    """Raise DataError if a text is no condition, UnknownName if it reads what is not known."""
    tree, read = _read(text)
    if not isinstance(tree, (ast.Compare, ast.BoolOp)) and not _denies(tree):
        raise DataError(f"'{text}' compares nothing", hint=CONDITION)
    for name in sorted(read):
        if name not in known:
            raise unknown(
                "quantity", name, known, where=f"'{text}'", hint="It reads what is drawn, or seen at the start"
            )


def meets(text: str, values: Mapping[str, Any]) -> Any:
    """Return where values meet a condition, as ``compute`` takes them; an empty one is always met. Raises the same."""
    return not text or compute(text, values).astype(bool)


def _denies(tree: ast.AST) -> bool:
    return isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not)


@lru_cache(maxsize=256)
def _read(text: str) -> tuple[ast.expr, frozenset[str]]:
    """Return the parsed text, in which every piece is allowed, and the ids in it."""
    if len(text) > LONGEST:
        raise DataError(f"a formula of {len(text)} characters is too long", hint=f"Up to {LONGEST}")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise DataError(f"the formula '{text}' cannot be read", hint=HINT) from None
    found: set[str] = set()
    level: list[ast.expr] = [tree]
    for _ in range(DEEPEST):
        found |= {node.id for node in level if isinstance(node, ast.Name)}
        level = [operand for node in level for operand in _operands(node, text)]
        if not level:
            return tree, frozenset(found)
    raise DataError("the formula is nested too deeply", where=f"'{text[:60]}...'", hint=f"Up to {DEEPEST} levels")


def _operands(node: ast.expr, text: str) -> list[ast.expr]:
    """Return what a piece of a formula computes with. Raises DataError if it is a piece that formulas do not have."""
    match node:
        case ast.Name():
            return []
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() | float() as value) if value < 1e308:
            return []
        case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
            return [operand]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return [left, right]
        case ast.BoolOp(values=values):
            return values
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in OPERATORS for op in ops):
            return [left, *others]
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            if len(arguments) != FUNCTIONS[name][1]:
                what = f"'{name}' takes {FUNCTIONS[name][1]} in the formula '{text}', not {len(arguments)}"
                raise DataError(what, hint=HINT)
            return arguments
    piece = ast.get_source_segment(text.strip(), node) or type(node).__name__
    power = "Write a power as **" if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor) else HINT
    raise DataError(f"the formula '{text}' holds '{piece}', which formulas do not have", hint=power)


def _value(node: ast.AST, values: Mapping[str, Any]) -> Any:
    """Return the value of an allowed piece."""
    match node:
        case ast.Name(id=name):
            return values[name]
        case ast.Constant(value=int() | float() as value):
            return _computed("float64", value)  # so that 9 ** 9 ** 9 is infinite and not a day's work
        case ast.UnaryOp(op=op, operand=operand):
            return _computed(OPERATORS[type(op)], _value(operand, values))
        case ast.BinOp(left=left, op=op, right=right):
            return _computed(OPERATORS[type(op)], _value(left, values), _value(right, values))
        case ast.BoolOp(op=op, values=pieces):
            return reduce(partial(_computed, OPERATORS[type(op)]), (_value(piece, values) for piece in pieces))
        case ast.Compare(left=left, ops=ops, comparators=others):
            sides = [_value(side, values) for side in (left, *others)]
            pairs = zip(ops, sides, sides[1:], strict=False)
            hold = (_computed(OPERATORS[type(op)], one, other) for op, one, other in pairs)
            return reduce(partial(_computed, "logical_and"), hold)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _computed(FUNCTIONS[name][0], *(_value(argument, values) for argument in arguments))
    raise AssertionError(f"{node} was let through")  # pragma: no cover


def _computed(name: str, *numbers: Any) -> Any:
    """Return what a function of numpy, which one of the tables names, makes of numbers."""
    import numpy as np

    return getattr(np, name)(*numbers)
