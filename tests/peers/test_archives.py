"""A COMBINE archive of ours, executed by tools that are not: the same curves."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ranklsys as rk
from ranklsys.exchange.contents import of_scenario, shown
from ranklsys.exchange.replay import replay
from ranklsys.model import other_engines
from ranklsys.model.difference import difference
from tests.selection import quick_if

CLOSE = 1e-6  # of a curve's largest value: each tool keeps 1e-8 a step, and steps pile up
ROUND_OFF = 1e-9  # an effect of the first arm against itself is 100 % - 100 %
DOSES = "opg-fc 3 mg/kg sc q2d; opg-fc 2 mg/kg iv over 6 h q3d x 4"
# in a process of its own: tellurium changes RoadRunner's settings for good
TELLURIUM = """
import json, sys, warnings
import matplotlib
matplotlib.use("Agg")
warnings.simplefilter("error", UserWarning)
from tellurium.sedml.tesedml import executeCombineArchive
curves = {}
for path in sys.argv[2:]:
    (result,) = executeCombineArchive(path, createOutputs=True, saveOutputs=True, outputDir=sys.argv[1]).values()
    curves[path] = {name: values.squeeze().tolist() for name, values in result["dataGenerators"].items()}
print("curves:" + json.dumps(curves))
"""
NAMES = ("canon2008", "mcclung2006", "grey2017", "composition")


def archive(name: str, folder: Path) -> Path:
    path = folder / f"{name}.omex"
    if name == "composition":
        model = rk.compose("mouse", "mda-mb-231", "opg-fc").set(RANKL_loss="2 1/d")
        rk.export(model, path, doses=DOSES, until="25 d", show=["tumour", "opg_fc__drug", "RANKL_lesion"])
    else:
        rk.export(name, path)
    return path


@dataclass(frozen=True)
class Executed:
    """What tellurium made of the archives: curves by archive and data generator, and pictures."""

    paths: dict[str, Path]
    curves: dict[str, dict[str, list[float]]]
    pictures: int


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Executed:
    pytest.importorskip("tellurium", reason="tellurium is not installed (pip install ranklsys[tellurium])")
    folder = tmp_path_factory.mktemp("tellurium")
    paths = {name: archive(name, folder) for name in NAMES}
    command = [sys.executable, "-c", TELLURIUM, str(folder), *map(str, paths.values())]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr[-2000:]
    curves = json.loads(done.stdout.partition("curves:")[2])
    return Executed(
        paths, {name: curves[str(path)] for name, path in paths.items()}, len(list(folder.glob("*.p[nd][gf]")))
    )


@pytest.mark.thorough
@pytest.mark.parametrize("name", NAMES)
def test_tellurium_gives_the_same_curves(executed: Executed, name: str) -> None:
    ours, curves = replay(executed.paths[name]), executed.curves[name]
    assert len(curves) == len(ours.runs) * (1 + len(ours.scenario.observables))
    for arm, run in ours.runs.items():
        times = curves[f"time_{arm}"]
        assert len(times) == 201
        for seen in ours.scenario.observables:
            close(curves[f"{seen.id}_{arm}"], run[seen.id], times)


@pytest.mark.thorough
def test_tellurium_draws_the_plots(executed: Executed) -> None:
    assert executed.pictures >= 3


def close(theirs: list[float], ours: pd.Series, times: list[float]) -> None:
    """Assert that a curve is ours; of ours, rows at the times of observations are left out."""
    rows = np.searchsorted(ours.index, np.array(times) - 1e-9)
    np.testing.assert_allclose(ours.index[rows], times, rtol=1e-12)
    expected = ours.to_numpy()[rows]
    np.testing.assert_allclose(theirs, expected, rtol=0, atol=CLOSE * np.abs(expected).max() + ROUND_OFF)


@pytest.mark.parametrize("name", quick_if("canon2008".__eq__, ["canon2008", "mcclung2006"]))
def test_copasi_gives_the_same_curves(name: str, tmp_path: Path) -> None:
    """COPASI imports one model of an archive: the first, or the one that it is asked for."""
    basico = pytest.importorskip("basico", reason="COPASI is not installed (pip install ranklsys[peers])")
    import COPASI

    path = archive(name, tmp_path)
    ours = replay(path)
    kept = {seen.id: shown(seen) for seen in of_scenario(name).scenario.observables}
    for arm, run in ours.runs.items():
        data = COPASI.CRootContainer.addDatamodel()
        try:
            assert data.openCombineArchive(str(path), None, True, COPASI.SedmlImportOptions(arm, f"model_{arm}"))
            settings = basico.get_task_settings("Time-Course", model=data)
            assert settings["problem"]["Duration"] == run.index[-1]
            assert settings["problem"]["StepNumber"] == 200
            assert settings["method"]["Relative Tolerance"] == 1e-8
            table = basico.run_time_course(use_sbml_id=True, model=data)
        finally:
            COPASI.CRootContainer.removeDatamodel(data)
        for seen in ours.scenario.observables:
            close(table[kept[seen.id]].tolist(), run[seen.id], table.index.tolist())


@pytest.mark.thorough
def test_copasi_opens_an_archive_with_its_plots(tmp_path: Path) -> None:
    pytest.importorskip("basico", reason="COPASI is not installed (pip install ranklsys[peers])")
    import COPASI

    data = COPASI.CRootContainer.addDatamodel()
    try:
        assert data.openCombineArchive(str(archive("canon2008", tmp_path)))
        plots = [data.getPlotSpecification(number) for number in range(data.getNumPlotSpecifications())]
        assert [plot.getObjectName() for plot in plots] == [
            "Tumour light signal",
            "Bone volume at the lesion",
            "Osteoclasts at the lesion",
        ]
    finally:
        COPASI.CRootContainer.removeDatamodel(data)


@pytest.mark.thorough
def test_copasi_gives_every_state_of_a_dosed_composition(tmp_path: Path) -> None:
    """Of the SBML inside the archive, every day."""
    with zipfile.ZipFile(archive("composition", tmp_path)) as files:
        text = files.read("run.xml").decode("utf-8")
    model = rk.compose("mouse", "mda-mb-231", "opg-fc").set(RANKL_loss="2 1/d")
    days = [float(day) for day in range(26)]
    solver = rk.Solver(relative_tolerance=1e-10, absolute_tolerance=1e-16)
    ours = model.simulate("25 d", doses=DOSES, times=days, columns=model.facts.states, solver=solver)
    theirs = other_engines.copasi(text, days, rtol=1e-10, atol=1e-16)[list(ours.columns)]
    verdict = difference(ours, theirs)
    assert verdict["within"].all(), verdict.head()
