"""Settings: what is asked of a model: numbers to set, in its units, and quantities to show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ranklsys.errors import DataError, UnitError, UnknownName, unknown
from ranklsys.sbml.naming import SEPARATOR
from ranklsys.tables.cells import plain_number
from ranklsys.tables.scalars import items, real

ROUNDING = 1e-9
"""So far below 0 may a state be that a run has ended in."""

if TYPE_CHECKING:
    from ranklsys.sbml.facts import Facts


def number_of(held: Facts, name: str, value: float | str, *, host: str) -> float:
    """Return a value for an id in the model's unit; text may have its own. host: empty for a loaded model.

    Raises UnknownName for an id that does not exist or is computed, UnitError for a unit that does not fit, DataError
    for a number that is not finite, or outside the range of a slot.
    """
    element = held.elements.get(name)
    if element is None:
        raise unknown("parameter or species", name, held.settable, hint=_see(host))
    if name not in held.settable:
        what = f"'{name}' is computed ({element.formula or element.initial or element.kind}), so it cannot be set"
        raise UnknownName(what, hint="Set what it is computed from")
    if isinstance(value, str) and not math.isnan(plain := plain_number(value.strip())):
        value = plain  # as --set has it: a number alone is in the model's unit
    if not isinstance(value, str):
        return _meant(held, name, real(value, name) + 0.0, host)
    from ranklsys import units

    try:
        found = units.convert(units.quantity(value), units.from_sbml(element.unit))
    except UnitError as problem:
        raise UnitError(problem.what, where=name, hint=f"Its unit in the model: {element.unit_id}") from None
    return _meant(held, name, found + 0.0, host)


def require_quantities(held: Facts, names: Sequence[str], host: str) -> Sequence[str]:
    """Return ids that a simulation can show. Raises UnknownName for one that does not exist, or is a compartment."""
    names = items(names, "ids", "columns")
    for name in names:
        if name not in held.elements or held.elements[name].kind == "compartment":
            raise unknown("quantity", name, held.observables, hint=_see(host))
    return names


def _see(host: str) -> str:
    return f"See: ranklsys show {host or 'human'}"


def _meant(held: Facts, name: str, value: float, host: str) -> float:
    """Return a number. Raises DataError for one that means nothing in a host: less than none, or a share above 1.

    Of what parts add, amounts and volumes are judged; what their parameters mean, they do not say.
    """
    from ranklsys.plugins.contract import core_contract
    from ranklsys.plugins.library import core_shares

    slot = core_contract().targets.get(name)
    if slot and not slot.allows(value):
        raise DataError(f"a slot cannot be {value:g}", where=name, hint=f"It goes from 0 to {slot.most:g}")
    if host and value < -ROUNDING and (held.elements[name].kind in ("species", "compartment") or SEPARATOR not in name):
        raise DataError(f"it cannot be {value:g}", where=name, hint="Give 0 or more")
    if host and value > 1 and name in core_shares():
        raise DataError(f"a share cannot be {value:g}", where=name, hint="Give a number from 0 to 1")
    return value
