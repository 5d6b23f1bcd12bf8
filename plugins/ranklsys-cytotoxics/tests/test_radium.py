"""Radium-223: where its activity is, the dose that follows, and who dies of it."""

from __future__ import annotations

import math

import pytest

import ranklsys as rk
from ranklsys import Model

OWN = "radium_223__"
DECAY = math.log(2) / 11.43
SPARED = {f"{OWN}alpha_bone_cells": 0.0}
"""Cells of bone are spared, so that formation stays as it is."""
STILL = {"growth_scale": 0.0, "tumour_shedding": 0.0, "seed_bone": 1e-3, f"{OWN}refilling": 0.0, **SPARED}
"""A tumour that does nothing but die."""


@pytest.fixture(scope="module")
def woman() -> Model:
    return rk.compose("human", "radium-223")


def held(model: Model, day: float, *names: str, dose: str = "radium-223 50 kBq/kg iv") -> dict[str, float]:
    run = model.simulate(day, points=2, doses=dose, columns=[OWN + name for name in names])
    return {name: float(run[OWN + name].iloc[-1]) for name in names}


@pytest.mark.thorough
@pytest.mark.parametrize("day", [1 / 6, 7.0, 40.0])
def test_activity_is_kept_but_for_decay(woman: Model, day: float) -> None:
    where = held(woman, day, "in_blood", "in_gut", "in_bone", "excreted")
    assert sum(where.values()) == pytest.approx(50 * 66 * math.exp(-DECAY * day), rel=1e-3)


def test_half_of_it_is_in_bone_after_4_hours_and_more_than_half_has_left_after_a_week(woman: Model) -> None:
    """Carrasquillo 2013: 41 to 57 % in bone, label: 4 % in blood; 63 % excreted in 7 d, decay apart."""
    early, late = (
        {name: amount / (50 * 66 * math.exp(-DECAY * day)) for name, amount in held(woman, day, *names).items()}
        for day, names in ((1 / 6, ("in_bone", "in_blood")), (7.0, ("excreted",)))
    )
    assert 0.41 <= early["in_bone"] <= 0.57
    assert early["in_blood"] == pytest.approx(0.04, abs=0.01)
    assert 0.5 <= late["excreted"] <= 0.63


def test_kBq_and_MBq_are_one_dose(woman: Model) -> None:
    small, large = (
        held(woman, 1.0, "in_bone", dose=dose) for dose in ("radium-223 3300 kBq iv", "radium-223 3.3 MBq iv")
    )
    assert small == pytest.approx(large)


@pytest.mark.thorough
def test_a_site_takes_up_as_it_forms_bone_and_all_sites_hold_what_bone_holds() -> None:
    """Lytic metastases: formation at the lesion is below that elsewhere, and so is activity."""
    patient = rk.compose("human", "patient-breast", "radium-223").set(seed_bone=0.5)
    columns = ["formation", "formation_lesion", f"{OWN}on_bone", f"{OWN}on_bone_lesion", f"{OWN}in_bone"]
    run = patient.after("30 d").simulate(0.5, points=2, doses="radium-223 55 kBq/kg iv", columns=columns)
    start, end = run.iloc[0], run.iloc[-1]
    ratio = start["formation_lesion"] / start["formation"]
    assert ratio < 0.9
    assert end[f"{OWN}on_bone_lesion"] / end[f"{OWN}on_bone"] == pytest.approx(ratio, rel=0.03)
    mean = 0.7 * end[f"{OWN}on_bone"] + 0.3 * end[f"{OWN}on_bone_lesion"]
    assert end[f"{OWN}in_bone"] == pytest.approx(mean, rel=1e-6)


def test_six_injections_give_bone_16_gray_of_alpha_particles(woman: Model) -> None:
    """Lassmann 2013: endosteal cells, six times 50 kBq/kg, at healthy formation."""
    dose = held(woman.set(SPARED), 300.0, "surface_dose", dose="radium-223 50 kBq/kg iv q4w x 6")
    assert dose["surface_dose"] == pytest.approx(16, rel=0.02)


@pytest.mark.parametrize(("share", "count"), [(1.0, 1), (0.2, 1), (0.2, 3)])
def test_who_is_in_reach_survives_by_the_linear_law(woman: Model, share: float, count: int) -> None:
    """The dose of all marrow goes to the share in reach; injections multiply, whatever the time between them."""
    model = woman.set(STILL).set({f"{OWN}share_in_field_at_start": share})
    run = model.simulate(
        "300 d",
        points=2,
        doses=f"radium-223 50 kBq/kg iv q4w x {count}",
        columns=["tumour", f"{OWN}surface_dose_lesion"],
    ).iloc[-1]
    survival = math.exp(-1.5 * 0.094 / share * run[f"{OWN}surface_dose_lesion"])
    assert run["tumour"] / 1e-3 == pytest.approx(1 - share + share * survival, rel=1e-5)


def test_cells_that_grow_into_reach_die_of_the_next_injection(woman: Model) -> None:
    left = [
        woman.set({**STILL, f"{OWN}refilling": rate}).simulate(
            "300 d", points=2, doses="radium-223 50 kBq/kg iv q4w x 6", columns=["tumour"]
        )["tumour"]
        for rate in (0.0, 0.02)
    ]
    assert left[1].iloc[-1] < 0.75 * left[0].iloc[-1]


def test_it_kills_dormant_cells_and_nothing_in_soft_tissue(woman: Model) -> None:
    model = woman.set(STILL).set(tumour_dormant=1e-3, tumour_soft_tissue=1e-3, waking_rate=0.0, dormant_loss=0.0)
    end = model.simulate("60 d", doses="radium-223 55 kBq/kg iv", points=2).iloc[-1]
    assert end["tumour_soft_tissue"] == pytest.approx(1e-3)
    assert end["tumour_dormant"] == pytest.approx(end["tumour"])
    assert end["tumour"] < 0.9e-3


def test_osteoblasts_of_mice_fall_by_two_thirds_in_two_days() -> None:
    """Lin 2024: by some 70 %; osteoclasts fall too (Suominen 2017)."""
    mouse = rk.compose("mouse", "radium-223").set({f"{OWN}turnover_of_osteoblasts": 0.19})
    run = mouse.simulate("2 d", points=2, doses="radium-223 300 kBq/kg iv", columns=["osteoblasts", "osteoclasts"])
    assert run["osteoblasts"].iloc[-1] == pytest.approx(0.33, abs=0.07)
    assert run["osteoclasts"].iloc[-1] < 0.5


def test_bone_alkaline_phosphatase_falls_and_comes_back(woman: Model) -> None:
    run = woman.simulate("1 y", points=366, doses="radium-223 55 kBq/kg iv q4w x 6", columns=["BSAP"])["BSAP"]
    assert 0.5 < run.loc[:168].min() < 0.75
    assert run.iloc[-1] == pytest.approx(1.0, abs=0.05)


def test_turnovers_are_those_of_the_core(woman: Model) -> None:
    """A part may not read them; a fit of the core may move them somewhat."""
    values = woman.facts.elements
    for name in ("osteoblast", "osteoclast"):
        assert values[f"{OWN}turnover_of_{name}s"].value == pytest.approx(values[f"{name}_turnover"].value, rel=0.2)


@pytest.mark.thorough
def test_a_bisphosphonate_keeps_radium_from_bone_and_tumour_is_least_on_both() -> None:
    final = rk.run("radium-metastases").summary.pivot(index="observable", columns="arm", values="final")
    assert final.loc["dose", "both"] < 0.7 * final.loc["dose", "radium-223"]
    tumour = final.loc["tumour"]
    assert tumour["both"] < tumour["radium-223"] < tumour["zoledronic-acid"] < tumour["untreated"]
    assert final.loc["soft_tissue"].to_numpy() == pytest.approx(final.loc["soft_tissue", "untreated"], rel=1e-2)
