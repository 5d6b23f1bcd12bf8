"""Foreign: any valid SBML model runs, in its own unit of time, and says what it lacks to take parts.

``cells_by_the_hour`` is Level 2 Version 4 with an event, a function, an initial assignment, an assignment rule, local
parameters of one name in two reactions and a species in amounts; ``loss_without_units`` is Level 3 Version 1 and does
not say its unit of time.
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import ranklsys as rk
from ranklsys.errors import CompositionError, SBMLError, UnitError
from tests.conftest import Say

MODELS = Path(__file__).parent.parent / "example_models"
HOURS, NO_UNITS = MODELS / "cells_by_the_hour.xml", MODELS / "loss_without_units.xml"
NEAR = 1e-5
"""The solver's relative tolerance is 1e-8; an event and two reactions lie between."""


def ligand(hours: float, loss: float = 0.1) -> float:
    """Return the exact amount: 6 at first, 4 more after 10 h."""
    return 6 * math.exp(-loss * hours) + (4 * math.exp(-loss * (hours - 10)) if hours >= 10 else 0)


def test_a_level_2_model_gives_the_exact_solution() -> None:
    run = rk.load(HOURS).simulate(24, points=25)
    assert run["ligand"].iloc[-1] == pytest.approx(ligand(24), rel=NEAR)
    assert run["bound"].iloc[-1] == pytest.approx(1 - math.exp(-0.2 * 24), rel=NEAR)
    assert run["effect"].iloc[-1] == pytest.approx(ligand(24) / (ligand(24) + 3), rel=NEAR)


def test_time_is_in_the_unit_of_the_file() -> None:
    model = rk.load(HOURS)
    assert model.simulate("1 d", points=2).index[-1] == pytest.approx(24)
    assert model.simulate("90 min", points=2).index[-1] == pytest.approx(1.5)
    assert model.simulate(6, points=2).attrs["time_unit"] == "h"


def test_a_time_with_a_unit_needs_a_file_that_says_its_own() -> None:
    model = rk.load(NO_UNITS)
    assert model.simulate(2, points=2)["drug"].iloc[-1] == pytest.approx(math.exp(-0.6), rel=NEAR)
    with pytest.raises(UnitError, match="does not say its unit of time"):
        model.simulate("2 d")


def test_a_parameter_of_one_reaction_can_be_set() -> None:
    run = rk.load(HOURS).set(loss_k=0.5).simulate(24, points=2)
    assert run["ligand"].iloc[-1] == pytest.approx(ligand(24, 0.5), rel=NEAR)
    assert run["bound"].iloc[-1] == pytest.approx(1 - math.exp(-0.2 * 24), rel=NEAR)


def test_a_loaded_model_is_scanned() -> None:
    table = rk.scan(rk.load(HOURS), {"dose": [0, 4]}, 24, points=2, columns=["ligand"])
    assert table.loc[(4, 24.0), "ligand"] - table.loc[(0, 24.0), "ligand"] == pytest.approx(
        4 * math.exp(-1.4), rel=NEAR
    )


def test_a_loaded_model_agrees_with_copasi() -> None:
    pytest.importorskip("basico")
    assert rk.agree(rk.load(HOURS), "1 d")["within"].all()


def test_text_is_loaded_like_its_file() -> None:
    assert rk.load(HOURS.read_text(encoding="utf-8")).hash == rk.load(HOURS).hash


def test_invalid_sbml_is_refused_with_its_line() -> None:
    text = HOURS.read_text(encoding="utf-8").replace("<ci> dose </ci>", "<ci> dosis </ci>")
    with pytest.raises(SBMLError, match=r"not valid SBML: line \d+: .*dosis"):
        rk.load(text)


def test_parts_on_a_loaded_model_name_all_that_it_lacks() -> None:
    model = rk.load(HOURS)
    with pytest.raises(CompositionError) as raised:
        rk.compose(model, "opg-fc", "menopause")
    drug, state = rk.compose("mouse", "opg-fc").parts[0], rk.compose("human", "menopause").parts[0]
    needed = {*drug.shares, *state.effects.values()} - set(model.facts.elements)
    assert len(needed) > 3
    assert all(name in str(raised.value) for name in needed)
    assert "ranklsys show human" in str(raised.value)


def test_a_file_stands_where_a_host_does(say: Say) -> None:
    assert "after 1d" in say("run", str(HOURS), "--until", "1d").out
    assert "0.9918" in say("scan", str(HOURS), "--until", "1d", "--vary", "dose=0,4", "--show", "bound").out
    refused = say("scan", str(HOURS), "opg-fc", "--until", "1d", "--vary", "dose=0,4")
    assert refused.code == 2
    assert "opg-fc needs shares" in refused.err


def test_tellurium_gives_the_same_run() -> None:
    pytest.importorskip("tellurium")
    doses = "opg-fc 3 mg/kg sc q2d x 2"
    model = rk.compose("mouse", "opg-fc")
    runner = model.to_tellurium(doses=doses)
    runner.integrator.relative_tolerance = 1e-9
    there = runner.simulate(0, 10, 11, ["time", "osteoclasts"])[:, 1]
    here = model.simulate("10 d", doses=doses, points=11)["osteoclasts"]
    assert there == pytest.approx(here.to_numpy(), rel=NEAR)


def test_antimony_gives_the_same_run() -> None:
    antimony = pytest.importorskip("antimony")
    model = rk.compose("mouse", "opg-fc")
    text = model.to_antimony(doses="opg-fc 3 mg/kg sc q2d x 2")
    antimony.clearPreviousLoads()
    assert antimony.loadAntimonyString(text) > 0
    again = rk.load(antimony.getSBMLString(antimony.getMainModuleName()))
    here = model.simulate("10 d", doses="opg-fc 3 mg/kg sc q2d x 2", points=11)["osteoclasts"]
    assert again.simulate(10, points=11)["osteoclasts"].to_numpy() == pytest.approx(here.to_numpy(), rel=NEAR)
