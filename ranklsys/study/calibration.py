"""Calibration: which numbers are fitted to which observations, where they stand, and how they are written back."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

from ranklsys.errors import DataError, nearest
from ranklsys.sbml import naming
from ranklsys.study.fit_spec import Assumed, Nuisance, Parameter, Spec
from ranklsys.study.observations import Observation, observations
from ranklsys.tables import toml
from ranklsys.tables.changes import read_changes
from ranklsys.tables.editable import EditableTable, number_text
from ranklsys.tables.files import read_number


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A number that is fitted: a parameter or a nuisance, with its value before.

    parts: only rows with one of these have it; none: all rows. study: the pattern of a nuisance, else empty.
    prior, prior_sd: centre, and standard deviation of the natural logarithm; NaN for none.
    """

    id: str
    value: float
    low: float
    high: float
    parts: tuple[str, ...] = ()
    study: str = ""
    prior: float = math.nan
    prior_sd: float = math.nan

    @property
    def name(self) -> str:
        """The id with the part or study that it belongs to."""
        scope = self.study or " ".join(self.parts[:1])
        return f"{self.id} ({scope})" if scope else self.id

    def stage(self, row: Observation) -> str:
        """Return where the number goes in a row: ``changes``, ``then`` or nowhere (empty); a row's own changes win."""
        own = row.changes
        if self.study:
            if not fnmatchcase(row.study, self.study):
                return ""
            return "changes" if self.id in read_changes(own) else "then" if self.id in read_changes(row.then) else ""
        if self.id in read_changes(own) or (self.parts and not set(self.parts) & set(row.parts)):
            return ""
        return "changes"


class Calibration:
    """A fit as asked for in a file: its rows, the numbers that are fitted, and their cells.

    hold: numbers by id that every row gets and that are not fitted, to see what a mechanism is worth. Raises DataError,
    which names file and key, for what cannot be read or found, or a value outside its bounds.
    """

    def __init__(self, path: Path | str, hold: Mapping[str, float] | None = None) -> None:
        self.path = Path(path)
        self.hold = dict(hold or {})
        self.spec = _without(toml.load(Spec, path), self.hold)

    @cached_property
    def rows(self) -> tuple[Observation, ...]:
        """The observations that count."""
        found = [row for table in self.spec.tables for row in observations(self._file(table)) if self._counts(row)]
        for pattern in self.spec.studies:
            if not any(fnmatchcase(row.study, pattern) for row in found):
                raise self._error("studies", f"no study of the {self.spec.host} matches '{pattern}'")
        if not found:
            raise self._error("tables", f"they have no row of the {self.spec.host}")
        for place, assumed in enumerate(self.spec.error, start=1):
            if not any(matches(assumed, row) for row in found):
                raise self._error(f"error[{place}]", f"no row matches '{assumed.study}' and '{assumed.observable}'")
        for place, same in enumerate(self.spec.same_people, start=1):
            for pattern in same.studies:
                if not any(fnmatchcase(row.study, pattern) for row in found):
                    raise self._error(f"same_people[{place}]", f"no study that counts matches '{pattern}'")
        return tuple(replace(row, changes=_joined(row.changes, self.hold)) for row in found)

    @cached_property
    def quantities(self) -> tuple[Fitted, ...]:
        """The numbers that are fitted, with their values before."""
        found = [self._shared(place, each) for place, each in enumerate(self.spec.parameter, start=1)]
        found += [self._own(place, each) for place, each in enumerate(self.spec.nuisance, start=1)]
        return tuple(found)

    def sd(self, row: Observation) -> float:
        """Return the standard error that a file assumes for a row, the last that matches; NaN if none does."""
        return next((each.sd for each in reversed(self.spec.error) if matches(each, row)), math.nan)

    def trial(self, row: Observation) -> str:
        """Return what a row is left out with: its study without arm and address, or what has the same people."""
        for each in self.spec.same_people:
            if any(fnmatchcase(row.study, pattern) for pattern in each.studies):
                return each.name
        return re.split(r"[,(]", row.study)[0].removesuffix("*").strip()

    def write(self, values: Sequence[float]) -> list[Path]:
        """Write values into the tables, four digits each, and return the files that changed.

        In a table of parameters the kind becomes ``fitted``, but not of the other hosts and parts that share a value.
        Raises DataError for a fit with something held, which is no calibration.
        """
        if self.hold:
            raise DataError(f"{', '.join(self.hold)} is held", where=str(self.path), hint="Fit without to write values")
        tables: dict[Path, EditableTable] = {}
        changed = []

        def table(name: str) -> EditableTable:
            return tables.setdefault(self._file(name).resolve(), EditableTable(self._file(name)))

        shared = self.spec.parameter
        for parameter, value in zip(shared, values, strict=False):
            _write_parameter(table(parameter.table), self.spec.host, parameter, value)
        for nuisance, value in zip(self.spec.nuisance, values[len(shared) :], strict=True):
            for name in self.spec.tables:
                self._write_nuisance(table(name), nuisance, value)
        for path, cells in tables.items():
            before = path.read_bytes()
            if cells.save().read_bytes() != before:
                changed.append(path)
        return changed

    def _write_nuisance(self, cells: EditableTable, nuisance: Nuisance, value: float) -> None:
        for row in range(len(cells)):
            study = cells.get(row, "study")
            counted = cells.get(row, "host") == self.spec.host and self._is_chosen(study)
            if not counted or not fnmatchcase(study, nuisance.study):
                continue
            column = next(
                (name for name in ("changes", "then") if nuisance.id in read_changes(cells.get(row, name, ""))), None
            )
            if column:
                old = cells.get(row, column)
                cells.set(row, column, _with_change(old, nuisance.id, value))

    def _counts(self, row: Observation) -> bool:
        return row.host == self.spec.host and self._is_chosen(row.study)

    def _is_chosen(self, study: str) -> bool:
        return any(fnmatchcase(study, pattern) for pattern in self.spec.studies)

    def _file(self, name: str) -> Path:
        return self.path.parent / name

    def _error(self, key: str, what: str, hint: str = "") -> DataError:
        return DataError(f"{key}: {what}", where=str(self.path), hint=hint)

    def _shared(self, place: int, parameter: Parameter) -> Fitted:
        key = f"parameter[{place}]"
        try:
            cells = EditableTable(self._file(parameter.table))
            row, column, _ = next(_places(cells, self.spec.host, parameter))
            value = read_number(cells.get(row, column), f"{parameter.table}: {parameter.id}")
        except DataError as problem:
            raise self._error(key, str(problem)) from problem
        return self._checked(
            key,
            Fitted(
                id=parameter.id,
                value=value,
                low=parameter.low,
                high=parameter.high,
                parts=(parameter.part, *parameter.also) if parameter.part else (),
                prior=parameter.prior or math.nan,
                prior_sd=parameter.prior_sd or math.nan,
            ),
        )

    def _own(self, place: int, nuisance: Nuisance) -> Fitted:
        key = f"nuisance[{place}]"
        found = {
            changes[nuisance.id]
            for row in self.rows
            if fnmatchcase(row.study, nuisance.study)
            for changes in (read_changes(row.then), read_changes(row.changes))
            if nuisance.id in changes
        }
        if not found:
            what = f"no row of '{nuisance.study}' has {nuisance.id} in its changes"
            raise self._error(key, what, f"Write {nuisance.id}=... there, to begin with")
        if len(found) > 1 or not all(isinstance(value, float) for value in found):
            what = f"{nuisance.id} is {' and '.join(sorted(map(str, found)))} in the rows of '{nuisance.study}'"
            raise self._error(key, what, "Write one number, without a unit")
        value = float(found.pop())
        return self._checked(
            key, Fitted(id=nuisance.id, value=value, low=nuisance.low, high=nuisance.high, study=nuisance.study)
        )

    def _checked(self, key: str, quantity: Fitted) -> Fitted:
        """Return a number that lies within its bounds and that rows have."""
        if not quantity.low <= quantity.value <= quantity.high:
            what = f"{quantity.id} is {quantity.value:g}, outside {quantity.low:g} to {quantity.high:g}"
            raise self._error(key, what, "Change low or high")
        if not any(quantity.stage(row) for row in self.rows):
            raise self._error(key, f"no row has {quantity.name}", "Check part, tables and studies")
        return quantity


def _without(spec: Spec, hold: Mapping[str, float]) -> Spec:
    """Return a spec that does not fit what is held."""
    parameter = tuple(each for each in spec.parameter if each.id not in hold)
    return replace(spec, parameter=parameter, nuisance=tuple(each for each in spec.nuisance if each.id not in hold))


def _joined(changes: str, hold: Mapping[str, float]) -> str:
    """Return ``id=value; id=value`` with what is held, which wins."""
    kept = {**read_changes(changes), **hold}
    return "; ".join(f"{name}={value}" for name, value in kept.items()) if hold else changes


def matches(assumed: Assumed, row: Observation) -> bool:
    """Whether an assumed standard error is for this row."""
    return fnmatchcase(row.study, assumed.study) and fnmatchcase(row.observable, assumed.observable)


def _with_change(text: str, id: str, value: float) -> str:
    """Return ``id=value; id=value`` with another value of one id."""
    found = re.compile(rf"((?:^|;)\s*{re.escape(id)}\s*=\s*)([^;]*?)(\s*(?=;|$))")
    return found.sub(lambda match: match[1] + _kept_or(match[2], value) + match[3], text)


def _kept_or(old: str, value: float) -> str:
    """Return a number as text; the old text where it says the same."""
    new = number_text(value)
    return old if float(old) == float(new) else new


def _write_parameter(cells: EditableTable, host: str, parameter: Parameter, value: float) -> None:
    for row, column, kind in _places(cells, host, parameter):
        old = cells.get(row, column)
        if _kept_or(old, value) == old:
            continue
        cells.set(row, column, _kept_or(old, value))
        if kind in cells.header:
            cells.set(row, kind, "fitted")


def _places(cells: EditableTable, host: str, parameter: Parameter) -> Iterator[tuple[int, str, str]]:
    """Yield row, column and column of the kind (or nothing) of a parameter's value; its own place comes first.

    A table has a column for each host, or the columns part, parameter and value, or it is made for a notation: id and
    value, and with a column part for several parts, where a row without one is of all of them.
    """
    own = parameter.id.removeprefix(naming.own(naming.prefix_of(parameter.part), ""))
    if {"part", "id"} <= set(cells.header):
        shared = own in (cells.get(row, "id") for row in range(len(cells)) if not cells.get(row, "part"))
        yield _row(cells, ("part", "id"), ("" if shared else parameter.part, own)), "value", "kind"
    elif "part" in cells.header:
        for part in (parameter.part, *parameter.also):
            if not part:
                raise DataError("this is a table of parts", where=str(cells.path), hint='Write: part = "..."')
            row = _row(cells, ("part", "parameter"), (part, parameter.id))
            yield row, "value", "kind" if part == parameter.part else ""
    elif host in cells.header:
        if parameter.hosts and host not in parameter.hosts:
            raise DataError(f"hosts leave out the host itself, {host}", hint="Add it")
        row = _row(cells, ("id",), (parameter.id,))
        yield row, host, f"{host}_kind"
        yield from ((row, other, "") for other in parameter.hosts if other != host)
    else:
        yield _row(cells, ("id",), (own,)), "value", "kind"


def _row(cells: EditableTable, columns: tuple[str, ...], wanted: tuple[str, ...]) -> int:
    """Return the number of the row with these cells. Raises DataError with the nearest that is there."""
    keys = [" ".join(cells.get(row, column) for column in columns) for row in range(len(cells))]
    name = " ".join(wanted)
    if name not in keys:
        raise DataError(f"there is no row for '{name}'{nearest(name, keys)}", where=str(cells.path))
    return keys.index(name)
