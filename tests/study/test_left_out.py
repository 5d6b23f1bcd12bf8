"""Trials left out: predicted by all others, the same as a fit without their rows; what only they tell of is marked."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import ranklsys as rk
from ranklsys.cli import cli
from ranklsys.errors import DataError
from ranklsys.study import report
from ranklsys.study.calibration import Calibration
from ranklsys.study.fit import refit
from ranklsys.study.left_out import LeftOut, leave_out

TRUE, OTHER = 600.0, 1200.0
DAYS = (200.0, 500.0, 1000.0)
PARAMETERS = "id,name,human,mouse,human_kind,mouse_kind,note\nestrogen_time,t,950,950,derived,derived,\nhoming_rate,h,1,1,assumed,assumed,\n"
HEAD = 'title = "Made up"\nhost = "mouse"\ntables = ["seen.csv"]\n'
TIME = '[[parameter]]\nid = "estrogen_time"\ntable = "parameters.csv"\nlow = 100\nhigh = 5000\n'
GAIN = '[[parameter]]\nid = "estrogen_loss_RANKL"\ntable = "parameters.csv"\nlow = 0.2\nhigh = 20\n'
HEADER = "study,host,parts,changes,observable,time,value,error,rule\n"

Make = Callable[..., Path]


def rows(study: str, time: float, observable: str = "estrogen") -> str:
    """Return what a study saw of mice whose ovaries fail with this time."""
    run = rk.compose("mouse").set(estrogen_time=time, slot_estrogen=0).simulate(1000, times=[0.0, *DAYS])
    seen = [f'"{study}",mouse,,slot_estrogen=0,{observable},{day},{run.loc[day, observable]:.8g},0.02,' for day in DAYS]
    return "\n".join(seen) + "\n"


@pytest.fixture(scope="module")
def made() -> str:
    """Two trials that agree, one of them in two arms, and one that does not."""
    return HEADER + "".join(
        [rows("Ann 2001, low", TRUE), rows("Ann 2001, high", TRUE), rows("Ben 2002", TRUE), rows("Cid 2003", OTHER)]
    )


@pytest.fixture
def make(tmp_path: Path, made: str) -> Make:
    def write(*tables: str, seen: str = made) -> Path:
        (tmp_path / "seen.csv").write_text(seen, encoding="utf-8")
        (tmp_path / "parameters.csv").write_text(
            PARAMETERS.replace("homing_rate", "estrogen_loss_RANKL"), encoding="utf-8"
        )
        (tmp_path / "spec.toml").write_text(HEAD + "\n".join(tables), encoding="utf-8")
        return tmp_path / "spec.toml"

    return write


@pytest.fixture
def found(make: Make) -> LeftOut:
    return leave_out(Calibration(make(TIME)), processes=1)


def test_a_trial_is_what_its_arms_are_without_address(found: LeftOut) -> None:
    assert found.trials["rows"].to_dict() == {"Ann 2001": 6, "Ben 2002": 3, "Cid 2003": 3}


def test_the_one_that_disagrees_is_predicted_by_those_that_agree(found: LeftOut) -> None:
    assert found.numbers.loc["Cid 2003", "estrogen_time"] == pytest.approx(TRUE, rel=2e-3)
    drawn = found.numbers.loc["Ben 2002", "estrogen_time"]
    assert TRUE * 1.1 < drawn < OTHER / 1.1, "Ann alone against Cid"
    cid, fitted = found.trials.loc["Cid 2003"], found.trials.loc["Cid 2003", "fitted_distance"]
    assert cid["distance"] > 1.2 * fitted > 1


def test_what_is_left_out_does_not_count(make: Make, made: str, found: LeftOut) -> None:
    """Without the trial in the table at all the same number is found."""
    fewer = "".join(line for line in made.splitlines(keepends=True) if "Ben" not in line)
    alone = leave_out(Calibration(make(TIME, seen=fewer)), processes=1)
    assert set(alone.trials.index) == {"Ann 2001", "Cid 2003"}
    whole = refit(Calibration(make(TIME, seen=fewer)))
    assert found.numbers.loc["Ben 2002", "estrogen_time"] == pytest.approx(whole.after[0], rel=2e-3)


def test_a_number_that_only_one_trial_tells_of_makes_it_no_prediction(make: Make, made: str) -> None:
    seen = made + rows("Dee 2004", TRUE, "osteoclasts")
    found = leave_out(Calibration(make(TIME, GAIN, seen=seen)), processes=1)
    whole = refit(Calibration(make(TIME, GAIN, seen=seen))).after[1]
    assert found.numbers.loc["Dee 2004", "estrogen_loss_RANKL"] == pytest.approx(whole, rel=1e-6), "it stays"
    assert found.trials["own"].to_dict() == {
        "Ann 2001": "",
        "Ben 2002": "",
        "Cid 2003": "",
        "Dee 2004": "estrogen_loss_RANKL",
    }
    assert set(found.predicted["trial"]) == {"Ann 2001", "Ben 2002", "Cid 2003"}


def test_studies_of_the_same_people_go_together(make: Make) -> None:
    together = '[[same_people]]\nname = "Ann and Ben"\nstudies = ["Ann*", "Ben 2002"]\n'
    found = leave_out(Calibration(make(TIME, together)), processes=1)
    assert found.trials["rows"].to_dict() == {"Ann and Ben": 9, "Cid 2003": 3}
    assert found.numbers.loc["Ann and Ben", "estrogen_time"] == pytest.approx(OTHER, rel=2e-3)


def test_people_that_no_study_has_are_told(make: Make) -> None:
    with pytest.raises(DataError, match=r"same_people\[1\].*no study that counts matches 'Anne\*'"):
        leave_out(Calibration(make(TIME, '[[same_people]]\nname = "Anne"\nstudies = ["Anne*"]\n')), processes=1)


def test_the_report_counts_predictions(found: LeftOut) -> None:
    (told,) = report.left_out(found)
    last = [str(list(column.cells)[-1]) for column in told.columns]
    right = int(found.predicted["within"].sum())
    assert last[:3] == ["all predictions", f"{found.predicted['fitted_within'].sum()} of 12", f"{right} of 12"]


@pytest.mark.thorough
def test_the_command_writes_a_table_and_a_picture(make: Make, tmp_path: Path) -> None:
    words = ["fit", str(make(TIME)), "--starts", "1", "--processes", "1", "--leave-out", "-o", str(tmp_path / "out")]
    said = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert said.exit_code == 0, said.output
    assert re.search(r"^Cid 2003 +\d of 3 +\d of 3 ", said.output, re.MULTILINE)
    assert {"left-out.csv", "left-out.png"} <= {path.name for path in (tmp_path / "out").iterdir()}
