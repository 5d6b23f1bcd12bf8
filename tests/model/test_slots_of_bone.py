"""Slots of hormones, calcium and bone: each does what its title says, in both hosts."""

from __future__ import annotations

import pytest

import ranklsys as rk

MOVES = (
    ("slot_PTH", 3.0, "calcium", 1),
    ("slot_PTH", 3.0, "PTH", -1),
    ("slot_PTH_secretion", 2.0, "calcium", 1),
    ("slot_PTH_set_point", 1.1, "calcium", 1),
    ("slot_PTH_response", 0.5, "calcium", -1),
    ("slot_kidney_function", 0.2, "calcitriol", -1),
    ("slot_kidney_function", 0.2, "renal_loss", -1),
    ("slot_kidney_function", 0.2, "PTH", 1),
    ("slot_calcitriol", 0.5, "calcium", -1),
    ("slot_calcitriol_given", 1.0, "PTH", -1),
    ("slot_calcium_intake", 0.3, "PTH", 1),
    ("slot_gut_absorption", 0.7, "PTH", 1),
    ("slot_renal_calcium", 1.5, "PTH", 1),
    ("slot_calcium_spent", 0.5, "PTH", 1),
    ("slot_calcium_spent", 0.5, "calcium", -1),
    ("slot_RANKL_other_cells", 0.5, "RANKL", 1),
    ("slot_RANKL_other_cells", 0.5, "osteoclasts", 1),
    ("slot_mineralisation", 0.5, "osteoid", 1),
    ("slot_lining_activation", 3.0, "P1NP", 1),
)
"""Slot, its value, what it moves, and whether up (1) or down (-1)."""


@pytest.mark.parametrize("host", ["human", "mouse"])
@pytest.mark.parametrize(("slot", "value", "moved", "sign"), MOVES)
def test_a_slot_moves_what_it_names(host: str, slot: str, value: float, moved: str, sign: int) -> None:
    """Against the same without: a quantity that the slot is in starts changed."""
    healthy, acted = (
        model.simulate("60 d", points=2, columns=[moved])[moved].iloc[-1]
        for model in (rk.compose(host), rk.compose(host).set({slot: value}))
    )
    assert sign * (acted / healthy - 1) > 1e-3


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
    """PTH at thirty times normal from outside, for a month: tubules take back no more than up to their threshold."""
    held = rk.compose("human").set(slot_PTH=90.0).simulate("30 d", points=31, columns=["calcium"])["calcium"]
    assert 2.8 < held.max() < 3.6


def test_without_pth_calcium_is_that_of_hypoparathyroidism() -> None:
    """Parfitt 1969 (doi:10.1001/archinte.1969.00300190009003): 1.32 mM, the mean of 50 patients."""
    bare = rk.compose("human").set(slot_PTH_secretion=1e-3).simulate("2 y", points=2, columns=["calcium"])["calcium"]
    assert bare.iloc[-1] == pytest.approx(1.32, rel=0.15)


@pytest.mark.parametrize(("calcium", "low", "high"), [(1.6, 4.09, 4.31), (3.2, 0.24, 0.28)])
def test_pth_has_a_most_and_a_least(calcium: float, low: float, high: float) -> None:
    """Brent 1988 (doi:10.1210/jcem-67-5-944): 95 to 100 and 5.6 to 6.4 ng/L of 23 while calcium is held."""
    held = {"calcium_bone_flux": 0.0, "calcium_gut_flux": 0.0, "calcium_exchange_flux": 0.0, "calcium": calcium}
    run = rk.compose("human").after("1 d").set(held).simulate("2 h", points=2, columns=["PTH"])["PTH"]
    assert low <= run.iloc[-1] / run.iloc[0] <= high


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
