"""Models of BioModels load, run, scan and agree with COPASI; its Lemaire 2004 is the one rebuilt here.

The files are not ours to ship: name a folder with ``BIOMD0000000278.xml`` and the others by RANKLSYS_BIOMODELS.
"""

from __future__ import annotations

import os
from pathlib import Path

import antimony
import numpy as np
import pytest

import ranklsys as rk

MODELS = {"BIOMD0000000148": 5, "BIOMD0000000278": 3, "BIOMD0000000612": 35, "BIOMD0000000613": 31}
"""States of each: Komarova 2003, Lemaire 2004, Proctor 2016 (612) and Peterson and Riggs 2010 (613)."""
OURS = {"R": "responding_osteoblasts", "B": "active_osteoblasts", "C": "active_osteoclasts"}


def loaded(name: str) -> rk.Model:
    folder = os.environ.get("RANKLSYS_BIOMODELS", "")
    if not (Path(folder) / f"{name}.xml").is_file():
        pytest.skip(f"RANKLSYS_BIOMODELS names no folder with {name}.xml (from BioModels)")
    return rk.load(Path(folder) / f"{name}.xml")


@pytest.mark.parametrize("name", MODELS)
def test_a_model_of_biomodels_runs_scans_and_agrees_with_copasi(name: str) -> None:
    model = loaded(name)
    assert len(model.facts.states) == MODELS[name]
    assert rk.agree(model, 100)["within"].all()
    constant = next(each for each in model.facts.of_kind("parameter") if each.id in model.facts.settable and each.value)
    scanned = rk.scan(model, {constant.id: [constant.value, 1.1 * constant.value]}, 10, points=3)
    assert np.isfinite(scanned.to_numpy()).all()
    with pytest.raises(rk.RanklsysError, match=r"denosumab needs shares marrow, .*body_weight"):
        rk.compose(model, "denosumab")


def test_the_rebuilt_lemaire_2004_is_that_of_biomodels() -> None:
    theirs = loaded("BIOMD0000000278")
    antimony.clearPreviousLoads()
    text = (Path(__file__).parent / "lemaire2004.ant").read_text(encoding="utf-8")
    assert antimony.loadAntimonyString(text) != -1, antimony.getLastError()
    ours = rk.load(str(antimony.getSBMLString()))
    tight = rk.Solver(relative_tolerance=1e-11, absolute_tolerance=1e-18)
    moved = {name: 2 * theirs.facts.elements[name].value for name in OURS}
    one = theirs.set(moved).simulate(200, points=41, columns=list(OURS), solver=tight)
    other = ours.set({OURS[name]: value for name, value in moved.items()}).simulate(
        200, points=41, columns=list(OURS.values()), solver=tight
    )
    np.testing.assert_allclose(other.to_numpy(), one.to_numpy(), rtol=1e-8)
