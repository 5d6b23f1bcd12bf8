"""How far the disease of women with bone metastases has gone: who has more has more events, and NTX tells so."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pandas as pd
import pytest

from benchmarks import ntx_sources
from benchmarks.ntx_groups import NO_DRUG, ZOLEDRONIC_ACID
from ranklsys.tables.changes import read_changes
from ranklsys.trials import named_trial

pytest.importorskip("lifelines", reason="lifelines is an extra")

TRIAL = ntx_sources.TRIAL
SAME_WOMEN = ("host", "parts", "patients", "seed", "set", "then", "vary", "correlation", "include")


@pytest.mark.parametrize("name", ["de-escalation", "switch"])
def test_trials_of_metastases_are_of_the_same_women(name: str) -> None:
    one, other = named_trial.read(TRIAL), named_trial.read(name)
    for key in SAME_WOMEN:
        assert getattr(one, key) == getattr(other, key), key


def test_the_table_of_what_was_tried_has_the_trial_as_it_is_shipped() -> None:
    plan, source = named_trial.read(TRIAL), ntx_sources.THE_TRIAL
    assert read_changes(plan.vary, "vary") == source.differ
    assert read_changes(plan.set, "set") == ntx_sources.model_numbers(source)
    shipped = pd.read_csv(plan.correlation, index_col=0)
    for (one, other), value in source.correlation.items():
        assert shipped.loc[one, other] == value
    assert len(source.correlation) == len(list(combinations(shipped, 2)))


def test_what_is_large_goes_together_and_the_drug_does_less_there() -> None:
    population = named_trial.read(TRIAL).cohort().population
    drawn = pd.DataFrame(population.subjects()).rank()
    for (one, other), value in ntx_sources.THE_TRIAL.correlation.items():
        # a normal copula with 0.6 has a rank correlation of 0.58; of 1,000 women its standard error is 0.02
        assert drawn[one].corr(drawn[other]) == pytest.approx(0.97 * value, abs=0.08)


def test_no_site_begins_fuller_than_full() -> None:
    plan = named_trial.read(TRIAL)
    women = pd.DataFrame(plan.cohort().population.subjects())
    assert women["tumour"].max() < 1
    assert women["tumour"].quantile(0.95) > 3 * women["tumour"].median()


@pytest.mark.thorough
def test_ntx_on_the_drug_and_without_tells_who_is_at_risk() -> None:
    """Where everybody's disease is the same it hardly does; observed are 2 on the drug, and 1.8 without."""
    before, after = (ntx_sources.simulated(source, 400) for source in (ntx_sources.SOURCES[0], ntx_sources.THE_TRIAL))
    risk = ntx_sources.risk
    assert risk(after, ZOLEDRONIC_ACID)[0] > max(1.4, risk(before, ZOLEDRONIC_ACID)[0] + 0.3)
    assert risk(after, NO_DRUG)[1] > max(1.25, risk(before, NO_DRUG)[1] + 0.2)
    # a sample of NTX differs from another of the same woman, which takes some of that away and not all
    assert 1.2 < risk(after, ZOLEDRONIC_ACID, ntx_sources.WITHIN)[0] < risk(after, ZOLEDRONIC_ACID)[0] + 0.05


@pytest.mark.thorough
def test_what_differs_between_women_leaves_how_drugs_compare() -> None:
    """A first event on denosumab over zoledronic acid, deaths and progression, as with everybody's disease the same."""
    plan = replace(named_trial.read(TRIAL), patients=300)
    found = []
    for each in (plan, replace(plan, vary=(), correlation="")):
        trial = each.simulate(processes=1)
        dead = {arm: (trial.first_events(arm, kinds=())["kind"] != "").mean() for arm in trial.arms}
        assert abs(dead["denosumab"] - dead[ZOLEDRONIC_ACID]) < 0.04
        found.append(float(trial.compare("denosumab", ZOLEDRONIC_ACID)["hazard ratio"]))
        # what is measured is in soft tissue, which bone drugs do not reach; in the trial of both it was 1 (Stopeck 2010)
        progressed = trial.progression().comparisons.loc[("denosumab", "progression"), "hazard ratio"]
        assert 0.85 < progressed <= 1.05
    assert found[0] == pytest.approx(found[1], abs=0.08)
    assert 0.6 < found[0] < 0.85
