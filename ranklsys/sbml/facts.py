"""Facts: what an SBML model holds, as plain data that outlives the document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import libsbml

from ranklsys.sbml.cache import recalled
from ranklsys.sbml.document import named, read

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


@recalled(64)
def facts(text: str) -> Facts:
    """Return the facts of an SBML text. Raises SBMLError if it cannot be read."""
    document = read(text)
    model = document.getModel()
    units = {unit.getId(): unit_tuple(unit) for unit in model.getListOfUnitDefinitions()}
    rules = {rule.getVariable(): rule for rule in model.getListOfRules()}
    initials = {assignment.getSymbol(): assignment for assignment in model.getListOfInitialAssignments()}
    found = {}
    for name, element in named(model).items():
        unit = unit_tuple(element.getDerivedUnitDefinition())
        rule, initial = rules.get(name), initials.get(name)
        math = (
            rule
            if rule is not None
            else element.getKineticLaw()
            if element.getTypeCode() == libsbml.SBML_REACTION
            else None
        )
        found[name] = Element(
            id=name,
            kind=element.getElementName(),
            name=element.getName() or name,
            value=_value(element),
            unit=unit,
            unit_id=_unit_id(element, unit, units),
            constant=bool(getattr(element, "getConstant", lambda: False)()),
            rule="" if rule is None else "assignment" if rule.isAssignment() else "rate",
            formula="" if math is None else formula(math.getMath()),
            initial="" if initial is None else formula(initial.getMath()),
            note=re.sub(r"\s*<[^>]*>\s*", "", element.getNotesString()).strip(),
            **_species_facts(model, element),
            changes=_changes(element),
            modifiers=_modifiers(element),
            initial_amount=_initial_amount(element),
        )
    return Facts(found, units, _time(model))


def _time(model: libsbml.Model) -> Unit:
    """Return the unit of time; in level 2 a definition named ``time``, else the second."""
    name = model.getTimeUnits() or ("time" if model.getLevel() < 3 else "")
    definition = model.getUnitDefinition(name)
    if definition is not None:
        return unit_tuple(definition)
    return ((("second" if name == "time" else name), 1.0, 0, 1.0),) if name else ()


def _ids(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w*", text))


def formula(math: libsbml.ASTNode) -> str:
    """Return a formula as text, without units."""
    settings = libsbml.L3ParserSettings()
    settings.setParseUnits(False)
    return str(libsbml.formulaToL3StringWithSettings(math, settings))


def unit_tuple(definition: libsbml.UnitDefinition | None) -> Unit:
    """Return a unit definition as plain data, in a fixed order."""
    if definition is None:
        return ()
    return tuple(
        sorted(
            (
                libsbml.UnitKind_toString(unit.getKind()),
                unit.getExponentAsDouble(),
                unit.getScale(),
                unit.getMultiplier(),
            )
            for unit in definition.getListOfUnits()
        )
    )


def _value(element: libsbml.SBase) -> float:
    """Return the value of what the id means: of a species its concentration, unless it has only substance units."""
    if isinstance(element, libsbml.Compartment):
        return float(element.getSize())
    if isinstance(element, libsbml.Parameter):
        return float(element.getValue())
    if not isinstance(element, libsbml.Species):
        return float("nan")
    amount = _initial_amount(element)
    if amount is not None:
        return amount / float(element.getModel().getCompartment(element.getCompartment()).getSize())
    return float(element.getInitialAmount() if element.isSetInitialAmount() else element.getInitialConcentration())


def _initial_amount(element: libsbml.SBase) -> float | None:
    if not isinstance(element, libsbml.Species) or element.getHasOnlySubstanceUnits():
        return None
    return float(element.getInitialAmount()) if element.isSetInitialAmount() else None


def _unit_id(element: libsbml.SBase, unit: Unit, units: dict[str, Unit]) -> str:
    """Return the unit's name in the model where it has one."""
    declared = getattr(element, "getUnits", lambda: "")()
    if declared:
        return str(declared)
    if all(kind == "dimensionless" for kind, *_ in unit):
        return "dimensionless"
    return next((name for name, known in units.items() if known == unit), "")


def _species_facts(model: libsbml.Model, element: libsbml.SBase) -> dict[str, Any]:
    if not isinstance(element, libsbml.Species):
        return {}
    return {
        "compartment": element.getCompartment(),
        "only_substance": element.getHasOnlySubstanceUnits(),
        "boundary": element.getBoundaryCondition(),
        "substance": _substance(model, element.getSubstanceUnits() or model.getSubstanceUnits()),
    }


def _changes(element: libsbml.SBase) -> tuple[tuple[str, float], ...]:
    if not isinstance(element, libsbml.Reaction):
        return ()
    used = [(each.getSpecies(), -each.getStoichiometry()) for each in element.getListOfReactants()]
    return (*used, *((each.getSpecies(), each.getStoichiometry()) for each in element.getListOfProducts()))


def _modifiers(element: libsbml.SBase) -> tuple[str, ...]:
    if not isinstance(element, libsbml.Reaction):
        return ()
    return tuple(each.getSpecies() for each in element.getListOfModifiers())


def _substance(model: libsbml.Model, unit_id: str) -> Unit:
    definition = model.getUnitDefinition(unit_id)
    return unit_tuple(definition) if definition is not None else ((unit_id, 1.0, 0, 1.0),)
