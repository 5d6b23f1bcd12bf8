"""A tumour in bone: more of it, faster or better fed, is worse in every way and at every time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ranklsys as rk
from tests.properties.courses import DAYS, YEAR, host, mouse, patient
from tests.properties.order import falls_always, higher_at_every_time, lower_at_every_time, rises_always

SEEDS = (0.003, 0.01, 0.03, 0.1)
"""Tumour in bone of a woman at day 0; that of the patient is 0.03."""
TUMOUR = ("tumour_primary", "tumour_circulating", "tumour_dormant", "tumour", "tumour_soft_tissue")
KINDS = ("fracture", "cord_compression", "bone_surgery", "bone_radiotherapy")
OF_HEALTH = ("vertebral", "hip", "nonvertebral", "jaw", "atypical")
"""What the counts that grow without a tumour too begin with."""
INCIDENCES = tuple(
    f"{kind}_incidence" for kind in (*KINDS, "hypercalcaemia", "skeletal_event", "event_or_hypercalcaemia")
)
LONG = tuple(YEAR / 8 * step for step in range(41))
"""Five years; one untreated patient in eight is alive after them."""
FILLING = tuple(float(day) for day in range(0, 61, 2))
"""Until the bones of the mouse are full, and beyond its life."""


def untreated(line: str, estrogen: float) -> pd.DataFrame:
    """The whole course of a lesion; estrogen as a share."""
    if line == "mouse":
        return mouse(days=FILLING, slot_estrogen=estrogen)
    return patient(days=LONG, slot_estrogen=estrogen)


def by_seed() -> list[pd.DataFrame]:
    return [patient(seed_bone=seed) for seed in SEEDS]


@pytest.mark.parametrize("name", ["human", "mouse"])
def test_without_a_tumour_there_are_no_events_and_no_deaths(name: str) -> None:
    run = host(name)
    counts = [name for name in run if name.endswith(("_hazard", "_seen")) and not name.startswith(OF_HEALTH)]
    assert len(counts) > 10
    assert (run[[*counts, *INCIDENCES, *TUMOUR, "bone_pain", "lesion_area"]] == 0.0).all(axis=None)
    assert (run["survival"] == 1.0).all()


@pytest.mark.parametrize("kind", [*KINDS, "hypercalcaemia", "skeletal_event"])
def test_a_larger_tumour_means_more_events_at_every_time(kind: str) -> None:
    assert higher_at_every_time(by_seed(), f"{kind}_incidence")


def test_a_larger_tumour_stays_larger_at_every_time() -> None:
    assert higher_at_every_time(by_seed(), "tumour", skip=0)


def test_a_larger_tumour_hurts_more_at_every_time() -> None:
    assert higher_at_every_time(by_seed(), "bone_pain")


def test_fewer_live_with_a_larger_tumour_at_every_time() -> None:
    assert lower_at_every_time(by_seed(), "survival")


def test_a_larger_tumour_leaves_less_bone_at_every_time() -> None:
    assert lower_at_every_time(by_seed(), "bone_volume_lesion")


def test_a_larger_tumour_shows_larger_lesions_at_every_time() -> None:
    assert higher_at_every_time(by_seed(), "lesion_area")


@pytest.mark.parametrize("rate", ["tumour_growth", "tumour_growth_factors"])
def test_a_tumour_that_grows_faster_is_worse_at_every_time(rate: str) -> None:
    """By itself, or fed by what bone releases."""
    own = {"tumour_growth": 0.0035, "tumour_growth_factors": 0.0009}[rate]
    runs = [patient(**{rate: own * fold}) for fold in (0.5, 1.0, 2.0)]
    assert higher_at_every_time(runs, "tumour")
    assert higher_at_every_time(runs, "skeletal_event_incidence")
    assert lower_at_every_time(runs, "survival")


@pytest.mark.parametrize("line", ["patient", "mouse"])
def test_an_untreated_tumour_grows(line: str) -> None:
    run = {"patient": patient, "mouse": mouse}[line]()
    assert rises_always(run["tumour"])


def test_a_tumour_that_is_killed_faster_is_smaller_at_every_time() -> None:
    assert lower_at_every_time([patient(slot_tumour_kill=kill) for kill in (0.0, 0.002, 0.005, 0.01)], "tumour")


def test_a_patient_with_more_sites_has_more_events_at_every_time() -> None:
    runs = [patient(lesion_share=share) for share in (0.1, 0.2, 0.3, 0.5)]
    assert higher_at_every_time(runs, "skeletal_event_incidence")


def test_bone_that_is_not_resorbed_has_fewer_events_and_not_none() -> None:
    usual, still = patient(), patient(slot_osteoclast_activity_lesion=0.0)
    assert lower_at_every_time([usual, still], "skeletal_event_incidence")
    assert (still["skeletal_event_incidence"].iloc[1:] > 0.2 * usual["skeletal_event_incidence"].iloc[1:]).all()


@pytest.mark.parametrize(
    "name", [*INCIDENCES, "paralysis_incidence", "vertebral_fracture_incidence", "hip_fracture_incidence"]
)
def test_an_incidence_is_a_share_that_never_falls(name: str) -> None:
    incidence = patient(days=LONG)[name]
    assert incidence.between(0, 1).all()
    assert rises_always(incidence)


def test_survival_is_a_share_that_never_rises() -> None:
    survival = patient(days=LONG)["survival"]
    assert survival.iloc[0] == 1.0
    assert survival.between(0, 1).all()
    assert falls_always(survival)


def test_no_kind_of_event_is_more_frequent_than_all_kinds() -> None:
    run = patient(days=LONG).iloc[1:]
    assert all((run[f"{kind}_incidence"] < run["skeletal_event_incidence"]).all() for kind in KINDS)
    assert (run["skeletal_event_incidence"] <= run[[f"{kind}_incidence" for kind in KINDS]].sum(axis=1)).all()
    assert (run["skeletal_event_incidence"] < run["event_or_hypercalcaemia_incidence"]).all()


def test_no_more_patients_are_seen_with_an_event_than_have_one() -> None:
    """Those who die before are not seen."""
    run = patient(days=LONG)
    for kind in (*KINDS, "hypercalcaemia", "skeletal_event"):
        assert (run[f"{kind}_seen"] <= run[f"{kind}_incidence"] + 1e-9).all(), kind


def test_no_state_falls_below_zero_in_five_years_of_tumour() -> None:
    states = rk.compose("human", "patient-breast").facts.states
    lowest = patient(days=LONG)[list(states)].min()
    assert lowest.min() > -1e-9, lowest.idxmin()


def test_bone_stays_positive_under_a_huge_tumour() -> None:
    """Of which there is little left: osteoclasts need a surface."""
    bone = patient(days=LONG, seed_bone=2.0)["bone_volume_lesion"]
    assert 0.0 < bone.min() < 0.2


def test_tumour_never_outgrows_its_space() -> None:
    run = patient(days=LONG)
    assert (run["tumour"] <= run["tumour_capacity"] * (1 + 1e-6)).all()


def test_calcium_stays_below_what_nobody_survives() -> None:
    """5 mM, in five years without treatment, whatever the tumour."""
    assert max(patient(days=LONG, seed_bone=seed)["calcium"].max() for seed in (*SEEDS, 2.0)) < 5.0


@pytest.mark.parametrize(("line", "estrogen"), [("patient", 1.0), ("patient", 0.1), ("mouse", 1.0), ("mouse", 0.1)])
def test_osteoclasts_at_a_lesion_stay_below_fifteen_times_healthy(line: str, estrogen: float) -> None:
    run = untreated(line, estrogen)
    assert 2.0 < run["osteoclasts_lesion"].max() < 15.0


@pytest.mark.parametrize(("line", "estrogen"), [("patient", 1.0), ("patient", 0.1), ("mouse", 1.0), ("mouse", 0.1)])
def test_rankl_over_opg_at_a_lesion_stays_below_five_hundred_times_healthy(line: str, estrogen: float) -> None:
    assert untreated(line, estrogen)["RANKL_OPG_ratio_lesion"].max() < 500.0


def test_where_bone_is_gone_osteoclasts_go_too() -> None:
    run = patient(days=tuple(YEAR / 2 * step for step in range(21)))
    assert run["osteoclasts_lesion"].iloc[-1] < 0.5 * run["osteoclasts_lesion"].max()


@pytest.mark.parametrize("line", ["patient", "mouse"])
def test_the_threat_of_events_stays_where_a_lesion_is_destroyed(line: str) -> None:
    """To 5 %: erosion ends, weakness does not."""
    threat = untreated(line, 1.0)["skeletal_pressure"]
    assert threat.iloc[-1] > 0.95 * threat.max()


def test_more_pthrp_of_the_tumour_means_more_calcium_and_less_pth() -> None:
    runs = [patient(tumour_PTHrP_TGF=level) for level in (0.0, 20.0, 40.0, 80.0)]
    assert higher_at_every_time(runs, "calcium")
    assert lower_at_every_time(runs, "PTH")


def test_more_dkk1_of_the_tumour_means_fewer_osteoblasts_at_the_lesion() -> None:
    assert lower_at_every_time([mouse(tumour_DKK1=level) for level in (0.0, 3.0, 30.0)], "osteoblasts_lesion", skip=6)


def test_a_tumour_that_poisons_osteoblasts_more_leaves_less_bone() -> None:
    assert lower_at_every_time(
        [mouse(tumour_toxicity=level) for level in (0.0, 15.0, 45.0)], "bone_volume_lesion", skip=4
    )


def test_a_tumour_that_induces_more_rankl_has_more_osteoclasts() -> None:
    assert higher_at_every_time(
        [mouse(tumour_contact=level) for level in (0.0, 2.0, 6.0)], "osteoclasts_lesion", skip=3
    )


def test_more_cells_sown_make_more_tumour_at_every_time() -> None:
    assert higher_at_every_time([mouse(seed_circulating=seed) for seed in (1e-4, 1e-3, 1e-2)], "tumour")


def test_a_mouse_with_more_tumour_dies_sooner() -> None:
    assert lower_at_every_time([mouse(seed_circulating=seed) for seed in (1e-4, 1e-3, 1e-2)], "survival", skip=7)


def test_less_than_one_cell_never_becomes_a_tumour() -> None:
    run = host("mouse", "mda-mb-231", days=DAYS, seed_circulating=0.0, seed_bone=1e-14)
    assert run["tumour"].max() < 1e-12


def test_cells_that_sleep_grow_later() -> None:
    assert lower_at_every_time([mouse(tumour_dormancy=share) for share in (0.0, 0.5, 0.9, 0.99)], "tumour")


def test_bone_that_is_resorbed_more_wakes_more() -> None:
    """Until there is no bone left to resorb."""
    runs = [mouse(slot_osteoclast_activity_lesion=fold, days=DAYS[:8]) for fold in (0.0, 1.0, 2.0)]
    assert higher_at_every_time(runs, "waking")
    assert lower_at_every_time(runs, "niche_cell")


def test_the_skeleton_feels_a_lesion_through_what_circulates() -> None:
    """No tumour acts there: without its PTHrP in serum and calcium there is nothing to feel."""
    run = patient()
    far, near = (np.abs(run[name] - 1).max() for name in ("osteoclasts", "osteoclasts_lesion"))
    assert 0 < far < 0.2 * near
