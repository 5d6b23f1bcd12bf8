"""The grammar of regimens: what each word means, what a wrong one says, and that text and doses never differ."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ranklsys.errors import DoseError
from ranklsys.model import dose, dose_grammar
from ranklsys.model.dose import Dose, parse, write


def only(text: str) -> Dose:
    """Return the single course of a regimen of the drug ``opg-fc``."""
    (found,) = dose.dose("opg-fc", text)
    return found


def fault(text: str, drug: str | None = "opg-fc") -> DoseError:
    """Return the error that a text gives."""
    with pytest.raises(DoseError) as caught:
        parse(text, drug)
    return caught.value


POSITIVE = st.floats(min_value=0, exclude_min=True, allow_infinity=False)
NOT_NEGATIVE = st.floats(min_value=0, allow_infinity=False)
TIMES = st.one_of(NOT_NEGATIVE, st.integers(0, 5000).map(float), st.integers(0, 5000).map(lambda n: n / 1440))
INTERVALS = st.one_of(
    POSITIVE,
    st.sampled_from([1.0, 2.0, 3.5, 7 / 3, 7.0, 28.0, 30.4375, 182.625, 365.25, 0.5, 1 / 3, 1 / 24, 15 / 1440]),
)
ROUTES = st.one_of(
    st.sampled_from(["", *dose_grammar.ROUTES, "depot", "x", "mg"]), st.from_regex(r"[a-z]{1,8}", fullmatch=True)
)
UNITS = st.sampled_from(
    ["", "mg", "mg/kg", "ug/kg", "mg/m^2", "mg/m**2", "nmol", "Gy", "IU", "1/kg", "1", "in", "quart"]
)
DRUGS = st.from_regex(r"[a-z][a-z0-9]{0,4}(-[a-z0-9]{1,4}){0,2}", fullmatch=True)


@st.composite
def doses(draw: st.DrawFn) -> Dose:
    """Return any dose that can be made; what Dose refuses is no dose."""
    every = draw(st.none() | INTERVALS)
    count = 1 if every is None else draw(st.none() | st.integers(1, 10**9 - 1))
    duration = draw(st.just(0.0) | TIMES)
    try:
        return Dose(
            drug=draw(DRUGS),
            amount=draw(NOT_NEGATIVE),
            unit=draw(UNITS),
            route=draw(ROUTES),
            start=draw(TIMES),
            every=every,
            count=count,
            duration=duration,
        )
    except DoseError:
        assume(False)
        raise


WORDS = [
    *("opg-fc", "120", "4mg", "mg", "mg/kg", "mgg", "sc", "depot", "SC", "q4w", "q0d", "q", "q4x", "tiw", "x", "x26"),
    *(
        "26",
        "0",
        "-1",
        "2.5",
        "1e999",
        "from",
        "FROM",
        "until",
        "over",
        "then",
        ";",
        "d",
        "90",
        "90d",
        "15",
        "min",
        "é",
    ),
]
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join))


@given(st.lists(doses(), min_size=1, max_size=3))
def test_doses_written_and_read_are_the_same_doses(given_doses: list[Dose]) -> None:
    assert parse(write(given_doses)) == tuple(given_doses)


@given(TEXTS, st.sampled_from([None, "opg-fc"]))
def test_any_text_is_read_or_refused_with_a_dose_error_and_canonical_text_stays(text: str, drug: str | None) -> None:
    try:
        read = parse(text, drug)
    except DoseError as refused:
        hint = refused.hint
    else:
        assert parse(write(read)) == read
        assert write(parse(write(read))) == write(read)
        return
    assert hint


def test_a_regimen_is_amount_unit_route_interval_and_count() -> None:
    expected = Dose(drug="opg-fc", amount=120, unit="mg", route="sc", every=28, count=26)
    assert only("120 mg sc q4w x 26") == expected


def test_a_regimen_begins_with_the_drug_unless_it_is_given() -> None:
    assert parse("opg-fc 3 mg/kg sc q2d from 3d") == dose.dose("opg-fc", "3 mg/kg sc q2d from 3d")


def test_regimens_of_several_drugs_are_separated_by_semicolons() -> None:
    first, second = parse("opg-fc 3 mg/kg sc q2d; docetaxel 10 mg/kg iv qw")
    assert (first.drug, second.drug) == ("opg-fc", "docetaxel")


def test_semicolons_separate_regimens_of_a_given_drug_too() -> None:
    loading, rest = dose.dose("opg-fc", "10 mg/kg iv; 3 mg/kg sc q2d")
    assert (loading.every, rest.every) == (None, 2)


def test_a_dose_without_an_interval_is_given_once() -> None:
    assert (only("8 Gy x 1").every, only("8 Gy").count) == (None, 1)
    assert only("8 Gy x 1") == only("8 Gy")


def test_a_dose_with_an_interval_and_no_count_has_no_end() -> None:
    assert only("3 mg/kg sc q2d").count is None


@pytest.mark.parametrize(
    ("word", "days"),
    [
        *[("q4w", 28), ("q2d", 2), ("q6mo", 182.625), ("q12h", 0.5), ("q30min", 1 / 48), ("q1y", 365.25)],
        ("q1.5d", 1.5),
        *[("qd", 1), ("qw", 7), ("qmo", 30.4375), ("qh", 1 / 24), ("qy", 365.25), ("daily", 1), ("bid", 0.5)],
        *[("tid", 1 / 3), ("weekly", 7), ("biw", 3.5), ("tiw", 7 / 3), ("monthly", 30.4375), ("yearly", 365.25)],
    ],
)
def test_a_frequency_is_an_interval_in_days(word: str, days: float) -> None:
    assert only(f"1 mg {word}").every == days


def test_keywords_may_be_written_in_capitals() -> None:
    text = "4 mg iv over 15 min q4w x 3 from 9 d then 2 mg qw"
    assert parse(text, "a") == parse("4 mg iv OVER 15 min Q4w X 3 From 9 d THEN 2 mg QW", "a")


def test_units_may_not_be_written_in_capitals() -> None:
    assert "'W' is not a unit of time (did you mean 'w'?)" in fault("1 mg q4W").what


def test_options_stand_in_any_order() -> None:
    assert only("4 mg x 3 from 9 d iv q4w over 15 min") == only("4 mg iv over 15 min q4w x 3 from 9 d")


def test_spaces_between_number_and_unit_do_not_matter() -> None:
    assert only("4mg iv over 15min q4w x3 from 9d") == only("4 mg iv over 15 min q4w x 3 from 9 d")


def test_an_infusion_lasts_as_long_as_over_says() -> None:
    assert only("4 mg iv over 15 min q4w from 90 d").duration == 15 / 1440


def test_a_dose_of_zero_is_a_dose() -> None:
    assert only("0 mg sc q4w").amount == 0


def test_a_dose_may_have_no_unit() -> None:
    assert only("5 sc qd") == only("5 qd sc") == Dose(drug="opg-fc", amount=5, unit="", route="sc", every=1, count=None)


def test_a_route_of_the_part_itself_may_follow_a_unit() -> None:
    assert only("5 nmol depot").route == "depot"


@pytest.mark.parametrize(("until", "count"), [("9 d", 9), ("8.5 d", 9), ("9.01 d", 10)])
def test_until_gives_the_doses_before_that_time(until: str, count: int) -> None:
    assert only(f"1 mg qd until {until}").count == count


def test_until_is_a_time_of_the_simulation_not_of_the_course() -> None:
    assert only("1 mg qd from 3 d until 9 d").count == 6


def test_until_is_not_fooled_by_rounding() -> None:
    assert only("1 mg tid until 10 d").count == 30
    assert only("1 mg tiw until 28 d").count == 12


def test_a_repeating_course_without_a_count_is_given_once_before_then() -> None:
    first, second = parse("60 mg sc q6mo then 120 mg sc q4w x 12", "denosumab")
    assert (first.count, second.start, second.count) == (1, 182.625, 12)


def test_the_next_course_starts_when_the_former_ends() -> None:
    _, second, third = parse("1 mg q4w x 3 from 10 d then 2 mg qw until 122 d then 3 mg qd", "a")
    assert second.start == 10 + 3 * 28
    assert third.start == second.start + 4 * 7


def test_from_in_a_later_course_is_a_time_of_the_simulation() -> None:
    assert parse("1 mg x 1 then 2 mg q4w from 90 d", "a")[1].start == 90


def test_each_regimen_after_a_semicolon_starts_at_zero() -> None:
    assert [dose.start for dose in parse("1 mg q4w x 2 then 2 mg q4w; 3 mg qw", "a")] == [0, 56, 0]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("3 mg/kg sc tiw", "a 3 mg/kg sc tiw"),
        ("4mg iv over 15 min q28d x26", "a 4 mg iv over 15 min q4w x 26"),
        ("1 mg daily", "a 1 mg qd"),
        ("8 Gy", "a 8 Gy x 1"),
        ("60 mg sc q6mo then 120 mg sc q4w x 12", "a 60 mg sc q6mo x 1; a 120 mg sc q4w x 12 from 6 mo"),
        ("1 mg q2.3d", "a 1 mg q2.3d"),
        ("5 sc qd", "a 5 qd sc"),
    ],
)
def test_canonical_text_uses_the_units_that_people_use(text: str, canonical: str) -> None:
    assert write(parse(text, "a")) == canonical


def test_no_doses_are_written_as_no_text() -> None:
    assert write(()) == ""


@pytest.mark.parametrize(
    ("text", "where", "what", "hint"),
    [
        ("", "end", "the amount is missing", "120 mg"),
        ("sc q4w", "word 1", "'sc' is not an amount", "120 mg"),
        ("1 mg;", "end", "the amount is missing", "120 mg"),
        ("1 mg then", "end", "the amount is missing", "120 mg"),
        ("-1 mg", "word 1", "a dose cannot be -1", "0 or more"),
        ("120 mgg sc", "word 2", "'mgg' is not a unit (did you mean 'mg'?)", "mg/kg"),
        ("120 depot", "word 2", "'depot' is not a unit", "mg/kg"),
        ("1 mg q4x", "word 3", "'x' is not a unit of time", "min, h, d, w, mo, y"),
        ("1 mg q4", "word 3", "'4' is not a time with a unit", "min, h, d, w, mo or y"),
        ("1 mg q0d", "word 3", "the interval between doses cannot be 0 d", "q4w"),
        ("1 mg q-2d", "word 3", "a time cannot be '-2d'", "zero or more"),
        ("1 mg qd from -2 d", "word 6", "a time cannot be '-2 d'", "zero or more"),
        ("1 mg qd from", "end", "the time is missing", "90 d"),
        ("1 mg qd from; 2 mg", "word 5", "the time is missing", "90 d"),
        ("1 mg from 9 dd", "word 5", "'dd' is not a unit of time (did you mean 'd'?)", "type e.g. 25 d"),
        ("1 mg from 9", "word 4", "'9' is not a time with a unit", "90 d"),
        ("1 mg x 5", "word 3", "more than one dose needs an interval", "q4w x 26"),
        ("1 mg qd x 0", "word 5", "'0' is not a number of doses", "whole number from 1"),
        ("1 mg qd x 2.5", "word 5", "'2.5' is not a number of doses", "whole number from 1"),
        ("1 mg qd x-3", "word 4", "'-3' is not a number of doses", "whole number from 1"),
        ("1 mg iv over 2 d q2d", "word 4", "an infusion over 2 d still runs when the next begins", "shorter time"),
        ("1 mg SC", "word 3", "'SC' means nothing here (did you mean 'sc'?)", "lower-case route"),
        ("1 mg sc form 9 d", "word 4", "'form' is a second route (did you mean 'from'?)", "once"),
        ("1 mg q4w q2w", "word 4", "'q2w' is a second every", "once"),
        ("1 mg qd until 0 d", "word 4", "no dose comes before that time", "Type a time after 0 d"),
        ("1 mg until 9 d", "word 3", "'until' needs an interval, and no count", "q4w until 90 d"),
        ("1 mg qd x 2 until 9 d", "word 6", "'until' needs an interval, and no count", "q4w until 90 d"),
        ("1 mg then 2 mg qd", "word 4", "a single dose does not say when the next course starts", "from 90 d"),
        ("1 mg qd then 2 mg from 9 d", "word 5", "how many doses come before 'then' is not said", "'x N'"),
    ],
)
def test_an_error_points_at_the_word_and_says_what_to_type(text: str, where: str, what: str, hint: str) -> None:
    error = fault(text)
    assert error.where == f"{where} of '{text}'"
    assert what in error.what
    assert hint in error.hint


@pytest.mark.parametrize("text", ["120 mg sc q4w", "OPG-Fc 3 mg/kg", "opg_fc 3 mg/kg"])
def test_a_regimen_that_does_not_begin_with_a_drug_says_so(text: str) -> None:
    assert fault(text, None).where == f"word 1 of '{text}'"
    assert "is not the id of a drug" in fault(text, None).what


def test_a_given_drug_must_be_the_id_of_a_part() -> None:
    assert "'OPG' is not the id of a drug" in fault("1 mg", "OPG").what


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("drug", {"drug": "OPG"}),
        ("amount", {"amount": -1.0}),
        ("amount", {"amount": float("nan")}),
        ("unit", {"unit": "mgg"}),
        ("unit", {"unit": "mg / kg"}),
        ("route", {"route": "from"}),
        ("start", {"start": -1.0}),
        ("every", {"every": 0.0}),
        ("every", {"every": float("inf")}),
        ("count", {"every": 1.0, "count": 0}),
        ("count", {"every": 1.0, "count": 2.5}),
        ("count", {"count": None}),
        ("count", {"count": 2}),
        ("duration", {"duration": -1.0}),
        ("duration", {"every": 1.0, "duration": 1.0}),
    ],
)
def test_a_dose_that_cannot_be_given_cannot_be_made(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(DoseError) as caught:
        Dose(**{"drug": "opg-fc", "amount": 1.0, "unit": "mg", **changes})
    assert caught.value.where == field
