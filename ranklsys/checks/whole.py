"""Whole: is a model sound?  A report in the manner of MEMOTE, for a host, a composition or any SBML model.

Each section holds checks, as for parts: the docstring says what is expected, and then why. A check that counts gives
the share that is as expected, which is its score; one that only tells counts as met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ranklsys.checks import balance, coverage, motion
from ranklsys.checks.finding import Finding, judged
from ranklsys.model import Model
from ranklsys.sbml.facts import Facts, facts
from ranklsys.sbml.labels import Labels, labels

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.regimen import Doses

Check = Callable[["Whole"], "str | None"]


@dataclass(frozen=True)
class Whole:
    """A model under examination.

    model, doses: as it simulates. healthy: whether it is a host as it ships, and so at rest.
    """

    text: str
    model: Model
    healthy: bool = False
    doses: Doses = ()

    @cached_property
    def facts(self) -> Facts:
        """What it holds."""
        return facts(self.text)

    @cached_property
    def labels(self) -> Labels:
        """What it says of itself."""
        return labels(self.text)

    @cached_property
    def run(self) -> pd.DataFrame:
        """Its states over a long time, with its doses. Raises SimulationError."""
        columns = list(self.model.facts.states)
        return self.model.simulate(motion.LONG, doses=self.doses, points=101, columns=columns)


@dataclass(frozen=True)
class Section:
    """The findings of one kind, and their score: the mean share of what was judged, from 0 to 1."""

    title: str
    findings: tuple[Finding, ...]

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
    "Dynamics": motion.DYNAMICS,
}


def sections(subject: Whole) -> Iterator[Section]:
    """Yield the sections of the report on a model, one by one. What a check raises is its finding."""
    for title, checks in SECTIONS.items():
        found = (judged(check, subject) for check in checks)
        yield Section(title, tuple(finding for finding in found if finding is not None))


def total(found: Sequence[Section]) -> float:
    """Return the mean score of sections."""
    return sum(section.score for section in found) / len(found)
