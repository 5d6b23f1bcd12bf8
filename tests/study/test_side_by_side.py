"""Side by side: each subject goes through what it would alone."""

from __future__ import annotations

import numpy as np
import pytest

import ranklsys as rk


@pytest.fixture(scope="module")
def mouse() -> rk.Model:
    return rk.compose("mouse", "mda-mb-231", "opg-fc")


def test_each_subject_goes_through_what_it_would_alone(mouse: rk.Model) -> None:
    subjects, times = [{"RANKL_loss": 0.5}, {"OPG_loss": 0.3, "body_weight": 0.03}, {}], [0.0, 1.0, 3.0]
    protocol = {"doses": "opg-fc 3 mg/kg sc q2d", "before": "2 d", "then": {"tumour": "0.02"}}
    found = rk.side_by_side(mouse, subjects, times, ["tumour", "RANKL"], engine="roadrunner", **protocol)
    for each, numbers in zip(found, subjects, strict=True):
        model = mouse.set(numbers).after("2 d").set(tumour=0.02)
        alone = model.numbers(np.array(times), ["tumour", "RANKL"], doses=protocol["doses"])
        assert each == pytest.approx(alone, rel=1e-6)  # only what the columns depend on is integrated


def test_who_fails_is_named() -> None:
    text = """<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"><model>
<listOfParameters><parameter id="x" value="1" constant="false"/><parameter id="k" value="-1" constant="true"/>
</listOfParameters><listOfRules><rateRule variable="x"><math xmlns="http://www.w3.org/1998/Math/MathML">
<apply><times/><ci>k</ci><ci>x</ci><ci>x</ci></apply></math></rateRule></listOfRules></model></sbml>"""
    with pytest.raises(rk.SimulationError, match="subject 1: the integration failed at 2"):
        rk.side_by_side(rk.load(text), [{"k": -1.0}, {"k": 0.5}], [0.0, 3.0], ["x"])
