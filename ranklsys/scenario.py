"""Scenarios: named experiments, and the tables of observations that they are compared with."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ranklsys.errors import DataError, nearest
from ranklsys.part import HOSTS, number, read_table

if TYPE_CHECKING:
    import pandas as pd

DATASET_COLUMNS = ("arm", "observable", "time", "value", "error", "unit", "note")


@dataclass(frozen=True)
class Dataset:
    """Observations from the literature, as a CSV file in long format.

    table: columns arm, observable, time [d], value, error (one standard error, empty where unknown), unit, note.
    cite: sources, each ``doi:...`` or a reference.
    """

    id: str
    table: Path
    title: str = ""
    cite: tuple[str, ...] = ()

    def frame(self) -> pd.DataFrame:
        """Return the observations, one row each, with an unknown error as NaN.

        Raises DataError, which names file and line, on an empty arm, observable or unit, a number that is none, an
        error that is not positive, or an observable in two units.
        """
        import pandas as pd  # here, so that plugins are listed without it

        rows = []
        units: dict[str, str] = {}
        for where, row in read_table(self.table, DATASET_COLUMNS):
            rows.append(_observation(row, where))
            name, unit = row["observable"], row["unit"]
            if units.setdefault(name, unit) != unit:
                what = f"'{name}' is in '{unit}' here and in '{units[name]}' above"
                raise DataError(what, where=where, hint="Convert the rows to one unit")
        if not rows:
            raise DataError("there are no observations", where=str(self.table), hint="Write one row an observation")
        return pd.DataFrame(rows, columns=list(DATASET_COLUMNS))


def _observation(row: Mapping[str, str], where: str) -> dict[str, str | float]:
    """Return a row of the table, with its numbers read."""
    for column in ("arm", "observable", "unit"):
        if not row[column]:
            hint = "Write 'dimensionless' for a ratio" if column == "unit" else f"Write the id of the {column}"
            raise DataError(f"the {column} is empty", where=where, hint=hint)
    error = _standard_error(row["error"], where)
    return {**row, "time": number(row["time"], where, "time"), "value": number(row["value"], where), "error": error}


def _standard_error(text: str, where: str) -> float:
    """Return a standard error, NaN where it is unknown."""
    error = number(text, where, "error") if text else math.nan
    if error <= 0:
        raise DataError(f"the error {text} is not positive", where=where, hint="Leave it empty where unknown")
    return error


@dataclass(frozen=True)
class Arm:
    """One group of an experiment: what it carries beyond the scenario's parts, and what it is given.

    doses: regimens, each led by the part, e.g. ``opg-fc 3 mg/kg sc tiw from 0 d``.
    """

    id: str
    title: str
    parts: tuple[str, ...] = ()
    doses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Observable:
    """What is measured: an expression over ids of the model, e.g. ``log10(light)``.

    log: whether it is drawn and compared on a logarithmic axis.
    """

    id: str
    title: str
    formula: str
    unit: str
    log: bool = False


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A named experiment: host, parts, arms and observables, with the dataset that it is compared with.

    until: how long it runs, e.g. ``25 d``. every: time between rows of the result; empty leaves the choice open.
    Raises DataError on an unknown host, an id used twice, or no arm or observable.
    """

    id: str
    title: str
    host: str
    parts: tuple[str, ...] = ()
    until: str
    arms: tuple[Arm, ...]
    observables: tuple[Observable, ...]
    dataset: str | None = None
    cite: tuple[str, ...] = ()
    every: str = ""

    def __post_init__(self) -> None:
        where = f"scenario '{self.id}'"
        if self.host not in HOSTS:
            what = f"there is no host '{self.host}'{nearest(self.host, HOSTS)}"
            raise DataError(what, where=where, hint=f"Hosts: {', '.join(HOSTS)}")
        _check_ids("arm", [arm.id for arm in self.arms], where)
        _check_ids("observable", [observable.id for observable in self.observables], where)

    @classmethod
    def from_toml(cls, path: Path | str) -> Scenario:
        """Read a scenario from a TOML file. Raises DataError, which names the file, on any key that is not known."""
        table = _toml(path)
        try:
            return _read(cls, table, "")
        except DataError as error:
            what = f"{error.where}: {error.what}" if error.where else error.what
            raise DataError(what, where=str(path), hint=error.hint) from error


def _toml(path: Path | str) -> dict[str, object]:
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataError("there is no such file", where=str(path)) from error
    except ValueError as error:
        raise DataError(f"it is not TOML: {error}", where=str(path)) from error


def _check_ids(noun: str, ids: list[str], where: str) -> None:
    if not ids:
        raise DataError(f"it has no {noun}", where=where, hint=f"Add a table: [[{noun}s]]")
    for name in ids:
        if ids.count(name) > 1:
            raise DataError(f"two {noun}s have the id '{name}'", where=where, hint="Rename one")


Table = TypeVar("Table", Scenario, Arm, Observable)


def _read(kind: type[Table], table: Mapping[str, object], where: str) -> Table:
    """Return the dataclass that a TOML table spells, key by field."""
    known = {field.name: field for field in fields(kind)}
    _check_keys(known, table, where)
    found = {}
    for key, value in table.items():
        read = _READERS[str(known[key].type)]
        found[key] = read(value, f"{where}.{key}" if where else key)
    return kind(**found)


def _check_keys(known: Mapping[str, Field[Any]], table: Mapping[str, object], where: str) -> None:
    """Raise DataError on a key that is not known, and on a missing one."""
    hint = f"Keys: {', '.join(known)}"
    for key in table:
        if key not in known:
            raise DataError(f"there is no key '{key}'{nearest(key, known)}", where=where, hint=hint)
    for key, field in known.items():
        if field.default is MISSING and key not in table:
            raise DataError(f"the key '{key}' is missing", where=where, hint=hint)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise DataError(f"{value!r} is not a text", where=where, hint='Write: "..."')
    return value


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise DataError(f"{value!r} is neither true nor false", where=where, hint="Write: true")
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise DataError(f"{value!r} is not a list", where=where, hint='Write: ["..."]')
    return tuple(_text(item, where) for item in value)


def _tables(kind: type[Table]) -> Callable[[object, str], tuple[Table, ...]]:
    def read(value: object, where: str) -> tuple[Table, ...]:
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise DataError("it is not a list of tables", where=where, hint=f"Write: [[{where}]]")
        return tuple(_read(kind, item, f"{where}[{place}]") for place, item in enumerate(value, start=1))

    return read


# One reader for each type that a field above has, by its annotation.
_READERS: dict[str, Callable[[object, str], Any]] = {
    "str": _text,
    "str | None": _text,
    "bool": _flag,
    "tuple[str, ...]": _texts,
    "tuple[Arm, ...]": _tables(Arm),
    "tuple[Observable, ...]": _tables(Observable),
}
