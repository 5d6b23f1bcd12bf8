"""Fragments: the SBML of a part, checked before it is composed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import libsbml

from ranklsys.errors import PartError, nearest
from ranklsys.sbml import sites
from ranklsys.sbml.document import LEVEL, VERSION, elements, named, read, write

SEE = "See: ranklsys show human"


@dataclass(frozen=True)
class Fragment:
    """What composition needs of a part.

    prefix: its elements become ``prefix__id``. text: its SBML. shares: ids that it has in common with the core.
    effects: its parameter -> slot. targets: its species that a dose is added to.
    """

    prefix: str
    text: str
    shares: tuple[str, ...] = ()
    effects: Mapping[str, str] | None = None
    targets: tuple[str, ...] = ()


def check(fragment: Fragment, core_text: str, may_share: Mapping[str, str], may_read: Mapping[str, str]) -> None:
    """Check that a fragment may be composed with the core; ``may_share`` and ``may_read`` come from the contract.

    Raises PartError naming the part, the element, the rule that it breaks and the next step.
    """
    document, core_document = read(fragment.text, fragment.prefix), read(core_text, "core")
    model, core = document.getModel(), core_document.getModel()
    for rule in RULES:
        rule(fragment, model, core, {**may_share, **may_read})
    for name in fragment.shares:
        if _set_by_event(model, name):
            raise _error(fragment, f"an event sets '{name}' of the core", "Act on a slot, or by a reaction")
        if name in may_read and _reacts(model, name):
            raise _error(fragment, f"changes '{name}', which a part may only read", "Act on a slot instead")


def expanded(fragment: Fragment, core_ids: Collection[str]) -> tuple[str, tuple[str, ...], set[str]]:
    """Return the fragment's SBML with copies at every site, what it then shares, and the ids that differ by site."""
    document = read(fragment.text, fragment.prefix)
    local = sites.expand(document.getModel(), also=_differing(fragment, core_ids))
    shares = fragment.shares + tuple(name + sites.LESION for name in fragment.shares if name in local)
    return write(document), tuple(dict.fromkeys(shares)), local


def _differing(fragment: Fragment, core_ids: Collection[str]) -> set[str]:
    """Return what it shares that the core has at every site."""
    return {name for name in fragment.shares if name + sites.LESION in core_ids}


def _level(fragment: Fragment, model: libsbml.Model, core: libsbml.Model, _: Mapping[str, str]) -> None:
    if (model.getLevel(), model.getVersion()) != (LEVEL, VERSION):
        found = f"level {model.getLevel()} version {model.getVersion()}"
        raise _error(
            fragment, f"is SBML {found}; parts are level {LEVEL} version {VERSION}", "Convert it with libsbml or COPASI"
        )
    plugins = [model.getPlugin(number).getPackageName() for number in range(model.getNumPlugins())]
    if plugins:
        raise _error(fragment, f"uses the SBML package {plugins[0]}", "A part is plain SBML: flatten it first")


def _base_units(fragment: Fragment, model: libsbml.Model, core: libsbml.Model, _: Mapping[str, str]) -> None:
    for kind in ("Time", "Substance", "Extent", "Volume"):
        own, theirs = (_definition(each, getattr(each, f"get{kind}Units")()) for each in (model, core))
        if own is None or theirs is None or not libsbml.UnitDefinition.areIdentical(own, theirs):
            wanted = libsbml.UnitDefinition.printUnits(theirs, True)
            raise _error(
                fragment, f"{kind.lower()} unit differs from the core's", f"Declare it as {wanted}, as the core does"
            )


def _legal_ids(fragment: Fragment, model: libsbml.Model, core: libsbml.Model, _: Mapping[str, str]) -> None:
    for name in named(model):
        if "__" in name:
            raise _error(
                fragment, f"'{name}' has '__' in it, which is how a composed model names the part", "Rename it"
            )


def _shares_fit(fragment: Fragment, model: libsbml.Model, core: libsbml.Model, allowed: Mapping[str, str]) -> None:
    own, theirs = named(model), named(core)
    for name in fragment.shares:
        if name not in allowed:
            raise _error(fragment, f"'{name}' cannot be shared{nearest(name, allowed)}", SEE)
        if name not in own:
            raise _error(
                fragment, f"shares '{name}', but its SBML has none{nearest(name, own)}", f"Declare '{name}' in the SBML"
            )
        _same_quantity(fragment, own[name], theirs[name])
        if _initialised(model, own[name]):
            raise _error(
                fragment, f"'{name}' is shared but has an initial value or rule here", "The core decides it: remove it"
            )
    for name in own:
        if name in theirs and name not in fragment.shares:
            verb = "List it in shares, or rename it" if name in allowed else "It cannot be shared: rename it"
            raise _error(fragment, f"'{name}' is also in the core, but is not shared", verb)


def _same_quantity(fragment: Fragment, own: libsbml.SBase, core: libsbml.SBase) -> None:
    if own.getElementName() != core.getElementName():
        raise _error(
            fragment, f"'{own.getId()}' is a {own.getElementName()} here and a {core.getElementName()} in the core", SEE
        )
    mine, theirs = own.getDerivedUnitDefinition(), core.getDerivedUnitDefinition()
    if not libsbml.UnitDefinition.areIdentical(mine, theirs):
        texts = [libsbml.UnitDefinition.printUnits(each, True) for each in (mine, theirs)]
        raise _error(
            fragment, f"'{own.getId()}' is in {texts[0]} here and in {texts[1]} in the core", "Use the core's unit"
        )


def _effects_fit(fragment: Fragment, model: libsbml.Model, core: libsbml.Model, _: Mapping[str, str]) -> None:
    for name, slot in (fragment.effects or {}).items():
        parameter = model.getParameter(name)
        if parameter is None:
            known = [found.getId() for found in model.getListOfParameters()]
            raise _error(
                fragment,
                f"effect '{name}' is not a parameter of its SBML{nearest(name, known)}",
                "Effects are parameters",
            )
        _same_quantity_as_slot(fragment, parameter, core.getParameter(slot))


def _same_quantity_as_slot(fragment: Fragment, effect: libsbml.Parameter, slot: libsbml.Parameter) -> None:
    mine, theirs = effect.getDerivedUnitDefinition(), slot.getDerivedUnitDefinition()
    if not libsbml.UnitDefinition.areIdentical(mine, theirs):
        texts = [libsbml.UnitDefinition.printUnits(each, True) for each in (mine, theirs)]
        raise _error(
            fragment,
            f"effect '{effect.getId()}' is in {texts[0]}, but {slot.getId()} is in {texts[1]}",
            "Use the slot's unit",
        )


def _targets_fit(fragment: Fragment, model: libsbml.Model, core: libsbml.Model, _: Mapping[str, str]) -> None:
    ruled = {rule.getVariable() for rule in model.getListOfRules()}
    for name in fragment.targets:
        species = model.getSpecies(name)
        if species is None or name in fragment.shares:
            known = [found.getId() for found in model.getListOfSpecies() if found.getId() not in fragment.shares]
            raise _error(
                fragment,
                f"route to '{name}', which is not a species of its own{nearest(name, known)}",
                "Name one of them",
            )
        if name in ruled or species.getConstant() or species.getBoundaryCondition():
            raise _error(
                fragment, f"route to '{name}', which reactions do not change", "Let reactions, not a rule, change it"
            )


def _portable(fragment: Fragment, model: libsbml.Model, core: libsbml.Model, _: Mapping[str, str]) -> None:
    """Only what every tool does alike: no delays, priorities, algebraic rules; persistent threshold events."""
    for rule in model.getListOfRules():
        if rule.isAlgebraic():
            raise _error(fragment, "has an algebraic rule", "Write an assignment rule")
    for event in model.getListOfEvents():
        trigger = event.getTrigger()
        if event.isSetDelay() or event.isSetPriority():
            raise _error(fragment, f"event '{event.getId()}' has a delay or priority", "Use two events instead")
        if not trigger.getPersistent() or trigger.getInitialValue():
            fix = 'Set persistent="true" and initialValue="false", or it misses time 0'
            raise _error(fragment, f"event '{event.getId()}' is not a persistent threshold", fix)
    for element in elements(model):
        math = getattr(element, "getMath", lambda: None)()
        if math is None:
            continue
        if _has(math, lambda node: node.getType() == libsbml.AST_FUNCTION_DELAY):
            raise _error(fragment, "uses a delay", "Use a chain of states")
        gated = _has(math, lambda node: node.getType() == libsbml.AST_FUNCTION_PIECEWISE and _reads_time(node))
        if gated and not isinstance(element, libsbml.Trigger):
            raise _error(fragment, "has a piecewise of time, which solvers step over", "Switch a parameter by events")


def _whole_body_states(fragment: Fragment, model: libsbml.Model, core: libsbml.Model, _: Mapping[str, str]) -> None:
    """A state outside the marrow cannot follow something that differs by site: which of them?"""
    local = sites.sited(model, also=_differing(fragment, named(core)))
    for rule in model.getListOfRules():
        clash = sites.reads(rule) & local
        if rule.isRate() and rule.getVariable() not in local and clash:
            name = sorted(clash)[0]
            raise _error(
                fragment,
                f"'{rule.getVariable()}' belongs to the whole body but follows '{name}', which differs by site",
                f"Put it in the marrow, or read the whole body's quantity, such as body_{name}",
            )


RULES: tuple[Callable[[Fragment, libsbml.Model, libsbml.Model, Mapping[str, str]], None], ...] = (
    _level,
    _legal_ids,
    _base_units,
    _shares_fit,
    _effects_fit,
    _targets_fit,
    _portable,
    _whole_body_states,
)


def _error(fragment: Fragment, what: str, hint: str) -> PartError:
    return PartError(what, where=fragment.prefix.replace("_", "-"), hint=hint)


def _definition(model: libsbml.Model, name: str) -> libsbml.UnitDefinition | None:
    definition = model.getUnitDefinition(name)
    if definition is None and libsbml.UnitKind_isValidUnitKindString(name, LEVEL, VERSION):
        definition = libsbml.UnitDefinition(LEVEL, VERSION)
        unit = definition.createUnit()
        unit.initDefaults()
        unit.setKind(libsbml.UnitKind_forName(name))
    return definition


def _initialised(model: libsbml.Model, element: libsbml.SBase) -> bool:
    name = element.getId()
    if isinstance(element, libsbml.Species) and (element.isSetInitialAmount() or element.isSetInitialConcentration()):
        return True
    if isinstance(element, libsbml.Parameter) and element.isSetValue():
        return True
    return model.getInitialAssignment(name) is not None or model.getRule(name) is not None


def _set_by_event(model: libsbml.Model, name: str) -> bool:
    events = model.getListOfEvents()
    return any(assignment.getVariable() == name for event in events for assignment in event.getListOfEventAssignments())


def _reacts(model: libsbml.Model, name: str) -> bool:
    groups = [(reaction.getListOfReactants(), reaction.getListOfProducts()) for reaction in model.getListOfReactions()]
    return any(participant.getSpecies() == name for both in groups for group in both for participant in group)


def _has(math: libsbml.ASTNode, condition: Callable[[libsbml.ASTNode], bool]) -> bool:
    return condition(math) or any(_has(math.getChild(number), condition) for number in range(math.getNumChildren()))


def _reads_time(math: libsbml.ASTNode) -> bool:
    return _has(math, lambda node: node.getType() == libsbml.AST_NAME_TIME)
