"""Parts: what a plugin adds to a host, as data."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from numbers import Real
from pathlib import Path

from ranklsys.errors import DataError, PartError, nearest
from ranklsys.plugins.covariate import Covariate
from ranklsys.sbml.naming import SEPARATOR, own, prefix_of
from ranklsys.tables.files import read_number, read_table

API = 1
KINDS = ("therapy", "modulator", "cell line", "condition", "organ")
ONE_OF = {"cell line": "tumour"}
"""What each part of a kind is, of which a model has one."""
HOSTS = ("human", "mouse")
EVIDENCE = ("measured", "derived", "fitted", "assumed")
VALUE_COLUMNS = ("part", "parameter", "value", "unit", "kind", "source", "note")

_PART_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_SBML_ID = re.compile(rf"(?!.*{SEPARATOR})[A-Za-z_][A-Za-z0-9_]*")


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
    dose_unit: of doses into a dimensionless species, e.g. ``"Gy"``: 8 Gy then adds 8.
    hosts, host_reason: where it works, and why not elsewhere.
    needs_in: host -> id of the part that it works there with only, e.g. ``{"mouse": "humanised-rankl"}``.
    one_of: what it is that a model has one of, e.g. ``"breast"``: two parts with the same words are not composed. Each
    cell line is the ``tumour``.
    covariates: name -> Covariate, what a cohort draws for each person besides parameters; at most one is lived.
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
    dose_unit: str = ""
    hosts: tuple[str, ...] = HOSTS
    host_reason: str = ""
    needs_in: Mapping[str, str] = field(default_factory=dict)
    one_of: str = ""
    covariates: Mapping[str, Covariate] = field(default_factory=dict)
    api: int = API
    cite: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_id(self.id)
        self._check_api()
        for name in ("shares", "hosts", "cite"):
            self._keep(name, self._texts(name))
        for name in ("effects", "routes", "needs_in", "covariates"):
            self._keep(name, dict(getattr(self, name)))
        self._keep("values", {name: self._value(name, value) for name, value in self.values.items()})
        self._check_kind_and_hosts()
        self._keep("one_of", self._thing())
        self._check_names()
        self._check_covariates()

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def prefix(self) -> str:
        """The id as SBML can spell it, e.g. ``opg_fc``."""
        return prefix_of(self.id)

    def own(self, id: str) -> str:
        """Return what one of its elements is called in a composed model, e.g. ``opg_fc__free``."""
        return own(self.prefix, id)

    def company(self, host: str) -> tuple[str, ...]:
        """Return the ids of the parts that it needs beside it in a host."""
        return (self.needs_in[host],) if host in self.needs_in else ()

    def sbml_text(self) -> str | None:
        """Return the part's SBML, or None for a part of values only. Raises PartError when the file is missing."""
        if self.sbml is None:
            return None
        text = str(self.sbml).lstrip()
        return text if text.startswith("<") else self._read(Path(self.sbml))

    def _read(self, path: Path) -> str:
        if path.is_file():
            return path.read_text(encoding="utf-8")
        siblings = [sibling.name for sibling in path.parent.glob("*.xml")]
        what = f"there is no SBML file '{path}'{nearest(path.name, siblings)}"
        raise self._error(what, "Does the package ship its *.xml files?")

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
            what = f"the value of '{name}' is {number!r}"
            raise self._error(what, f"Write a finite number: values={{'{name}': 1.0}}")
        if kept.kind not in ("", *EVIDENCE):
            what = f"the value of '{name}' has the kind '{kept.kind}'{nearest(kept.kind, EVIDENCE)}"
            raise self._error(what, f"Kinds: {', '.join(EVIDENCE)}")
        return replace(kept, value=float(number))

    def _thing(self) -> str:
        """Return what it is that a model has one of, in single spaces."""
        if not isinstance(self.one_of, str):
            raise self._error(f"one_of is {self.one_of!r}", "Write what a model has one of: one_of='breast'")
        given, of_kind = " ".join(self.one_of.split()).lower(), ONE_OF.get(self.kind, "")
        if given and of_kind and given != of_kind:
            raise self._error(f"one_of is '{given}', but a {self.kind} is the {of_kind}", "Leave one_of out")
        return given or of_kind

    def _check_api(self) -> None:
        if self.api > API:
            what = f"it needs a ranklsys with api {self.api}, this one has api {API}"
            raise self._error(what, "Next: pip install -U ranklsys")

    def _check_kind_and_hosts(self) -> None:
        if self.kind not in KINDS:
            what = f"there is no kind '{self.kind}'{nearest(self.kind, KINDS)}"
            raise self._error(what, f"Kinds: {', '.join(KINDS)}")
        known = f"Hosts: {', '.join(HOSTS)}"
        if not self.hosts:
            raise self._error("it has no host", known)
        for host in self.hosts:
            if host not in HOSTS:
                raise self._error(f"there is no host '{host}'{nearest(host, HOSTS)}", known)
        self._check_company()

    def _check_company(self) -> None:
        for host, other in self.needs_in.items():
            if host not in self.hosts:
                what = f"it needs '{other}' in the host '{host}', which is none of its hosts{nearest(host, self.hosts)}"
                raise self._error(what, f"Its hosts: {', '.join(self.hosts)}")
            if other == self.id or not _PART_ID.fullmatch(other):
                raise self._error(f"what it needs in the {host} is '{other}'", "Name another part by its id")

    def _check_names(self) -> None:
        of_sbml = {
            "shares": self.shares,
            "effects": (*self.effects, *self.effects.values()),
            "routes": (*self.routes, *self.routes.values()),
        }
        for where, names in of_sbml.items():
            if names and self.sbml is None:
                raise self._error(f"{where} need SBML, and the part has none", "Write: sbml=here / 'part.xml'")
        for where, names in {**of_sbml, "values": tuple(self.values)}.items():
            for name in names:
                self._check_name(name, where)

    def _check_covariates(self) -> None:
        names: list[str] = []
        for name, covariate in self.covariates.items():
            if not isinstance(covariate, Covariate):
                what = f"the covariate '{name}' is {covariate!r}"
                raise self._error(what, f"Write: covariates={{'{name}': Covariate(Spread(50.0, 0.1))}}")
            names += [name, *([covariate.grows_into] if covariate.grows_into else [])]
        for name in names:
            self._check_name(name, "covariates")
            if names.count(name) > 1:
                raise self._error(f"two covariates have the name '{name}'", "Rename one")
        lived = [name for name, covariate in self.covariates.items() if covariate.lived]
        if len(lived) > 1:
            raise self._error(f"{' and '.join(lived)} are both lived", "Let one be the time before the trial")

    def _check_name(self, name: str, where: str) -> None:
        if not _SBML_ID.fullmatch(name):
            legal = re.sub(r"\W+|__+", "_", name)
            what = f"'{name}' in {where} is not an id{nearest(name, [legal])}"
            raise self._error(what, "Ids have letters, digits and single underscores")


def _check_id(id: str) -> None:
    if not _PART_ID.fullmatch(id):
        legal = re.sub(r"[^a-z0-9]+", "-", id.lower()).strip("-")
        what = f"the id is not lower case words joined by hyphens{nearest(id.lower(), [legal])}"
        raise PartError(what, where=f"part '{id}'", hint="Ids look like: opg-fc")


def values_from_table(path: Path | str, part_id: str) -> dict[str, Value]:
    """Return what one part sets in a CSV of part, parameter, value, unit, kind, source and note.

    Raises DataError, which names file and line, on a missing column, a value that is no finite number, an unknown
    kind, a parameter given twice, or a part without rows.
    """
    values: dict[str, Value] = {}
    parts = set()
    for where, row in read_table(path, VALUE_COLUMNS):
        part, parameter = row["part"], row["parameter"]
        parts.add(part)
        if part != part_id:
            continue
        if parameter in values:
            raise DataError(f"'{parameter}' of '{part_id}' is given twice", where=where, hint="Keep one row")
        values[parameter] = _value_of(row, where)
    if not values:
        raise DataError(f"there is no row for the part '{part_id}'{nearest(part_id, parts)}", where=str(path))
    return values


def _value_of(row: Mapping[str, str], where: str) -> Value:
    kind = row["kind"]
    if kind not in EVIDENCE:
        hint = f"Kinds: {', '.join(EVIDENCE)}"
        raise DataError(f"there is no kind '{kind}'{nearest(kind, EVIDENCE)}", where=where, hint=hint)
    return Value(read_number(row["value"], where), row["unit"], kind, row["source"], row["note"])
