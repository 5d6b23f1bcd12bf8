"""Doses: what is given, how, and when.  Text in, values out, and back."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ranklsys.errors import DoseError, UnitError, nearest

TIMES = {"from": "start", "over": "duration", "until": "until"}
FREQUENCIES = {
    **{"daily": "1d", "qd": "1d", "bid": "12h", "tid": "8h", "weekly": "1w", "qw": "1w"},
    **{"biw": "3.5d", "tiw": "56h", "monthly": "1mo", "qmo": "1mo", "yearly": "1y"},
}
ROUTES = ("sc", "iv", "ip", "im", "po", "in", "it")
_WORDS = (*TIMES, *FREQUENCIES, "then", "x")
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
        _require(_is_id(self.drug), "drug", f"'{self.drug}' is not the id of a drug", "Ids are e.g. opg-fc")
        _require(0 <= self.amount < math.inf, "amount", f"a dose cannot be {self.amount:g}", "Type 0 or more")
        _require(_is_unit(self.unit), "unit", f"'{self.unit}' is not a unit of a dose", "Type e.g. mg, mg/kg or nmol")
        _require(_is_route(self.route), "route", f"'{self.route}' is not a route", "Type a lower-case word, e.g. sc")
        self._check_times()

    def _check_times(self) -> None:
        start, every, count, duration = self.start, self.every, self.count, self.duration
        _require(0 <= start < math.inf, "start", f"a course cannot start on day {start:g}", "Type e.g. from 3 d")
        legal = every is None or 0 < every < math.inf
        _require(legal, "every", f"the interval between doses cannot be {every or 0:g} d", "Type one above 0, e.g. q4w")
        legal = count is None or (isinstance(count, int) and 1 <= count < _MOST)
        _require(legal, "count", f"there cannot be {count} doses", "Type a whole number from 1 to 999999999, e.g. x 26")
        legal = every is not None or count == 1
        _require(legal, "count", "more than one dose needs an interval", "Type how often as well, e.g. q4w x 26")
        legal = 0 <= duration < math.inf
        _require(legal, "duration", f"an infusion cannot last {duration:g} d", "Type e.g. over 15 min")
        what = f"an infusion over {duration:g} d still runs when the next begins, after {every or 0:g} d"
        _require(every is None or duration < every, "duration", what, "Type a shorter time after 'over'")


def _require(holds: object, name: str, what: str, hint: str) -> None:
    if not holds:
        raise DoseError(what, where=name, hint=hint)


def _is_id(word: str) -> bool:
    return bool(re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", word))


def _is_option(word: str) -> bool:
    """Tell whether a word has a meaning of its own, so that it can be neither unit nor route."""
    return word.lower() in _WORDS or bool(re.match(r"q|x[-+.]?\d", word, re.IGNORECASE))


def _is_route(word: str) -> bool:
    from ranklsys import units

    if word == "" or word in ROUTES:
        return True
    return bool(re.fullmatch(r"[a-z]+([-_][a-z]+)*", word)) and not (_is_option(word) or word in units.COMMON)


def _is_unit(word: str) -> bool:
    from ranklsys import units

    if re.search(r"[\s;]", word) or _is_option(word) or word in ROUTES:
        return False
    try:
        units.unit(word or "1")
    except UnitError:
        return False
    return True


def dose(drug: str, regimen: str) -> tuple[Dose, ...]:
    """Return the courses of one drug, e.g. ``dose("opg-fc", "3 mg/kg sc q2d")``.  Raises DoseError as parse does."""
    return parse(regimen, drug)


def parse(text: str, drug: str | None = None) -> tuple[Dose, ...]:
    """Read regimens such as ``"denosumab 120 mg sc q4w x 26"``; several are separated by ``;``.

    drug: the drug of every regimen; without it, each regimen begins with the id of its own.
    After the amount and its unit come, in any order and each at most once:

    * ``sc``: the route, any lower-case word. A dose without a unit has its route last: ``5 qd depot``.
    * ``q4w``, ``tiw``: how often. q, a number (1 if left out) and min, h, d, w, mo or y; or one of FREQUENCIES.
      A month is 30.4375 d and a year 365.25 d; ``biw`` is every 3.5 d, ``tiw`` every 7/3 d.
    * ``x 26``: how many doses. Left out, doses that repeat go on to the end, and others are given once.
    * ``until 90 d``: instead of ``x N``, doses at times before 90 d of the simulation; one within 1e-9 of an interval
      of that time is not before it.
    * ``from 90 d``: when the first dose is given; 0 d if left out.
    * ``over 15 min``: an infusion, active during [t, t + 15 min).

    ``then`` begins the next course of the drug at its own ``from``, or where the former ends, at start + count * every.
    A course that repeats without a count is given once before ``then``: ``60 mg sc q6mo then 120 mg sc q4w``.
    Keywords may be written in capitals, units not. Raises DoseError, which points at the first word it cannot read.
    """
    words = _Words(text)
    doses = _regimen(words, drug)
    while words.accept(";"):
        doses += _regimen(words, drug)
    return doses


def write(doses: Sequence[Dose]) -> str:
    """Return the text of doses, with all times from the start of the simulation, so that ``parse`` gives them back."""
    return "; ".join(_spell(dose) for dose in doses)


class _Words:
    """The words of a text, read from left to right; the empty word stands for the end."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.words: list[str] = re.findall(r";|[^\s;]+", text)

    def peek(self) -> str:
        return self.words[self.at] if self.at < len(self.words) else ""

    def take(self) -> str:
        self.at += 1
        return self.words[self.at - 1] if self.at <= len(self.words) else ""

    def accept(self, word: str) -> bool:
        """Step over the next word if it is this one."""
        found = self.peek().lower() == word
        self.at += found
        return found

    def error(self, what: str, hint: str, at: int | None = None) -> DoseError:
        """Return an error that points at a word, the last one taken unless told otherwise."""
        at = self.at - 1 if at is None else at
        place = f"word {at + 1 - self.words[:at].count(';')}" if at < len(self.words) else "end"
        return DoseError(what, where=f"{place} of '{self.text}'", hint=hint)


@dataclass
class _Course:
    """A course as far as it has been read: fields of Dose (and ``until``), and where the word of each stands."""

    words: _Words
    fields: dict[str, Any] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)

    def put(self, name: str, value: object, at: int) -> None:
        if name in self.fields:
            word = self.words.words[at]
            hint = "Give each of route, interval, count and times once; begin another regimen after ';'"
            raise self.words.error(f"'{word}' is a second {name}{nearest(word, _WORDS)}", hint, at)
        self.fields[name], self.marks[name] = value, at

    def dose(self) -> Dose:
        fields = {name: value for name, value in self.fields.items() if name != "until"}
        if "until" in self.fields:
            fields["count"] = self._count_until(self.fields["until"])
        fields.setdefault("count", None if "every" in fields else 1)
        try:
            return Dose(**fields)
        except DoseError as error:
            if error.where == "drug":  # given apart from the text, so there is no word to point at
                raise
            at = self.marks.get(error.where, self.marks.get("until", self.marks["amount"]))
            raise self.words.error(error.what, error.hint, at) from None

    def _count_until(self, end: float) -> int:
        """Return the number of doses before a time."""
        every: float = self.fields.get("every", 0.0)
        start: float = self.fields.get("start", 0.0)
        at = self.marks["until"]
        if "count" in self.fields or not every:
            raise self.words.error("'until' needs an interval, and no count", "Type e.g. q4w until 90 d", at)
        intervals = (end - start) / every - 1e-9
        if intervals <= 0:
            raise self.words.error("no dose comes before that time", f"Type a time after {start:g} d", at)
        return math.ceil(min(intervals, _MOST))


def _regimen(words: _Words, drug: str | None) -> tuple[Dose, ...]:
    """Read the courses of one drug, up to ``;`` or the end."""
    drug = _drug(words) if drug is None else drug
    doses: list[Dose] = []
    course = _course(words, drug)
    while words.accept("then"):
        course, former = _course(words, drug), course
        doses.append(_link(former, course))
    return (*doses, course.dose())


def _link(former: _Course, after: _Course) -> Dose:
    """Return the dose of a course that another follows, and start that other one where it ends."""
    at = after.marks["amount"]
    if not {"count", "until"} & set(former.fields):
        if "every" in former.fields and "start" in after.fields:
            hint = "Type 'x N' or 'until T' before 'then', or leave out 'from'"
            raise former.words.error("how many doses come before 'then' is not said", hint, at)
        former.fields["count"] = 1
    dose = former.dose()
    if "start" not in after.fields:
        if dose.every is None or dose.count is None:
            hint = "Type when the next course starts, e.g. then 120 mg sc q4w from 90 d"
            raise former.words.error("a single dose does not say when the next course starts", hint, at)
        after.fields["start"] = dose.start + dose.count * dose.every
    return dose


def _drug(words: _Words) -> str:
    word = words.take()
    if not _is_id(word):
        what = f"'{word}' is not the id of a drug" if word else "the drug is missing"
        raise words.error(what, "Begin with an id, lower case with hyphens, e.g. opg-fc 3 mg/kg sc q2d")
    return word


def _course(words: _Words, drug: str) -> _Course:
    """Read one course, up to ``then``, ``;`` or the end."""
    course = _Course(words, {"drug": drug})
    _amount(course)
    while words.peek().lower() not in ("", ";", "then"):
        at = words.at
        name, value = _option(words)
        course.put(name, value, at)
    return course


def _amount(course: _Course) -> None:
    """Read the amount of a dose, and its unit if there is one: ``120 mg``, ``120mg``, ``1``."""
    from ranklsys import units

    words, at = course.words, course.words.at
    try:
        number, unit = units.split(words.take())
    except UnitError:
        what = f"'{words.words[at]}' is not an amount" if at < len(words.words) else "the amount is missing"
        raise words.error(what, "Type an amount and its unit here, e.g. 120 mg or 3 mg/kg") from None
    course.put("amount", number, at)
    following = words.peek()
    if not unit and following not in ("", ";", *ROUTES) and not _is_option(following):
        unit = words.take()
    try:
        units.unit(unit or "1")
    except UnitError as error:
        raise words.error(error.what, error.hint) from None
    course.put("unit", unit, words.at - 1)


def _option(words: _Words) -> tuple[str, object]:
    """Read one option of a course: the field and its value."""
    word = words.take()
    key = word.lower()
    if key in TIMES:
        return TIMES[key], _time(words)
    if key in FREQUENCIES or key.startswith("q"):
        text = FREQUENCIES.get(key, word[1:])
        return "every", _days(words, f"1{text}" if text.isalpha() else text)
    if re.match(r"x([-+.]?\d|$)", key):
        return "count", _count(words, word[1:] or words.take())
    if not _is_route(word):
        hint = "Type a lower-case route or e.g. q4w, x 26, from 90 d, until 1 y, over 15 min, then, ;"
        raise words.error(f"'{word}' means nothing here{nearest(word.lower(), (*_WORDS, *ROUTES))}", hint)
    return "route", word


def _count(words: _Words, digits: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,8}", digits):
        raise words.error(f"'{digits}' is not a number of doses", "Type a whole number from 1 on, e.g. x 26")
    return int(digits)


def _time(words: _Words) -> float:
    """Read a time [d] in one word or two: ``15min``, ``15 min``."""
    word = words.take()
    alone = re.fullmatch(r"[-+.\deE]+", word) and words.peek() not in ("", ";")
    return _days(words, f"{word} {words.take()}" if alone else word)


def _days(words: _Words, text: str) -> float:
    """Return the time that a text with a unit says [d]."""
    from ranklsys import units

    try:
        if text.strip() in ("", ";") or not units.split(text)[1]:
            what = f"'{text}' is not a time with a unit" if text.strip() else "the time is missing"
            raise UnitError(what, hint="Type a number with min, h, d, w, mo or y, e.g. 90 d")
        return units.days(text)
    except UnitError as error:
        raise words.error(error.what, error.hint) from None


def _spell(dose: Dose) -> str:
    """Return one course as text; a route without a unit before it stands last, where it cannot be taken for one."""
    front, back = (dose.route, "") if dose.unit else ("", dose.route)
    over = f"over {' '.join(_shortest(dose.duration, ('d', 'mo', 'h', 'min')))}" if dose.duration else ""
    start = f"from {' '.join(_shortest(dose.start, ('d', 'mo', 'h', 'min')))}" if dose.start else ""
    count = f"x {dose.count}" if dose.count else ""
    words = (dose.drug, _number(dose.amount), dose.unit, front, over, _frequency(dose.every), count, start, back)
    return " ".join(word for word in words if word)


def _frequency(every: float | None) -> str:
    """Return ``q4w`` for 28 d."""
    from ranklsys import units

    if every is None:
        return ""
    for word in ("biw", "tiw"):
        if units.days(FREQUENCIES[word]) == every:
            return word
    number, unit = _shortest(every, ("w", "d", "y", "mo", "h", "min"))
    return f"q{'' if number == '1' else number}{unit}"


def _shortest(days: float, choices: Sequence[str]) -> tuple[str, str]:
    """Return a time as number and unit: days, or a whole number of a unit if that is shorter and reads back exactly."""
    from ranklsys import units

    spelled = [(f"{min(days / units.days(f'1 {unit}'), 1e6):.0f}", unit) for unit in choices]
    exact = [(number, unit) for number, unit in spelled if units.days(f"{number} {unit}") == days]
    return min([*exact, (_number(days), "d")], key=lambda time: len("".join(time)))


def _number(value: float) -> str:
    return repr(float(value) + 0.0).removesuffix(".0")
