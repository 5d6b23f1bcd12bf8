"""Bone cells, matrix and mineral of healthy hosts: knock-outs, ligands, balance."""

from __future__ import annotations

import numpy as np
import pytest

import ranklsys as rk
from ranklsys.model.endpoint_table import core_endpoints
from tests.properties.courses import YEAR, composed, host
from tests.properties.order import higher_at_every_time, lower_at_every_time
from tests.selection import quick_if

YEARS = {
    "human": tuple(YEAR * year for year in (0, 0.25, 0.5, 1, 2, 5)),
    "mouse": (0.0, 7.0, 14.0, 30.0, 60.0, 90.0),
}
each_host = pytest.mark.parametrize("name", ["human", "mouse"])


def everywhere(slot: str, level: float) -> dict[str, float]:
    """A slot of every site, set at both."""
    return {slot: level, f"{slot}_lesion": level}


@each_host
def test_a_healthy_host_does_not_drift_within_a_year(name: str) -> None:
    """To a millionth, in whatever does not count time."""
    states = [each for each in composed(name).facts.states if each not in core_endpoints().counts]
    run = host(name, days=(0.0, 30.0, YEAR))[states]
    assert len(states) > 50
    assert ((run - run.iloc[0]).abs() / run.iloc[0].abs().where(run.iloc[0] != 0, 1.0)).max(axis=None) < 1e-6


@each_host
@pytest.mark.parametrize("gene", ["slot_RANKL_gene", "slot_RANK_gene"])
def test_the_less_rankl_or_rank_the_fewer_osteoclasts_and_the_more_bone(name: str, gene: str) -> None:
    """From the heterozygous host to the knock-out."""
    runs = [host(name, days=YEARS[name], **{gene: level}) for level in (1.0, 0.5, 0.2, 0.0)]
    assert lower_at_every_time(runs, "osteoclasts")
    assert higher_at_every_time(runs, "bone_volume")
    assert higher_at_every_time(runs, "bone_mineral_density_spine")


@each_host
def test_without_rankl_or_rank_hardly_an_osteoclast_is_left(name: str) -> None:
    for gene in ("slot_RANKL_gene", "slot_RANK_gene"):
        assert host(name, days=YEARS[name], **{gene: 0.0})["osteoclasts"].iloc[-1] < 0.05


@each_host
def test_without_rankl_as_without_rank(name: str) -> None:
    """Bone of one knock-out is that of the other, to 2 %, once free RANKL of before is gone."""
    one, other = (
        host(name, days=YEARS[name], **{gene: 0.0}).iloc[3:] for gene in ("slot_RANKL_gene", "slot_RANK_gene")
    )
    for quantity in ("bone_volume", "osteoblasts", "CTX", "bone_mineral_density_spine"):
        assert one[quantity].to_numpy() == pytest.approx(other[quantity].to_numpy(), rel=0.02)


@each_host
def test_the_less_opg_the_more_osteoclasts_and_the_less_bone(name: str) -> None:
    runs = [host(name, days=YEARS[name], **everywhere("slot_OPG_production", level)) for level in (2.0, 1.0, 0.5, 0.0)]
    assert higher_at_every_time(runs, "osteoclasts")
    assert lower_at_every_time(runs, "bone_volume")
    assert lower_at_every_time(runs, "bone_mineral_density_spine")


@each_host
def test_without_rankl_it_does_not_matter_whether_there_is_opg(name: str) -> None:
    one, other = (
        host(name, days=YEARS[name], slot_RANKL_gene=0.0, **everywhere("slot_OPG_production", level))
        for level in (1.0, 0.0)
    )
    assert one["osteoclasts"].to_numpy() == pytest.approx(other["osteoclasts"].to_numpy(), abs=0.01)


@pytest.mark.parametrize("gene", quick_if(lambda gene: gene == "opg", ["rankl", "rank", "opg"]))
def test_a_knock_out_is_its_gene_set_to_none(gene: str) -> None:
    by_hand = everywhere("slot_OPG_production", 0.0) if gene == "opg" else {f"slot_{gene.upper()}_gene": 0.0}
    days = YEARS["mouse"][:3]
    shown = ["osteoclasts", "osteoclasts_lesion", "RANKL", "OPG", "bone_volume"]
    part, slots = host("mouse", f"{gene}-knockout", days=days), host("mouse", days=days, **by_hand)
    assert part[shown].to_numpy() == pytest.approx(slots[shown].to_numpy(), rel=1e-5, abs=1e-9)


@each_host
def test_the_more_rankl_is_made_the_more_is_resorbed(name: str) -> None:
    """By all that counts: occupancy, cells, markers."""
    runs = [
        host(name, days=YEARS[name][:4], **everywhere("slot_RANKL_production", level)) for level in (0.5, 0.8, 1.0, 1.5)
    ]
    for quantity in ("RANKL", "RANK_occupancy", "osteoclasts", "CTX", "NTX", "TRAP5b"):
        assert higher_at_every_time(runs, quantity), quantity
    assert lower_at_every_time(runs, "bone_volume")


@each_host
def test_formation_follows_resorption_up_and_down(name: str) -> None:
    """Coupling: late enough that what was released has recruited osteoblasts."""
    runs = [host(name, days=YEARS[name], **everywhere("slot_RANKL_production", level)) for level in (0.5, 1.0, 1.5)]
    assert higher_at_every_time([run.iloc[:4] for run in runs], "P1NP", skip=3)


@each_host
@pytest.mark.parametrize("slot", ["slot_osteoblast_formation", "slot_lining_activation"])
def test_osteoblasts_that_make_more_leave_more_bone(name: str, slot: str) -> None:
    runs = [host(name, days=YEARS[name], **everywhere(slot, level)) for level in (0.5, 1.0, 2.0)]
    assert higher_at_every_time(runs, "bone_volume")
    assert higher_at_every_time([run.iloc[:3] for run in runs], "P1NP")


@each_host
def test_osteoclasts_that_die_sooner_leave_more_bone(name: str) -> None:
    runs = [host(name, days=YEARS[name], **everywhere("slot_osteoclast_apoptosis", level)) for level in (0.7, 1.0, 2.0)]
    assert lower_at_every_time(runs, "osteoclasts")
    assert higher_at_every_time(runs, "bone_volume")


@each_host
def test_the_less_sclerostin_the_more_formation_and_bone(name: str) -> None:
    """Formation in the first month; later it follows what is resorbed, and less is."""
    first = [
        host(name, days=(0.0, 7.0, 14.0, 21.0), slot_sclerostin_production=level) for level in (2.0, 1.0, 0.5, 0.0)
    ]
    assert higher_at_every_time(first, "P1NP")
    runs = [host(name, days=YEARS[name], slot_sclerostin_production=level) for level in (2.0, 1.0, 0.5, 0.0)]
    assert lower_at_every_time(runs, "sclerostin")
    assert higher_at_every_time(runs, "bone_volume")


@each_host
def test_more_wnt_means_more_opg_and_less_rankl_of_it(name: str) -> None:
    runs = [host(name, days=YEARS[name], **everywhere("slot_Wnt_tone", level)) for level in (0.8, 1.0, 1.3)]
    assert higher_at_every_time(runs, "OPG")
    assert lower_at_every_time(runs, "RANKL_OPG_ratio")


@each_host
def test_dkk1_that_is_cleared_faster_leaves_less_of_it_and_more_wnt(name: str) -> None:
    runs = [host(name, days=YEARS[name][:4], slot_DKK1_clearance=level) for level in (0.5, 1.0, 3.0)]
    assert lower_at_every_time(runs, "DKK1")
    assert higher_at_every_time(runs, "Wnt")


@each_host
def test_mineral_that_is_laid_down_more_slowly_waits_as_osteoid(name: str) -> None:
    runs = [host(name, days=YEARS[name], **everywhere("slot_mineralisation", level)) for level in (2.0, 1.0, 0.5)]
    assert higher_at_every_time(runs, "osteoid")


@each_host
def test_both_sites_of_a_healthy_host_answer_alike(name: str) -> None:
    """To 15 %: bone turns over faster at the lesion; what cells and ligands do is the same."""
    run = host(name, days=YEARS[name][:4], slot_sclerostin_production=0.5)
    for quantity in ("RANKL", "OPG", "Wnt", "osteoblast_precursors"):
        assert run[f"{quantity}_lesion"].to_numpy() == pytest.approx(run[quantity].to_numpy(), rel=0.15), quantity
    assert abs(run["OPG"].iloc[-1] / run["OPG"].iloc[0] - 1) > 0.05


def test_the_less_density_the_more_fractures_and_the_lower_the_t_score() -> None:
    runs = [host("human", days=YEARS["human"], slot_estrogen=level) for level in (1.0, 0.3, 0.0)]
    for kind in ("vertebral", "hip", "nonvertebral"):
        assert higher_at_every_time(runs, f"{kind}_fracture_incidence", skip=2), kind
    for site in ("spine", "hip"):
        assert lower_at_every_time(runs, f"T_score_{site}", skip=2), site


def test_calcium_that_bone_surfaces_let_out_is_in_serum_or_has_passed_gut_and_kidney() -> None:
    """Of calcium nothing is lost or made: what both pools gain is what bone, gut and kidney bring."""
    days = tuple(np.linspace(0, 5, 2001))
    run = host("human", days=days, slot_PTH=6.0)
    held = rk.compose("human").facts.elements
    number = {name: held[name].value for name in ("calcium_exchangeable", "calcium_bone_flux", "calcium_gut_flux")}
    other, healthy = held["other_calcium_loss"].value, held["calcium_healthy"].value
    gained = run["calcium"] - healthy + number["calcium_exchangeable"] * (run["exchangeable_calcium"] - 1)
    gut = (1 + other) * run["gut_absorption"] - other * run["calcium"] / healthy - run["renal_loss"]
    brought = number["calcium_bone_flux"] * (run["body_resorption"] - run["body_mineralisation"])
    total = np.trapezoid(brought + number["calcium_gut_flux"] * gut, days)
    assert abs(run["calcium"].iloc[-1] - healthy) > 0.05
    assert gained.iloc[-1] == pytest.approx(total, rel=1e-3)


@pytest.mark.xfail(
    strict=True,
    reason="after loss of estrogen the calcium that bone gives to serum is 1.4 times the mineral that its density loses in the "
    "first year and 2.6 times in 20 years: resorption of serum's balance goes by bone_volume, that of density by its own pools",
)
def test_the_calcium_that_bone_gives_is_the_mineral_that_it_loses() -> None:
    """In one proportion at all times, to 20 %."""
    days = tuple(np.linspace(0, 20 * YEAR, 2001))
    run, held = host("human", days=days, slot_estrogen=0.1), rk.compose("human").facts.elements
    cancellous = held["skeletal_cancellous_share"].value
    turnover = cancellous * held["turnover_cancellous"].value + (1 - cancellous) * held["turnover_cortical"].value
    given = np.concatenate(
        [[0.0], np.cumsum((run["resorption"] - run["mineral_uptake"]).to_numpy()[1:] * np.diff(days))]
    )
    lost = 1 - cancellous * run["mineral_cancellous"] - (1 - cancellous) * run["mineral_cortical"]
    ratio = (turnover * given[100:]) / lost.to_numpy()[100:]
    assert ratio.max() < 1.2 * ratio.min()
