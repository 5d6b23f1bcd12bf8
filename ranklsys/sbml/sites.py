"""Sites: what stands in the marrow exists at every site; written once, copied to the others.

A model is written for the skeleton, with bare names. The lesion's copy of ``RANKL`` is ``RANKL_lesion``. Copied is
what stands in the site's compartment, and every reaction, rule and event that touches it. A formula that names a site
itself (reads an id in ``_lesion``) has chosen, and is left alone; an element that is already there takes the place of
its copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import libsbml

from ranklsys.sbml.document import elements, named, succeed, symbols
from ranklsys.sbml.naming import at_lesion, bare, is_at_lesion

SITE = "marrow"
AT_THE_SKELETON = ", at the skeleton"
"""Ends the name of what would be taken for both sites; the copy has another end."""


def sited(model: libsbml.Model, also: Iterable[str] = ()) -> set[str]:
    """Return the ids that differ by site: in the marrow, in ``also``, written for the lesion, or computed from such."""
    ids = set(named(model))
    found = {SITE, *also} & ids
    found |= {species.getId() for species in model.getListOfSpecies() if species.getCompartment() == SITE}
    found |= {bare(name) for name in ids if is_at_lesion(name)} & ids
    while more := _computed_from(model, found) - found:
        found |= more
    return found


def expand(model: libsbml.Model, also: Iterable[str] = ()) -> set[str]:
    """Copy to the lesion all that differs by site; return the ids that now exist at both."""
    _forget_mentions(model)
    local = sited(model, also)
    present = set(named(model))
    rename = _renamer(local)
    for name in sorted(local, key=list(named(model)).index):
        if at_lesion(name) not in present:
            add(model, _copy(named(model)[name], rename))
    for source in (model.getListOfInitialAssignments(), model.getListOfRules()):
        for element in [element.clone() for element in source]:
            target = element.getSymbol() if isinstance(element, libsbml.InitialAssignment) else element.getVariable()
            if target in local and at_lesion(target) not in present:
                add(model, _copy(element, rename))
    for event in [event.clone() for event in model.getListOfEvents()]:
        if event_reads(event) & local and not _names_a_site(event_reads(event)):
            add(model, _copy(event, rename))
    return local


def mentions(model: libsbml.Model) -> set[str]:
    """Return what is there only because a formula mentions the lesion's copy, yet to be made: no value, no rule."""
    written = {rule.getVariable() for rule in model.getListOfRules()}
    written |= {assignment.getSymbol() for assignment in model.getListOfInitialAssignments()}
    ids = named(model)
    unwritten = {name for name in ids.keys() - written if is_at_lesion(name) and bare(name) in ids}
    return {name for name in unwritten if _has_no_value(ids[name])}


def _has_no_value(element: libsbml.SBase) -> bool:
    if isinstance(element, libsbml.Species):
        return not (element.isSetInitialAmount() or element.isSetInitialConcentration())
    return isinstance(element, libsbml.Parameter) and not element.isSetValue()


def _forget_mentions(model: libsbml.Model) -> None:
    """Remove what is only mentioned: its copy takes its place."""
    for name in mentions(model):
        model.removeParameter(name)
        model.removeSpecies(name)


def reads(element: libsbml.SBase) -> set[str]:
    """Return the ids that an element's formulas and participants mention."""
    if isinstance(element, libsbml.Reaction):
        participants = (element.getListOfReactants(), element.getListOfProducts(), element.getListOfModifiers())
        found = {participant.getSpecies() for group in participants for participant in group}
        return found | symbols(element.getKineticLaw().getMath() if element.isSetKineticLaw() else None)
    return symbols(element.getMath())


def _computed_from(model: libsbml.Model, found: set[str]) -> set[str]:
    """Return the reactions and assigned parameters whose formula reads one of ``found`` without naming a site."""
    result = set()
    for reaction in model.getListOfReactions():
        if reads(reaction) & found and not _names_a_site(reads(reaction)):
            result.add(reaction.getId())
    parameters = {parameter.getId() for parameter in model.getListOfParameters()}
    rules = [rule for rule in model.getListOfRules() if rule.isAssignment()]
    for variable, element in [(rule.getVariable(), rule) for rule in rules]:
        if variable in parameters and reads(element) & found and not _names_a_site(reads(element) | {variable}):
            result.add(variable)
    return result


def _names_a_site(ids: set[str]) -> bool:
    return any(map(is_at_lesion, ids))


def event_reads(event: libsbml.Event) -> set[str]:
    """Return the ids that an event reads or sets."""
    assignments = list(event.getListOfEventAssignments())
    found = symbols(event.getTrigger().getMath()) | {assignment.getVariable() for assignment in assignments}
    return found.union(*(symbols(assignment.getMath()) for assignment in assignments))


def _renamer(local: set[str]) -> Callable[[libsbml.SBase], None]:
    def rename(element: libsbml.SBase) -> None:
        for name in local:
            element.renameSIdRefs(name, at_lesion(name))

    return rename


def _copy(element: libsbml.SBase, rename: Callable[[libsbml.SBase], None]) -> libsbml.SBase:
    copy = element.clone()
    if not isinstance(copy, (libsbml.Rule, libsbml.InitialAssignment)) and copy.isSetIdAttribute():
        succeed(copy.setId(at_lesion(element.getIdAttribute())), "name a copy")
    if copy.isSetName():
        copy.setName(f"{element.getName().removesuffix(AT_THE_SKELETON)}, at the lesion")
    _tell_apart(copy)
    rename(copy)
    inner = copy.getListOfAllElements()
    for number in range(inner.getSize()):
        rename(inner.get(number))
        _tell_apart(inner.get(number))
        if isinstance(inner.get(number), libsbml.SimpleSpeciesReference) and inner.get(number).isSetIdAttribute():
            inner.get(number).setId(at_lesion(inner.get(number).getIdAttribute()))
    return copy


def _tell_apart(element: libsbml.SBase) -> None:
    """Give a copied element its own metaid."""
    if element.isSetMetaId():
        rename_metaid(element, at_lesion(element.getMetaId()))


def rename_metaid(element: libsbml.SBase, new: str) -> None:
    """Give an element another metaid, in the element and in its annotation."""
    old = element.getMetaId()
    annotation = element.getAnnotationString()
    element.unsetAnnotation()
    succeed(element.setMetaId(new), "give an element a metaid")
    if annotation:
        succeed(element.setAnnotation(annotation.replace(f'"#{old}"', f'"#{new}"')), "annotate an element")


def add(model: libsbml.Model, element: libsbml.SBase) -> None:
    """Add an element to the list of its kind."""
    adders = {
        libsbml.Compartment: model.addCompartment,
        libsbml.Species: model.addSpecies,
        libsbml.Parameter: model.addParameter,
        libsbml.Reaction: model.addReaction,
        libsbml.InitialAssignment: model.addInitialAssignment,
        libsbml.AssignmentRule: model.addRule,
        libsbml.RateRule: model.addRule,
        libsbml.Event: model.addEvent,
    }
    succeed(adders[type(element)](element), f"add {element.getElementName()} {element.getIdAttribute()}")


def mark_plain_numbers(model: libsbml.Model) -> None:
    """Declare every literal without a unit dimensionless, so that unit checking leaves nothing open."""
    for element in elements(model):
        math = getattr(element, "getMath", lambda: None)()
        if math is not None:
            _mark(math)


def _mark(node: libsbml.ASTNode) -> None:
    if node.isNumber() and not node.isSetUnits():
        node.setUnits("dimensionless")
    for number in range(node.getNumChildren()):
        _mark(node.getChild(number))
