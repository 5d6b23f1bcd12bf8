"""Held: a model in which whatever reads a quantity reads a number instead, so that nothing acts through it any more."""

from __future__ import annotations

from collections.abc import Mapping

import libsbml

from ranklsys.sbml.cache import recalled
from ranklsys.sbml.document import elements, named, read, succeed, write
from ranklsys.sbml.events import set_value

HELD = "held_"
"""Begins the id of the parameter that is read in place of a quantity."""


def held(text: str, values: Mapping[str, float]) -> str:
    """Return the model with quantities cut off at these numbers, in its units, by id; each id is one of the model.

    Every formula that reads the id, initial values included, reads a parameter ``held_ID`` instead; a reaction runs at
    the number. The quantity itself stays: what sets it, doses it or computes it still can, and nobody notices. A
    constant also has the number as its own value, for who reads it outside the model.
    """
    return _held(text, tuple(sorted(values.items())))


@recalled(64)
def _held(text: str, values: tuple[tuple[str, float], ...]) -> str:
    document = read(text)
    model = document.getModel()
    known = named(model)
    for name, value in values:
        _add_parameter(model, known[name], value)
        if _is_constant(model, known[name]):
            set_value(model, name, value)
    names = [name for name, _ in values]
    for element in elements(model):
        if not isinstance(element, libsbml.FunctionDefinition) and (math := _math(element)) is not None:
            for name in names:
                math.renameSIdRefs(name, HELD + name)
    for name in names:
        if isinstance(known[name], libsbml.Reaction):
            law = known[name].getKineticLaw()
            succeed(law.setMath(libsbml.parseL3Formula(HELD + name)), f"hold the rate of {name}")
    return write(document)


def _math(element: libsbml.SBase) -> libsbml.ASTNode | None:
    return element.getMath() if hasattr(element, "getMath") else None


def _is_constant(model: libsbml.Model, element: libsbml.SBase) -> bool:
    constant = isinstance(element, libsbml.Parameter) and element.getConstant()
    return constant and model.getInitialAssignment(element.getId()) is None


def _add_parameter(model: libsbml.Model, element: libsbml.SBase, value: float) -> None:
    parameter = model.createParameter()
    succeed(parameter.setId(HELD + element.getId()), f"hold {element.getId()}")
    parameter.setName(f"{element.getName() or element.getId()}, as others read it")
    parameter.setValue(value)
    if isinstance(element, libsbml.Parameter):
        parameter.setUnits(element.getUnits())
    parameter.setConstant(True)
