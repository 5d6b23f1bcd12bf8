"""What becomes of what: mass balance of the reactions, dead ends, what nothing uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ranklsys.author.checks.coverage import SHOWN, share
from ranklsys.author.checks.judgement import Skipped, Wrong
from ranklsys.errors import MissingLibrary, require
from ranklsys.plugins.contract import core_contract
from ranklsys.sbml.facts import Element

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ranklsys.author.checks.subject import Whole


def what_reactions_turn_over_is_kept(subject: Whole) -> str | None:
    """Some mass can be given to each species so that every reaction with both sides keeps it.

    A complex that weighs less than its parts, or a species made from half of itself, loses or makes matter without a
    word. (Gevorgyan et al. 2008, doi:10.1093/bioinformatics/btn425; what only appears or only vanishes is exempt.)
    """
    import numpy as np

    inner = [each for each in subject.facts.of_kind("reaction") if _sides(each) == (True, True)]
    if not inner:
        return None
    try:
        linprog = require("scipy.optimize", extra="cohort").linprog
    except MissingLibrary as problem:
        raise Skipped(str(problem)) from None
    names = sorted({species for each in inner for species, _ in each.changes})

    def kept(reactions: list[Element]) -> bool:
        rows = _matrix(names, reactions).T
        return bool(linprog(np.ones(len(names)), A_eq=rows, b_eq=np.zeros(len(rows)), bounds=(1, None)).status == 0)

    if broken := tuple(each.id for each in inner if not kept([each])):
        raise Wrong(f"no masses are kept by {', '.join(broken)}", share=1 - len(broken) / len(inner), items=broken)
    if not kept(inner):
        raise Wrong(f"no masses are kept by all of: {_listed([each.id for each in inner])}")
    return f"{len(inner)} reactions keep it: {', '.join(each.id for each in inner[:SHOWN])}"


def sources_and_sinks(subject: Whole) -> str | None:
    """Tells which reactions make something from nothing, and which let it vanish.

    In an open system they are meant; each should be one that was thought of.
    """
    made = [each.id for each in subject.facts.of_kind("reaction") if _sides(each) == (False, True)]
    lost = [each.id for each in subject.facts.of_kind("reaction") if _sides(each) == (True, False)]
    if not made and not lost:
        return None
    return f"{len(made)} sources ({_listed(made)}), {len(lost)} sinks ({_listed(lost)})"


def conserved_sums(subject: Whole) -> str | None:
    """Tells how many sums of species stay as they are, whatever the rates.

    A sum that should be open and is not means that an elimination is missing: a complex that is never cleared.
    """
    import numpy as np

    reactions = subject.facts.of_kind("reaction")
    names = sorted({species for each in reactions for species, _ in each.changes})
    if not names:
        return None
    kept = len(names) - int(np.linalg.matrix_rank(_matrix(names, list(reactions))))
    return f"{kept} among the {len(names)} species that reactions change"


def dead_ends(subject: Whole) -> str | None:
    """Tells which species are only made or only used up by reactions, so that they pile up or run out.

    Urine, or a depot under the skin, is a dead end that is meant; a complex that is never eliminated is a mistake.
    """
    reactions = subject.facts.of_kind("reaction")
    if not reactions:
        return None
    both_ways = subject.labels.reversible
    signs: dict[str, set[bool]] = {}
    for each in reactions:
        for species, change in each.changes:
            signs.setdefault(species, set()).update({True, False} if each.id in both_ways else {change > 0})
    open_ended = {name for name in signs if not subject.facts.elements[name].boundary}
    made = sorted(name for name in open_ended if signs[name] == {True})
    used = sorted(name for name in open_ended if signs[name] == {False})
    if not made and not used:
        return "none"
    return f"only made: {_listed(made)}; only used up: {_listed(used)}"


def every_constant_is_used(subject: Whole) -> str:
    """Each constant is in a formula or in the trigger of an event, or plugins may read it.

    One that is not is a leftover, or misspelt where it was meant to be.
    """
    words = set(re.findall(r"[A-Za-z_]\w*", re.sub(r'\b(?:id|name|metaid|units)="[^"]*"', "", _maths(subject.text))))
    constants = [each.id for each in subject.facts.of_kind("parameter") if each.constant and not each.rule]
    offered = core_contract().reads if subject.model.host else {}
    idle = [name for name in constants if name not in words and name not in offered]
    return share(f"all {len(constants)} are", idle, len(constants) or 1, "Use it, or remove it.")


def everything_is_connected(subject: Whole) -> str | None:
    """No state stands alone: each acts on another, or another acts on it.

    A state that nothing touches is left over, or the formula that was to read it names another.
    """
    held = subject.facts
    moving = {*held.states, *(each.id for each in held.elements.values() if each.rule)}
    joined: set[str] = set()
    for each in held.elements.values():
        read = set(re.findall(r"[A-Za-z_]\w*", each.formula))
        group = {each.id, *read, *each.modifiers, *(name for name, _ in each.changes)} & moving
        joined |= group if len(group) > 1 else set()
    alone = [name for name in held.states if name not in joined]
    return share(f"all {len(held.states)} states are", alone, len(held.states)) if held.states else None


def _sides(reaction: Element) -> tuple[bool, bool]:
    """Return whether a reaction uses something up, and whether it makes something."""
    return any(change < 0 for _, change in reaction.changes), any(change > 0 for _, change in reaction.changes)


def _matrix(names: list[str], reactions: list[Element]) -> NDArray[np.float64]:
    """Return the stoichiometric matrix (species x reactions)."""
    import numpy as np

    matrix = np.zeros((len(names), len(reactions)))
    for column, reaction in enumerate(reactions):
        for species, change in reaction.changes:
            matrix[names.index(species), column] += change
    return matrix


def _maths(text: str) -> str:
    """Return all formulas of an SBML text, as they are written."""
    return " ".join(re.findall(r"<math\b.*?</math>", text, re.DOTALL))


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN]) or 'none'}{more}"


BALANCE = (what_reactions_turn_over_is_kept, sources_and_sinks, conserved_sums)
STRUCTURE = (dead_ends, every_constant_is_used, everything_is_connected)
