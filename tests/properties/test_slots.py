"""Slots set by hand: at which site each acts, and whether it says so.

A part that acts on a slot of every site acts at both. Who sets one by hand sets one number: the bare name is the skeleton's, the
name in ``_lesion`` that of the lesion. What a slot does at one site reaches the other through serum calcium and the PTHrP that
tumours give to serum; both are cut here, so that what still moves is moved by the slot itself.
"""

from __future__ import annotations

import pandas as pd
import pytest

from ranklsys.plugins.contract import BODY, EVERY_SITE, core_contract
from tests.properties.courses import composed, host, woman

SKELETON, LESION = "skeleton", "lesion"
AT_THE_LESION = {
    "slot_IL6_activity",
    "slot_osteoblast_IL6",
    "slot_osteoblast_PTHrP",
    "slot_RANKL_shedding",
    "slot_PTHrP_production",
    "slot_PTHrP_activity",
    "slot_DKK1_secretion",
    "slot_contact",
    "slot_homing",
    "slot_waking",
    "slot_tumour_growth",
    "slot_tumour_hormone",
    "slot_factor_growth",
    "slot_space",
    "slot_tumour_kill",
    "slot_tumour_kill_bone",
}
"""Slots of the body that act where the tumour is, and at the skeleton through serum at most."""
AT_NO_SITE = {"slot_cortical_bone", "slot_fracture_hazard", "slot_bone_pain"}
"""Slots of what is read from bone, which no cell feels."""
SLOTS = core_contract().slots
COPIES = {name: SLOTS[name] for name in SLOTS} | {
    f"{name}_lesion": SLOTS[name] for name in SLOTS if SLOTS[name].at == EVERY_SITE
}
LARGE = {
    "days": (0.0, 1.0),
    "seed_bone": 0.3,
    "seed_circulating": 0.001,
    "tumour_dormancy": 0.5,
    "tumour_hormone_dependence": 0.5,
    "slot_RANK_gene": 0.7,
    "calcium_bone_flux": 0.0,
    "PTHrP_spill": 0.0,
}
"""A mouse in which everything that a slot can act on is there and not at rest, and both ways between sites are cut."""


def expected(name: str) -> set[str]:
    """Where a slot acts when it is set by hand."""
    if COPIES[name].at == EVERY_SITE:
        return {LESION if name.endswith("_lesion") else SKELETON}
    return set() if name in AT_NO_SITE else {LESION} if name in AT_THE_LESION else {SKELETON, LESION}


def moved(name: str) -> dict[str, float]:
    """How far the states of each site are moved within a day, as a share of each, at most."""
    slot = COPIES[name]
    level = 0.3 if slot.rule == "sum" else 0.5
    runs = (host("mouse", "mda-mb-231", **{**LARGE, **given}) for given in ({}, {name: level}))
    usual, acted = (run.iloc[-1] for run in runs)
    states = composed("mouse", "mda-mb-231").facts.states
    local = [state for state in states if f"{state}_lesion" in states]
    places = {SKELETON: local, LESION: [*(f"{state}_lesion" for state in local), "tumour", "tumour_dormant"]}
    return {site: share(acted[names], usual[names]) for site, names in places.items()}


def share(acted: pd.Series, usual: pd.Series) -> float:
    return float(((acted - usual) / usual).abs().max())


@pytest.mark.parametrize("name", COPIES)
def test_a_slot_set_by_hand_acts_where_the_table_says(name: str) -> None:
    found = moved(name)
    most = max(found.values())
    assert {site for site, size in found.items() if size > 1e-6 and size > 1e-3 * most} == expected(name)


def test_the_table_names_slots_of_the_contract_alone() -> None:
    body = {name for name, slot in SLOTS.items() if slot.at == BODY}
    assert body >= AT_THE_LESION | AT_NO_SITE


def test_a_slot_that_acts_at_one_site_when_set_by_hand_says_so() -> None:
    held = composed("human").facts.elements
    single = [name for name in COPIES if len(expected(name)) == 1 and name != "slot_PTHrP_activity"]  # in serum too
    silent = [name for name in single if not any(word in held[name].name for word in (SKELETON, LESION, "tumour"))]
    assert silent == []


@pytest.mark.thorough
@pytest.mark.parametrize("regimen", ["zoledronic-acid 5 mg iv", "odanacatib 50 mg po qw", "teriparatide 20 ug sc qd"])
def test_what_a_part_does_to_a_slot_of_every_site_it_does_at_both(regimen: str) -> None:
    """A healthy woman: both sites rest before, and are moved as far by the end of the week, to a fifth."""
    run = woman(regimen, days=(0.0, 7.0)).iloc[-1]
    for quantity in ("activity", "formation", "collagen_fragments"):
        far, near = run[quantity] - 1, run[f"{quantity}_lesion"] - 1
        assert near == pytest.approx(far, rel=0.2, abs=0.01), quantity
