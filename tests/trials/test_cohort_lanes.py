"""Cohorts in lanes: the numbers of RoadRunner, the same whatever the blocks, processes and interruptions."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ranklsys as rk
from ranklsys.errors import NotForLanes
from ranklsys.trials.store import Store
from tests.trials.test_cohort import ARMS, contents, equal, sign_of, small

SCRIPT = """
import sys
from pathlib import Path
from tests.trials.test_cohort import ARMS, sign_of, small, wait_after
if __name__ == "__main__":
    wait_after(2, sign_of(Path(sys.argv[1])))
    small(300, engine="lanes").simulate("12 w", arms=ARMS, store=sys.argv[1], processes=2, block=30)
"""
PIECEWISE = """<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"><model>
<listOfParameters><parameter id="x" value="1" constant="false"/><parameter id="k" value="1" constant="true"/>
</listOfParameters><listOfRules><rateRule variable="x"><math xmlns="http://www.w3.org/1998/Math/MathML">
<piecewise><piece><ci>k</ci><apply><lt/><ci>x</ci><cn>2</cn></apply></piece><otherwise><cn>0</cn></otherwise></piecewise>
</math></rateRule></listOfRules></model></sbml>"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 patients in one process, uninterrupted."""
    folder = tmp_path_factory.mktemp("whole") / "runs"
    small(300, engine="lanes").simulate("12 w", arms=ARMS, store=folder, processes=1, block=30)
    return folder


def apart(one: pd.DataFrame, other: pd.DataFrame) -> float:
    """Return the largest difference, as part of the quantity, or of 1 % of its most."""
    found, reference = (each.select_dtypes("float").to_numpy() for each in (one, other))
    assert (np.isnan(found) == np.isnan(reference)).all()
    size = np.maximum(np.abs(reference), 0.01 * np.nanmax(np.abs(reference), axis=0) + 1e-12)
    return float(np.nanmax(np.abs(found - reference) / size))


def test_lanes_give_what_roadrunner_gives(whole: Path) -> None:
    """Of courses 1e-5, as is promised, and 1e-7 with ``exact``; RoadRunner itself is within 1e-6."""
    lanes = rk.Trial.open(whole).runs()
    first = lanes[lanes["patient"] < 20]
    reference = small(20, engine="roadrunner").simulate("12 w", arms=ARMS, processes=1, solver=TIGHT).runs()
    assert apart(first, reference) < 1e-5
    exact = small(20, engine="lanes", exact=True).simulate("12 w", arms=ARMS, processes=1).runs()
    assert apart(exact, reference) < 1e-7


TIGHT = rk.Solver(relative_tolerance=1e-11, absolute_tolerance=1e-17)


@pytest.mark.parametrize(
    "how", [{"processes": 2, "block": 70}, {"processes": 1, "block": 300}, {"processes": 1}], ids=["two", "one", "own"]
)
@pytest.mark.thorough
def test_same_numbers_whatever_the_workers_and_blocks(whole: Path, how: dict[str, int]) -> None:
    assert equal(small(300, engine="lanes").simulate("12 w", arms=ARMS, **how), rk.Trial.open(whole))


@pytest.mark.thorough
def test_same_bytes_on_dask(whole: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="dask.distributed is an extra")
    small(300, engine="lanes").simulate("12 w", arms=ARMS, store=tmp_path / "runs", dask=2, block=30)
    assert contents(tmp_path / "runs") == contents(whole)


@pytest.mark.thorough
@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_same_bytes_after_a_kill(whole: Path, tmp_path: Path) -> None:
    store = tmp_path / "runs"
    driver = subprocess.Popen([sys.executable, "-c", SCRIPT, str(store)], cwd=Path(__file__).parent.parent.parent)
    deadline = time.monotonic() + 120
    while not sign_of(store).exists():
        assert driver.poll() is None, "the driver ended before it was killed"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    assert 0 < len(Store.open(store).missing()) < 10
    small(300, engine="lanes").simulate("12 w", arms=ARMS, store=store, processes=1, block=30)
    assert contents(store) == contents(whole)


@pytest.mark.thorough
def test_years_before_criteria_and_numbers_set_after_them() -> None:
    """Each lives as many years as were drawn, some are drawn again, and drugs by weight go with the patient's own."""
    model = rk.compose("human", "menopause", "denosumab")
    words = {"include": "CTX > 1.3 and body_weight < 75", "then": {"tumour": 0.03}}
    lanes, other = (
        rk.cohort(model, 12, seed=1, engine=engine, **words).simulate(
            "1 y", doses="denosumab 1 mg/kg sc q12w", processes=1
        )
        for engine in ("lanes", "roadrunner")
    )
    assert lanes.patients["draws"].max() > 1
    drawn = [name for name in lanes.patients if name not in ("engine", "taken_over")]
    assert lanes.patients[drawn].equals(other.patients[drawn])
    assert apart(lanes.runs(), other.runs()) < 1e-5
    assert lanes.runs()["tumour"].iloc[0] == 0.03


def test_the_record_says_what_ran_a_patient_and_why() -> None:
    """A patient whose lane ends is run by RoadRunner, alone; the recipe names the engine."""
    trial = rk.cohort(exploding(), 200, seed=1, vary={"k": 0.5}, engine="lanes").simulate(
        "2 d", every="1 d", columns=["x"], processes=1
    )
    taken = trial.patients[trial.patients["engine"] == "roadrunner"]
    assert 0 < len(taken) < 200
    assert taken["taken_over"].str.contains("its lane ended at .* d, where 'x' was").all()
    assert (taken["status"] == "failed").all()  # nobody can integrate that
    assert "lanes, Rodas5P" in trial.store.recipe["made_by"]["engine"]


def exploding() -> rk.Model:
    """x' = k x^2 from 1: it is infinite at 1 / k."""
    return rk.load(
        """<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"><model timeUnits="day">
<listOfUnitDefinitions><unitDefinition id="day"><listOfUnits><unit kind="second" exponent="1" scale="0"
multiplier="86400"/></listOfUnits></unitDefinition></listOfUnitDefinitions>
<listOfParameters><parameter id="x" value="1" constant="false"/><parameter id="k" value="0.4" constant="true"/>
</listOfParameters><listOfRules><rateRule variable="x"><math xmlns="http://www.w3.org/1998/Math/MathML">
<apply><times/><ci>k</ci><ci>x</ci><ci>x</ci></apply></math></rateRule></listOfRules></model></sbml>"""
    )


@pytest.mark.thorough
def test_what_lanes_cannot_run_is_run_by_roadrunner() -> None:
    model, how = rk.load(PIECEWISE), {"every": 1.0, "columns": ["x"], "processes": 1}
    with pytest.raises(NotForLanes, match="piecewise"):
        rk.cohort(model, 2, seed=1, vary={"k": 0.5}, engine="lanes").simulate(2.0, **how)
    trial = rk.cohort(model, 500, seed=1, vary={"k": 0.5}).simulate(2.0, **how)
    assert set(trial.patients["engine"]) == {"roadrunner"}
