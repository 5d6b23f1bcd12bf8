"""Checks: is a part sound?  One small function for each idea; its docstring says what it expects, and then why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ranklsys.author.checks.judgement import Judgement, judged
from ranklsys.author.checks.simulated import SIMULATED
from ranklsys.author.checks.static import STATIC, rules, sbml_can_be_read
from ranklsys.author.checks.subject import Check, Subject
from ranklsys.plugins.part import Part

if TYPE_CHECKING:
    from ranklsys.model.dose_courses import Doses

__all__ = ["Judgement", "check_part"]

HINDERED = "not judged: mend what fails above first"


def check_part(part: Part, *, doses: Doses = (), siblings: Sequence[Part] | None = None) -> list[Judgement]:
    """Return what every check that applies to a part found; what needs no simulation comes first.

    doses: a regimen, as text or from ``rk.dose``, for the checks that dose it; one is made up if none is given.
    siblings: parts to compose it with; None for every installed one that fits.
    Checks that simulate are skipped if another fails. What a check raises is its finding: this raises nothing.
    """
    return list(findings(part, doses=doses, siblings=siblings))


def findings(part: Part, *, doses: Doses = (), siblings: Sequence[Part] | None = None) -> Iterator[Judgement]:
    """Yield what ``check_part`` returns, one by one."""
    subject = Subject(part, _siblings(part, siblings), doses)
    first = judged(sbml_can_be_read, subject)
    if first is not None:
        yield first
    failed = first is not None and not first.ok
    if not failed:
        for found in (*rules(subject), *_all(STATIC, subject)):
            failed = failed or not found.ok
            yield found
    yield from (Judgement.of(check, HINDERED, None) for check in SIMULATED) if failed else _all(SIMULATED, subject)


def _siblings(part: Part, given: Sequence[Part] | None) -> tuple[Part, ...]:
    from ranklsys.plugins import registry

    others = registry().parts.values() if given is None else given
    return tuple(other for other in others if other.prefix != part.prefix)


def _all(checks: Sequence[Check], subject: Subject) -> Iterator[Judgement]:
    return (found for check in checks if (found := judged(check, subject)) is not None)
