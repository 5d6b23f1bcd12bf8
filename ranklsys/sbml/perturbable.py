"""Probe: a model opened up at some of its quantities, so that what one does to the next can be measured."""

from __future__ import annotations

from collections.abc import Sequence

import libsbml

from ranklsys.sbml.document import read, succeed, write
from ranklsys.sbml.facts import Facts, facts

CHANGE = "__change"
"""Ending of the id that holds what a quantity would become: the rate of a state, the formula of a computed one."""


def probe(text: str, computed: Sequence[str]) -> str:
    """Return the model with the computed quantities as free numbers, and for each of them and each state ``x__change``.

    Moving a number then shows what stands in a formula itself, not what it does by way of another of these quantities.
    """
    held, document = facts(text), read(text)
    model = document.getModel()
    for name in (*held.states, *computed):
        formula = libsbml.parseL3Formula(change(name, held))
        if name in computed:
            model.removeRule(name)
        parameter = model.createParameter()
        succeed(parameter.setId(name + CHANGE), f"add {name}{CHANGE}")
        parameter.setConstant(False)
        rule = model.createAssignmentRule()
        rule.setVariable(name + CHANGE)
        succeed(rule.setMath(formula), f"set {name}{CHANGE}")
    return write(document)


def change(name: str, held: Facts) -> str:
    """Return the formula of a rule, or the sum of the reactions that make and use up a species."""
    element = held.elements[name]
    if element.rule:
        return element.formula
    terms = [
        f"({amount:g})*({reaction.formula})"
        for reaction in held.of_kind("reaction")
        for species, amount in reaction.changes
        if species == name
    ]
    return " + ".join(terms) or "0"
