"""Observations: tables of what was seen, each row with how it was made and its own rule.

A row says what was composed (host, parts, changes), what went before, what was given, what was seen, when, and how near
is near enough. Rows of one experiment are simulated in one run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ranklsys.errors import DataError, RanklsysError, nearest
from ranklsys.plugins.part import HOSTS
from ranklsys.tables.files import read_number, read_table
from ranklsys.tables.measure import MEASURES, OF_ROWS, UNTREATED, check_measure
from ranklsys.tables.rule import LIMITS, Rule, Seen, read_rules

NEEDED = ("study", "host", "observable", "time", "value")
COLUMNS = (
    *NEEDED,
    "id",
    "parts",
    "changes",
    "before",
    "before_doses",
    "then",
    "doses",
    "measure",
    "low",
    "high",
    "error",
    "unit",
    "rule",
    "note",
)


@dataclass(frozen=True)
class Observation:
    """One row of a table of observations.

    study: what it is counted under. host, parts, changes: what is composed; ``id=value; id=value``. before: simulated
    first, e.g. ``12 y``, with before_doses. then: set after it, as changes are. doses: regimens. observable: an id or
    formula. measure: value; percent of the start; change from the start in percent; effect, in percent of the same
    without doses and before_doses. time: [d] from ``before`` on.
    value, or low and high: what was seen; error: one standard error. limit: ``<`` or ``>`` where the value is a limit
    of quantification. rules: how near is near enough, any of them.
    """

    where: str
    study: str
    host: str
    parts: tuple[str, ...]
    changes: str
    before: str
    before_doses: str
    then: str
    doses: str
    observable: str
    measure: str
    time: float
    value: float
    low: float
    high: float
    error: float
    unit: str
    rules: tuple[Rule, ...]
    limit: str = ""

    @property
    def experiment(self) -> tuple[object, ...]:
        """What rows of one run have in common."""
        return self.host, self.parts, self.changes, self.before, self.before_doses, self.then, self.doses

    @property
    def seen(self) -> Seen:
        """What was observed, as its rules read it."""
        return Seen(self.value, self.low, self.high, self.error, self.limit)

    @property
    def rule(self) -> str:
        """The rules as they are written."""
        return " or ".join(map(str, self.rules))

    def allows(self, predicted: float) -> bool:
        """Whether a prediction counts as right, by one of the rules."""
        return any(rule.allows(predicted, self.seen) for rule in self.rules)


def observations(path: Path) -> Iterator[Observation]:
    """Yield the rows of a table of observations. Raises DataError with file and line."""
    rows = [_observation(row, where) for where, row in read_table(path, NEEDED, COLUMNS)]
    if not rows:
        raise DataError("the table has no rows", where=str(path), hint=f"Its columns: {', '.join(COLUMNS)}")
    for row in rows:
        yield replace(row, where=Path(row.where).name)  # on screen without folders; who reads several tables adds one


def _observation(row: Mapping[str, str], where: str) -> Observation:
    cell = {column: row.get(column, "") for column in COLUMNS}
    if cell["host"] not in HOSTS:
        raise DataError(f"there is no host '{cell['host']}'{nearest(cell['host'], HOSTS)}", where=where)
    measure = cell["measure"] or "value"
    check_measure(measure, OF_ROWS, where)
    seen = _seen(cell, where)
    if MEASURES[measure].against == UNTREATED and not cell["doses"]:
        raise DataError("an effect needs doses", where=where, hint="It is against the same without them")
    for column in ("before_doses", "then"):
        if cell[column] and not cell["before"]:
            hint = "Fill before, e.g. 7 d" if column == "before_doses" else "Write it into changes, or fill before"
            raise DataError(f"{column} needs a time before", where=where, hint=hint)
    return Observation(
        where=where,
        study=cell["study"],
        host=cell["host"],
        parts=tuple(sorted(cell["parts"].split())),
        changes=cell["changes"],
        before=cell["before"],
        before_doses=cell["before_doses"],
        then=cell["then"],
        doses=cell["doses"],
        observable=cell["observable"],
        measure=measure,
        time=_days(cell["time"], where),
        value=seen.value,
        low=seen.low,
        high=seen.high,
        error=seen.error,
        limit=seen.limit,
        unit=cell["unit"],
        rules=read_rules(cell["rule"], seen, where),
    )


def _seen(cell: Mapping[str, str], where: str) -> Seen:
    """Return what a row says was seen; a value such as ``<0.5`` is a limit."""
    limit = cell["value"][:1] if cell["value"][:1] in LIMITS else ""
    numbers = {**cell, "value": cell["value"].removeprefix(limit).strip()}
    value, low, high, error = (_optional(numbers[name], where, name) for name in ("value", "low", "high", "error"))
    value = (low + high) / 2 if math.isnan(value) else value
    if math.isnan(value) or (math.isnan(low) != math.isnan(high)) or low > high:
        hint = "Below a limit of quantification write e.g. <0.5 as the value"
        raise DataError("a row needs a value, or low and high in this order", where=where, hint=hint)
    if limit and not math.isnan(low):
        what = f"the value {cell['value']} is a limit, and low and high say otherwise"
        raise DataError(what, where=where, hint="Keep one")
    if error <= 0:
        hint = "It is one standard error; leave it empty where it is not known"
        raise DataError(f"the error {cell['error']} is not above 0", where=where, hint=hint)
    return Seen(value, low, high, error, limit)


def _optional(text: str, where: str, column: str) -> float:
    return read_number(text, where, column) if text else math.nan


def _days(text: str, where: str) -> float:
    from ranklsys import units

    try:
        return units.days(text)
    except RanklsysError as problem:
        raise DataError(f"time: {problem.what}", where=where, hint="Write e.g. 25 d or 6 mo") from None
