"""Verdicts under cuts: whether a claim falls when its mechanism is taken out of the model, as it must."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ranklsys.errors import RanklsysError
from ranklsys.plugins.claims import Claim, Verdict, judge
from ranklsys.plugins.cut import Number, under

ABSENT = "-"
"""The word for a cut of what the models of a claim do not have."""


@dataclass(frozen=True)
class CutVerdict:
    """A claim under a cut.

    bare: its verdict without the cut. cut: its name; empty for a claim that names none. verdict: under the cut; None
    if there is no cut, or if a cut of another claim is of what its models do not have. own: whether the cut is its own.
    held: what it holds at which number.
    """

    bare: Verdict
    cut: str
    verdict: Verdict | None
    own: bool = True
    held: tuple[tuple[str, Number], ...] = ()

    @property
    def claim(self) -> Claim:
        """The claim."""
        return self.bare.claim

    @property
    def word(self) -> str:
        """What happens: falls, as it must; STANDS; error; no cut; identity; fails anyway; or - for an absent id."""
        if self.claim.by_construction and not self.cut:
            return "identity"
        if self.verdict is None:
            return ABSENT if self.cut else "no cut"
        if not self.bare.holds and self.verdict.finding is not None:
            return "fails anyway"
        return {"pass": "STANDS", "FAIL": "falls", "error": "error"}[self.verdict.word]

    @property
    def hole(self) -> bool:
        """Whether the claim was not shown to need what it says: by a cut of its own, or for want of one."""
        return self.own and self.word in ("STANDS", "error", "no cut")

    @property
    def measured(self) -> str:
        """What was measured under the cut, or why it could not be."""
        if self.verdict is None:
            return self.claim.by_construction
        return self.verdict.finding.measured if self.verdict.finding else self.verdict.error


def judge_cuts(verdicts: Iterable[Verdict]) -> Iterator[CutVerdict]:
    """Run each claim that was judged once more under each cut of its own, and yield what happens."""
    for bare in verdicts:
        if not bare.claim.cuts:
            yield CutVerdict(bare, "", None)
        for name, values in bare.claim.cuts.items():
            yield CutVerdict(bare, name, judge_under(bare.claim, values), held=tuple(values.items()))


def judge_all_cuts(verdicts: Iterable[Verdict], cuts: Mapping[str, Mapping[str, Number]]) -> Iterator[CutVerdict]:
    """Run each claim that was judged under each of these cuts, whose ever they are, and yield what happens."""
    for bare in verdicts:
        own = [dict(values) for values in bare.claim.cuts.values()]
        if not own:
            yield CutVerdict(bare, "", None)
        for name, values in cuts.items():
            found = judge_under(bare.claim, values, whole=dict(values) in own)
            yield CutVerdict(bare, name, found, dict(values) in own, tuple(values.items()))


def all_cuts(claims: Iterable[Claim]) -> dict[str, Mapping[str, Number]]:
    """Return the cuts of claims, each once, by the claim that has it first and its name, e.g. ``SC-07: no RANKL``."""
    found: dict[str, Mapping[str, Number]] = {}
    for claim in claims:
        for name, values in claim.cuts.items():
            if dict(values) not in map(dict, found.values()):
                found[f"{claim.id}: {name}"] = values
    return found


def judge_under(claim: Claim, values: Mapping[str, Number], *, whole: bool = True) -> Verdict | None:
    """Return the verdict on a claim under a cut, which is an error if its models lack one of the ids.

    whole: without it, None if they lack all of them.
    """
    with under(values) as cut:
        (verdict,) = judge([claim])
    if not whole and cut.seen and not cut.met:
        return None
    try:
        cut.require_met()
    except RanklsysError as problem:
        return verdict if verdict.error else Verdict(claim, None, str(problem))
    return verdict


def counted(verdicts: Iterable[Verdict]) -> str:
    """Return how many claims hold, those that are true by construction apart, and how many on fitted data."""
    found = list(verdicts)
    effects = [verdict for verdict in found if not verdict.claim.by_construction]
    identities = [verdict for verdict in found if verdict.claim.by_construction]
    held = [verdict for verdict in effects if verdict.holds]
    said = f"{len(held)} of {len(effects)} claims hold"
    if fitted := sum(bool(verdict.claim.fitted) for verdict in held):
        said += f", {fitted} of them on data that the model was fitted to"
    if identities:
        said += f"; so do {sum(each.holds for each in identities)} of {len(identities)} that are true by construction"
    return said
