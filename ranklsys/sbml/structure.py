"""Structure: a model with its courses at neutral numbers, made once for a text and kept, in memory and on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ranklsys.sbml import disk
from ranklsys.sbml.cache import recalled
from ranklsys.sbml.course import NEVER, Course


def structure(text: str, courses: Sequence[Course]) -> str:
    """Return the model with its courses at neutral numbers: equal for courses that differ in numbers only."""
    if not courses:
        return text
    return _structure(
        text,
        tuple(
            replace(course, amount=0.0, start=NEVER, every=1.0, count=0.0, duration=float(course.duration > 0))
            for course in courses
        ),
    )


@recalled(64)
def _structure(text: str, neutral: tuple[Course, ...]) -> str:
    return disk.text("structure", text, repr(neutral), make=lambda: _with_courses(text, neutral))


def _with_courses(text: str, courses: tuple[Course, ...]) -> str:
    from ranklsys.sbml.events import with_courses  # libsbml takes a tenth of a second to import

    return with_courses(text, courses)
