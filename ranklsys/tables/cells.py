"""Cells: the rows of a table as text, however a spreadsheet has saved it.

Text is UTF-8, or UTF-16 or UTF-32 that says so; cells are separated by commas, semicolons or tabs, whichever the first
row has most of. A workbook (.xlsx) has one sheet with something in it.
"""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ranklsys.errors import DataError, require

WORKBOOK = ".xlsx"
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
LARGEST = 200_000_000
"""Bytes of a table, unpacked: more is nobody's table of observations."""
LONGEST = 100_000
"""Characters of a cell."""
_MARKS = (
    *((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32")),
    *((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")),
)
"""How a text begins that says its encoding; UTF-32 first, which begins as UTF-16 does."""
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True)
class Cells:
    """A table as it is written: stripped cells, row by row, each with ``file:line``; rows without anything left out.

    separated: what stands between cells, in words; empty for a workbook.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    separated: str


def plain_number(text: str) -> float:
    """Return the number that a text is, in ASCII digits with a point; NaN for any other text, and beyond 1e308."""
    number = float(text) if _NUMBER.fullmatch(text) else math.nan
    return number if math.isfinite(number) else math.nan


def text_of(path: Path | str) -> str:
    """Return the text of a file. Raises DataError, with the line, for one in an encoding that cannot be told."""
    path = Path(path)
    if not path.is_file():
        raise DataError("there is no such file", where=str(path), hint="Check the path")
    if path.stat().st_size > LARGEST:
        raise DataError(f"this file is larger than {LARGEST / 1e6:.0f} MB", where=str(path), hint="Split it")
    held = path.read_bytes()
    encoding = next((name for mark, name in _MARKS if held.startswith(mark)), "utf-8")
    try:
        text = held.decode(encoding)
    except UnicodeDecodeError as problem:
        where = f"{path}:{1 + held[: problem.start].count(10)}"
        hint = f'Save it as "CSV UTF-8"; if it is of Windows, type: iconv -f WINDOWS-1252 -t UTF-8 {path.name}'
        raise DataError(f"byte 0x{held[problem.start]:02x} is not {encoding}", where=where, hint=hint) from None
    if "\0" in text:
        where, hint = f"{path}:{1 + text[: text.index(chr(0))].count(chr(10))}", 'Save it as "CSV UTF-8"'
        raise DataError("it holds a character 0, as UTF-16 does that does not say so", where=where, hint=hint)
    return text


def read_cells(path: Path | str) -> Cells:
    """Return the cells of a table in text or of a workbook.

    Raises DataError, with file and line, for a file that is not there or cannot be read as a table, and MissingLibrary
    for a workbook without openpyxl.
    """
    path = Path(path)
    if path.suffix.lower() == WORKBOOK:
        rows, separated = list(_of_workbook(path)), ""
    else:
        text = text_of(path)
        separator = _separator(text.lstrip("\r\n").partition("\n")[0])
        rows, separated = list(_of_text(text, separator, path)), SEPARATORS[separator]
    filled = [(where, cells) for where, cells in rows if any(cells)]
    header, kept = (filled[0][1], filled[1:]) if filled else ((), [])
    return Cells(header, tuple(kept), separated)


def _separator(line: str) -> str:
    """Return what most often separates the cells of a line, outside quotes."""
    bare = re.sub(r'"[^"]*"', "", line)
    return max(SEPARATORS, key=bare.count)


def _of_text(text: str, separator: str, path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    before = csv.field_size_limit(LONGEST)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            yield f"{path}:{reader.line_num}", tuple(cell.strip() for cell in row)
    except csv.Error as problem:
        hint = f"Quotes stand around a whole cell and are doubled inside; a cell has up to {LONGEST} characters"
        raise DataError(f"the row cannot be read: {problem}", where=f"{path}:{reader.line_num}", hint=hint) from None
    finally:
        csv.field_size_limit(before)


def _of_workbook(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the rows of the only sheet that has some."""
    if not path.is_file():
        raise DataError("there is no such file", where=str(path), hint="Check the path")
    openpyxl = require("openpyxl", extra="excel", where=str(path))
    with _as_workbook(path):
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
        book.close()
    filled = {name: rows for name, rows in sheets.items() if any(cell is not None for row in rows for cell in row)}
    if len(filled) != 1:
        what = f"the workbook has {len(filled)} sheets with something in them" if filled else "the workbook is empty"
        raise DataError(what, where=str(path), hint=f"Keep one: {', '.join(filled) or 'none'}")
    rows = next(iter(filled.values()))
    wide = max(place + 1 for row in rows for place, cell in enumerate(row) if cell is not None)
    for number, row in enumerate(rows, start=1):
        where = f"{path}:{number}"
        yield where, tuple(_cell(row[place] if place < len(row) else None, where) for place in range(wide))


@contextmanager
def _as_workbook(path: Path) -> Iterator[None]:
    """Say that a file is no workbook, where openpyxl raises any of many errors; refuse one that unpacks to too much."""
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
        if size > LARGEST:
            raise DataError(f"it unpacks to {size / 1e6:.0f} MB", where=str(path), hint=f"Up to {LARGEST / 1e6:.0f} MB")
        yield
    except (DataError, OSError):
        raise
    except Exception as problem:
        what = f"this is not a workbook that can be read ({type(problem).__name__})"
        raise DataError(what, where=str(path), hint="Save it anew as .xlsx, or as .csv") from None


def _cell(value: Any, where: str) -> str:
    """Return what a cell of a workbook holds as the text that a CSV file would have."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int | float):
        what = f"a cell holds {value}, a {type(value).__name__}, where text or a number should be"
        raise DataError(what, where=where, hint="Format the cell as text and write it again")
    return f"{value:.15g}"
