"""Hierarchy: a composition as it was made, one SBML comp document with the parts as submodels, doses included.

A formula cannot read into a submodel. So each effect on a slot has a parameter of its own at the top, which takes the
place of the part's: ``block`` of denosumab is ``denosumab_block`` there, and in the flat model ``denosumab__block``.
All other ids are, once libsbml has flattened the document, those of the flat model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import libsbml

from ranklsys.errors import SBMLError
from ranklsys.sbml.course import Course
from ranklsys.sbml.document import complaints, named, read, succeed, write
from ranklsys.sbml.events import add_courses, set_value
from ranklsys.sbml.flatten import SlotRule, assemble, combine
from ranklsys.sbml.fragment import Fragment
from ranklsys.sbml.naming import SEPARATOR, parted
from ranklsys.sbml.sites import rename_metaid

NO_LINE_NUMBERS = " 1090106: "
"""What libsbml adds to any remark about a comp document: that it cannot tell the line."""


def hierarchical(
    host: str,
    fragments: Sequence[Fragment],
    slots: Mapping[str, SlotRule],
    values: Mapping[str, float],
    courses: Sequence[Course],
) -> str:
    """Return the comp document of a composition, with values by flat id, and courses.

    Raises SBMLError if libsbml has any complaint; that what is shared has its value at the top only is none.
    """
    text, _, effects = assemble(host, fragments, slots)
    document = read(text, "composition")
    model = document.getModel()
    definitions = {fragment.prefix: _definition(document, fragment.prefix) for fragment in fragments}
    for course in courses:
        prefix, own = parted(course.id)
        add_courses(definitions[prefix], [replace(course, id=own, target=parted(course.target)[1])])
    for name, value in values.items():
        prefix, own = parted(name)
        set_value(definitions[prefix] if prefix else model, own, value)
    for slot, names in sorted(effects.items()):
        combine(model, slot, sorted(_raise(model, definitions, name) for name in names), slots[slot])
    for prefix, definition in definitions.items():
        _tell_apart(definition, prefix)
    result = write(document)
    found = [each for each in complaints(result, without_value=named(model)) if NO_LINE_NUMBERS not in each]
    if found:
        raise SBMLError(f"libsbml has {len(found)} complaints about the comp document; the first: {found[0]}")
    return result


def raised(name: str) -> str:
    """Return what an effect, ``part__effect``, is called at the top of a comp document."""
    return name.replace(SEPARATOR, "_")


def _definition(document: libsbml.SBMLDocument, prefix: str) -> libsbml.ModelDefinition:
    return document.getPlugin("comp").getModelDefinition(f"{prefix}_definition")


def _tell_apart(definition: libsbml.ModelDefinition, prefix: str) -> None:
    """Give the elements of a submodel metaids of their own: parts of one notation have the same, and so have doses."""
    inner = definition.getListOfAllElements()
    for number in range(inner.getSize()):
        if inner.get(number).isSetMetaId():
            rename_metaid(inner.get(number), f"{prefix}.{inner.get(number).getMetaId()}")


def _raise(model: libsbml.Model, definitions: Mapping[str, libsbml.ModelDefinition], name: str) -> str:
    """Put a parameter at the top in place of a part's effect; return its id."""
    prefix, own = parted(name)
    if model.getElementBySId(raised(name)) is not None:
        return raised(name)
    parameter = definitions[prefix].getParameter(own).clone()
    if parameter.isSetMetaId():
        rename_metaid(parameter, f"{model.getId()}.{raised(name)}")
    succeed(parameter.setId(raised(name)), f"name the effect {name}")
    succeed(model.addParameter(parameter), f"add the effect {name}")
    replaced = model.getParameter(raised(name)).getPlugin("comp").createReplacedElement()
    succeed(replaced.setSubmodelRef(prefix), "refer to a submodel")
    succeed(replaced.setIdRef(own), f"replace {name}")
    return raised(name)
