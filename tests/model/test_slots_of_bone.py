"""Slots of hormones, calcium and bone: each does what its title says, in both hosts."""

from __future__ import annotations

import pytest

import ranklsys as rk

MOVES = (
    ("slot_PTH", 3.0, "calcium", 1),
    ("slot_PTH", 3.0, "PTH", -1),
    ("slot_PTH_secretion", 2.0, "calcium", 1),
    ("slot_calcitriol", 0.5, "calcium", -1),
    ("slot_calcium_intake", 0.3, "PTH", 1),
    ("slot_gut_absorption", 0.7, "PTH", 1),
    ("slot_renal_calcium", 1.5, "PTH", 1),
    ("slot_mineralisation", 0.5, "osteoid", 1),
    ("slot_lining_activation", 3.0, "P1NP", 1),
)
"""Slot, its value, what it moves, and whether up (1) or down (-1)."""


@pytest.mark.parametrize("host", ["human", "mouse"])
@pytest.mark.parametrize(("slot", "value", "moved", "sign"), MOVES)
def test_a_slot_moves_what_it_names(host: str, slot: str, value: float, moved: str, sign: int) -> None:
    run = rk.compose(host).set({slot: value}).simulate("60 d", points=2, columns=[moved])[moved]
    assert sign * (run.iloc[-1] / run.iloc[0] - 1) > 1e-3


@pytest.mark.parametrize(("slot", "value", "moved", "sign"), [
    ("slot_IL6_activity", 5.0, "RANKL_lesion", 1),
    ("slot_PTHrP_production", 0.0, "PTHrP_active", -1),
])  # fmt: skip
def test_what_a_tumour_makes_can_be_acted_on(slot: str, value: float, moved: str, sign: int) -> None:
    model = rk.compose("mouse", "mda-mb-231")
    bare, acted = (
        each.simulate("20 d", points=2, columns=[moved])[moved].iloc[-1] for each in (model, model.set({slot: value}))
    )
    assert sign * (acted / bare - 1) > 1e-2


def test_calcium_has_a_ceiling_under_pth() -> None:
    """PTH at thirty times normal from outside, for a month; the first model went on by a power law."""
    held = rk.compose("human").set(slot_PTH=90.0).simulate("30 d", points=31, columns=["calcium"])["calcium"]
    assert 2.5 < held.max() < 6.0


@pytest.mark.parametrize(("host", "days"), [("human", 60), ("mouse", 10)])
def test_without_cathepsin_k_markers_fall_further_than_resorption_and_formation_stays(host: str, days: float) -> None:
    """Other enzymes and acid take part of the bone; what osteoclasts that work tell osteoblasts stays."""
    shown = ["CTX", "resorption", "formation", "osteoclasts"]
    spared = rk.compose(host).set(slot_collagen_degradation=0.1, slot_collagen_degradation_lesion=0.1)
    end = spared.simulate(days, points=2, columns=shown).iloc[-1]
    assert 1 - end["CTX"] > 1 - end["resorption"] > 0.1
    assert end["formation"] > 0.99
    assert end["osteoclasts"] > 0.99
    alike = spared.set(removal_by_collagen=1.0).simulate(days, points=2, columns=["resorption", "collagen_fragments"])
    assert alike["resorption"].iloc[-1] == pytest.approx(alike["collagen_fragments"].iloc[-1], rel=1e-6)


def test_cortical_bone_open_as_pores_is_missing_most_at_the_hip() -> None:
    sites = ["bone_mineral_density_spine", "bone_mineral_density_hip"]
    spine, hip = rk.compose("human").set(slot_cortical_bone=0.98).simulate("1 d", points=2, columns=sites).iloc[0]
    assert 0.98 < hip < spine < 1


@pytest.mark.parametrize("host", ["human", "mouse"])
def test_calcium_that_pth_lets_out_of_bone_is_out_within_hours_and_owes_nothing_at_rest(host: str) -> None:
    given = rk.compose(host).set(slot_PTH=6.0)
    runs = [
        model.simulate("200 d", times=[0.0, 0.04, 200.0], columns=["calcium"])["calcium"]
        for model in (given, given.set(exchange_PTH_gain=0.0))
    ]
    rise = [run.loc[0.04] / run.loc[0.0] - 1 for run in runs]
    assert rise[0] > 1.5 * rise[1] > 0
    assert runs[0].iloc[-1] == pytest.approx(runs[1].iloc[-1], rel=2e-3)
