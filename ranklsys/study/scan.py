"""Scan: the same simulation over a grid of parameters and regimens."""

from __future__ import annotations

import itertools
import math
import string
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ranklsys.errors import DataError, UnitError, unknown
from ranklsys.model.engine_names import ENGINES, LANES
from ranklsys.model.model import POINTS, Model
from ranklsys.model.solver import Solver

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.model.dose_courses import Doses

DOSES = "doses"


def scan(
    model: Model,
    over: Mapping[str, Sequence[Any]],
    until: str | float,
    *,
    doses: Doses = (),
    points: int = POINTS,
    columns: Sequence[str] | None = None,
    solver: Solver | None = None,
    progress: bool = False,
    engine: str = "auto",
    report: Callable[[str], object] | None = None,
) -> pd.DataFrame:
    """Return one DataFrame of every combination; index: each key of ``over``, then ``time`` [d].

    over: parameter or species -> values (numbers in the model's unit, or text with a unit); the key ``doses`` takes
    regimens. doses: given in every run, besides those scanned; a text may name other keys of ``over`` in braces, which
    then fill it: ``doses="zoledronic-acid {amount} iv q{interval}"``, over ``amount`` and ``interval``.
    progress: show a bar on the terminal. engine: ``roadrunner``; or ``lanes``, which run many side by side, within 1e-5
    of each quantity, where only numbers are varied; ``auto``: lanes where these are many and lanes can. report: told in
    words what takes long. ``attrs["made_by"]`` names the engine.
    Raises what ``Model.set`` and ``Model.simulate`` raise, DataError for an empty grid, NotForLanes if lanes were asked
    for and cannot.
    """
    import pandas as pd
    from rich.console import Console
    from rich.progress import Progress, track

    from ranklsys.model import many
    from ranklsys.model.dose_courses import read_doses

    if engine not in ENGINES:
        raise unknown("engine", engine, ENGINES)
    if not over or any(len(values) == 0 for values in over.values()):
        raise DataError("there is nothing to scan", hint='Give values, e.g. {"RANKL_loss": [0.5, 1, 2]}')
    for name, values in over.items():
        if len({str(value) for value in values}) < len(values):
            raise DataError("a value is given twice", where=name, hint="Name each value once")
    filled = _filled(over, doses)
    grid = list(itertools.product(*over.values()))
    bar = Console(stderr=True)
    if DOSES not in over and not filled and (engine == LANES or len(grid) >= many.ENOUGH):
        with Progress(console=bar, disable=not progress) as shown:
            task = shown.add_task("scan", total=len(grid))
            return _side_by_side(
                model,
                over,
                grid,
                until=until,
                points=points,
                columns=columns,
                doses=doses,
                solver=solver,
                engine=engine,
                report=report,
                progress=lambda done: shown.update(task, completed=done),
            )
    if engine == LANES:
        raise DataError("lanes vary numbers, not doses", where=DOSES, hint="Leave the engine out")
    runs = {}
    for combination in track(grid, description="scan", disable=not progress, console=bar):
        chosen = dict(zip(over, combination, strict=True))
        regimen = chosen.pop(DOSES, ())
        words = {name: _in_regimen(chosen.pop(name)) for name in filled}
        changed = model.set(chosen)
        given = read_doses(doses.format(**words) if isinstance(doses, str) and words else doses) + read_doses(regimen)
        runs[_labels(model, over, combination, filled)] = changed.simulate(
            until, doses=given, points=points, columns=columns, solver=solver
        )
    result = pd.concat(runs, names=[*over])
    first = next(iter(runs.values()))
    result.attrs = {"units": first.attrs["units"], "made_by": {**first.attrs["made_by"], "scanned": [*over]}}
    return result


def _side_by_side(
    model: Model,
    over: Mapping[str, Sequence[Any]],
    grid: Sequence[Sequence[Any]],
    *,
    until: str | float,
    points: int,
    columns: Sequence[str] | None,
    doses: Doses,
    solver: Solver | None,
    engine: str,
    report: Callable[[str], object] | None,
    progress: Callable[[int], object],
) -> pd.DataFrame:
    """Return the table of a grid of numbers, run in one call. Raises SimulationError for the first that failed."""
    import pandas as pd

    from ranklsys import frame
    from ranklsys.errors import SimulationError
    from ranklsys.model import many, times
    from ranklsys.model.dose_courses import numbers_of, read_doses

    subjects = [
        {name: model.number_of(name, value) for name, value in zip(over, combination, strict=True)}
        for combination in grid
    ]
    names, rows = list(model.require(columns)), times.rows(model.time(until), points)
    given, solver = read_doses(doses), solver or Solver()
    runs = many.run_many(
        model, subjects, rows, names, doses=given, solver=solver, engine=engine, report=report, progress=progress
    )
    for place, words in sorted(runs.failures.items()):
        raise SimulationError(words, where=", ".join(f"{name} = {value:g}" for name, value in subjects[place].items()))
    tables = {
        tuple(subject.values()): frame.frame(runs.array[place], rows, names, {})
        for place, subject in enumerate(subjects)
    }
    result = pd.concat(tables, names=[*over])
    first = model.set(subjects[0])
    made_by = {**first.made_by(solver, given, numbers_of(first.courses(given))), **runs.described, "scanned": [*over]}
    if runs.refused:
        made_by["lanes"] = f"did not run: {runs.refused}"
    if runs.taken_over:
        made_by["lanes"] = {str(place): f"RoadRunner ran it: {words}" for place, words in runs.taken_over.items()}
    result.attrs = {"units": {name: model.facts.elements[name].unit_id for name in names}, "made_by": made_by}
    return result


def logspace(first: float | str, last: float | str, number: int) -> list[str] | list[float]:
    """Return ``number`` values from first to last, evenly spaced on a log scale; text keeps its unit.

    Raises UnitError if the ends are not positive or not in the same unit.
    """
    from ranklsys import units

    (low, unit), (high, other) = (units.split(str(end)) for end in (first, last))
    if unit != other or low <= 0 or high <= 0 or number < 2:
        raise UnitError(
            f"no log scale from {first} to {last} in {number}", hint='Say e.g. logspace("0.1 1/d", "10 1/d", 9)'
        )
    values = [math.exp(math.log(low) + step / (number - 1) * math.log(high / low)) for step in range(number)]
    values[0], values[-1] = low, high
    return [f"{value!r} {unit}" for value in values] if unit else values


def _filled(over: Mapping[str, Sequence[Any]], doses: Doses) -> tuple[str, ...]:
    """Return the keys that a regimen names in braces. Raises UnknownName for one that is not varied."""
    if not isinstance(doses, str):
        return ()
    named = tuple(dict.fromkeys(name for _, name, _, _ in string.Formatter().parse(doses) if name is not None))
    for name in named:
        if name not in over:
            raise unknown("varied number", name, over, where=doses, hint="Vary it, or write its value")
    return named


def _in_regimen(value: object) -> str:
    """Return a value as a regimen has it: ``4w``, not ``4.0 w``."""
    number, _, unit = str(value).partition(" ")
    try:
        return f"{float(number):.12g}{unit}"
    except ValueError:
        return str(value)


def _labels(
    model: Model, over: Mapping[str, object], combination: Sequence[Any], filled: Sequence[str]
) -> tuple[object, ...]:
    """Return what names a run in the index: numbers in the model's unit, regimens as text."""
    from ranklsys.model.dose import write
    from ranklsys.model.dose_courses import read_doses

    def label(name: str, value: Any) -> object:
        if name in filled:
            return _in_regimen(value)
        if name != DOSES:
            return model.number_of(name, value)
        return value if isinstance(value, str) else write(read_doses(value))

    return tuple(label(name, value) for name, value in zip(over, combination, strict=True))
