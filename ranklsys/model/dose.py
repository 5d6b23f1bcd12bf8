"""Doses: what is given, how, and when.  Text in, values out, and back."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ranklsys.errors import DoseError, RanklsysError
from ranklsys.tables.scalars import real, whole

if TYPE_CHECKING:
    from ranklsys.model.dose_grammar import Clause

# The grammar and the units are imported where they are needed, because pint is not light.

_MOST = 10**9


@dataclass(frozen=True, kw_only=True)
class Dose:
    """One course of a drug: ``count`` doses, the k-th (from 0) at ``start + k * every``.

    drug: id of the part, e.g. ``opg-fc``.
    amount, unit: of one dose, as the user wrote them: 120 and ``"mg"``, ``"mg/kg"``, ``"Gy"``; ``""`` for no unit.
    route: ``"sc"``, ``"iv"``, ...; empty means the part's only route.
    start: time of the first dose [d].
    every: time from one dose to the next [d]; None for a single dose.
    count: number of doses; None for as long as the simulation lasts. Only 1 goes without ``every``.
    duration: of an infusion [d], active during [t, t + duration); 0 for a bolus.
    Raises DoseError, whose ``where`` is the field, on anything else: negative times, an infusion into the next one, ...
    """

    drug: str
    amount: float
    unit: str
    route: str = ""
    start: float = 0.0
    every: float | None = None
    count: int | None = 1
    duration: float = 0.0

    def __post_init__(self) -> None:
        _plain(self)
        _check_what(self)
        _check_when(self)
        _check_infusion(self)


def _plain(dose: Dose) -> None:
    """Have numbers of any library, and times with their unit, as Python's own, so that equal doses are equal."""
    from ranklsys import units

    readers: dict[str, Callable[[Any], float]]
    readers = {"amount": real, "start": units.days, "every": units.days, "count": whole, "duration": units.days}
    for name, read in readers.items():
        value = getattr(dose, name)
        if value is None and name in ("every", "count"):
            continue
        if type(value) not in (int, float) or (name == "count" and type(value) is float):
            try:
                object.__setattr__(dose, name, read(value))
            except RanklsysError as problem:
                raise DoseError(problem.what, where=name, hint=problem.hint) from None


def _check_what(dose: Dose) -> None:
    from ranklsys.model import dose_grammar

    drug, amount, unit, route = dose.drug, dose.amount, dose.unit, dose.route
    _require(dose_grammar.is_id(drug), "drug", f"'{drug}' is not the id of a drug", "Ids are e.g. opg-fc")
    _require(0 <= amount < math.inf, "amount", f"a dose cannot be {amount:g}", "Type 0 or more")
    _require(dose_grammar.is_unit(unit), "unit", f"'{unit}' is not a unit of a dose", "Type e.g. mg, mg/kg or nmol")
    is_route = not route or dose_grammar.is_route(route)
    _require(is_route, "route", f"'{route}' is not a route", "Type a lower-case word, e.g. sc")


def _check_when(dose: Dose) -> None:
    start, every, count = dose.start, dose.every, dose.count
    _require(0 <= start < math.inf, "start", f"a course cannot start on day {start:g}", "Type e.g. from 3 d")
    if every is not None:
        what = f"the interval between doses cannot be {every:g} d"
        _require(0 < every < math.inf, "every", what, "Type one above 0, e.g. q4w")
    if count is not None:
        is_count = isinstance(count, int) and 1 <= count < _MOST
        what = f"there cannot be {count} doses"
        _require(is_count, "count", what, f"Type a whole number from 1 to {_MOST - 1}, e.g. x 26")
    if every is None:
        _require(count == 1, "count", "more than one dose needs an interval", "Type how often as well, e.g. q4w x 26")


def _check_infusion(dose: Dose) -> None:
    duration, every = dose.duration, dose.every
    what = f"an infusion cannot last {duration:g} d"
    _require(0 <= duration < math.inf, "duration", what, "Type e.g. over 15 min")
    if every is not None:
        what = f"an infusion over {duration:g} d still runs when the next begins, after {every:g} d"
        _require(duration < every, "duration", what, "Type a shorter time after 'over'")


def _require(holds: bool, name: str, what: str, hint: str) -> None:
    if not holds:
        raise DoseError(what, where=name, hint=hint)


def dose(drug: str, regimen: str) -> tuple[Dose, ...]:
    """Return the courses of one drug, e.g. ``dose("opg-fc", "3 mg/kg sc q2d")``.  Raises DoseError as parse does."""
    return parse(regimen, drug)


def parse(text: str, drug: str | None = None) -> tuple[Dose, ...]:
    """Read regimens such as ``"denosumab 120 mg sc q4w x 26"``; several are separated by ``;``.

    drug: the drug of every regimen; without it, each regimen begins with the id of its own.
    After the amount and its unit come, in any order and each at most once:

    * ``sc``: the route, any lower-case word. A dose without a unit has its route last: ``5 qd depot``.
    * ``q4w``, ``tiw``: how often. q, a number (1 if left out) and min, h, d, w, mo or y; or one of FREQUENCIES in
      ``dose_grammar``. A month is 30.4375 d and a year 365.25 d; ``biw`` is every 3.5 d, ``tiw`` every 7/3 d.
    * ``x 26``: how many doses. Left out, doses that repeat go on to the end, and others are given once.
    * ``until 90 d``: instead of ``x N``, doses at times before 90 d of the simulation; one within 1e-9 of an interval
      of that time is not before it.
    * ``from 90 d``: when the first dose is given; 0 d if left out.
    * ``over 15 min``: an infusion, active during [t, t + 15 min).

    ``then`` begins the next course of the drug at its own ``from``, or where the former ends, at start + count * every.
    A course that repeats without a count is given once before ``then``: ``60 mg sc q6mo then 120 mg sc q4w``.
    Keywords may be written in capitals, units not. Raises DoseError, which points at the first word it cannot read.
    """
    from ranklsys.model import dose_grammar

    if not isinstance(text, str):
        raise DoseError(f"{text!r} is not a regimen", hint='Give e.g. "3 mg/kg sc q2d"')
    return tuple(dose for courses in dose_grammar.regimens(text, drug) for dose in _doses(courses))


def write(doses: Sequence[Dose]) -> str:
    """Return the text of doses, with all times from the start of the simulation, so that ``parse`` gives them back."""
    return "; ".join(_spell(dose) for dose in doses)


def _doses(courses: Iterator[Clause]) -> Iterator[Dose]:
    """Give each course of one drug its place in time, one after the other."""
    course = next(courses)
    for after in courses:
        _settle_count(course, after)
        dose = _dose(course)
        if "start" not in after.fields:
            after.fields["start"] = _end(dose, after)
        yield dose
        course = after
    yield _dose(course)


def _settle_count(course: Clause, after: Clause) -> None:
    """Let a course that another follows be given once, unless it says how often."""
    if course.fields.keys() & {"count", "until"}:
        return
    if "every" in course.fields and "start" in after.fields:
        hint = "Type 'x N' or 'until T' before 'then', or leave out 'from'"
        raise after.error("amount", "how many doses come before 'then' is not said", hint)
    course.fields["count"] = 1


def _end(dose: Dose, after: Clause) -> float:
    """Return when a course ends, which is when the one after it starts."""
    if dose.every is None or dose.count is None:
        hint = "Type when the next course starts, e.g. then 120 mg sc q4w from 90 d"
        raise after.error("amount", "a single dose does not say when the next course starts", hint)
    return dose.start + dose.count * dose.every


def _dose(course: Clause) -> Dose:
    fields = {name: value for name, value in course.fields.items() if name != "until"}
    if "until" in course.fields:
        fields["count"] = _count_until(course)
    fields.setdefault("count", None if "every" in fields else 1)
    try:
        return Dose(**fields)
    except DoseError as error:
        if error.where == "drug":  # given apart from the text, so there is no word to point at
            raise
        raise course.error(error.where, error.what, error.hint) from None


def _count_until(course: Clause) -> int:
    """Return the number of doses before the time that ``until`` names."""
    every: float = course.fields.get("every", 0.0)
    start: float = course.fields.get("start", 0.0)
    end: float = course.fields["until"]
    if "count" in course.fields or not every:
        raise course.error("until", "'until' needs an interval, and no count", "Type e.g. q4w until 90 d")
    intervals = (end - start) / every - 1e-9
    if intervals <= 0:
        raise course.error("until", "no dose comes before that time", f"Type a time after {start:g} d")
    return math.ceil(min(intervals, _MOST))


def _spell(dose: Dose) -> str:
    """Return one course as text; a route without a unit before it stands last, where it cannot be taken for one."""
    words = [
        dose.drug,
        _number(dose.amount),
        dose.unit,
        dose.route if dose.unit else "",
        f"over {_time(dose.duration)}" if dose.duration else "",
        _frequency(dose.every) if dose.every else "",
        f"x {dose.count}" if dose.count else "",
        f"from {_time(dose.start)}" if dose.start else "",
        "" if dose.unit else dose.route,
    ]
    return " ".join(filter(None, words))


def _time(days: float) -> str:
    return " ".join(_shortest(days, ("d", "mo", "h", "min")))


def _frequency(days: float) -> str:
    """Return ``q4w`` for 28 d."""
    named = {3.5: "biw", 7 / 3: "tiw"}
    if days in named:
        return named[days]
    number, unit = _shortest(days, ("w", "d", "y", "mo", "h", "min"))
    return f"q{unit}" if number == "1" else f"q{number}{unit}"


def _shortest(days: float, choices: Sequence[str]) -> tuple[str, str]:
    """Return a time as number and unit: days, or a whole number of a unit if that is shorter and reads back exactly."""
    from ranklsys import units

    whole = [(f"{min(days / units.days(f'1 {unit}'), 1e6):.0f}", unit) for unit in choices]
    exact = [(number, unit) for number, unit in whole if units.days(f"{number} {unit}") == days]
    return min([*exact, (_number(days), "d")], key=lambda time: len("".join(time)))


def _number(value: float) -> str:
    return repr(float(value) + 0.0).removesuffix(".0")
