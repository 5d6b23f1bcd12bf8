"""Outcomes: dormancy, skeletal events by type, lesions, pain and survival, in step with what causes them."""

from __future__ import annotations

import pytest

import ranklsys as rk

TYPES = ("fracture", "cord_compression", "bone_surgery", "bone_radiotherapy")


def patient(**changes: float) -> rk.Model:
    return rk.compose("human", "patient-breast").set(changes)


@pytest.mark.parametrize("host", ["human", "mouse"])
def test_without_tumour_nothing_happens(host: str) -> None:
    columns = [
        *(f"{type}_hazard" for type in TYPES),
        "hypercalcaemia_hazard",
        "death_hazard",
        "bone_pain",
        "lesion_area",
        "tumour_dormant",
    ]
    run = rk.compose(host).set(slot_RANKL_production=2.0).simulate("5 y", columns=columns)
    assert (run == 0).all(axis=None)


def test_events_add_up() -> None:
    end = patient().simulate("2 y").iloc[-1]
    assert end["skeletal_event_hazard"] == pytest.approx(sum(end[f"{type}_hazard"] for type in TYPES))
    most = max(end[f"{type}_incidence"] for type in TYPES)
    assert most < end["skeletal_event_incidence"] < end["event_or_hypercalcaemia_incidence"] < 1


def test_patients_who_differ_more_have_fewer_first_events() -> None:
    few, many = (patient(event_frailty=variance).simulate("2 y").iloc[-1] for variance in (4.0, 0.5))
    # what a trial sees hangs on the frailty, so the solver takes other steps
    assert few["fracture_hazard"] == pytest.approx(many["fracture_hazard"], rel=1e-8)
    assert few["fracture_incidence"] < many["fracture_incidence"]


def test_less_resorption_prevents_a_part_of_the_events() -> None:
    usual, still = (patient(slot_osteoclast_activity_lesion=level).simulate("1 y").iloc[-1] for level in (1.0, 0.0))
    assert 0.2 < still["fracture_hazard"] / usual["fracture_hazard"] < 0.9


def test_pain_eases_with_its_slot_and_lags() -> None:
    usual, eased = (
        patient(slot_bone_pain=level).simulate("30 d", columns=["bone_pain"])["bone_pain"] for level in (1.0, 0.5)
    )
    assert 0 < usual.loc[:1.0].iloc[-1] < usual.iloc[-1] < 10
    assert eased.iloc[-1] == pytest.approx(usual.iloc[-1] / 2)


def test_arriving_cells_sleep_until_resorption_wakes_them() -> None:
    model = rk.compose("mouse", "mda-mb-231").set(tumour_dormancy=1.0)
    usual, quiet = (model.set(slot_osteoclast_activity_lesion=level).simulate("20 d").iloc[-1] for level in (1.0, 0.0))
    assert quiet["tumour_dormant"] > 3 * usual["tumour_dormant"]
    assert quiet["tumour"] < 0.3 * usual["tumour"]


def test_every_cell_that_left_the_circulation_is_somewhere() -> None:
    """Without growth, loss and shedding, cells are in the circulation, in the niche or in soft tissue: it adds up."""
    still = ("waking_rate", "dormant_loss", "circulating_clearance", "growth_scale", "tumour_shedding")
    model = rk.compose("mouse", "mda-mb-231").set(dict.fromkeys(still, 0.0)).set(tumour_dormancy=1.0)
    run = model.simulate("200 d", columns=["tumour_circulating", "tumour_dormant", "tumour", "tumour_soft_tissue"])
    assert run["tumour"].abs().max() < 1e-15  # the solver's round-off, where a cell is 1e-10
    assert run["tumour_dormant"].iloc[-1] > 0.5 * run["tumour_circulating"].iloc[0]
    assert run.sum(axis=1).to_numpy() == pytest.approx(run.sum(axis=1).iloc[0], rel=1e-6)


def test_metastases_spread() -> None:
    alone, spreading = (patient(tumour_shedding=rate).simulate("3 y").iloc[-1] for rate in (0.0, 1e-4))
    assert alone["tumour_soft_tissue"] == 0
    assert spreading["tumour_soft_tissue"] > 0


def test_mice_die_of_what_opg_prevents() -> None:
    model = rk.compose("mouse", "b16f10", "opg-fc")
    sick, treated = (
        model.simulate("14 d", doses=doses)["survival"].iloc[-1] for doses in ((), "opg-fc 3 mg/kg sc tiw")
    )
    assert sick < 0.9
    assert 1 - treated < 0.5 * (1 - sick)


def test_quality_of_life_is_whole_in_health_and_falls_with_the_tumour_for_good() -> None:
    """It does not come back when bone is gone; nor does pain ease by more than a hundredth of its worst."""
    healthy = rk.compose("human").simulate("1 y", points=3, columns=["quality_of_life"])["quality_of_life"]
    assert healthy.to_numpy() == pytest.approx(1.0, abs=1e-9)
    ill = patient().simulate("4 y", points=17, columns=["quality_of_life", "bone_pain", "bone_volume_lesion"])
    assert (ill[["quality_of_life"]].diff().iloc[1:] < 0).all(axis=None)
    assert (ill["bone_pain"] >= 0.99 * ill["bone_pain"].cummax()).all()
    assert ill["bone_volume_lesion"].iloc[-1] < 0.1


@pytest.mark.thorough
def test_bone_that_is_not_renewed_breaks_atypically_later_and_rarely_again_after_the_drug() -> None:
    """By year of ten on alendronate; and in the two years after five years of it."""
    model = rk.compose("human", "menopause", "osteoporosis", "alendronate").after("12 y")
    long, short = (
        model.simulate("10 y", points=11, doses=f"alendronate 70 mg oral weekly{times}", columns=[name])[name].diff()
        for name in ["atypical_fracture_hazard"]
        for times in ("", " x 261")
    )
    assert long.iloc[8] > 5 * long.iloc[2]
    assert short.iloc[7] < 0.3 * short.iloc[5]


@pytest.mark.thorough
def test_necrosis_of_the_jaw_needs_resorption_held_down_and_is_more_often_with_cancer() -> None:
    columns = ["jaw_necrosis_hazard"]
    doses = "zoledronic-acid 4 mg iv q4w"
    model = rk.compose("human", "menopause", "patient-breast", "zoledronic-acid")
    alone = model.set(seed_bone=0).simulate("2 y", points=2, doses=doses, columns=columns).iloc[-1, 0]
    untreated, treated = (
        model.simulate("2 y", points=2, doses=each, columns=columns).iloc[-1, 0] for each in ((), doses)
    )
    assert treated > 10 * untreated
    assert treated > 10 * alone
