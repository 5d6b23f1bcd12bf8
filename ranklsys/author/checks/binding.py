"""Binding: where a molecule of the core goes, as the reactions of a part tell it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ranklsys.sbml.facts import Element, Facts


def contents(held: Facts, molecule: str) -> dict[str, float]:
    """Return how many of a molecule each species holds: 1 for itself, and what is left for the complex it goes into.

    Followed through reactions with one product that is new, e.g. for ``RANKL -> drug_RANKL`` one, and two for
    ``RANKL + drug_RANKL -> drug_RANKL2``. Only the molecule itself if nothing binds it.
    """
    found = {molecule: 1.0}
    for _ in held.elements:
        for reaction in held.of_kind("reaction"):
            taken, given = balance(reaction, found)
            new = [(name, number) for name, number in reaction.changes if number > 0 and name not in found]
            if taken > 0 and len(new) == 1:
                name, number = new[0]
                found[name] = (taken - given) / number
    return {name: number for name, number in found.items() if number}


def balance(reaction: Element, held: dict[str, float]) -> tuple[float, float]:
    """Return how many molecules one turn of a reaction takes out of species, and how many it puts into others."""
    taken = -math.fsum(number * held.get(name, 0.0) for name, number in reaction.changes if number < 0)
    given = math.fsum(number * held.get(name, 0.0) for name, number in reaction.changes if number > 0)
    return taken, given


def unbalanced(facts: Facts, held: dict[str, float]) -> Iterator[tuple[str, float, float]]:
    """Yield each reaction that gives another number than it takes, with both; losses and supplies may."""
    for reaction in facts.of_kind("reaction"):
        taken, given = balance(reaction, held)
        supplied = not any(number < 0 for _, number in reaction.changes)
        if given and not supplied and not math.isclose(taken, given, rel_tol=1e-9):
            yield reaction.id, taken, given


def eliminated(facts: Facts, held: dict[str, float]) -> set[str]:
    """Return the species from which the molecule can be lost, directly or after other complexes."""
    found: set[str] = set()
    reactions = [reaction for reaction in facts.of_kind("reaction") if balance(reaction, held)[0]]
    for _ in reactions:
        for reaction in reactions:
            used = {name for name, number in reaction.changes if number < 0 and name in held}
            made = {name for name, number in reaction.changes if number > 0 and name in held}
            if not made or made <= found:
                found |= used
    return found
