"""Doubt about numbers in trials: the same people around other numbers, and both kinds of intervals."""

from __future__ import annotations

import math

import numpy as np
import pytest

import ranklsys as rk
from ranklsys.trials import report
from ranklsys.trials.cohort import Cohort
from ranklsys.trials.doubt import _both, around

ARMS = {"nothing": "", "zoledronic acid": "zoledronic-acid 4 mg iv q4w"}


def small(**more: object) -> Cohort:
    model = rk.compose("human", "patient-breast", "zoledronic-acid")
    return rk.cohort(model, 12, seed=7, before="60 d", then={"tumour": 0.05}, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def found() -> rk.Trial:
    return small(engine="lanes").simulate("1 y", arms=ARMS, every="12 w", processes=1, uncertainty=3)


def test_people_differ_as_before_around_the_other_number() -> None:
    before = small()
    value = before.model.facts.elements["tumour_contact"].value
    after = around(before.population, before.model, {"tumour_contact": 2 * value, "event_tumour": 0.01})
    points = before.population.probabilities(0, 12)
    old, new = (dict(zip(each.names, each.values(points).T, strict=True)) for each in (before.population, after))
    moved = {"tumour_contact": 2.0, "event_tumour": 0.01 / before.model.facts.elements["event_tumour"].value}
    for name, column in old.items():
        assert np.allclose(new[name], column * moved.get(name, 1.0)), name


def test_what_a_caller_says_of_a_spread_stays() -> None:
    mine = rk.Spread(7.0, 0.1)
    cohort = small(vary={"tumour_contact": mine})
    after = around(cohort.population, cohort.model, {"tumour_contact": 3.0})
    assert after.spreads["tumour_contact"] == mine


@pytest.mark.thorough
def test_a_trial_has_both_kinds_of_intervals(found: rk.Trial) -> None:
    assert found.doubt is not None
    assert (found.doubt.members, found.doubt.people) == (3, 12)
    of = found.doubt.table
    row = of.loc[("share with a first skeletal event", "nothing")]
    assert row["value"] == found.summary().counts.loc["nothing", "first skeletal event"]
    assert (of["numbers_low"] <= of["numbers_high"]).all()
    assert (of["low"] < of["high"]).all()
    markers = of.loc[("NTX, median change, %", "zoledronic acid")]
    assert markers["people_low"] <= markers["value"] <= markers["people_high"]
    words = [str(table.title) for table in report.trial(found)]
    assert any("doubt about numbers: 3 sets" in each for each in words)


@pytest.mark.thorough
def test_a_trial_of_no_doubt_is_what_it_was(found: rk.Trial) -> None:
    plain = small(engine="lanes").simulate("1 y", arms=ARMS, every="12 w", processes=1)
    assert plain.doubt is None
    assert plain.outcomes.equals(found.outcomes)


def test_the_interval_of_both_is_that_of_a_sum() -> None:
    """Numbers that move it by 2, with 1.6449 to either side, and people with 1.96 to either side."""
    low, high = _both(2.0, [2 - 1.6449, 2 + 1.6449], [-1.96, 1.96])
    assert (low, high) == pytest.approx((2 - 1.6449 * math.sqrt(2), 2 + 1.6449 * math.sqrt(2)), rel=1e-4)


@pytest.mark.thorough
def test_curves_are_shares_over_the_whole_trial(found: rk.Trial) -> None:
    assert found.doubt is not None
    curve = found.doubt.curves["nothing", found.happens[0]]
    assert curve.index[-1] == found.until
    assert ((curve >= 0) & (curve <= 1)).all(axis=None)
    assert curve.iloc[0].tolist() == [1.0, 1.0], "nobody has had an event at the start"
