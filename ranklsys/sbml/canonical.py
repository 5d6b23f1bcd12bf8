"""From the notation's SBML to the canonical one: values, units, names, notes, both sites."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import libsbml

from ranklsys.errors import NotationError, SBMLError, nearest
from ranklsys.sbml import sites
from ranklsys.sbml.annotation import About, Entry, annotate, describe, licensed
from ranklsys.sbml.document import elements, named, read, succeed, write
from ranklsys.sbml.unit_sizes import definition

KINETIC_CONSTANT, ASSIGNED = "SBO:0000009", "SBO:0000002"


def finish(
    text: str,
    entries: Sequence[Entry],
    *,
    model_id: str,
    title: str,
    at_sites: Iterable[str] = (),
    shared: Iterable[str] | None = None,
    orthologues: bool = False,
    about: About | None = None,
) -> str:
    """Return the canonical SBML of a model in notation.

    entries: its parameters; each must be used, and each parameter without a rule must have one.
    at_sites: parameters that have a copy at every site.
    shared: for a part, what it may share with the core: such elements carry no value or name here, and the copies at
    the sites are made when the part is composed. None for a host, whose copies are made now.
    orthologues: the proteins named are those of another species (human, for the mouse).
    about: who made it, under which licence, and what it is a model of.
    Raises SBMLError that names what is missing, unused or unnamed.
    """
    document = read(text, where=model_id)
    model = document.getModel()
    _set_values(model, entries, model_id)
    _make_plain_dimensionless(model)
    if shared is None:
        sites.expand(model, at_sites)
    own = set(named(model)) - set(shared or ()) - sites.mentions(model)
    _require_values(model, own, model_id)
    _require_names(model, own, model_id)
    _add_terms(model)
    if orthologues:
        _make_orthologues(model)
    model.setId(model_id)
    model.setMetaId(model_id)
    model.setName(title)
    annotate(model, entries, own, "" if shared is None else model_id)
    if not about:
        return _without_tool_comment(write(document))
    describe(model, about)
    return licensed(_without_tool_comment(write(document)), about.licence)


def _set_values(model: libsbml.Model, entries: Sequence[Entry], where: str) -> None:
    for entry in entries:
        parameter = model.getParameter(entry.id)
        _check_row(model, entry, where)
        parameter.setValue(entry.value)
        parameter.setUnits(entry.unit)
        parameter.setName(entry.name)
        parameter.setConstant(True)
        succeed(parameter.setNotes(_notes(entry)), f"note the source of {entry.id}")


def _check_row(model: libsbml.Model, entry: Entry, where: str) -> None:
    if model.getParameter(entry.id) is None:
        known = [found.getId() for found in model.getListOfParameters()]
        raise SBMLError(
            f"the table has a row '{entry.id}' that the model does not use{nearest(entry.id, known)}",
            where=entry.where or where,
            hint="Remove the row, or use it in the model",
        )
    if definition(model, entry.unit) is None:
        known = ["dimensionless", *(unit.getId() for unit in model.getListOfUnitDefinitions())]
        raise SBMLError(
            f"'{entry.id}' is in '{entry.unit}', which the model does not define{nearest(entry.unit, known)}",
            where=entry.where or where,
            hint=f"Its units: {', '.join(known)}",
        )


def _notes(entry: Entry) -> str:
    note = f" {entry.note[0].upper()}{entry.note[1:]}." if entry.note else ""
    return f'<p xmlns="http://www.w3.org/1999/xhtml">{escape(f"{entry.kind.capitalize()}: {entry.source}.{note}")}</p>'


def _make_plain_dimensionless(model: libsbml.Model) -> None:
    """Plain numbers, and relative states and parameters written without a unit, are dimensionless."""
    for parameter in model.getListOfParameters():
        if not parameter.isSetUnits():
            parameter.setUnits("dimensionless")
    for species in model.getListOfSpecies():
        if species.getHasOnlySubstanceUnits() and not species.isSetSubstanceUnits():
            species.setSubstanceUnits("dimensionless")
    sites.mark_plain_numbers(model)


def _require_values(model: libsbml.Model, own: set[str], where: str) -> None:
    assigned = {rule.getVariable() for rule in model.getListOfRules() if rule.isAssignment()}
    assigned |= {assignment.getSymbol() for assignment in model.getListOfInitialAssignments()}
    for parameter in model.getListOfParameters():
        if parameter.getId() in own - assigned and not parameter.isSetValue():
            known = [found.getId() for found in model.getListOfParameters() if found.getId() != parameter.getId()]
            raise NotationError(
                f"'{parameter.getId()}' has neither a value nor a rule{nearest(parameter.getId(), known)}",
                about=parameter.getId(),
                where=where,
                hint="Add a row to the parameter table, or correct the name",
            )


def _require_names(model: libsbml.Model, own: set[str], where: str) -> None:
    nameless = [name for name, element in named(model).items() if name in own and not element.isSetName()]
    if nameless:
        hint = f'Write {nameless[0]} is "...", in other words than its id, which Antimony drops'
        raise NotationError(f"without a name: {', '.join(nameless)}", about=nameless[0], where=where, hint=hint)


def _add_terms(model: libsbml.Model) -> None:
    """Give every parameter that has none an ontology term: a constant, or a quantity that a rule computes."""
    for parameter in model.getListOfParameters():
        if not parameter.isSetSBOTerm():
            parameter.setSBOTerm(KINETIC_CONSTANT if parameter.getConstant() else ASSIGNED)


def _make_orthologues(model: libsbml.Model) -> None:
    """Say of each protein named by its human identifier that it is a homologue of that."""
    for element in elements(model):
        for number in range(element.getNumCVTerms()):
            term = element.getCVTerm(number)
            if "uniprot" in term.getResourceURI(0) and term.getBiologicalQualifierType() == libsbml.BQB_IS:
                term.setBiologicalQualifierType(libsbml.BQB_IS_HOMOLOG_TO)


def _without_tool_comment(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("<!-- Created by")) + "\n"
