"""Metastases of single cells: rates from the model, chance on top."""

from __future__ import annotations

import numpy as np
import pytest

import ranklsys as rk
from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.trials import colonies

YEARS = (np.arange(0, 81) * 91.3125).tolist()
SURGERY = {"tumour_primary": 0.0, "niche_cell": 1.0, "niche_woken": 0.0, "colony_growth_total": 0.0}
EARLY = rk.compose("human", "menopause", "early-breast", "denosumab")


def found(*women: dict[str, float], doses: str = "", model: rk.Model = EARLY) -> np.ndarray:
    """Return how many metastases imaging finds on average, women x times."""
    return rk.metastases(model, women, YEARS, doses=doses or (), before="8 y", then=SURGERY)[1]


@pytest.mark.thorough
def test_without_cells_there_is_no_metastasis_and_with_more_there_are_more_in_proportion() -> None:
    none, some, more = found(*({"tumour_cells_at_surgery": cells} for cells in (0.0, 0.2, 0.6)))
    assert (none == 0).all()
    assert some[-1] > 0.05
    np.testing.assert_allclose(more, 3 * some, rtol=1e-9)


def test_metastases_never_become_fewer() -> None:
    assert (np.diff(found({}, {"growth_scale": 2.0}, {"tumour_cells_asleep": 0.0}), axis=1) >= -1e-12).all()


def test_most_women_never_relapse_and_cells_that_sleep_relapse_late() -> None:
    usual, asleep, awake = np.exp(-found({}, {"tumour_cells_asleep": 1.0}, {"tumour_cells_asleep": 0.0}))
    assert usual[-1] > 0.5
    assert asleep[20] > awake[20]  # after five years
    late = [(free[20] - free[-1]) / (1 - free[-1]) for free in (asleep, awake)]
    assert late[0] > 0.6 > late[1]


@pytest.mark.parametrize("more", [{"tumour_RANK": 3.0}, {"RANKL_healthy": 2.0}, {"growth_scale": 1.5}], ids=str)
def test_more_rank_more_rankl_and_faster_growth_mean_sooner_metastases(more: dict[str, float]) -> None:
    usual, sooner = found({}, more)
    assert (sooner[12:] > usual[12:]).all()


def test_a_drug_prevents_some_and_not_nearly_all() -> None:
    ratio = found({}, doses="denosumab 60 mg sc q6mo x 40")[0, -1] / found({})[0, -1]
    assert 0.1 < ratio < 0.95


def test_without_hormone_receptors_relapse_is_early() -> None:
    negative = rk.compose("human", "menopause", "early-breast-negative")
    early = [each[0, 20] / each[0, -1] for each in (found({}), found({}, model=negative))]
    assert early[1] > early[0]


@pytest.mark.thorough
def test_what_is_drawn_is_what_is_expected() -> None:
    """The share of 4,000 is the chance of the typical one, within 4 standard errors and 2 points for how they differ."""
    cohort = rk.cohort(
        EARLY, 4000, seed=1, vary={"tumour_cells_at_surgery": 0.0}, before="8 y", then=SURGERY, design="random"
    )
    chance = 1 - np.exp(-found({})[0, 40])
    times = cohort.simulate("10 y", doses="", every="91.3125 d", columns=["CTX"]).outcomes["time_metastasis"]
    assert times.notna().mean() == pytest.approx(chance, abs=4 * (chance * (1 - chance) / 4000) ** 0.5 + 0.02)


def test_growth_that_does_not_slow_is_the_limit_of_growth_that_hardly_does() -> None:
    ids = core_endpoints().colonies
    names = dict(zip(ids.people, (0.3, 0.5, 0.0, 1e-10, 0.2, 6e-3, 2e-3), strict=True))
    times = np.linspace(0, 4000, 60)
    courses = {
        ids.woken: 1 - np.exp(-times / 3000)[None],
        ids.growth: 0.006 * times[None],
        ids.homing: np.full((1, 60), 3.0),
        ids.growth_in_bone: np.full((1, 60), 0.006),
        ids.growth_of_primary: np.full((1, 60), 0.005),
    }
    straight, slow = (
        colonies.expected(times, courses, {k: np.array([v]) for k, v in {**names, ids.slowing: power}.items()}, ids)
        for power in (0.0, 1e-6)
    )
    np.testing.assert_allclose(straight, slow, rtol=1e-3, atol=1e-6)
