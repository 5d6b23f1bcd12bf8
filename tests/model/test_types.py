"""Numbers and times of any library go in where numbers and times go; all else is refused in words that say what goes."""

from __future__ import annotations

import datetime
import decimal
import fractions
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import ranklsys as rk

REGIMEN = "opg-fc 3 mg/kg sc"
SEEN = {"columns": ["RANKL"]}


@pytest.fixture(scope="module")
def model() -> rk.Model:
    return rk.compose("mouse", "opg-fc")


TWO_DAYS = [
    "2 d",
    "48 h",
    2,
    2.0,
    np.int64(2),
    np.float32(2),
    np.str_("2 d"),
    decimal.Decimal(2),
    fractions.Fraction(2),
    datetime.timedelta(days=2),
    pd.Timedelta(days=2),
    np.timedelta64(2, "D"),
    np.timedelta64(48, "h"),
]


@pytest.mark.parametrize("until", TWO_DAYS, ids=repr)
def test_a_time_of_any_library(until: Any, model: rk.Model) -> None:
    assert model.time(until) == 2.0
    dose = rk.Dose(drug="opg-fc", amount=1, unit="mg", start=until, every=until, count=2)
    assert (dose.start, dose.every) == (2.0, 2.0)


def test_a_timedelta_is_in_the_unit_of_a_loaded_model() -> None:
    by_the_hour = rk.load("tests/example_models/cells_by_the_hour.xml")
    assert by_the_hour.time(pd.Timedelta(days=2)) == 48.0


@pytest.mark.parametrize(
    "times",
    [
        ["1 h", "2 h"],
        pd.to_timedelta([1, 2], unit="h"),
        pd.Series([1 / 24, 2 / 24], index=[7, 8]),
        np.array([1, 2]) / 24,
        (datetime.timedelta(hours=1), "2 h"),
    ],
    ids=lambda times: type(times).__name__,
)
def test_times_of_rows(times: Any, model: rk.Model) -> None:
    assert list(model.simulate("1 d", times=times, **SEEN).index) == [1 / 24, 2 / 24]
    assert rk.side_by_side(model, [{}], times, ["RANKL"]).shape == (1, 2, 1)


@pytest.mark.parametrize("points", [3, 3.0, np.int64(3), np.float64(3), np.array(3)], ids=repr)
def test_a_number_of_points(points: Any, model: rk.Model) -> None:
    assert len(model.simulate("1 d", points=points, **SEEN)) == 3


@pytest.mark.parametrize(
    "value",
    ["2", "2 1/d", 2, np.float32(2), np.array([2.0]), pd.Series([2.0]).iloc[0], fractions.Fraction(2)],
    ids=repr,
)
def test_a_number_to_set(value: Any, model: rk.Model) -> None:
    assert model.set(RANKL_loss=value).changes == {"RANKL_loss": 2.0}
    assert model.set(pd.Series({"RANKL_loss": value})).changes == {"RANKL_loss": 2.0}


def test_doses_and_grids_of_other_libraries(model: rk.Model) -> None:
    doses = pd.Series([REGIMEN])
    assert rk.scan(model, {"RANKL_loss": pd.Series([1.0, 2.0])}, "1 d", doses=doses, points=3, **SEEN).shape == (6, 1)
    plain = rk.Dose(drug="opg-fc", amount=3.0, unit="mg", start=1.0, every=2.0, count=3)
    assert rk.Dose(drug="opg-fc", amount=np.float64(3), unit="mg", start=np.float32(1), every="2 d", count=3.0) == plain
    assert len(model.simulate("1 d", doses=None, points=3, **SEEN)) == 3


REFUSED: dict[str, Callable[[rk.Model], object]] = {
    "points: '10' is not a whole number": lambda model: model.simulate("1 d", points="10"),
    "points: True is not a whole number": lambda model: model.simulate("1 d", points=True),
    "points: 10.5 is not a whole number": lambda model: model.simulate("1 d", points=10.5),
    "points: 1000000000 rows are more than 1000000": lambda model: model.simulate("1 d", points=10**9),
    "times: 0.5 is not a list of times": lambda model: model.simulate("1 d", times=0.5),
    "columns: 'RANKL' is not a list of ids": lambda model: model.simulate("1 d", columns="RANKL"),
    "None is not a time": lambda model: model.simulate(None),
    "NaT is not a time": lambda model: model.simulate(pd.NaT),
    "True is not a time": lambda model: model.simulate(True),
    "a DataFrame is not a time": lambda model: model.simulate(pd.DataFrame({"a": [1, 2]})),
    "RANKL_loss: None is not a number": lambda model: model.set(RANKL_loss=None),
    "RANKL_loss: True is not a number": lambda model: model.set(RANKL_loss=True),
    "RANKL_loss: 1j is not a number": lambda model: model.set(RANKL_loss=1j),
    "RANKL_loss: <NA> is not a number": lambda model: model.set(RANKL_loss=pd.NA),
    "RANKL_loss: a value cannot be nan": lambda model: model.set(RANKL_loss=float("nan")),
    "RANKL_loss: array([2., 3.]) is not a number": lambda model: model.set(RANKL_loss=np.array([2.0, 3.0])),
    "set: 'RANKL_loss=2' is not numbers by id": lambda model: model.set("RANKL_loss=2"),
    "body_weight: it cannot be -0.02": lambda model: model.set(body_weight=-0.02),
    "lining_share: a share cannot be 1.2": lambda model: model.set(lining_share=1.2),
    "3 is not a regimen": lambda model: model.simulate("1 d", doses=3),
    "amount: '3 mg' is not a number": lambda model: rk.Dose(drug="opg-fc", amount="3 mg", unit="mg"),
    "RANKL_loss: 1.0 is not a list of values": lambda model: rk.scan(model, {"RANKL_loss": 1.0}, "1 d"),
    "1000000 runs are more than 100000": lambda model: rk.scan(
        model, {"RANKL_loss": range(1, 1001), "RANK_half": range(1, 1001)}, "1 d"
    ),
    "None is neither the id of a part nor a Part": lambda model: rk.compose("mouse", None),
    "load: 3 is not a path": lambda model: rk.load(3),
    "3 is not a path. Give": lambda model: rk.score(3),
    "3 is no scenario": lambda model: rk.run(3),
    "patients: '2' is not a whole number": lambda model: rk.cohort(rk.compose("human"), "2", seed=1),
    "a seed cannot be -1": lambda model: rk.cohort(rk.compose("human"), 2, seed=-1),
    "patients are more than 10000000": lambda model: rk.cohort(rk.compose("human"), 10**12, seed=1),
    "relative_tolerance: a tolerance cannot be -1": lambda model: rk.Solver(relative_tolerance=-1),
}


@pytest.mark.parametrize("said", REFUSED)
def test_all_else_is_refused_in_words(said: str, model: rk.Model) -> None:
    with pytest.raises(rk.RanklsysError) as problem:
        REFUSED[said](model)
    assert said in str(problem.value)
