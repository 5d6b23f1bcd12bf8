"""The report on a model: its own models are whole, and each planted fault is found by its check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import ranklsys as rk
from ranklsys.author.checks.judgement import Judgement
from ranklsys.author.checks.model_report import sections, total
from ranklsys.author.checks.subject import Whole
from tests.conftest import Say
from tests.selection import quick_if

PLANTED = Path(__file__).parent.parent / "example_models" / "planted.xml"


def report(text: str, model: rk.Model, *, healthy: bool = False) -> dict[str, Judgement]:
    """Return findings by the name of their check."""
    return {each.check: each for section in sections(Whole(text, model, healthy)) for each in section.findings}


@pytest.fixture(scope="module")
def planted() -> dict[str, Judgement]:
    return report(PLANTED.read_text(encoding="utf-8"), rk.load(PLANTED))


@pytest.mark.parametrize("host", quick_if("mouse".__eq__, ["human", "mouse"]))
def test_a_host_is_as_expected_in_every_check(host: str) -> None:
    model = rk.compose(host)
    found = list(sections(Whole(model.sbml, model, healthy=True)))
    assert [each.check for section in found for each in section.findings if each.ok is not True] == []
    assert total(found) == 1.0


@pytest.mark.thorough
def test_a_composition_with_doses_is_as_expected_too() -> None:
    model = rk.compose("human", "patient-breast", "denosumab", "zoledronic-acid")
    text = model.sbml_with("denosumab 120 mg sc q4w; zoledronic-acid 4 mg iv over 15 min q4w")
    found = report(text, model)
    assert [each.check for each in found.values() if each.ok is not True] == []
    assert "denosumab__binds" in found["what reactions turn over is kept"].found
    assert "zoledronic_acid__in_urine" in found["dead ends"].found


@pytest.mark.parametrize(
    ("check", "words", "share"),
    [
        ("no error and no warning", "13 complaints of libsbml; the first: line 4: Warning 99508", 0.0),
        ("every quantity has a unit", "2 of 6 do not: forgotten, k", 4 / 6),
        ("every formula has a unit", "2 of 2 do not: binding, loses_half", 0.0),
        ("every element has a name", "8 of 8 do not", 0.0),
        ("every element has an ontology term", "8 of 8 do not", 0.0),
        ("every element has identifiers", "8 of 8 do not", 0.0),
        ("the model says who made it", "5 of 5 do not: creator, date, identifiers, licence, title", 0.0),
        ("what reactions turn over is kept", "no masses are kept by all of: binding, loses_half", 0.0),
        ("every constant is used", "1 of 2 do not: forgotten", 0.5),
    ],
)
def test_each_planted_fault_is_found(planted: dict[str, Judgement], check: str, words: str, share: float) -> None:
    assert planted[check].ok is False
    assert words in planted[check].found
    assert planted[check].share == pytest.approx(share)


def test_what_is_right_beside_the_faults_passes(planted: dict[str, Judgement]) -> None:
    assert {check for check, each in planted.items() if each.ok} == {
        "everything has a value",
        "the model declares its units",
        "conserved sums",
        "dead ends",
        "everything is connected",
        "it runs",
        "nothing falls below zero",
        "a healthy host stays as it is",
    }
    assert planted["dead ends"].found.endswith("only used up: B")


def test_a_reaction_that_makes_matter_is_named() -> None:
    text = PLANTED.read_text(encoding="utf-8")
    twice = text.replace(
        '<speciesReference species="A" stoichiometry="1" constant="true"/></listOfProducts>', "</listOfProducts>"
    )
    assert report(twice, rk.load(PLANTED))["what reactions turn over is kept"].ok is True
    odd = text.replace(
        '<speciesReference species="AB" stoichiometry="1" constant="true"/></listOfReactants>',
        '<speciesReference species="A" stoichiometry="2" constant="true"/></listOfReactants>',
    )
    found = report(odd, rk.load(PLANTED))["what reactions turn over is kept"]
    assert (found.ok, found.items) == (False, ("loses_half",))


def test_a_host_that_drifts_or_falls_below_zero_is_found() -> None:
    moved = rk.compose("mouse").set(osteoclasts=2.0)
    assert "moves by" in report(moved.sbml_with(), moved, healthy=True)["a healthy host stays as it is"].found
    text = PLANTED.read_text(encoding="utf-8").replace(
        "<apply><times/><ci>k</ci><ci>A</ci><ci>B</ci></apply>", "<ci>k</ci>"
    )
    sinking = rk.load(text)
    assert "falls to" in report(text, sinking)["nothing falls below zero"].found


def test_a_state_that_nothing_touches_is_found() -> None:
    alone = """<listOfRules><rateRule variable="forgotten"><math xmlns="http://www.w3.org/1998/Math/MathML">
      <apply><times/><ci>k</ci><ci>forgotten</ci></apply></math></rateRule></listOfRules><listOfReactions>"""
    text = PLANTED.read_text(encoding="utf-8").replace("<listOfReactions>", alone, 1)
    text = text.replace('id="forgotten" value="1" constant="true"', 'id="forgotten" value="1" constant="false"')
    found = report(text, rk.load(text))["everything is connected"]
    assert (found.ok, found.items, found.share) == (False, ("forgotten",), 0.75)


def test_the_doses_of_a_model_are_in_its_run() -> None:
    model = rk.compose("mouse", "opg-fc")
    runs = [Whole(model.sbml, model, doses=doses).run["osteoclasts"] for doses in ((), "opg-fc 3 mg/kg sc q2d x 5")]
    assert runs[0].min() == pytest.approx(1.0)
    assert runs[1].min() < 0.5


def test_the_command_prints_and_writes_the_report(say: Say, tmp_path: Path) -> None:
    said = say("check", str(PLANTED), "--html", "report.html", "--json", "report.json")
    assert said.code == 1
    assert "Annotation: 0%" in said.out
    assert said.out.endswith("9 checks fail\n")
    data = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    names = next(section for section in data["sections"] if section["title"] == "Annotation")["checks"][0]
    assert names["items"] == ["A", "AB", "B", "binding", "cell", "forgotten", "k", "loses_half"]
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count('class="bar"') == 1 + len(data["sections"])
    assert "<details><summary>all 8</summary>A, AB, B" in page


def test_a_composition_is_reported_by_its_names(say: Say) -> None:
    said = say("check", "mouse", "mda-mb-231", "opg-fc", "--dose", "opg-fc 3 mg/kg sc q2d")
    assert (said.code, said.out.splitlines()[-1]) == (0, "score 100.0%; 0 checks fail")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["opg-fc", "mouse"], "ranklsys check HOST opg-fc"),
        (["opg-fc", "--json", "x.json"], "--json, go with a model"),
        ([str(PLANTED), "opg-fc"], "a file takes no parts"),
        (["mouse", "opgfc"], "opg-fc"),
    ],
)
def test_words_that_do_not_go_together_are_refused(say: Say, words: list[str], error: str) -> None:
    said = say("check", *words)
    assert said.code == 2
    assert error in said.err
