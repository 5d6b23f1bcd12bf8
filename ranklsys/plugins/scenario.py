"""Scenarios: named experiments, and the tables of observations that they are compared with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ranklsys.errors import DataError, nearest
from ranklsys.plugins.part import HOSTS
from ranklsys.tables import toml
from ranklsys.tables.changes import read_changes
from ranklsys.tables.files import columns, read_number, read_table
from ranklsys.tables.measure import OF_ARMS, check_measure
from ranklsys.tables.rule import LIMITS

if TYPE_CHECKING:
    import pandas as pd

DATASET_COLUMNS = ("arm", "observable", "time", "value", "error", "unit", "note")


@dataclass(frozen=True)
class Dataset:
    """Observations from the literature, as a CSV file in long format.

    table: columns arm, observable, time [d], value, error (one standard error, empty where unknown), unit, note; or the
    columns of a table that is scored and fitted (``ranklsys score``), with study, host, parts, doses, ..., whose rows
    ``ranklsys run`` shows beside what they are of. cite: sources, each ``doi:...`` or a reference.
    """

    id: str
    table: Path
    title: str = ""
    cite: tuple[str, ...] = ()

    @property
    def of_rows(self) -> bool:
        """Whether it is a table whose rows say themselves what they are of. Raises DataError for a missing file."""
        return "study" in columns(self.table)

    def frame(self) -> pd.DataFrame:
        """Return the observations of arms, one row each, with an unknown error as NaN.

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
    return {
        **row,
        "time": read_number(row["time"], where, "time"),
        "value": _value(row["value"], where),
        "error": error,
    }


def _value(text: str, where: str) -> float:
    if text.startswith(LIMITS):
        hint = "Give it in a table of rows, as ranklsys score reads it (docs/observations.md)"
        raise DataError(f"{text} is a limit, which a table of arms has no place for", where=where, hint=hint)
    return read_number(text, where)


def _standard_error(text: str, where: str) -> float:
    """Return a standard error, NaN where it is unknown."""
    error = read_number(text, where, "error") if text else math.nan
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
    measure: value; percent of the start; change from the start in percent; contrast with the first arm in percent.
    Raises DataError on an unknown measure.
    """

    id: str
    title: str
    formula: str
    unit: str
    log: bool = False
    measure: str = "value"

    def __post_init__(self) -> None:
        check_measure(self.measure, OF_ARMS, f"observable '{self.id}'")


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A named experiment: host, parts, arms and observables, with the dataset that it is compared with.

    host: empty where the models were loaded from files and not composed.
    until: how long it runs, e.g. ``25 d``. before: simulated first, e.g. ``12 y``, without doses.
    changes: numbers of the composed model, ``id=value; id=value``. then: the same, set after what went ``before``.
    every: time between rows of the result; empty leaves the choice open.
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
    before: str = ""
    changes: str = ""
    then: str = ""

    def __post_init__(self) -> None:
        where = f"scenario '{self.id}'"
        if self.host and self.host not in HOSTS:
            what = f"there is no host '{self.host}'{nearest(self.host, HOSTS)}"
            raise DataError(what, where=where, hint=f"Hosts: {', '.join(HOSTS)}")
        _check_ids("arm", [arm.id for arm in self.arms], where)
        _check_ids("observable", [observable.id for observable in self.observables], where)
        for changes in (self.changes, self.then):
            read_changes(changes)

    @classmethod
    def from_toml(cls, path: Path | str) -> Scenario:
        """Read a scenario from a TOML file. Raises DataError, which names the file, on any key that is not known."""
        return toml.load(cls, path)


def _check_ids(noun: str, ids: list[str], where: str) -> None:
    if not ids:
        raise DataError(f"it has no {noun}", where=where, hint=f"Add a table: [[{noun}s]]")
    for name in ids:
        if ids.count(name) > 1:
            raise DataError(f"two {noun}s have the id '{name}'", where=where, hint="Rename one")
