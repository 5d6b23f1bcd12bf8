"""Levels: numbers of a woman that stand beside the model, such as the CTX that she has in health [ng/mL].

The model is relative to health, which is steady whatever its numbers. What is healthy differs between women, so each
has levels of her own, drawn with the rest: her steady state is then hers from the first day on. ``models/levels.csv``
has their values and spreads, ``models/correlations.csv`` what goes with what.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ranklsys.errors import DataError, nearest
from ranklsys.plugins import library
from ranklsys.plugins.spread import LOGNORMAL, NORMAL, Spread
from ranklsys.sbml.cache import recalled
from ranklsys.tables.files import read_number, read_table

HOST = "human"
"""The host whose people have levels."""
EVIDENCE = ("measured", "derived", "fitted", "assumed")
LEVELS = ("id", "name", "value", "unit", "cv", "spread", "low", "high", "kind", "source", "note")
CORRELATIONS = ("leader", "follower", "correlation", "kind", "source", "note")


@dataclass(frozen=True)
class Level:
    """A number of a woman beside the model. value: the median [unit]. spread: between women, None if all share it."""

    id: str
    name: str
    value: float
    unit: str
    spread: Spread | None
    kind: str
    source: str
    note: str


@dataclass(frozen=True)
class Correlation:
    """How one number goes with another: of the normal numbers behind them. The follower is drawn after the leader."""

    leader: str
    follower: str
    value: float
    kind: str
    source: str
    note: str


def read_levels(folder: Path) -> dict[str, Level]:
    """Return the levels in a folder of models, by id. Raises DataError, with file and line, for a wrong cell."""
    found: dict[str, Level] = {}
    for where, row in read_table(folder / "levels.csv", LEVELS):
        if row["id"] in found:
            raise DataError(f"'{row['id']}' is given twice", where=where, hint="Keep one row")
        value = read_number(row["value"], where)
        spread = _spread(row, value, where) if row["cv"] else None
        _require_evidence(row["kind"], where)
        found[row["id"]] = Level(
            row["id"], row["name"], value, row["unit"], spread, row["kind"], row["source"], row["note"]
        )
    return found


def read_correlations(folder: Path) -> tuple[Correlation, ...]:
    """Return the correlations in a folder of models. Raises DataError, with file and line, for a cell that is wrong."""
    found = []
    for where, row in read_table(folder / "correlations.csv", CORRELATIONS):
        value = read_number(row["correlation"], where, "correlation")
        if not -1 < value < 1:
            raise DataError(f"a correlation cannot be {value:g}", where=where, hint="Give one between -1 and 1")
        _require_evidence(row["kind"], where)
        found.append(Correlation(row["leader"], row["follower"], value, row["kind"], row["source"], row["note"]))
    return tuple(found)


@recalled(1)
def core_levels() -> Mapping[str, Level]:
    """Return the levels of the installed core."""
    return read_levels(library.folder())


@recalled(1)
def core_correlations() -> tuple[Correlation, ...]:
    """Return the correlations of the installed core."""
    return read_correlations(library.folder())


def together(names: Collection[str], given: Mapping[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    """Return the correlations of numbers that are drawn together: (leader, follower) -> correlation.

    A follower goes with what it does not follow only by way of its leaders; those pairs are given too. given: pairs
    that a caller asks for, which take the place of those of the table, whatever their order. Raises DataError for a
    follower whose leaders leave it no room.
    """
    import numpy as np

    asked = {frozenset(pair): value for pair, value in given.items()}
    rows = [
        replace(each, value=asked.get(frozenset((each.leader, each.follower)), each.value))
        for each in core_correlations()
        if {each.leader, each.follower} <= set(names)
    ]
    followers = list(dict.fromkeys(each.follower for each in rows))
    order = [*dict.fromkeys(each.leader for each in rows if each.leader not in followers), *followers]
    matrix = np.eye(len(order))
    for name in followers:
        place = order.index(name)
        leaders = {order.index(each.leader): each.value for each in rows if each.follower == name}
        if max(leaders) > place:
            hint = "Put its row after those in which the leader follows"
            raise DataError(f"'{name}' follows what is told after it", where="correlations.csv", hint=hint)
        places, wanted = list(leaders), np.array(list(leaders.values()))
        weights = np.linalg.solve(matrix[np.ix_(places, places)], wanted)
        if weights @ wanted >= 1:
            hint = "Make them weaker"
            raise DataError(f"the correlations of '{name}' leave it no room", where="correlations.csv", hint=hint)
        matrix[place, :place] = matrix[:place, place] = matrix[:place][:, places] @ weights
    at = [(first, second) for second in range(len(order)) for first in range(second) if matrix[first, second]]
    found = {(order[first], order[second]): float(matrix[first, second]) for first, second in at}
    return {pair: value for pair, value in found.items() if frozenset(pair) not in asked} | dict(given)


def _spread(row: Mapping[str, str], value: float, where: str) -> Spread:
    kind = row["spread"]
    if kind not in (LOGNORMAL, NORMAL):
        what = f"there is no spread '{kind}'{nearest(kind, (LOGNORMAL, NORMAL))}"
        raise DataError(what, where=where, hint=f"Spreads here: {LOGNORMAL}, {NORMAL}")
    low, high = (
        read_number(row[bound], where, bound) if row[bound] else side
        for bound, side in (("low", -math.inf), ("high", math.inf))
    )
    return Spread(value, read_number(row["cv"], where, "cv"), low, high, kind)


def _require_evidence(kind: str, where: str) -> None:
    if kind not in EVIDENCE:
        hint = f"Kinds: {', '.join(EVIDENCE)}"
        raise DataError(f"there is no kind '{kind}'{nearest(kind, EVIDENCE)}", where=where, hint=hint)
