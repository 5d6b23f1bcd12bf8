"""Conditions: knock-outs, menopause, arthritis; and what went before an experiment."""

from __future__ import annotations

import pytest

import ranklsys as rk
from ranklsys.sbml.facts import facts
from tests.fragments import TRAP


def end(host: str, *parts: str, days: float, **changes: float) -> dict[str, float]:
    return rk.compose(host, *parts).set(changes).simulate(days, points=2).iloc[-1].to_dict()


@pytest.mark.parametrize("host", ["human", "mouse"])
@pytest.mark.parametrize("gene", ["rankl", "rank"])
def test_without_rankl_or_rank_there_are_no_osteoclasts_and_bone_rises(host: str, gene: str) -> None:
    last = end(host, f"{gene}-knockout", days=60 if host == "mouse" else 1000)
    assert last["osteoclasts"] < 0.01
    assert last["bone_volume"] > 1.02


def test_without_opg_bone_is_lost() -> None:
    last = end("mouse", "opg-knockout", days=60)
    assert last["osteoclasts"] > 1.5
    assert last["bone_volume"] < 0.8


def test_a_heterozygote_lies_between() -> None:
    none, half, whole = (
        end("mouse", "opg-knockout", days=60, opg_knockout__left=left)["osteoclasts"] for left in (0, 0.5, 1)
    )
    assert none > half > whole == pytest.approx(1.0)


def test_menopause_raises_markers_within_the_range_seen() -> None:
    """Garnero 1996: resorption +79 to +97 %, formation +37 to +52 %."""
    last = end("human", "menopause", days=8 * 365.25)
    assert 1.79 <= last["CTX"] <= 1.97
    assert 1.37 <= last["BSAP"] <= 1.52
    assert 1.37 <= last["P1NP"] <= 1.52
    assert last["bone_mineral_density_spine"] < 0.95


def test_menopause_comes_when_it_is_set() -> None:
    run = rk.compose("human", "menopause").set(menopause__start="1 y").simulate("2 y", points=3, columns=["CTX"])
    assert run["CTX"].iloc[1] == pytest.approx(1.0)
    assert run["CTX"].iloc[2] > 1.2


def test_arthritis_is_worst_in_the_joint() -> None:
    last = end("human", "rheumatoid-arthritis", days=3 * 365.25)
    assert last["bone_volume_lesion"] < last["bone_volume"] < 1.0


def test_an_effect_may_name_one_site() -> None:
    held = facts(rk.compose("human", "rheumatoid-arthritis").sbml).elements
    assert held["slot_RANKL_production"].formula == "rheumatoid_arthritis__RANKL_skeleton"
    assert "RANKL_joint" in held["slot_RANKL_production_lesion"].formula


def test_after_goes_on_where_the_other_ended() -> None:
    model = rk.compose("human", "menopause")
    whole = model.simulate("8 y", times=[5 * 365.25, 8 * 365.25])
    later = model.after("5 y").simulate("3 y", points=2)
    assert later.to_numpy() == pytest.approx(whole.to_numpy(), rel=1e-6, abs=1e-9)


def test_after_keeps_what_doses_left_behind() -> None:
    model = rk.compose("mouse", TRAP)
    later = model.after("1 d", doses="trap 10 pmol sc").simulate("1 d", points=2, columns=["trap__depot"])
    assert later["trap__depot"].iloc[0] == pytest.approx(3.6788, rel=1e-4)


def test_a_state_that_was_reached_can_be_set() -> None:
    model = rk.compose("mouse", "mda-mb-231").set(seed_circulating=0.0).after("1 d")
    assert model.set(tumour_circulating=0.02).simulate("1 d", points=2)["tumour_circulating"].iloc[0] == 0.02


def test_after_keeps_what_events_have_switched() -> None:
    gland = rk.compose("mouse", "mammary-gland").after("25 d")
    assert gland.facts.elements["mammary_gland__nursing"].value == 1.0


def test_after_keeps_what_was_remembered_from_the_start() -> None:
    """A part whose constant starts from a state of the body: six days at once equal three and three."""
    from tests.fragments import sbml

    body = (
        "compartment serum = 1 volume; species sclerostin in serum; const base has pM; base = sclerostin;"
        "var seen = 0 dimensionless; const k = 1 per_day; seen' = k*(sclerostin/base - seen);"
    )
    part = rk.Part(id="memory", kind="modulator", sbml=sbml(body), shares=("serum", "sclerostin"))
    model = rk.compose("mouse", part).set(slot_sclerostin_production=3.0)
    whole = model.simulate("60 d", points=2)["memory__seen"].iloc[-1]
    halves = model.after("30 d").simulate("30 d", points=2)["memory__seen"].iloc[-1]
    assert whole > 1.5
    assert halves == pytest.approx(whole, rel=1e-6)
