"""Scores: every row composed, simulated and judged as it says; clear errors for tables that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from ranklsys.cli import cli
from ranklsys.errors import DataError
from ranklsys.study import plot
from ranklsys.study.observations import observations
from ranklsys.study.score import score

ROOT = Path(__file__).parent.parent.parent
HEADER = "study,host,parts,changes,before,doses,observable,measure,time,value,low,high,error,unit,rule\n"


@pytest.fixture
def table(tmp_path: Path):
    def write(*rows: str, header: str = HEADER) -> Path:
        path = tmp_path / "table.csv"
        path.write_text(header + "\n".join(rows) + "\n", encoding="utf-8")
        return path

    return write


def test_several_tables_are_scored_together_and_rows_say_of_which(table, tmp_path: Path) -> None:
    one = table("A,mouse,,,,,RANKL,,1,1,,,,,")
    (tmp_path / "other").mkdir()
    other = one.rename(tmp_path / "other" / "table.csv")
    two = table("B,mouse,,,,,RANKL,,1,2,,,,,")
    found = score(other, two)
    assert list(found.table["where"]) == ["other/table.csv:2", f"{tmp_path.name}/table.csv:2"]
    assert list(found.studies["share"]) == [1.0, 0.0]
    assert found.share == 0.5
    said = CliRunner().invoke(cli, ["score", str(other), str(two)]).output
    assert "1 of 2" in said
    assert f"{tmp_path.name}/table.csv:2" in said


@pytest.mark.parametrize(("measure", "expected"), [("value", 0.25), ("percent", 25.0), ("change", -75.0)])
def test_measures(table, measure: str, expected: float) -> None:
    """Estrogen falls to a quarter in 1317 d when none is made, with a time of 950 d: exp(-t / 950 d) = 1/4."""
    found = score(
        table(f"A,mouse,,slot_estrogen=0; estrogen_time=950,,,estrogen,{measure},1316.98 d,{expected},,,,,0.01 percent")
    )
    assert found.table["within"].all(), found.table["predicted"]


def test_a_row_that_compares_with_nothing_is_named(table) -> None:
    with pytest.raises(DataError, match=r"table.csv:2: 'tumour' is 0 where percent compares it"):
        score(table("A,mouse,,,,,tumour,percent,1,1,,,,,"))


def test_an_effect_without_doses_is_refused(table) -> None:
    with pytest.raises(DataError, match=r"table.csv:2: an effect needs doses"):
        score(table("A,mouse,,,,,RANKL,effect,1,1,,,,,"))


def test_a_row_with_a_cell_too_many_is_named(table) -> None:
    with pytest.raises(DataError, match=r"table.csv:2: the row does not have"):
        score(table("A,mouse,,,,,RANKL,,1,1,,,,,,x"))


def test_the_row_that_cannot_be_computed_is_named_not_the_first_of_its_run(table) -> None:
    with pytest.raises(DataError, match=r"table.csv:3: .*'RANKLL'"):
        score(table("A,mouse,,,,,RANKL,,1,1,,,,,", "A,mouse,,,,,RANKLL,,1,1,,,,,"))


def test_an_effect_is_against_the_same_without_doses(table) -> None:
    dose = "opg-fc 3 mg/kg sc q2d"
    found = score(table(f"A,mouse,opg-fc,,,{dose},osteoclasts,effect,20 d,-97,,,,%,5 points"))
    assert found.table["within"].all()


def test_years_before_an_experiment_are_simulated(table) -> None:
    found = score(table("A,human,menopause,,8 y,,CTX,value,0,1.86,,,,,0.1 points"))
    assert found.table["within"].all()


BEFORE = "study,host,parts,before,before_doses,then,observable,time,value,rule\n"


def test_doses_given_before_have_acted_at_time_0(table) -> None:
    row = "A,mouse,opg-fc,5 d,{},,osteoclasts,0,{},5 percent"
    given = table(row.format("opg-fc 3 mg/kg sc q2d", 0.13), row.format("", 1), header=BEFORE)
    found = score(given).table["predicted"]
    assert found[0] < 0.5
    assert found[1] == pytest.approx(1.0)


def test_what_is_set_after_a_time_before_holds_from_time_0(table) -> None:
    rows = [f"A,mouse,,7 d,,{then},tumour_circulating,0,1,5 percent" for then in ("tumour_circulating=0.02", "")]
    found = score(table(*rows, header=BEFORE)).table["predicted"]
    assert list(found) == [0.02, 0.0]


@pytest.mark.parametrize("cells", ["opg-fc 3 mg/kg sc q2d,", ",tumour_circulating=0.02"])
def test_what_belongs_to_a_time_before_needs_one(table, cells: str) -> None:
    with pytest.raises(DataError, match=r"table.csv:2: (then|before_doses) needs a time before"):
        score(table(f"A,mouse,opg-fc,,{cells},RANKL,1,1,", header=BEFORE))


@pytest.mark.parametrize(
    ("value", "rule", "right"),
    [
        ("1.1,,,", "10 percent", True),
        ("1.4,,,", "", False),
        ("1.2,,,", "", True),
        ("1.2,,,0.1", "", True),
        ("1.21,,,0.1", "", False),
        (",0.9,1.1,", "", True),
        (",1.1,1.2,", "inside", False),
        (",1.1,1.2,", "inside or 0.2 points", True),
        ("1.5,,,", "1.5 fold", True),
        ("1.6,,,", "1.5 fold", False),
        ("1.3,,,0.1", "2 SE or 0.3 points", True),
    ],
)
def test_rules(table, value: str, rule: str, right: bool) -> None:
    found = score(table(f"A,mouse,,,,,osteoclasts,value,1 d,{value},,{rule}"))
    assert bool(found.table["within"].iloc[0]) is right


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("A,mose,,,,,RANKL,,1,1,,,,,", r"table.csv:2: there is no host 'mose' \(did you mean 'mouse'\?\)"),
        ("A,mouse,,,,,RANKL,chang,1,1,,,,,", r"table.csv:2: there is no measure 'chang' \(did you mean 'change'\?\)"),
        ("A,mouse,,,,,RANKL,,1 lightyear,1,,,,,", "table.csv:2: time:"),
        ("A,mouse,,,,,RANKL,,1,x,,,,,", "table.csv:2: the value 'x' is not a finite number"),
        ("A,mouse,,,,,RANKL,,1,,,,,,", "table.csv:2: a row needs a value, or low and high"),
        ("A,mouse,,,,,RANKL,,1,,2,1,,,", "table.csv:2: a row needs a value, or low and high"),
        ("A,mouse,,,,,RANKL,,1,1,,,,,about", "table.csv:2: 'about' is not a rule"),
        ("A,mouse,,,,,RANKL,,1,1,,,,,2 SE", "table.csv:2: the rule '2 SE' needs a column that is empty"),
        ("A,mouse,opgfc,,,,RANKL,,1,1,,,,,", r"table.csv:2: there is no part 'opgfc' \(did you mean 'opg-fc'\?\)"),
        ("A,mouse,,RANKL_los=1,,,RANKL,,1,1,,,,,", r"table.csv:2: .*'RANKL_los' \(did you mean 'RANKL_loss'\?\)"),
        ("A,mouse,,,,opg-fc 3 mg sc,RANKL,,1,1,,,,,", "table.csv:2: .*'opg-fc' is not part of this model"),
        ("A,mouse,,,,,RANKLL,,1,1,,,,,", r"table.csv:2: .*'RANKLL'.*did you mean 'RANKL'"),
    ],
)
def test_a_row_that_cannot_be_judged_is_named(table, row: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        score(table(row))


def test_an_unknown_column_is_named_with_the_nearest(table) -> None:
    with pytest.raises(DataError, match=r"the column 'dose' is not known \(did you mean 'doses'\?\)"):
        list(observations(table("A,mouse", header="study,host,dose\n")))


def test_a_missing_column_is_named(table) -> None:
    with pytest.raises(DataError, match="there is no column 'observable'"):
        list(observations(table("A,mouse", header="study,host\n")))


def test_an_empty_table_is_refused(table) -> None:
    with pytest.raises(DataError, match="the table has no rows"):
        score(table(header=HEADER))


@pytest.mark.thorough
def test_the_picture_shows_every_study(tmp_path: Path) -> None:
    found = score(ROOT / "plugins/ranklsys-opg/ranklsys_opg/training.csv")
    assert plot.parity(found, tmp_path / "score.png").stat().st_size > 5000


@pytest.mark.thorough
def test_lanes_predict_what_roadrunner_does() -> None:
    """The tables of OPG-Fc: with doses, with what goes before, and effects. Changes are in percent."""
    path = ROOT / "plugins/ranklsys-opg/ranklsys_opg/training.csv"
    lanes, alone = (score(path, engine=engine).table for engine in ("lanes", "roadrunner"))
    assert lanes.attrs["made_by"]["engine"].startswith("lanes")
    assert alone.attrs["made_by"]["engine"].startswith("libroadrunner")
    assert list(lanes["within"]) == list(alone["within"])
    assert lanes["predicted"].to_numpy() == pytest.approx(alone["predicted"].to_numpy(), rel=1e-5, abs=1e-3)
