"""Palbociclib: how much is in plasma, what it leaves of growth, and beside an aromatase inhibitor."""

from __future__ import annotations

import numpy as np
import pytest

import ranklsys as rk
from ranklsys import Model

DAILY = "palbociclib 125 mg oral qd"
CYCLES = [f"palbociclib 125 mg oral qd x 21 from {28 * cycle} d" for cycle in range(2)]


@pytest.fixture(scope="module")
def woman() -> Model:
    return rk.compose("human", "palbociclib")


def in_plasma(model: Model, doses: str, times: list[float]) -> np.ndarray:
    run = model.simulate(times[-1], times=times, points=len(times), doses=doses, columns=["palbociclib__in_plasma"])
    return run.iloc[:, 0].to_numpy()


def test_plasma_peaks_after_8_hours_and_halves_in_29(woman: Model) -> None:
    """Label: a peak after 6 to 12 h, a half-life of 29 +- 5 h."""
    hours = np.linspace(0, 120, 481)
    plasma = in_plasma(woman, "palbociclib 125 mg oral", list(hours / 24))
    assert 6 <= hours[plasma.argmax()] <= 12
    assert 24 <= 24 * np.log(2) / np.log(plasma[-97] / plasma[-1]) <= 34


def test_daily_doses_build_up_by_the_ratio_of_the_label(woman: Model) -> None:
    """Exposure of a day at steady state over that of the first day: median 2.4 (1.5 to 4.2)."""
    plasma = in_plasma(woman, DAILY, list(np.linspace(0, 21, 2017)))
    first, last = (np.trapezoid(plasma[start : start + 97]) for start in (0, 1920))
    assert 2.0 <= last / first <= 2.9


def test_what_is_in_plasma_on_average_follows_from_dose_and_clearance(woman: Model) -> None:
    """279 umol a day over 63.1 L/h are 0.184 uM; of which 15 % are free, and five times as much in the tumour."""
    times = list(np.linspace(27, 28, 97))
    plasma = in_plasma(woman, DAILY, [0.0, *times])[1:]
    assert plasma.mean() == pytest.approx(0.184e6, rel=0.02)
    run = woman.simulate("28 d", points=2, doses=DAILY, columns=["palbociclib__in_plasma", "palbociclib__in_tumour"])
    assert run.iloc[-1, 1] == pytest.approx(0.75 * run.iloc[-1, 0])


@pytest.mark.thorough
def test_a_week_off_gives_growth_back(woman: Model) -> None:
    left = woman.simulate("56 d", points=57, doses=CYCLES, columns=["palbociclib__growth_left"]).iloc[:, 0]
    assert left.loc[7.0:21.0].max() < 0.65
    assert left.loc[27.0] > 0.9
    assert left.loc[49.0] == pytest.approx(left.loc[21.0], rel=0.01)


def growth(*, palbociclib: float = 0.0, inhibitor: float = 0.0, **changes: float) -> float:
    """Return the e-folds that a small colony of a tumour with hormone receptors grows by in 8 weeks of doses [mg]."""
    model = rk.compose("human", "patient-breast", "palbociclib", "endocrine-therapy").set(**changes)
    doses = [f"palbociclib {palbociclib} mg oral qd", f"endocrine-therapy {inhibitor} mg oral qd"]
    run = model.simulate("56 d", points=2, doses=doses, columns=["colony_growth_total"])
    return float(run.iloc[-1, 0])


@pytest.mark.thorough
def test_growth_is_slowed_by_the_product_of_palbociclib_and_an_inhibitor() -> None:
    """Not exactly: an inhibitor takes estrogen from bone, which then feeds the tumour more."""
    bare = growth()
    one, other, both = growth(palbociclib=125), growth(inhibitor=2.5), growth(palbociclib=125, inhibitor=2.5)
    assert both < 0.8 * min(one, other)
    assert both * bare == pytest.approx(one * other, rel=0.05)


def test_what_lies_beyond_its_reach_grows_on() -> None:
    bare, sensitive = growth(), growth(palbociclib=125)
    assert growth(palbociclib=125, palbociclib__resistant_at_start=1.0) == pytest.approx(bare, rel=1e-6)
    assert 1.1 * sensitive < growth(palbociclib=125, palbociclib__resistance_rate=0.02) < bare


def test_half_of_the_effect_is_where_the_cell_line_has_it(woman: Model) -> None:
    """At 0.15 uM in the tumour half of the growth that it reaches is gone: MCF-7."""
    run = woman.set(palbociclib__resistant_at_start=0.0).simulate(
        "10 d", doses=DAILY, columns=["palbociclib__in_tumour", "palbociclib__growth_left"]
    )
    drug, left = run["palbociclib__in_tumour"].to_numpy(), run["palbociclib__growth_left"].to_numpy()
    assert left == pytest.approx(1.48e5 / (1.48e5 + drug), rel=1e-6)


@pytest.mark.thorough
def test_a_year_of_both_drugs_leaves_least_tumour() -> None:
    final = rk.run("palbociclib-metastases").summary.pivot(index="observable", columns="arm", values="final")
    for where in ("tumour", "soft_tissue"):
        assert final.loc[where, "both"] < 0.9 * final.loc[where, "inhibitor"]
        assert final.loc[where, "palbociclib"] < 0.7 * final.loc[where, "untreated"]
