"""Any two and any three parts that fit a host make one model in any order, run for three years, and agree with COPASI.

Two pairs and a triple, unless ``pytest --all`` asks for all pairs and 40 triples, as CI does.
"""

from __future__ import annotations

import re
from itertools import permutations

import pytest

import ranklsys as rk
from ranklsys.model import other_engines
from ranklsys.model.compose import assembled
from ranklsys.model.difference import difference
from ranklsys.plugins import registry
from ranklsys.sbml.facts import facts
from tests.peers.combinations import EVERY, YEARS, Combination, possible, sample
from tests.selection import quick_if

TRIPLES = sample(3, 40)
QUICK = (*sample(2, 2), TRIPLES[0])
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


@pytest.mark.parametrize("pair", quick_if(QUICK.__contains__, possible(2)), ids=str)
def test_a_pair_is_one_model_that_runs_for_three_years_and_agrees_with_copasi(pair: Combination) -> None:
    hashes = {rk.compose(pair.host, *order).hash for order in permutations(pair.complete)}
    assert len(hashes) == 1
    require_three_years(pair)


@pytest.mark.parametrize("triple", quick_if(QUICK.__contains__, TRIPLES), ids=str)
def test_a_triple_is_one_model_that_runs_for_three_years_and_agrees_with_copasi(triple: Combination) -> None:
    """Composition sorts parts by id; put together in the reverse order, each element is still the same."""
    parts = [registry().part(part) for part in sorted(triple.complete)]
    forward, reverse = (facts(assembled(triple.host, order)).elements for order in (parts, parts[::-1]))
    assert {name: repr(each) for name, each in forward.items()} == {name: repr(each) for name, each in reverse.items()}
    require_three_years(triple)


@pytest.mark.parametrize("number", [2, 3])
def test_the_combinations_are_of_all_parts_in_both_hosts(number: int) -> None:
    found = list(possible(number))
    used = {(each.host, part) for each in found for part in each.parts}
    assert used == {(host, part.id) for part in registry().parts.values() for host in part.hosts}
    assert len(set(found)) == len(found)
