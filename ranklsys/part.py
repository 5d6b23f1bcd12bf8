"""Parts: what a plugin adds to a host, as data."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Real
from pathlib import Path

from ranklsys.errors import DataError, PartError, nearest

API = 1
KINDS = ("therapy", "modulator", "cell line", "condition", "organ")
HOSTS = ("human", "mouse")
EVIDENCE = ("measured", "derived", "fitted", "assumed")
VALUE_COLUMNS = ("part", "parameter", "value", "unit", "kind", "source", "note")

_PART_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_SBML_ID = re.compile(r"(?!.*__)[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Value:
    """A number for a parameter of the core, with where it comes from.

    unit: a unit of the model, e.g. ``per_day``; empty means the parameter's own unit.
    kind: measured, derived, fitted or assumed.
    """

    value: float
    unit: str = ""
    kind: str = ""
    source: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A therapy, modulator, cell line, condition or organ that can be composed with a host.

    id: lower case with hyphens, e.g. ``opg-fc``; its elements become ``opg_fc__...`` in the model.
    sbml: the part's own species, reactions and parameters: a file, or SBML text. None for values only.
    shares: ids of the core that the SBML declares and uses. What stands in the marrow exists at every site.
    effects: parameter of the part -> slot of the core, e.g. ``{"block": "slot_osteoclast_apoptosis"}``.
    values: parameter of the core -> number or Value; a number is kept as a Value.
    routes: name of a route -> species of the part that a dose is added to, e.g. ``{"sc": "depot"}``.
    molar_mass: e.g. ``"147 kDa"``; needed for doses by mass.
    hosts, host_reason: where it works, and why not elsewhere.
    api: the contract's api number that it was written for.
    cite: sources, each ``doi:...`` or a reference.
    Raises PartError on an illegal id, kind, host, value or name, or a newer api.
    """

    id: str
    kind: str
    title: str = ""
    sbml: Path | str | None = None
    shares: tuple[str, ...] = ()
    effects: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Value | float] = field(default_factory=dict)
    routes: Mapping[str, str] = field(default_factory=dict)
    molar_mass: str | None = None
    hosts: tuple[str, ...] = HOSTS
    host_reason: str = ""
    api: int = API
    cite: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_id(self.id)
        if self.api > API:
            raise self._error(
                f"it needs a ranklsys with api {self.api}, this one has api {API}", "Next: pip install -U ranklsys"
            )
        for name in ("shares", "hosts", "cite"):
            self._keep(name, self._texts(name))
        for name in ("effects", "routes"):
            self._keep(name, dict(getattr(self, name)))
        self._keep("values", {name: self._value(name, value) for name, value in self.values.items()})
        self._check_kind_and_hosts()
        self._check_names()

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def prefix(self) -> str:
        """The id as SBML can spell it, e.g. ``opg_fc``."""
        return self.id.replace("-", "_")

    def sbml_text(self) -> str | None:
        """Return the part's SBML, or None for a part of values only. Raises PartError when the file is missing."""
        if self.sbml is None or str(self.sbml).lstrip().startswith("<"):
            return None if self.sbml is None else str(self.sbml).lstrip()
        path = Path(self.sbml)
        if path.is_file():
            return path.read_text(encoding="utf-8")
        siblings = path.parent.glob("*.xml") if path.parent.is_dir() else ()
        guess = nearest(path.name, [sibling.name for sibling in siblings])
        raise self._error(f"there is no SBML file '{path}'{guess}", "Does the package ship its *.xml files?")

    def _error(self, what: str, hint: str) -> PartError:
        return PartError(what, where=self.id, hint=hint)

    def _keep(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _texts(self, name: str) -> tuple[str, ...]:
        texts = getattr(self, name)
        if isinstance(texts, str):
            raise self._error(f"{name} is the text '{texts}', not a tuple", f"Write: {name}=('{texts}',)")
        return tuple(texts)

    def _value(self, name: str, value: object) -> Value:
        kept = value if isinstance(value, Value) else Value(value)  # type: ignore[arg-type]  # checked next
        number = kept.value
        if isinstance(number, bool) or not isinstance(number, Real) or not math.isfinite(number):
            raise self._error(
                f"the value of '{name}' is {number!r}", f"Write a finite number: values={{'{name}': 1.0}}"
            )
        if kept.kind not in ("", *EVIDENCE):
            guess = nearest(kept.kind, EVIDENCE)
            raise self._error(
                f"the value of '{name}' has the kind '{kept.kind}'{guess}", f"Kinds: {', '.join(EVIDENCE)}"
            )
        return replace(kept, value=float(number))

    def _check_kind_and_hosts(self) -> None:
        if self.kind not in KINDS:
            raise self._error(
                f"there is no kind '{self.kind}'{nearest(self.kind, KINDS)}", f"Kinds: {', '.join(KINDS)}"
            )
        if not self.hosts:
            raise self._error("it has no host", f"Hosts: {', '.join(HOSTS)}")
        for host in self.hosts:
            if host not in HOSTS:
                raise self._error(f"there is no host '{host}'{nearest(host, HOSTS)}", f"Hosts: {', '.join(HOSTS)}")

    def _check_names(self) -> None:
        names = {
            "shares": self.shares,
            "effects": (*self.effects, *self.effects.values()),
            "routes": (*self.routes, *self.routes.values()),
        }
        for where, ids in names.items():
            if ids and self.sbml is None:
                raise self._error(f"{where} need SBML, and the part has none", "Write: sbml=here / 'part.xml'")
        for where, ids in {**names, "values": tuple(self.values)}.items():
            for name in ids:
                if not _SBML_ID.fullmatch(name):
                    guess = nearest(name, [re.sub(r"\W+|__+", "_", name)])
                    raise self._error(
                        f"'{name}' in {where} is not an id{guess}", "Ids have letters, digits and single underscores"
                    )


def _check_id(name: str) -> None:
    if not _PART_ID.fullmatch(name):
        guess = nearest(name.lower(), [re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")])
        raise PartError(
            f"the id is not lower case words joined by hyphens{guess}",
            where=f"part '{name}'",
            hint="Ids look like: opg-fc",
        )


def values_from_table(path: Path | str, part_id: str) -> dict[str, Value]:
    """Return what one part sets in a CSV of part, parameter, value, unit, kind, source and note.

    Raises DataError, which names file and line, on a missing column, a value that is no finite number, an unknown
    kind, a parameter given twice, or a part without rows.
    """
    values: dict[str, Value] = {}
    parts = set()
    for where, row in read_table(path, VALUE_COLUMNS):
        parts.add(row["part"])
        if row["part"] != part_id:
            continue
        if row["parameter"] in values:
            raise DataError(f"'{row['parameter']}' of '{part_id}' is given twice", where=where, hint="Keep one row")
        if row["kind"] not in EVIDENCE:
            guess = nearest(row["kind"], EVIDENCE)
            raise DataError(
                f"there is no kind '{row['kind']}'{guess}", where=where, hint=f"Kinds: {', '.join(EVIDENCE)}"
            )
        values[row["parameter"]] = Value(
            number(row["value"], where), row["unit"], row["kind"], row["source"], row["note"]
        )
    if not values:
        raise DataError(f"there is no row for the part '{part_id}'{nearest(part_id, parts)}", where=str(path))
    return values


def read_table(path: Path | str, columns: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield ``file:line`` and the stripped cells of these columns for each row of a CSV file; others are left out.

    Raises DataError on a missing file or column, and on a row with more or fewer cells than the header.
    """
    if not Path(path).is_file():
        raise DataError("there is no such file", where=str(path))
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        header = reader.fieldnames or ()
        for column in columns:
            if column not in header:
                hint = f"Columns: {', '.join(columns)}"
                raise DataError(f"there is no column '{column}'{nearest(column, header)}", where=f"{path}:1", hint=hint)
        for row in reader:
            where = f"{path}:{reader.line_num}"
            if None in row or None in row.values():
                hint = 'Put text with a comma in "quotes"'
                raise DataError(f"the row does not have {len(header)} cells", where=where, hint=hint)
            yield where, {column: row[column].strip() for column in columns}


def number(text: str, where: str, column: str = "value") -> float:
    """Return the finite number that a cell holds, or raise DataError with the place."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(f"the {column} '{text}' is not a finite number", where=where, hint="Write it like 1.5e-3")
    return value
