"""Files: CSV rows with file and line, and what a name's ending says."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from ranklsys.errors import DataError, nearest

SBML_ENDINGS = (".xml", ".sbml")
"""How the name of an SBML file ends."""


def require_ending(path: Path | str, endings: Sequence[str], kind: str) -> Path:
    """Return the path if its ending is one of these. Raises DataError that names the kind of file and two endings."""
    path = Path(path)
    if path.suffix not in endings:
        what = f"'{path.suffix or path.name}' is not a kind of {kind}"
        raise DataError(what, where=str(path), hint=f"End it in {' or '.join(endings[:2])}")
    return path


def read_table(
    path: Path | str, needed: Sequence[str], allowed: Sequence[str] | None = None, *, optional: Sequence[str] = ()
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield ``file:line`` and the stripped cells of each row of a CSV file.

    needed: columns that must be there, and all that is given of a row; with ``allowed``, all columns are given, and
    there may be no others. optional: columns that are given too, empty where the table lacks them. Raises DataError on
    a missing file, on a column that is missing or not allowed, and on a row with more or fewer cells than the header.
    """
    if not Path(path).is_file():
        raise DataError("there is no such file", where=str(path))
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        header = reader.fieldnames or ()
        _check_header(header, needed, allowed, f"{path}:1")
        for row in reader:
            where = f"{path}:{reader.line_num}"
            if None in row or None in row.values():
                hint = 'Put commas in "quotes"'
                raise DataError(f"the row does not have {len(header)} cells", where=where, hint=hint)
            given = (*needed, *optional) if allowed is None else header
            yield where, {column: row.get(column, "").strip() for column in given}


def columns(path: Path | str) -> tuple[str, ...]:
    """Return the columns of a CSV file, none of an empty one. Raises DataError for a missing file."""
    if not Path(path).is_file():
        raise DataError("there is no such file", where=str(path))
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(file).fieldnames or ())


def _check_header(header: Sequence[str], needed: Sequence[str], allowed: Sequence[str] | None, where: str) -> None:
    for column in header:
        if allowed is not None and column not in allowed:
            what = f"the column '{column}' is not known{nearest(column, allowed)}"
            raise DataError(what, where=where, hint="Rename or remove it")
    for column in needed:
        if column not in header:
            what = f"there is no column '{column}'{nearest(column, header)}"
            raise DataError(what, where=where, hint=f"Needed: {', '.join(needed)}")


def read_number(text: str, where: str, column: str = "value") -> float:
    """Return the finite number that a cell holds, or raise DataError with the place."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(f"the {column} '{text}' is not a finite number", where=where, hint="Write it like 1.5e-3")
    return value
