"""What can be seen without a simulation: SBML, contract, hosts, binding."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ranklsys.author.checks.binding import contents, eliminated, unbalanced
from ranklsys.author.checks.judgement import Judgement, Wrong
from ranklsys.author.checks.subject import Check, Subject
from ranklsys.model.compose import merged_values, require_range, require_slots
from ranklsys.plugins import library
from ranklsys.plugins.contract import core_contract
from ranklsys.plugins.part import HOSTS


def sbml_can_be_read(subject: Subject) -> str | None:
    """The part's SBML is there, and is a model.

    Nothing can be said of a part that cannot be read.
    """
    if not subject.text and subject.part.sbml is None:
        return None
    held = subject.facts
    return f"{len(held.of_kind('species'))} species, {len(held.of_kind('reaction'))} reactions"


def rules(subject: Subject) -> Iterator[Judgement]:
    """Yield a finding for each rule that composition has for the SBML of a part, kept or broken."""
    from ranklsys.sbml.fragment import Fragment
    from ranklsys.sbml.rules import kept_and_broken

    part, contract = subject.part, core_contract()
    if not subject.text:
        return
    fragment = Fragment(
        part.prefix, subject.text, part.shares, part.effects, tuple(dict.fromkeys(part.routes.values()))
    )
    for rule, refusal in kept_and_broken(fragment, library.host_sbml(part.hosts[0]), contract.shares, contract.reads):
        yield Judgement.of(rule, "kept" if refusal is None else str(refusal), refusal is None)


def sbml_is_valid(subject: Subject) -> str | None:
    """The SBML is valid by itself: no error and no warning of libsbml, units and their sizes included.

    What is wrong here has a line in this file; after composition it has one in a file that nobody wrote.
    """
    return without_complaint(subject.text, subject.part.shares) if subject.text else None


def id_is_its_own(subject: Subject) -> str:
    """No two distributions offer a part of this id.

    Otherwise the name means neither of them, and both are left out.
    """
    from ranklsys.plugins import registry

    for clash in registry().clashes:
        if clash.startswith(f"the part '{subject.part.id}' "):
            raise Wrong(f"{clash}. Rename one, or uninstall it")
    return f"nobody else offers '{subject.part.id}'"


def slots_exist(subject: Subject) -> str | None:
    """Each effect acts on a slot of the contract; a constant one is within the slot's range.

    Slots are the only way to act on the core's rate laws, and outside its slot's range a rate law means nothing.
    """
    part, targets = subject.part, core_contract().targets
    if not part.effects:
        return None
    require_slots(part, targets)
    require_range(part, subject.text, targets)
    return ", ".join(f"{effect} on {slot} ({targets[slot].rule})" for effect, slot in part.effects.items())


def values_fit(subject: Subject) -> str | None:
    """Each value is for a parameter of the core that can be set, and in its unit.

    A slot is acted on by effects, a computed quantity cannot be set, and units are not guessed.
    """
    if not subject.part.values:
        return None
    for host in subject.part.hosts:
        merged_values([subject.part], library.host_sbml(host))
    return f"{len(subject.part.values)} values"


def another_host_has_its_reason(subject: Subject) -> str | None:
    """A part that is not for a host says why.

    The reason is what a user reads who tries it there.
    """
    others = [host for host in HOSTS if host not in subject.part.hosts]
    if not others:
        return None
    if not subject.part.host_reason:
        raise Wrong(f"it is not for the {others[0]}, and its host_reason is empty. Write why")
    return f"not for the {others[0]}: {subject.part.host_reason}"


def bound_molecules_balance(subject: Subject) -> str | None:
    """Binding and release take as many molecules of the core as they give, and a complex holds a whole number of them.

    Otherwise binding would make RANKL or lose it, which looks like an effect of the drug.
    """
    said = []
    for molecule, held in _bound(subject):
        for reaction, taken, given in unbalanced(subject.facts, held):
            raise Wrong(f"'{reaction}' takes {taken:g} of {molecule} and gives {given:g}. Mend its stoichiometry")
        for name, number in held.items():
            if number != round(number) or number < 1:
                raise Wrong(f"'{name}' would hold {number:g} of {molecule}. Mend the stoichiometry of what makes it")
        said += [f"{name} holds {number:g} {molecule}" for name, number in held.items() if name != molecule]
    return ", ".join(said) or None


def complexes_are_eliminated(subject: Subject) -> str | None:
    """Each complex that holds a molecule of the core is eliminated, or goes on to one that is.

    Without a loss, complexes fill up until as many fall apart as form: at steady state a decoy then does nothing.
    """
    names = []
    for molecule, held in _bound(subject):
        lost = eliminated(subject.facts, held)
        for name in held:
            if name != molecule and name not in lost:
                raise Wrong(f"nothing eliminates '{name}'. Write a reaction: {name} => ; rate")
            names += [name] * (name != molecule)
    return ", ".join(names) or None


STATIC: tuple[Check, ...] = (
    sbml_is_valid,
    id_is_its_own,
    slots_exist,
    values_fit,
    another_host_has_its_reason,
    bound_molecules_balance,
    complexes_are_eliminated,
)


def without_complaint(text: str, shares: Collection[str] = ()) -> str:
    """Return a word of praise. Raises Wrong with the first complaint about SBML, SBMLError if it cannot be read."""
    from ranklsys.sbml.document import complaints, read
    from ranklsys.sbml.sites import mentions

    copies = mentions(read(text).getModel())  # of the lesion, made when the part is composed
    if found := complaints(text, without_value={*shares, *copies}):
        raise Wrong(
            f"{len(found)} complaint{'s' * (len(found) > 1)} of libsbml; the first: {found[0]}", items=tuple(found)
        )
    return "no complaint"


def _bound(subject: Subject) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield each molecule of the core that the part binds, with what holds how many of it."""
    for molecule in subject.molecules:
        held = contents(subject.facts, molecule)
        if len(held) > 1:
            yield molecule, held
