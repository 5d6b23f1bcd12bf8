"""Labels: what a model says of itself and of each element, beside its numbers, as plain data."""

from __future__ import annotations

import re
from dataclasses import dataclass

import libsbml

from ranklsys.sbml.cache import recalled
from ranklsys.sbml.document import read

LICENCE = re.compile(r"(?:dcterms|dc|cc):(?:license|rights)\b")


@dataclass(frozen=True)
class Label:
    """What one element is called: name, SBO term, identifiers (addresses), and whether it has a unit and a value."""

    id: str
    kind: str
    name: str
    term: str
    identifiers: tuple[str, ...]
    has_unit: bool
    has_value: bool


@dataclass(frozen=True)
class Labels:
    """A model's own description, and a label for each compartment, species, reaction and parameter.

    units: those that the model declares, by what they are for. formulas: id of each rule's variable and each reaction,
    with whether the unit of its formula can be told from the units of what is in it. reversible: ids of reactions.
    """

    level: tuple[int, int]
    title: str
    creators: int
    created: bool
    licence: bool
    identifiers: tuple[str, ...]
    units: dict[str, str]
    elements: tuple[Label, ...]
    formulas: dict[str, bool]
    reversible: frozenset[str]


@recalled(8)
def labels(text: str) -> Labels:
    """Return the labels of an SBML text. Raises SBMLError if it cannot be read."""
    document = read(text)
    model = document.getModel()
    computed = {rule.getVariable() for rule in model.getListOfRules() if not rule.isAlgebraic()}
    computed |= {assignment.getSymbol() for assignment in model.getListOfInitialAssignments()}
    lists = (
        model.getListOfCompartments(),
        model.getListOfSpecies(),
        model.getListOfReactions(),
        model.getListOfParameters(),
    )
    history = model.getModelHistory()
    return Labels(
        level=(document.getLevel(), document.getVersion()),
        title=model.getName(),
        creators=0 if history is None else history.getNumCreators(),
        created=history is not None and history.isSetCreatedDate(),
        licence=bool(LICENCE.search(model.getAnnotationString())) or "licen" in model.getNotesString().lower(),
        identifiers=_identifiers(model),
        units={
            "time": model.getTimeUnits(),
            "substance": model.getSubstanceUnits(),
            "extent": model.getExtentUnits(),
            "volume": model.getVolumeUnits(),
        },
        elements=tuple(_label(each, computed) for elements in lists for each in elements),
        formulas=_formulas(model),
        reversible=frozenset(each.getId() for each in model.getListOfReactions() if each.getReversible()),
    )


def _label(element: libsbml.SBase, computed: set[str]) -> Label:
    return Label(
        id=element.getId(),
        kind=element.getElementName(),
        name=element.getName(),
        term=element.getSBOTermID(),
        identifiers=_identifiers(element),
        has_unit=_has_unit(element),
        has_value=element.getId() in computed or _has_value(element),
    )


def _identifiers(element: libsbml.SBase) -> tuple[str, ...]:
    terms = [element.getCVTerm(number) for number in range(element.getNumCVTerms())]
    return tuple(term.getResourceURI(number) for term in terms for number in range(term.getNumResources()))


def _has_unit(element: libsbml.SBase) -> bool:
    if isinstance(element, libsbml.Parameter):
        return bool(element.isSetUnits())
    if isinstance(element, libsbml.Species):
        return bool(element.isSetSubstanceUnits() or element.getModel().isSetSubstanceUnits())
    if isinstance(element, libsbml.Compartment):
        return bool(element.isSetUnits() or element.getModel().isSetVolumeUnits())
    return True


def _has_value(element: libsbml.SBase) -> bool:
    if isinstance(element, libsbml.Parameter):
        return bool(element.isSetValue())
    if isinstance(element, libsbml.Species):
        return bool(element.isSetInitialAmount() or element.isSetInitialConcentration())
    if isinstance(element, libsbml.Compartment):
        return bool(element.isSetSize())
    return element.getKineticLaw() is not None


def _formulas(model: libsbml.Model) -> dict[str, bool]:
    found = {}
    for rule in model.getListOfRules():
        if not rule.isAlgebraic():
            found[rule.getVariable()] = not rule.containsUndeclaredUnits()
    for reaction in model.getListOfReactions():
        if reaction.getKineticLaw() is not None:
            found[reaction.getId()] = not reaction.getKineticLaw().containsUndeclaredUnits()
    return found
