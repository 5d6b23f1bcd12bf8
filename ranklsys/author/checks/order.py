"""The order of parts: a part makes the same model whichever of its siblings comes first.

Siblings are tried many at a time, since putting a model together takes as long with ten parts as with two. What a group
is refused for, or a difference that it shows, is looked for with each of the group alone, so that a finding names one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ranklsys.author.checks.judgement import Wrong
from ranklsys.author.checks.subject import Subject
from ranklsys.errors import Excluded, RanklsysError, ValueClash
from ranklsys.model.compose import assembled, compose, merged_values, require_one_of_each
from ranklsys.plugins import library
from ranklsys.plugins.part import Part

TOGETHER = 10
"""Siblings of a group, at most: with more, one that is broken by itself makes more of them be tried alone."""


def order_never_matters(subject: Subject) -> str | None:
    """Put together with each installed part that fits, in either order, it makes the same model, without a complaint.

    Parts compose without knowing each other. Only two that set one parameter to different values exclude each other, or
    that are the same thing, of which a model has one.
    """
    tally = _Tally(subject.part)
    for host, fitting in _by_host(subject.part, subject.siblings):
        for group in tally.groups(host, fitting):
            tally.count(host, group)
    return tally.said()


@dataclass
class _Tally:
    """What came of putting a part together with others, by their ids."""

    part: Part
    same: int = 0
    clashing: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def groups(self, host: str, fitting: Sequence[Part]) -> list[list[Part]]:
        """Return those that go together with the part, in groups that go together; count those that do not."""
        found: list[list[Part]] = []
        for other in fitting:
            if not self._refused(host, other):
                open_to = (each for each in found if len(each) < TOGETHER and _go_together(host, [*each, other]))
                group = next(open_to, None)
                if group is None:
                    found.append(group := [])
                group.append(other)
        return found

    def count(self, host: str, group: Sequence[Part]) -> None:
        """Put the part together with a group, in both orders; with each of them alone if that shows anything."""
        try:
            _require_one_model(host, self.part, group)
            self.same += len(group)
        except (RanklsysError, Wrong) as problem:
            if len(group) > 1:
                for other in group:
                    self.count(host, [other])
            if isinstance(problem, Wrong):
                raise
            if len(group) == 1:
                self._blame(host, group[0], problem)

    def _blame(self, host: str, other: Part, problem: RanklsysError) -> None:
        """Find the part wrong, unless the other is broken by itself."""
        if _composes(host, other):
            raise Wrong(f"with {other.id} in the {host}: {problem}") from None
        self.broken.append(other.id)

    def said(self) -> str | None:
        """Return what came of it in words; None if there was nobody to put it together with."""
        if not (self.same or self.clashing or self.excluded or self.broken):
            return None
        said = [f"with {self.same} parts"]
        said += [f"other values are set by {', '.join(self.clashing)}"] * bool(self.clashing)
        said += [f"each is the {self.part.one_of}, as is {', '.join(self.excluded)}"] * bool(self.excluded)
        said += [f"broken by themselves: {', '.join(self.broken)}"] * bool(self.broken)
        return "; ".join(said)

    def _refused(self, host: str, other: Part) -> bool:
        try:
            _require_company(host, [self.part, other])
        except ValueClash:
            self.clashing.append(other.id)
        except Excluded:
            self.excluded.append(other.id)
        except RanklsysError:
            return False  # whose fault it is shows when they are put together
        else:
            return False
        return True


def _by_host(part: Part, siblings: Sequence[Part]) -> list[tuple[str, list[Part]]]:
    """Return the siblings of each host, in the first that both are for."""
    first = {other.id: next((host for host in part.hosts if host in other.hosts), None) for other in siblings}
    return [(host, [other for other in siblings if first[other.id] == host]) for host in part.hosts]


def _require_company(host: str, parts: Sequence[Part]) -> None:
    """Refuse parts of which a model has one, and those that set one parameter to different values."""
    require_one_of_each(parts)
    merged_values(parts, library.host_sbml(host))


def _go_together(host: str, parts: Sequence[Part]) -> bool:
    try:
        _require_company(host, parts)
    except RanklsysError:
        return False
    return True


def _require_one_model(host: str, part: Part, others: Sequence[Part]) -> None:
    from ranklsys.sbml.facts import facts

    forward = (part, *others)
    one, reverse = (facts(assembled(host, order)).elements for order in (forward, forward[::-1]))
    for name in one.keys() | reverse.keys():
        if repr(one.get(name)) != repr(reverse.get(name)):
            named = " or ".join(other.id for other in others)
            raise Wrong(f"{host}: '{name}' depends on whether it or {named} comes first")


def _composes(host: str, part: Part) -> bool:
    try:
        compose(host, part)
    except RanklsysError:
        return False
    return True
