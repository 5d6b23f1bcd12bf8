"""EditableTable: a CSV file whose cells can be changed while every other byte stays as it was."""

from __future__ import annotations

import codecs
import csv
import re
from pathlib import Path

from ranklsys.errors import DataError, nearest
from ranklsys.tables.cells import text_of
from ranklsys.tables.output import write

_CELL = re.compile(r'("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n|\n|\r|\Z)')


class EditableTable:
    """A CSV file with a header, in memory; ``save`` writes it back.

    Raises DataError if the file is not there or a row has more or fewer cells than the header.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            raise DataError("there is no such file", where=str(path), hint="Check the path")
        # bytes, because text mode would change the ends of lines
        first, *self._rows = _rows(_utf8(self.path))
        self.header = tuple(_plain(cell.lstrip("\ufeff")) for cell, _ in first)
        self._first = first
        for number, row in enumerate(self._rows):
            if len(row) != len(self.header):
                where = f"{path}: row {number + 1}"
                raise DataError(f"the row does not have {len(self.header)} cells", where=where)

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, row: int, column: str, default: str | None = None) -> str:
        """Return the stripped text of a cell; ``default``, or else DataError, where there is no such column."""
        if column not in self.header and default is not None:
            return default
        return _plain(self._rows[row][self._place(column)][0]).strip()

    def set(self, row: int, column: str, text: str) -> None:
        """Write a cell, in quotes where it had them or needs them."""
        place = self._place(column)
        old, end = self._rows[row][place]
        quoted = old.startswith('"') or bool(set(text) & set(',"\r\n'))
        doubled = text.replace('"', '""')
        self._rows[row][place] = (f'"{doubled}"' if quoted else text, end)

    def save(self) -> Path:
        """Write the file back; return its path."""
        text = "".join(cell + end for row in (self._first, *self._rows) for cell, end in row)
        return write(self.path, text, own=True)

    def _place(self, column: str) -> int:
        if column not in self.header:
            what = f"there is no column '{column}'{nearest(column, self.header)}"
            raise DataError(what, where=str(self.path), hint=f"Columns: {', '.join(self.header)}")
        return self.header.index(column)


def _utf8(path: Path) -> str:
    """Return the text of a file with every byte; only UTF-8 is written back as it was."""
    text = text_of(path)
    if text.encode() != path.read_bytes().removeprefix(codecs.BOM_UTF8):
        raise DataError("the table is not in UTF-8", where=str(path), hint='Save it as "CSV UTF-8"')
    return path.read_bytes().decode("utf-8")


def number_text(value: float) -> str:
    """Return a number with four significant digits, as the tables spell them: 0.506, 9.05e-4, 9.65e8."""
    mantissa, e, exponent = f"{value:.4g}".partition("e")
    if not e and 0 < abs(value) < 1e-3:
        mantissa, e, exponent = f"{value:.3e}".partition("e")
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}" if e else mantissa


def _rows(text: str) -> list[list[tuple[str, str]]]:
    """Return the cells as written, each with what ends it, row by row."""
    rows: list[list[tuple[str, str]]] = [[]]
    position = 0
    while position < len(text):
        match = _CELL.match(text, position)
        if match is None:
            raise DataError("a quote is not where it belongs", hint='Write: "text, with a comma"')
        rows[-1].append((match[1], match[2]))
        position = match.end()
        if match[2] != "," and position < len(text):
            rows.append([])
    if text.endswith(","):
        rows[-1].append(("", ""))
    return rows


def _plain(cell: str) -> str:
    return next(csv.reader([cell]), [""])[0] if cell.startswith('"') else cell
