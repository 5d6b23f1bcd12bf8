"""What a part may not do: each refusal names the part, the element and the way out."""

from __future__ import annotations

import pytest

import ranklsys as rk
from ranklsys.errors import RanklsysError
from tests.fragments import MARROW, TRAP_BODY, sbml


def refuse(body: str, match: str, **fields: object) -> None:
    part = rk.Part(id="bad", kind="therapy", sbml=sbml(body), **fields)
    with pytest.raises(RanklsysError, match=match) as caught:
        rk.compose("mouse", part)
    assert caught.value.where == "bad"
    assert caught.value.hint


def test_a_share_that_the_contract_lacks() -> None:
    refuse(
        "species osteoclasts in marrow; compartment marrow = 1 volume;",
        r"'osteoclasts' cannot be shared",
        shares=("osteoclasts",),
    )


def test_a_misspelt_share_is_named_with_the_nearest() -> None:
    refuse(MARROW, r"'RANKLL' cannot be shared \(did you mean 'RANKL'\?\)", shares=("RANKLL", "marrow"))


def test_a_share_that_its_sbml_lacks() -> None:
    refuse("const k = 1 per_day;", "shares 'RANKL', but its SBML has none", shares=("RANKL",))


def test_an_id_of_the_core_that_is_not_shared() -> None:
    refuse(TRAP_BODY, "'RANKL' is also in the core, but is not shared", shares=("marrow",))


def test_a_shared_species_with_an_initial_value() -> None:
    refuse(f"{MARROW} RANKL = 2 pM;", "'RANKL' is shared but has an initial value", shares=("marrow", "RANKL"))


def test_a_shared_species_with_a_rule() -> None:
    refuse(
        f"{MARROW} const k = 1 pM; RANKL := k;",
        "'RANKL' is shared but has an initial value or rule",
        shares=("marrow", "RANKL"),
    )


def test_a_shared_species_set_by_an_event() -> None:
    event = "never: at (time > 5), t0=false, persistent=true: RANKL = zero;"
    refuse(f"{MARROW} const zero = 0 pM; {event}", "event sets 'RANKL'", shares=("marrow", "RANKL"))


def test_a_shared_quantity_in_another_unit() -> None:
    refuse("const body_weight has day;", "'body_weight' is in .* here and in .* in the core", shares=("body_weight",))


def test_a_quantity_that_may_only_be_read() -> None:
    body = "compartment serum = 1 volume; species sclerostin in serum; const body_weight has kg; body_weight = 60 kg; unit kg = 1000 gram;"
    refuse(body, "'body_weight' is shared but has an initial value", shares=("serum", "sclerostin", "body_weight"))


def test_an_effect_that_is_no_parameter() -> None:
    refuse("const kill = 1 per_day;", r"effect 'kil' is not a parameter", effects={"kil": "slot_tumour_kill"})


def test_an_effect_in_another_unit_than_its_slot() -> None:
    refuse("const kill = 1 day;", "effect 'kill' is in", effects={"kill": "slot_tumour_kill"})


def test_an_effect_that_differs_by_site_on_a_slot_of_the_body() -> None:
    body = f"{MARROW} var block has per_day; const k = 1 per_day; const one = 1 pM; block := k*RANKL/one;"
    refuse(body, "differs by site", shares=("marrow", "RANKL"), effects={"block": "slot_tumour_kill"})


def test_a_route_to_nothing() -> None:
    refuse(
        TRAP_BODY,
        r"route to 'depott', .* \(did you mean 'depot'\?\)",
        shares=("marrow", "RANKL"),
        routes={"sc": "depott"},
    )


def test_a_route_to_something_of_the_core() -> None:
    refuse(
        TRAP_BODY,
        "route to 'RANKL', which is not a species of its own",
        shares=("marrow", "RANKL"),
        routes={"sc": "RANKL"},
    )


def test_double_underscores() -> None:
    refuse("const my__rate = 1 per_day;", "'my__rate' has '__' in it")


def test_another_unit_of_time() -> None:
    part = rk.Part(
        id="bad", kind="therapy", sbml=sbml("const k = 1 per_day;").replace('timeUnits="day"', 'timeUnits="second"')
    )
    with pytest.raises(RanklsysError, match="time unit differs"):
        rk.compose("mouse", part)


def test_an_event_that_would_miss_time_zero() -> None:
    refuse(
        "var x = 0 dimensionless; e: at (time >= 0), t0=true, persistent=true: x = 1 dimensionless;",
        "not a persistent threshold",
    )


def test_a_piecewise_of_time() -> None:
    refuse("var x has dimensionless; x := piecewise(1 dimensionless, time < 5, 0 dimensionless);", r"a step .* of time")


def test_a_state_of_the_body_that_follows_one_site() -> None:
    body = f"{MARROW} var x = 0 pM; const k = 1 per_day; x' = k*RANKL;"
    refuse(body, "'x' belongs to the whole body but follows 'RANKL', which differs by site", shares=("marrow", "RANKL"))


def test_a_state_of_the_body_may_weigh_all_sites() -> None:
    body = (
        f"{MARROW} var seen has pM, seen_lesion has pM, mean has pM; seen := RANKL; const share = 0.75 dimensionless; mean := share*seen + share*seen_lesion;"
        "var x = 0 pM; const k = 1 per_day; x' = k*(mean - x);"
    )
    part = rk.Part(id="watch", kind="modulator", sbml=sbml(body), shares=("marrow", "RANKL"))
    run = rk.compose("mouse", part).set(slot_RANKL_production_lesion=3.0).simulate("30 d", points=2).iloc[-1]
    assert run["RANKL_lesion"] > 1.5 * run["RANKL"]
    assert run["watch__mean"] == pytest.approx(0.75 * (run["RANKL"] + run["RANKL_lesion"]))
    assert run["watch__x"] == pytest.approx(run["watch__mean"], rel=0.05)


def test_a_state_of_the_body_that_weighs_one_site_and_follows_another_quantity_of_one() -> None:
    body = (
        f"{MARROW} var seen has pM, seen_lesion has pM, other has pM; seen := RANKL; other := RANKL;"
        "var x = 0 pM; const k = 1 per_day; x' = k*(seen + seen_lesion - other);"
    )
    refuse(body, "'x' belongs to the whole body but follows 'other'", shares=("marrow", "RANKL"))


def test_a_unit_error_inside_a_part_is_found() -> None:
    body = "compartment blood = 1 volume; species drug in blood = 0 pM; const k = 1 day; gone: drug => ; blood*k*drug;"
    part = rk.Part(id="bad", kind="therapy", sbml=sbml(body))
    with pytest.raises(RanklsysError, match="libsbml has"):
        rk.compose("mouse", part)


@pytest.mark.parametrize(
    "text",
    ["<sbml", "<html></html>", "<sbml xmlns='http://www.sbml.org/sbml/level3/version2/core' level='3' version='2'/>"],
)
def test_broken_or_foreign_xml(text: str) -> None:
    with pytest.raises(RanklsysError, match="bad: ") as caught:
        rk.compose("mouse", rk.Part(id="bad", kind="therapy", sbml=text))
    assert "\n" not in str(caught.value)


def test_an_older_level_of_sbml() -> None:
    old = "<sbml xmlns='http://www.sbml.org/sbml/level2/version4' level='2' version='4'><model id='m'/></sbml>"
    with pytest.raises(RanklsysError, match="bad: is SBML level 2 version 4"):
        rk.compose("mouse", rk.Part(id="bad", kind="therapy", sbml=old))


def test_units_of_another_size_inside_a_part_are_found() -> None:
    """libsbml compares dimensions only: 1 per hour would pass as 1 per day."""
    body = (
        "compartment blood = 1 volume; species drug in blood = 1 pM; unit per_hour = 1 / 3600 second;"
        "const k = 1 per_hour; gone: drug => ; blood*k*drug;"
    )
    with pytest.raises(RanklsysError, match=r"rate of 'bad__gone' gives .*3600 second.* but needs .*86400 second"):
        rk.compose("mouse", rk.Part(id="bad", kind="therapy", sbml=sbml(body)))


BLOOD = "compartment blood = 1 volume; species drug in blood = 0 pM; const k = 1 per_day; const one = 1 per_pM_per_day;"


@pytest.mark.parametrize(
    "body",
    [
        f"{MARROW} {BLOOD} made: => drug; blood*k*RANKL;",
        f"{MARROW} {BLOOD} taken: drug + RANKL => ; marrow*one*drug*RANKL;",
        f"{MARROW} compartment blood = 1 volume; species drug in blood; drug := RANKL;",
        f"{MARROW} var seen = 0 dimensionless; const top = 5 pM; e: at (RANKL > top), t0=false, persistent=true: seen = 1;",
    ],
    ids=["made by both sites", "consumed at both sites", "assigned from one site", "switched by one site"],
)
def test_what_belongs_to_the_body_cannot_follow_a_site(body: str) -> None:
    refuse(body, r"belongs to the whole body but follows '\w+', which differs by site", shares=("marrow", "RANKL"))


def test_a_dose_into_the_marrow() -> None:
    body = f"{MARROW} species drug in marrow = 0 pM; const k = 1 per_day; gone: drug => ; marrow*k*drug;"
    refuse(body, "stands in the marrow of every site", shares=("marrow", "RANKL"), routes={"iv": "drug"})


def test_a_share_in_another_compartment() -> None:
    body = "compartment blood = 5 volume; species RANKL in blood; const k = 1 per_day; gone: RANKL => ; blood*k*RANKL;"
    refuse(body, "'RANKL' has compartment blood here and marrow in the core", shares=("RANKL",))


def test_a_share_of_another_size() -> None:
    refuse("compartment marrow = 7 volume;", r"'marrow' has size 7\.0 here and 1\.0 in the core", shares=("marrow",))


def test_a_shared_species_that_reactions_cannot_change() -> None:
    text = sbml(MARROW).replace('boundaryCondition="false"', 'boundaryCondition="true"')
    with pytest.raises(RanklsysError, match="'RANKL' has boundaryCondition True here and False in the core"):
        rk.compose("mouse", rk.Part(id="bad", kind="therapy", sbml=text, shares=("marrow", "RANKL")))


def test_a_conversion_factor() -> None:
    text = sbml(f"{BLOOD} const f = 3 dimensionless;").replace(
        '<species id="drug"', '<species conversionFactor="f" id="drug"'
    )
    with pytest.raises(RanklsysError, match="uses a conversion factor"):
        rk.compose("mouse", rk.Part(id="bad", kind="therapy", sbml=text))


NARROW = [
    "(time >= a) && (time < b)",
    "(time > a) && (b > time)",
    "time == a",
    "(time >= a) && !(time >= b)",
    "(time >= a) && (b - time > zero)",
]


@pytest.mark.parametrize("trigger", NARROW)
def test_an_event_that_may_hold_for_a_moment(trigger: str) -> None:
    body = f"var x = 0 dimensionless; const a = 3 day, b = 3.01 day, zero = 0 day; e: at ({trigger}), t0=false, persistent=true: x = 1;"
    refuse(body, "may hold for a moment of time")


@pytest.mark.parametrize("trigger", ["time >= a", "a <= time", "(time > a) && (x < one)"])
def test_a_plain_threshold_is_no_such_event(trigger: str) -> None:
    body = f"var x = 0 dimensionless; const a = 3 day; const one = 1 dimensionless; e: at ({trigger}), t0=false, persistent=true: x = one;"
    run = rk.compose("mouse", rk.Part(id="good", kind="therapy", sbml=sbml(body))).simulate(
        "4 d", points=3, columns=["good__x"]
    )
    assert list(run["good__x"]) == [0.0, 0.0, 1.0]


def test_a_constant_that_starts_from_one_site() -> None:
    body = f"{MARROW} const base has pM; base = RANKL;"
    refuse(body, "'base' belongs to the whole body but follows 'RANKL'", shares=("marrow", "RANKL"))


def test_an_effect_that_belongs_to_the_core() -> None:
    body = "const body_resorption has dimensionless;"
    refuse(
        body,
        "effect 'body_resorption' belongs to the core",
        shares=("body_resorption",),
        effects={"body_resorption": "slot_homing"},
    )


def test_a_constant_effect_out_of_its_slots_range() -> None:
    body = "const more = 3 dimensionless;"
    refuse(body, "effect 'more' is 3, but slot_space goes from 0 to 1", effects={"more": "slot_space"})


@pytest.mark.parametrize("rule", ["y := time; x := piecewise(1, y < d, 0)", "x := floor(time/d)"])
def test_a_hidden_step_in_time(rule: str) -> None:
    refuse(f"const d = 5 day; var x has dimensionless; var y has day; {rule};", "a step .* of time")


def test_an_id_that_could_be_a_dose() -> None:
    refuse("const dose_1_amount = 1 pM;", "'dose_1_amount' could be the name of a dose")


def test_a_reaction_without_a_rate() -> None:
    refuse(f"{BLOOD} gone: drug => ;", "reaction 'gone' has no rate")


def test_a_share_whose_copy_the_core_lacks() -> None:
    body = "compartment marrow = 1 volume; species sclerostin in marrow;"
    refuse(body, "'sclerostin' has compartment marrow here and serum in the core", shares=("marrow", "sclerostin"))
