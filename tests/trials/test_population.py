"""Who is drawn: the spreads of the tables, designs, correlations, bounds."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ranklsys as rk
from ranklsys.plugins import library
from ranklsys.plugins.spread import LOGNORMAL, PART, REST, SHARE, Spread
from ranklsys.trials import population, variation
from ranklsys.trials.population import Population, pairs
from ranklsys.trials.variation import spreads, with_vary

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


def test_what_else_varies_changes_nothing_of_a_number() -> None:
    """A parameter that is added to the tables leaves every trial's women as they were."""
    few, fewer = (Population(dict(spread), 1, 50).probabilities(10, 50) for spread in (FEW, list(FEW.items())[1:]))
    assert (few[:, 1:] == fewer).all()
    assert abs(np.corrcoef(few.T)[np.triu_indices(3, 1)]).max() < 0.5
    assert (Population(FEW, 1, 50).probabilities(0, 50)[10:] == few).all()


def test_what_the_frailty_covers_does_not_vary_again() -> None:
    of_all = {row.id for row in variation.of_core() if row.spread == variation.NONE}
    assert {"event_frailty", "fracture_rate"} <= of_all
    assert not of_all & set(spreads(MODEL))


def test_a_share_is_what_the_table_calls_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its name in words says nothing: reworded, it has the same distribution, and so has what only sounds like one."""
    before = spreads(rk.compose("human"))
    assert before["activity_by_RANK"].kind == SHARE
    assert before["body_weight"].kind == LOGNORMAL
    table = (library.folder() / "parameters.csv").read_text(encoding="utf-8")
    reworded = table.replace("share of osteoclast activity that needs RANK", "osteoclast activity that needs RANK")
    reworded = reworded.replace("body_weight,body weight", "body_weight,share of a body weight")
    assert len(set(table.splitlines()) - set(reworded.splitlines())) == 2
    (tmp_path / "parameters.csv").write_text(reworded, encoding="utf-8")
    monkeypatch.setattr(library, "folder", lambda: tmp_path)
    assert spreads(MODEL.set(tumour_RANK=1.5))["activity_by_RANK"] == before["activity_by_RANK"]
    assert spreads(MODEL)["body_weight"] == before["body_weight"]


def test_a_spread_that_no_table_may_have_is_refused_with_its_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "parameters.csv").write_text("id,cv,spread\nbody_weight,0.2,\nlining_lost,0.3,shar\n", encoding="utf-8")
    monkeypatch.setattr(library, "folder", lambda: tmp_path)
    with pytest.raises(rk.RanklsysError, match=r"parameters\.csv:3: there is no spread 'shar' \(did you mean 'share'"):
        list(variation.of_core())


def test_a_table_of_a_part_needs_no_column_for_the_spread(tmp_path: Path) -> None:
    (tmp_path / "drug.xml").write_text("<sbml/>", encoding="utf-8")
    (tmp_path / "drug.csv").write_text("id,cv\nclearance,0.4\nvolume,\n", encoding="utf-8")
    part = rk.Part(id="drug", kind="therapy", sbml=tmp_path / "drug.xml")
    assert list(variation.of_part(part)) == [variation.Variation("clearance", 0.4, LOGNORMAL)]


def test_a_share_that_is_set_to_all_varies_as_any_number() -> None:
    assert spreads(rk.compose("human").set(activity_by_RANK=1.0))["activity_by_RANK"].kind == LOGNORMAL


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
    sources = [name for name, spread in drawn.spreads.items() if spread.kind == PART and name != REST]
    assert sources == ["RANKL_from_precursors", "RANKL_from_osteocytes"]
    assert all(0 < sum(one[name] for name in sources) < 1 for one in drawn.subjects())


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
