"""Virtual women are like women: what is seen at the start of a trial, in the units of a clinic, and as it is measured."""

from __future__ import annotations

import csv
from functools import cache

import numpy as np
import pandas as pd
import pytest

import ranklsys as rk
from ranklsys.plugins import library
from ranklsys.plugins.spread import Spread
from ranklsys.trials import clinical, covariates, variation
from ranklsys.trials.noise import core_noise, factors
from ranklsys.trials.population import Population

SEEN = ["CTX [ng/mL]", "P1NP [ug/L]", "calcium [mM]", "PTH [pg/mL]"]
DENSITIES = ["bone_mineral_density_spine [g/cm^2]", "bone_mineral_density_hip [g/cm^2]"]
NUMBER = 400


@cache
def trial(*parts: str) -> rk.Trial:
    cohort = rk.cohort(rk.compose("human", *parts), NUMBER, seed=3)
    return cohort.simulate("1 d", every="1 d", columns=[*SEEN, *DENSITIES, "age [y]"], processes=1)


@cache
def women(*parts: str) -> pd.DataFrame:
    """What is measured at the start."""
    rows = trial(*parts).measured(5).runs(*SEEN, *DENSITIES, "age [y]")
    return rows[rows["time"] == 0].set_index("patient")


def cv(values: pd.Series[float]) -> float:
    return float(100 * values.std() / values.mean())


@pytest.mark.parametrize("parts", [(), ("menopause",)], ids=["before", "after"])
def test_women_differ_as_women_do_without_a_burn_in(parts: tuple[str, ...]) -> None:
    """CTX by 40 to 55 %, calcium by 2 to 4, PTH by 30 to 50, density by 11 to 17 after menopause.

    A cv of 400 women has a standard error of a 28th of it: bounds are two of these wider.
    """
    seen = women(*parts)
    for name, low, high in (("CTX [ng/mL]", 40, 55), ("calcium [mM]", 2, 4), ("PTH [pg/mL]", 30, 50)):
        assert low / 1.07 < cv(seen[name]) < high * 1.07, name
    for name in DENSITIES if parts else ():
        assert 11 / 1.07 < cv(seen[name]) < 17 * 1.07, name


def test_what_goes_together_in_women_goes_together_here() -> None:
    seen = women("menopause")
    markers, densities = np.log(seen[SEEN[:2]]), seen[DENSITIES]
    assert 0.6 < np.corrcoef(markers.T)[0, 1] < 0.8
    assert 0.6 < np.corrcoef(densities.T)[0, 1] < 0.8
    before = women()
    assert -0.5 < np.corrcoef(before["calcium [mM]"], before["PTH [pg/mL]"])[0, 1] < -0.2


@pytest.mark.parametrize("parts", [(), ("menopause",)], ids=["before", "after"])
def test_nobody_healthy_is_outside_of_what_a_clinic_calls_alive(parts: tuple[str, ...]) -> None:
    seen = women(*parts)
    assert seen["calcium [mM]"].between(1.9, 2.9).all()
    assert seen["PTH [pg/mL]"].between(4, 150).all()
    assert (seen["age [y]"] > 18).all()


def test_before_menopause_each_is_steady_at_her_own_level() -> None:
    rows = rk.cohort(rk.compose("human"), 5, seed=3).simulate("1 y", every="1 y", columns=["CTX [ng/mL]"], processes=1)
    start, end = (rows.runs("CTX [ng/mL]").groupby("time")["CTX [ng/mL]"].apply(list)).to_list()
    assert end == pytest.approx(start, rel=1e-9)
    assert len(set(start)) == 5


def test_levels_change_nothing_else_of_a_woman() -> None:
    """They follow what is drawn without them, so that a level that is added leaves every woman as she was."""
    few = {"peak_bone_density": Spread(1.0, 0.105), "turnover_cancellous": Spread(1e-3, 0.4)}
    more = {**few, "CTX_in_health": Spread(0.25, 0.47)}
    together = {("peak_bone_density", "CTX_in_health"): -0.5, ("turnover_cancellous", "CTX_in_health"): 0.5}
    one, other = Population(few, 1, 200), Population(more, 1, 200, correlation=together)
    assert np.array_equal(one.values(one.probabilities(0, 200)), other.values(other.probabilities(0, 200))[:, :2])
    drawn = np.log(other.values(other.probabilities(0, 200)))
    assert np.corrcoef(drawn.T)[2, :2] == pytest.approx([-0.5, 0.5], abs=0.15)


def test_a_part_that_tells_the_age_of_people_draws_it_alone() -> None:
    assert "age" in covariates.of_model(rk.compose("human"))
    assert "age" not in covariates.of_model(rk.compose("human", "menopause"))
    assert not covariates.of_model(rk.compose("mouse"))


def test_noise_is_as_large_as_the_table_says_and_the_same_again() -> None:
    patients = np.arange(4000)
    noise = factors(1, "CTX", patients, 2)
    assert np.log(noise).std() == pytest.approx(np.sqrt(np.log(1 + core_noise()["CTX"].cv ** 2)), rel=0.03)
    assert abs(np.corrcoef(noise.T)[0, 1]) < 0.05  # a visit says nothing of the next
    assert np.array_equal(factors(1, "CTX", patients[[7]], 5)[:, :2], noise[[7]])
    assert not np.allclose(factors(2, "CTX", patients, 2), noise)
    assert (factors(1, "tumour", patients[:3], 2) == 1).all()


def test_what_is_measured_differs_from_what_is_true_but_events_do_not() -> None:
    true = trial("menopause")
    seen = true.measured(5)
    assert not np.allclose(seen.outcomes["CTX_start"], true.outcomes["CTX_start"])
    assert seen.outcomes["time_death"].equals(true.outcomes["time_death"])
    at_start = seen.runs("CTX").query("time == 0")["CTX"]
    assert at_start.to_numpy() == pytest.approx(seen.outcomes["CTX_start"].to_numpy())  # one visit, one number
    assert true.outcomes["CTX_start"].equals(trial("menopause").outcomes["CTX_start"])


def test_a_trial_that_kept_too_little_says_so() -> None:
    bare = rk.cohort(rk.compose("human"), 2, seed=3).simulate("1 d", every="1 d", columns=["CTX"], processes=1)
    assert clinical.shown(bare.patients, bare.store.recipe) == ["CTX [ng/mL]"]
    with pytest.raises(rk.UnknownName, match="the trial did not keep 'PTH'"):
        bare.runs("PTH [pM]")


def test_each_spread_of_the_core_says_whence_it_is() -> None:
    """A row of its own, or the one that all others share, which is of one cv alone."""
    with (library.folder() / "spread_sources.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    own = {row.id: row.cv for row in variation.of_core()}
    assert set(rows) - {"*"} <= set(own)
    assert {id: cv for id, cv in own.items() if id not in rows and cv != variation.USUAL} == {}
    assert all(row["kind"] and row["source"] for row in rows.values())
