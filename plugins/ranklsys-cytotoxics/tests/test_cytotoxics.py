"""Cytotoxics: doses, killing, the resistant clone, the linear-quadratic law, hormones, and what the data say."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import ranklsys_cytotoxics

import ranklsys as rk
from ranklsys import Part, score
from ranklsys.testing import assert_sound

PARTS = ("docetaxel", "capecitabine", "radiotherapy", "endocrine-therapy", "palbociclib", "radium-223")
DOSES = {
    "docetaxel": "docetaxel {} mg/m^2 iv q3w",
    "capecitabine": "capecitabine {} mg/m^2 oral bid x 28",
    "radiotherapy": "radiotherapy {} Gy local daily x 3",
    "endocrine-therapy": "endocrine-therapy {} mg oral qd",
    "palbociclib": "palbociclib {} mg oral qd x 21",
    "radium-223": "radium-223 {} kBq/kg iv q4w",
}
STILL = {"growth_scale": 0.0, "tumour_shedding": 0.0, "seed_bone": 1e-3}
"""A tumour that does nothing but die."""


@pytest.mark.thorough
@pytest.mark.parametrize("part", ranklsys_cytotoxics.register_parts(), ids=lambda part: part.id)
def test_a_therapy_is_sound(part: Part) -> None:
    """In both hosts: SBML, units, no effect of a dose of zero, no negative amount, COPASI, order beside another."""
    dose = DOSES[part.id].format(4)
    assert_sound(part, doses=dose, siblings=ranklsys_cytotoxics.register_parts()[:2])


def irradiated(doses: str, field: float = 1.0) -> float:
    """Return the share of a still tumour that survives radiotherapy."""
    model = rk.compose("human", "radiotherapy").set(STILL).set(radiotherapy__share_in_field_at_start=field)
    return float(model.simulate("30 d", doses=doses, points=2, columns=["tumour"])["tumour"].iloc[-1]) / 1e-3


def left(fractions: int, dose: float, unrepaired: float = 0.0) -> float:
    """Return what the linear-quadratic law leaves; two fractions may come before all is repaired."""
    values = rk.compose("human", "radiotherapy").facts.elements
    alpha = values["radiotherapy__alpha"].value
    beta = alpha / values["radiotherapy__alpha_beta_ratio"].value
    return math.exp(-fractions * (alpha * dose + beta * dose**2 * (1 + unrepaired)))


@pytest.mark.thorough
def test_reference_doses_count_per_body_surface() -> None:
    """75 mg/m2 is the reference in the human, and in the mouse too: surface goes with weight to the power 2/3."""
    for host in ("human", "mouse"):
        for part, dose in (("docetaxel", "75 mg/m^2 iv"), ("capecitabine", "1250 mg/m^2 oral")):
            model = rk.compose(host, part).set({f"{part}__elimination": 0.0})
            run = model.simulate("3 d", doses=rk.dose(part, dose), points=2, columns=[f"{part}__level"])
            assert run.iloc[-1, 0] == pytest.approx(1.0, rel=5e-3)  # reference doses have four digits


@pytest.mark.thorough
def test_docetaxel_is_eliminated_with_a_half_life_of_19_hours() -> None:
    run = rk.compose("human", "docetaxel").simulate(
        "19 h", doses="docetaxel 75 mg/m^2 iv", points=2, columns=["docetaxel__in_plasma"]
    )
    assert run.iloc[-1, 0] / run.iloc[0, 0] == pytest.approx(0.5, abs=0.01)


@pytest.mark.thorough
def test_capecitabine_peaks_within_hours_and_is_gone_in_two_days() -> None:
    run = rk.compose("human", "capecitabine").simulate(
        "2 d", doses="capecitabine 1250 mg/m^2 oral", points=481, columns=["capecitabine__level"]
    )["capecitabine__level"]
    assert 1 <= 24 * run.idxmax() <= 3
    assert run.iloc[-1] < 1e-3 * run.max()


@pytest.mark.thorough
@pytest.mark.parametrize("share", [0.01, 0.3])
def test_a_resistant_clone_grows_out_as_two_clones_would(share: float) -> None:
    """A tumour too small to feed back: the mixture is the sum of one that is killed and one that is not, to 0.1 %.

    What feeds a tumour in bone protects it from drugs, of which the share that resists knows nothing: left out.
    """
    model = rk.compose("mouse", "mcf-7", "docetaxel")
    model = model.set(seed_bone=1e-6, tumour_shedding=0.0, tumour_protection_gain=0.0)

    def grown(resistant: float) -> np.ndarray:
        mixed = model.set(docetaxel__resistant_at_start=resistant)
        run = mixed.simulate("21 d", doses="docetaxel 75 mg/m^2 iv qw x 3", points=8, columns=["tumour"])
        return run["tumour"].to_numpy()

    assert grown(share) == pytest.approx((1 - share) * grown(0.0) + share * grown(1.0), rel=1e-3)
    assert grown(0.0)[-1] < 0.1 * grown(1.0)[-1]


def test_the_resistant_share_follows_the_killing_that_the_tumour_feels() -> None:
    """Of a tumour twice as sensitive, the log odds of resistance rise twice as much."""
    model = rk.compose("mouse", "mcf-7", "docetaxel")

    def odds(sensitivity: float) -> float:
        run = model.set(tumour_drug_sensitivity=sensitivity).simulate(
            "30 d", doses="docetaxel 75 mg/m^2 iv", points=2, columns=["docetaxel__resistant_share"]
        )["docetaxel__resistant_share"]
        return math.log(run.iloc[-1] / (1 - run.iloc[-1])) - math.log(run.iloc[0] / (1 - run.iloc[0]))

    assert odds(2.0) == pytest.approx(2 * odds(1.0), rel=1e-5)
    assert odds(1.0) == pytest.approx(1 / 0.895, rel=5e-3)


@pytest.mark.thorough
def test_resistance_can_be_acquired() -> None:
    model = rk.compose("human", "patient-breast", "docetaxel").set(docetaxel__resistant_at_start=0.0)
    lost, kept = (
        model.set(docetaxel__resistance_rate=rate)
        .simulate("1 y", doses="docetaxel 75 mg/m^2 iv q3w", points=2, columns=["tumour"])["tumour"]
        .iloc[-1]
        for rate in (1e-3, 0.0)
    )
    assert lost > 10 * kept


@pytest.mark.thorough
@pytest.mark.parametrize("dose", [2.0, 8.0])
def test_one_fraction_kills_by_the_linear_quadratic_law(dose: float) -> None:
    assert irradiated(f"radiotherapy {dose} Gy local") == pytest.approx(left(1, dose), rel=1e-5)


def test_separate_fractions_multiply() -> None:
    """Five daily fractions; a day leaves exp(-11.1) of the damage unrepaired."""
    assert irradiated("radiotherapy 4 Gy local daily x 5") == pytest.approx(left(5, 4.0), rel=1e-3)
    assert left(5, 4.0) > 10 * left(1, 20.0)


def test_fractions_an_hour_apart_kill_as_with_incomplete_repair() -> None:
    """Thames: for two fractions d, beta counts 2*d^2*(1 + exp(-q*time between))."""
    unrepaired = math.exp(-11.1 / 24)
    assert irradiated("radiotherapy 2 Gy local q1h x 2") == pytest.approx(left(2, 2.0, unrepaired), rel=1e-6)


def test_what_is_outside_the_field_survives() -> None:
    assert irradiated("radiotherapy 8 Gy local", 0.3) == pytest.approx(0.7 + 0.3 * left(1, 8.0), rel=1e-6)


def test_radiotherapy_is_local_to_bone_and_takes_dormant_cells_too() -> None:
    model = rk.compose("human", "radiotherapy").set(STILL).set(tumour_dormant=1e-3, tumour_soft_tissue=1e-3)
    model = model.set(waking_rate=0.0, dormant_loss=0.0, radiotherapy__share_in_field_at_start=1.0)
    end = model.simulate("30 d", doses="radiotherapy 8 Gy local", points=2).iloc[-1]
    assert end["tumour_soft_tissue"] == pytest.approx(1e-3)
    assert end["tumour_dormant"] == pytest.approx(end["tumour"])
    assert end["tumour"] < 1e-5


def test_radiotherapy_kills_whatever_the_sensitivity_to_drugs() -> None:
    model = rk.compose("human", "radiotherapy").set(STILL)
    ends = [
        model.set(tumour_drug_sensitivity=level).simulate("9 d", doses="radiotherapy 8 Gy local", points=2)["tumour"]
        for level in (0.0, 2.0)
    ]
    assert ends[0].iloc[-1] == pytest.approx(ends[1].iloc[-1])


@pytest.mark.thorough
def test_pain_eases_after_radiotherapy_and_comes_back() -> None:
    """In the mean of patients; with the tumour held, so that the relief is that of the dose."""
    model = rk.compose("human", "patient-breast", "radiotherapy").set(growth_scale=0.0, radiotherapy__alpha=0.0)
    bare, eased = (
        model.simulate("3 y", doses=doses, points=4, times=[28.0, 84.0, 1095.0], columns=["bone_pain"])["bone_pain"]
        for doses in ((), "radiotherapy 8 Gy local")
    )
    relief = 1 - eased / bare
    assert relief.loc[28.0] == pytest.approx(0.46, abs=0.02)
    assert relief.loc[1095.0] < 0.5 * relief.loc[84.0]


@pytest.mark.thorough
def test_endocrine_therapy_slows_tumours_that_need_hormones_only() -> None:
    def slowed(line: str) -> float:
        model = rk.compose("mouse", line, "endocrine-therapy")
        bare, treated = (
            model.simulate("20 d", doses=doses, points=2, columns=["tumour"])["tumour"].iloc[-1]
            for doses in ((), "endocrine-therapy 0.1 mg/kg oral qd")
        )
        return treated / bare

    assert slowed("mcf-7") < 0.5
    assert slowed("mda-mb-231") > 0.98  # estrogen falls a little, which bone feels


@pytest.mark.thorough
def test_an_aromatase_inhibitor_costs_bone_before_menopause() -> None:
    model = rk.compose("human", "endocrine-therapy")
    dose = "endocrine-therapy 2.5 mg oral qd"
    columns = ["estrogen", "CTX", "bone_mineral_density_spine"]
    end = model.simulate("3 y", doses=dose, points=2, columns=columns).iloc[-1]
    other = model.set(endocrine_therapy__estrogen_suppression=0.0).simulate(
        "3 y", doses=dose, points=2, columns=columns
    )
    assert end["estrogen"] < 0.5
    assert end["CTX"] > 1.2
    assert end["bone_mineral_density_spine"] < 0.99
    assert other.iloc[-1].to_numpy() == pytest.approx(1.0, abs=1e-6)


@pytest.mark.thorough
def test_an_aromatase_inhibitor_costs_bone_after_menopause_too() -> None:
    """Other tissue still makes estrogen then: without the inhibitor's grip on it there is no loss."""
    woman = rk.compose("human", "menopause", "endocrine-therapy").after("12 y")
    dose, columns = (
        "endocrine-therapy 2.5 mg oral qd",
        ["CTX", "bone_mineral_density_spine", "bone_mineral_density_hip"],
    )
    bare, given = (woman.simulate("2 y", doses=doses, points=2, columns=columns).iloc[-1] for doses in ((), dose))
    spared = woman.set(endocrine_therapy__estrogen_suppression=0.0).simulate(
        "2 y", doses=dose, points=2, columns=columns
    )
    lost = 100 * (given / bare - 1)
    assert lost["CTX"] > 5
    assert -6 < lost["bone_mineral_density_spine"] < -1
    assert -6 < lost["bone_mineral_density_hip"] < -0.5
    assert spared.iloc[-1].to_numpy() == pytest.approx(bare.to_numpy(), rel=1e-6)


@pytest.mark.thorough
@pytest.mark.parametrize("line", ["h1299", "mda-mb-231"])
def test_docetaxel_with_opg_fc_beats_each_alone(line: str) -> None:
    model = rk.compose("mouse", line, "docetaxel", "opg-fc")
    docetaxel, opg = "docetaxel 10 mg/kg iv qw from 7 d", "opg-fc 3 mg/kg sc tiw from 7 d"
    vehicle, *alone, both = (
        model.simulate("21 d", doses=doses, points=2, columns=["tumour"])["tumour"].iloc[-1]
        for doses in ((), docetaxel, opg, [docetaxel, opg])
    )
    assert both < 0.9 * min(alone)
    assert max(alone) < 0.9 * vehicle


@pytest.mark.thorough
def test_the_data_are_met() -> None:
    """Miller 2014 with an error of 0.25 or less in each arm, and the shares of patients of Saito 2019."""
    found = score(Path(ranklsys_cytotoxics.__file__).parent / "training.csv")
    assert len(found.table) == 18
    assert found.table["within"].all()
    miller = found.table[found.table["study"].str.startswith("Miller")]
    for _, arm in miller.groupby("study"):
        assert np.sqrt(((arm["predicted"] - arm["value"]) ** 2).mean()) <= 0.25


def test_kills_add_up_in_any_order_of_parts() -> None:
    models = {rk.compose("human", *order).hash for order in (PARTS, PARTS[::-1])}
    assert len(models) == 1
    formulas = rk.compose("human", *PARTS).facts.elements
    assert formulas["slot_tumour_kill"].formula == "capecitabine__kill_of_all + docetaxel__kill_of_all"


@pytest.mark.thorough
def test_the_shares_of_patients_whose_pain_responds_are_those_of_saito_2019() -> None:
    """Each within 25 %; five fractions do more than one, and still do so a year later."""
    done = rk.run("saito2019")
    assert len(done.compared) == 4
    assert (done.compared["residual"].abs() <= 0.25 * done.compared["value"]).all()
    final = done.summary[done.summary["observable"] == "complete"].set_index("arm")["final"]
    assert 0 == final["untreated"] < final["single"] < final["several"]
