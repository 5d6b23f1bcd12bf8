"""What a lesion has of factors and of RANKL, by who makes it: osteoblasts, matrix, tumour; shed, or held on membranes."""

from __future__ import annotations

import numpy as np
import pytest

from tests.properties.courses import DAYS, YEAR, host, mouse, patient
from tests.properties.order import higher_at_every_time, lower_at_every_time

MAKES_NONE = {"tumour_PTHrP": 0.0, "tumour_PTHrP_TGF": 0.0, "tumour_IL6": 0.0}
"""A tumour that makes neither PTHrP nor IL-6, so that what there is of them is of bone."""
YEARS = tuple(YEAR * year for year in (0, 0.5, 1, 3, 6))


@pytest.mark.parametrize("factor", ["IL6", "PTHrP"])
def test_the_more_a_factor_osteoblasts_make_the_more_there_is_of_it_and_of_tumour(factor: str) -> None:
    runs = [mouse(**{f"slot_osteoblast_{factor}": level}) for level in (0.0, 0.5, 1.0, 2.0)]
    assert higher_at_every_time(runs, f"{factor}_lesion")
    assert higher_at_every_time(runs, "tumour", skip=DAYS.index(14.0))


@pytest.mark.parametrize("factor", ["IL6", "PTHrP"])
def test_where_osteoblasts_are_poisoned_there_is_less_of_what_they_make(factor: str) -> None:
    """Beside what matrix releases: taken out, since it rises where bone is lost. Precursors, which are not poisoned, make it too."""
    own = {"matrix_IL6": 0.0, "matrix_PTHrP": 0.0}
    runs = [mouse(tumour_toxicity=level, **own, **MAKES_NONE) for level in (0.0, 15.0, 45.0)]
    assert lower_at_every_time(runs, f"{factor}_lesion", skip=DAYS.index(14.0))
    assert runs[-1][f"{factor}_lesion"].iloc[-1] < 0.9


def test_without_a_tumour_what_osteoblasts_make_is_a_constant() -> None:
    """However many there are: to the last bit, so that no fit of a bone drug depends on it."""
    runs = [host("human", days=YEARS, slot_estrogen=0.1, osteoblast_factors_half=half) for half in (0.005, 0.5)]
    assert runs[0]["osteoblasts_lesion"].max() > 1.2
    assert (runs[0]["osteoblast_factors"] == 1).all()
    assert np.array_equal(runs[0]["RANKL_lesion"], runs[1]["RANKL_lesion"])


def test_the_less_rankl_is_shed_the_fewer_tumour_cells_come_to_bone() -> None:
    assert higher_at_every_time([mouse(slot_RANKL_shedding=level) for level in (0.0, 0.3, 1.0, 3.0)], "tumour")


def test_cells_without_rank_do_not_care_how_much_rankl_is_shed() -> None:
    usual, unshed = (mouse(tumour_RANK=0.0, slot_RANKL_shedding=level) for level in (1.0, 0.0))
    assert unshed["tumour"].to_numpy() == pytest.approx(usual["tumour"].to_numpy(), rel=1e-6)


@pytest.mark.parametrize("name", ["human", "mouse"])
def test_bone_does_without_rankl_that_is_shed(name: str) -> None:
    """Asano 2019 (doi:10.1038/s42255-019-0104-1); after loss of estrogen too."""
    usual, unshed = (host(name, days=YEARS, slot_estrogen=0.1, slot_RANKL_shedding=level) for level in (1.0, 0.0))
    assert usual["bone_volume"].iloc[-1] < 0.95
    for quantity in ("bone_volume", "bone_volume_lesion", "osteoclasts", "osteoclasts_lesion"):
        assert unshed[quantity].to_numpy() == pytest.approx(usual[quantity].to_numpy(), rel=0.01), quantity


def test_rank_of_the_tumour_takes_up_rankl_at_the_lesion_and_only_there() -> None:
    """The same size of tumour, held still, with more and more receptors."""
    still = {"growth_scale": 0.0, "seed_circulating": 0.0, "seed_bone": 0.5, "factor_RANK": 0.0}
    runs = [mouse(**still, tumour_RANK=rank) for rank in (0.0, 0.5, 1.5, 4.5)]
    assert lower_at_every_time(runs, "RANKL_lesion")
    assert runs[-1]["RANKL_lesion"].iloc[1] > 0.5 * runs[0]["RANKL_lesion"].iloc[1]


@pytest.mark.parametrize("none_of", ["tumour_RANK", "seed_circulating"])
def test_without_rank_or_without_a_tumour_nothing_takes_up_rankl(none_of: str) -> None:
    usual, keen = (mouse(**{none_of: 0.0, "tumour_RANK_uptake": level}) for level in (0.0, 3.0))
    assert np.array_equal(usual["RANKL_lesion"], keen["RANKL_lesion"])


def test_pthrp_that_a_lesion_spills_into_serum_acts_on_the_skeleton_and_not_once_more_at_the_lesion() -> None:
    """There is less PTH where calcium is high, and that a lesion feels: OPG is held back by its own PTHrP alone."""
    run = patient(tumour_PTHrP_TGF=80.0)
    assert run["OPG_systemic"].min() < 0.8
    assert run["OPG_systemic_lesion"].min() > 0.99


def test_pthrp_from_elsewhere_acts_at_the_lesion_as_on_the_skeleton() -> None:
    """What is given, and what a tumour makes in soft tissue alone."""
    given = patient(slot_PTHrP=1.0, seed_bone=0.0)
    made = mouse(days=(0.0, 10.0), seed_circulating=0.0, tumour_soft_tissue=0.2, growth_scale=0.0, tumour_PTHrP=30.0)
    for run in (given, made):
        assert run["OPG_systemic"].iloc[-1] < 0.95
        assert run["OPG_systemic_lesion"].iloc[-1] == pytest.approx(run["OPG_systemic"].iloc[-1], rel=0.01)
