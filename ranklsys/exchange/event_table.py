"""Event table: what a model says where people were observed who were dosed as a NONMEM-like table has it, and back.

Each subject is cut where all begins anew (EVID 3 and 4, SS 1); each piece is one run. An observation that stands above
a dose of the same time is of the moment before it, and after the dose otherwise; doses by ADDL come first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ranklsys.errors import DataError, RanklsysError, UnknownName, nearest
from ranklsys.exchange.event_rows import COLUMNS, OBSERVED, OTHER, EventRow, read_events
from ranklsys.exchange.steady_dosing import settled
from ranklsys.model.dose import Dose
from ranklsys.model.model import Model
from ranklsys.model.series import Series, nothing, run_series
from ranklsys.model.solver import Solver
from ranklsys.tables import formula
from ranklsys.tables.files import columns as columns_of

if TYPE_CHECKING:
    import pandas as pd

BEFORE = 1e-9
"""How long before a dose what stands above it is seen [share of the time, and d]: a tenth of a millisecond."""
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class EventUnits:
    """Units of a table. time: of TIME and II. amount: of AMT. value: of DV; empty for the unit of the model."""

    time: str
    amount: str
    value: str = ""

    def days(self, number: float) -> float:
        """Return a time of the table [d]. Raises UnitError."""
        from ranklsys import units

        return units.days(f"{number!r} {self.time}")


def read_units(said: Mapping[str, str]) -> EventUnits:
    """Return the units that are said of columns. Raises DataError for another column, or none of TIME or AMT."""
    names = {"TIME": "time", "AMT": "amount", "DV": "value"}
    for column in said:
        if column not in names:
            what = f"'{column}' has no unit of its own{nearest(column, names)}"
            raise DataError(what, where="units", hint="Say it of TIME, AMT and DV")
    for column in ("TIME", "AMT"):
        if column not in said:
            raise DataError(
                f"the unit of {column} is not said",
                where="units",
                hint=f"Say e.g. {column}={'h' if column == 'TIME' else 'mg'}",
            )
    return EventUnits(**{names[column]: unit for column, unit in said.items()})


@dataclass
class _Piece:
    """A run: from when, doses and observed rows after that; first: given until a steady state is there."""

    begins: float
    doses: list[EventRow] = field(default_factory=list)
    seen: list[tuple[EventRow, bool]] = field(default_factory=list)
    steady: EventRow | None = None

    @property
    def lead(self) -> float:
        """How long it lies at rest before it begins [d]: where something is seen before what is given at once."""
        early = any(before and row.time == self.begins for row, before in self.seen)
        return 2 * BEFORE if early and self.steady is None else 0.0


def events(
    model: Model,
    table: Path | str,
    *,
    into: Mapping[str, str],
    seen: Mapping[str, str],
    units: EventUnits,
    covariates: Mapping[str, str] = NOTHING,
    engine: str = "auto",
    exact: bool = False,
    progress: Callable[[float], object] | None = None,
) -> pd.DataFrame:
    """Return the observations of a NONMEM-like table (.csv, .tsv, .xlsx), each with what the model predicts.

    into: cells CMT of doses -> drug and route, e.g. ``{"1": "denosumab sc"}``. seen: cells CMT of observations -> an id
    or a formula, e.g. ``{"2": "denosumab__concentration"}``. Where the table has no CMT, the only entry counts.
    covariates: columns -> ids that are set for each subject, in the model's units, e.g. ``{"WT": "body_weight"}``.
    engine, exact: as for ``rk.scan``. Columns of the result: ID, TIME, observable, DV, limit, MDV, predicted, row; one
    row for each with EVID 0 or 2; ``attrs["unused"]``: columns that nothing reads. Raises DataError, which names row
    and column, for what the table cannot say, and what ``Model.simulate`` raises.
    """
    import pandas as pd

    subjects = read_events(table, tuple(covariates))
    sizes = _sizes(model, seen, units)
    series, places = [], []
    for rows in subjects:
        try:
            numbers = {id: model.number_of(id, rows[0].covariates[name]) for name, id in covariates.items()}
        except RanklsysError as problem:
            raise DataError(str(problem), where=rows[0].where) from problem
        for piece in _pieces(rows):
            if piece.seen:
                series.append(_series(model.set(numbers), piece, into, seen, units))
                places.append(piece)
    found = run_series(series, engine=engine, exact=exact, progress=progress) if series else []
    records = []
    for piece, each, runs in zip(places, series, found, strict=True):
        for words in runs.failures.values():
            raise DataError(words, where=piece.seen[0][0].where)
        values = {name: runs.array[0, :, place] for place, name in enumerate(each.columns)}
        for row, before in piece.seen:
            name = _chosen(seen, row, "seen")
            place = int(np.searchsorted(each.times, _moment(piece, row, before, units)))
            told = np.broadcast_to(formula.compute(name, values), each.times.shape)[place]
            records.append((row.id, row.time, name, row.value, row.limit, row.missing, told * sizes[name], row.where))
    columns = ["ID", "TIME", "observable", "DV", "limit", "MDV", "predicted", "row"]
    result = pd.DataFrame(records, columns=columns)
    unused = [name for name in columns_of(table) if name not in (*COLUMNS, *covariates)]
    result.attrs = {"made_by": {**model.made_by(Solver()), "table": str(table)}, "unused": unused}
    return result


def _sizes(model: Model, seen: Mapping[str, str], given: EventUnits) -> dict[str, float]:
    """Return how many of the table's unit one of the model's is, for each observable."""
    from ranklsys import units

    found = {}
    for name in seen.values():
        model.require(sorted(formula.names(name)))
        element = model.facts.elements.get(name)
        if given.value and element is None:
            hint = "Leave the unit of DV out: a formula is in the units of what it reads"
            raise DataError(f"'{name}' is a formula, whose unit is not worked out", where="DV", hint=hint)
        found[name] = 1.0
        if given.value and element is not None:
            found[name] = units.convert(units.from_sbml(element.unit), units.unit(given.value))
    return found


def _pieces(rows: Sequence[EventRow]) -> list[_Piece]:
    pieces = [_Piece(0.0)]
    for place, row in enumerate(rows):
        if row.resets:
            pieces.append(_Piece(row.time, steady=row if row.steady else None))
        if row.doses:
            pieces[-1].doses.append(row)
        if row.event in (OBSERVED, OTHER):
            later = [other for other in rows[place + 1 :] if other.time == row.time]
            pieces[-1].seen.append((row, any(other.doses or other.resets for other in later)))
    return pieces


def _moment(piece: _Piece, row: EventRow, before: bool, units: EventUnits) -> float:
    """Return when a row was seen, from the begin of its piece [d]."""
    time = piece.lead + units.days(row.time - piece.begins)
    return max(0.0, time - BEFORE * max(1.0, time)) if before else time


def _series(model: Model, piece: _Piece, into: Mapping[str, str], seen: Mapping[str, str], units: EventUnits) -> Series:
    names = tuple(sorted({id for row, _ in piece.seen for id in formula.names(_chosen(seen, row, "seen"))}))
    moments = {_moment(piece, row, before, units) for row, before in piece.seen}
    times = sorted({0.0, *moments})
    try:
        doses = tuple(_dose(row, piece, into, units) for row in piece.doses)
        start = settled(model, replace(doses[0], count=None)) if piece.steady else model
        start.courses(doses)
    except RanklsysError as problem:
        where = (piece.doses[0] if piece.doses else piece.seen[0][0]).where
        raise DataError(str(problem), where=where) from problem
    times = times if times[-1] > 0 else [0.0, 1.0]
    return Series(start, nothing(1), np.array(times), names, _joined(doses))


def _dose(row: EventRow, piece: _Piece, into: Mapping[str, str], units: EventUnits) -> Dose:
    drug, _, route = _chosen(into, row, "dosed").partition(" ")
    return Dose(
        drug=drug,
        amount=row.amount,
        unit=units.amount,
        route=route.strip(),
        start=piece.lead + units.days(row.time - piece.begins),
        every=units.days(row.interval) if row.interval else None,
        count=1 + row.additional,
        duration=units.days(row.duration),
    )


def _joined(doses: Sequence[Dose]) -> tuple[Dose, ...]:
    """Return doses with those that follow each other at one distance as one course, so that models stay small."""
    found: list[Dose] = []
    for dose in doses:
        if found and _follows(found[-1], dose):
            first, count = found[-1], found[-1].count or 1
            every = first.every or dose.start - first.start
            found[-1] = replace(first, every=every, count=count + 1)
        else:
            found.append(dose)
    return tuple(found)


def _follows(course: Dose, dose: Dose) -> bool:
    """Whether a single dose is the next of a course, or the second of what becomes one."""
    alike = all(
        getattr(dose, name) == getattr(course, name) for name in ("drug", "amount", "unit", "route", "duration")
    )
    if not alike or dose.count != 1 or dose.every is not None or dose.start <= course.start:
        return False
    if course.every is None:
        return dose.duration < dose.start - course.start
    due = course.start + course.every * (course.count or 1)
    return abs(due - dose.start) <= 1e-12 * max(due, 1.0)


def _chosen(entries: Mapping[str, str], row: EventRow, noun: str) -> str:
    """Return what the CMT of a row stands for."""
    if row.compartment in entries:
        return entries[row.compartment]
    if not row.compartment and len(entries) == 1:
        return next(iter(entries.values()))
    known = ", ".join(entries) or "none"
    what = f"CMT: nothing is said of what is {noun} in '{row.compartment or '.'}'{nearest(row.compartment, entries)}"
    raise UnknownName(what, where=row.where, hint=f"Said of each: {known}")
