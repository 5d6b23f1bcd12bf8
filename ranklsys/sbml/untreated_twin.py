"""Twin: a model beside an untreated copy of itself, so that one run gives an effect."""

from __future__ import annotations

from collections.abc import Sequence

import libsbml

from ranklsys.sbml.document import named, read, write
from ranklsys.sbml.sites import add

TWIN = "_untreated"


def twinned(text: str, doses: Sequence[str]) -> str:
    """Return a model beside an untreated twin of itself, whose ids end in ``_untreated``.

    What never changes is shared. doses: prefixes of the ids of courses, which the twin does not get.
    """
    document = read(text)
    model = document.getModel()
    started_ids = {each.getSymbol() for each in model.getListOfInitialAssignments()}
    twins = [
        name
        for name, element in named(model).items()
        if not name.startswith(tuple(doses)) and _moves(element, name in started_ids)
    ]
    rename = dict.fromkeys(twins)
    sources = [named(model)[name].clone() for name in twins]
    sources += [each.clone() for each in model.getListOfInitialAssignments() if each.getSymbol() in rename]
    sources += [each.clone() for each in model.getListOfRules() if each.getVariable() in rename]
    sources += [each.clone() for each in model.getListOfEvents() if not each.getId().startswith(tuple(doses))]
    for source in sources:
        add(model, _twin(source, twins))
    return write(document)


def _moves(element: libsbml.SBase, has_start: bool) -> bool:
    if isinstance(element, libsbml.Reaction | libsbml.Species):
        return True
    return has_start or not element.getConstant()


def _twin(element: libsbml.SBase, twins: Sequence[str]) -> libsbml.SBase:
    inner = element.getListOfAllElements()
    for each in (element, *(inner.get(number) for number in range(inner.getSize()))):
        each.unsetMetaId()
        for name in twins:
            each.renameSIdRefs(name, name + TWIN)
        if isinstance(each, libsbml.SimpleSpeciesReference) and each.isSetIdAttribute():
            each.unsetIdAttribute()
    if not isinstance(element, libsbml.Rule | libsbml.InitialAssignment):
        element.setId(element.getIdAttribute() + TWIN)
        element.setName(f"{element.getName()}, untreated")
    return element
