"""Rules: what a part may not do, one function each; its docstring says what is expected, and then why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import libsbml

from ranklsys.errors import PartError, nearest
from ranklsys.sbml import sites, unit_sizes
from ranklsys.sbml.document import LEVEL, VERSION, named, read
from ranklsys.sbml.fragment import Case, Fragment, differing
from ranklsys.sbml.naming import SEPARATOR, at_lesion, is_own
from ranklsys.sbml.timing import no_steps_in_time, portable_events

SEE = "See: ranklsys show human"
RESERVED = re.compile(r"dose_\d+_")


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
        if is_own(name):
            what = f"'{name}' has '{SEPARATOR}' in it, which names the part in a composed model"
            raise case.refuse(what, "Rename it")
        if RESERVED.match(name):
            raise case.refuse(f"'{name}' could be the name of a dose", "Rename it")


def same_base_units(case: Case) -> None:
    """Time, substance, extent and volume are measured as in the core.

    Numbers cross between part and core without conversion.
    """
    for kind in ("Time", "Substance", "Extent", "Volume"):
        own, theirs = (
            unit_sizes.definition(each, getattr(each, f"get{kind}Units")()) for each in (case.model, case.core)
        )
        if not unit_sizes.same_unit(own, theirs):
            what = f"{kind.lower()} unit differs from the core's"
            raise case.refuse(what, f"Declare it as {unit_sizes.describe(theirs)}, as the core does")


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
        if not unit_sizes.same_unit(own, theirs):
            what = f"effect '{name}' is in {unit_sizes.describe(own)}, but {slot} is in {unit_sizes.describe(theirs)}"
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


def body_follows_no_site(case: Case) -> None:
    """What belongs to the whole body does not follow, and is not changed at, one site; it may weigh all of them.

    There are two sites: at which of them?
    """
    for rule in case.model.getListOfRules():
        if rule.getVariable() not in case.local:
            _refuse_following(case, rule.getVariable(), _of_one_site(case, sites.reads(rule)))
    for start in case.model.getListOfInitialAssignments():
        if start.getSymbol() not in case.local:
            _refuse_following(case, start.getSymbol(), _of_one_site(case, sites.reads(start)))
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


def _of_one_site(case: Case, read: set[str]) -> set[str]:
    """Return what differs by site among what a formula reads, and is not read at the lesion too."""
    return {name for name in read & set(case.local) if at_lesion(name) not in read}


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


def check(fragment: Fragment, core_text: str, may_share: Mapping[str, str], may_read: Mapping[str, str]) -> None:
    """Check that a fragment may be composed with the core; ``may_share`` and ``may_read`` come from the contract.

    Raises PartError naming the part, the element, the rule that it breaks and the next step.
    """
    for _, refusal in kept_and_broken(fragment, core_text, may_share, may_read):
        if refusal is not None:
            raise refusal


def kept_and_broken(
    fragment: Fragment, core_text: str, may_share: Mapping[str, str], may_read: Mapping[str, str]
) -> Iterator[tuple[Callable[[Case], None], PartError | None]]:
    """Yield each rule with the refusal of the fragment, or None where it is kept; none after the first, plain SBML."""
    document, core_document = read(fragment.text, fragment.part), read(core_text, "core")
    model, core = document.getModel(), core_document.getModel()
    local = sites.sited(model, also=differing(fragment, named(core)))
    case = Case(fragment, model, core, may_share, may_read, local)
    for rule in RULES:
        refusal = None
        try:
            rule(case)
        except PartError as problem:
            refusal = problem
        yield rule, refusal
        if refusal is not None and rule is plain_sbml:
            return


def _same_element(case: Case, own: libsbml.SBase, theirs: libsbml.SBase) -> None:
    """A share is the same kind of thing, in the same unit and place, as in the core."""
    name = own.getId()
    kinds = [each.getElementName() for each in (own, theirs)]
    if kinds[0] != kinds[1]:
        raise case.refuse(f"'{name}' is a {kinds[0]} here and a {kinds[1]} in the core", SEE)
    units = [each.getDerivedUnitDefinition() for each in (own, theirs)]
    if not unit_sizes.same_unit(*units):
        texts = [unit_sizes.describe(each) for each in units]
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
