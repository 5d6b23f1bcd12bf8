"""Teriparatide and abaloparatide: sound, where the drug goes, and what pulses and lasting exposure do."""

from __future__ import annotations

import math

import pytest
import ranklsys_pth
from ranklsys_pth.claims import CLAIMS

import ranklsys as rk
from ranklsys import Claim, Part, score
from ranklsys.testing import assert_built, assert_sound

PARTS = ranklsys_pth.register_parts()
DOSES = {"teriparatide": "teriparatide 20 ug sc qd", "abaloparatide": "abaloparatide 80 ug sc qd"}
BONE = ["osteoblasts", "CTX", "calcium", "bone_mineral_density_spine"]


@pytest.mark.thorough
@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.id)
def test_an_analogue_is_sound(part: Part) -> None:
    """SBML, units, no effect of a dose of zero, no negative amount, COPASI, order beside the other."""
    assert_sound(part, doses=DOSES[part.id], siblings=[each for each in PARTS if each is not part])


def test_the_sbml_is_what_the_notation_gives() -> None:
    assert_built(ranklsys_pth.HERE / "pth_analogue.ant")


@pytest.fixture(scope="module")
def adult() -> rk.Model:
    """A healthy adult with both drugs to hand."""
    return rk.compose("human", *DOSES)


@pytest.mark.parametrize(("drug", "half_life"), [("teriparatide", 1.0), ("abaloparatide", 1.7)])
def test_highest_after_half_an_hour_and_half_gone_in_time(adult: rk.Model, drug: str, half_life: float) -> None:
    """Forteo and Tymlos labels, within 1.5-fold."""
    minutes = [float(minute) for minute in range(361)]
    times = [minute / 1440 for minute in minutes]
    run = adult.simulate(times[-1], times=times, doses=DOSES[drug], columns=[f"{drug}__drug"])
    level = run[f"{drug}__drug"].to_numpy()
    assert 30 / 1.5 < minutes[int(level.argmax())] < 30 * 1.5
    fall = 3 * math.log(2) / math.log(level[minutes.index(60)] / level[minutes.index(240)])
    assert half_life / 1.5 < fall < half_life * 1.5


def test_peak_and_area_of_abaloparatide_are_those_of_the_label(adult: rk.Model) -> None:
    """Tymlos label: 812 pg/ml and 1622 pg h/ml after 80 ug, within 1.5-fold."""
    hours = [tenth / 10 for tenth in range(241)]
    run = adult.simulate(1.0, times=[hour / 24 for hour in hours], doses="abaloparatide 80 ug sc")
    level = 3.961 * run["abaloparatide__drug"]
    assert 812 / 1.5 < level.max() < 812 * 1.5
    assert 1622 / 1.5 < level.sum() / 10 < 1622 * 1.5


@pytest.mark.parametrize("drug", DOSES)
def test_without_a_dose_nothing_changes(adult: rk.Model, drug: str) -> None:
    run = adult.simulate("1 y", points=3, columns=[*BONE, f"{drug}__pores"])
    assert (run[BONE] / run[BONE].iloc[0] - 1).abs().max(axis=None) < 1e-6
    assert run[f"{drug}__pores"].iloc[-1] == 0


def test_each_signal_has_its_own_effects(adult: rk.Model) -> None:
    """Without the effects of pulses osteoblasts gain little; without those of exposure calcium does not rise."""

    def after(**changes: float) -> tuple[float, float]:
        model = adult.set({f"teriparatide__{name}": value for name, value in changes.items()})
        run = model.simulate("60 d", times=[0.0, 0.25, 60.0], doses=DOSES["teriparatide"], columns=BONE)
        return float(run["osteoblasts"].iloc[-1]), float(run["calcium"].iloc[1] / run["calcium"].iloc[0])

    (cells, calcium), (few, as_high), (as_many, flat) = (
        after(),
        after(lining_gain=0.0, survival_gain=0.0),
        after(PTH_most=0.0),
    )
    assert min(cells, as_many) > 1.5 > 1.2 > few
    assert min(calcium, as_high) > 1.02 > 1.002 > flat


@pytest.mark.thorough
def test_infused_a_dose_loses_its_pulse(adult: rk.Model) -> None:
    """The same amount in the same time: less of the signal that builds, more of the one that costs."""
    columns = ["teriparatide__anabolic", "teriparatide__sustained"]
    (built, cost), (infused_built, infused_cost) = (
        adult.simulate("4 d", points=97, doses=doses, columns=columns).loc[3.0:].mean()
        for doses in (DOSES["teriparatide"], "teriparatide 100 ug iv over 5 d")
    )
    assert infused_built < built / 2
    assert infused_cost > 1.5 * cost


@pytest.mark.thorough
def test_a_week_without_a_pause_is_as_seen() -> None:
    """Horwitz 2011: formation markers within 10 points of -35 %, calcium within 0.05 mM (2 %) of 2.50."""
    compared = rk.run("horwitz2011").compared.set_index("observable")
    assert abs(compared.loc["P1NP", "residual"]) <= 10
    assert abs(compared.loc["calcium", "residual"]) <= 2


@pytest.mark.thorough
def test_training_rows() -> None:
    """All but spine density on placebo in Neer 2001, which rose; calcium alone does not do that here."""
    found = score(ranklsys_pth.HERE / "training.csv").table
    assert len(found) == 18
    assert set(found[~found["within"]]["study"]) <= {"Neer 2001, placebo"}


@pytest.mark.thorough
@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_holds(claim: Claim) -> None:
    finding = claim.run()
    assert finding.holds, finding.measured
