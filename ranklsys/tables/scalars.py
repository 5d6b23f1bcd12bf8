"""Scalars: numbers of any library that counts as Python does, or an error that says what goes."""

from __future__ import annotations

import math
import operator
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ranklsys.errors import DataError


def real(value: Any, where: str = "") -> float:
    """Return a finite number: of Python, numpy or pandas, also an array of one. Raises DataError for all else."""
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_", "NoneType"):
        raise _not(value, "a number", where, "Give a number, or a text such as '2 1/d'")
    try:
        number = value.item() if hasattr(value, "item") else value
        if isinstance(number, str | bytes | complex):
            raise TypeError
        found = float(number)
    except (TypeError, ValueError, OverflowError):
        raise _not(value, "a number", where, "Give a number, or a text such as '2 1/d'") from None
    if not math.isfinite(found):
        raise DataError(f"a value cannot be {value}", where=where, hint="Give a finite number")
    return found


def whole(value: Any, where: str = "") -> int:
    """Return a whole number of any library; 10.0 is one. Raises DataError for all else."""
    try:
        return operator.index(value) if not isinstance(value, bool) else _from_real(value, where)
    except TypeError:
        return _from_real(value, where)


def by_id(values: Any, where: str = "") -> dict[str, Any]:
    """Return a mapping, or a pandas Series, as a dictionary. Raises DataError for all else."""
    if values is None:
        return {}
    if isinstance(values, Mapping) or (hasattr(values, "items") and getattr(values, "ndim", 0) == 1):
        return {str(name): value for name, value in values.items()}
    raise _not(values, "numbers by id", where, 'Give {"RANKL_loss": 2}, a pandas Series, or RANKL_loss=2')


def file_path(value: Any, where: str = "") -> Path:
    """Return a path, or a text as one. Raises DataError for all else."""
    if isinstance(value, str | os.PathLike):
        return Path(value)
    raise _not(value, "a path", where, 'Give e.g. "rows.csv"')


def items(values: Any, noun: str, where: str = "") -> list[Any]:
    """Return what a list, an array, a Series or another iterable holds. Raises DataError for a text and all else."""
    try:
        if not isinstance(values, str | bytes):
            return list(values)
    except TypeError:
        pass
    raise _not(values, f"a list of {noun}", where, "Put it into square brackets")


def _from_real(value: Any, where: str) -> int:
    number = math.nan if isinstance(value, bool | str) else real(value, where)
    if number != round(number) if math.isfinite(number) else True:
        raise _not(value, "a whole number", where, "Give e.g. 201")
    return int(number)


def _not(value: Any, noun: str, where: str, hint: str) -> DataError:
    text = repr(value)
    said = text if len(text) < 60 and "\n" not in text else f"a {type(value).__name__}"
    return DataError(f"{said} is not {noun}", where=where, hint=hint)
