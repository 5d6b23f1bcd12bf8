"""Event tables: doses as NONMEM has them give what closed forms say, and what a row cannot say is named with its column."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ranklsys as rk
from ranklsys.errors import RanklsysError, SimulationError
from ranklsys.exchange.event_rows import read_events
from ranklsys.exchange.event_table import read_units
from ranklsys.exchange.steady_dosing import settled
from tests.conftest import Say
from tests.fragments import sbml

LOSS, VOLUME = 0.3, 2.0
NEAR = 2e-6
"""What the solver (1e-8 a step) and the search for a steady state (1e-6) leave."""
BODY = """compartment blood = 2 volume; species drug in blood = 0 pM; const loss = 0.3 per_day;
  cleared: drug => ; blood*loss*drug;"""
ONE = rk.Part(id="one", kind="therapy", sbml=sbml(BODY), routes={"iv": "drug"})
TOLD = {"into": {"1": "one iv"}, "seen": {"2": "one__drug"}, "units": rk.EventUnits(time="h", amount="pmol")}
HEADER = "ID,TIME,AMT,CMT,EVID,II,ADDL,SS,RATE,DV,MDV\n"
Write = Callable[..., Path]


@pytest.fixture(scope="module")
def model() -> rk.Model:
    return rk.compose("mouse", ONE)


@pytest.fixture
def table(tmp_path: Path) -> Write:
    def write(*rows: str, header: str = HEADER) -> Path:
        path = tmp_path / "rows.csv"
        path.write_text(header + "\n".join(rows) + "\n", encoding="utf-8")
        return path

    return write


def bolus(amount: float, hours: float) -> float:
    """Concentration [pM] so long after a bolus [pmol]."""
    return amount / VOLUME * math.exp(-LOSS * hours / 24) if hours >= 0 else 0.0


def infused(amount: float, rate: float, hours: float) -> float:
    """Concentration [pM] so long after an infusion [pmol, pmol/h] has begun."""
    lasts = amount / rate
    top = rate * 24 / (LOSS * VOLUME)
    during = top * (1 - math.exp(-LOSS * min(hours, lasts) / 24))
    return during * math.exp(-LOSS * max(0.0, hours - lasts) / 24) if hours >= 0 else 0.0


def steady(once: Callable[[float], float], every: float, hours: float) -> float:
    """Sum of doses every so often for ever, the last one so long ago."""
    return sum(once(hours + number * every) for number in range(5000))


def predicted(model: rk.Model, path: Path) -> list[float]:
    return list(rk.events(model, path, **TOLD)["predicted"])


def test_boluses_and_additional_doses(model: rk.Model, table: Write) -> None:
    rows = ["a,0,10,1,1,0,0,0,0,.,1", "a,12,.,2,0,.,.,.,.,1,0", "a,24,5,1,1,12,2,0,0,.,1", "a,60,.,2,0,.,.,.,.,1,0"]
    expected = [bolus(10, 12), bolus(10, 60) + sum(bolus(5, 60 - 24 - 12 * number) for number in range(3))]
    assert predicted(model, table(*rows)) == pytest.approx(expected, rel=NEAR)


def test_an_observation_above_a_dose_is_before_it_and_one_below_after_it(model: rk.Model, table: Write) -> None:
    rows = ["a,0,10,1,1,0,0,0,0,.,1", "a,24,.,2,0,.,.,.,.,1,0", "a,24,10,1,1,0,0,0,0,.,1", "a,24,.,2,0,.,.,.,.,1,0"]
    assert predicted(model, table(*rows)) == pytest.approx([bolus(10, 24), bolus(10, 24) + 5], rel=NEAR)


@pytest.mark.parametrize("begins", [0, 5])
def test_a_first_row_above_the_first_dose_is_before_it(begins: int, model: rk.Model, table: Write) -> None:
    """A baseline, at whatever time the table begins to count, and after a reset."""
    seen, dose = f"a,{begins},.,2,0,.,.,.,.,1,0", f"a,{begins},10,1,1,0,0,0,0,.,1"
    assert predicted(model, table(seen, dose, seen)) == pytest.approx([0.0, 10 / VOLUME], rel=NEAR, abs=1e-12)
    reset = [dose, f"a,{begins},.,.,3,.,.,.,.,.,1", seen, dose, seen]
    assert predicted(model, table(*reset)) == pytest.approx([0.0, 10 / VOLUME], rel=NEAR, abs=1e-12)


def test_infusions(model: rk.Model, table: Write) -> None:
    rows = ["a,0,10,1,1,24,1,0,2,.,1", *(f"a,{hours},.,2,0,.,.,.,.,1,0" for hours in (2, 5, 20, 26, 40))]
    expected = [infused(10, 2, hours) + infused(10, 2, hours - 24) for hours in (2, 5, 20, 26, 40)]
    assert predicted(model, table(*rows)) == pytest.approx(expected, rel=NEAR)


@pytest.mark.parametrize(("rate", "every"), [(0, 24), (0, 2), (2, 24), (2, 6)])
def test_steady_states(rate: float, every: float, model: rk.Model, table: Write) -> None:
    """Just after the dose, and later without another."""
    once = (lambda hours: infused(10, rate, hours)) if rate else (lambda hours: bolus(10, hours))
    rows = [f"a,100,10,1,1,{every},0,1,{rate},.,1", "a,100,.,2,0,.,.,.,.,1,0", "a,130,.,2,0,.,.,.,.,1,0"]
    expected = [steady(once, every, 0.0), steady(once, every, 30.0)]
    assert predicted(model, table(*rows)) == pytest.approx(expected, rel=NEAR)


def test_a_steady_state_forgets_what_was_before_and_goes_on(model: rk.Model, table: Write) -> None:
    rows = ["a,0,1000,1,1,1,50,0,0,.,1", "a,10,10,1,1,24,1,1,0,.,1", "a,44,.,2,0,.,.,.,.,1,0"]
    once = lambda hours: bolus(10, hours)  # noqa: E731
    assert predicted(model, table(*rows)) == pytest.approx([steady(once, 24, 10.0)], rel=NEAR)


@pytest.mark.parametrize(("event", "expected"), [(3, 0.0), (4, bolus(4, 6))])
def test_a_reset_begins_anew(event: int, expected: float, model: rk.Model, table: Write) -> None:
    amount = 4 if event == 4 else 0
    rows = ["a,0,10,1,1,6,9,0,0,.,1", f"a,12,{amount},1,{event},0,0,0,0,.,1", "a,18,.,2,0,.,.,.,.,1,0"]
    assert predicted(model, table(*rows)) == pytest.approx([expected], rel=NEAR, abs=1e-12)


def test_subjects_do_not_touch_each_other_and_rows_without_a_value_are_predicted(model: rk.Model, table: Write) -> None:
    rows = ["a,0,10,1,1,0,0,0,0,.,1", "a,6,.,2,2,.,.,.,.,.,1", "b,6,.,2,0,.,.,.,.,<0.1,0"]
    found = rk.events(model, table(*rows), **TOLD)
    assert list(found["predicted"]) == pytest.approx([bolus(10, 6), 0.0], rel=NEAR)
    assert list(found["MDV"]) == [True, False]
    assert list(found["limit"]) == ["", "<"]
    assert found["DV"].iloc[1] == 0.1


def test_doses_listed_one_by_one_are_one_course(model: rk.Model, table: Write) -> None:
    one_by_one = [f"a,{hours},10,1,1,0,0,0,0,.,1" for hours in range(0, 240, 8)]
    seen = "a,250,.,2,0,.,.,.,.,1,0"
    first = predicted(model, table(*one_by_one, seen))
    assert first == predicted(model, table("a,0,10,1,1,8,29,0,0,.,1", seen))


def test_units_and_covariates(model: rk.Model, table: Write) -> None:
    header = HEADER.replace("MDV", "MDV,LOSS,AGE")
    rows = ["a,0,10,1,1,0,0,0,0,.,1,0.6,50", "a,1,.,2,0,.,.,.,.,1,0,0.6,50"]
    units = rk.EventUnits(time="d", amount="fmol", value="nM")
    found = rk.events(model, table(*rows, header=header), **{**TOLD, "units": units}, covariates={"LOSS": "one__loss"})
    assert found["predicted"].iloc[0] == pytest.approx(0.01 / VOLUME * math.exp(-0.6) / 1000, rel=NEAR)
    assert found.attrs["unused"] == ["AGE"]


def test_what_is_written_is_read_back(model: rk.Model, tmp_path: Path) -> None:
    doses = "one 10 pmol iv q8h x 3; one 4 pmol iv over 2 h from 30 h"
    run = model.simulate("2 d", doses=doses, points=9, columns=["one__drug"])
    table = pd.concat([rk.as_events(id, doses, run, **TOLD) for id in ("a", "b")])
    assert list(table.columns) == HEADER.strip().split(",")
    table.to_csv(tmp_path / "rows.csv", na_rep=".", index=False)
    found = rk.events(model, tmp_path / "rows.csv", **TOLD)
    assert len(found) == 18
    np.testing.assert_allclose(found["predicted"], found["DV"], rtol=NEAR, atol=1e-12)


def test_a_dose_at_the_end_of_a_run_is_read_back(model: rk.Model, tmp_path: Path) -> None:
    run = model.simulate("1 d", doses="one 10 pmol iv q12h", points=3, columns=["one__drug"])
    rk.as_events("a", "one 10 pmol iv q12h", run, **TOLD).to_csv(tmp_path / "rows.csv", na_rep=".", index=False)
    found = rk.events(model, tmp_path / "rows.csv", **TOLD)
    np.testing.assert_allclose(found["predicted"], found["DV"], rtol=NEAR)


def test_doses_without_end_are_written_as_far_as_they_go(model: rk.Model) -> None:
    table = rk.as_events("a", "one 10 pmol iv q8h", **TOLD, until="1 d")
    assert list(table["ADDL"]) == [3]  # at 0, 8, 16 and 24 h, which a run to 1 d gives too
    with pytest.raises(RanklsysError, match="have no end"):
        rk.as_events("a", "one 10 pmol iv q8h", **TOLD)


DOSE = {"ID": "a", "TIME": "0", "AMT": "10", "CMT": "1", "EVID": "1", "MDV": "1"}
SEEN = {"ID": "a", "TIME": "1", "CMT": "2", "EVID": "0", "DV": "1", "MDV": "0"}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (DOSE | {"ID": "."}, "ID: it is empty"),
        (DOSE | {"TIME": ""}, "TIME: it is empty"),
        (DOSE | {"TIME": "-1"}, "TIME: it is -1"),
        (DOSE | {"TIME": "1 5"}, "TIME: '1 5' is not a number"),
        (DOSE | {"AMT": "0"}, "AMT: a dose cannot be 0"),
        (DOSE | {"AMT": "-5"}, "AMT: a dose cannot be -5"),
        (DOSE | {"AMT": "1_0"}, "AMT: '1_0' is not a number"),
        (DOSE | {"AMT": "0", "RATE": "2", "SS": "1"}, "AMT: 0 with a RATE is an infusion without end"),
        (DOSE | {"RATE": "-2"}, "RATE: -2 asks for a rate"),
        (DOSE | {"RATE": "1", "II": "5", "ADDL": "1"}, "RATE: the infusion lasts 10"),
        (DOSE | {"ADDL": "3"}, "II: ADDL needs the time between doses"),
        (DOSE | {"SS": "1"}, "II: SS needs the time between doses"),
        (DOSE | {"II": "24"}, "II: it is there without ADDL and SS"),
        (DOSE | {"ADDL": "1.5", "II": "1"}, "ADDL: 1.5 is not a whole number"),
        (DOSE | {"SS": "2", "II": "1"}, "SS: 2 adds a steady state"),
        (DOSE | {"EVID": "5"}, "EVID: 5 is not a whole number from 0 to 4"),
        (DOSE | {"MDV": "0"}, "MDV: it is 0 in the row of a dose"),
        (DOSE | {"CMT": "7"}, "CMT: nothing is said of what is dosed in '7'"),
        (SEEN | {"AMT": "10"}, "AMT: it is 10 in a row that is no dose"),
        (SEEN | {"DV": "."}, "DV: it is empty in an observation"),
        (SEEN | {"DV": "<"}, "DV: it is '<' without a limit"),
        (SEEN | {"DV": "<."}, "DV: it is '<' without a limit"),
        (SEEN | {"CMT": "1"}, "CMT: nothing is said of what is seen in '1'"),
    ],
)
def test_what_a_row_cannot_say_is_named_with_its_column(
    row: dict[str, str], said: str, model: rk.Model, table: Write
) -> None:
    lines = [",".join(each.get(name, "") for name in HEADER.strip().split(",")) for each in (row, SEEN | {"TIME": "9"})]
    with pytest.raises(RanklsysError) as problem:
        rk.events(model, table(*lines), **TOLD)
    assert f"rows.csv:2: {said}" in str(problem.value)


def test_a_column_that_is_there_twice_is_refused(table: Write) -> None:
    with pytest.raises(RanklsysError, match="the column 'DV' is there twice"):
        read_events(table("a,1,1,2", header="ID,TIME,DV,DV\n"))


def test_order_and_subjects_are_checked(table: Write) -> None:
    seen = "{},{},.,2,0,.,.,.,.,1,0"
    with pytest.raises(RanklsysError, match=r"rows.csv:3: TIME: it is 1, after 2"):
        read_events(table(seen.format("a", 2), seen.format("a", 1)))
    with pytest.raises(RanklsysError, match=r"rows.csv:4: ID: 'a' has rows above, and others between"):
        read_events(table(seen.format("a", 1), seen.format("b", 1), seen.format("a", 2)))
    with pytest.raises(RanklsysError, match="has no rows"):
        read_events(table())


def test_units_must_be_said() -> None:
    with pytest.raises(RanklsysError, match="the unit of AMT is not said"):
        read_units({"TIME": "h"})
    with pytest.raises(RanklsysError, match="'RATE' has no unit of its own"):
        read_units({"TIME": "h", "AMT": "mg", "RATE": "mg/h"})


def test_what_never_settles_is_named() -> None:
    kept = rk.Part(
        id="kept",
        kind="therapy",
        sbml=sbml("compartment blood = 2 volume; species drug in blood = 0 pM;"),
        routes={"iv": "drug"},
    )
    with pytest.raises(SimulationError, match="'kept__drug' still changes"):
        settled(rk.compose("mouse", kept), rk.dose("kept", "1 pmol iv q1d")[0])


def test_the_command_prints_and_writes_the_same(say: Say) -> None:
    rows = ["1,0,60,1,1,182.6,1,.,1,30", "1,10,.,2,0,.,.,6.2,0,30"]
    Path("doses.csv").write_text("ID,TIME,AMT,CMT,EVID,II,ADDL,DV,MDV,AGE\n" + "\n".join(rows) + "\n", encoding="utf-8")
    words = ["--unit", "TIME=d", "--unit", "AMT=mg", "--into", "1=denosumab sc", "--seen", "2=denosumab__concentration"]
    said = say("events", "human", "denosumab", "--table", "doses.csv", *words, "-o", "out.csv")
    assert said.code == 0, said.err
    assert "not used: AGE" in said.err
    written = pd.read_csv("out.csv")
    assert f"{written['predicted'].iloc[0]:.4g}" in said.out
    refused = say("events", "human", "denosumab", "--table", "doses.csv", *words[2:])
    assert refused.code == 2
    assert "the unit of TIME is not said" in refused.err
