"""Bisphosphonates: where the drug goes, what it does to osteoclasts, and what stays when it is stopped."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import ranklsys_bisphosphonates

import ranklsys as rk
from ranklsys import Part, Population, score, spreads
from ranklsys.testing import assert_sound

TABLES = Path(__file__).parent.parent / "ranklsys_bisphosphonates"
PARTS = ranklsys_bisphosphonates.register_parts()
DRUGS = ("zoledronic-acid", "pamidronate", "ibandronate", "alendronate")
EACH = [DRUGS[0], *(pytest.param(drug, marks=pytest.mark.thorough) for drug in DRUGS[1:])]
DOSES = {
    "zoledronic-acid": "zoledronic-acid 4 mg iv q4w",
    "pamidronate": "pamidronate 90 mg iv q4w",
    "ibandronate": "ibandronate 6 mg iv q4w",
    "alendronate": "alendronate 70 mg oral qw",
}
MOLAR_MASS = {"zoledronic-acid": 272.09, "pamidronate": 279.03, "ibandronate": 319.23, "alendronate": 249.10}
PLACES = ("in_gut", "in_plasma", "in_urine", "on_surface", "buried")


def of(drug: str, name: str) -> str:
    return f"{drug.replace('-', '_')}__{name}"


@cache
def woman(*drugs: str) -> rk.Model:
    """12 years after menopause."""
    return rk.compose("human", "menopause", *drugs).after("12 y")


@cache
def patient(*drugs: str) -> rk.Model:
    """12 years after menopause, with metastases in bone."""
    model = rk.compose("human", "menopause", "patient-breast", *drugs).set(seed_bone=0.0)
    return model.after("12 y").set(tumour=0.03)


@cache
def treated(drug: str) -> pd.DataFrame:
    return patient(*DRUGS).simulate("2 y", doses=DOSES.get(drug, ()), points=25)


@pytest.mark.thorough
@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.id)
def test_a_drug_is_sound(part: Part) -> None:
    """In both hosts: SBML, units, no effect of a dose of zero, no negative amount, COPASI, order beside another."""
    assert_sound(part, doses=DOSES[part.id], siblings=PARTS[:2])


# ==== where the drug goes


@pytest.mark.thorough
@pytest.mark.parametrize("drug", EACH[:3])
def test_all_of_an_intravenous_dose_is_somewhere(drug: str) -> None:
    run = woman(drug).simulate("5 y", doses=f"{drug} 3 mg iv", columns=[of(drug, place) for place in PLACES])
    dose = 3e-3 / MOLAR_MASS[drug] * 1e12
    assert run.sum(axis=1).to_numpy() == pytest.approx(dose, rel=1e-6)


@pytest.mark.thorough
@pytest.mark.parametrize(("milligrams", "seen", "sd"), [(4, 38, 13), (8, 41, 14), (16, 37, 17)])
def test_zoledronic_acid_in_urine_in_24_hours(milligrams: float, seen: float, sd: float) -> None:
    """Chen 2002, 36 patients: within two standard errors of a third of them."""
    run = patient("zoledronic-acid").simulate("1 d", doses=f"zoledronic-acid {milligrams} mg iv")
    share = run["zoledronic_acid__in_urine"].iloc[-1] * 272.09 / (milligrams * 1e9)
    assert 100 * share == pytest.approx(seen, abs=2 * sd / 12**0.5)


@pytest.mark.thorough
def test_patients_differ_in_how_much_is_excreted() -> None:
    """Chen 2002, 4 mg: 38 +- 13 % in 24 hours, SD over mean 0.34; within 25 %, of which 100 patients are good for 7."""
    model = patient("zoledronic-acid")
    varied = {name: spread for name, spread in spreads(model).items() if name.startswith("zoledronic_acid__")}
    shares = [
        model.set(subject).numbers(np.array([0.0, 1.0]), ["zoledronic_acid__in_urine"], doses="zoledronic-acid 4 mg iv")
        for subject in Population(varied, 1, 100, design="latin").subjects()
    ]
    excreted = np.array(shares)[:, 1, 0]
    assert np.std(excreted) / np.mean(excreted) == pytest.approx(0.34, rel=0.25)


def test_the_third_dose_of_zoledronic_acid_stays_longer_in_plasma() -> None:
    """Chen 2002: AUC of the third over the first dose 1.28; of 24 h, as its urine says. A tenth is allowed."""
    run = patient("zoledronic-acid").simulate(
        "57 d", doses="zoledronic-acid 4 mg iv q4w x 3", times=[0, 1, 56, 57], columns=["zoledronic_acid__in_urine"]
    )
    urine = run["zoledronic_acid__in_urine"]
    assert (urine.loc[57] - urine.loc[56]) / urine.loc[1] == pytest.approx(1.28, rel=0.1)


def test_half_life_of_zoledronic_acid_in_plasma() -> None:
    """Label and Chen 2002: the phase in which most is cleared has a half-life of 1.4 to 1.9 h; 1.5-fold is allowed."""
    plasma = patient("zoledronic-acid").simulate("1 d", doses="zoledronic-acid 4 mg iv", times=[0, 1 / 24, 5 / 24])
    falls = plasma["zoledronic_acid__in_plasma"].loc[5 / 24] / plasma["zoledronic_acid__in_plasma"].loc[1 / 24]
    assert 1.4 / 1.5 < -4 / math.log2(falls) < 1.9 * 1.5


@pytest.mark.thorough
def test_less_than_a_hundredth_of_swallowed_alendronate_reaches_the_blood() -> None:
    by = {
        route: woman("alendronate").simulate("1 d", doses=f"alendronate 1 mg {route}").iloc[-1]
        for route in ("oral", "iv")
    }
    oral, iv = (end[[of("alendronate", place) for place in PLACES[1:]]].sum() for end in by.values())
    assert 0.001 < oral / iv < 0.01


@pytest.mark.thorough
def test_bone_that_is_resorbed_faster_keeps_more() -> None:
    """Twelve years after menopause bone is resorbed faster; seen after half a day, before it frees some again."""
    kept = [
        model.simulate("12 h", doses="pamidronate 1 ug iv")["pamidronate__on_surface"].iloc[-1]
        for model in (rk.compose("human", "pamidronate"), woman("pamidronate"))
    ]
    assert kept[1] > 1.15 * kept[0]


@pytest.mark.thorough
def test_two_drugs_and_a_tumour_agree_with_copasi() -> None:
    model = rk.compose("human", "menopause", "patient-breast", "alendronate", "zoledronic-acid")
    doses = "alendronate 70 mg oral qw x 10; zoledronic-acid 4 mg iv over 15 min q4w from 90 d x 3"
    verdict = rk.agree(model, "200 d", doses=doses, times=[0.0, 0.5, 7.0, 71.0, 90.5, 150.0, 200.0])
    assert len(verdict) == len(model.facts.states)
    assert verdict["within"].all(), verdict.head()


# ==== what it does


@pytest.mark.thorough
@pytest.mark.parametrize("drug", EACH)
def test_function_life_span_and_number_of_osteoclasts_fall(drug: str) -> None:
    bare, given = (treated(name).loc[:200].iloc[-1] for name in ("", drug))
    assert given["activity_lesion"] < 0.6 * bare["activity_lesion"]
    assert given["osteoclast_death_lesion"] > 1.2 * bare["osteoclast_death_lesion"]
    assert given["osteoclasts_lesion"] < 0.8 * bare["osteoclasts_lesion"]


@pytest.mark.parametrize("drug", EACH)
def test_apoptosis_and_function_each_count(drug: str) -> None:
    """Without either effect less resorption is prevented."""
    alone = {
        off: patient(drug)
        .set({of(drug, off): 0.0} if off else {})
        .simulate("90 d", doses=DOSES[drug], points=2)["resorption_lesion"]
        .iloc[-1]
        for off in ("", "apoptosis_gain", "activity_loss")
    }
    assert alone["apoptosis_gain"] > 1.1 * alone[""]
    assert alone["activity_loss"] > 1.1 * alone[""]


@pytest.mark.thorough
@pytest.mark.parametrize("drug", EACH)
def test_pain_and_skeletal_events_fall_but_not_to_nothing(drug: str) -> None:
    bare, given = (treated(name).iloc[-1] for name in ("", drug))
    for name in ("bone_pain", "skeletal_event_hazard", "hypercalcaemia_hazard", "fracture_incidence"):
        assert 0.1 < given[name] / bare[name] < 0.95, name


def test_the_tumour_grows_on_more_slowly() -> None:
    bare, given = (treated(name)["tumour"] for name in ("", "zoledronic-acid"))
    assert given.iloc[0] < given.iloc[-1] < bare.iloc[-1]


# ==== what stays


def test_the_store_in_bone_carries_the_effect() -> None:
    """A month after the dose plasma is empty; without the store turnover returns within a year, with it it does not."""
    later = woman("zoledronic-acid").after("30 d", doses="zoledronic-acid 5 mg iv")
    emptied = later.set(zoledronic_acid__on_surface=0.0, zoledronic_acid__buried=0.0)
    untreated = woman("zoledronic-acid").simulate("395 d", columns=["CTX"])["CTX"].iloc[-1]
    kept, lost = (model.simulate("1 y", columns=["CTX"])["CTX"].iloc[-1] for model in (later, emptied))
    assert kept < 0.6 * untreated
    assert lost > 0.9 * untreated


def test_after_the_last_zoledronic_acid_resorption_does_not_rebound_and_density_holds() -> None:
    """Three yearly doses, then four years without: no marker passes its start. As the effect ends density falls no more
    than a tenth faster than it does without a drug in the same years, and it stays above its start."""
    times = [0.0, *(365.25 * year / 4 for year in range(4, 29))]
    columns = ["CTX", "TRAP5b", "bone_mineral_density_spine", "bone_mineral_density_hip"]
    run = woman("zoledronic-acid").simulate(
        "7 y", doses="zoledronic-acid 5 mg iv q1y x 3", times=times, columns=columns
    )
    assert (run[["CTX", "TRAP5b"]] <= run[["CTX", "TRAP5b"]].iloc[0]).all(axis=None)
    bare = woman().simulate("7 y", times=times, columns=columns)
    for site in columns[2:]:
        yearly, untreated = (each[site].pct_change(4).loc[4 * 365.25 :] for each in (run, bare))
        assert (yearly > 1.1 * untreated).all(), site
        assert run[site].iloc[-1] > run[site].iloc[0], site


@pytest.mark.thorough
def test_pamidronate_leaves_bone_faster_than_zoledronic_acid() -> None:
    """Monograph: half of what bone took is gone after about 300 d."""
    left = {}
    for drug, dose in (("pamidronate", "90 mg"), ("zoledronic-acid", "5 mg")):
        run = woman(drug).simulate("301 d", doses=f"{drug} {dose} iv", times=[0, 1, 301])
        bone = run[of(drug, "on_surface")] + run[of(drug, "buried")]
        left[drug] = bone.loc[301] / bone.loc[1]
    assert left["pamidronate"] == pytest.approx(0.5, abs=0.05)
    assert left["zoledronic-acid"] > 0.6


# ==== how near it is


@pytest.mark.thorough
def test_skeletal_events_of_the_pamidronate_trials() -> None:
    """All 46: placebo, pamidronate, zoledronic acid, trials told apart by their level alone; survival; the jaw."""
    found = score(TABLES / "events.csv").table
    assert len(found) == 46
    assert found["study"][~found["within"]].tolist() == []


@pytest.mark.thorough
def test_training_rows() -> None:
    """All but three of 49: bone a day after the first dose (Johnson 2011), Iwamoto 2008, and 7 of 43 by week 13."""
    found = score(TABLES / "training.csv").table
    wrong = found[~found["within"]]
    assert len(found) == 49
    missed = {(row["study"].split(" as ")[0].split(", ")[0].split(" (")[0], row["time"]) for _, row in wrong.iterrows()}
    assert missed == {("Johnson 2011", 7.0), ("Iwamoto 2008", 365.25), ("Lipton 2007", 91.0)}


def test_density_after_one_dose_lies_in_the_intervals_of_grey_2017() -> None:
    """At 2 and 5 years, spine and hip; the scenario has the intervals as errors, 1.96 of them wide."""
    compared = rk.run("grey2017").compared
    assert len(compared) == 4
    assert (compared["residual"].abs() <= 1.96 * compared["error"]).all(), compared


@pytest.mark.thorough
def test_zoledronic_acid_keeps_the_bone_of_mice_with_a_tumour() -> None:
    """Johnson 2011: bone at day 28 within 10 points of 76 % with vehicle, and more than at the start with the drug."""
    done = rk.run("johnson2011")
    last = done.compared[done.compared["time"] == 28].set_index("arm")
    assert abs(last.loc["vehicle", "residual"]) <= 10
    assert min(last.loc["zoledronic-acid", ["value", "predicted"]]) > 100
    size = done.summary[done.summary["observable"] == "tumour"].set_index("arm")["final"]
    assert 0 < size["zoledronic-acid"] < size["vehicle"]


@pytest.mark.thorough
def test_pamidronate_delays_skeletal_events_as_seen() -> None:
    """Lipton 2000: half of the patients after 7.0 and 12.7 months, 64 and 51 % after 24: each within 25 %."""
    compared = rk.run("lipton2000").compared
    assert len(compared) == 4
    assert (compared["residual"].abs() <= 0.25 * compared["value"]).all(), compared
