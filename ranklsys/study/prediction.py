"""Prediction: what the model says where something was observed.

An experiment is composed once and can be run often with other numbers, which is what a fit does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ranklsys.errors import DataError, RanklsysError
from ranklsys.model.model import Model
from ranklsys.study.observations import Observation
from ranklsys.study.row_units import in_row_unit
from ranklsys.tables import formula
from ranklsys.tables.changes import read_changes
from ranklsys.tables.measure import MEASURES, UNTREATED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ranklsys.model.many import Runs
    from ranklsys.model.series import Series
    from ranklsys.model.subjects import Subjects

    Array = NDArray[np.float64]

NOTHING: Mapping[str, float] = {}


def predict(
    rows: Sequence[Observation],
    changes: Mapping[str, float] = NOTHING,
    *,
    engine: str = "auto",
    exact: bool = False,
    report: Callable[[str], object] | None = None,
    progress: Callable[[float], object] | None = None,
) -> list[float]:
    """Return the prediction of each row, in order; rows of one experiment come from one run.

    changes: numbers by id, in the model's units; they win over those of the rows. engine, exact: as for ``run_series``.
    report: gets each study as it is composed. progress: told what share is simulated.
    Raises DataError with file and line for a row that cannot be composed, simulated or computed.
    """
    return predictions(rows, changes, engine=engine, exact=exact, report=report, progress=progress)[0]


def predictions(
    rows: Sequence[Observation],
    changes: Mapping[str, float] = NOTHING,
    *,
    engine: str = "auto",
    exact: bool = False,
    report: Callable[[str], object] | None = None,
    progress: Callable[[float], object] | None = None,
) -> tuple[list[float], dict[str, object]]:
    """Return what ``predict`` does, and the engine that made it, with its settings."""
    from ranklsys.model.record import record
    from ranklsys.model.series import run_series

    seen: set[str] = set()
    setups, series = [], []
    for numbers in experiments(rows):
        study = rows[numbers[0]].study
        if report and study not in seen:
            report(study)
        seen.add(study)
        setups.append((numbers, setup := Setup([rows[number] for number in numbers])))
        series.append(setup.series(setup.checked(changes)))
    every = [each for own in series for each in own]
    found = run_series(every, engine=engine, exact=exact, progress=progress)
    runs = iter(found)
    predicted: dict[int, float] = {}
    for (numbers, setup), own in zip(setups, series, strict=True):
        measured = setup.measured([next(runs) for _ in own], strict=True)
        predicted |= dict(zip(numbers, measured[0].tolist(), strict=True))
    return [predicted[number] for number in range(len(rows))], record(found) if found else {}


def doubted(
    rows: Sequence[Observation],
    number: int,
    *,
    engine: str = "auto",
    exact: bool = False,
    progress: Callable[[float], object] | None = None,
) -> Array:
    """Return the predictions of each row by so many members of the shipped ensembles (members x rows).

    What rows change stays as it is, but for numbers of a study's own. NaN where a simulation failed. Raises as
    ``predict`` does, and DataError for a row none of whose numbers was fitted.
    """
    import numpy as np

    from ranklsys.model.series import run_series

    groups = experiments(rows)
    setups = [Setup([rows[place] for place in group]) for group in groups]
    series = [setup.of_members(number) for setup in setups]
    runs = iter(run_series([each for own in series for each in own], engine=engine, exact=exact, progress=progress))
    found = np.empty((number, len(rows)))
    for group, setup, own in zip(groups, setups, series, strict=True):
        found[:, group] = setup.measured([next(runs) for _ in own])
    return found


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
            self.started = self.model.with_free_state()[0] if first.before else self.model
            self.then = {name: self.started.number_of(name, each) for name, each in read_changes(first.then).items()}
        except RanklsysError as problem:
            raise DataError(str(problem), where=first.where) from problem
        times = sorted({0.0, *(row.time for row in rows)})
        self.times = times if times[-1] > 0 else [0.0, 1.0]
        self.columns = _columns(self.model, rows)
        self.sizes = [in_row_unit(self.model, row) for row in self.rows]

    def checked(self, changes: Mapping[str, float | str] = NOTHING) -> Subjects:
        """Return numbers of one run as a table. Raises DataError with file and line for what cannot be set."""
        from ranklsys.model.subjects import Subjects

        try:
            numbers = self.model.set(changes).changes
        except RanklsysError as problem:
            raise DataError(str(problem), where=self.rows[0].where) from problem
        return Subjects.of([{name: numbers[name] for name in changes}])

    def series(self, changes: Subjects, then: Subjects | None = None) -> list[Series]:
        """Return the runs with the numbers of many subjects, and those without doses where a row is against them.

        changes, then: numbers by id, which win over those of the columns ``changes`` and ``then``; a row for each run.
        Raises DataError with file and line for doses or a time before that cannot be.
        """
        import numpy as np

        from ranklsys.model.dose_courses import read_doses
        from ranklsys.model.series import Series
        from ranklsys.model.subjects import Subjects

        first = self.rows[0]
        try:
            before = self.model.time(first.before) if first.before else 0.0
            doses, before_doses = (read_doses(given or ()) for given in (first.doses, first.before_doses))
            for given in (doses, before_doses):
                self.model.courses(given)
        except RanklsysError as problem:
            raise DataError(str(problem), where=first.where) from problem
        times = np.array(self.times)
        own = Subjects.of([self.then])
        later = own if then is None else then.over(own)
        run = Series(self.model, changes, times, self.columns, doses, before, before_doses, later)
        against = (doses or before_doses) and any(MEASURES[row.measure].against == UNTREATED for row in self.rows)
        return [run, replace(run, doses=(), before_doses=())] if against else [run]

    def of_members(self, number: int) -> list[Series]:
        """Return the runs of ``series`` with the numbers of so many members of the shipped ensembles.

        Raises DataError with file and line if none of the numbers was fitted.
        """
        from ranklsys.model.ensemble import members

        first = self.rows[0]
        try:
            found = members(self.model, number, study=first.study)
        except RanklsysError as problem:
            raise DataError(str(problem), where=first.where) from problem
        later = found.among(self.then)  # a study's own number may be one that is set after what goes first
        return self.series(found.among(set(found.names) - set(self.then)), later)

    def measured(self, runs: Sequence[Runs], *, strict: bool = False) -> Array:
        """Return the prediction of each row from the runs of ``series`` (runs x rows); NaN where one failed.

        strict: raise DataError with file and line, and the simulation's words, instead.
        """
        import numpy as np

        where = self.rows[0].where
        for words in (words for each in runs for words in each.failures.values()):
            if strict:
                raise DataError(words, where=where)
        seen: dict[str, tuple[Array, Array]] = {}
        for row in self.rows:
            if row.observable not in seen:
                with_doses, *bare = (self._evaluated(each.array, row) for each in runs)
                seen[row.observable] = with_doses, bare[0] if bare else with_doses
        told = [self._measured(row, *seen[row.observable], strict) for row in self.rows]
        return np.column_stack([size * each for size, each in zip(self.sizes, told, strict=True)])

    def _evaluated(self, array: Array, row: Observation) -> Array:
        """Return a row's observable (runs x times)."""
        import numpy as np

        values = {name: array[..., place] for place, name in enumerate(self.columns)}
        if row.observable in values:
            return values[row.observable]
        try:
            found = formula.compute(row.observable, values)
        except RanklsysError as problem:
            raise DataError(str(problem), where=row.where) from problem
        return np.broadcast_to(found, array.shape[:2])

    def _measured(self, row: Observation, run: Array, bare: Array, strict: bool) -> Array:
        """Return what a row's measure makes of its observable in runs, and in the same without doses."""
        import numpy as np

        measure, place = MEASURES[row.measure], self.times.index(row.time)
        value = run[:, place]
        reference = bare[:, place] if measure.against == UNTREATED else run[:, 0]
        if measure.against and strict and (reference == 0).any():
            what = f"'{row.observable}' is 0 where {row.measure} compares it with"
            raise DataError(what, where=row.where, hint="Measure its value instead")
        with np.errstate(divide="ignore", invalid="ignore"):
            told = np.asarray(measure.of(value, reference))
        return np.where(reference == 0, np.nan, told) if measure.against else told


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
