"""Units: text that people write, such as ``3 mg/kg`` or ``6mo``, as quantities.  The only importer of pint."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction

import pint

from ranklsys.errors import UnitError, nearest

# pint knows months and years as Julian (30.4375 d and 365.25 d); only their short names are missing. A dalton is a
# molar mass here, so that mass / molar mass is an amount. Units of activity cannot be converted into anything else.
_DEFINITIONS = (
    "week = 7 * day = w",
    "year = 365.25 * day = y = yr = a = julian_year",
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
    "year": Fraction("365.25"),
}
TIMES = ("min", "h", "d", "w", "mo", "y")
COMMON = (
    *("g", "mg", "ug", "ng", "kg", "mg/kg", "ug/kg", "mg/m^2", "mol", "mmol", "umol", "nmol", "pmol", "mM", "uM", "nM"),
    *("pM", "Gy", "IU", "U", "kDa", "Da", "l", "ml", "ul", *TIMES),
)
SBML_KINDS = frozenset(
    "ampere avogadro becquerel candela coulomb dimensionless farad gram gray henry hertz item joule katal kelvin "
    "kilogram litre lumen lux metre mole newton ohm pascal radian second siemens sievert steradian tesla volt watt "
    "weber".split()
)

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_FACTOR = re.compile(r"([A-Za-zµμ_]+)(?:(?:\^|\*\*)?(-?[1-9]))?|1", re.ASCII)


def _registry() -> pint.UnitRegistry:
    registry = pint.UnitRegistry(on_redefinition="ignore")
    for definition in _DEFINITIONS:
        registry.define(definition)
    return registry


registry = _registry()


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


def unit(text: str) -> pint.Unit:
    """Return the unit spelled by a text: ``mg``, ``mg/kg``, ``mg/m^2`` or ``mg/m2``, ``1/d``, ``pM*d``, ``1`` for none.

    Operators are ``*`` and ``/``, read from left to right. Case matters: ``mM`` is not ``MM``.
    Raises UnitError, which names the text, the word that is no unit and the nearest one that is.
    """
    pieces = re.split(r"([*/])(?<!\*\*)(?!\*)", text)
    product: pint.Unit = registry.Unit("")
    for operator, piece in zip(["*", *pieces[1::2]], pieces[::2], strict=True):
        factor = _factor(piece.strip(), text)
        product = product * factor if operator == "*" else product / factor
    return product


def _factor(piece: str, text: str) -> pint.Unit:
    """Return the unit of one factor, e.g. ``m^2``."""
    match = _FACTOR.fullmatch(piece)
    name = match[1] if match else piece
    if match and not name:
        return registry.Unit("")
    try:
        known = registry.get_name(name) if match else ""
    except pint.errors.PintError:
        known = ""
    if not match or not known:
        what = f"'{name}' is not a unit{nearest(name, COMMON)}"
        raise UnitError(what, where=f"'{text}'", hint="Units are e.g. mg, mg/kg, mg/m^2, nmol, pM, 1/d, Gy, IU")
    result: pint.Unit = registry.Unit(known) ** int(match[2] or 1)
    return result


def quantity(text: str) -> pint.Quantity:
    """Read a number with its unit: ``"3 mg/kg"``, ``"0.1 1/d"`` (or ``"0.1/d"``), ``"147 kDa"``; ``"1"`` has none.

    Raises UnitError if the number is missing or the unit unknown.
    """
    number, rest = split(text)
    if not rest:
        return registry.Quantity(number, registry.Unit(""))
    return registry.Quantity(number, unit(f"1{rest}" if rest.startswith("/") else rest))


def days(text: str | float) -> float:
    """Return a time [d]: ``"25 d"``, ``"6mo"``, ``"90 min"``; a bare number is in days already.

    A week is 7 d, a month 30.4375 d and a year 365.25 d (Julian). The result is rounded once, so that ``"56 h"`` is 7/3.
    Raises UnitError if it is not a time, negative or not finite.
    """
    number, rest = split(text) if isinstance(text, str) else (float(text), "")
    name = _time_name(rest, str(text)) if rest else "day"
    result = number * _DAYS[name].numerator / _DAYS[name].denominator
    if not 0 <= result < math.inf:
        raise UnitError(f"a time cannot be '{text}'", hint="Type zero or more, e.g. 25 d")
    return result


def _time_name(word: str, text: str) -> str:
    """Return the full name of a unit of time: ``mo`` -> ``month``."""
    try:
        name = registry.get_name(word) if _FACTOR.fullmatch(word) else ""
    except pint.errors.PintError:
        name = ""
    if name not in _DAYS:
        what = f"'{word}' is not a unit of time{nearest(word, TIMES)}"
        raise UnitError(what, where=f"'{text}'", hint=f"Units of time are {', '.join(TIMES)}; type e.g. 25 d")
    return name


def convert(q: pint.Quantity, unit: pint.Unit | pint.Quantity) -> float:
    """Return how many of a unit a quantity is; the unit may be what from_sbml returns.

    Raises UnitError, which names both, if their dimensions differ.
    """
    try:
        result = float((q / (1 * unit)).to("dimensionless").magnitude) if not _equal(q.units, unit) else q.magnitude
    except (pint.errors.PintError, ArithmeticError):
        raise UnitError(f"'{text(q)}' cannot be converted to '{text(unit)}'", hint=_dimensions(q, unit)) from None
    return float(result)


def _equal(one: pint.Unit, other: pint.Unit | pint.Quantity) -> bool:
    """Tell whether nothing is to be converted, so that the number need not be touched."""
    return isinstance(other, pint.Unit) and one == other


def _dimensions(one: pint.Quantity, other: pint.Unit | pint.Quantity) -> str:
    return f"The first is {one.dimensionality or 'a number'}, the second {other.dimensionality or 'a number'}"


def from_sbml(units: Sequence[tuple[str, float, int, float]]) -> pint.Quantity:
    """Return one unit of an SBML unit definition: the product of (multiplier * 10**scale * kind)**exponent.

    units: (kind, exponent, scale, multiplier), as in SBML Level 3 Version 2, section 4.4; none means dimensionless.
    Raises UnitError on a kind that SBML does not have.
    """
    product: pint.Quantity = registry.Quantity(1.0, registry.Unit(""))
    for kind, exponent, scale, multiplier in units:
        product = product * (multiplier * 10.0**scale * _kind(kind)) ** exponent
    return product


def _kind(kind: str) -> pint.Quantity:
    if kind not in SBML_KINDS:
        hint = "See the base units of SBML Level 3, table 2"
        raise UnitError(f"'{kind}' is not a base unit of SBML{nearest(kind, SBML_KINDS)}", hint=hint)
    if kind == "avogadro":
        return registry.Quantity(6.02214179e23, registry.Unit(""))  # the value that SBML Level 3 prescribes
    return registry.Quantity(1.0, registry.Unit("" if kind == "item" else kind))


def same(one: pint.Unit | pint.Quantity, other: pint.Unit | pint.Quantity) -> bool:
    """Tell whether two units have the same dimension and size (relative 1e-12)."""
    first, second = (1 * one).to_base_units(), (1 * other).to_base_units()
    return first.units == second.units and math.isclose(first.magnitude, second.magnitude, rel_tol=1e-12)


def text(q: pint.Unit | pint.Quantity) -> str:
    """Spell a unit or quantity shortly for people: ``mg/kg``, ``0.1 1/d``; one of a unit is the unit, none is ``1``."""
    if isinstance(q, pint.Unit):
        return f"{q:~C}".replace("**", "^") or "1"
    compact = q.to_compact() if abs(q.magnitude) < 1e-3 else q
    spelled = text(compact.units)
    number = f"{compact.magnitude:g}"
    return number if spelled == "1" else spelled if number == "1" else f"{number} {spelled}"
