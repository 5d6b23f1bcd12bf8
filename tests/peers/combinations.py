"""Combinations: the parts that fit a host, two or three at a time, each therapy with a regimen for three years."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, combinations

from ranklsys.author.checks.subject import Subject
from ranklsys.model.dose import Dose
from ranklsys.plugins import registry
from ranklsys.plugins.part import HOSTS, Part

EVERY = 168.0
YEARS = 3


@dataclass(frozen=True)
class Combination:
    """A host with some parts, and with what these need there."""

    host: str
    parts: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.host}: {' + '.join(self.parts)}"

    @property
    def complete(self) -> tuple[str, ...]:
        """Its parts, and those without which they do not fit the host."""
        needed = chain.from_iterable(registry().part(part).company(self.host) for part in self.parts)
        return tuple(dict.fromkeys((*self.parts, *needed)))

    @property
    def doses(self) -> tuple[Dose, ...]:
        """Every drug into each of its routes, every 24 weeks for three years: 1 mg/kg, or 1 of its own unit."""
        once = (dose for part in self.complete for dose in Subject(registry().part(part)).dosed(1.0))
        return tuple(replace(dose, every=EVERY, count=int(YEARS * 365.25 / EVERY) + 1) for dose in once)


def at_once(host: str, last: bool = False) -> list[Part]:
    """Return all parts that go together in a host: of those that a model has one of the first by id, or the last."""
    parts = sorted((part for part in registry().parts.values() if host in part.hosts), key=lambda part: part.id)
    chosen = {part.one_of or part.id: part for part in (parts if last else parts[::-1])}
    return [part for part in parts if part in chosen.values()]


def possible(number: int) -> Iterator[Combination]:
    """Yield each combination of so many parts in each host, but for those that a model has one of."""
    parts = registry().parts.values()
    for host in HOSTS:
        for chosen in combinations([part for part in parts if host in part.hosts], number):
            if len(named := [part.one_of for part in chosen if part.one_of]) == len(set(named)):
                yield Combination(host, tuple(part.id for part in chosen))


def covering(size: int, seed: int = 4) -> list[Combination]:
    """Return combinations of so many parts that hold every pair that fits a host at least once, the same each time.

    Greedy: each grows by the part that brings most pairs which none holds yet.
    """
    chance = random.Random(seed)
    found = []
    for host in HOSTS:
        fit = {frozenset(pair.parts) for pair in possible(2) if pair.host == host}
        names, left = sorted(frozenset.union(*fit)), set(fit)
        while left:
            chosen = sorted(chance.choice(sorted(left, key=sorted)))
            while len(chosen) < size:
                gains = {
                    part: sum(frozenset((part, each)) in left for each in chosen)
                    for part in names
                    if part not in chosen and all(frozenset((part, each)) in fit for each in chosen)
                }
                if not gains:
                    break
                chosen.append(chance.choice([part for part, gain in gains.items() if gain == max(gains.values())]))
            left -= {frozenset(pair) for pair in combinations(chosen, 2)}
            found.append(Combination(host, tuple(sorted(chosen))))
    return found


def sample(number: int, size: int, seed: int = 4) -> list[Combination]:
    """Return a random sample of the possible combinations, the same each time."""
    return random.Random(seed).sample(list(possible(number)), size)
