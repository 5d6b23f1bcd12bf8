"""Prediction: what the model says where something was observed.

An experiment is composed once and can be run often with other numbers, which is what a fit does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from ranklsys.errors import DataError, RanklsysError
from ranklsys.model.model import Model
from ranklsys.plugins.part import Part
from ranklsys.plugins.scenario import Observable
from ranklsys.sbml.cache import recalled
from ranklsys.study.observations import Observation
from ranklsys.tables import formula
from ranklsys.tables.changes import read_changes
from ranklsys.tables.measure import MEASURES, UNTREATED

if TYPE_CHECKING:
    import pandas as pd

NOTHING: Mapping[str, float] = {}


def predict(
    rows: Sequence[Observation],
    changes: Mapping[str, float] = NOTHING,
    *,
    report: Callable[[str], None] | None = None,
) -> list[float]:
    """Return the prediction of each row, in order; rows of one experiment come from one run.

    changes: numbers by id, in the model's units; they win over those of the rows. report: gets each study as it starts.
    Raises DataError with file and line for a row that cannot be composed, simulated or computed.
    """
    predicted: dict[int, float] = {}
    seen: set[str] = set()
    for numbers in experiments(rows):
        study = rows[numbers[0]].study
        if report and study not in seen:
            report(study)
        seen.add(study)
        setup = Setup([rows[number] for number in numbers])
        predicted |= dict(zip(numbers, setup.predict(changes), strict=True))
    return [predicted[number] for number in range(len(rows))]


def experiments(rows: Sequence[Observation]) -> list[list[int]]:
    """Return the numbers of the rows of each experiment."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(row.experiment, []).append(number)
    return list(groups.values())


class Setup:
    """The rows of one experiment with its model, composed once.

    Raises DataError with file and line if it cannot be composed, or reads what the model lacks.
    """

    def __init__(self, rows: Sequence[Observation]) -> None:
        from ranklsys.model.compose import compose

        self.rows = tuple(rows)
        first = self.rows[0]
        try:
            self.model = compose(first.host, *first.parts).set(read_changes(first.changes))
            self.then = read_changes(first.then)
        except RanklsysError as problem:
            raise DataError(str(problem), where=first.where) from problem
        times = sorted({0.0, *(row.time for row in rows)})
        self.times = times if times[-1] > 0 else [0.0, 1.0]
        self.columns = _columns(self.model, rows)

    def predict(self, changes: Mapping[str, float] = NOTHING, then: Mapping[str, float] = NOTHING) -> list[float]:
        """Return the prediction of each row.

        changes, then: numbers by id, which win over those of the columns ``changes`` and ``then``. Raises DataError
        with file and line for what cannot be set or computed, and with the simulation's words if it fails.
        """
        first = self.rows[0]
        try:
            run = self._run(self._start(changes, then, first.before_doses), first.doses)
            treated = first.doses or first.before_doses
            effects = treated and any(MEASURES[row.measure].against == UNTREATED for row in self.rows)
            bare = self._run(self._start(changes, then, ""), "") if effects else run
        except RanklsysError as problem:
            raise DataError(str(problem), where=first.where) from problem
        seen: dict[str, tuple[pd.Series[float], pd.Series[float]]] = {}
        for row in self.rows:
            if row.observable not in seen:
                with_doses = _evaluated(run, row)
                seen[row.observable] = with_doses, with_doses if bare is run else _evaluated(bare, row)
        return [_measured(row, *seen[row.observable]) for row in self.rows]

    def _start(self, changes: Mapping[str, float], then: Mapping[str, float], before_doses: str) -> Model:
        first = self.rows[0]
        model = self.model.set(changes)
        if not first.before:
            return model
        numbers = tuple(model.changes.items())
        settled = _settled(model.base, model.host, model.parts, numbers, first.before, before_doses)
        return settled.set({**self.then, **then})

    def _run(self, model: Model, doses: str) -> pd.DataFrame:
        import numpy as np
        import pandas as pd

        numbers = model.numbers(np.array(self.times), self.columns, doses=doses or ())
        return pd.DataFrame(numbers, index=self.times, columns=list(self.columns))


@recalled(64)
def _settled(
    base: str, host: str, parts: tuple[Part, ...], changes: tuple[tuple[str, float], ...], before: str, doses: str
) -> Model:
    """Return the model after what went before; recalled for the experiments that share it."""
    return Model(base, host, parts, dict(changes)).after(before, doses=doses or ())


def _columns(model: Model, rows: Sequence[Observation]) -> tuple[str, ...]:
    """Return the ids that the rows read; all, if they read an unknown one, so that the error can name the nearest."""
    known = model.observables
    read = {name for row in rows for name in _read(row, known)}
    return tuple(name for name in known if name in read) if read and read <= set(known) else known


def _read(row: Observation, known: Collection[str]) -> Collection[str]:
    if row.observable in known:
        return (row.observable,)
    try:
        return formula.names(row.observable)
    except RanklsysError as problem:
        raise DataError(str(problem), where=row.where) from problem


def _evaluated(run: pd.DataFrame, row: Observation) -> pd.Series[float]:
    from ranklsys.study.experiment import evaluate

    try:
        return evaluate(run, Observable(row.observable, row.observable, row.observable, row.unit))
    except RanklsysError as problem:
        raise DataError(str(problem), where=row.where) from problem


def _measured(row: Observation, run: pd.Series[float], bare: pd.Series[float]) -> float:
    """Return what a row's measure makes of its observable in the run, and in the same without doses."""
    measure, value = MEASURES[row.measure], float(run.loc[row.time])
    reference = float(bare.loc[row.time] if measure.against == UNTREATED else run.iloc[0])
    if measure.against and reference == 0:
        what = f"'{row.observable}' is 0 where {row.measure} compares it with"
        raise DataError(what, where=row.where, hint="Measure its value instead")
    return float(measure.of(value, reference))
