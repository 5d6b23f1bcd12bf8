"""Keyed: TOML files as dataclasses, key by field, with an error for every key that is not known."""

from __future__ import annotations

import math
import tomllib
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from ranklsys.errors import DataError, nearest
from ranklsys.tables.cells import text_of

Table = TypeVar("Table")


def load(kind: type[Table], path: Path | str) -> Table:
    """Return the dataclass that a TOML file spells: texts, numbers, flags, lists of texts and tables of dataclasses.

    Raises DataError, which names the file and the key, on a key that is not known or missing, or of another type.
    """
    try:
        return _table(kind, _toml(path), "")
    except DataError as error:
        if error.where == str(path):
            raise
        what = f"{error.where}: {error.what}" if error.where else error.what
        raise DataError(what, where=str(path), hint=error.hint) from error


def _toml(path: Path | str) -> dict[str, object]:
    try:
        return tomllib.loads(text_of(path))
    except ValueError as error:
        raise DataError(f"it is not TOML: {error}", where=str(path)) from error
    except RecursionError:
        raise DataError("it is not TOML: it is nested too deeply", where=str(path)) from None


def _table(kind: type[Table], table: Mapping[str, object], where: str) -> Table:
    """Return the dataclass that a TOML table spells, key by field."""
    _check_keys(kind, table, where)
    hints = get_type_hints(kind)
    found = {key: _value(hints[key], value, f"{where}.{key}" if where else key) for key, value in table.items()}
    try:
        return kind(**found)
    except DataError as error:
        raise DataError(error.what, where=error.where or where, hint=error.hint) from error


def _check_keys(kind: type[Any], table: Mapping[str, object], where: str) -> None:
    """Raise DataError on a key that is not known, and on a missing one."""
    known = {field.name: field for field in fields(kind)}
    hint = f"Keys: {', '.join(known)}"
    for key in table:
        if key not in known:
            raise DataError(f"there is no key '{key}'{nearest(key, known)}", where=where, hint=hint)
    for key, field in known.items():
        if field.default is MISSING and key not in table:
            raise DataError(f"the key '{key}' is missing", where=where, hint=hint)


def _value(kind: Any, value: object, where: str) -> Any:
    if get_origin(kind) is types.UnionType:  # ``str | None``: TOML has no null, so a key that is there is the former
        kind = get_args(kind)[0]
    if get_origin(kind) is tuple:
        return _list(get_args(kind)[0], value, where)
    if isinstance(kind, type) and is_dataclass(kind):
        if not isinstance(value, dict):
            raise DataError(f"{value!r} is not a table", where=where, hint=f"Write: [{where}]")
        return _table(kind, value, where)
    return {str: _text, bool: _flag, float: _number, int: _whole}[kind](value, where)


def _list(kind: Any, value: object, where: str) -> tuple[Any, ...]:
    if not is_dataclass(kind):
        if not isinstance(value, list):
            raise DataError(f"{value!r} is not a list", where=where, hint='Write: ["..."]')
        return tuple(_text(item, where) for item in value)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise DataError("it is not a list of tables", where=where, hint=f"Write: [[{where}]]")
    return tuple(_table(kind, item, f"{where}[{place}]") for place, item in enumerate(value, start=1))  # type: ignore[arg-type]


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise DataError(f"{value!r} is not a text", where=where, hint='Write: "..."')
    return value


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise DataError(f"{value!r} is neither true nor false", where=where, hint="Write: true")
    return value


def _number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise DataError(f"{value!r} is not a number", where=where, hint="Write it like 1.5e-3, without quotes")
    return float(value)


def _whole(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise DataError(f"{value!r} is not a whole number", where=where, hint="Write: 1")
    return value
