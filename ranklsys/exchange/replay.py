"""Replay: run what a SED-ML file or a COMBINE archive says, with RoadRunner."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ranklsys.errors import DataError
from ranklsys.plugins.scenario import Arm, Dataset, Observable, Scenario
from ranklsys.study.experiment import Experiment, evaluate
from ranklsys.tables.cells import text_of
from ranklsys.tables.files import SBML_ENDINGS

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.exchange.sedml_reader import Curve, Described, Plot, Task

DATA = "data.csv"
Report = Callable[[str], None]


def replay(path: Path | str, report: Report | None = None) -> Experiment:
    """Return the experiment of a ``.omex`` archive or a ``.sedml`` file: an arm a task, an observable a plot.

    A plot with several curves of one task is an observable a curve. What was observed is read from ``data.csv`` beside
    the SED-ML, where it is; its times are rows as well. report: gets the title of each task as it starts. Raises
    DataError for what cannot be run, SBMLError and SimulationError as ``rk.load`` and ``Model.simulate`` do.
    """
    from ranklsys.exchange import sedml_reader

    path = Path(path)
    with tempfile.TemporaryDirectory() as folder:
        if path.suffix == ".omex":
            from ranklsys.exchange.omex import unpack

            file = unpack(path, Path(folder))
        else:
            file = path
        if not file.is_file():
            raise DataError("there is no such file", where=str(file), hint="Check the path")
        protocol = sedml_reader.read(text_of(file), where=path.name)
        data = file.parent / (DATA if path.suffix == ".omex" else f"{path.stem}.csv")
        observed = Dataset(id=data.name, table=data).frame() if data.is_file() else None
        runs = {}
        for task in protocol.tasks.values():
            if report:
                report(task.title)
            inside = Path(folder) if path.suffix == ".omex" else None
            runs[task.id] = _run(task, _read_columns(protocol, task.id), file.parent, observed, inside)
    return _experiment(path.stem, protocol, runs, observed, None if observed is None else data.name)


def _read_columns(protocol: Described, task: str) -> list[str]:
    """Return the ids that plots read of a task."""
    read = [pair for plot in protocol.plots for curve in plot.curves for pair in curve.variables.values()]
    return list(dict.fromkeys(name for other, name in read if other == task and name))


def _run(
    task: Task, columns: list[str], folder: Path, observed: pd.DataFrame | None, inside: Path | None
) -> pd.DataFrame:
    """Return the run of a task; the file of its model lies in ``folder``, and not outside of an archive."""
    import numpy as np

    from ranklsys.model.load import load

    source = folder / task.source
    if inside is not None and not source.resolve().is_relative_to(inside.resolve()):
        raise DataError(f"its model '{task.source}' lies outside of the archive", where=f"task '{task.id}'")
    if source.suffix not in SBML_ENDINGS or not source.is_file():
        what = f"its model '{task.source}' is no SBML file that is there"
        raise DataError(what, where=f"task '{task.id}'", hint="Put the file beside the study, and name it .xml")
    model = load(source).set(task.changes)
    times = np.linspace(task.start, task.until, task.steps + 1)
    if observed is not None:
        seen = observed["time"].to_numpy()
        times = np.unique(np.concatenate([times, seen[(seen >= task.start) & (seen <= task.until)]]))
    return model.simulate(task.until, times=times.tolist(), columns=columns, solver=task.solver)


def _experiment(
    name: str,
    protocol: Described,
    runs: Mapping[str, pd.DataFrame],
    observed: pd.DataFrame | None,
    dataset: str | None,
) -> Experiment:
    shown: dict[str, dict[str, pd.Series[float]]] = {task: {} for task in runs}
    observables = {}
    for plot in protocol.plots:
        alone = len({_task(curve) for curve in plot.curves}) == len(plot.curves)
        for curve in plot.curves:
            seen = _observable(plot, curve, alone)
            observables[seen.id] = seen
            shown[_task(curve)][seen.id] = _values(curve, runs)
    used = [task for task in protocol.tasks.values() if shown[task.id]]
    scenario = Scenario(
        id=name,
        title=protocol.title,
        host="",
        until=f"{max(task.until for task in used):g} d",
        arms=tuple(Arm(task.id, task.title) for task in used),
        observables=tuple(observables.values()),
        dataset=dataset,
    )
    return Experiment(scenario, {task.id: _frame(scenario, shown[task.id], runs[task.id]) for task in used}, observed)


def _task(curve: Curve) -> str:
    return next(iter(curve.variables.values()))[0]


def _observable(plot: Plot, curve: Curve, alone: bool) -> Observable:
    id = plot.id.removeprefix("plot_")
    if alone:
        return Observable(id, plot.title, id, plot.unit, log=plot.log)
    id = f"{id}: {curve.title}"
    return Observable(id, curve.title, id, plot.unit, log=plot.log)


def _values(curve: Curve, runs: Mapping[str, pd.DataFrame]) -> pd.Series[float]:
    import pandas as pd

    index = runs[_task(curve)].index
    columns: dict[str, pd.Series[float]] = {}
    for id, (task, name) in curve.variables.items():
        columns[id] = runs[task][name] if name else pd.Series(index, index=index, dtype=float)
    table = pd.DataFrame(columns, index=index).assign(**curve.constants)
    return evaluate(table, Observable(curve.title, curve.title, curve.formula, ""))


def _frame(scenario: Scenario, values: Mapping[str, pd.Series[float]], run: pd.DataFrame) -> pd.DataFrame:
    """Return what is shown of a task, a column for each observable; NaN where it has no such curve."""
    import pandas as pd

    table = pd.DataFrame(values, index=run.index).reindex(columns=[seen.id for seen in scenario.observables])
    table.index.name = "time"
    table.attrs = {"units": {seen.id: seen.unit for seen in scenario.observables}, "made_by": run.attrs["made_by"]}
    return table
