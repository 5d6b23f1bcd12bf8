"""The same SBML in RoadRunner, COPASI and AMICI, against formulas that a person can check."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from itertools import accumulate, repeat

import antimony
import numpy as np
import pandas as pd
import pytest
import roadrunner

from ranklsys.errors import DataError, RanklsysError, SimulationError
from ranklsys.model import other_engines
from ranklsys.model.difference import difference

# One model with every construct, since AMICI compiles each model for 20 s. Its parts do not touch each other.
CLINIC = """
model clinic
  compartment marrow; marrow = 2;

  // a dose train from time 0, at times that binary fractions cannot hold
  var depot = 0; depot' = -1.5*depot;
  species drug in marrow; drug = 0;
  absorbed: -> drug; marrow*1.5*depot;
  cleared: drug -> ; marrow*0.7*drug;
  const amount = 10; var next = 0; const every = 0.6; var left = 12;
  given: at ((time >= next) && (left > 0.5)), t0=false, persistent=true, fromTrigger=false:
    depot = depot + amount, next = next + every, left = left - 1;

  // two doses into one species at the same time
  species tank in marrow; tank = 1;
  drained: tank -> ; marrow*0.2*tank;
  var next_first = 2; var left_first = 2; var next_second = 2; var left_second = 2;
  first: at ((time >= next_first) && (left_first > 0.5)), t0=false, persistent=true, fromTrigger=false:
    tank = tank + 10, next_first = next_first + 2, left_first = left_first - 1;
  second: at ((time >= next_second) && (left_second > 0.5)), t0=false, persistent=true, fromTrigger=false:
    tank = tank + 20, next_second = next_second + 2, left_second = left_second - 1;

  // an infusion of 5 per day over a quarter of a day, every 3 days
  var plasma = 0; plasma' = rate - 0.5*plasma; var rate = 0;
  var next_on = 1; var next_off = 1.25; var left_on = 2; var left_off = 2;
  on: at ((time >= next_on) && (left_on > 0.5)), t0=false, persistent=true, fromTrigger=false:
    rate = 5, next_on = next_on + 3, left_on = left_on - 1;
  off: at ((time >= next_off) && (left_off > 0.5)), t0=false, persistent=true, fromTrigger=false:
    rate = 0, next_off = next_off + 3, left_off = left_off - 1;

  // initial assignments that depend on each other
  const turnover = 0.7; const twice = 2*turnover; var pool = 3*twice; pool' = -turnover*pool;

  // relative cells: an amount, in a compartment that is not 1
  substanceOnly species cells in marrow; cells = 1; cells' = -0.3*cells;

  // species that nothing, or only a rule, changes
  const species fixed in marrow; fixed = 3;
  species $both in marrow; both := fixed + drug;
end
"""
DOSES = [0.0, *accumulate(repeat(0.6, 11))]
TIMES = sorted({0.0, 1.0, 1.1, 1.25, 2.0, 3.0, 4.0, 4.25, 9.0, *DOSES})
COLUMNS = ["drug", "tank", "cells", "fixed", "both", "depot", "plasma", "pool"]
TOLERANCES = {"rtol": 1e-10, "atol": 1e-14}
CLOSE = 1e-7  # of the column's largest value: a hundred steps at 1e-10 each, with room for the pile-up over the doses

Engine = Callable[[str, Sequence[float]], pd.DataFrame]


def sbml(text: str) -> str:
    antimony.clearPreviousLoads()
    assert antimony.loadAntimonyString(text) != -1, antimony.getLastError()
    return str(antimony.getSBMLString())


def with_roadrunner(text: str, times: Sequence[float]) -> pd.DataFrame:
    rr = roadrunner.RoadRunner(text)
    integrated = set(rr.model.getFloatingSpeciesIds()) | set(rr.getRateRuleIds())
    rr.integrator.relative_tolerance = TOLERANCES["rtol"]
    rr.integrator.absolute_tolerance = [TOLERANCES["atol"]] * len(integrated)
    concentrations = {"drug", "tank", "fixed", "both"}
    selections = [f"[{name}]" if name in concentrations else name for name in COLUMNS]
    values = np.array(rr.simulate(times=list(times), selections=selections))
    return pd.DataFrame(values, index=pd.Index(times, name="time"), columns=COLUMNS)


def with_copasi(text: str, times: Sequence[float]) -> pd.DataFrame:
    pytest.importorskip("basico", reason="COPASI is not installed (pip install ranklsys[peers])")
    return other_engines.copasi(text, times, **TOLERANCES)


def with_amici(text: str, times: Sequence[float]) -> pd.DataFrame:
    if importlib.util.find_spec("amici") is None:
        pytest.skip("AMICI is not installed (pip install amici; it compiles)")
    return other_engines.amici(text, times, **TOLERANCES)


ENGINES: dict[str, Engine] = {
    "roadrunner": with_roadrunner,
    "copasi": with_copasi,
    "amici": with_amici,
}


@pytest.fixture(scope="module")
def clinic() -> str:
    return sbml(CLINIC)


@pytest.fixture(scope="module", params=ENGINES)
def run(request: pytest.FixtureRequest, clinic: str) -> pd.DataFrame:
    return ENGINES[request.param](clinic, TIMES)


def since(times: Sequence[float], start: float) -> np.ndarray:
    """Time since a dose; NaN before it."""
    passed = np.array(times) - start
    return np.where(passed >= 0, passed, np.nan)


def total(courses: Sequence[np.ndarray]) -> np.ndarray:
    return np.nansum(np.array(courses), axis=0)


def bolus(start: float, amount: float, loss: float) -> np.ndarray:
    return amount * np.exp(-loss * since(TIMES, start))


def absorbed(start: float) -> np.ndarray:
    """Bateman's function for 10 units, absorbed at 1.5 and cleared at 0.7 per day."""
    passed = since(TIMES, start)
    return 10 * 1.5 / (1.5 - 0.7) * (np.exp(-0.7 * passed) - np.exp(-1.5 * passed))


def infusion(start: float) -> np.ndarray:
    passed = since(TIMES, start)
    return 5 / 0.5 * (1 - np.exp(-0.5 * np.minimum(passed, 0.25))) * np.exp(-0.5 * np.maximum(passed - 0.25, 0))


EXPECTED = {
    "depot": total([bolus(start, 10, 1.5) for start in DOSES]),
    "drug": total([absorbed(start) for start in DOSES]),
    "tank": total([bolus(0, 1, 0.2), *(bolus(start, amount, 0.2) for start in (2, 4) for amount in (10, 20))]),
    "plasma": total([infusion(1), infusion(4)]),
    "pool": 4.2 * np.exp(-0.7 * np.array(TIMES)),
    "cells": np.exp(-0.3 * np.array(TIMES)),
    "fixed": np.full(len(TIMES), 3.0),
    "both": 3 + total([absorbed(start) for start in DOSES]),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_engine_agrees_with_the_formula(run: pd.DataFrame, name: str) -> None:
    np.testing.assert_allclose(run[name], EXPECTED[name], rtol=0, atol=CLOSE * EXPECTED[name].max())


def test_a_row_for_each_time_and_a_column_for_each_quantity(run: pd.DataFrame) -> None:
    assert run.index.tolist() == TIMES
    assert run.columns.tolist() == COLUMNS


def test_a_dose_at_time_zero_is_in_the_first_row(run: pd.DataFrame) -> None:
    assert run["depot"].loc[0.0] == pytest.approx(10, rel=1e-9)


@pytest.mark.parametrize("engine", ["copasi", "amici"])
def test_a_run_starts_at_zero_even_if_the_first_row_is_later(clinic: str, engine: str) -> None:
    late = ENGINES[engine](clinic, TIMES[-3:])
    assert late["depot"].tolist() == pytest.approx(EXPECTED["depot"][-3:], rel=CLOSE)


@pytest.mark.parametrize("engine", ["copasi", "amici"])
def test_another_engine_is_within_the_criterion(clinic: str, engine: str) -> None:
    reference = ENGINES["roadrunner"](clinic, TIMES)
    assert difference(reference, ENGINES[engine](clinic, TIMES))["within"].all()


@pytest.mark.parametrize("engine", ["copasi", "amici"])
def test_a_failed_integration_says_why(clinic: str, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(other_engines, "MAXIMUM_STEPS", 5)
    with pytest.raises(SimulationError, match=r"MXSTEP|TOO_MUCH_WORK"):
        ENGINES[engine](clinic, TIMES)


@pytest.mark.parametrize("times", [[], [0.0], [-1.0, 1.0], [0.0, 2.0, 1.0], [0.0, 1.0, 1.0], [0.0, float("nan")]])
def test_times_that_do_not_ascend_are_refused(clinic: str, times: list[float]) -> None:
    pytest.importorskip("basico", reason="COPASI is not installed (pip install ranklsys[peers])")
    with pytest.raises(DataError, match="ascend"):
        other_engines.copasi(clinic, times, **TOLERANCES)


def test_copasi_leaves_the_models_of_the_user_alone(clinic: str) -> None:
    basico = pytest.importorskip("basico", reason="COPASI is not installed (pip install ranklsys[peers])")
    mine = basico.new_model(name="mine")
    try:
        other_engines.copasi(clinic, [0, 1], **TOLERANCES)
        assert basico.get_current_model() is mine
    finally:
        basico.remove_datamodel(mine)


@pytest.mark.parametrize(("package", "hint"), [("basico", r"ranklsys\[peers\]"), ("amici.sim", "pip install amici")])
def test_a_missing_engine_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, package: str, hint: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    engine = {"basico": other_engines.copasi, "amici.sim": other_engines.amici}[package]
    with pytest.raises(RanklsysError, match=hint):
        engine("", [0, 1], **TOLERANCES)


def test_a_swig_that_amici_was_not_built_with_is_named_before_it_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWIG", "no-such-swig")
    with pytest.raises(RanklsysError, match=r"no SWIG\. pip install swig==\d"):
        with_amici(sbml("model other; var x = 1; x' = -x; end"), [0, 1])


def test_roadrunner_moves_initial_assignments_with_a_new_value(clinic: str) -> None:
    rr = roadrunner.RoadRunner(clinic)
    rr.model["init(turnover)"] = 0.5
    rr.resetAll()
    assert rr["pool"] == 3.0


def frame(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=pd.Index([0.0, 1.0, 2.0], name="time"))


def test_a_difference_is_relative_to_the_value() -> None:
    table = difference(frame(x=[1, 2, 4]), frame(x=[1, 2.02, 4.02]))
    assert table.loc["x"].to_dict() == {
        "largest_difference": pytest.approx(0.02),
        "scale": 4,
        "relative": pytest.approx(0.01),
        "at_time": 1,
        "within": False,
    }


def test_what_has_all_but_vanished_is_compared_with_what_it_was() -> None:
    table = difference(frame(x=[1, 1e-3, 1e-9]), frame(x=[1, 1e-3, 0.9e-6]))
    assert table.loc["x", "within"]
    assert not difference(frame(x=[1, 1e-3, 1e-9]), frame(x=[1, 1e-3, 1.1e-6])).loc["x", "within"]


def test_zero_agrees_with_zero_and_round_off_only() -> None:
    assert difference(frame(x=[0, 0, 0]), frame(x=[0, 0, 0])).loc["x", "within"]
    assert difference(frame(x=[0, 0, 0]), frame(x=[0, 1e-24, 0])).loc["x", "within"]
    assert not difference(frame(x=[0, 0, 0]), frame(x=[0, 1e-14, 0])).loc["x", "within"]


def test_a_value_that_is_not_a_number_never_agrees() -> None:
    table = difference(frame(x=[1, 1, 1]), frame(x=[1, float("nan"), 1]))
    assert table.loc["x", ["at_time", "within"]].tolist() == [1, False]


def test_the_worst_comes_first_and_the_order_of_columns_is_free() -> None:
    table = difference(frame(good=[1, 1, 1], bad=[1, 1, 1]), frame(bad=[1, 2, 1], good=[1, 1, 1]))
    assert table.index.tolist() == ["bad", "good"]


def test_a_column_that_only_one_run_has_is_an_error() -> None:
    with pytest.raises(DataError, match=r"no column 'tumour' \(did you mean 'tumor'"):
        difference(frame(tumour=[1, 1, 1]), frame(tumor=[1, 1, 1]))


def test_other_times_are_an_error() -> None:
    with pytest.raises(DataError, match=r"row 1 is at 1\.0 d in the reference and at 1\.5 d"):
        difference(frame(x=[1, 1, 1]), frame(x=[1, 1, 1]).set_axis([0.0, 1.5, 2.0]))
