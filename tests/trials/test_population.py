"""Who is drawn: the spreads of the tables, designs, correlations, bounds."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

import ranklsys as rk
from ranklsys.trials import population
from ranklsys.trials.population import Population, Spread, pairs, spreads, with_vary

MODEL = rk.compose("human", "menopause", "patient-breast", "zoledronic-acid")
FEW = {
    "tumour_RANK": Spread(1.5, 0.3),
    "body_weight": Spread(66.0, 0.2),
    "activity_by_RANK": Spread(0.9, 0.3, kind="share"),
}


def test_spreads_come_from_the_tables_of_the_core_and_of_parts() -> None:
    found = spreads(MODEL)
    assert found["body_weight"].cv == 0.2
    assert found["zoledronic_acid__uptake"].median == 5.6
    assert found["tumour_hormone_dependence"].median == 0.7  # the cell line's value, the core's cv
    assert "pamidronate__uptake" not in found
    assert "seed_bone" not in found


def test_what_the_frailty_covers_does_not_vary_again() -> None:
    assert not set(population.OF_ALL) & set(spreads(MODEL))


def test_a_loss_of_function_is_never_more_than_all() -> None:
    """Its median is 0.8; above 1, osteoclasts would make bone, and integrations fail."""
    found = {"zoledronic_acid__activity_loss": spreads(MODEL)["zoledronic_acid__activity_loss"]}
    assert Population(found, 1, 2000).values(np.full((1, 1), 1 - 1e-9))[0, 0] < 1


@pytest.mark.parametrize("design", population.DESIGNS)
def test_a_subject_is_the_same_however_many_are_drawn_at_a_time(design: str) -> None:
    drawn = Population(spreads(MODEL), 7, 40, design, {("tumour_RANK", "tumour_growth"): 0.5})
    whole = drawn.values(drawn.probabilities(0, 40))
    for size in (1, 7):
        pieces = [drawn.values(drawn.probabilities(k, min(k + size, 40))) for k in range(0, 40, size)]
        assert np.array_equal(np.vstack(pieces), whole)


def test_a_random_subject_does_not_depend_on_the_size_of_the_cohort() -> None:
    small, large = (Population(FEW, 7, size) for size in (5, 500))
    assert np.array_equal(small.probabilities(0, 5), large.probabilities(0, 5))


def test_another_seed_draws_others() -> None:
    assert not np.allclose(Population(FEW, 1, 5).probabilities(0, 5), Population(FEW, 2, 5).probabilities(0, 5))


@pytest.mark.parametrize("design", ["latin", "sobol"])
def test_a_design_covers_each_range_evenly(design: str) -> None:
    """One of 64 points in each 64th of every range: what a hypercube and a net of base 2 are."""
    points = Population(FEW, 3, 64, design).probabilities(0, 64)
    for column in points.T:
        assert sorted(np.floor(column * 64).astype(int)) == list(range(64))


def test_draws_have_the_median_the_spread_and_the_bounds_that_were_asked() -> None:
    """The bounds cut as much below as above, so the median stays; without them 3 standard deviations do, which takes
    1.3 % off the spread."""
    bounded = Population({"body_weight": Spread(66.0, 0.2, low=44.0, high=99.0)}, 3, 4096, "sobol").subjects()
    weights = np.array([value["body_weight"] for value in bounded])
    assert 44.0 <= weights.min() < 45
    assert 98 < weights.max() <= 99.0
    assert np.median(weights) == pytest.approx(66.0, rel=0.002)
    free = Population({"body_weight": Spread(66.0, 0.2)}, 3, 4096, "sobol").subjects()
    spread = np.log([value["body_weight"] for value in free]).std()
    assert spread == pytest.approx(0.987 * math.sqrt(math.log(1.04)), rel=0.005)


def test_numbers_go_together_as_the_matrix_says() -> None:
    matrix = pd.DataFrame(
        [[1, 0.8], [0.8, 1]], index=["tumour_RANK", "body_weight"], columns=["tumour_RANK", "body_weight"]
    )
    drawn = Population(FEW, 3, 4096, "sobol", pairs(matrix))
    values = np.log(drawn.values(drawn.probabilities(0, 4096)))
    assert np.corrcoef(values.T)[0, 1] == pytest.approx(0.8, abs=0.02)  # of 4,096 points
    assert abs(np.corrcoef(values.T)[0, 2]) < 0.05


def test_correlations_that_contradict_each_other_are_refused() -> None:
    names = list(FEW)
    with pytest.raises(rk.RanklsysError, match="contradict"):
        Population(
            FEW, 1, 5, "random", {(names[0], names[1]): 0.9, (names[1], names[2]): 0.9, (names[0], names[2]): -0.9}
        )


def test_the_sources_of_rankl_add_up() -> None:
    drawn = Population(spreads(MODEL), 7, 200)
    assert all(0 < sum(one[name] for name in population.RANKL_SOURCES) < 1 for one in drawn.subjects())


def test_vary_changes_adds_and_removes() -> None:
    found = with_vary(
        spreads(MODEL), MODEL, {"tumour_RANK": 0.8, "body_weight": None, "seed_circulating": Spread(1e-3, 1.0)}
    )
    assert found["tumour_RANK"].cv == 0.8
    assert "body_weight" not in found
    assert found["seed_circulating"].median == 1e-3
    assert list(with_vary(spreads(MODEL), MODEL, ["tumour_RANK"])) == ["tumour_RANK"]


def test_a_misspelled_name_is_told_the_nearest() -> None:
    with pytest.raises(rk.RanklsysError, match="did you mean 'tumour_RANK'"):
        with_vary(spreads(MODEL), MODEL, {"tumor_RANK": 0.8})


@pytest.mark.parametrize(
    "wrong",
    [
        {"median": 1.0, "cv": 0.0},
        {"median": -1.0, "cv": 0.3},
        {"median": 1.0, "cv": 0.3, "low": 2.0},
        {"median": 2.0, "cv": 0.3, "kind": "share"},
    ],
)
def test_a_spread_that_is_none_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(rk.RanklsysError):
        Spread(**wrong)
