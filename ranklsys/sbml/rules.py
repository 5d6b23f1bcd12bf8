"""Rules: what a part may not do, one function each; its docstring says what is expected, and then why."""

from __future__ import annotations

import re
from collections.abc import Callable

import libsbml

from ranklsys.errors import nearest
from ranklsys.sbml import scale, sites
from ranklsys.sbml.document import LEVEL, VERSION, elements, named, symbols
from ranklsys.sbml.fragment import Case

SEE = "See: ranklsys show human"
RESERVED = re.compile(r"dose_\d+_")
LOWER_BOUNDS = {  # the comparison, and whether time stands on its left
    libsbml.AST_RELATIONAL_GEQ: True,
    libsbml.AST_RELATIONAL_GT: True,
    libsbml.AST_RELATIONAL_LEQ: False,
    libsbml.AST_RELATIONAL_LT: False,
}
STEPS = (
    libsbml.AST_FUNCTION_PIECEWISE,
    libsbml.AST_FUNCTION_FLOOR,
    libsbml.AST_FUNCTION_CEILING,
    libsbml.AST_FUNCTION_QUOTIENT,
    libsbml.AST_FUNCTION_REM,
)


def plain_sbml(case: Case) -> None:
    """A part is Level 3 Version 2 without packages, and every reaction has a rate.

    Other levels and packages mean other things to other tools, and a reaction without a rate means nothing.
    """
    model = case.model
    if (model.getLevel(), model.getVersion()) != (LEVEL, VERSION):
        found = f"level {model.getLevel()} version {model.getVersion()}"
        what = f"is SBML {found}; parts are level {LEVEL} version {VERSION}"
        raise case.refuse(what, "Convert it with libsbml or COPASI")
    packages = [model.getPlugin(number).getPackageName() for number in range(model.getNumPlugins())]
    if packages:
        raise case.refuse(f"uses the SBML package {packages[0]}", "A part is plain SBML: flatten it first")
    for reaction in model.getListOfReactions():
        if not reaction.isSetKineticLaw() or reaction.getKineticLaw().getMath() is None:
            raise case.refuse(f"reaction '{reaction.getId()}' has no rate", "Give it a kinetic law")


def legal_ids(case: Case) -> None:
    """No id holds ``__`` or looks like a dose (``dose_1_...``).

    ``__`` names the part in a composed model, and ``dose_1_...`` its doses.
    """
    for name in named(case.model):
        if "__" in name:
            raise case.refuse(f"'{name}' has '__' in it, which names the part in a composed model", "Rename it")
        if RESERVED.match(name):
            raise case.refuse(f"'{name}' could be the name of a dose", "Rename it")


def same_base_units(case: Case) -> None:
    """Time, substance, extent and volume are measured as in the core.

    Numbers cross between part and core without conversion.
    """
    for kind in ("Time", "Substance", "Extent", "Volume"):
        own, theirs = (scale.definition(each, getattr(each, f"get{kind}Units")()) for each in (case.model, case.core))
        if not scale.same_unit(own, theirs):
            what = f"{kind.lower()} unit differs from the core's"
            raise case.refuse(what, f"Declare it as {scale.describe(theirs)}, as the core does")


def no_conversion_factors(case: Case) -> None:
    """No conversion factors.

    Flattening would drop them.
    """
    species = [each.getId() for each in case.model.getListOfSpecies() if each.isSetConversionFactor()]
    if case.model.isSetConversionFactor() or species:
        raise case.refuse("uses a conversion factor", "Write it into the rates")


def shares_fit(case: Case) -> None:
    """A share is offered by the contract, declared as in the core, and left for the core to decide.

    The core's element takes the place of the part's: what the part says of it would be lost, or would be another thing.
    """
    own, theirs = named(case.model), named(case.core)
    allowed = {**case.may_share, **case.may_read}
    for name in case.fragment.shares:
        if name not in allowed:
            raise case.refuse(f"'{name}' cannot be shared{nearest(name, allowed)}", SEE)
        if name not in own:
            what = f"shares '{name}', but its SBML has none{nearest(name, own)}"
            raise case.refuse(what, f"Declare '{name}' in the SBML")
        _same_element(case, own[name], theirs[name])
        if _initialised(case.model, own[name]):
            what = f"'{name}' is shared but has an initial value or rule here"
            raise case.refuse(what, "The core decides it: remove it")
        if _set_by_event(case.model, name):
            raise case.refuse(f"an event sets '{name}' of the core", "Act on a slot, or by a reaction")
        if name in case.may_read and _reacts(case.model, name):
            raise case.refuse(f"changes '{name}', which a part may only read", "Act on a slot instead")


def nothing_of_the_core_by_accident(case: Case) -> None:
    """An id that the core has too is shared.

    Unshared, it would become another thing of the same name.
    """
    taken = named(case.core).keys() - set(case.fragment.shares)
    for name in named(case.model):
        if name in taken:
            offered = name in case.may_share or name in case.may_read
            hint = "List it in shares, or rename it" if offered else "It cannot be shared: rename it"
            raise case.refuse(f"'{name}' is also in the core, but is not shared", hint)


def effects_fit(case: Case) -> None:
    """An effect is a parameter of the part's own, in the unit of its slot.

    Effects of several parts are multiplied or added: that needs one unit.
    """
    for name, slot in case.fragment.effects.items():
        if name in case.fragment.shares:
            raise case.refuse(f"effect '{name}' belongs to the core", "Compute a parameter of the part's own from it")
        effect, target = case.model.getParameter(name), case.core.getParameter(slot)
        if effect is None:
            known = [found.getId() for found in case.model.getListOfParameters()]
            raise case.refuse(
                f"effect '{name}' is not a parameter of its SBML{nearest(name, known)}", "Name one of them"
            )
        if target is None:
            raise case.refuse(f"effect '{name}' acts on '{slot}', which is not in the core", SEE)
        own, theirs = (each.getDerivedUnitDefinition() for each in (effect, target))
        if not scale.same_unit(own, theirs):
            what = f"effect '{name}' is in {scale.describe(own)}, but {slot} is in {scale.describe(theirs)}"
            raise case.refuse(what, "Use the slot's unit")


def targets_fit(case: Case) -> None:
    """A dose goes to a species of the part's own, once in the body, which nothing else sets.

    What a rule sets would swallow the dose; what stands at every site would be given it twice.
    """
    assigned = {rule.getVariable() for rule in case.model.getListOfRules() if rule.isAssignment()}
    for name in case.fragment.targets:
        species = case.model.getSpecies(name)
        if species is None or name in case.fragment.shares:
            known = [each.getId() for each in case.model.getListOfSpecies() if each.getId() not in case.fragment.shares]
            what = f"route to '{name}', which is not a species of its own{nearest(name, known)}"
            raise case.refuse(what, "Name one of them")
        if name in assigned or species.getConstant() or species.getBoundaryCondition():
            raise case.refuse(f"route to '{name}', which cannot change", "Let reactions change it")
        if name in case.local:
            what = f"route to '{name}', which stands in the marrow of every site"
            raise case.refuse(what, "Dose a compartment of the body, and let reactions bring it to the marrow")


def portable_events(case: Case) -> None:
    """An event has one threshold, is seen at time 0, and has no delay or priority.

    Only this is done alike by every tool.
    """
    for rule in case.model.getListOfRules():
        if rule.isAlgebraic():
            raise case.refuse("has an algebraic rule", "Write an assignment rule")
    for event in case.model.getListOfEvents():
        trigger = event.getTrigger()
        if event.isSetDelay() or event.isSetPriority():
            raise case.refuse(f"event '{event.getId()}' has a delay or priority", "Use two events instead")
        if trigger is None or not trigger.getPersistent() or trigger.getInitialValue():
            hint = 'Set persistent="true" and initialValue="false", or it misses time 0'
            raise case.refuse(f"event '{event.getId()}' is not a persistent threshold", hint)
        if not _is_threshold(trigger.getMath(), _following_time(case.model)):
            what = f"event '{event.getId()}' may hold for a moment of time only, which solvers step over"
            raise case.refuse(what, "Read time once, as time >= t; write a second event for the end")


def no_steps_in_time(case: Case) -> None:
    """No delay, and no step of a function of time, outside events.

    Solvers step over it, unless by luck.
    """
    clocks = _following_time(case.model)
    for element in elements(case.model):
        math = getattr(element, "getMath", lambda: None)()
        if math is None or isinstance(element, libsbml.Trigger):
            continue
        if _has(math, lambda node: node.getType() == libsbml.AST_FUNCTION_DELAY):
            raise case.refuse("uses a delay", "Use a chain of states")
        if _has(math, lambda node: node.getType() in STEPS and _reads_time(node, clocks)):
            raise case.refuse("has a step (piecewise, floor) of time, which solvers step over", "Use events")


def body_follows_no_site(case: Case) -> None:
    """What belongs to the whole body does not follow, and is not changed at, one site.

    There are two sites: at which of them?
    """
    for rule in case.model.getListOfRules():
        if rule.getVariable() not in case.local:
            _refuse_following(case, rule.getVariable(), sites.reads(rule) & set(case.local))
    for start in case.model.getListOfInitialAssignments():
        if start.getSymbol() not in case.local:
            _refuse_following(case, start.getSymbol(), sites.reads(start) & set(case.local))
    for reaction in case.model.getListOfReactions():
        groups = (reaction.getListOfReactants(), reaction.getListOfProducts())
        changed = [participant.getSpecies() for group in groups for participant in group]
        if reaction.getId() in case.local:
            for name in changed:
                if name not in case.local:
                    _refuse_following(case, name, sites.reads(reaction) & set(case.local))
    for event in case.model.getListOfEvents():
        changed = [assignment.getVariable() for assignment in event.getListOfEventAssignments()]
        clash = sites.event_reads(event) & set(case.local)
        for name in changed:
            if name not in case.local:
                _refuse_following(case, name, clash)


def _refuse_following(case: Case, name: str, clash: set[str]) -> None:
    if clash:
        other = min(clash - {sites.SITE} or clash)
        what = f"'{name}' belongs to the whole body but follows '{other}', which differs by site"
        raise case.refuse(what, "Put it in the marrow, or read a quantity of the whole body, such as body_resorption")


RULES: tuple[Callable[[Case], None], ...] = (
    plain_sbml,
    legal_ids,
    same_base_units,
    no_conversion_factors,
    shares_fit,
    nothing_of_the_core_by_accident,
    effects_fit,
    targets_fit,
    portable_events,
    no_steps_in_time,
    body_follows_no_site,
)


def _same_element(case: Case, own: libsbml.SBase, theirs: libsbml.SBase) -> None:
    """A share is the same kind of thing, in the same unit and place, as in the core."""
    name = own.getId()
    kinds = [each.getElementName() for each in (own, theirs)]
    if kinds[0] != kinds[1]:
        raise case.refuse(f"'{name}' is a {kinds[0]} here and a {kinds[1]} in the core", SEE)
    units = [each.getDerivedUnitDefinition() for each in (own, theirs)]
    if not scale.same_unit(*units):
        texts = [scale.describe(each) for each in units]
        raise case.refuse(f"'{name}' is in {texts[0]} here and in {texts[1]} in the core", "Use the core's unit")
    for what, get in ATTRIBUTES.get(kinds[0], {}).items():
        mine, wanted = get(own), get(theirs)
        if mine != wanted:
            raise case.refuse(
                f"'{name}' has {what} {mine} here and {wanted} in the core", "Declare it as the core does"
            )


ATTRIBUTES: dict[str, dict[str, Callable[[libsbml.SBase], object]]] = {
    "species": {
        "compartment": lambda species: species.getCompartment(),
        "hasOnlySubstanceUnits": lambda species: species.getHasOnlySubstanceUnits(),
        "boundaryCondition": lambda species: species.getBoundaryCondition(),
        "constant": lambda species: species.getConstant(),
    },
    "compartment": {
        "dimensions": lambda compartment: compartment.getSpatialDimensions(),
        "size": lambda compartment: compartment.getSize(),
    },
}


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


def _following_time(model: libsbml.Model) -> set[str]:
    """Return the ids that are assigned from time, directly or through others."""
    rules = [rule for rule in model.getListOfRules() if rule.isAssignment() and rule.getMath() is not None]
    found: set[str] = set()
    while more := {rule.getVariable() for rule in rules if _reads_time(rule.getMath(), found)} - found:
        found |= more
    return found


def _reads_time(math: libsbml.ASTNode, clocks: set[str]) -> bool:
    return bool(symbols(math) & clocks) or _has(math, lambda node: node.getType() == libsbml.AST_NAME_TIME)


def _is_threshold(math: libsbml.ASTNode, clocks: set[str]) -> bool:
    """Whether a trigger reads time at most once, as ``time >= something`` (or >) that no ``not`` turns round."""
    comparisons = _comparisons_with_time(math, clocks)
    return len(comparisons) <= 1 and all(comparisons)


def _comparisons_with_time(math: libsbml.ASTNode, clocks: set[str]) -> list[bool]:
    """Return for each place where a formula reads time whether it is a plain lower bound."""
    if not _reads_time(math, clocks):
        return []
    children = [math.getChild(number) for number in range(math.getNumChildren())]
    if math.getType() in (libsbml.AST_LOGICAL_AND, libsbml.AST_LOGICAL_OR):
        return [found for child in children for found in _comparisons_with_time(child, clocks)]
    if math.getType() not in LOWER_BOUNDS or len(children) != 2:
        return [False]
    clock, bound = children if LOWER_BOUNDS[math.getType()] else reversed(children)
    return [clock.getType() == libsbml.AST_NAME_TIME and not _reads_time(bound, clocks)]
