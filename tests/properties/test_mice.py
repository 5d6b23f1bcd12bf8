"""RANKL, RANK and OPG-Fc in mice with MDA-MB-231: from arrival in bone to an established colony."""

from __future__ import annotations

import numpy as np
import pytest

from tests.properties.courses import DAYS, host, mouse
from tests.properties.order import higher_at_every_time, lower_at_every_time

OPG = "opg-fc 3 mg/kg sc tiw"
IN_BONE = {"seed_circulating": 0.0, "seed_bone": 0.01}
"""An established colony: a hundredth of what fills the marrow, and no cell in blood."""
WEEKS = (1.0, 7.0, 14.0, 21.0, 28.0)


def test_the_more_rank_on_the_tumour_the_more_of_it_is_in_bone_at_every_time() -> None:
    assert higher_at_every_time([mouse(tumour_RANK=rank) for rank in (0.0, 0.5, 1.5, 4.5)], "tumour")


def test_the_more_rank_on_the_tumour_the_sooner_it_is_seen() -> None:
    """Light of ten million photons a second."""
    days = tuple(np.arange(0.0, 30.0, 0.25))
    seen = [
        run.index[run["light"] > 1e7][0]
        for run in (mouse(days=days, tumour_RANK=rank, seed_circulating=1e-4) for rank in (0.0, 0.5, 1.5, 4.5))
    ]
    assert seen == sorted(seen, reverse=True)
    assert seen[0] > seen[-1] + 3


def test_the_more_rankl_in_the_host_the_more_tumour_is_in_bone() -> None:
    """Until bone is full; RANKL made by osteoblasts and osteocytes at the lesion."""
    runs = [mouse(slot_RANKL_production_lesion=fold, days=DAYS[:8]) for fold in (0.0, 0.5, 1.0, 2.0)]
    assert higher_at_every_time(runs, "tumour")


def test_without_rankl_of_the_host_bone_is_not_destroyed() -> None:
    bone = mouse(slot_RANKL_gene=0.0)["bone_volume_lesion"]
    assert bone.min() > 0.95
    assert mouse()["bone_volume_lesion"].min() < 0.5


@pytest.mark.thorough
def test_the_more_opg_fc_the_less_tumour_at_every_time() -> None:
    runs = [mouse(), *(mouse(f"opg-fc {amount} mg/kg sc tiw") for amount in (0.03, 0.3, 3))]
    assert lower_at_every_time(runs, "tumour")


def test_the_earlier_opg_fc_the_less_tumour_at_every_time_after() -> None:
    runs = [mouse(), *(mouse(f"{OPG} from {day} d") for day in (20, 14, 7, 0))]
    assert lower_at_every_time(runs, "tumour", skip=DAYS.index(21.0))
    assert higher_at_every_time(runs, "bone_volume_lesion", skip=DAYS.index(21.0))


def test_opg_fc_further_apart_holds_back_less() -> None:
    runs = [mouse(f"opg-fc 0.3 mg/kg sc q{days}d") for days in (2, 7, 14)]
    assert higher_at_every_time(runs, "tumour", skip=DAYS.index(14.0))


@pytest.mark.parametrize("seed", [0.001, 0.01, 0.05])
def test_opg_fc_slows_a_colony_that_is_established(seed: float) -> None:
    """By growth rate in the second week; it stops no colony."""
    runs = [mouse(*given, seed_circulating=0.0, seed_bone=seed) for given in ((), (OPG,))]
    free, held = (np.log(run["tumour"].loc[14.0] / run["tumour"].loc[7.0]) / 7 for run in runs)
    assert 0.5 * free < held < 0.95 * free


def test_opg_fc_with_docetaxel_leaves_less_than_half_of_docetaxel_alone() -> None:
    """After four weeks, both from day 7."""
    docetaxel = "docetaxel 10 mg/kg iv qw from 7 d"
    both, alone = mouse(docetaxel, f"{OPG} from 7 d"), mouse(docetaxel)
    assert both["tumour"].loc[28.0] < 0.5 * alone["tumour"].loc[28.0]


def test_opg_fc_does_nothing_to_a_colony_that_bone_neither_feeds_nor_hems_in() -> None:
    alone = {**IN_BONE, "tumour_growth_factors": 0.0, "slot_space": 0.0, "tumour_shedding": 0.0}
    free, held = mouse(**alone), mouse(OPG, **alone)
    assert held["tumour"].to_numpy() == pytest.approx(free["tumour"].to_numpy(), rel=1e-5)
    assert held["osteoclasts_lesion"].iloc[-1] < 0.1 * free["osteoclasts_lesion"].iloc[-1]


def test_opg_fc_does_nothing_to_a_primary_tumour() -> None:
    primary = {"seed_circulating": 0.0, "seed_primary": 1e-3}
    free, held = mouse(**primary), mouse(OPG, **primary)
    assert held["tumour_primary"].to_numpy() == pytest.approx(free["tumour_primary"].to_numpy(), rel=1e-6)


def test_a_line_without_rank_arrives_by_what_needs_no_rankl() -> None:
    settled = [mouse(tumour_RANK=rank)["tumour"].loc[1.0] for rank in (0.0, 1.5)]
    assert 0 < settled[0] < 0.8 * settled[1]


def test_a_line_rich_in_rank_parts_from_its_parent_over_weeks_and_not_on_day_1() -> None:
    """RANK times three: of the largest ratio (its logarithm) less than a third is there on day 1."""
    days = (0.0, *WEEKS)
    ratio = (mouse(days=days, tumour_RANK=4.5)["tumour"] / mouse(days=days)["tumour"]).loc[1.0:]
    assert ratio.loc[1.0] < 1.3
    assert ratio.loc[21.0] > 1.5
    assert np.log(ratio.loc[1.0]) < np.log(ratio.max()) / 3


def test_two_half_doses_at_one_time_are_one_dose() -> None:
    one = mouse("opg-fc 3 mg/kg sc from 5 d")
    halves = mouse("opg-fc 1.5 mg/kg sc x 1 from 5 d then 1.5 mg/kg sc from 5 d")
    assert halves["opg_fc__drug"].max() > 0
    assert halves.to_numpy() == pytest.approx(one[halves.columns].to_numpy(), rel=1e-5, abs=1e-6)


def test_a_dose_by_weight_is_as_concentrated_in_a_heavier_mouse() -> None:
    usual, heavy = (mouse(OPG, "zoledronic-acid 0.1 mg/kg iv", body_weight=weight) for weight in (0.02, 0.04))
    shown = ["opg_fc__drug", "zoledronic_acid__effect", "tumour", "bone_volume_lesion", "CTX"]
    assert heavy[shown].to_numpy() == pytest.approx(usual[shown].to_numpy(), rel=1e-4)


def test_a_dose_of_nothing_is_nothing_in_mice() -> None:
    bare, with_drugs = mouse(), mouse("opg-fc 0 mg/kg sc tiw")
    apart = ((with_drugs[bare.columns] - bare).abs() / bare.abs().max().clip(lower=1e-9)).max()
    assert apart.max() < 1e-5, apart.idxmax()


@pytest.mark.parametrize("gene", ["slot_RANKL_gene", "slot_RANK_gene"])
def test_a_mouse_without_rankl_or_rank_has_no_lesion_after_any_tumour(gene: str) -> None:
    run = host("mouse", "mda-mb-231", days=DAYS, **{gene: 0.0})
    assert run["osteoclasts_lesion"].iloc[-1] < 0.1
    assert run["bone_volume_lesion"].iloc[-1] > 1.0
