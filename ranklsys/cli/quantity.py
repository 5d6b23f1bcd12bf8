"""Quantity: what is known of one in the units of a clinic, as tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ranklsys.model.levels import Level, core_correlations, core_levels
from ranklsys.model.read_outs import ReadOut, core_read_outs
from ranklsys.plugins import library
from ranklsys.show import number, table
from ranklsys.tables.files import read_table
from ranklsys.trials import variation
from ranklsys.trials.noise import core_noise

if TYPE_CHECKING:
    from rich.table import Table

SOURCES = ("id", "kind", "source", "note")


def quantity(name: str) -> list[Table]:
    """Return a quantity's units and formulas, how what it is made of differs between women, and noise."""
    rows = [each for each in core_read_outs() if each.quantity == name]
    ids = {id for each in rows for id in each.reads}
    noise = [(id, each) for id, each in core_noise().items() if id in ids]
    together = [each for each in core_correlations() if {each.leader, each.follower} & ids]
    return [
        table(name, ("read-out", "is", "what"), [_read_out(each) for each in rows]),
        *_if_any("levels and numbers", ("id", "value", "unit", "cv", "what; source"), _numbers(ids)),
        *_if_any(
            "goes with (correlation of the normal numbers behind them)",
            ("leader", "follower", "correlation", "source"),
            [(each.leader, each.follower, number(each.value), f"{each.kind}: {each.source}") for each in together],
        ),
        *_if_any(
            "noise of one measurement, within a woman",
            ("quantity", "cv", "source"),
            [(id, number(each.cv), f"{each.kind}: {each.source}; {each.note}") for id, each in noise],
        ),
    ]


def _read_out(each: ReadOut) -> tuple[str, str, str]:
    return each.label, each.formula, each.note


def _numbers(ids: set[str]) -> list[tuple[str, str, str, str, str]]:
    """Return levels, and numbers of the model that differ between women."""
    found = [_level(level) for id, level in core_levels().items() if id in ids]
    sources = spread_sources()
    for row in variation.of_core():
        if row.id in ids or row.id in {f"{id}_healthy" for id in ids}:
            found.append((row.id, "", "", number(row.cv), "cv " + sources.get(row.id, sources["*"])))
    return found


def _level(level: Level) -> tuple[str, str, str, str, str]:
    cv = number(level.spread.cv) if level.spread else "-"
    note = f" ({level.note})" if level.note else ""
    return level.id, number(level.value), level.unit, cv, f"{level.name}; {level.kind}: {level.source}{note}"


def spread_sources() -> dict[str, str]:
    """Return whence the spreads of the core's numbers are, by id; ``*`` is of all others. Raises DataError."""
    path = library.folder() / "spread_sources.csv"
    return {row["id"]: f"{row['kind']}: {row['source']}" for _, row in read_table(path, SOURCES)}


def _if_any(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Table]:
    return [table(title, columns, rows)] if rows else []
