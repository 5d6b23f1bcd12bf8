"""Features: what of SBML lanes do not do, refused by name, and small facts of elements that the rest needs."""

from __future__ import annotations

import math
from collections.abc import Iterator

import libsbml

from ranklsys.sbml.tapes.formulas import refusal

EXTENDED_MATH = "l3v2extendedmath"
"""How libsbml calls what Level 3 Version 2 itself allows; its functions are refused where they stand."""


def check(document: libsbml.SBMLDocument) -> None:
    """Raise NotForLanes for the first thing that lanes do not do, outside formulas."""
    model = document.getModel()
    if document.getLevel() < 2:
        raise refusal(model.getId() or "model", "SBML level 1")
    for place in range(document.getNumPlugins()):
        package = document.getPlugin(place).getPackageName()
        if document.getPackageRequired(package) and package != EXTENDED_MATH:
            raise refusal(model.getId() or "model", f"the package '{package}'")
    if model.getNumConstraints():
        raise refusal(model.getId() or "model", "constraints")
    for checked in (_rules, _compartments, _reactions, _events, _species):
        checked(model)


def _rules(model: libsbml.Model) -> None:
    for rule in model.getListOfRules():
        if rule.isAlgebraic():
            raise refusal(libsbml.formulaToL3String(rule.getMath()), "an algebraic rule")


def _compartments(model: libsbml.Model) -> None:
    changed = {each.getVariable() for event in model.getListOfEvents() for each in assigned(event)}
    for compartment in model.getListOfCompartments():
        name = compartment.getId()
        if model.getRule(name) is not None or name in changed:
            raise refusal(name, "a size that changes")


def _reactions(model: libsbml.Model) -> None:
    computed = {rule.getVariable() for rule in model.getListOfRules()}
    computed |= {each.getSymbol() for each in model.getListOfInitialAssignments()}
    computed |= {each.getVariable() for event in model.getListOfEvents() for each in assigned(event)}
    for reaction in model.getListOfReactions():
        name = reaction.getId()
        if reaction.isSetFast() and reaction.getFast():
            raise refusal(name, "the attribute 'fast'")
        if reaction.getKineticLaw() is None:
            raise refusal(name, "no rate")
        for each in (*reaction.getListOfReactants(), *reaction.getListOfProducts()):
            if each.isSetStoichiometryMath() or (each.getId() and each.getId() in computed):
                raise refusal(name, f"a stoichiometry of '{each.getSpecies()}' that is computed")
            if not math.isfinite(each.getStoichiometry()):
                raise refusal(name, f"a stoichiometry of '{each.getSpecies()}' that is not written")


def _events(model: libsbml.Model) -> None:
    known = {each.getId() for each in (*model.getListOfSpecies(), *model.getListOfParameters())}
    for event in model.getListOfEvents():
        name = event.getId() or "event"
        if event.isSetDelay():
            raise refusal(name, "a delay")
        if event.isSetPriority():
            raise refusal(name, "a priority")
        if event.getTrigger() is None or event.getTrigger().getMath() is None:
            raise refusal(name, "no trigger")
        for each in assigned(event):
            if each.getVariable() not in known:
                raise refusal(name, f"an assignment to '{each.getVariable()}', which is no species or parameter")


def _species(model: libsbml.Model) -> None:
    sizes = {each.getSymbol() for each in model.getListOfInitialAssignments()}
    for species in model.getListOfSpecies():
        compartment = model.getCompartment(species.getCompartment())
        has_size = compartment.isSetSize() or compartment.getId() in sizes
        if not (has_size and compartment.getSpatialDimensionsAsDouble() > 0) and not (
            species.getHasOnlySubstanceUnits() and not species.isSetInitialConcentration()
        ):
            raise refusal(species.getId(), f"a concentration in '{compartment.getId()}', which has no size")


def assigned(event: libsbml.Event) -> list[libsbml.EventAssignment]:
    """Return the assignments of an event that say something."""
    return [each for each in event.getListOfEventAssignments() if each.getMath() is not None]


def reacting(model: libsbml.Model) -> list[str]:
    """Return the species that reactions change, in document order."""
    used = {
        each.getSpecies()
        for reaction in model.getListOfReactions()
        for each in (*reaction.getListOfReactants(), *reaction.getListOfProducts())
    }
    return [
        species.getId()
        for species in model.getListOfSpecies()
        if species.getId() in used and not species.getBoundaryCondition() and not species.getConstant()
    ]


def reads_time(model: libsbml.Model) -> bool:
    """Whether anything besides events reads the time."""
    return any(_has_time(math) for math in _continuous(model))


def _continuous(model: libsbml.Model) -> Iterator[libsbml.ASTNode]:
    """Yield all formulas that hold all the time, and function definitions, which any of them may call."""
    for element in (*model.getListOfRules(), *model.getListOfFunctionDefinitions()):
        yield element.getMath()
    for reaction in model.getListOfReactions():
        yield reaction.getKineticLaw().getMath()


def _has_time(math: libsbml.ASTNode | None) -> bool:
    if math is None:
        return False
    children = (math.getChild(place) for place in range(math.getNumChildren()))
    return math.getType() == libsbml.AST_NAME_TIME or any(_has_time(child) for child in children)


def own_parameters(law: libsbml.KineticLaw) -> dict[str, float]:
    """Return the parameters that belong to one reaction."""
    found = (*law.getListOfParameters(), *law.getListOfLocalParameters())
    return {each.getId(): float(each.getValue()) for each in found}


def given_as_meant(species: libsbml.Species) -> bool:
    """Whether the number that is written for a species is what its id means; also if there is none."""
    if not species.isSetInitialAmount() and not species.isSetInitialConcentration():
        return True
    return bool(species.getHasOnlySubstanceUnits()) == bool(species.isSetInitialAmount())


def written(element: libsbml.SBase) -> float:
    """Return the number that is written for an element, NaN for none."""
    if isinstance(element, libsbml.Compartment):
        return float(element.getSize()) if element.isSetSize() else math.nan
    if isinstance(element, libsbml.Parameter):
        return float(element.getValue()) if element.isSetValue() else math.nan
    if element.isSetInitialAmount():
        return float(element.getInitialAmount())
    return float(element.getInitialConcentration()) if element.isSetInitialConcentration() else math.nan
