"""Reader: the facts of a document of libsbml."""

from __future__ import annotations

import re
from typing import Any

import libsbml

from ranklsys.sbml.document import named, read
from ranklsys.sbml.element import Element, Facts, Unit


def read_facts(text: str) -> Facts:
    """Return the facts of an SBML text. Raises SBMLError if it cannot be read."""
    document = read(text)
    model = document.getModel()
    units = {unit.getId(): unit_tuple(unit) for unit in model.getListOfUnitDefinitions()}
    rules = {rule.getVariable(): rule for rule in model.getListOfRules()}
    initials = {assignment.getSymbol(): assignment for assignment in model.getListOfInitialAssignments()}
    found = {}
    for name, element in named(model).items():
        unit = unit_tuple(element.getDerivedUnitDefinition())
        rule, initial = rules.get(name), initials.get(name)
        math = (
            rule
            if rule is not None
            else element.getKineticLaw()
            if element.getTypeCode() == libsbml.SBML_REACTION
            else None
        )
        found[name] = Element(
            id=name,
            kind=element.getElementName(),
            name=element.getName() or name,
            value=_value(element),
            unit=unit,
            unit_id=_unit_id(element, unit, units),
            constant=bool(getattr(element, "getConstant", lambda: False)()),
            rule="" if rule is None else "assignment" if rule.isAssignment() else "rate",
            formula="" if math is None else formula(math.getMath()),
            initial="" if initial is None else formula(initial.getMath()),
            note=re.sub(r"\s*<[^>]*>\s*", "", element.getNotesString()).strip(),
            **_species_facts(model, element),
            changes=_changes(element),
            modifiers=_modifiers(element),
            initial_amount=_initial_amount(element),
        )
    return Facts(found, units, _time(model))


def _time(model: libsbml.Model) -> Unit:
    """Return the unit of time; in level 2 a definition named ``time``, else the second."""
    name = model.getTimeUnits() or ("time" if model.getLevel() < 3 else "")
    definition = model.getUnitDefinition(name)
    if definition is not None:
        return unit_tuple(definition)
    return ((("second" if name == "time" else name), 1.0, 0, 1.0),) if name else ()


def formula(math: libsbml.ASTNode) -> str:
    """Return a formula as text, without units."""
    settings = libsbml.L3ParserSettings()
    settings.setParseUnits(False)
    return str(libsbml.formulaToL3StringWithSettings(math, settings))


def unit_tuple(definition: libsbml.UnitDefinition | None) -> Unit:
    """Return a unit definition as plain data, in a fixed order."""
    if definition is None:
        return ()
    return tuple(
        sorted(
            (
                libsbml.UnitKind_toString(unit.getKind()),
                unit.getExponentAsDouble(),
                unit.getScale(),
                unit.getMultiplier(),
            )
            for unit in definition.getListOfUnits()
        )
    )


def _value(element: libsbml.SBase) -> float:
    """Return the value of what the id means: of a species its concentration, unless it has only substance units."""
    if isinstance(element, libsbml.Compartment):
        return float(element.getSize())
    if isinstance(element, libsbml.Parameter):
        return float(element.getValue())
    if not isinstance(element, libsbml.Species):
        return float("nan")
    amount = _initial_amount(element)
    if amount is not None:
        return amount / float(element.getModel().getCompartment(element.getCompartment()).getSize())
    return float(element.getInitialAmount() if element.isSetInitialAmount() else element.getInitialConcentration())


def _initial_amount(element: libsbml.SBase) -> float | None:
    if not isinstance(element, libsbml.Species) or element.getHasOnlySubstanceUnits():
        return None
    return float(element.getInitialAmount()) if element.isSetInitialAmount() else None


def _unit_id(element: libsbml.SBase, unit: Unit, units: dict[str, Unit]) -> str:
    """Return the unit's name in the model where it has one."""
    declared = getattr(element, "getUnits", lambda: "")()
    if declared:
        return str(declared)
    if all(kind == "dimensionless" for kind, *_ in unit):
        return "dimensionless"
    return next((name for name, known in units.items() if known == unit), "")


def _species_facts(model: libsbml.Model, element: libsbml.SBase) -> dict[str, Any]:
    if not isinstance(element, libsbml.Species):
        return {}
    return {
        "compartment": element.getCompartment(),
        "only_substance": element.getHasOnlySubstanceUnits(),
        "boundary": element.getBoundaryCondition(),
        "substance": _substance(model, element.getSubstanceUnits() or model.getSubstanceUnits()),
    }


def _changes(element: libsbml.SBase) -> tuple[tuple[str, float], ...]:
    if not isinstance(element, libsbml.Reaction):
        return ()
    used = [(each.getSpecies(), -each.getStoichiometry()) for each in element.getListOfReactants()]
    return (*used, *((each.getSpecies(), each.getStoichiometry()) for each in element.getListOfProducts()))


def _modifiers(element: libsbml.SBase) -> tuple[str, ...]:
    if not isinstance(element, libsbml.Reaction):
        return ()
    return tuple(each.getSpecies() for each in element.getListOfModifiers())


def _substance(model: libsbml.Model, unit_id: str) -> Unit:
    definition = model.getUnitDefinition(unit_id)
    return unit_tuple(definition) if definition is not None else ((unit_id, 1.0, 0, 1.0),)
