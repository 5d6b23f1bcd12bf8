"""Regimen: what an arm gets, with courses that end or begin when a patient progresses.

A drug's courses may say ``until progression`` or ``from progression``: ``endocrine-therapy 2.5 mg oral qd until
progression; docetaxel 75 mg/m^2 iv q3w x 6 from progression``. Progression is what imaging sees (``progression``), so
the day is a patient's own, that of the visit. A dose that is due on this day is the first that is not given; times of
courses from progression on count from it, so ``from 4 w from progression`` is four weeks later.

No state is handed on. An arm is run once as if nobody progressed, and those who did once more from the start, with the
numbers of their own doses: up to that day the course is the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ranklsys.errors import DoseError
from ranklsys.model.dose import Dose, write
from ranklsys.model.dose_courses import Doses, read_doses
from ranklsys.model.subjects import Subjects
from ranklsys.sbml.course import NEVER, Course

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ranklsys.model.many import Runs

    Array = NDArray[np.float64]

ALWAYS, UNTIL, FROM = "", "until progression", "from progression"
_SAID = re.compile(r"\b(until|from)\s+progression\b", re.IGNORECASE)


@dataclass(frozen=True)
class Regimen:
    """Courses of an arm, and of each whether it ends with progression, begins with it, or hangs on nothing."""

    doses: tuple[Dose, ...]
    when: tuple[str, ...]

    @property
    def follows_progression(self) -> bool:
        """Whether a patient's progression changes what she gets."""
        return any(self.when)

    @property
    def runs(self) -> range:
        """As many as it takes to simulate it."""
        return range(2 if self.follows_progression else 1)

    @property
    def text(self) -> str:
        """The regimen as text, which gives it back."""
        each = zip(self.doses, self.when, strict=True)
        return "; ".join(f"{write([dose])} {when}".rstrip() for dose, when in each)


def read(doses: Doses) -> Regimen:
    """Return a regimen from text, doses, or any mixture of these. Raises DoseError."""
    if isinstance(doses, Dose):
        return Regimen((doses,), (ALWAYS,))
    if isinstance(doses, str):
        if not _SAID.search(doses):
            return _plain(doses)
        return _joined([_clause(text) for text in doses.rstrip("; ").split(";")])
    return _joined([read(each) for each in doses])


def _joined(regimens: Sequence[Regimen]) -> Regimen:
    doses = tuple(dose for each in regimens for dose in each.doses)
    return Regimen(doses, tuple(when for each in regimens for when in each.when))


def _plain(text: str) -> Regimen:
    doses = read_doses(text or ())
    return Regimen(doses, (ALWAYS,) * len(doses))


def _clause(text: str) -> Regimen:
    """Read the courses of one drug. Raises DoseError if they say twice what progression does to them."""
    said = [f"{word.lower()} progression" for word in _SAID.findall(text)]
    if len(said) > 1:
        hint = "Give the drug one course until progression and another, after ';', from it"
        raise DoseError("progression is named twice", where=f"'{text.strip()}'", hint=hint)
    if not (rest := _SAID.sub("", text).strip()):
        raise DoseError("the drug is missing", where=f"'{text.strip()}'", hint="Write e.g. docetaxel 75 mg/m^2 iv q3w")
    doses = read_doses(rest)
    return Regimen(doses, tuple(said or (ALWAYS,)) * len(doses))


def run(
    regimen: Regimen,
    courses: Sequence[Course],
    subjects: Subjects,
    simulate: Callable[[Subjects], Runs],
    progressed: Callable[[Array], Array],
) -> Runs:
    """Return the runs of patients, each with doses that follow her own progression.

    courses: the doses of the regimen in numbers of the model. simulate: runs subjects with these doses. progressed:
    says when each patient has, from the array of all runs (NaN: never).
    """
    if not regimen.follows_progression:
        return simulate(subjects)
    never = np.full(len(subjects), np.inf)
    first = simulate(subjects.over(schedule(regimen, courses, never)))
    seen = progressed(first.array)
    places = np.flatnonzero(~np.isnan(seen))
    if not len(places):
        return first
    again = simulate(subjects.at(places).over(schedule(regimen, courses, seen[places])))
    array = first.array.copy()
    array[places] = again.array
    engines = list(first.engines)
    for place, engine in zip(places.tolist(), again.engines, strict=True):
        engines[place] = engine
    failures = {**first.failures, **{int(places[place]): words for place, words in again.failures.items()}}
    taken = {**first.taken_over, **{int(places[place]): words for place, words in again.taken_over.items()}}
    return replace(first, array=array, engines=tuple(engines), failures=failures, taken_over=taken)


def schedule(regimen: Regimen, courses: Sequence[Course], progressed: Array) -> Subjects:
    """Return the numbers of doses that hang on progression, of each patient.

    progressed: when each does [d], infinite for who never does.
    """
    columns = {}
    for course, when in zip(courses, regimen.when, strict=True):
        if when == UNTIL:
            # as many as are due before that day; one within 1e-9 of an interval of it is not before it
            due = np.ceil((np.minimum(progressed, NEVER) - course.start) / course.every - 1e-9)
            columns[f"{course.id}_count"] = np.clip(due, 0.0, course.count)
        elif when == FROM:
            columns[f"{course.id}_start"] = np.minimum(progressed + course.start, NEVER)
    return Subjects.columns(columns, len(progressed))
