"""Rows of observations: units converted or refused, limits of quantification as what they say, doubles and errors told."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, stats

import ranklsys as rk
from ranklsys.errors import DataError
from ranklsys.study.objective import LARGE, Target, target
from ranklsys.study.observations import observations
from ranklsys.study.row_units import in_model_unit
from ranklsys.study.score import score

HEADER = "study,host,observable,time,value,error,unit,rule,measure\n"
Write = Callable[..., Path]


@pytest.fixture
def table(tmp_path: Path) -> Write:
    def write(*rows: str) -> Path:
        path = tmp_path / "rows.csv"
        path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
        return path

    return write


def test_a_row_in_another_unit_is_scored_in_it(table: Write) -> None:
    rows = ["A,mouse,calcium,0 d,1.25,,mM,,", "B,mouse,calcium,0 d,1250,,uM,,", "C,mouse,calcium,0 d,1.25,,,,"]
    predicted = list(score(table(*rows)).table["predicted"])
    assert predicted[1] == pytest.approx(1000 * predicted[0], rel=1e-12)
    assert predicted[2] == predicted[0]


def test_percent_of_what_has_no_unit(table: Write) -> None:
    predicted = list(
        score(table("A,mouse,osteoclasts,0 d,100,,%,,", "A,mouse,osteoclasts,0 d,1,,,,")).table["predicted"]
    )
    assert predicted[0] == pytest.approx(100 * predicted[1], rel=1e-12)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A,mouse,RANKL,0 d,1,,ng/ml,,", "'RANKL' is in pM in the model, which cannot be converted to 'ng/ml'"),
        ("A,mouse,RANKL,0 d,1,,pMM,,", "cannot be converted to 'pMM'"),
        ("A,mouse,osteoclasts,1 d,1,,cells,,percent", "a row in percent is in %, not in 'cells'"),
        ("A,mouse,RANKL,0 d,1,-0.05,pM,,", "the error -0.05 is not above 0"),
        ("A,mouse,RANKL,0 d,1,0,pM,,", "the error 0 is not above 0"),
        ("A,mouse,RANKL,0 d,,,pM,,", "Below a limit of quantification write e.g. <0.5"),
        ("A,mouse,RANKL,0 d,<,,pM,,", "rows.csv:2"),
        ("A,mouse,RANKL,0 d,<1,,pM,2 SE,", "needs a column that is empty"),
    ],
)
def test_what_a_row_cannot_say_is_told_with_its_line(row: str, said: str, table: Write) -> None:
    with pytest.raises(DataError, match=r"rows.csv:2") as problem:
        score(table(row))
    assert said in str(problem.value)


def test_a_row_in_another_unit_becomes_one_of_the_model(table: Write) -> None:
    (row,) = observations(table("A,mouse,calcium,0 d,1250,10,uM,5 points,"))
    found = in_model_unit(rk.compose("mouse"), row)
    assert (found.value, found.error, found.rules[0].size) == pytest.approx((1.25, 0.01, 0.005))
    assert found.unit == ""


def test_beyond_a_limit_every_prediction_is_right(table: Write) -> None:
    rows = ["A,mouse,calcium,0 d,<3,,mM,,", "A,mouse,calcium,0 d,<1,,mM,,", "A,mouse,calcium,0 d,>1,,mM,,"]
    found = score(table(*rows)).table
    assert list(found["within"]) == [True, False, True]
    assert found["distance"].iloc[0] == 0.0
    assert found["distance"].iloc[1] == found["predicted"].iloc[1] - 1.0


@pytest.mark.parametrize("limit", ["<", ">"])
@pytest.mark.parametrize("predicted", [-2.0, 0.3, 0.5, 0.7, 3.0])
def test_half_the_square_of_a_residual_is_minus_the_log_likelihood_of_a_limit(limit: str, predicted: float) -> None:
    seen = Target(0.5, 0.2, limit=limit)
    beyond = stats.norm(predicted, 0.2)
    likelihood = beyond.logcdf(0.5) if limit == "<" else beyond.logsf(0.5)
    assert 0.5 * seen.residual(predicted) ** 2 == pytest.approx(-likelihood, rel=1e-9)


def test_far_beyond_and_far_off_a_limit_stays_finite() -> None:
    assert Target(0.5, 1e-3, limit="<").residual(-1e6) == 0.0
    assert Target(0.5, 1e-3, limit="<").residual(0.6) == pytest.approx(100.0, rel=2e-3)  # far off it is as a value is
    assert Target(0.5, 1e-9, limit="<").residual(1e6) == LARGE
    assert Target(math.log(0.5), 0.3, log=True, limit="<").residual(0.0) == 0.0
    assert Target(math.log(0.5), 0.3, log=True, limit=">").residual(0.0) == -LARGE


def test_a_row_tells_its_limit_to_a_fit(table: Write) -> None:
    (row,) = observations(table("A,mouse,calcium,0 d,<0.5,0.1,mM,,"))
    assert target(row) == Target(0.5, 0.1, limit="<")


def test_censored_data_give_the_mean_that_scipy_finds() -> None:
    """A normal sample of which what is below 1 is not seen but counted; scipy fits the same with its own censoring."""
    sample = np.random.default_rng(1).normal(1.2, 0.5, 200)
    targets = [Target(value, 0.5) if value > 1 else Target(1.0, 0.5, limit="<") for value in sample.tolist()]
    cost = lambda mean: sum(each.residual(mean) ** 2 for each in targets)  # noqa: E731
    found = optimize.minimize_scalar(cost, bounds=(0.0, 3.0), method="bounded", options={"xatol": 1e-8}).x
    censored = stats.CensoredData.left_censored(np.maximum(sample, 1.0), sample <= 1)
    mean, _ = stats.norm.fit(censored, fscale=0.5)
    assert found == pytest.approx(mean, abs=1e-4)
    assert abs(found - np.maximum(sample, 1.0).mean()) > 0.05  # what counting limits as values would give


def test_limits_have_no_place_in_petab(table: Write, tmp_path: Path) -> None:
    pytest.importorskip("petab")
    with pytest.raises(DataError, match=r"rows.csv:2: PEtab 1 has no word for a limit"):
        rk.export(table("A,mouse,calcium,0 d,<0.5,0.1,mM,,"), tmp_path / "problem.yaml")


def test_a_dataset_in_another_unit_or_of_what_is_not_observed_is_told(tmp_path: Path, temporary_plugin) -> None:
    rows = "arm,observable,time,value,error,unit,note\nrun,calcium,0,1.2,,{unit},\nrun,other,0,1,,pM,\nrun,other,1,1,,pM,\n"
    (tmp_path / "data.csv").write_text(rows.format(unit="mmol/l"), encoding="utf-8")
    temporary_plugin(
        "import ranklsys as rk\nfrom pathlib import Path\n@rk.hookimpl\ndef register_datasets():\n"
        f"    return [rk.Dataset('rows-of-mine', Path({str(tmp_path / 'data.csv')!r}))]\n"
    )
    seen = rk.Observable("calcium", "calcium", "calcium", "mM")
    scenario = rk.Scenario(
        id="mine",
        title="Mine",
        host="mouse",
        until="1 d",
        arms=(rk.Arm("run", "run"),),
        observables=(seen,),
        dataset="rows-of-mine",
    )
    done = rk.run(scenario, points=3)
    assert len(done.compared) == 1
    assert done.left_out == ["2 rows of 'other', which the scenario does not observe"]
    (tmp_path / "data.csv").write_text(rows.format(unit="mg/dl"), encoding="utf-8")
    with pytest.raises(DataError, match="has 'calcium' in 'mg/dl', the scenario in 'mM'"):
        rk.run(scenario, points=3)
