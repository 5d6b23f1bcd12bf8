"""Sensitivities of endpoints whose dependence is known, and dose-response surfaces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import ranklsys as rk
from ranklsys.model.load import load

DECAY = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"><model id="decay">
<listOfParameters>
<parameter id="a" value="2" constant="true"/><parameter id="b" value="3" constant="true"/>
<parameter id="c" value="5" constant="true"/><parameter id="x" value="0" constant="false"/>
</listOfParameters>
<listOfRules><rateRule variable="x"><math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/><ci>a</ci>
<apply><power/><ci>b</ci><cn>2</cn></apply></apply></math></rateRule></listOfRules></model></sbml>"""


@pytest.fixture
def model(tmp_path: Path) -> rk.Model:
    """x' = a b^2, so x(1) = a b^2, and c does nothing."""
    (tmp_path / "decay.xml").write_text(DECAY, encoding="utf-8")
    return load(tmp_path / "decay.xml")


def test_local_indices_are_the_powers(model: rk.Model) -> None:
    """The error of a central difference: step^2 times the third derivative, 1e-4 of an index at most."""
    table = rk.sensitivity(model, "x", 1.0, vary=["a", "b", "c"])
    assert table["index"].to_dict() == pytest.approx({"b": 2.0, "a": 1.0, "c": 0.0}, abs=1e-4)
    assert list(table.index) == ["b", "a", "c"]


def test_sobol_shares_are_those_of_a_product_of_lognormals(model: rk.Model) -> None:
    """Of log-normal factors with spreads s and 2 s; the total share of a factor among two is known."""
    pytest.importorskip("SALib", reason="SALib is an extra")
    vary = {"a": rk.Spread(2.0, 0.3), "b": rk.Spread(3.0, 0.3), "c": rk.Spread(5.0, 0.3)}
    table = rk.sensitivity(model, "x", 1.0, method="sobol", vary=vary, samples=512, seed=1)
    s2 = np.log(1 + 0.3**2)
    one, two = np.exp(s2) - 1, np.exp(4 * s2) - 1
    total = (1 + one) * (1 + two) - 1
    assert table["index"]["b"] == pytest.approx((1 + one) * two / total, abs=0.05)  # the tails beyond 1 % are cut off
    assert table["index"]["a"] == pytest.approx((1 + two) * one / total, abs=0.05)
    assert table["index"]["c"] == pytest.approx(0.0, abs=1e-9)


def test_morris_ranks_and_finds_what_does_nothing(model: rk.Model) -> None:
    pytest.importorskip("SALib", reason="SALib is an extra")
    vary = {"a": rk.Spread(2.0, 0.3), "b": rk.Spread(3.0, 0.3), "c": rk.Spread(5.0, 0.3)}
    table = rk.sensitivity(model, "x", 1.0, method="morris", vary=vary, samples=8, seed=1)
    assert list(table.index) == ["b", "a", "c"]
    assert table["index"]["c"] == 0.0


def test_an_unknown_method_is_told_the_nearest(model: rk.Model) -> None:
    with pytest.raises(rk.RanklsysError, match="did you mean 'morris'"):
        rk.sensitivity(model, "x", 1.0, method="moris")


PROTOCOL = {"doses": "opg-fc 3 mg/kg sc q2d", "before": "2 d", "then": {"tumour": 0.02}}
FEW = ["tumour_growth", "RANKL_loss", "OPG_loss", "bone_turnover_lesion"]


@pytest.mark.thorough
def test_local_steps_in_lanes_are_those_of_a_tight_solver() -> None:
    """Lanes are off by 1e-7 of the endpoint at most, which half of 1 % divides: 1e-5 of an index."""
    mouse = rk.compose("mouse", "mda-mb-231", "opg-fc")
    lanes, tight = (
        rk.sensitivity(mouse, "tumour", "8 d", vary=FEW, engine=engine, **PROTOCOL)
        for engine in ("lanes", "roadrunner")
    )
    assert lanes.attrs["made_by"]["engine"].startswith("lanes")
    assert tight.attrs["made_by"]["relative_tolerance"] == 1e-10
    assert lanes["index"].to_dict() == pytest.approx(tight["index"].to_dict(), abs=1e-5)
    assert lanes["index"].abs().max() > 0.1


@pytest.mark.thorough
@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_global_indices_are_the_same_in_lanes(method: str) -> None:
    pytest.importorskip("SALib", reason="SALib is an extra")
    mouse = rk.compose("mouse", "mda-mb-231", "opg-fc")
    options = {"vary": FEW, "method": method, "samples": 4, **PROTOCOL}
    lanes, alone = (rk.sensitivity(mouse, "tumour", "8 d", engine=each, **options) for each in ("lanes", "roadrunner"))
    assert lanes["index"].to_dict() == pytest.approx(alone["index"].to_dict(), rel=1e-4)
    assert list(lanes.index) == list(alone.index)


def test_what_goes_before_and_is_set_then_counts() -> None:
    """As by hand: two days, then another tumour, then doses."""
    mouse = rk.compose("mouse", "mda-mb-231", "opg-fc")
    table = rk.sensitivity(mouse, "tumour", "2 d", vary=["tumour_growth"], engine="roadrunner", **PROTOCOL)
    value = mouse.facts.elements["tumour_growth"].value

    def end(factor: float) -> float:
        started = mouse.set(tumour_growth=factor * value).after("2 d").set(tumour=0.02)
        return float(started.simulate("2 d", doses=PROTOCOL["doses"], points=2, columns=["tumour"]).iloc[-1, 0])

    expected = (end(1.01) - end(0.99)) / (0.02 * end(1.0))
    assert table["index"]["tumour_growth"] == pytest.approx(expected, rel=1e-4)  # by hand the solver is not tight


@pytest.mark.thorough
def test_a_dose_response_surface_in_one_call(tmp_path: Path) -> None:
    human = rk.compose("human", "zoledronic-acid")
    over = {"amount": ["1 mg", "4 mg"], "interval": ["4 w", "12 w"]}
    table = rk.scan(human, over, "24 w", doses="zoledronic-acid {amount} iv q{interval}", columns=["CTX"])
    surface = rk.surface(table, "CTX", path=tmp_path / "surface.png")
    assert list(surface.index) == ["1mg", "4mg"]
    assert list(surface.columns) == ["4w", "12w"]
    direct = human.simulate("24 w", doses="zoledronic-acid 4 mg iv q12w", columns=["CTX"])["CTX"].iloc[-1]
    assert surface.loc["4mg", "12w"] == direct
    assert surface.loc["4mg", "4w"] < surface.loc["1mg", "12w"]  # more drug, less resorption
    assert (tmp_path / "surface.png").stat().st_size > 5_000


def test_a_regimen_that_names_what_is_not_varied_is_refused() -> None:
    human = rk.compose("human", "zoledronic-acid")
    with pytest.raises(rk.RanklsysError, match="did you mean 'amount'"):
        rk.scan(human, {"amount": ["1 mg"]}, "4 w", doses="zoledronic-acid {amuont} iv")
