"""Units: text that people write, such as ``3 mg/kg`` or ``6mo``, as quantities.  The only importer of pint.

pint takes longer to import than a run to integrate, so what people type most is read from small tables without it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from ranklsys.errors import UnitError, nearest

if TYPE_CHECKING:
    import pint
    from pint.facets.plain import PlainQuantity, PlainUnit

    Unit: TypeAlias = PlainUnit  # what pint.Unit and pint.Quantity are made of, and their arithmetic gives
    Quantity: TypeAlias = PlainQuantity[Any]

Units: TypeAlias = Sequence[tuple[str, float, int, float]]
"""A unit of SBML: (kind, exponent, scale, multiplier), multiplied."""
YEAR = 365.25
"""A Julian year [d]."""

# pint knows months and years as Julian (30.4375 d and 365.25 d); only their short names are missing. A dalton is a
# molar mass here, so that mass / molar mass is an amount. Units of activity cannot be converted into anything else.
_DEFINITIONS = (
    "week = 7 * day = w",
    f"year = {YEAR} * day = y = yr = a = julian_year",
    "month = year / 12 = mo",
    "dalton = gram / mole = Da",
    "international_unit = [biological_activity] = IU = U",
)
_DAYS = {
    "second": Fraction(1, 86400),
    "minute": Fraction(1, 1440),
    "hour": Fraction(1, 24),
    "day": Fraction(1),
    "week": Fraction(7),
    "month": Fraction("30.4375"),
    "year": Fraction(YEAR),
}
TIMES = ("min", "h", "d", "w", "mo", "y")
_TIME_NAMES = {**dict(zip(TIMES, ("minute", "hour", "day", "week", "month", "year"), strict=True)), "s": "second"}
COMMON = (
    *("g", "mg", "ug", "ng", "kg"),
    *("mg/kg", "ug/kg", "mg/m^2"),
    *("mol", "mmol", "umol", "nmol", "pmol"),
    *("mM", "uM", "nM", "pM"),
    *("Gy", "IU", "U", "kDa", "Da"),
    *("l", "ml", "ul"),
    *("1/d", "pM/d"),
    *TIMES,
)
SBML_KINDS = (
    *("ampere", "avogadro", "becquerel", "candela", "coulomb", "dimensionless", "farad", "gram", "gray", "henry"),
    *("hertz", "item", "joule", "katal", "kelvin", "kilogram", "litre", "lumen", "lux", "metre", "mole", "newton"),
    *("ohm", "pascal", "radian", "second", "siemens", "sievert", "steradian", "tesla", "volt", "watt", "weber"),
)

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_NAME = re.compile(r"[A-Za-zµμ_]+")
_FACTOR = re.compile(rf"({_NAME.pattern})(?:(?:\^|\*\*)?(-?[1-9]))?")

_MASSES = {"kg": 3, "g": 0, "mg": -3, "ug": -6}
_AMOUNTS = {"mol": 0, "mmol": -3, "umol": -6, "nmol": -9, "pmol": -12}
_MOLAR_MASSES = {"Da": 0, "kDa": 3}
"""Powers of ten of a gram, a mole, and a gram a mole. No ng: pint has a rounding error in it, which is kept."""


@cache
def _registry() -> pint.UnitRegistry[Any]:
    import pint

    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(on_redefinition="ignore")
    for definition in _DEFINITIONS:
        registry.define(definition)
    return registry


def split(text: str) -> tuple[float, str]:
    """Return the number that a text begins with, and what follows it without spaces: ``"3 mg/kg"`` -> 3.0, "mg/kg".

    Raises UnitError if there is no number, or one too large for a float.
    """
    match = _NUMBER.match(text.strip())
    if not match:
        raise UnitError(f"'{text}' does not begin with a number", hint="Type a number and a unit, e.g. 120 mg")
    number = float(match[0])
    if math.isinf(number):
        raise UnitError(f"'{text}' is too large a number", hint="Type a number below 1e308")
    return number, text.strip()[match.end() :].strip()


def unit(text: str) -> Unit:
    """Return the unit spelled by a text: ``mg``, ``mg/kg``, ``mg/m^2`` or ``mg/m2``, ``1/d``, ``pM*d``, ``1`` for none.

    Operators are ``*`` and ``/``, read from left to right. Case matters: ``mM`` is not ``MM``.
    Raises UnitError, which names the text, the word that is no unit and the nearest one that is.
    """
    return _product(text, text)


def require(text: str) -> None:
    """Raise what ``unit`` raises unless a text spells a unit."""
    if text not in COMMON:
        unit(text)


def _product(text: str, whole: str) -> Unit:
    """Return the unit that a text spells, which an error says is part of a whole."""
    pieces = re.split(r"([*/])(?<!\*\*)(?!\*)", text)
    product: Any = _registry().Unit("")
    for operator, piece in zip(["*", *pieces[1::2]], pieces[::2], strict=True):
        factor = _factor(piece.strip(), whole)
        product = product * factor if operator == "*" else product / factor
    return _registry().Unit(product)


def _factor(piece: str, whole: str) -> Unit:
    """Return the unit of one factor, e.g. ``m^2``."""
    if piece == "1":
        return _registry().Unit("")
    match = _FACTOR.fullmatch(piece)
    name, exponent = (match[1], match[2] or 1) if match else (piece, 1)
    known = _full_name(name)
    if not known:
        guess = nearest(name, COMMON) or nearest(name.lower(), COMMON)
        what = f"'{name}' is not a unit{guess}" if name else "a unit is missing"
        raise UnitError(what, where=f"'{whole}'", hint="Units are e.g. mg, mg/kg, mg/m^2, nmol, pM, 1/d, Gy, IU")
    return _registry().Unit(_registry().Unit(known) ** int(exponent))


def _full_name(name: str) -> str:
    """Return what pint calls a unit, ``mo`` -> ``month``, or nothing if it is none."""
    import pint

    try:
        return _registry().get_name(name) if _NAME.fullmatch(name) else ""
    except pint.errors.PintError:
        return ""


def quantity(text: str) -> Quantity:
    """Read a number with its unit: ``"3 mg/kg"``, ``"0.1 1/d"`` (or ``"0.1/d"``), ``"147 kDa"``; ``"1"`` has none.

    Raises UnitError if the number is missing or the unit unknown.
    """
    number, rest = split(text)
    if not rest:
        return _registry().Quantity(number, _registry().Unit(""))
    return _registry().Quantity(number, _product(f"1{rest}" if rest.startswith("/") else rest, text))


def days(text: str | float | timedelta) -> float:
    """Return a time [d]: ``"25 d"``, ``"6mo"``, ``"90 min"``, a timedelta of any library; a bare number is in days.

    A week is 7 d, a month 30.4375 d and a year 365.25 d (Julian). Rounded once: ``"56 h"`` is 7/3.
    Raises UnitError if it is not a time, negative or not finite.
    """
    number, rest = split(text) if isinstance(text, str) else (_days_of(text), "")
    name = _time_name(rest, str(text)) if rest else "day"
    result = number * _DAYS[name].numerator / _DAYS[name].denominator
    if not 0 <= result < math.inf:
        raise UnitError(f"a time cannot be '{text}'", hint="Type zero or more, e.g. 25 d")
    return result


def is_timedelta(value: object) -> bool:
    """Whether something is a time of Python, pandas or numpy, which says itself how long it is."""
    return isinstance(value, timedelta) or getattr(getattr(value, "dtype", None), "kind", "") == "m"


def _days_of(value: Any) -> float:
    """Return a number of days, or a timedelta of Python, pandas or numpy in days."""
    try:
        if isinstance(value, timedelta):
            return value.total_seconds() / 86400
        if is_timedelta(value):
            return float(value / value.dtype.type(1, "ns")) / 86400e9
        if isinstance(value, bool):
            raise TypeError
        return float(value)
    except (TypeError, ValueError):
        said = repr(value)
        what = f"{said if len(said) < 60 and chr(10) not in said else f'a {type(value).__name__}'} is not a time"
        raise UnitError(what, hint='Give e.g. "25 d", a number of days, or a timedelta') from None


def _time_name(word: str, text: str) -> str:
    """Return the full name of a unit of time."""
    name = _TIME_NAMES.get(word) or _full_name(word)
    if name not in _DAYS:
        what = f"'{word}' is not a unit of time{nearest(word.lower(), TIMES)}"
        raise UnitError(what, where=f"'{text}'", hint=f"Units of time are {', '.join(TIMES)}; type e.g. 25 d")
    return name


def convert(q: Quantity, unit: Unit | Quantity) -> float:
    """Return how many of a unit a quantity is; the unit may be what from_sbml returns.

    Raises UnitError, which names both, if their dimensions differ.
    """
    import pint
    from pint.facets.plain import PlainUnit

    if isinstance(unit, PlainUnit) and q.units == unit:
        return float(q.magnitude)
    try:
        return float((q / (1 * unit)).to("dimensionless").magnitude)
    except (pint.errors.PintError, ArithmeticError):
        what = f"{q.magnitude:g} {text(_registry().Unit(q.units))} cannot be converted to {text(unit)}"
        raise UnitError(what, hint=_dimensions(q, unit)) from None


def seconds(units: Units) -> float:
    """Return how many seconds a unit of time of SBML has. Raises UnitError if it is none."""
    if len(units) == 1 and units[0][:2] == ("second", 1.0):
        return units[0][3] * 10.0 ** units[0][2]
    return convert(from_sbml(units), unit("s"))


def kilograms(number: float, units: Units) -> float:
    """Return a weight, a number of a unit of SBML, in kg. Raises UnitError if it is none."""
    if tuple(units) == (("gram", 1.0, 3, 1.0),):
        return 1000.0 * number * 1e-3
    return convert(from_sbml(units) * number, quantity("1 kg"))


def everyday_amount(number: float, unit: str, molar_mass: str, wanted: Units) -> float:
    """Return an amount, or a mass by its molar mass, in an SBML unit of moles: what ``convert`` gives, to the last bit.

    NaN unless all of them are units that doses have day by day; these need no pint.
    """
    size = wanted[0][3] * 10.0 ** wanted[0][2] if len(wanted) == 1 and wanted[0][:2] == ("mole", 1.0) else 0.0
    if size and unit in _AMOUNTS:
        return number / size * float(f"1e{_AMOUNTS[unit]}")
    mole, mole_unit = split(molar_mass) if molar_mass else (0.0, "")
    if not (size and mole and unit in _MASSES and mole_unit in _MOLAR_MASSES):
        return math.nan
    return number / mole / size * float(f"1e{_MASSES[unit] - _MOLAR_MASSES[mole_unit]}")


def _dimensions(one: Quantity, other: Unit | Quantity) -> str:
    return f"The first is {one.dimensionality or 'a number'}, the second {other.dimensionality or 'a number'}"


def from_sbml(units: Units) -> Quantity:
    """Return one unit of an SBML unit definition: the product of (multiplier * 10**scale * kind)**exponent.

    units: (kind, exponent, scale, multiplier), as in SBML Level 3 Version 2, section 4.4; none means dimensionless.
    Raises UnitError on a kind that SBML does not have.
    """
    product: Quantity = _registry().Quantity(1.0, _registry().Unit(""))
    for kind, exponent, scale, multiplier in units:
        product = product * (multiplier * 10.0**scale * _kind(kind)) ** exponent
    return product


def _kind(kind: str) -> Quantity:
    if kind not in SBML_KINDS:
        hint = "See the base units of SBML Level 3, table 2"
        raise UnitError(f"'{kind}' is not a base unit of SBML{nearest(kind, SBML_KINDS)}", hint=hint)
    if kind == "avogadro":
        return _registry().Quantity(6.02214179e23, _registry().Unit(""))  # the value that SBML Level 3 prescribes
    return _registry().Quantity(1.0, _registry().Unit("" if kind == "item" else kind))


def same(one: Unit | Quantity, other: Unit | Quantity) -> bool:
    """Tell whether two units have the same dimension and size (relative 1e-12)."""
    first, second = (1 * one).to_base_units(), (1 * other).to_base_units()
    return first.units == second.units and math.isclose(first.magnitude, second.magnitude, rel_tol=1e-12)


def text(q: Unit | Quantity) -> str:
    """Spell a unit or quantity shortly for people: ``mg/kg``, ``0.1 1/d``; no unit is ``1``.

    One of a unit is spelled as the unit, and so is what equals a unit of COMMON: 86400 s is ``d``.
    """
    from pint.facets.plain import PlainUnit

    if isinstance(q, PlainUnit):
        return f"{q:~C}".replace("**", "^") or "1"
    spelled, number = text(_registry().Unit(q.units)), f"{q.magnitude:g}"
    if spelled == "1":
        return number
    names = (name for name in COMMON if same(q, unit(name)))
    return spelled if number == "1" else next(names, f"{number} {spelled}")
