"""Tables are read however a spreadsheet saved them, or refused with file, line and what is wrong."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ranklsys.errors import DataError
from ranklsys.tables import toml
from ranklsys.tables.cells import plain_number
from ranklsys.tables.changes import read_change
from ranklsys.tables.editable import EditableTable
from ranklsys.tables.files import columns, read_number, read_table

ROWS = [["id", "value", "note"], ["Größe", "1.5", "Maß; mit Komma, und so"], ["b", "2e-3", ""]]
READ = [{"id": "Größe", "value": "1.5", "note": "Maß; mit Komma, und so"}, {"id": "b", "value": "2e-3", "note": ""}]
NEEDED = ("id", "value", "note")


def written(path: Path, separator: str = ",", encoding: str = "utf-8", ending: str = "\n") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator, lineterminator=ending).writerows(ROWS)
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    return [row for _, row in read_table(path, NEEDED, NEEDED)]


def refused(tmp_path: Path, text: str | bytes, needed: tuple[str, ...] = NEEDED) -> str:
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(DataError) as problem:
        list(read_table(path, needed))
    return str(problem.value).removeprefix(f"{tmp_path}/")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_separators_and_encodings(separator: str, encoding: str, ending: str, tmp_path: Path) -> None:
    assert rows_of(written(tmp_path / "table.csv", separator, encoding, ending)) == READ


def test_a_workbook_has_the_same_cells(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in [ROWS[0], ["Größe", 1.5, ROWS[1][2]], ["b", 2e-3, None]]:
        book.active.append(row)
    book.save(tmp_path / "table.xlsx")
    assert rows_of(tmp_path / "table.xlsx") == [READ[0], {**READ[1], "value": "0.002"}]
    book.create_sheet("more")["A1"] = "x"
    book.save(tmp_path / "table.xlsx")
    with pytest.raises(DataError, match=r"2 sheets.*Keep one: Sheet, more"):
        rows_of(tmp_path / "table.xlsx")


def test_a_date_that_a_spreadsheet_has_made_of_a_cell_is_refused(tmp_path: Path) -> None:
    import datetime

    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(ROWS[0])
    book.active.append(["a", datetime.datetime(2026, 5, 1), ""])
    book.save(tmp_path / "table.xlsx")
    with pytest.raises(DataError, match=r"table.xlsx:2: a cell holds 2026-05-01.*Format the cell as text"):
        rows_of(tmp_path / "table.xlsx")


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    (tmp_path / "table.xlsx").write_bytes(b"PK\x03\x04 and nothing more")
    with pytest.raises(DataError, match="not a workbook"):
        rows_of(tmp_path / "table.xlsx")


def test_a_table_that_nothing_wrote_is_refused_in_words(tmp_path: Path) -> None:
    latin = "id,value,note\na,1,gro\xdf\n".encode("latin-1")
    assert refused(tmp_path, latin).startswith("table.csv:2: byte 0xdf is not utf-8")
    assert "iconv -f WINDOWS-1252" in refused(tmp_path, latin)
    assert "character 0" in refused(tmp_path, "id,value,note\na,1,\n".encode("utf-16-le"))
    assert refused(tmp_path, b"\xff\xfeabc").startswith("table.csv:1: byte 0x63 is not utf-16")
    assert refused(tmp_path, 'id,value,note\na,"1,x\n').startswith("table.csv:2: the row cannot be read")
    long = "x" * 200_000
    assert refused(tmp_path, f"id,value,note\na,1,{long}\n").startswith("table.csv:2: the row cannot be read: field")


def test_the_message_names_what_separates(tmp_path: Path) -> None:
    said = refused(tmp_path, "id;value;note\na;1\n")
    assert said.startswith("table.csv:2: the row does not have 3 cells, but 2; semicolons separate them")
    assert "cells are separated by commas" in refused(tmp_path, "id|value|note\na|1|\n")


def test_headers_and_rows_that_are_there_twice(tmp_path: Path) -> None:
    assert refused(tmp_path, "id,value,value,note\na,1,2,\n").startswith("table.csv:1: the column 'value' is there tw")
    assert refused(tmp_path, "id,value,note\na,1,\nid,value,note\n").startswith("table.csv:3: the header is here again")
    said = refused(tmp_path, "id,value,note\na,1,x\nb,1,x\na,1,x\n")
    assert said.startswith("table.csv:4: the same row stands in line 2")


def test_rows_without_anything_are_left_out_and_lines_still_count(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("\nid,value,note\n,,\na,1,\n\n , ,\nb,2,\n", encoding="utf-8")
    assert [where.rpartition(":")[2] for where, _ in read_table(path, NEEDED)] == ["4", "7"]
    assert columns(path) == NEEDED


@pytest.mark.parametrize("text", ["1_000", "١٢", "1e999", "nan", "inf", "", "0x10", "1.2.3", "1 000", "−1", "½"])
def test_what_is_no_plain_number(text: str) -> None:
    """Python reads some of these as numbers, and who wrote them did not mean them so."""
    assert plain_number(text) != plain_number(text)
    with pytest.raises(DataError, match="is not a finite number"):
        read_number(text, "here")


@pytest.mark.parametrize("text", ["1", "-1.5", "+.5", "2.", "1e-3", "1E+3"])
def test_plain_numbers(text: str) -> None:
    assert read_number(text, "here") == float(text)


def test_a_decimal_comma_is_told_with_what_to_write() -> None:
    with pytest.raises(DataError, match=r"here: the value '0,4' .*Write it with a point: 0\.4"):
        read_number("0,4", "here")


def test_a_number_on_the_command_line_is_as_plain() -> None:
    assert read_change("RANKL_loss=2") == ("RANKL_loss", 2.0)
    assert read_change("RANKL_loss=2_0") == ("RANKL_loss", "2_0")  # a text, whose unit is then refused


def test_a_table_that_is_written_back_is_utf_8(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not in UTF-8"):
        EditableTable(written(tmp_path / "table.csv", encoding="utf-16"))
    table = EditableTable(written(tmp_path / "table.csv", encoding="utf-8-sig"))
    before = (tmp_path / "table.csv").read_bytes()
    assert table.save().read_bytes() == before


def test_toml_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "file.toml"
    for content in (b"\xff\xff", b"a = " + b"[" * 5000 + b"]" * 5000, b"a = 1\n\0"):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"file.toml"):
            toml.load(DataError, path)
