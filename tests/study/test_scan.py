"""Scans: one table whatever runs it; regimens are numbers too; what fails is named with all others that fail."""

from __future__ import annotations

import pytest

import ranklsys as rk
from ranklsys.errors import SimulationError, UnknownName
from ranklsys.model.solver import Solver

SEEN = ["tumour", "osteoclasts", "RANKL"]
STATED = 1e-5
BLOW_UP = """<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"><model>
<listOfParameters><parameter id="x" value="1" constant="false"/><parameter id="k" value="-1" constant="true"/>
<parameter id="m" value="1" constant="true"/></listOfParameters><listOfRules><rateRule variable="x">
<math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/><ci>k</ci><ci>m</ci><ci>x</ci><ci>x</ci></apply></math>
</rateRule></listOfRules></model></sbml>"""


@pytest.fixture(scope="module")
def mouse() -> rk.Model:
    return rk.compose("mouse", "mda-mb-231", "opg-fc")


GRIDS = {
    "numbers": ({"RANKL_healthy": [1.0, 1.5], "OPG_loss": ["0.2 1/d", 0.3]}, "opg-fc 3 mg/kg sc q2d x 3"),
    "braces": (
        {"amount": ["1 mg/kg", "3 mg/kg"], "OPG_loss": [0.2, 0.3], "interval": ["2 d", "3 d"]},
        "opg-fc {amount} sc q{interval} from 1 d",
    ),
    "doses": (
        {
            "doses": ["opg-fc 1 mg/kg sc", "opg-fc 3 mg/kg sc q2d", "opg-fc 1 mg/kg sc; opg-fc 2 mg/kg sc from 2 d"],
            "RANKL_healthy": [1.0, 1.5],
        },
        (),
    ),
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", GRIDS)
def test_lanes_give_the_table_of_roadrunner(mouse: rk.Model, name: str) -> None:
    over, doses = GRIDS[name]
    lanes, alone = (
        rk.scan(mouse, over, "6 d", doses=doses, points=4, columns=SEEN, engine=engine)
        for engine in ("lanes", "roadrunner")
    )
    assert lanes.index.equals(alone.index)
    assert lanes.attrs["units"] == alone.attrs["units"]
    assert lanes.attrs["made_by"]["engine"].startswith("lanes, Rodas5P")
    assert lanes.attrs["made_by"]["scanned"] == [*over]
    assert "lanes" not in lanes.attrs["made_by"]
    assert lanes.to_numpy() == pytest.approx(alone.to_numpy(), rel=STATED)


def test_each_row_of_a_grid_is_the_run_of_its_labels(mouse: rk.Model) -> None:
    over, doses = GRIDS["braces"]
    table = rk.scan(mouse, over, "2 d", doses=doses, points=3, columns=SEEN, engine="roadrunner")
    for amount, loss, interval in (("1mg/kg", 0.2, "3d"), ("3mg/kg", 0.3, "2d")):
        given = f"opg-fc {amount} sc q{interval} from 1 d"
        alone = mouse.set(OPG_loss=loss).simulate("2 d", doses=given, points=3, columns=SEEN)
        assert table.loc[amount, loss, interval].to_numpy() == pytest.approx(alone.to_numpy(), rel=0, abs=0)


def test_all_runs_that_fail_are_named() -> None:
    over = {"k": [-1.0, 0.5], "m": [1.0, 2.0]}
    with pytest.raises(SimulationError) as told:
        rk.scan(rk.load(BLOW_UP), over, 3.0, points=3, engine="roadrunner")
    assert "k = 0.5, m = 1; k = 0.5, m = 2" in str(told.value)
    assert "2 of 4 runs failed, the first: the integration failed at 2" in str(told.value)


@pytest.mark.thorough
def test_lanes_name_those_that_fail_too() -> None:
    with pytest.raises(SimulationError, match=r"k = 0\.5: 1 of 2 runs failed, the first: the integration failed at 2"):
        rk.scan(rk.load(BLOW_UP), {"k": [-1.0, 0.5]}, 3.0, points=3, engine="lanes")


def test_who_asks_for_a_tighter_solver_gets_it(mouse: rk.Model) -> None:
    over, solver = {"RANKL_healthy": [1.0, 1.5]}, Solver(relative_tolerance=1e-10)
    table = rk.scan(mouse, over, "1 d", points=2, columns=SEEN, solver=solver)
    assert table.attrs["made_by"]["engine"].startswith("libroadrunner")
    assert table.attrs["made_by"]["relative_tolerance"] == 1e-10


def test_an_unknown_engine_is_named(mouse: rk.Model) -> None:
    with pytest.raises(UnknownName, match="there is no engine 'lane'"):
        rk.scan(mouse, {"RANKL_healthy": [1.0]}, "1 d", engine="lane")
