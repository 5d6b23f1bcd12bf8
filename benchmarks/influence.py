"""Which human numbers decide what is compared with observations, and whence they come: written to docs/numbers.md.

Run it with ``uv run python benchmarks/influence.py``; it takes four minutes. ``--print`` shows the table instead.
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ranklsys.errors import DataError
from ranklsys.model.model import Model
from ranklsys.model.series import run_series
from ranklsys.model.subjects import Subjects
from ranklsys.sbml.naming import own, parted, prefix_of
from ranklsys.show import moving
from ranklsys.study.fit_spec import Spec
from ranklsys.study.objective import Target, target
from ranklsys.study.observations import Observation, observations
from ranklsys.study.prediction import Setup, experiments
from ranklsys.tables import toml
from ranklsys.tables.changes import read_changes
from ranklsys.tables.files import columns, read_table

HERE = Path(__file__).parent
ROOT = HERE.parent
PAGE = ROOT / "docs" / "numbers.md"
CORE = ROOT / "models" / "parameters.csv"
HOST = "human"
TABLES = {
    "bone and drugs": [*sorted(ROOT.glob("plugins/*/ranklsys_*/training.csv"))],
    "skeletal events": [*sorted(ROOT.glob("plugins/*/ranklsys_*/events.csv"))],
}
STEP = 0.05
"""Of the natural logarithm of a number, both ways."""
TENTH = 1.1
"""The change that influence is told of."""
SHOWN = 40
"""Most influential numbers that are named."""
OPEN = 20
"""Most influential assumed numbers that are named."""
UNSOURCED = "this model"
"""What stands for no source."""
HEAD = (HERE / "influence_page.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Number:
    """A number of the human model, as a row of a table has it.

    part: whose it is, or who gives the core's number another value; empty for the core. What several drugs share is
    under the name of their table.
    """

    id: str
    part: str
    kind: str
    source: str
    note: str

    @property
    def name(self) -> str:
        """The id with the part that it belongs to."""
        return f"{self.id} ({self.part})" if self.part else self.id


class Numbers:
    """The tables of values: of the core, of parts, and of parts that give the core's numbers other values."""

    def __init__(self) -> None:
        kind = f"{HOST}_kind"
        self.core = {row["id"]: _number(row, row["id"], "", row[kind]) for _, row in _rows(CORE, "id", kind)}
        self.of_parts: dict[str, Number] = {}
        self.in_parts: dict[tuple[str, str], Number] = {}
        for path in sorted(ROOT.glob("plugins/*/ranklsys_*/*.csv")):
            header = set(columns(path))
            if {"part", "parameter", "value", "kind"} <= header:
                for _, row in _rows(path, "part", "parameter", "kind"):
                    found = _number(row, row["parameter"], row["part"], row["kind"])
                    self.in_parts[found.part, found.id] = found
            elif {"id", "value", "kind"} <= header:
                self._of_part(path, "part" in header)

    def _of_part(self, path: Path, several: bool) -> None:
        """Note the numbers of the table of one part, or of several, where a row without a part counts for each."""
        rows = [row for _, row in _rows(path, "id", "kind", optional=("part",))]
        parts = {row["part"] for row in rows if row["part"]} if several else {path.stem.replace("_", "-")}
        for row in rows:
            found = _number(row, row["id"], row["part"] or path.stem.replace("_", "-"), row["kind"])
            for part in [row["part"]] if row["part"] else sorted(parts):
                self.of_parts[own(prefix_of(part), row["id"])] = found

    def of(self, model: Model, fixed: Collection[str]) -> dict[Number, list[str]]:
        """Return what a composed model has of them, with its ids there; not what is fixed, nor what is 0."""
        found: dict[Number, list[str]] = {}
        for id in model.facts.settable:
            overriding = (self.in_parts.get((part.id, id)) for part in model.parts)
            number = next(filter(None, overriding), None) or self.of_parts.get(id) or self.core.get(id)
            if number and id not in fixed and model.facts.elements[id].value > 0:
                found.setdefault(number, []).append(id)
        return found


def _number(row: Mapping[str, str], id: str, part: str, kind: str) -> Number:
    return Number(id, part, kind, row["source"], row["note"])


def _rows(path: Path, *needed: str, optional: Sequence[str] = ()) -> Iterator[tuple[str, dict[str, str]]]:
    return read_table(path, (*needed, "source", "note"), optional=optional)


@dataclass(frozen=True)
class Move:
    """How far a row moves with a number, per natural logarithm: in its standard errors, and in its own unit."""

    row: Observation
    errors: float
    own: float


def moves(rows: Sequence[Observation], numbers: Numbers) -> dict[Number, list[Move]]:
    """Return how far the rows that have a number move with it; those without a standard error do not count."""
    plans, series = [], []
    for places in experiments(rows):
        setup = Setup([rows[place] for place in places])
        fixed = {*read_changes(setup.rows[0].changes), *read_changes(setup.rows[0].then)}
        moved = numbers.of(setup.model, fixed)
        own_series = setup.series(_both_ways(setup.model, [*moved.values()]))
        plans.append((setup, [*moved], own_series))
        series += own_series
    with moving("influence", sys.stderr.isatty()) as progress:
        runs = iter(run_series(series, progress=progress))
    found: dict[Number, list[Move]] = {}
    for setup, its, own_series in plans:
        up, down = np.split(setup.measured([next(runs) for _ in own_series], strict=True), 2)
        for place, row in enumerate(setup.rows):
            if (aim := _target(row)) is None:
                continue
            for number, high, low in zip(its, up[:, place].tolist(), down[:, place].tolist(), strict=True):
                move = Move(row, (aim.residual(high) - aim.residual(low)) / (2 * STEP), (high - low) / (2 * STEP))
                found.setdefault(number, []).append(move)
    return found


def _both_ways(model: Model, moved: Sequence[Sequence[str]]) -> Subjects:
    """Return a subject with each number raised, then one with each lowered."""
    ids = [id for each in moved for id in each]
    values = np.full((2 * len(moved), len(ids)), np.nan)  # what is not moved is as the model has it
    for place, each in enumerate(moved):
        for id in each:
            value = model.facts.elements[id].value
            values[place, ids.index(id)] = value * math.exp(STEP)
            values[len(moved) + place, ids.index(id)] = value * math.exp(-STEP)
    return Subjects(tuple(ids), values)


def _target(row: Observation) -> Target | None:
    try:
        return target(row)
    except DataError:
        return None


def influence(found: Sequence[Move], rows: int) -> float:
    """Return the root mean square over so many rows: standard errors that they move when the number is 10 % off."""
    return math.log(TENTH) * math.sqrt(sum(each.errors**2 for each in found) / rows)


@dataclass(frozen=True)
class Ranked:
    """A number with its influence on each group of tables, and the row that moves most with it."""

    number: Number
    by_group: Mapping[str, float]
    most: Move


def ranking() -> list[Ranked]:
    """Return all numbers that a row hangs on, the most influential first."""
    numbers = Numbers()
    moved: dict[str, dict[Number, list[Move]]] = {}
    rows: dict[str, int] = {}
    for group, tables in TABLES.items():
        seen = [row for path in tables for row in observations(path) if row.host == HOST]
        moved[group], rows[group] = moves(seen, numbers), len(seen)
    found: list[Ranked] = []
    for number in {number for each in moved.values() for number in each}:
        own = {group: each.get(number, []) for group, each in moved.items()}
        most = max((move for each in own.values() for move in each), key=lambda move: abs(move.errors))
        found.append(Ranked(number, {group: influence(each, rows[group]) for group, each in own.items()}, most))
    return sorted(found, key=lambda each: (-max(each.by_group.values()), each.number.name))


def fitted_by() -> dict[str, str]:
    """Return the file of calibration that fits a number, by the id that the number has in a model, with its part."""
    found: dict[str, str] = {}
    for path in sorted(ROOT.glob("calibration/*.toml")):
        spec = toml.load(Spec, path)
        if spec.host == HOST:
            found |= {own_name(each.id, each.part): path.stem for each in spec.parameter}
    return found


def own_name(id: str, part: str) -> str:
    """Return what this page calls a number that a calibration names."""
    own = parted(id)[1]
    return f"{own} ({part})" if part else own


def is_open(number: Number, fits: Mapping[str, str]) -> bool:
    """Whether a number is neither fitted nor has a source."""
    return number.source == UNSOURCED and number.name not in fits


def page() -> str:
    """Return the page."""
    found, fits = ranking(), fitted_by()
    assumed = [each for each in found if each.number.kind == "assumed"][:OPEN]
    left = [each.number.name for each in assumed if is_open(each.number, fits)]
    lines = [
        f"| | number | {' | '.join(TABLES)} | moves most | kind | source |",
        "|---" * (len(TABLES) + 5) + "|",
        *(_line(place, each, fits) for place, each in enumerate(found[:SHOWN], start=1)),
    ]
    told = f"Of the {OPEN} most influential assumed numbers {OPEN - len(left)} have a source or are in a fit."
    names = f" Without either: {', '.join(f'`{name}`' for name in left)}." if left else ""
    places = [_line(found.index(each) + 1, each, fits) for each in assumed]
    first, then = f"## The {SHOWN} most influential", "## The assumed ones"
    return "\n".join([HEAD, first, "", *lines, "", then, "", told + names, "", *lines[:2], *places, ""])


def _line(place: int, each: Ranked, fits: Mapping[str, str]) -> str:
    number, row = each.number, each.most.row
    groups = " | ".join(f"{each.by_group[group]:.2f}" for group in TABLES)
    study = re.sub(r" \(doi:.*?\)", "", row.study)
    most = f"{row.observable} at {row.time:.4g} d by {math.log(TENTH) * each.most.own:+.2g}: {study}"
    kind = number.kind
    if kind == "assumed" and number.name in fits:
        kind += f", in {fits[number.name]}"
    return f"| {place} | `{number.name}` | {groups} | {most} | {kind} | {number.source} |"


def main() -> None:
    """Rank the numbers and write the page, or print it."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--print", action="store_true", dest="shown", help="print the page instead of writing it")
    shown = reader.parse_args().shown
    text = page()
    if shown:
        print(text)
        return
    PAGE.write_text(text, encoding="utf-8")
    print(f"wrote {PAGE.name}")


if __name__ == "__main__":
    main()
