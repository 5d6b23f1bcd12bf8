"""Building a part: every mistake is reported with its place, in the notation or in the table."""

from __future__ import annotations

from pathlib import Path

import pytest

from ranklsys import Part, compose
from ranklsys.author import build
from ranklsys.author.checks.static import without_complaint
from ranklsys.errors import RanklsysError
from ranklsys.sbml.facts import facts
from tests.conftest import Say

NOTATION = """\
model my_drug
  unit time_unit = 86400 second; unit substance = 1e-12 mole; unit extent = 1e-12 mole; unit volume = 1 litre;
  unit day = 86400 second; unit per_day = 1 / 86400 second; unit pM = 1e-12 mole / litre;
  compartment blood = 1 volume; species free in blood = 0 pM;
  const loss has per_day;
  lost: free => ; blood*loss*free;
  blood is "blood plasma"; free is "free drug"; lost is "loss of the drug";
end
"""
TABLE = "id,name,value,unit,cv,kind,source,note\nloss,loss from blood,1,per_day,,assumed,this model,\n"


def written(folder: Path, notation: str = NOTATION, table: str = TABLE, name: str = "drug") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.ant").write_text(notation, encoding="utf-8")
    (folder / f"{name}.csv").write_text(table, encoding="utf-8")
    return folder / f"{name}.ant"


def refused(path: Path, place: str, what: str) -> None:
    with pytest.raises(RanklsysError) as caught:
        build.build_part(path)
    assert str(caught.value).startswith(f"{path.parent}/{place}: "), caught.value
    assert what in str(caught.value)
    assert not path.with_suffix(".xml").exists()


def test_a_sound_notation_is_built(tmp_path: Path) -> None:
    build.build_part(written(tmp_path))
    assert facts((tmp_path / "drug.xml").read_text(encoding="utf-8")).elements["loss"].value == 1.0


def test_a_formula_may_name_the_lesions_copy_of_what_the_part_has_at_every_site(tmp_path: Path) -> None:
    """The whole body has one killing: that of the lesion, not of the skeleton."""
    notation = NOTATION.replace(
        "lost:",
        """compartment marrow = 1 volume; substanceOnly species damage in marrow = 1; damage' = -loss*damage;
  var danger has per_day, danger_lesion has per_day, killing has per_day;
  danger := loss*damage; killing := 2*danger_lesion;
  damage is "damage to bone"; danger is "rate of damage"; killing is "killing of the tumour";
  lost:""",
    )
    path = written(tmp_path, notation)
    build.build_part(path)
    part = Part(
        id="drug",
        kind="therapy",
        sbml=path.with_suffix(".xml"),
        shares=("marrow",),
        effects={"killing": "slot_tumour_kill_bone"},
    )
    held = compose("human", part).facts.elements
    assert held["drug__killing"].formula == "2 * drug__danger_lesion"
    assert held["drug__danger_lesion"].formula == "drug__loss * drug__damage_lesion"
    text = path.with_suffix(".xml").read_text(encoding="utf-8")
    assert without_complaint(text, part.shares) == "no complaint"


@pytest.mark.parametrize(
    ("old", "new", "place", "what"),
    [
        ("lost: free => ;", "lost: free => => ;", "drug.ant:6:17", "syntax error, unexpected =>"),
        ("blood*loss*free;", "blood*(loss*free;", "drug.ant:6:35", "unexpected ';'"),
        ("const loss has", "const has", "drug.ant:5:9", "unexpected \"'has'\". The line is: const has per_day;"),
        ("model my_drug", "modle my_drug", "drug.ant:1:", "unexpected"),
        ("end\n", "", "drug.ant:7:", "unexpected end of file"),
        ("lost: free", "free := 2; lost: free", "drug.ant:4:41", "'free' occurs in both a rule and reaction"),
        ("const loss has per_day", "const loss has per_week", "drug.ant:5:18", "per_week"),
        (
            "blood*loss*free",
            "blood*los*free",
            "drug.ant:6:",
            "'los' has neither a value nor a rule (did you mean 'loss'?)",
        ),
        ('; free is "free drug"', "", "drug.ant:4:41", "without a name: free"),
        ("blood*loss*free", "loss*free", "drug.ant:6:3", "complaints; the first: "),
        ("1 / 86400 second", "1 / 3600 second", "drug.ant:6:3", "the rate of 'lost' gives"),
    ],
)
def test_a_mistake_in_the_notation_has_line_and_column(
    tmp_path: Path, old: str, new: str, place: str, what: str
) -> None:
    assert old in NOTATION
    path = written(tmp_path, NOTATION.replace(old, new, 1))
    with pytest.raises(RanklsysError) as caught:
        build.build_part(path)
    assert str(caught.value).startswith(f"{tmp_path}/{place}"), caught.value
    assert what in str(caught.value)
    assert not (tmp_path / "drug.xml").exists()


@pytest.mark.parametrize(
    ("old", "new", "place", "what"),
    [
        ("loss,", "los,", "drug.csv:2", "'los' that the model does not use (did you mean 'loss'?)"),
        (",1,", ",one,", "drug.csv:2", "the value 'one' is not a finite number"),
        ("per_day", "per_dya", "drug.csv:2", "'per_dya', which the model does not define (did you mean 'per_day'?)"),
        ("assumed", "guessed", "drug.csv:2", "kind 'guessed' is none of"),
        ("this model", "", "drug.csv:2", "'loss' has no source"),
        ("this model,", "this model", "drug.csv:2", "the row does not have 8 cells"),
        ("unit,", "units,", "drug.csv:1", "there is no column 'unit' (did you mean 'units'?)"),
        ("model,\n", "model,\nloss,again,2,per_day,,assumed,this model,\n", "drug.csv:3", "'loss' is given twice"),
    ],
)
def test_a_mistake_in_the_table_has_its_row(tmp_path: Path, old: str, new: str, place: str, what: str) -> None:
    refused(written(tmp_path, table=TABLE.replace(old, new, 1)), place, what)


def test_a_folder_is_built_with_all_below_it_but_environments(tmp_path: Path, say: Say) -> None:
    written(tmp_path / "package" / "one")
    written(tmp_path / "package", name="two")
    written(tmp_path / ".venv" / "lib", "nonsense")
    written(tmp_path / "build" / "lib", "nonsense")
    said = say("build", ".")
    assert said.code == 0, said.err
    assert said.out.splitlines() == [
        "wrote drug.xml: 1 species, 1 reactions",
        "wrote two.xml: 1 species, 1 reactions",
    ]


def test_a_folder_without_notation_is_refused(tmp_path: Path, say: Say) -> None:
    (tmp_path / "empty").mkdir()
    said = say("build", "empty")
    assert (said.code, said.err.partition(":")[0]) == (2, "error")
    assert "empty: there is no notation (*.ant)" in said.err
