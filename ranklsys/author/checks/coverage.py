"""What a model says: valid SBML, values, units, names, ontology terms, identifiers, who made it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

from ranklsys.author.checks.judgement import Wrong
from ranklsys.author.checks.static import without_complaint
from ranklsys.sbml.labels import Label

if TYPE_CHECKING:
    from ranklsys.author.checks.subject import Whole

SHOWN = 6
ADDRESS = re.compile(r"(?:https?://identifiers\.org/|urn:miriam:)(?P<database>[\w.]+?)[:/](?P<accession>\S+)")


def share(found: str, missing: Collection[str], number: int, remedy: str = "") -> str:
    """Return what was found; raise Wrong with the share of ``number`` that is not missing if something is."""
    if not missing:
        return found
    listed = sorted(missing)
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    what = f"{len(listed)} of {number} do not: {', '.join(listed[:SHOWN])}{more}."
    raise Wrong(f"{what} {remedy}".strip(), share=1 - len(listed) / number, items=tuple(listed))


def no_error_and_no_warning(subject: Whole) -> str:
    """Libsbml finds no error and no warning, units and their sizes included.

    A tool that meets an error may refuse the file, or read something else than was meant.
    """
    level, version = subject.labels.level
    return f"{without_complaint(subject.text)} about SBML Level {level} Version {version}"


def everything_has_a_value(subject: Whole) -> str:
    """Each compartment, species and parameter has a value, a rule or an initial assignment, each reaction a rate law.

    Without it a tool starts from 0, from NaN or not at all, each in its own way.
    """
    every = subject.labels.elements
    return share(f"all {len(every)} do", [each.id for each in every if not each.has_value], len(every))


def the_model_declares_its_units(subject: Whole) -> str:
    """Units of time, substance, extent and volume are declared at the model.

    Otherwise a year may be read as a second.
    """
    declared = subject.labels.units
    missing = [name for name, unit in declared.items() if not unit]
    if subject.labels.level[0] < 3:
        return "level 2 has units by default"
    return share(", ".join(f"{name}: {unit}" for name, unit in declared.items()), missing, len(declared))


def every_quantity_has_a_unit(subject: Whole) -> str:
    """Each compartment, species and parameter has a unit, ``dimensionless`` included.

    What has no unit is exempt from every check of units.
    """
    every = [each for each in subject.labels.elements if each.kind != "reaction"]
    return share(f"all {len(every)} do", [each.id for each in every if not each.has_unit], len(every))


def every_formula_has_a_unit(subject: Whole) -> str:
    """The unit of each rule and rate law follows from the units of what is in it.

    A plain number without a unit makes the unit of a formula unknown, and mistakes in it invisible.
    """
    formulas = subject.labels.formulas
    return share(f"all {len(formulas)} do", [name for name, told in formulas.items() if not told], len(formulas) or 1)


def every_element_has_a_name(subject: Whole) -> str:
    """Each compartment, species, reaction and parameter has a name in words.

    An id is for formulas; a reader of plots and tables needs words.
    """
    return _has(subject, lambda each: bool(each.name))


def every_element_has_an_ontology_term(subject: Whole) -> str:
    """Each compartment, species, reaction and parameter has a term of the Systems Biology Ontology.

    It says in a way that programs read what an element is for: a rate constant, a cell, a degradation.
    """
    return _has(subject, lambda each: bool(each.term))


def every_element_has_identifiers(subject: Whole) -> str:
    """Each compartment, species, reaction and parameter has MIRIAM identifiers.

    They say which molecule, cell, place or process is meant, whatever it is called here.
    """
    found = _has(subject, lambda each: bool(each.identifiers))
    databases = Counter(_database(address) for each in subject.labels.elements for address in each.identifiers)
    return f"{found}; {', '.join(f'{name} {number}' for name, number in databases.most_common())}"


def identifiers_can_be_resolved(subject: Whole) -> str | None:
    """Each identifier is an address at identifiers.org, or a MIRIAM URN: database and accession.

    Others can then look it up, and compare models by it.
    """
    every = {address for each in subject.labels.elements for address in each.identifiers}
    if not every:
        return None
    return share(f"all {len(every)} do", [each for each in every if not ADDRESS.fullmatch(each)], len(every))


def the_model_says_who_made_it(subject: Whole) -> str:
    """The model has a title, a creator, a date, a licence and identifiers.

    Who finds the file years later must know whose it is, and what may be done with it.
    """
    said = subject.labels
    has = {
        "title": bool(said.title),
        "creator": said.creators > 0,
        "date": said.created,
        "licence": said.licence,
        "identifiers": bool(said.identifiers),
    }
    missing = [name for name, there in has.items() if not there]
    return share(f"'{said.title}': {', '.join(has)}", missing, len(has))


def _has(subject: Whole, test: Callable[[Label], bool]) -> str:
    every = subject.labels.elements
    kinds = Counter(each.kind for each in every if test(each))
    found = ", ".join(f"{kinds[kind]} of {number} {kind.removesuffix('s')}s" for kind, number in _kinds(every).items())
    return share(found, [each.id for each in every if not test(each)], len(every))


def _kinds(every: Iterable[Label]) -> Counter[str]:
    return Counter(each.kind for each in every)


def _database(address: str) -> str:
    match = ADDRESS.fullmatch(address)
    return match["database"] if match else "other"


CONSISTENCY = (no_error_and_no_warning, everything_has_a_value)
UNITS = (the_model_declares_its_units, every_quantity_has_a_unit, every_formula_has_a_unit)
ANNOTATION = (
    every_element_has_a_name,
    every_element_has_an_ontology_term,
    every_element_has_identifiers,
    identifiers_can_be_resolved,
    the_model_says_who_made_it,
)
