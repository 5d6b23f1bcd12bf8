"""Reduced: a model with only what some of its quantities depend on, for many runs.

What nothing else needs is left out: states that are only seen, such as a marker that nobody asked for, and all formulas
that lead to them. What is kept keeps its equations to the letter, so the reduction is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import libsbml

from ranklsys.sbml.cache import recalled
from ranklsys.sbml.document import read, write


@recalled(64)
def reduced(text: str, wanted: tuple[str, ...]) -> str:
    """Return the model with only the elements that decide these ids, itself flat SBML."""
    document = read(text)
    model = document.getModel()
    needed = _needed(model, wanted)
    for event in _each(model.getListOfEvents()):
        for change in _each(event.getListOfEventAssignments()):
            if change.getVariable() not in needed:
                event.removeEventAssignment(change.getVariable())
        if event.getNumEventAssignments() == 0:
            model.removeEvent(event.getId())
    for rule in _each(model.getListOfRules()):
        if rule.getVariable() not in needed:
            model.removeRuleByVariable(rule.getVariable())
    for initial in _each(model.getListOfInitialAssignments()):
        if initial.getSymbol() not in needed:
            model.removeInitialAssignment(initial.getSymbol())
    for reaction in _each(model.getListOfReactions()):
        if reaction.getId() not in needed:
            model.removeReaction(reaction.getId())
            continue
        for taking, remove in (
            (reaction.getListOfReactants(), reaction.removeReactant),
            (reaction.getListOfProducts(), reaction.removeProduct),
            (reaction.getListOfModifiers(), reaction.removeModifier),
        ):
            for reference in _each(taking):
                if reference.getSpecies() not in needed:
                    remove(reference.getSpecies())
    for species in _each(model.getListOfSpecies()):
        if species.getId() not in needed:
            model.removeSpecies(species.getId())
    for parameter in _each(model.getListOfParameters()):
        if parameter.getId() not in needed:
            model.removeParameter(parameter.getId())
    return write(document)


def _needed(model: libsbml.Model, wanted: Iterable[str]) -> set[str]:
    """Return the ids that these ids depend on, themselves included."""
    sources = _sources(model)
    found: set[str] = set()
    left = list(wanted)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += sources.get(name, ())
    return found


def _sources(model: libsbml.Model) -> dict[str, set[str]]:
    """Return what each id is computed from directly: in its rule, its reactions, its initial value, its events."""
    found: dict[str, set[str]] = {}
    for rule in model.getListOfRules():
        found.setdefault(rule.getVariable(), set()).update(_names(rule.getMath()))
    for initial in model.getListOfInitialAssignments():
        found.setdefault(initial.getSymbol(), set()).update(_names(initial.getMath()))
    for reaction in model.getListOfReactions():
        found.setdefault(reaction.getId(), set()).update(_names(reaction.getKineticLaw().getMath()))
        for reference in (*reaction.getListOfReactants(), *reaction.getListOfProducts()):
            found.setdefault(reference.getSpecies(), set()).add(reaction.getId())
    for event in model.getListOfEvents():
        trigger = set(_names(event.getTrigger().getMath()))
        for change in event.getListOfEventAssignments():
            found.setdefault(change.getVariable(), set()).update(trigger, _names(change.getMath()))
    for species in model.getListOfSpecies():
        found.setdefault(species.getId(), set()).add(species.getCompartment())
    return found


def _names(formula: libsbml.ASTNode) -> Iterator[str]:
    """Yield the ids in a formula."""
    if formula is not None:
        if formula.isName():
            yield formula.getName()
        for place in range(formula.getNumChildren()):
            yield from _names(formula.getChild(place))


def _each(elements: Any) -> list[Any]:
    """Return the elements of a list that is about to lose some."""
    return [elements.get(place) for place in range(elements.size())]
