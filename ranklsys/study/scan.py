"""Scan: the same simulation over a grid of parameters and regimens."""

from __future__ import annotations

import itertools
import math
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ranklsys.errors import DataError, SimulationError, UnitError, unknown
from ranklsys.model.model import POINTS, Model
from ranklsys.model.solver import Solver
from ranklsys.tables.scalars import by_id, items, whole

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from ranklsys.model.dose import Dose
    from ranklsys.model.dose_courses import Doses
    from ranklsys.model.many import Runs

    Array = NDArray[np.float64]

DOSES = "doses"
MOST_RUNS = 100_000
"""Of a scan: with 201 rows of 10 columns they hold 1.6 GB."""


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
    exact: bool = False,
) -> pd.DataFrame:
    """Return one DataFrame of every combination; index: each key of ``over``, then ``time`` [d].

    over: parameter or species -> values (numbers in the model's unit, or text with a unit); the key ``doses`` takes
    regimens. doses: given in every run, besides those scanned; a text may name other keys of ``over`` in braces, which
    then fill it: ``doses="zoledronic-acid {amount} iv q{interval}"``, over ``amount`` and ``interval``.
    progress: show a bar on the terminal. engine: ``roadrunner``; ``lanes``, which run side by side what differs in
    numbers, those of doses too, within 1e-5 of each quantity; ``auto``: the faster one that can. exact: of lanes, 1e-7.
    solver: of RoadRunner; lanes keep their own accuracy, so ``auto`` leaves a relative tolerance below 1e-8 to
    RoadRunner. ``attrs["made_by"]`` names the engine.
    Raises what ``Model.set`` and ``Model.simulate`` raise, DataError for an empty grid, NotForLanes if lanes were asked
    for and cannot; SimulationError, which names them, if runs failed.
    """
    from ranklsys.model import times
    from ranklsys.model.series import Series, run_series
    from ranklsys.model.subjects import Subjects
    from ranklsys.show import moving

    over = {name: items(values, "values", name) for name, values in by_id(over, "over").items()}
    if not over or any(len(values) == 0 for values in over.values()):
        raise DataError("there is nothing to scan", hint='Give values, e.g. {"RANKL_loss": [0.5, 1, 2]}')
    for name, values in over.items():
        if len({str(value) for value in values}) < len(values):
            raise DataError("a value is given twice", where=name, hint="Name each value once")
    if (number := math.prod(map(len, over.values()))) > MOST_RUNS:
        hint = "Vary less, or scan in pieces"
        raise DataError(f"{number} runs are more than {MOST_RUNS}", where=", ".join(over), hint=hint)
    combinations = _combinations(model, over, doses)
    names, rows = tuple(model.require(columns)), times.rows(model.time(until), points)
    alike: dict[tuple[Dose, ...], list[int]] = {}
    for place, each in enumerate(combinations):
        alike.setdefault(each.doses, []).append(place)
    series = [
        Series(model, Subjects.of([combinations[place].numbers for place in places]), rows, names, given)
        for given, places in alike.items()
    ]
    with moving("scan", progress) as move:
        runs = run_series(series, engine=engine, exact=exact, solver=solver, progress=move)
    where = [place for places in alike.values() for place in places]
    _require_all([combinations[place].labels for place in where], [*over], runs)
    return _table(model, over, combinations, rows, names, solver or Solver(), dict(zip(alike, runs, strict=True)))


@dataclass(frozen=True)
class _Combination:
    """One of the grid. labels: what names it in the index. numbers: set, by id. doses: given."""

    labels: tuple[object, ...]
    numbers: Mapping[str, float]
    doses: tuple[Dose, ...]


def _combinations(model: Model, over: Mapping[str, Sequence[Any]], doses: Doses) -> list[_Combination]:
    from ranklsys.model.dose_courses import read_doses

    filled, found = _filled(over, doses), []
    for values in itertools.product(*over.values()):
        chosen = dict(zip(over, values, strict=True))
        labels = _labels(model, over, values, filled)
        regimen = chosen.pop(DOSES, ())
        words = {name: _in_regimen(chosen.pop(name)) for name in filled}
        given = read_doses(doses.format(**words) if isinstance(doses, str) and words else doses) + read_doses(regimen)
        found.append(_Combination(labels, {name: model.number_of(name, each) for name, each in chosen.items()}, given))
    return found


def _require_all(labels: Sequence[tuple[object, ...]], names: Sequence[str], runs: Sequence[Runs]) -> None:
    """Raise SimulationError with all runs that failed, if any did."""
    failed: dict[tuple[object, ...], str] = {}
    begin = 0
    for each in runs:
        failed |= {labels[begin + place]: words for place, words in each.failures.items()}
        begin += len(each.array)
    if failed:
        named = (", ".join(f"{name} = {_said(each)}" for name, each in zip(names, at, strict=True)) for at in failed)
        what = f"{len(failed)} of {begin} runs failed, the first: {next(iter(failed.values()))}"
        raise SimulationError(what, where="; ".join(named), hint="Leave these out, or look at what they share")


def _said(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _table(
    model: Model,
    over: Mapping[str, object],
    combinations: Sequence[_Combination],
    rows: Array,
    names: Sequence[str],
    solver: Solver,
    runs: Mapping[tuple[Dose, ...], Runs],
) -> pd.DataFrame:
    """Return the table of a grid, in its order, with units and provenance."""
    import pandas as pd

    from ranklsys import frame
    from ranklsys.model.dose_courses import numbers_of
    from ranklsys.model.record import record

    arrays = {given: iter(each.array) for given, each in runs.items()}
    tables = {each.labels: frame.frame(next(arrays[each.doses]), rows, names, {}) for each in combinations}
    result = pd.concat(tables, names=[*over])
    first = combinations[0]
    begun = model.set(first.numbers)
    labels = [each.labels for given in runs for each in combinations if each.doses == given]
    made_by = begun.made_by(solver, first.doses, numbers_of(begun.courses(first.doses)))
    made_by |= {**record([*runs.values()], labels), "scanned": [*over]}
    result.attrs = {"units": {name: model.facts.elements[name].unit_id for name in names}, "made_by": made_by}
    return result


def logspace(first: float | str, last: float | str, number: int) -> list[str] | list[float]:
    """Return ``number`` values from first to last, evenly spaced on a log scale; text keeps its unit.

    Raises UnitError if the ends are not positive or not in the same unit.
    """
    from ranklsys import units

    number = whole(number, "logspace")
    (low, unit), (high, other) = (units.split(str(end)) for end in (first, last))
    if unit != other or low <= 0 or high <= 0 or number < 2:
        raise UnitError(
            f"no log scale from {first} to {last} in {number}", hint='Say e.g. logspace("0.1 1/d", "10 1/d", 9)'
        )
    span = math.log(high) - math.log(low)  # high / low may be too large for a float
    values = [math.exp(math.log(low) + step / (number - 1) * span) for step in range(number)]
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
