"""Variation: how parameters differ between subjects, as the tables say (column ``cv``, a coefficient of variation)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from ranklsys.plugins import library
from ranklsys.plugins.part import Part
from ranklsys.tables.files import read_number, read_table


def of_core() -> Iterator[tuple[str, str, float]]:
    """Yield id, name and coefficient of variation of the core's parameters that vary."""
    for where, row in read_table(library.folder() / "parameters.csv", ("id", "name", "cv")):
        if row["cv"]:
            yield row["id"], row["name"], read_number(row["cv"], where, "cv")


def of_part(part: Part) -> Iterator[tuple[str, str, float]]:
    """Yield the same of a part, from the table beside its SBML that the SBML is built from, with the part's own ids."""
    if part.sbml is None or str(part.sbml).lstrip().startswith("<"):
        return
    own = Path(part.sbml).with_suffix(".csv")
    shared = [path for path in sorted(own.parent.glob("*.csv")) if _is_shared(path)]
    for path in [own] if own.is_file() else shared:
        columns = ("id", "name", "cv") if path == own else ("part", "id", "name", "cv")
        for where, row in read_table(path, columns):
            if row["cv"] and row.get("part", "") in ("", part.id):
                yield row["id"], row["name"], read_number(row["cv"], where, "cv")


def _is_shared(path: Path) -> bool:
    """Whether a table holds the parameters of several parts."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {"part", "id", "name", "cv"} <= set(csv.DictReader(file).fieldnames or ())
