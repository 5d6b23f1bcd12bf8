"""Regimens: doses for a model, in its own units and species."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ranklsys.errors import DoseError, UnitError, nearest
from ranklsys.model.dose import Dose, parse
from ranklsys.plugins.part import Part
from ranklsys.sbml.cache import recalled
from ranklsys.sbml.course import FOR_EVER, Course
from ranklsys.sbml.facts import Element, Facts, facts

if TYPE_CHECKING:
    from ranklsys.units import Quantity

Doses = str | Dose | Iterable["str | Dose | Iterable[Dose]"]
PER_WEIGHT = "/kg"
PER_SURFACE = ("/m^2", "/m**2", "/m2")
PLAIN = (("dimensionless", 1.0, 0, 1.0),)
"""The unit of a state that has none."""
SURFACE_AT_1_KG = 0.1
"""Body surface [m^2] of a body of 1 kg; it goes with weight to the power 2/3 (Meeh's law; 1.6 m^2 at 66 kg)."""


def read_doses(doses: Doses) -> tuple[Dose, ...]:
    """Return courses from a regimen in text, a Dose, or any mixture of these; None is none. Raises DoseError."""
    if doses is None:
        return ()
    if isinstance(doses, Dose):
        return (doses,)
    if isinstance(doses, str):
        return _parsed(doses)
    if not isinstance(doses, Iterable) or isinstance(doses, bytes):
        raise DoseError(f"{doses!r} is not a regimen", hint='Give e.g. "opg-fc 3 mg/kg sc q2d"')
    return tuple(dose for item in doses for dose in read_doses(item))


@recalled(256)
def _parsed(text: str) -> tuple[Dose, ...]:
    return parse(text)


@recalled(256)
def courses(doses: tuple[Dose, ...], parts: tuple[Part, ...], sbml: str, weight: float | None) -> tuple[Course, ...]:
    """Return doses as courses of a composed model.

    sbml: of the model. weight: body weight in the model's unit where it was set, else None.
    Raises DoseError for a drug that is not composed, a route that it lacks or a unit that does not fit.
    """
    held = facts(sbml)
    by_id = {part.id: part for part in parts}
    numbers: dict[str, int] = {}
    found = []
    for dose in doses:
        if dose.drug not in by_id:
            known = ", ".join(sorted(part.id for part in parts if part.routes)) or "nothing that is dosed"
            hint = f"Composed here: {known}. Add {dose.drug} to the parts, or see: ranklsys list"
            raise DoseError(f"'{dose.drug}' is not part of this model{nearest(dose.drug, by_id)}", hint=hint)
        part = by_id[dose.drug]
        target = held.elements[part.own(_route(dose, part))]
        numbers[dose.drug] = numbers.get(dose.drug, 0) + 1
        found.append(
            Course(
                id=part.own(f"dose_{numbers[dose.drug]}"),
                target=target.id,
                amount=_amount(dose, part, target, held, weight),
                start=dose.start,
                every=dose.every or 1.0,
                count=FOR_EVER if dose.count is None else dose.count,
                duration=dose.duration,
            )
        )
    return tuple(found)


def per_body(dose: Dose) -> bool:
    """Whether a dose is given per body weight or surface."""
    return bool(_per_body(dose.unit)[1])


def _route(dose: Dose, part: Part) -> str:
    """Return the species that a dose goes to."""
    if not part.routes:
        raise DoseError(f"'{part.id}' is a {part.kind} and cannot be dosed", hint=f"See: ranklsys show {part.id}")
    if dose.route in part.routes:
        return part.routes[dose.route]
    if not dose.route and len(part.routes) == 1:
        return next(iter(part.routes.values()))
    what = f"has no route '{dose.route}'{nearest(dose.route, part.routes)}" if dose.route else "needs a route"
    raise DoseError(f"{part.id} {what}", hint=f"Its routes: {', '.join(part.routes)}")


def _amount(dose: Dose, part: Part, target: Element, held: Facts, weight: float | None) -> float:
    """Return one dose in the substance unit of its target; mass becomes amount by the part's molar mass."""
    from ranklsys import units

    try:
        unit, per = _per_body(dose.unit)
        bodies = _bodies(per, held, weight)
        if unit == part.dose_unit and target.substance == PLAIN:
            return dose.amount * bodies
        amount = units.everyday_amount(dose.amount * bodies, unit, part.molar_mass or "", target.substance)
        if not math.isnan(amount):
            return amount
        given = units.quantity(f"{dose.amount!r} {unit}") * bodies
        wanted = units.from_sbml(target.substance)
        if part.dose_unit and wanted.dimensionless:
            wanted = units.quantity(f"1 {part.dose_unit}")
        if given.check("[mass]") and not wanted.check("[mass]"):
            given = given / _molar_mass(dose, part)
        return units.convert(given, wanted)
    except UnitError as problem:
        raise DoseError(str(problem), where=f"{part.id} {dose.amount:g} {dose.unit}") from None


def _per_body(unit: str) -> tuple[str, str]:
    """Return ``mg`` and ``/kg`` for ``mg/kg``; nothing as the second where a dose is not per body."""
    per = next((suffix for suffix in (PER_WEIGHT, *PER_SURFACE) if unit.endswith(suffix)), "")
    return unit.removesuffix(per), per


def _bodies(per: str, held: Facts, weight: float | None) -> float:
    """Return how many kg, or m^2 of surface, the body has; 1 for a dose that is not per body."""
    from ranklsys import units

    if not per:
        return 1.0
    element = held.elements.get("body_weight")
    if element is None:
        raise DoseError(f"this model has no body_weight, so a dose {per} has no amount", hint=f"Give it without {per}")
    kilograms = units.kilograms(element.value if weight is None else weight, element.unit)
    return kilograms if per == PER_WEIGHT else SURFACE_AT_1_KG * kilograms ** (2 / 3)


def _molar_mass(dose: Dose, part: Part) -> Quantity:
    from ranklsys import units

    if part.molar_mass is None:
        what = f"{part.id} has no molar mass, so {dose.amount:g} {dose.unit} cannot become an amount"
        hint = "Give the dose as an amount, e.g. 400 nmol, or the part a molar_mass"
        raise DoseError(what, hint=f"Give the dose in {part.dose_unit}" if part.dose_unit else hint)
    return units.quantity(part.molar_mass)


def numbers_of(courses: Sequence[Course]) -> dict[str, float]:
    """Return the numbers of courses by the ids that they have in a model."""
    return {name: value for course in courses for name, value in course.values.items()}
