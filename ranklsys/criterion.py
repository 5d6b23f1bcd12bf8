"""Criterion: a condition in text, such as ``age >= 50 and bone_mineral_density_spine < 0.9``."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from ranklsys.errors import DataError, unknown

_ALLOWED = (
    *(ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.Compare),
    *(ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div),
    *(ast.Name, ast.Load, ast.Constant),
)
_HINT = 'Write e.g. "age >= 50 and body_weight < 90"'


def names(text: str) -> frozenset[str]:
    """Return the names that a condition reads. Raises DataError if it is none."""
    return _read(text)[1]


def check(text: str, known: Collection[str]) -> None:
    """Raise DataError if a condition cannot be read, UnknownName if it reads what is not known."""
    for name in sorted(names(text)):
        if name not in known:
            raise unknown(
                "quantity", name, known, where=f"'{text}'", hint="It reads what is drawn, or seen at the start"
            )


def meets(text: str, numbers: Mapping[str, float]) -> bool:
    """Return whether numbers meet a condition; an empty one is always met."""
    return not text or bool(eval(_read(text)[0], {"__builtins__": {}}, dict(numbers)))  # only what _ALLOWED lists


@lru_cache(maxsize=32)
def _read(text: str) -> tuple[Any, frozenset[str]]:
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError:
        raise DataError(f"'{text}' is not a condition", hint=_HINT) from None
    for node in ast.walk(tree):
        number = not isinstance(node, ast.Constant) or isinstance(node.value, (int, float))
        if not isinstance(node, _ALLOWED) or not number:
            raise DataError(f"'{text}' is more than a comparison of numbers", hint=_HINT)
    if not isinstance(tree.body, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
        raise DataError(f"'{text}' compares nothing", hint=_HINT)
    return compile(tree, "criterion", "eval"), frozenset(n.id for n in ast.walk(tree) if isinstance(n, ast.Name))
