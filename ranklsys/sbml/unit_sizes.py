"""Scale: are two units the same size, not only of the same dimension?  libsbml's own check does not compare sizes."""

from __future__ import annotations

import math
from collections.abc import Iterator

import libsbml


def same_unit(one: libsbml.UnitDefinition | None, other: libsbml.UnitDefinition | None) -> bool:
    """Whether two unit definitions have the same dimension and size (relative 1e-9)."""
    if one is None or other is None:
        return False
    (dimension, size), (wanted, wanted_size) = _measure(one), _measure(other)
    return dimension == wanted and math.isclose(size, wanted_size, rel_tol=1e-9)


def describe(definition: libsbml.UnitDefinition | None) -> str:
    """Return a unit as people write it."""
    return "no unit" if definition is None else str(libsbml.UnitDefinition.printUnits(definition, True))


def mismatches(document: libsbml.SBMLDocument) -> Iterator[str]:
    """Yield each formula whose unit is not the one of what it computes, also where only the size differs."""
    model = document.getModel()
    model.populateListFormulaUnitsData()
    per_time = _unit(model, "Time")
    for rule in model.getListOfRules():
        if not rule.isAlgebraic() and not rule.containsUndeclaredUnits():
            wanted = model.getElementBySId(rule.getVariable()).getDerivedUnitDefinition()
            if rule.isRate():
                wanted = libsbml.UnitDefinition.divide(wanted, per_time)
            yield from _compare(f"the rule of '{rule.getVariable()}'", rule.getDerivedUnitDefinition(), wanted)
    for start in model.getListOfInitialAssignments():
        if not start.containsUndeclaredUnits():
            wanted = model.getElementBySId(start.getSymbol()).getDerivedUnitDefinition()
            yield from _compare(f"the initial value of '{start.getSymbol()}'", start.getDerivedUnitDefinition(), wanted)
    extent = _unit(model, "Extent")
    for reaction in model.getListOfReactions():
        law = reaction.getKineticLaw()
        if law is not None and extent is not None and not law.containsUndeclaredUnits():
            wanted = libsbml.UnitDefinition.divide(extent, per_time)
            yield from _compare(f"the rate of '{reaction.getId()}'", law.getDerivedUnitDefinition(), wanted)


def definition(model: libsbml.Model, name: str) -> libsbml.UnitDefinition | None:
    """Return the definition of a unit id or of one of SBML's own units."""
    found = model.getUnitDefinition(name)
    if found is None and libsbml.UnitKind_isValidUnitKindString(name, model.getLevel(), model.getVersion()):
        found = libsbml.UnitDefinition(model.getLevel(), model.getVersion())
        unit = found.createUnit()
        unit.initDefaults()
        unit.setKind(libsbml.UnitKind_forName(name))
    return found


def _unit(model: libsbml.Model, kind: str) -> libsbml.UnitDefinition | None:
    return definition(model, getattr(model, f"get{kind}Units")())


def _compare(what: str, found: libsbml.UnitDefinition | None, wanted: libsbml.UnitDefinition | None) -> Iterator[str]:
    if not same_unit(found, wanted):
        yield f"{what} gives {describe(found)}, but needs {describe(wanted)}"


def _measure(definition: libsbml.UnitDefinition) -> tuple[tuple[tuple[int, float], ...], float]:
    """Return the dimension (SI kind and exponent) and the size in SI units."""
    base = libsbml.UnitDefinition.convertToSI(definition)
    size, dimension = 1.0, dict[int, float]()
    for unit in base.getListOfUnits():
        exponent = unit.getExponentAsDouble()
        size *= (unit.getMultiplier() * 10.0 ** unit.getScale()) ** exponent
        if unit.getKind() != libsbml.UNIT_KIND_DIMENSIONLESS:
            dimension[unit.getKind()] = dimension.get(unit.getKind(), 0.0) + exponent
    return tuple(sorted((kind, exponent) for kind, exponent in dimension.items() if exponent)), size
