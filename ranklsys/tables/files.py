"""Files: rows of tables with file and line, and what a name's ending says."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from ranklsys.errors import DataError, nearest
from ranklsys.tables.cells import Cells, plain_number, read_cells
from ranklsys.tables.scalars import file_path

SBML_ENDINGS = (".xml", ".sbml")
"""How the name of an SBML file ends."""


def require_ending(path: Path | str, endings: Sequence[str], kind: str) -> Path:
    """Return the path if its ending is one of these. Raises DataError that names the kind of file and two endings."""
    path = file_path(path, kind)
    if path.suffix not in endings:
        what = f"'{path.suffix or path.name}' is not a kind of {kind}"
        raise DataError(what, where=str(path), hint=f"End it in {' or '.join(endings[:2])}")
    return path


def read_table(
    path: Path | str,
    needed: Sequence[str],
    allowed: Sequence[str] | None = None,
    *,
    optional: Sequence[str] = (),
    doubles: bool = False,
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield ``file:line`` and the stripped cells of each row of a table: .csv, .tsv or .xlsx (see ``cells``).

    needed: columns that must be there, and all that is given of a row; with ``allowed``, all columns are given, and
    there may be no others. optional: columns that are given too, empty where the table lacks them. Rows without
    anything are left out. doubles: a row may be there twice. Raises DataError on a missing file, on a column that is
    missing, not allowed or there twice, on a row with more or fewer cells than the header, on the header again, and on
    a row that is there twice.
    """
    cells = read_cells(path)
    given = (*needed, *optional) if allowed is None else cells.header
    _check_header(cells, needed, allowed, given, f"{path}:1")
    lines: dict[tuple[str, ...], str] = {}
    for where, row in cells.rows:
        _check_row(row, cells, {} if doubles else lines, where)
        found = dict(zip(cells.header, row, strict=True))
        yield where, {column: found.get(column, "") for column in given}


def columns(path: Path | str) -> tuple[str, ...]:
    """Return the columns of a table, none of an empty one. Raises DataError for a missing file."""
    return read_cells(path).header


def _check_header(
    cells: Cells, needed: Sequence[str], allowed: Sequence[str] | None, given: Sequence[str], where: str
) -> None:
    header = cells.header
    read = f" (cells are separated by {cells.separated})" if cells.separated and len(header) < 2 else ""
    for column in header:
        if allowed is not None and column not in allowed:
            what = f"the column '{column}' is not known{nearest(column, allowed)}{read}"
            raise DataError(what, where=where, hint="Rename or remove it")
        if header.count(column) > 1 and column in given:
            raise DataError(f"the column '{column}' is there twice", where=where, hint="Rename or remove one")
    for column in needed:
        if column not in header:
            what = f"there is no column '{column}'{nearest(column, header)}{read}"
            raise DataError(what, where=where, hint=f"Needed: {', '.join(needed)}")


def _check_row(row: tuple[str, ...], cells: Cells, lines: dict[tuple[str, ...], str], where: str) -> None:
    if len(row) != len(cells.header):
        what = f"the row does not have {len(cells.header)} cells, but {len(row)}"
        hint = 'Put commas in "quotes", and write numbers with a point'
        raise DataError(f"{what}; {cells.separated} separate them", where=where, hint=hint)
    if row == cells.header:
        raise DataError("the header is here again", where=where, hint="Remove the row")
    if row in lines:
        what = f"the same row stands in line {lines[row]}, to the letter"
        raise DataError(what, where=where, hint="Remove one, or say in its note what makes it another")
    lines[row] = where.rpartition(":")[2]


def read_number(text: str, where: str, column: str = "value") -> float:
    """Return the finite number that a cell holds, or raise DataError with the place."""
    value = plain_number(text)
    if math.isnan(value):
        decimal = plain_number(text.replace(",", ".", 1))
        hint = "Write it like 1.5e-3" if math.isnan(decimal) else f"Write it with a point: {text.replace(',', '.', 1)}"
        raise DataError(f"the {column} '{text}' is not a finite number", where=where, hint=hint)
    return value
