"""Element: what an SBML model holds, as plain data that outlives the document and needs no libsbml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

Unit = tuple[tuple[str, float, int, float], ...]


@dataclass(frozen=True)
class Element:
    """One compartment, species, parameter or reaction.

    value: as written, NaN where an initial assignment or a rule decides.
    unit: of the quantity that the id means in a formula, as (kind, exponent, scale, multiplier); unit_id: its name.
    substance: unit of its amount (species). rule: '', 'assignment' or 'rate'. formula: of the rule or kinetic law.
    note: where its value comes from. changes: species and how much of it one turn of a reaction makes.
    initial_amount: of a species that is given by its amount though its id means a concentration.
    """

    id: str
    kind: str
    name: str
    value: float
    unit: Unit
    unit_id: str
    constant: bool
    rule: str = ""
    formula: str = ""
    initial: str = ""
    note: str = ""
    compartment: str = ""
    only_substance: bool = False
    boundary: bool = False
    substance: Unit = ()
    changes: tuple[tuple[str, float], ...] = ()
    modifiers: tuple[str, ...] = ()
    initial_amount: float | None = None


@dataclass(frozen=True)
class Facts:
    """The elements of a model by id, in document order, and its units by id."""

    elements: dict[str, Element]
    units: dict[str, Unit]
    time: Unit = ()
    """Unit of time; none if the model does not say it."""

    def of_kind(self, kind: str) -> tuple[Element, ...]:
        """Return the elements of a kind: compartment, species, parameter or reaction."""
        return tuple(element for element in self.elements.values() if element.kind == kind)

    @cached_property
    def observables(self) -> tuple[str, ...]:
        """Ids of all that changes over time and is worth a column: species, and parameters with a rule."""
        return tuple(
            element.id
            for element in self.elements.values()
            if element.kind == "species" or (element.kind == "parameter" and element.rule)
        )

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Ids of what is integrated: species without an assignment rule, and parameters with a rate rule."""
        return tuple(
            element.id
            for element in self.elements.values()
            if (
                (element.kind == "species" and element.rule != "assignment" and not element.constant)
                and (element.rule == "rate" or not element.boundary)
            )
            or (element.kind == "parameter" and element.rule == "rate")
        )

    @cached_property
    def switches(self) -> tuple[str, ...]:
        """Ids of parameters, and of species that no reaction changes, which only events change."""
        free = [element for element in self.elements.values() if not element.constant and not element.rule]
        return tuple(
            element.id
            for element in free
            if element.kind == "parameter" or (element.kind == "species" and element.boundary)
        )

    @cached_property
    def memories(self) -> tuple[str, ...]:
        """Ids of constants whose initial value reads a state: they remember the start, not where a later run begins."""
        moving = {*self.states, *self.switches, *(each.id for each in self.elements.values() if each.rule)}
        found: set[str] = set()
        constants = [each for each in self.of_kind("parameter") if each.initial and not each.rule]
        while more := {each.id for each in constants if _ids(each.initial) & (moving | found)} - found:
            found |= more
        return tuple(sorted(found))

    @property
    def volume_makers(self) -> frozenset[str]:
        """Ids that the volume of a compartment is computed from, directly or through other initial values."""
        found = {element.id for element in self.of_kind("compartment") if element.initial}
        known = set(self.elements)
        while more := {name for each in found for name in _ids(self.elements[each].initial)} & known - found:
            found |= more
        return frozenset(found)

    @cached_property
    def settable(self) -> tuple[str, ...]:
        """Ids whose value a user may change: parameters and species that no rule or initial assignment computes."""
        return tuple(
            element.id
            for element in self.elements.values()
            if element.kind in ("parameter", "species") and not element.initial and element.rule != "assignment"
        )


def _ids(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w*", text))
