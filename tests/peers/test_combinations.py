"""Any two parts that fit a host make one model in any order, which runs for three years and agrees with COPASI.

Parts are put together sixteen at a time, so that every pair of parts is in one of the models at least; a failure says which
sixteen, and its pairs tell which two. A pair and three parts, unless ``pytest --all`` asks for all, as CI does.
"""

from __future__ import annotations

import re
from itertools import combinations, permutations

import pytest

import ranklsys as rk
from ranklsys.model import other_engines
from ranklsys.model.compose import assembled
from ranklsys.model.difference import difference
from ranklsys.plugins import registry
from ranklsys.sbml.facts import facts
from tests.peers.combinations import EVERY, YEARS, Combination, covering, possible, sample
from tests.selection import quick_if

MOST = 16
"""Parts of a model, at most: what takes long is to compile one, hardly longer the more parts it has."""
TOGETHER = covering(MOST)
QUICK = (*sample(2, 1), *sample(3, 1))
ROWS = [0.0, 1.0, 7.0, 30.0, EVERY - 1, 200.0, 500.0, 800.0, YEARS * 365.25]
SOLVER = rk.Solver(relative_tolerance=1e-9, absolute_tolerance=1e-15)
"""Engines then differ by 1e-6 at most, where 1e-4 is asked; at 1e-10 COPASI would take a half longer."""
TUMOUR = ["tumour", "tumour_dormant", "tumour_circulating", "tumour_soft_tissue"]
ANNOTATION = re.compile(r"\s*<annotation>.*?</annotation>", re.DOTALL)
NEGATIVE = 1e-9
"""Part of its largest value by which an amount may fall below 0: round-off of the solver."""


def require_three_years(combination: Combination) -> None:
    """Simulate with RoadRunner and COPASI: finite (the engines see to that), not negative, no tumour out of nothing."""
    model = rk.compose(combination.host, *combination.complete)
    states = list(model.facts.states)
    text = model.sbml_with(combination.doses)
    ours = model.simulate(ROWS[-1], doses=combination.doses, times=ROWS, columns=states, solver=SOLVER)
    text = ANNOTATION.sub("", text)  # COPASI takes as long to read it as to read the model
    theirs = other_engines.copasi(text, ROWS, rtol=SOLVER.relative_tolerance, atol=SOLVER.absolute_tolerance)
    verdict = difference(ours, theirs[states])
    assert verdict["within"].all(), verdict.head()
    lowest = ours.min() / ours.abs().max().clip(lower=1e-12)
    amounts = [name for name in states if model.facts.elements[name].kind == "species"]
    assert lowest[amounts].min() > -NEGATIVE, lowest.idxmin()
    if "cell line" not in {part.kind for part in model.parts}:
        assert (ours[TUMOUR] == 0).all(axis=None)


@pytest.mark.parametrize("parts", quick_if(QUICK.__contains__, (*QUICK, *TOGETHER)), ids=str)
def test_parts_are_one_model_that_runs_for_three_years_and_agrees_with_copasi(parts: Combination) -> None:
    """Composition sorts parts by id; put together in the reverse order, each element is still the same."""
    backwards = [registry().part(part) for part in sorted(parts.complete, reverse=True)]
    forward, reverse = (
        rk.compose(parts.host, *parts.complete).facts.elements,
        facts(assembled(parts.host, backwards)).elements,
    )
    assert {name: repr(each) for name, each in forward.items()} == {name: repr(each) for name, each in reverse.items()}
    require_three_years(parts)


@pytest.mark.parametrize("few", QUICK, ids=str)
def test_order_of_parts_never_matters(few: Combination) -> None:
    assert len({rk.compose(few.host, *order).hash for order in permutations(few.complete)}) == 1


def test_every_pair_that_fits_a_host_is_in_one_of_them() -> None:
    held = {(each.host, *pair) for each in TOGETHER for pair in combinations(each.parts, 2)}
    assert held >= {(each.host, *sorted(each.parts)) for each in possible(2)}
    assert all(len(each.parts) <= MOST for each in TOGETHER)


def test_no_combination_asks_for_two_parts_of_which_a_model_has_one() -> None:
    """Pairs that are refused stand in none, and there are such pairs."""
    asked = [[registry().part(part).one_of for part in each.complete] for each in (*TOGETHER, *QUICK, *possible(2))]
    assert all(named.count(what) < 2 for named in asked for what in named if what)
    refused = {frozenset(("breast", "brca1-carrier")), frozenset(("menopause", "ovarian-failure"))}
    assert not refused & {frozenset(each.parts) for each in possible(2)}


def test_the_combinations_are_of_all_parts_in_both_hosts() -> None:
    found = list(possible(2))
    used = {(each.host, part) for each in found for part in each.parts}
    assert used == {(host, part.id) for part in registry().parts.values() for host in part.hosts}
    assert len(set(found)) == len(found)
