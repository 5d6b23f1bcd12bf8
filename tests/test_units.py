"""Units: what people may type, what it means, and what a typing error says."""

from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranklsys import units
from ranklsys.errors import UnitError

TEXTS = st.one_of(
    st.text(max_size=20),
    st.lists(
        st.sampled_from(["1", "2.5", "-3", "e", "1e999", "mg", "mgg", "/", "*", "**2", "^", "degC", " ", "µ"])
    ).map("".join),
)


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("120 mg", 120, "mg"),
        ("120mg", 120, "mg"),
        ("3 mg/kg", 3, "mg/kg"),
        ("8 Gy", 8, "Gy"),
        ("0.1 1/d", 0.1, "1/d"),
        ("10/d", 10, "1/d"),
        ("147 kDa", 147, "kDa"),
        ("400 nmol", 400, "nmol"),
        ("75 mg/m^2", 75, "mg/m2"),
        ("75 mg/m**2", 75, "mg/m^2"),
        ("5 µg", 5, "ug"),
        ("1e3 IU", 1000, "U"),
        ("1", 1, "1"),
    ],
)
def test_a_quantity_is_a_number_with_a_unit(text: str, number: float, unit: str) -> None:
    quantity = units.quantity(text)
    assert quantity.magnitude == number
    assert units.same(quantity.units, units.unit(unit))


@pytest.mark.parametrize(
    ("text", "nearest"), [("120 mgg", "mg"), ("3 nmoll", "nmol"), ("8 Gyy", "Gy"), ("5 kda", "kDa")]
)
def test_an_unknown_unit_is_named_with_its_text_and_the_nearest_one(text: str, nearest: str) -> None:
    with pytest.raises(UnitError) as caught:
        units.quantity(text)
    assert caught.value.where == f"'{text}'"
    assert f"'{text.split()[1]}' is not a unit" in caught.value.what
    assert f"did you mean '{nearest}'?" in caught.value.what


@pytest.mark.parametrize("text", ["mg", "", "five mg"])
def test_a_quantity_without_a_number_is_refused(text: str) -> None:
    with pytest.raises(UnitError, match="does not begin with a number"):
        units.quantity(text)


@pytest.mark.parametrize("text", ["5 mg/", "5 *", "5 mg//kg"])
def test_a_missing_unit_is_said_to_be_missing(text: str) -> None:
    with pytest.raises(UnitError, match="a unit is missing"):
        units.quantity(text)


def test_a_number_too_large_for_a_float_is_refused() -> None:
    with pytest.raises(UnitError, match="too large"):
        units.quantity("1e999 mg")


@given(TEXTS)
def test_reading_any_text_gives_a_quantity_or_a_unit_error(text: str) -> None:
    for read in (units.quantity, units.days, units.unit):
        with contextlib.suppress(UnitError):
            read(text)


@pytest.mark.parametrize(
    ("time", "days"),
    [
        ("25 d", 25),
        ("25d", 25),
        ("2 days", 2),
        ("3 y", 3 * 365.25),
        ("6mo", 6 * 30.4375),
        ("2 w", 14),
        ("90 min", 1 / 16),
        ("12 h", 0.5),
        ("7", 7),
        (7, 7),
        (0.5, 0.5),
        ("0 d", 0),
    ],
)
def test_a_time_is_in_days(time: str | float, days: float) -> None:
    assert units.days(time) == days


def test_a_time_is_rounded_once() -> None:
    assert units.days("56 h") == 7 / 3
    assert units.days("15 min") == 15 / 1440


@pytest.mark.parametrize("name", units.TIMES)
def test_times_agree_with_the_registry(name: str) -> None:
    """Within 1e-15: pint multiplies by seconds a day and divides again."""
    assert units.days(f"1 {name}") == pytest.approx(
        units.convert(units.quantity(f"1 {name}"), units.unit("d")), rel=1e-15
    )


@pytest.mark.parametrize("time", ["-1 d", -0.5, math.nan, math.inf, "1e308 y"])
def test_a_time_that_is_negative_or_not_finite_is_refused(time: str | float) -> None:
    with pytest.raises(UnitError, match="a time cannot be"):
        units.days(time)


def test_an_unknown_unit_of_time_is_named_with_the_nearest() -> None:
    with pytest.raises(UnitError, match=r"'5 dd': 'dd' is not a unit of time \(did you mean 'd'\?\)"):
        units.days("5 dd")


@pytest.mark.parametrize("time", ["5 mg", "5 d^2", "d", "5 1/d"])
def test_what_is_not_a_time_is_refused(time: str) -> None:
    with pytest.raises(UnitError):
        units.days(time)


def test_a_quantity_converts_to_a_number_of_a_unit() -> None:
    assert units.convert(units.quantity("120 mg"), units.unit("g")) == pytest.approx(0.12, rel=1e-15)


def test_a_quantity_in_the_unit_itself_keeps_its_number_exactly() -> None:
    assert units.convert(units.quantity("0.1 pM"), units.unit("pM")) == 0.1


def test_units_of_different_dimension_are_both_named() -> None:
    with pytest.raises(UnitError, match=r"120 mg cannot be converted to nmol.*\[mass\].*\[substance\]"):
        units.convert(units.quantity("120 mg"), units.unit("nmol"))


def test_units_of_activity_convert_to_nothing_else() -> None:
    with pytest.raises(UnitError, match="IU"):
        units.convert(units.quantity("100 IU"), units.unit("ug"))


def test_a_mass_divided_by_a_molar_mass_in_kilodalton_is_an_amount() -> None:
    amount = units.quantity("147 ug") / units.quantity("147 kDa")
    assert units.convert(amount, units.unit("nmol")) == pytest.approx(1, rel=1e-14)


@pytest.mark.parametrize(
    ("definition", "unit"),
    [
        ([("mole", 1, -12, 1)], "pmol"),
        ([("mole", 1, -12, 1), ("litre", -1, 0, 1)], "pM"),
        ([("second", 1, 0, 86400)], "d"),
        ([("second", -1, 0, 86400)], "1/d"),
        ([("gram", 1, -3, 1), ("kilogram", -1, 0, 1)], "mg/kg"),
        ([("metre", 2, 0, 1)], "m^2"),
        ([("gray", 1, 0, 1)], "Gy"),
        ([("item", 1, 0, 1)], "1"),
        ([("dimensionless", 1, 0, 1)], "1"),
        ([], "1"),
    ],
)
def test_an_sbml_definition_equals_the_unit_it_means(
    definition: list[tuple[str, float, int, float]], unit: str
) -> None:
    assert units.same(units.from_sbml(definition), units.unit(unit))


@pytest.mark.parametrize("kind", units.SBML_KINDS)
def test_every_base_unit_of_sbml_is_known(kind: str) -> None:
    assert units.from_sbml([(kind, 1, 0, 1)]).magnitude > 0


def test_a_base_unit_that_sbml_does_not_have_is_refused() -> None:
    with pytest.raises(UnitError, match=r"'liter' is not a base unit of SBML \(did you mean 'litre'\?\)"):
        units.from_sbml([("liter", 1, 0, 1)])


def test_a_quantity_converts_to_an_sbml_unit() -> None:
    picomole = units.from_sbml([("mole", 1, -12, 1)])
    assert units.convert(units.quantity("400 nmol"), picomole) == pytest.approx(4e5, rel=1e-14)


def test_units_of_another_size_or_dimension_are_not_the_same() -> None:
    assert units.same(units.unit("mg/kg"), units.unit("ug/g"))
    assert not units.same(units.unit("pM"), units.unit("nM"))
    assert not units.same(units.unit("pM"), units.unit("pmol"))


@pytest.mark.parametrize("name", [*units.COMMON, "1"])
def test_a_unit_is_spelled_so_that_it_can_be_read(name: str) -> None:
    assert units.same(units.unit(units.text(units.unit(name))), units.unit(name))


@pytest.mark.parametrize(
    ("definition", "spelled"),
    [
        ([("second", 1, 0, 86400)], "d"),
        ([("second", -1, 0, 86400)], "1/d"),
        ([("mole", 1, -12, 1), ("litre", -1, 0, 1)], "pM"),
        ([("mole", 1, 0, 1)], "mol"),
        ([], "1"),
    ],
)
def test_an_sbml_unit_is_spelled_in_short(definition: list[tuple[str, float, int, float]], spelled: str) -> None:
    assert units.text(units.from_sbml(definition)) == spelled


def test_a_quantity_is_spelled_with_its_number() -> None:
    assert units.text(units.quantity("75 mg/m2")) == "75 mg/m^2"


@given(
    number=st.floats(1e-3, 1e4),
    weight=st.floats(1e-3, 200.0),
    unit=st.sampled_from([*units._MASSES, *units._AMOUNTS]),
    mole=st.tuples(st.floats(1.0, 1e3), st.sampled_from([*units._MOLAR_MASSES])),
    scale=st.sampled_from([-15, -12, -9, -6, -3, 0]),
)
def test_an_everyday_amount_is_what_pint_gives_to_the_last_bit(
    number: float, weight: float, unit: str, mole: tuple[float, str], scale: int
) -> None:
    wanted, molar_mass = (("mole", 1.0, scale, 1.0),), f"{mole[0]!r} {mole[1]}"
    dose = units.quantity(f"{number!r} {unit}") * weight
    dose = dose / units.quantity(molar_mass) if dose.check("[mass]") else dose
    amount = units.everyday_amount(number * weight, unit, molar_mass, wanted)
    assert amount == units.convert(dose, units.from_sbml(wanted))


@pytest.mark.parametrize(
    ("unit", "molar_mass", "wanted"),
    [
        ("ng", "90 kDa", (("mole", 1.0, -12, 1.0),)),
        ("mg", "", (("mole", 1.0, -12, 1.0),)),
        ("mg", "0 kDa", (("mole", 1.0, -12, 1.0),)),
        ("mg", "90 kg/mol", (("mole", 1.0, -12, 1.0),)),
        ("Gy", "90 kDa", (("mole", 1.0, -12, 1.0),)),
        ("mg", "90 kDa", (("gram", 1.0, -3, 1.0),)),
        ("mg", "90 kDa", (("mole", 1.0, -12, 1.0), ("litre", -1.0, 0, 1.0))),
    ],
)
def test_any_other_amount_is_left_to_pint(unit: str, molar_mass: str, wanted: units.Units) -> None:
    assert math.isnan(units.everyday_amount(1.0, unit, molar_mass, wanted))


@given(st.floats(1e-3, 200.0))
def test_a_weight_in_kilograms_is_what_pint_gives_to_the_last_bit(number: float) -> None:
    in_kilograms = (("gram", 1.0, 3, 1.0),)
    assert units.kilograms(number, in_kilograms) == units.convert(
        units.from_sbml(in_kilograms) * number, units.quantity("1 kg")
    )


def test_names_that_are_read_without_pint_mean_what_pint_says() -> None:
    assert {name: units._full_name(name) for name in units._TIME_NAMES} == units._TIME_NAMES
    for text in units.COMMON:
        units.unit(text)
    for seconds in (1.0, 86400.0):
        unit = (("second", 1.0, 0, seconds),)
        assert units.seconds(unit) == units.convert(units.from_sbml(unit), units.unit("s"))
