"""A part is checked when it is written, not when it is composed."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from ranklsys.errors import DataError, PartError
from ranklsys.plugins.part import API, Part, Value, values_from_table

HEADER = "part,parameter,value,unit,kind,source,note\n"


def part(**changes: Any) -> Part:
    return Part(**{"id": "opg-fc", "kind": "therapy", "sbml": "<sbml/>", **changes})


def table(tmp_path: Path, text: str, header: str = HEADER) -> Path:
    path = tmp_path / "values.csv"
    path.write_text(header + text, encoding="utf-8")
    return path


@pytest.mark.parametrize("id", ["opg-fc", "mda-mb-231", "a"])
def test_words_joined_by_hyphens_are_an_id(id: str) -> None:
    assert part(id=id).id == id


@pytest.mark.parametrize("id", ["", "OPG", "opg_fc", "opg--fc", "-opg", "opg-", "2h11", "opg fc", "opg-fc\n"])
def test_anything_else_is_no_id(id: str) -> None:
    with pytest.raises(PartError, match="the id is not lower case words joined by hyphens"):
        part(id=id)


def test_an_illegal_id_names_the_nearest_legal_one() -> None:
    with pytest.raises(PartError, match=r"part 'OPG_Fc': .*did you mean 'opg-fc'"):
        part(id="OPG_Fc")


def test_the_prefix_is_the_id_with_underscores() -> None:
    assert part(id="mda-mb-231").prefix == "mda_mb_231"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "theraphy"}, "opg-fc: there is no kind 'theraphy' .did you mean 'therapy'"),
        ({"hosts": ("mose",)}, "there is no host 'mose' .did you mean 'mouse'"),
        ({"hosts": ()}, "it has no host"),
        ({"hosts": "mouse"}, r"hosts is the text 'mouse', not a tuple. Write: hosts=\('mouse',\)"),
        ({"needs_in": {"mose": "b"}}, "needs 'b' in the host 'mose', which is none of its hosts .did you mean 'mouse'"),
        ({"needs_in": {"mouse": "opg-fc"}}, "what it needs in the mouse is 'opg-fc'"),
        ({"needs_in": {"mouse": "B_c"}}, "what it needs in the mouse is 'B_c'"),
        ({"one_of": ("breast",)}, r"one_of is \('breast',\). Write what a model has one of: one_of='breast'"),
        ({"api": API + 1}, f"it needs a ranklsys with api {API + 1}, this one has api {API}"),
        ({"shares": ("RANKL__free",)}, "'RANKL__free' in shares is not an id .did you mean 'RANKL_free'"),
        ({"effects": {"block": "slot-death"}}, "'slot-death' in effects is not an id .did you mean 'slot_death'"),
        ({"routes": {"sc": "2depot"}}, "'2depot' in routes is not an id"),
        ({"values": {"k x": 1.0}}, "'k x' in values is not an id"),
        ({"effects": {"block": "slot_a"}, "sbml": None}, "effects need SBML"),
        ({"routes": {"sc": "depot"}, "sbml": None}, "routes need SBML"),
        ({"shares": ("RANKL",), "sbml": None}, "shares need SBML"),
        ({"values": {"k": float("nan")}}, "the value of 'k' is nan"),
        ({"values": {"k": float("inf")}}, "the value of 'k' is inf"),
        ({"values": {"k": Value(float("inf"))}}, "the value of 'k' is inf"),
        ({"values": {"k": "1"}}, "the value of 'k' is '1'"),
        ({"values": {"k": True}}, "the value of 'k' is True"),
        ({"values": {"k": Value(1.0, kind="mesured")}}, "the kind 'mesured' .did you mean 'measured'"),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(PartError, match=message):
        part(**changes)


def test_a_bare_number_becomes_a_value() -> None:
    assert part(values={"k": 2}).values == {"k": Value(2.0)}


def test_changing_the_given_mapping_does_not_change_the_part() -> None:
    given = {"k": 1.0}
    written = part(values=given)
    given["k"] = 2.0
    assert written.values == {"k": Value(1.0)}


def test_a_part_can_be_pickled_and_hashed() -> None:
    written = part(values={"k": 1.0}, shares=["RANKL"])
    copy = pickle.loads(pickle.dumps(written))
    assert copy == written
    assert {written, copy} == {written}


def test_text_that_starts_with_a_bracket_is_the_sbml_itself() -> None:
    assert part(sbml="\n<sbml/>").sbml_text() == "<sbml/>"


def test_a_path_is_read(tmp_path: Path) -> None:
    (tmp_path / "opg.xml").write_text("<sbml/>", encoding="utf-8")
    assert part(sbml=tmp_path / "opg.xml").sbml_text() == "<sbml/>"
    assert part(sbml=str(tmp_path / "opg.xml")).sbml_text() == "<sbml/>"


def test_a_part_of_values_only_has_no_sbml() -> None:
    assert part(sbml=None).sbml_text() is None


def test_a_missing_file_names_the_nearest_one(tmp_path: Path) -> None:
    (tmp_path / "opg.xml").write_text("<sbml/>", encoding="utf-8")
    with pytest.raises(PartError, match=r"opg-fc: there is no SBML file '.*opgg.xml' \(did you mean 'opg.xml'"):
        part(sbml=tmp_path / "opgg.xml").sbml_text()


def test_a_table_gives_the_values_of_one_part(tmp_path: Path) -> None:
    path = table(tmp_path, 'pc3,k,0.5,per_day,fitted,doi:1,"a, b"\nlncap,k,oops,per_day,fitted,,\n')
    assert values_from_table(path, "pc3") == {"k": Value(0.5, "per_day", "fitted", "doi:1", "a, b")}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("pc3,k,1,per_day,fited,,", r"values.csv:3: there is no kind 'fited' \(did you mean 'fitted'"),
        ("pc3,k,,per_day,fitted,,", "values.csv:3: the value '' is not a finite number"),
        ("pc3,k,fast,per_day,fitted,,", "values.csv:3: the value 'fast' is not a finite number"),
        ("pc3,k,inf,per_day,fitted,,", "values.csv:3: the value 'inf' is not a finite number"),
        ("pc3,k,1,per_day,fitted,,a, b", "values.csv:3: the row does not have 7 cells"),
        ("pc3,k,1,per_day", "values.csv:3: the row does not have 7 cells"),
        ("pc3,first,2,per_day,fitted,,", "values.csv:3: 'first' of 'pc3' is given twice"),
    ],
)
def test_a_wrong_row_is_named_by_file_and_line(tmp_path: Path, row: str, message: str) -> None:
    path = table(tmp_path, f"pc3,first,1,per_day,measured,,\n{row}\n")
    with pytest.raises(DataError, match=message):
        values_from_table(path, "pc3")


def test_a_missing_column_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    path = table(tmp_path, "", header="part,parameter,value,units,kind,source,note\n")
    with pytest.raises(DataError, match=r"values.csv:1: there is no column 'unit' \(did you mean 'units'"):
        values_from_table(path, "pc3")


def test_a_part_without_rows_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    path = table(tmp_path, "pc3,k,1,per_day,fitted,,\n")
    with pytest.raises(DataError, match=r"there is no row for the part 'pc-3' \(did you mean 'pc3'"):
        values_from_table(path, "pc-3")


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"values.csv: there is no such file"):
        values_from_table(tmp_path / "values.csv", "pc3")
