"""Event rows: tables of doses and observations of many people as NONMEM and its kin have them, read and checked.

Columns: ID, TIME, AMT, CMT, EVID, II, ADDL, SS, RATE, DV, MDV; a point or nothing stands for what a row does not have.
What they mean is as in NONMEM's PREDPP (Users Guide VI, chapter V).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ranklsys.errors import DataError
from ranklsys.tables.cells import plain_number
from ranklsys.tables.files import read_table
from ranklsys.tables.rule import LIMITS

COLUMNS = ("ID", "TIME", "AMT", "CMT", "EVID", "II", "ADDL", "SS", "RATE", "DV", "MDV")
OBSERVED, DOSED, OTHER, RESET, RESET_AND_DOSED = range(5)
ABSENT = ("", ".")
_DOSING = ("AMT", "II", "ADDL", "SS", "RATE")


@dataclass(frozen=True, kw_only=True)
class EventRow:
    """One row, in the units of its table.

    where: file and line. compartment: the cell CMT; empty where there is none. event: EVID. interval, additional, rate:
    II, ADDL, RATE; steady: SS is 1. value: DV, NaN where there is none; limit: ``<`` or ``>`` before it, for a limit of
    quantification. missing: MDV is 1. covariates: other cells, by column.
    """

    where: str
    id: str
    time: float
    compartment: str
    event: int
    amount: float
    interval: float
    additional: int
    steady: bool
    rate: float
    value: float
    limit: str
    missing: bool
    covariates: Mapping[str, float]

    @property
    def doses(self) -> bool:
        """Whether a dose is given."""
        return self.event in (DOSED, RESET_AND_DOSED)

    @property
    def resets(self) -> bool:
        """Whether all begins anew here, and what was still to be given is not."""
        return self.event in (RESET, RESET_AND_DOSED) or self.steady

    @property
    def duration(self) -> float:
        """How long the dose is infused; 0 for a bolus."""
        return self.amount / self.rate if self.rate else 0.0


def read_events(path: Path | str, covariates: Sequence[str] = ()) -> list[list[EventRow]]:
    """Return the rows of each subject. covariates: further columns of numbers.

    Raises DataError, which names row and column, for what a row cannot say.
    """
    subjects: dict[str, list[EventRow]] = {}
    last = ""
    for where, cells in read_table(path, ("ID", "TIME"), optional=(*COLUMNS[2:], *covariates), doubles=True):
        row = _row(cells, where, covariates)
        if row.id != last and row.id in subjects:
            hint = "Sort the rows by ID, or give it another"
            raise _wrong(where, "ID", f"'{row.id}' has rows above, and others between", hint)
        _check_order(row, subjects.setdefault(row.id, []))
        subjects[row.id].append(row)
        last = row.id
    if not subjects:
        raise DataError("the table has no rows", where=str(path), hint=f"Its columns: {', '.join(COLUMNS)}")
    return list(subjects.values())


def _row(cells: Mapping[str, str], where: str, covariates: Sequence[str]) -> EventRow:
    if cells["ID"] in ABSENT:
        raise _wrong(where, "ID", "it is empty", "Say whose row it is")
    if cells["TIME"] in ABSENT:
        raise _wrong(where, "TIME", "it is empty", "Say when")
    text = cells["DV"]
    limit = text[:1] if text[:1] in LIMITS else ""
    value = text.removeprefix(limit).strip()
    numbers = {name: _number(cells[name], where, name) for name in ("TIME", *_DOSING, "EVID", "MDV")}
    doses_by_amount = DOSED if cells["EVID"] in ABSENT and numbers["AMT"] else OBSERVED
    event = _whole(numbers["EVID"], where, "EVID", 4) if cells["EVID"] not in ABSENT else doses_by_amount
    missing = _whole(numbers["MDV"], where, "MDV", 1) if cells["MDV"] not in ABSENT else int(event != OBSERVED)
    found = EventRow(
        where=where,
        id=cells["ID"],
        time=numbers["TIME"],
        compartment="" if cells["CMT"] in ABSENT else cells["CMT"],
        event=event,
        amount=numbers["AMT"],
        interval=numbers["II"],
        additional=_whole(numbers["ADDL"], where, "ADDL", 1_000_000),
        steady=_whole(numbers["SS"], where, "SS", 2) == 1,
        rate=numbers["RATE"],
        value=math.nan if value in ABSENT else _number(value, where, "DV"),
        limit=limit,
        missing=bool(missing),
        covariates={name: _number(cells[name], where, name) for name in covariates},
    )
    for column, what, hint in _complaints(found, numbers):
        raise _wrong(where, column, what, hint)
    return found


def _complaints(row: EventRow, numbers: Mapping[str, float]) -> Iterator[tuple[str, str, str]]:
    """Yield what a row cannot say: column, what is wrong, what to do."""
    if row.time < 0:
        yield "TIME", f"it is {row.time:g}", "Count from 0 on"
    if numbers["SS"] == 2:
        yield "SS", "2 adds a steady state to what is there, which holds of linear models alone", "Give the doses"
    for column in (name for name in _DOSING if numbers[name] and not row.doses):
        yield column, f"it is {numbers[column]:g} in a row that is no dose (EVID {row.event})", "Write 0, or EVID 1"
    if row.limit and math.isnan(row.value):
        yield "DV", f"it is '{row.limit}' without a limit", f"Write the limit, e.g. {row.limit}0.5"
    elif row.event == OBSERVED and not row.missing and math.isnan(row.value):
        yield "DV", "it is empty in an observation", "Write the value, or MDV 1"
    if row.doses:
        yield from _of_dose(row)


def _of_dose(row: EventRow) -> Iterator[tuple[str, str, str]]:
    if not row.missing:
        yield "MDV", "it is 0 in the row of a dose, which has no observation", "Write 1"
    if row.rate < 0:
        yield "RATE", f"{row.rate:g} asks for a rate or duration that is estimated", "Write the rate, or 0 for a bolus"
    if row.amount < 0 or (row.amount == 0 and not row.rate):
        yield "AMT", f"a dose cannot be {row.amount:g}", "Write more than 0, or EVID 2"
    if row.amount == 0 and row.rate:
        yield "AMT", "0 with a RATE is an infusion without end", "Write how much is infused"
    if row.interval < 0:
        yield "II", f"it is {row.interval:g}", "Write the time between doses, or 0"
    if (row.additional or row.steady) and row.interval == 0:
        yield "II", f"{'ADDL' if row.additional else 'SS'} needs the time between doses", "Write it"
    if row.interval and not (row.additional or row.steady):
        yield "II", "it is there without ADDL and SS", "Write how many more doses follow, or 0"
    if row.interval and row.duration >= row.interval:
        yield (
            "RATE",
            f"the infusion lasts {row.duration:g}, and II is {row.interval:g}",
            "Infuse faster",
        )


def _check_order(row: EventRow, before: Sequence[EventRow]) -> None:
    if before and row.time < before[-1].time:
        hint = "Sort the rows of each ID; to begin anew, count on from there"
        raise _wrong(row.where, "TIME", f"it is {row.time:g}, after {before[-1].time:g} in the row above", hint)
    if before and dict(row.covariates) != dict(before[0].covariates):
        name = next(name for name, value in row.covariates.items() if value != before[0].covariates[name])
        raise _wrong(row.where, name, "it differs from the first row of this ID", "Only what stays can be set")


def _number(text: str, where: str, column: str) -> float:
    if text in ABSENT:
        return 0.0
    number = plain_number(text)
    if math.isnan(number):
        raise _wrong(where, column, f"'{text}' is not a number", "Write it like 1.5e-3, or a point for none")
    return number


def _whole(number: float, where: str, column: str, most: int) -> int:
    if number not in range(most + 1):
        raise _wrong(where, column, f"{number:g} is not a whole number from 0 to {most}", "Correct the cell")
    return int(number)


def _wrong(where: str, column: str, what: str, hint: str) -> DataError:
    return DataError(f"{column}: {what}", where=where, hint=hint)
