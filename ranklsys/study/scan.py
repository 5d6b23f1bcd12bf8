"""Scan: the same simulation over a grid of parameters and regimens."""

from __future__ import annotations

import itertools
import math
import string
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ranklsys.errors import DataError, UnitError, unknown
from ranklsys.model.model import POINTS, Model

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.model.dose_courses import Doses
    from ranklsys.model.solver import Solver

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
) -> pd.DataFrame:
    """Return one DataFrame of every combination; index: each key of ``over``, then ``time`` [d].

    over: parameter or species -> values (numbers in the model's unit, or text with a unit); the key ``doses`` takes
    regimens. doses: given in every run, besides those scanned; a text may name other keys of ``over`` in braces, which
    then fill it: ``doses="zoledronic-acid {amount} iv q{interval}"``, over ``amount`` and ``interval``.
    progress: show a bar on the terminal.
    Raises what ``Model.set`` and ``Model.simulate`` raise, and DataError for an empty grid.
    """
    import pandas as pd
    from rich.console import Console
    from rich.progress import track

    from ranklsys.model.dose_courses import read_doses

    if not over or any(len(values) == 0 for values in over.values()):
        raise DataError("there is nothing to scan", hint='Give values, e.g. {"RANKL_loss": [0.5, 1, 2]}')
    for name, values in over.items():
        if len({str(value) for value in values}) < len(values):
            raise DataError("a value is given twice", where=name, hint="Name each value once")
    filled = _filled(over, doses)
    grid = list(itertools.product(*over.values()))
    runs = {}
    bar = Console(stderr=True)
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
