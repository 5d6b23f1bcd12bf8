"""Grammar: the words of a regimen, and what each of them says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ranklsys import units
from ranklsys.errors import DoseError, UnitError, nearest

TIMES = {"from": "start", "over": "duration", "until": "until"}
FREQUENCIES = {
    "daily": "1d",
    "qd": "1d",
    "bid": "12h",
    "tid": "8h",
    "weekly": "1w",
    "qw": "1w",
    "biw": "3.5d",
    "tiw": "56h",
    "monthly": "1mo",
    "qmo": "1mo",
    "yearly": "1y",
}
ROUTES = ("sc", "iv", "ip", "im", "po", "in", "it")
KEYWORDS = (*TIMES, *FREQUENCIES, "then", "x")
TIME_HINT = "Type a number with min, h, d, w, mo or y, e.g. 90 d"


def is_id(word: str) -> bool:
    """Tell whether a word can be the id of a drug, e.g. ``opg-fc``."""
    return bool(re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", word))


def is_keyword(word: str) -> bool:
    """Tell whether a word has a meaning of its own, so that it can be neither unit nor route."""
    return word.lower() in KEYWORDS or bool(re.match(r"q|x[-+.]?\d", word, re.IGNORECASE))


def is_route(word: str) -> bool:
    """Tell whether a word can be a route: one of ROUTES, or a lower-case word that means nothing else."""
    if word in ROUTES:
        return True
    spelled_as_one = bool(re.fullmatch(r"[a-z]+([-_][a-z]+)*", word))
    return spelled_as_one and not is_keyword(word) and word not in units.COMMON


def is_unit(word: str) -> bool:
    """Tell whether a word can be the unit of a dose; the empty word stands for none."""
    if re.search(r"[\s;]", word) or is_keyword(word) or word in ROUTES:
        return False
    try:
        units.require(word or "1")
    except UnitError:
        return False
    return True


class Tokens:
    """The words of a text, read from left to right; the empty word stands for the end."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.words: list[str] = re.findall(r";|[^\s;]+", text)

    def peek(self) -> str:
        """Return the next word."""
        return self.words[self.at] if self.at < len(self.words) else ""

    def take(self) -> str:
        """Return the next word and step over it."""
        word = self.peek()
        self.at += 1
        return word

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
class Clause:
    """What the words of one course say: fields of Dose (and ``until`` [d]), and where the word of each stands."""

    words: Tokens
    fields: dict[str, Any]
    places: dict[str, int] = field(default_factory=dict)

    def put(self, name: str, value: object, at: int) -> None:
        """Keep what the word at a place says. Raises DoseError if another word said it before."""
        if name in self.fields:
            word = self.words.words[at]
            hint = "Give each of route, interval, count and times once; begin another regimen after ';'"
            raise self.words.error(f"'{word}' is a second {name}{nearest(word, KEYWORDS)}", hint, at)
        self.fields[name], self.places[name] = value, at

    def error(self, name: str, what: str, hint: str) -> DoseError:
        """Return an error that points at the word of a field; at that of ``until`` or the amount if it has none."""
        at = self.places.get(name, self.places.get("until", self.places["amount"]))
        return self.words.error(what, hint, at)


def regimens(text: str, drug: str | None) -> Iterator[Iterator[Clause]]:
    """Read regimens separated by ``;``: for each, the courses of its drug, to be used up before the next is read."""
    words = Tokens(text)
    yield _regimen(words, drug)
    while words.accept(";"):
        yield _regimen(words, drug)


def _regimen(words: Tokens, drug: str | None) -> Iterator[Clause]:
    drug = _drug(words) if drug is None else drug
    yield _course(words, drug)
    while words.accept("then"):
        yield _course(words, drug)


def _drug(words: Tokens) -> str:
    word = words.take()
    if not is_id(word):
        what = f"'{word}' is not the id of a drug" if word else "the drug is missing"
        raise words.error(what, "Begin with an id, lower case with hyphens, e.g. opg-fc 3 mg/kg sc q2d")
    return word


def _course(words: Tokens, drug: str) -> Clause:
    """Read one course, up to ``then``, ``;`` or the end."""
    course = Clause(words, {"drug": drug})
    _amount(course)
    while words.peek().lower() not in ("", ";", "then"):
        at = words.at
        name, value = _option(words)
        course.put(name, value, at)
    return course


def _amount(course: Clause) -> None:
    """Read the amount of a dose, and its unit if there is one: ``120 mg``, ``120mg``, ``1``."""
    words = course.words
    number, unit = _number(words)
    course.put("amount", number, words.at - 1)
    following = words.peek()
    if not unit and following not in ("", ";", *ROUTES) and not is_keyword(following):
        unit = words.take()
    try:
        units.require(unit or "1")
    except UnitError as error:
        raise words.error(error.what, error.hint) from None
    course.put("unit", unit, words.at - 1)


def _number(words: Tokens) -> tuple[float, str]:
    """Read a number, and the unit that stands in the same word."""
    word = words.take()
    try:
        return units.split(word)
    except UnitError:
        what = f"'{word}' is not an amount" if word else "the amount is missing"
        raise words.error(what, "Type an amount and its unit here, e.g. 120 mg or 3 mg/kg") from None


def _option(words: Tokens) -> tuple[str, object]:
    """Read one option of a course: the field and its value."""
    word = words.take()
    key = word.lower()
    if key in TIMES:
        return TIMES[key], _time(words)
    if key in FREQUENCIES:
        return "every", units.days(FREQUENCIES[key])
    if key.startswith("q"):
        return "every", _interval(words, word[1:])
    if re.match(r"x([-+.]?\d|$)", key):
        return "count", _count(words, word[1:] or words.take())
    if is_route(word):
        return "route", word
    hint = "Type a lower-case route or e.g. q4w, x 26, from 90 d, until 1 y, over 15 min, then, ;"
    raise words.error(f"'{word}' means nothing here{nearest(key, (*KEYWORDS, *ROUTES))}", hint)


def _interval(words: Tokens, text: str) -> float:
    """Return the interval [d] that follows q: ``4w``, or ``w`` for one."""
    return _days(words, f"1{text}" if text.isalpha() else text)


def _count(words: Tokens, digits: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,8}", digits):
        raise words.error(f"'{digits}' is not a number of doses", "Type a whole number from 1 on, e.g. x 26")
    return int(digits)


def _time(words: Tokens) -> float:
    """Read a time [d] in one word or two: ``15min``, ``15 min``."""
    word = words.take()
    _no_occasion(words, word)
    is_number = re.fullmatch(r"[-+.\deE]+", word)
    if is_number and words.peek() not in ("", ";"):
        word = f"{word} {words.take()}"
    return _days(words, word)


def _no_occasion(words: Tokens, word: str) -> None:
    """Tell of what a visit sees in a patient, which a trial reads (see ranklsys.trials.occasions), and of its like."""
    said, following = word.lower(), words.peek().lower()
    of_a_trial = "in a trial progression, second progression or e.g. NTX > 1.2"
    if said == "progression" or (said == "second" and following == "progression") or following[:1] in ("<", ">"):
        hint = "Let a cohort or trial give it; here, type a time, e.g. 90 d"
        what = "at which a patient progresses" if following[:1] not in ("<", ">") else f"at which {word} is measured"
        raise words.error(f"one run has no visits {what}", hint)
    wrong = following if said == "second" and following.isalpha() else word
    if word.isalpha():
        close = nearest(wrong.lower(), ["progression", "second"]) if wrong != "second" else ""
        raise words.error(f"'{wrong}' is not a time{close}", f"Type a time, e.g. 90 d, or {of_a_trial}")


def _days(words: Tokens, text: str) -> float:
    """Return the time that a text with a unit says [d]."""
    try:
        if text in ("", ";"):
            raise UnitError("the time is missing", hint=TIME_HINT)
        if not units.split(text)[1]:
            raise UnitError(f"'{text}' is not a time with a unit", hint=TIME_HINT)
        return units.days(text)
    except UnitError as error:
        raise words.error(error.what, error.hint) from None
