"""Observations: tables of what was seen, each row with how it was made and its own rule.

A row says what was composed (host, parts, changes), what went before, what was given, what was seen, when, and how near
is near enough. Rows of one experiment are simulated in one run.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ranklsys.errors import DataError, RanklsysError, nearest
from ranklsys.part import HOSTS
from ranklsys.tables.files import read_number

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
MEASURES = ("value", "percent", "change", "effect")
_TERM = re.compile(r"\d+(?:\.\d+)? (points|percent|SE)|[1-9]\d*(?:\.\d+)? fold|inside")


@dataclass(frozen=True)
class Observation:
    """One row of a table of observations.

    study: what it is counted under. host, parts, changes: what is composed; ``id=value; id=value``. before: simulated
    first, e.g. ``12 y``, with before_doses. then: set after it, as changes are. doses: regimens. observable: an id or
    formula. measure: value; percent of the start; change from the start in percent; effect, in percent of the same
    without doses and before_doses. time: [d] from ``before`` on.
    value, or low and high: what was seen; error: one standard error. rule: how near is near enough (see ``allows``).
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
    rule: str

    @property
    def experiment(self) -> tuple[object, ...]:
        """What rows of one run have in common."""
        return self.host, self.parts, self.changes, self.before, self.before_doses, self.then, self.doses

    def allows(self, predicted: float) -> bool:
        """Whether a prediction counts as right.

        The rule is one or more of these, joined by ``or``: ``inside`` (low to high), ``10 points`` (in the unit),
        ``25 percent`` (of the value), ``1.5 fold``, ``2 SE``. Without one: inside, else 2 SE, else 25 percent.
        """
        return any(self._allows(term, predicted) for term in self.rule.split(" or "))

    def _allows(self, term: str, predicted: float) -> bool:
        if term == "inside":
            return self.low <= predicted <= self.high
        size, kind = float(term.split()[0]), term.split()[1]
        if kind == "fold":
            return self.value * predicted > 0 and abs(math.log(predicted / self.value)) <= math.log(size) + 1e-12
        width = {"points": size, "percent": size / 100 * abs(self.value), "SE": size * self.error}[kind]
        return abs(predicted - self.value) <= width + 1e-12


def observations(path: Path) -> Iterator[Observation]:
    """Yield the rows of a table of observations. Raises DataError with file and line."""
    if not path.is_file():
        raise DataError("there is no such file", where=str(path), hint="Check the path")
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        _check_header(reader.fieldnames or (), f"{path}:1")
        rows = [
            _observation(_whole(row, f"{path.name}:{reader.line_num}"), f"{path.name}:{reader.line_num}")
            for row in reader
        ]
    if not rows:
        raise DataError("the table has no rows", where=str(path), hint=f"Its columns: {', '.join(COLUMNS)}")
    yield from rows


def _check_header(header: Sequence[str], where: str) -> None:
    for column in header:
        if column not in COLUMNS:
            raise DataError(
                f"there is no column '{column}'{nearest(column, COLUMNS)}", where=where, hint="Rename or remove it"
            )
    for column in NEEDED:
        if column not in header:
            raise DataError(f"column '{column}' is missing", where=where, hint=f"Needed: {', '.join(NEEDED)}")


def _whole(row: dict[str | None, str | None], where: str) -> dict[str, str]:
    """Return a row that has as many cells as the header."""
    if None in row or None in row.values():
        raise DataError("the row has more or fewer cells than the header", where=where, hint='Put commas in "quotes"')
    return {str(name): str(cell) for name, cell in row.items()}


def _observation(row: Mapping[str, str], where: str) -> Observation:
    cell = {column: row.get(column, "").strip() for column in COLUMNS}
    if cell["host"] not in HOSTS:
        raise DataError(f"there is no host '{cell['host']}'{nearest(cell['host'], HOSTS)}", where=where)
    measure = cell["measure"] or "value"
    if measure not in MEASURES:
        hint = f"Measures: {', '.join(MEASURES)}"
        raise DataError(f"there is no measure '{measure}'{nearest(measure, MEASURES)}", where=where, hint=hint)
    value, low, high, error = (_optional(cell[name], where, name) for name in ("value", "low", "high", "error"))
    value = (low + high) / 2 if math.isnan(value) else value
    if math.isnan(value) or (math.isnan(low) != math.isnan(high)) or low > high:
        raise DataError("a row needs a value, or low and high in this order", where=where)
    if measure == "effect" and not cell["doses"]:
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
        value=value,
        low=low,
        high=high,
        error=error,
        unit=cell["unit"],
        rule=_rule(cell["rule"], low, error, where),
    )


def _optional(text: str, where: str, column: str) -> float:
    return read_number(text, where, column) if text else math.nan


def _days(text: str, where: str) -> float:
    from ranklsys import units

    try:
        return units.days(text)
    except RanklsysError as problem:
        raise DataError(f"time: {problem.what}", where=where, hint="Write e.g. 25 d or 6 mo") from None


def _rule(text: str, low: float, error: float, where: str) -> str:
    text = text or ("inside" if not math.isnan(low) else "2 SE" if not math.isnan(error) else "25 percent")
    for term in text.split(" or "):
        if not _TERM.fullmatch(term):
            hint = "Rules: inside, 10 points, 25 percent, 1.5 fold, 2 SE, joined by 'or'"
            raise DataError(f"'{term}' is not a rule", where=where, hint=hint)
        if ("SE" in term and math.isnan(error)) or (term == "inside" and math.isnan(low)):
            raise DataError(
                f"the rule '{term}' needs a column that is empty here", where=where, hint="Fill error, or low and high"
            )
    return text
