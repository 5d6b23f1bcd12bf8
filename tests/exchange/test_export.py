"""What is exported means the same: other levels of SBML, and the composition as comp."""

from __future__ import annotations

from pathlib import Path

import libsbml
import numpy as np
import pytest

import ranklsys as rk
from ranklsys.errors import DataError, SBMLError
from ranklsys.exchange.export import comp_sbml
from ranklsys.frame import frame
from ranklsys.model import engine, other_engines
from ranklsys.model.difference import difference
from ranklsys.sbml.document import complaints
from ranklsys.sbml.facts import facts
from ranklsys.sbml.levels import at_level
from tests.conftest import Say
from tests.selection import quick_if

TIGHT = rk.Solver(relative_tolerance=1e-10, absolute_tolerance=1e-16)
DAYS = [float(day) for day in range(26)]
LITERALS = ": Warning 99505: "  # level 2 has no units on numbers, so libsbml cannot check formulas that hold some
COMPOSED = {
    "two doses at time 0 and infusions": (
        ("mouse", "mda-mb-231", "opg-fc"),
        "opg-fc 3 mg/kg sc q2d x 5; opg-fc 1 mg/kg sc q4d x 3; opg-fc 2 mg/kg iv over 6 h q3d from 0 d x 4",
    ),
    "three drugs on shared slots": (
        ("human", "menopause", "patient-breast", "denosumab", "zoledronic-acid", "radiotherapy"),
        "denosumab 120 mg sc q4w; zoledronic-acid 4 mg iv over 15 min q4w from 5 d",
    ),
    "two drugs of one notation": (
        ("human", "zoledronic-acid", "alendronate"),
        "zoledronic-acid 5 mg iv over 15 min; alendronate 70 mg oral q1w from 200 d",
    ),
}


@pytest.fixture(scope="module", params=quick_if("two drugs of one notation".__eq__, COMPOSED))
def case(request: pytest.FixtureRequest) -> tuple[rk.Model, str]:
    names, doses = COMPOSED[request.param]
    return rk.compose(*names), doses


def same_run(case: tuple[rk.Model, str], text: str) -> None:
    """Assert that an SBML text gives the numbers of the composition every day."""
    model, doses = case
    states = model.facts.states
    ours = model.simulate("25 d", doses=doses, times=DAYS, columns=states, solver=TIGHT)
    theirs = frame(engine.simulate(text, {}, np.array(DAYS), states, TIGHT), np.array(DAYS), states, {})
    verdict = difference(ours, theirs)
    assert verdict["within"].all(), verdict.head()


@pytest.mark.parametrize("level", ["L3V1", "L2V4"])
def test_another_level_gives_the_same_numbers(case: tuple[rk.Model, str], level: str) -> None:
    text = at_level(case[0].sbml_with(case[1]), level)
    found = [each for each in complaints(text) if level == "L3V1" or LITERALS not in each]
    assert found == []
    assert f'level="{level[1]}" version="{level[3]}"' in text
    same_run(case, text)


def test_level_2_agrees_with_copasi_too(case: tuple[rk.Model, str]) -> None:
    text = at_level(case[0].sbml_with(case[1]), "L2V4")
    ours = case[0].simulate("25 d", doses=case[1], times=DAYS, columns=case[0].facts.states, solver=TIGHT)
    theirs = other_engines.copasi(text, DAYS, rtol=1e-10, atol=1e-16)[list(ours.columns)]
    verdict = difference(ours, theirs)
    assert verdict["within"].all(), verdict.head()


def test_comp_flattens_to_the_flat_model(case: tuple[rk.Model, str]) -> None:
    """The ids are the same but for effects, and so are all values, units and formulas."""
    model, doses = case
    text = comp_sbml(model, doses)
    assert text.count("<comp:submodel ") == sum(part.sbml is not None for part in model.parts)
    document = libsbml.readSBMLFromString(text)
    options = libsbml.ConversionProperties()
    options.addOption("flatten comp", True)
    assert document.convert(options) == libsbml.LIBSBML_OPERATION_SUCCESS
    flattened = libsbml.writeSBMLToString(document)
    raised = {f"{part.prefix}__{effect}": f"{part.prefix}_{effect}" for part in model.parts for effect in part.effects}
    ours = model.sbml_with(doses)
    for inside, at_top in raised.items():
        ours = ours.replace(inside, at_top)
    assert complaints(flattened) == []
    assert described(flattened) == described(ours)
    same_run(case, flattened)


def described(text: str) -> dict[str, str]:
    """All that is said of each element, but for the titles of doses, which know no prefix inside a submodel."""
    return {
        name: repr((element.kind, element.value, element.unit, element.rule, element.formula, element.initial))
        for name, element in facts(text).elements.items()
    }


def test_changed_values_are_in_the_comp_document() -> None:
    model = rk.compose("mouse", "opg-fc").set(RANKL_healthy=3.0, opg_fc__clearance=0.5)
    document = libsbml.readSBMLFromString(comp_sbml(model))
    definition = document.getPlugin("comp").getModelDefinition("opg_fc_definition")
    assert document.getModel().getParameter("RANKL_healthy").getValue() == 3.0
    assert definition.getParameter("clearance").getValue() == 0.5


def test_a_model_that_has_run_is_no_longer_made_of_parts() -> None:
    with pytest.raises(rk.RanklsysError, match="no longer made of its parts"):
        comp_sbml(rk.compose("human", "menopause").after("1 y"))


def test_what_a_level_lacks_is_named() -> None:
    text = rk.compose("mouse").sbml
    rule = '<math xmlns="http://www.w3.org/1998/Math/MathML"><apply><max/><cn>1</cn><cn>2</cn></apply></math>'
    document = libsbml.readSBMLFromString(text)
    parameter = document.getModel().createParameter()
    parameter.setId("largest")
    parameter.setConstant(False)
    parameter.setUnits("dimensionless")
    assignment = document.getModel().createAssignmentRule()
    assignment.setVariable("largest")
    assignment.setMath(libsbml.readMathMLFromString(rule))
    with pytest.raises(SBMLError, match=r"L2V4 cannot express line \d+: .*'largest' uses L3V2 math\. Write L3V2"):
        at_level(libsbml.writeSBMLToString(document), "L2V4")
    with pytest.raises(rk.RanklsysError, match=r"no SBML level 'L3V3' \(did you mean 'L3V"):
        at_level(text, "L3V3")


@pytest.mark.thorough
def test_a_scenario_is_a_file_an_arm(tmp_path: Path) -> None:
    written = rk.export("canon2008", tmp_path / "canon.xml", level="L3V1")
    assert [path.name for path in written] == ["canon_vehicle.xml", "canon_opg-fc.xml"]
    arm = rk.compose("mouse", "mda-mb-231", "opg-fc")
    assert rk.load(written[1]).facts.states == arm.facts.states
    assert 'level="3" version="1"' in written[1].read_text(encoding="utf-8")


def test_what_does_not_go_together_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="package of level 3"):
        rk.export(rk.compose("mouse"), tmp_path / "mouse.xml", level="L2V4", comp=True)
    with pytest.raises(DataError, match=r"'\.txt' is not a kind of export"):
        rk.export(rk.compose("mouse"), tmp_path / "mouse.txt")
    with pytest.raises(DataError, match="which has its own"):
        rk.export("canon2008", tmp_path / "canon.xml", until="3 d")


def test_the_command_exports(say: Say) -> None:
    said = say("export", "mouse", "opg-fc", "--dose", "opg-fc 3 mg/kg sc q2d", "-o", "out/mouse.xml", "--level", "L2V4")
    assert (said.code, said.out) == (0, "wrote out/mouse.xml\n")
    assert 'level="2" version="4"' in Path("out/mouse.xml").read_text(encoding="utf-8")
    assert "cano2008" in say("export", "cano2008", "-o", "a.xml").err
    assert say("export", "mouse", "-o", "comp.xml", "--comp").code == 0
