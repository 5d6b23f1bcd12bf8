"""Estrogen, PTH, calcitriol, calcium and the kidney in healthy hosts."""

from __future__ import annotations

import numpy as np
import pytest

from tests.properties.courses import YEAR, disturbed, host
from tests.properties.order import higher_at_every_time, lower_at_every_time

HOURS = (0.0, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 30.0)
WEEKS = (0.0, 7.0, 14.0, 30.0, 60.0, 90.0)
YEARS = tuple(YEAR * year for year in (0, 0.5, 1, 2, 5, 10))
each_host = pytest.mark.parametrize("name", ["human", "mouse"])


@each_host
def test_the_less_estrogen_the_lower_density_and_the_higher_turnover(name: str) -> None:
    days = YEARS if name == "human" else WEEKS
    runs = [host(name, days=days, slot_estrogen=level) for level in (1.0, 0.5, 0.2, 0.0)]
    for site in ("spine", "hip"):
        assert lower_at_every_time(runs, f"bone_mineral_density_{site}"), site
    assert higher_at_every_time(runs, "RANKL_OPG_ratio")
    assert higher_at_every_time([run.iloc[:4] for run in runs], "CTX")


@each_host
def test_estrogen_that_is_given_replaces_what_is_lost(name: str) -> None:
    run = host(name, days=WEEKS, slot_estrogen=0.4, slot_estrogen_given=0.6)
    assert run["bone_mineral_density_spine"].to_numpy() == pytest.approx(1.0, abs=1e-6)


def test_calcium_that_is_infused_lowers_pth_within_the_hour() -> None:
    """And the less the less is infused."""
    runs = [disturbed("human", HOURS[:5], "calcium", level) for level in (2.35, 2.5, 2.8, 3.2)]
    assert lower_at_every_time(runs, "PTH")


@pytest.mark.parametrize("start", [1.8, 3.0])
def test_calcium_comes_back_by_itself_from_too_much_and_too_little(start: float) -> None:
    run = disturbed("human", HOURS, "calcium", start)
    away = (run["calcium"] - 2.35).abs()
    assert away.iloc[-1] < 0.02 * away.iloc[0]
    assert away.iloc[2:].max() < away.iloc[0]


def test_calcium_that_is_bound_raises_pth() -> None:
    runs = [disturbed("human", HOURS[:5], "calcium", level) for level in (2.35, 2.2, 2.0)]
    assert higher_at_every_time(runs, "PTH")


@each_host
def test_the_less_the_kidney_filters_the_more_pth_and_the_less_calcitriol(name: str) -> None:
    """PTH from the second month on."""
    runs = [host(name, days=WEEKS, slot_kidney_function=level) for level in (1.0, 0.6, 0.3, 0.15)]
    assert higher_at_every_time(runs, "PTH", skip=WEEKS.index(60.0))
    assert lower_at_every_time(runs, "calcitriol")


@each_host
@pytest.mark.xfail(
    strict=True,
    reason="a kidney that stops at once keeps calcium: with 15 % of its function PTH is 1.8 pM on day 7 and 2.3 on day 14 "
    "against 3 in health; phosphate, which raises PTH in acute failure, is not in the model",
)
def test_pth_is_never_lower_after_a_kidney_stops(name: str) -> None:
    runs = [host(name, days=WEEKS, slot_kidney_function=level) for level in (1.0, 0.6, 0.3, 0.15)]
    assert higher_at_every_time(runs, "PTH")


@each_host
@pytest.mark.parametrize("slot", ["slot_calcium_intake", "slot_gut_absorption", "slot_calcitriol"])
def test_the_less_calcium_is_taken_up_the_more_pth(name: str, slot: str) -> None:
    """Less eaten, less absorbed, or less vitamin D to absorb it with; calcium itself hardly falls."""
    runs = [host(name, days=WEEKS, **{slot: level}) for level in (1.5, 1.0, 0.6, 0.3)]
    assert higher_at_every_time(runs, "PTH")
    assert lower_at_every_time(runs, "calcium")
    assert runs[-1]["calcium"].min() > 0.8 * 2.35


def test_who_eats_little_calcium_has_less_bone_after_years() -> None:
    runs = [host("human", days=YEARS, slot_calcium_intake=level) for level in (1.0, 0.6, 0.3)]
    assert lower_at_every_time(runs, "bone_mineral_density_hip", skip=3)


@each_host
def test_calcitriol_that_is_given_raises_calcium_and_lowers_pth(name: str) -> None:
    runs = [host(name, days=WEEKS, slot_calcitriol_given=level) for level in (0.0, 0.3, 1.0)]
    assert higher_at_every_time(runs, "calcium")
    assert lower_at_every_time(runs, "PTH")


@each_host
def test_a_higher_set_point_holds_calcium_higher(name: str) -> None:
    runs = [host(name, days=WEEKS, slot_PTH_set_point=level) for level in (0.9, 1.0, 1.1, 1.2)]
    assert higher_at_every_time(runs, "calcium")


@each_host
def test_the_less_pth_glands_make_the_lower_is_calcium(name: str) -> None:
    runs = [host(name, days=WEEKS, slot_PTH_secretion=level) for level in (2.0, 1.0, 0.5, 0.1)]
    assert lower_at_every_time(runs, "calcium")
    assert lower_at_every_time(runs, "PTH")


@each_host
def test_pth_from_outside_raises_calcium_and_silences_the_glands(name: str) -> None:
    runs = [host(name, days=WEEKS, slot_PTH=level) for level in (0.0, 1.0, 3.0, 9.0)]
    assert higher_at_every_time(runs, "calcium")
    assert lower_at_every_time(runs, "PTH")


@each_host
def test_pthrp_from_outside_does_as_pth_but_makes_less_calcitriol(name: str) -> None:
    """As much as there is PTH in health."""
    healthy = 3.0 if name == "human" else float(host(name, days=WEEKS)["PTH"].iloc[0])
    by_PTHrP, by_PTH = host(name, days=WEEKS, slot_PTHrP=1.0), host(name, days=WEEKS, slot_PTH=healthy)
    assert (by_PTHrP["calcium"].iloc[1:] > 2.36).all()
    assert (by_PTHrP["PTH"].iloc[1:] < healthy).all()
    assert (by_PTHrP["calcitriol"].iloc[1:] < by_PTH["calcitriol"].iloc[1:]).all()


@each_host
def test_who_does_not_answer_to_pth_makes_more_of_it_and_holds_less_calcium(name: str) -> None:
    runs = [host(name, days=WEEKS, slot_PTH_response=level) for level in (1.0, 0.6, 0.3)]
    assert higher_at_every_time(runs, "PTH")
    assert lower_at_every_time(runs, "calcium")


@each_host
def test_pth_held_high_costs_bone(name: str) -> None:
    days = YEARS if name == "human" else WEEKS
    runs = [host(name, days=days, slot_PTH_set_point=level) for level in (1.0, 1.05, 1.1)]
    assert lower_at_every_time(runs, "bone_mineral_density_hip", skip=2)


@each_host
def test_the_kidney_that_loses_calcium_calls_pth(name: str) -> None:
    runs = [host(name, days=WEEKS, slot_renal_calcium=level) for level in (0.7, 1.0, 1.5)]
    assert higher_at_every_time(runs, "PTH")


@each_host
def test_bone_that_is_no_longer_resorbed_lowers_calcium_at_first_and_pth_makes_up_for_it(name: str) -> None:
    run = host(name, days=(0.0, 0.5, 1.0, 2.0, 4.0, 7.0, 14.0, 365.0), slot_RANK_gene=0.0)
    assert 0.8 * 2.35 < run["calcium"].min() < 2.34
    assert run["PTH"].max() > 1.05 * run["PTH"].iloc[0]
    assert np.abs(run["calcium"].iloc[-1] / 2.35 - 1) < 0.01
