"""Fragments: the SBML of a part, checked before it is composed, and copied to every site."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import libsbml

from ranklsys.errors import PartError
from ranklsys.sbml import sites
from ranklsys.sbml.document import read, write
from ranklsys.sbml.naming import at_lesion


@dataclass(frozen=True)
class Fragment:
    """What composition needs of a part.

    prefix: its elements become ``prefix__id``. text: its SBML. shares: ids that it has in common with the core.
    effects: its parameter -> slot. targets: its species that a dose is added to.
    """

    prefix: str
    text: str
    shares: tuple[str, ...] = ()
    effects: Mapping[str, str] = field(default_factory=dict)
    targets: tuple[str, ...] = ()

    @property
    def part(self) -> str:
        """The id of the part."""
        return self.prefix.replace("_", "-")


@dataclass(frozen=True)
class Case:
    """A fragment beside the core: what each rule looks at.

    may_share, may_read: what the contract offers. local: ids of the fragment that differ by site.
    """

    fragment: Fragment
    model: libsbml.Model
    core: libsbml.Model
    may_share: Mapping[str, str]
    may_read: Mapping[str, str]
    local: Collection[str]

    def refuse(self, what: str, hint: str) -> PartError:
        """Return the error to raise."""
        return PartError(what, where=self.fragment.part, hint=hint)


def expanded(fragment: Fragment, core_ids: Collection[str]) -> tuple[str, tuple[str, ...], set[str]]:
    """Return the fragment's SBML with copies at every site, what it then shares, and the ids that differ by site."""
    document = read(fragment.text, fragment.part)
    local = sites.expand(document.getModel(), also=differing(fragment, core_ids))
    shares = fragment.shares + tuple(at_lesion(name) for name in fragment.shares if name in local)
    return write(document), tuple(dict.fromkeys(shares)), local


def differing(fragment: Fragment, core_ids: Collection[str]) -> set[str]:
    """Return what a fragment shares that the core has at every site."""
    return {name for name in fragment.shares if at_lesion(name) in core_ids}
