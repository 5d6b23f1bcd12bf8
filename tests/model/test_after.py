"""What went before an experiment: ``Model.after`` goes on where another run ended."""

from __future__ import annotations

import pytest

import ranklsys as rk
from tests.fragments import TRAP


def test_after_goes_on_where_the_other_ended() -> None:
    model = rk.compose("human", "menopause")
    whole = model.simulate("8 y", times=[5 * 365.25, 8 * 365.25])
    later = model.after("5 y").simulate("3 y", points=2)
    assert later.to_numpy() == pytest.approx(whole.to_numpy(), rel=1e-6, abs=1e-9)


@pytest.mark.thorough
def test_after_keeps_what_doses_left_behind() -> None:
    model = rk.compose("mouse", TRAP)
    later = model.after("1 d", doses="trap 10 pmol sc").simulate("1 d", points=2, columns=["trap__depot"])
    assert later["trap__depot"].iloc[0] == pytest.approx(3.6788, rel=1e-4)


def test_a_state_that_was_reached_can_be_set() -> None:
    model = rk.compose("mouse", "mda-mb-231").set(seed_circulating=0.0).after("1 d")
    assert model.set(tumour_circulating=0.02).simulate("1 d", points=2)["tumour_circulating"].iloc[0] == 0.02


@pytest.mark.thorough
def test_after_keeps_what_events_have_switched() -> None:
    gland = rk.compose("mouse", "mammary-gland").after("25 d")
    assert gland.facts.elements["mammary_gland__nursing"].value == 1.0


@pytest.mark.thorough
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
