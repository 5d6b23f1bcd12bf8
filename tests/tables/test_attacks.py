"""Text from a file never runs as code: an attack at each way in, which on a computer that ran it would leave a file."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

import ranklsys as rk
from ranklsys.errors import RanklsysError
from ranklsys.exchange.replay import replay
from tests.conftest import Say

SHELL = "@pd.io.common.os.system('touch stolen')"
METHOD = "RANKL.to_csv('stolen')"
IMPORT = "__import__('os').system('touch stolen')"
ATTACKS = pytest.mark.parametrize("attack", [SHELL, METHOD, IMPORT], ids=["shell", "method", "import"])
SCENARIO = """id = "attack"
title = "An attack"
host = "human"
until = "1 d"
[[arms]]
id = "run"
title = "Run"
[[observables]]
id = "it"
title = "It"
unit = "pM"
formula = "{attack}"
"""


@pytest.fixture(autouse=True)
def nothing_stolen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Each test runs in a folder of its own, in which nothing may appear that the attack would write."""
    monkeypatch.chdir(tmp_path)
    yield
    assert not (tmp_path / "stolen").exists()


def test_the_attacks_would_work(tmp_path: Path) -> None:
    """The payloads are real: run as code, they write the file that the other tests look for."""
    eval(IMPORT, {})
    assert (tmp_path / "stolen").exists()
    Path("stolen").unlink()


@ATTACKS
def test_a_table_of_observations(attack: str, say: Say, tmp_path: Path) -> None:
    rows = f'study,host,observable,time,value\nattack,human,"{attack}",1 d,1\n'
    (tmp_path / "table.csv").write_text(rows, encoding="utf-8")
    failed = say("score", "table.csv")
    assert failed.code == 2
    assert "table.csv:2" in failed.err


@ATTACKS
def test_a_scenario(attack: str, tmp_path: Path) -> None:
    (tmp_path / "attack.toml").write_text(SCENARIO.format(attack=attack), encoding="utf-8")
    with pytest.raises(RanklsysError, match="formula"):
        _ = rk.run(rk.Scenario.from_toml("attack.toml")).summary


@ATTACKS
def test_a_criterion_of_a_cohort(attack: str) -> None:
    with pytest.raises(RanklsysError, match="formula"):
        rk.cohort(rk.compose("human"), 2, seed=1, include=f"{attack} > 0")


@ATTACKS
def test_a_trial(attack: str, say: Say, tmp_path: Path) -> None:
    text = (
        f'title = "x"\nhost = "human"\npatients = 2\nseed = 1\nuntil = "1 d"\narms = ["a:"]\ninclude = "{attack} > 0"\n'
    )
    (tmp_path / "attack.toml").write_text(text, encoding="utf-8")
    failed = say("trial", "attack.toml")
    assert failed.code == 2
    assert "formula" in failed.err


@ATTACKS
@pytest.mark.parametrize("ending", [".sedml", ".omex"])
def test_a_study_of_another_tool(attack: str, ending: str, tmp_path: Path) -> None:
    """In the mathematics of a data generator, and as the name of a curve."""
    rk.export(rk.compose("human"), tmp_path / "run.sedml", until="1 d", show=["RANKL"], points=3)
    text = (tmp_path / "run.sedml").read_text(encoding="utf-8")
    text, count = re.subn(r"<ci>[^<]*seen[^<]*</ci>", f"<ci> {attack} </ci>", text)
    assert count == 1
    text = re.sub(r'(<curve id="[^"]*") name="[^"]*"', rf'\1 name="{attack}"', text)
    (tmp_path / "run.sedml").write_text(text, encoding="utf-8")
    if ending == ".omex":
        with zipfile.ZipFile(tmp_path / "run.omex", "w") as archive:
            archive.write("run.sedml")
            archive.write("run_run.xml")
            archive.writestr("manifest.xml", MANIFEST)
    with pytest.raises(RanklsysError):
        replay(tmp_path / f"run{ending}")


MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<omexManifest xmlns="http://identifiers.org/combine.specifications/omex-manifest">
  <content location="." format="http://identifiers.org/combine.specifications/omex"/>
  <content location="./run.sedml" format="http://identifiers.org/combine.specifications/sed-ml" master="true"/>
  <content location="./run_run.xml" format="http://identifiers.org/combine.specifications/sbml"/>
</omexManifest>
"""


@ATTACKS
def test_a_problem_of_a_fit(attack: str, tmp_path: Path) -> None:
    rows = f'study,host,observable,time,value,error\nattack,human,"{attack}",1 d,1,0.1\n'
    (tmp_path / "table.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(RanklsysError):
        rk.export("table.csv", tmp_path / "problem.yaml")
