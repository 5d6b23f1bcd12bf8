"""Score: predictions against a table of observations, each row by its own rule.

A row says what was composed (host, parts, changes), what went before, what was given, what was seen, when, and how near
is near enough. Rows of one experiment are simulated in one run.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ranklsys.errors import DataError, RanklsysError, nearest
from ranklsys.part import HOSTS, number

if TYPE_CHECKING:
    import pandas as pd

NEEDED = ("study", "host", "observable", "time", "value")
COLUMNS = (
    *NEEDED,
    "id",
    "parts",
    "changes",
    "before",
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
    first, without doses, e.g. ``12 y``. doses: regimens. observable: an id or formula. measure: value; percent of the
    start; change from the start in percent; effect, in percent of the same without doses. time: [d] from ``before`` on.
    value, or low and high: what was seen; error: one standard error. rule: how near is near enough (see ``allows``).
    """

    where: str
    study: str
    host: str
    parts: tuple[str, ...]
    changes: str
    before: str
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
        return self.host, self.parts, self.changes, self.before, self.doses

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


@dataclass(frozen=True)
class Score:
    """Observations with their predictions: columns study, where, observable, time, value, predicted, within, ..."""

    table: pd.DataFrame

    @cached_property
    def studies(self) -> pd.DataFrame:
        """A row per study: number of rows, how many are right, their share, and the root mean square error."""
        grouped = self.table.assign(squared=(self.table["predicted"] - self.table["value"]) ** 2).groupby(
            "study", sort=False
        )
        result = grouped.agg(rows=("within", "size"), right=("within", "sum"), rmse=("squared", "mean"))
        return result.assign(share=result["right"] / result["rows"], rmse=result["rmse"] ** 0.5)

    @property
    def share(self) -> float:
        """Share of all rows that are right."""
        return float(self.table["within"].mean())


def score(path: Path | str, *, report: Callable[[str], None] | None = None) -> Score:
    """Predict every row of a table of observations and judge it; ``report`` gets each study as it starts.

    Columns: study, host, observable, time, value are needed; id, parts, changes, before, doses, measure, low, high,
    error, unit, rule and note may be there (see ``Observation``). Raises DataError with file and line for a row that
    cannot be read, composed or simulated.
    """
    import pandas as pd

    rows = list(observations(Path(path)))
    groups: dict[tuple[object, ...], list[Observation]] = {}
    for row in rows:
        groups.setdefault(row.experiment, []).append(row)
    predicted: dict[str, float] = {}
    seen: set[str] = set()
    for group in groups.values():
        if report and group[0].study not in seen:
            report(group[0].study)
        seen.add(group[0].study)
        predicted |= _predict(group)
    records = [
        {
            "study": row.study,
            "where": row.where,
            "parts": " ".join(row.parts),
            "doses": row.doses,
            "observable": row.observable,
            "measure": row.measure,
            "time": row.time,
            "value": row.value,
            "low": row.low,
            "high": row.high,
            "error": row.error,
            "unit": row.unit,
            "predicted": predicted[row.where],
            "rule": row.rule,
            "within": row.allows(predicted[row.where]),
        }
        for row in rows
    ]
    return Score(pd.DataFrame(records))


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
    return Observation(
        where=where,
        study=cell["study"],
        host=cell["host"],
        parts=tuple(sorted(cell["parts"].split())),
        changes=cell["changes"],
        before=cell["before"],
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
    return number(text, where, column) if text else math.nan


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


def _predict(group: Sequence[Observation]) -> dict[str, float]:
    """Return the prediction of each row of one experiment, by where the row stands."""
    from ranklsys.compose import compose
    from ranklsys.experiment import evaluate
    from ranklsys.scenario import Observable

    first = group[0]
    try:
        model = compose(first.host, *first.parts).set(_changes(first.changes))
        model = model.after(first.before) if first.before else model
        times = sorted({0.0, *(row.time for row in group)})
        times = times if times[-1] > 0 else [0.0, 1.0]
        run = model.simulate(times[-1], doses=first.doses or (), times=times)
        effects = any(row.measure == "effect" for row in group)
        bare = model.simulate(times[-1], times=times) if effects else run
    except RanklsysError as problem:
        raise DataError(str(problem), where=first.where) from problem
    result = {}
    for row in group:
        seen = Observable(row.observable, row.observable, row.observable, row.unit)
        try:
            treated, untreated = evaluate(run, seen), evaluate(bare, seen)
            result[row.where] = _measured(row.measure, treated, untreated, row.time)
        except RanklsysError as problem:
            raise DataError(str(problem), where=row.where) from problem
        except ZeroDivisionError:
            what = f"'{row.observable}' is 0 where {row.measure} compares it with"
            raise DataError(what, where=row.where, hint="Measure its value instead") from None
    return result


def _measured(measure: str, run: pd.Series[float], untreated: pd.Series[float], time: float) -> float:
    """Return what a row's measure makes of the run."""
    value = float(run.loc[time])
    reference = float(untreated.loc[time]) if measure == "effect" else float(run.iloc[0])
    return {
        "value": lambda: value,
        "percent": lambda: 100 * value / reference,
        "change": lambda: 100 * (value / reference - 1),
        "effect": lambda: 100 * (value / reference - 1),
    }[measure]()


def _changes(text: str) -> dict[str, float | str]:
    """Read ``id=value; id=value``; a value without a unit is a number."""
    pairs = [part.partition("=")[::2] for part in text.split(";") if part.strip()]
    names = [name.strip() for name, _ in pairs]
    if len(set(names)) < len(names):
        raise DataError(f"a change is given twice in '{text}'", hint="Name each id once")
    return {name.strip(): _number_or_text(value.strip()) for name, value in pairs}


def _number_or_text(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
