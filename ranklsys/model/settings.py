"""Settings: what is asked of a model: numbers to set, in its units, and quantities to show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ranklsys.errors import DataError, UnitError, UnknownName, unknown

if TYPE_CHECKING:
    from ranklsys.sbml.facts import Facts


def number_of(held: Facts, name: str, value: float | str, *, see: str) -> float:
    """Return a value for an id in the model's unit; text has its own unit. see: what to type to see the ids.

    Raises UnknownName for an id that does not exist or is computed, UnitError for a unit that does not fit, DataError
    for a number that is not finite, or outside the range of a slot.
    """
    element = held.elements.get(name)
    if element is None:
        raise unknown("parameter or species", name, held.settable, hint=see)
    if name not in held.settable:
        what = f"'{name}' is computed ({element.formula or element.initial or element.kind}), so it cannot be set"
        raise UnknownName(what, hint="Set what it is computed from")
    if not isinstance(value, str):
        if not math.isfinite(value):
            raise DataError(f"a value cannot be {value}", where=name, hint="Give a finite number")
        return _within_slot(name, float(value) + 0.0)
    from ranklsys import units

    try:
        return _within_slot(name, units.convert(units.quantity(value), units.from_sbml(element.unit)) + 0.0)
    except UnitError as problem:
        raise UnitError(problem.what, where=name, hint=f"Its unit in the model: {element.unit_id}") from None


def require_quantities(held: Facts, names: Sequence[str], *, see: str) -> Sequence[str]:
    """Return ids that a simulation can show. Raises UnknownName for one that does not exist, or is a compartment."""
    for name in names:
        if name not in held.elements or held.elements[name].kind == "compartment":
            raise unknown("quantity", name, held.observables, hint=see)
    return list(names)


def _within_slot(name: str, value: float) -> float:
    from ranklsys.plugins.contract import core_contract

    slot = core_contract().targets.get(name)
    if slot and not slot.allows(value):
        raise DataError(f"a slot cannot be {value:g}", where=name, hint=f"It goes from 0 to {slot.most:g}")
    return value
