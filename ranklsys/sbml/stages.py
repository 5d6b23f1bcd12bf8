"""Protocol: what is done to a model before and at the start of an experiment, written into its SBML.

For formats that know one run from time 0, and numbers by condition: what went before is simulated in the same run, and
an event at its end sets numbers and remembers where observables start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import libsbml

from ranklsys.sbml.document import read, succeed, write
from ranklsys.sbml.observables import parse, unit_of
from ranklsys.sbml.sites import mark_plain_numbers

BEFORE = "time_before"
"""Id of the parameter that says how long what went before lasts [d]."""


def started(text: str, species: Iterable[str]) -> str:
    """Return a model in which each of these species begins at a parameter ``id_at_start``, at its value so far."""
    document = read(text)
    model = document.getModel()
    for name in species:
        found = model.getSpecies(name)
        amount = found.getHasOnlySubstanceUnits() or not found.isSetInitialConcentration()
        value = found.getInitialAmount() if amount else found.getInitialConcentration()
        _parameter(model, f"{name}_at_start", value, _unit(model, found), f"{found.getName()}: at the start")
        first = model.createInitialAssignment()
        first.setSymbol(name)
        succeed(first.setMath(libsbml.parseL3Formula(f"{name}_at_start")), f"start {name}")
    return write(document)


def staged(text: str, then: Sequence[str], remembered: Mapping[str, str], *, before: bool) -> str:
    """Return a model that remembers where formulas start, and sets numbers then.

    then: ids set to ``id_then`` at the end of what goes before. remembered: formulas by the id of the parameter that
    keeps where they start. before: whether something goes before, for ``time_before`` days; else they start at 0.
    """
    if not then and not remembered and not before:
        return text
    document = read(text)
    model = document.getModel()
    changes = {}
    for name in then:
        element = model.getElementBySId(name)
        if isinstance(element, libsbml.Parameter):
            element.setConstant(False)
        _parameter(model, f"{name}_then", 0.0, _unit(model, element), f"{element.getName()}: then")
        changes[name] = f"{name}_then"
    for name, formula in remembered.items():
        parameter = _parameter(model, name, 0.0, "dimensionless", f"start of {formula}")
        parameter.setConstant(not before)
        first = model.createInitialAssignment()
        first.setSymbol(name)
        succeed(first.setMath(parse(formula, formula)), f"start {name}")
        mark_plain_numbers(model)
        parameter.setUnits(unit_of(model, first))
        changes[name] = formula
    if before:
        _parameter(model, BEFORE, 0.0, model.getTimeUnits(), "how long it goes before")
        _event(model, changes)
    mark_plain_numbers(model)
    return write(document)


def _event(model: libsbml.Model, changes: Mapping[str, str]) -> None:
    event = model.createEvent()
    event.setId("experiment_begins")
    event.setName("the experiment begins")
    event.setUseValuesFromTriggerTime(True)
    trigger = event.createTrigger()
    trigger.setPersistent(True)
    trigger.setInitialValue(False)
    succeed(trigger.setMath(libsbml.parseL3Formula(f"time >= {BEFORE}")), "set a trigger")
    for name, formula in changes.items():
        assignment = event.createEventAssignment()
        assignment.setVariable(name)
        succeed(assignment.setMath(parse(formula, formula)), f"set {name} then")


def _unit(model: libsbml.Model, element: libsbml.SBase) -> str:
    """Return the unit of what an id means: of a species its amount, or its concentration."""
    if isinstance(element, libsbml.Parameter):
        return str(element.getUnits())
    unit = element.getDerivedUnitDefinition()
    if element.getHasOnlySubstanceUnits():
        return str(element.getSubstanceUnits() or model.getSubstanceUnits())
    for known in model.getListOfUnitDefinitions():
        if libsbml.UnitDefinition.areIdentical(known, unit):
            return str(known.getId())
    return "dimensionless"


def _parameter(model: libsbml.Model, id: str, value: float, unit: str, title: str) -> libsbml.Parameter:
    parameter = model.createParameter()
    parameter.setId(id)
    parameter.setName(title)
    parameter.setValue(value)
    parameter.setUnits(unit)
    parameter.setConstant(True)
    parameter.setSBOTerm("SBO:0000002")
    return parameter
