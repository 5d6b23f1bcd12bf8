"""Flatten: host + fragments -> one flat model, by the standard's own means (SBML comp) and libsbml.

Each fragment becomes a comp ModelDefinition and Submodel, and what it shares is replaced by the core's element; libsbml
renames and flattens. Then each slot gets one assignment rule over the effects on it (a comp placeholder for an effect
would make libsbml choose another prefix). What comes out is verified against what went in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import libsbml

from ranklsys.errors import CompositionError
from ranklsys.sbml.document import complaints_of, named, read, succeed, symbols, write
from ranklsys.sbml.events import set_value, with_values
from ranklsys.sbml.facts import facts
from ranklsys.sbml.fragment import Fragment, expanded
from ranklsys.sbml.naming import at_lesion, is_at_lesion, own

COMP = "http://www.sbml.org/sbml/level3/version1/comp/version1"


@dataclass(frozen=True)
class SlotRule:
    """How effects on a slot combine: rule is product or sum; at every site or for the body as one."""

    rule: str
    every_site: bool


def flatten(
    host: str, fragments: Sequence[Fragment], slots: Mapping[str, SlotRule], values: Mapping[str, float]
) -> str:
    """Return the flat SBML of a host and fragments that have passed ``fragment.check``, with new values of the core.

    Raises CompositionError if the result is not exactly what went in: an element of the core missing or changed, an
    unexpected id, an effect that does not reach its slot, or any complaint of libsbml.
    """
    if not fragments:
        return with_values(host, dict(values)) if values else host
    text, expected, effects = assemble(host, fragments, slots)
    document = read(text, "composition")
    options = libsbml.ConversionProperties()
    options.addOption("flatten comp", True)
    options.addOption("performValidation", False)
    succeed(document.convert(options), "flatten the composition")
    for slot, names in sorted(effects.items()):
        combine(document.getModel(), slot, sorted(names), slots[slot])
    for name, value in values.items():
        set_value(document.getModel(), name, value)
    flat = write(document)
    _verify(host, flat, expected, effects, values)
    return flat


def assemble(
    host: str, fragments: Sequence[Fragment], slots: Mapping[str, SlotRule]
) -> tuple[str, set[str], dict[str, list[str]]]:
    """Return the comp document of a composition, the ids that it must flatten to, and the effects on each slot."""
    document = read(host, "host")
    succeed(document.enablePackage(COMP, "comp", True), "use comp")
    document.setPackageRequired("comp", True)
    model = document.getModel()
    core_ids, expected, effects = set(named(model)), set(named(model)), dict[str, list[str]]()
    for fragment in fragments:
        text, shares, local = expanded(fragment, core_ids)
        part = read(text, fragment.prefix)
        _add_submodel(document, fragment.prefix, part.getModel())
        for name in shares:
            _replace(named(model)[name], fragment.prefix, name)
        _merge_units(model, part.getModel(), fragment.prefix)
        expected |= {own(fragment.prefix, name) for name in set(named(part.getModel())) - set(shares)}
        for name, slot in fragment.effects.items():
            for effect, target in _targets(fragment, name, slot, slots[slot], name in local):
                effects.setdefault(target, []).append(own(fragment.prefix, effect))
    return write(document), expected, effects


def _add_submodel(document: libsbml.SBMLDocument, prefix: str, part: libsbml.Model) -> None:
    definition = libsbml.ModelDefinition(part)
    succeed(definition.setId(f"{prefix}_definition"), "name a model definition")
    succeed(document.getPlugin("comp").addModelDefinition(definition), f"add the model of {prefix}")
    submodel = document.getModel().getPlugin("comp").createSubmodel()
    succeed(submodel.setId(prefix), "name a submodel")
    succeed(submodel.setModelRef(f"{prefix}_definition"), "refer to a model")


def _replace(element: libsbml.SBase, prefix: str, name: str) -> None:
    replaced = element.getPlugin("comp").createReplacedElement()
    succeed(replaced.setSubmodelRef(prefix), "refer to a submodel")
    succeed(replaced.setIdRef(name), f"share {name}")


def _merge_units(model: libsbml.Model, part: libsbml.Model, prefix: str) -> None:
    """Let the core's unit definitions stand for the part's equal ones."""
    for unit in part.getListOfUnitDefinitions():
        equal = model.getUnitDefinition(unit.getId())
        if equal is not None and libsbml.UnitDefinition.areIdentical(equal, unit):
            replaced = equal.getPlugin("comp").createReplacedElement()
            succeed(replaced.setSubmodelRef(prefix), "refer to a submodel")
            succeed(replaced.setUnitRef(unit.getId()), f"share unit {unit.getId()}")


def _targets(fragment: Fragment, effect: str, slot: str, rule: SlotRule, local: bool) -> list[tuple[str, str]]:
    """Return which parameter acts on which copy of the slot; a slot named with its site is that copy alone."""
    there = at_lesion(effect) if local else effect
    if is_at_lesion(slot):
        return [(there, slot)]
    if rule.every_site:
        return [(effect, slot), (there, at_lesion(slot))]
    if local:
        raise CompositionError(
            f"effect '{effect}' differs by site, but {slot} belongs to the whole body",
            where=fragment.part,
            hint="Compute it from quantities of the whole body",
        )
    return [(effect, slot)]


def combine(model: libsbml.Model, slot: str, names: list[str], rule: SlotRule) -> None:
    """Give a slot the assignment rule that joins the effects of these ids on it."""
    parameter = model.getParameter(slot)
    parameter.setConstant(False)
    parameter.unsetValue()
    assignment = model.createAssignmentRule()
    assignment.setVariable(slot)
    succeed(
        assignment.setMath(libsbml.parseL3Formula((" * " if rule.rule == "product" else " + ").join(names))),
        f"set {slot}",
    )


def _verify(
    host: str, flat: str, expected: set[str], effects: Mapping[str, list[str]], values: Mapping[str, float]
) -> None:
    after = read(flat)
    model = after.getModel()
    if "comp:" in flat:
        raise CompositionError("the flat model still holds comp elements")
    if found := set(named(model)) ^ expected:
        raise CompositionError(f"flattening lost or invented: {', '.join(sorted(found))}")
    kept = facts(flat).elements
    for name, element in facts(host).elements.items():
        if name in values:
            element = replace(element, value=kept[name].value, initial_amount=kept[name].initial_amount)
        if name not in effects and repr(kept[name]) != repr(element):
            raise CompositionError(f"flattening changed '{name}' of the core from {element} to {kept[name]}")
    for slot, names in effects.items():
        if not set(names) <= symbols(model.getRule(slot).getMath()):
            raise CompositionError(f"an effect did not reach {slot}")
    if found_complaints := complaints_of(after):
        raise CompositionError(f"libsbml has {len(found_complaints)} complaints; the first: {found_complaints[0]}")
