"""Formula: arithmetic in text over known ids, such as ``log10(light)`` or ``age >= 50 and body_weight < 90``.

Such text stands in files that strangers send: tables, scenarios, trials, SED-ML, archives. It is never run: it is
parsed, every piece of it is looked up in the tables below, and numpy computes what is found there. What is not there is
refused.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache, reduce
from typing import Any

import numpy as np

from ranklsys.errors import DataError, UnknownName, nearest, unknown

OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.true_divide,
    ast.Pow: np.power,
    ast.UAdd: np.positive,
    ast.USub: np.negative,
    ast.Not: np.logical_not,
    ast.And: np.logical_and,
    ast.Or: np.logical_or,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}
FUNCTIONS: Mapping[str, tuple[Callable[..., Any], int]] = {
    "log": (np.log, 1),
    "ln": (np.log, 1),
    "log10": (np.log10, 1),
    "exp": (np.exp, 1),
    "sqrt": (np.sqrt, 1),
    "abs": (np.abs, 1),
    "floor": (np.floor, 1),
    "ceil": (np.ceil, 1),
    "min": (np.minimum, 2),
    "max": (np.maximum, 2),
    "sin": (np.sin, 1),
    "cos": (np.cos, 1),
    "tan": (np.tan, 1),
    "sinh": (np.sinh, 1),
    "cosh": (np.cosh, 1),
    "tanh": (np.tanh, 1),
    "arcsin": (np.arcsin, 1),
    "arccos": (np.arccos, 1),
    "arctan": (np.arctan, 1),
    "arcsinh": (np.arcsinh, 1),
    "arccosh": (np.arccosh, 1),
    "arctanh": (np.arctanh, 1),
}
"""Each function with its number of arguments; ``log`` is natural, as in numpy and pandas."""

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


def meets(text: str, numbers: Mapping[str, float]) -> bool:
    """Return whether numbers meet a condition; an empty one is always met. Raises what ``compute`` raises."""
    return not text or bool(compute(text, numbers))


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
            return np.float64(value)  # so that 9 ** 9 ** 9 is infinite and not a day's work
        case ast.UnaryOp(op=op, operand=operand):
            return OPERATORS[type(op)](_value(operand, values))
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATORS[type(op)](_value(left, values), _value(right, values))
        case ast.BoolOp(op=op, values=pieces):
            return reduce(OPERATORS[type(op)], (_value(piece, values) for piece in pieces))
        case ast.Compare(left=left, ops=ops, comparators=others):
            sides = [_value(side, values) for side in (left, *others)]
            pairs = zip(ops, sides, sides[1:], strict=False)
            return reduce(np.logical_and, (OPERATORS[type(op)](one, other) for op, one, other in pairs))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return FUNCTIONS[name][0](*(_value(argument, values) for argument in arguments))
    raise AssertionError(f"{node} was let through")  # pragma: no cover
