"""Whole: is a model sound?  A report in the manner of MEMOTE, for a host, a composition or any SBML model.

Each section holds checks, as for parts: the docstring says what is expected, and then why. A check that counts gives
the share that is as expected, which is its score; one that only tells counts as met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ranklsys.author.checks import balance, coverage, dynamics
from ranklsys.author.checks.judgement import Judgement, judged
from ranklsys.author.checks.subject import Whole

Check = Callable[[Whole], str | None]


@dataclass(frozen=True)
class Section:
    """The findings of one kind, and their score: the mean share of what was judged, from 0 to 1."""

    title: str
    findings: tuple[Judgement, ...]

    @property
    def score(self) -> float:
        """The mean share of the checks that could be judged; 1 if there is none."""
        shares = [finding.share for finding in self.findings if finding.ok is not None]
        return sum(shares) / len(shares) if shares else 1.0


SECTIONS: dict[str, tuple[Check, ...]] = {
    "Consistency": coverage.CONSISTENCY,
    "Units": coverage.UNITS,
    "Annotation": coverage.ANNOTATION,
    "Mass balance": balance.BALANCE,
    "Structure": balance.STRUCTURE,
    "Dynamics": dynamics.DYNAMICS,
}


def sections(subject: Whole) -> Iterator[Section]:
    """Yield the sections of the report on a model, one by one. What a check raises is its finding."""
    for title, checks in SECTIONS.items():
        found = (judged(check, subject) for check in checks)
        yield Section(title, tuple(finding for finding in found if finding is not None))


def total(found: Sequence[Section]) -> float:
    """Return the mean score of sections."""
    return sum(section.score for section in found) / len(found)
