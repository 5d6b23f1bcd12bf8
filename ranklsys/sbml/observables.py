"""Observables: what is measured, as parameters that the model computes, so that any tool can read it by its id."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import libsbml

from ranklsys.errors import DataError
from ranklsys.sbml.document import read, succeed, write
from ranklsys.sbml.sites import mark_plain_numbers
from ranklsys.tables.measure import MEASURES


@dataclass(frozen=True)
class Computed:
    """A parameter to add: a formula over ids, in the spelling of pandas, or ``measure`` of it.

    measure: value; percent of the start, or change from the start in percent.
    """

    id: str
    title: str
    formula: str
    measure: str = "value"

    @property
    def start(self) -> str:
        """Id of the parameter that remembers where the formula started."""
        return f"{self.id}_start"


def with_computed(text: str, wanted: Sequence[Computed]) -> str:
    """Return a model with these parameters. Raises DataError for a formula that SBML cannot hold."""
    if not wanted:
        return text
    document = read(text)
    for each in wanted:
        _add(document.getModel(), each)
    return write(document)


def _add(model: libsbml.Model, wanted: Computed) -> None:
    parameter = _parameter(model, wanted.id, wanted.title, constant=False)
    math = parse(wanted.formula, wanted.title)
    rule = model.createAssignmentRule()
    rule.setVariable(wanted.id)
    measure = MEASURES[wanted.measure]
    if not measure.against:
        succeed(rule.setMath(math), f"compute {wanted.id}")
        mark_plain_numbers(model)
        parameter.setUnits(unit_of(model, rule))
        return
    remembered = _parameter(model, wanted.start, f"{wanted.title}: at the start", constant=True)
    first = model.createInitialAssignment()
    first.setSymbol(wanted.start)
    succeed(first.setMath(math), f"start {wanted.id}")
    told = measure.formula(wanted.formula, wanted.start)
    succeed(rule.setMath(parse(told, wanted.title)), f"compute {wanted.id}")
    mark_plain_numbers(model)
    remembered.setUnits(unit_of(model, first))
    parameter.setUnits("dimensionless")


def _parameter(model: libsbml.Model, id: str, title: str, *, constant: bool) -> libsbml.Parameter:
    if model.getElementBySId(id) is not None:
        raise DataError(f"the model has a '{id}' already", where=title, hint="Rename the observable")
    parameter = model.createParameter()
    parameter.setId(id)
    parameter.setName(title)
    parameter.setConstant(constant)
    parameter.setSBOTerm("SBO:0000002")
    return parameter


def parse(formula: str, title: str) -> libsbml.ASTNode:
    """Return a formula in the spelling of pandas. Raises DataError that names the title."""
    math = libsbml.parseL3Formula(re.sub(r"\blog\(", "ln(", formula.replace("**", "^")))
    if math is None:
        problem = " ".join(libsbml.getLastParseL3Error().split())
        what = f"the formula '{formula}' cannot be written: {problem}"
        raise DataError(what, where=title, hint="Use + - * / **, log10, log, exp and sqrt")
    return math


def unit_of(model: libsbml.Model, formula: libsbml.Rule | libsbml.InitialAssignment) -> str:
    """Return the id of the unit that a formula gives, defined in the model if it is not yet."""
    model.populateListFormulaUnitsData()
    found = formula.getDerivedUnitDefinition()
    if found is None or all(unit.isDimensionless() for unit in found.getListOfUnits()):
        return "dimensionless"
    for known in model.getListOfUnitDefinitions():
        if libsbml.UnitDefinition.areIdentical(known, found):
            return str(known.getId())
    unit = found.clone()
    unit.setId(f"unit_{model.getNumUnitDefinitions() + 1}")
    model.addUnitDefinition(unit)
    return str(unit.getId())
