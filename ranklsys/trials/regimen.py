"""Regimen: what an arm gets, with courses that end or begin when a visit sees something in a patient.

A drug's courses may say ``until progression`` or ``from progression``: ``endocrine-therapy 2.5 mg oral qd until
progression; docetaxel 75 mg/m^2 iv q3w x 6 from progression``. Besides progression, as imaging sees it, it may be a
second one, or how a marker stands (``until NTX > 1.2``); see ``occasions``. The day is a patient's own, that of the
visit. A dose that is due on this day is the first that is not given; times of courses from there on count from it, so
``from 4 w from progression`` is four weeks later.

No state is handed on. An arm is run once as if nothing were seen, and those in whom something was once more from the
start, with the numbers of their own doses: up to that day the course is the same. So it goes on with what is seen next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ranklsys.errors import DoseError
from ranklsys.model.dose import Dose, write
from ranklsys.model.dose_courses import Doses, read_doses
from ranklsys.model.subjects import Subjects
from ranklsys.sbml.course import NEVER, Course
from ranklsys.trials.occasions import FIRST, SAID, SECOND, Occasion
from ranklsys.trials.occasions import read as read_occasion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ranklsys.model.many import Runs

    Array = NDArray[np.float64]
    Places = NDArray[np.intp]
    Known = Mapping[Occasion, Array]


@dataclass(frozen=True)
class When:
    """What a course hangs on: the occasion with which it begins, and that with which it ends; None for none."""

    begins: Occasion | None = None
    ends: Occasion | None = None

    @property
    def text(self) -> str:
        """In words, which give it back."""
        said = (("from", self.begins), ("until", self.ends))
        return " ".join(f"{word} {occasion.text}" for word, occasion in said if occasion)


@dataclass(frozen=True)
class Regimen:
    """Courses of an arm, and what each hangs on."""

    doses: tuple[Dose, ...]
    when: tuple[When, ...]

    @property
    def occasions(self) -> tuple[Occasion, ...]:
        """All that the courses hang on, and the first progression if they hang on the second."""
        named = [each for when in self.when for each in (when.begins, when.ends) if each]
        return tuple(dict.fromkeys([*([FIRST] if SECOND in named else []), *named]))

    @property
    def markers(self) -> tuple[str, ...]:
        """Ids of the quantities that are measured."""
        return tuple(dict.fromkeys(each.what for each in self.occasions if each.sign))

    @property
    def follows_visits(self) -> bool:
        """Whether what a visit sees in a patient changes what she gets."""
        return bool(self.occasions)

    @property
    def runs(self) -> range:
        """As many as it takes at most to simulate it."""
        return range(1 + len(self.occasions))

    @property
    def text(self) -> str:
        """The regimen as text, which gives it back."""
        each = zip(self.doses, self.when, strict=True)
        return "; ".join(f"{write([dose])} {when.text}".rstrip() for dose, when in each)


def read(doses: Doses) -> Regimen:
    """Return a regimen from text, doses, or any mixture of these. Raises DoseError."""
    if isinstance(doses, Dose):
        return Regimen((doses,), (When(),))
    if isinstance(doses, str):
        if not SAID.search(doses):
            return _plain(doses)
        return _joined([_clause(text) for text in doses.rstrip("; ").split(";")])
    return _joined([read(each) for each in doses])


def _joined(regimens: Sequence[Regimen]) -> Regimen:
    doses = tuple(dose for each in regimens for dose in each.doses)
    return Regimen(doses, tuple(when for each in regimens for when in each.when))


def _plain(text: str) -> Regimen:
    doses = read_doses(text or ())
    return Regimen(doses, (When(),) * len(doses))


def _clause(text: str) -> Regimen:
    """Read the courses of one drug. Raises DoseError if they begin or end twice, or end as they begin."""
    said: dict[str, Occasion] = {}
    for found in SAID.finditer(text):
        word, occasion = found["word"].lower(), read_occasion(found["occasion"])
        if word in said or occasion in said.values():
            hint = "Give the drug one course until then and another, after ';', from then on"
            what = f"'{word}' is said twice" if word in said else f"{occasion.text} is named twice"
            raise DoseError(what, where=f"'{text.strip()}'", hint=hint)
        said[word] = occasion
    if not (rest := SAID.sub("", text).strip()):
        raise DoseError("the drug is missing", where=f"'{text.strip()}'", hint="Write e.g. docetaxel 75 mg/m^2 iv q3w")
    when = When(said.get("from"), said.get("until"))
    if (when.begins, when.ends) == (SECOND, FIRST):
        raise DoseError("it would end before it begins", where=f"'{text.strip()}'", hint="Swap from and until")
    doses = read_doses(rest)
    return Regimen(doses, (when,) * len(doses))


def run(
    regimen: Regimen,
    courses: Sequence[Course],
    subjects: Subjects,
    simulate: Callable[[Subjects], Runs],
    seen: Callable[[Array, Places, Known], Known],
) -> Runs:
    """Return the runs of patients, each with doses that follow what visits see in her.

    courses: the doses of the regimen in numbers of the model. simulate: runs subjects with these doses. seen: says when
    each occasion comes to patients [d], from the array of their runs, their places, and what has changed treatment.
    """
    if not regimen.follows_visits:
        return simulate(subjects)
    known = {occasion: np.full(len(subjects), np.inf) for occasion in regimen.occasions}
    runs = simulate(subjects.over(schedule(regimen, courses, known)))
    places = np.arange(len(subjects))
    while True:
        before = {occasion: days[places] for occasion, days in known.items()}
        days = seen(runs.array[places], places, before)
        # what is new to each; the earliest of it is sure, as what comes later may not come with the next treatment
        new = {occasion: np.where(np.isinf(before[occasion]), days[occasion], np.inf) for occasion in known}
        earliest = np.min(list(new.values()), axis=0)
        for occasion, each in new.items():
            known[occasion][places] = np.where(each == earliest, np.fmin(each, before[occasion]), before[occasion])
        places = places[np.isfinite(earliest)]
        if not len(places):
            return runs
        now = {occasion: each[places] for occasion, each in known.items()}
        runs = _replaced(runs, simulate(subjects.at(places).over(schedule(regimen, courses, now))), places)


def _replaced(runs: Runs, again: Runs, places: Places) -> Runs:
    """Return runs with those of some places replaced."""
    array, engines = runs.array.copy(), list(runs.engines)
    array[places] = again.array
    for place, engine in zip(places.tolist(), again.engines, strict=True):
        engines[place] = engine
    failures = {**runs.failures, **{int(places[place]): words for place, words in again.failures.items()}}
    taken = {**runs.taken_over, **{int(places[place]): words for place, words in again.taken_over.items()}}
    return replace(runs, array=array, engines=tuple(engines), failures=failures, taken_over=taken)


def schedule(regimen: Regimen, courses: Sequence[Course], known: Known) -> Subjects:
    """Return the numbers of doses that hang on what visits see, of each patient.

    known: when each occasion comes [d], infinite for who never has it.
    """
    columns, number = {}, len(next(iter(known.values())))
    for course, when in zip(courses, regimen.when, strict=True):
        start = np.full(number, course.start)
        if when.begins:
            start = np.minimum(known[when.begins] + course.start, NEVER)
            columns[f"{course.id}_start"] = start
        if when.ends:
            # as many as are due before that day; one within 1e-9 of an interval of it is not before it
            due = np.ceil((np.minimum(known[when.ends], NEVER) - start) / course.every - 1e-9)
            columns[f"{course.id}_count"] = np.clip(due, 0.0, course.count)
    return Subjects.columns(columns, number)
