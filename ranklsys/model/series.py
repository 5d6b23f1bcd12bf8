"""Series: runs of one protocol with the numbers of many subjects; series that share a structure run side by side.

A protocol may begin with what went before: the state at its end is where the runs begin. Runs that are equal to the
last bit are done once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ranklsys.errors import NotForLanes
from ranklsys.model import many
from ranklsys.model.cost import Amount
from ranklsys.model.dose import Dose
from ranklsys.model.engine_names import AUTO, LANES, ROADRUNNER
from ranklsys.model.model import Model
from ranklsys.model.solver import Solver
from ranklsys.model.subjects import Subjects
from ranklsys.sbml.cache import recalled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ranklsys.model.many import Runs

    Array = NDArray[np.float64]

Progress = Callable[[float], object]


@dataclass(frozen=True)
class Series:
    """Runs of one protocol.

    model: with the numbers of all. subjects: numbers that differ; one row for each run. times: rows [d], ascending from
    0 on. columns: ids. doses: from 0 on. before: time that goes before [d], with ``before_doses``. then: numbers that
    are set at 0, after it; a row for each run, or one for all.
    """

    model: Model
    subjects: Subjects
    times: Array
    columns: tuple[str, ...]
    doses: tuple[Dose, ...] = ()
    before: float = 0.0
    before_doses: tuple[Dose, ...] = ()
    then: Subjects = field(default_factory=lambda: nothing(1))

    def __len__(self) -> int:
        return len(self.subjects)

    @property
    def amounts(self) -> Iterator[Amount]:
        """How much there is to run, before and after."""
        if self.before:
            yield Amount(len(self), self.before_doses, self.before, 2)
        yield Amount(len(self), self.doses, float(self.times[-1]), len(self.times))


def nothing(number: int) -> Subjects:
    """Return so many subjects without numbers of their own."""
    return Subjects((), np.empty((number, 0)))


def run_series(
    series: Sequence[Series],
    *,
    engine: str = AUTO,
    exact: bool = False,
    solver: Solver | None = None,
    lean: bool = False,
    chosen: str = "",
    progress: Progress | None = None,
) -> list[Runs]:
    """Return what came of the runs of each series.

    engine: ``lanes``, ``roadrunner``, or ``auto``: the one that is faster for all of them together, by their number and
    doses; see ``cost``. exact, solver, lean: as for ``run_many``. chosen: what ``auto`` shall try, where
    ``choice`` said it of all that will be run. progress: told what share is done.
    Raises what ``run_many`` raises. A run that fails in what goes before is a failure of its series.
    """
    chosen = chosen or choice(engine, series, solver)
    runner = _Runner(engine, chosen, exact, solver or Solver(), lean or chosen == LANES, progress)
    runner.total = sum(len(each) * (2 if each.before else 1) for each in series)
    first = [place for place, each in enumerate(series) if each.before]
    settled = dict(zip(first, runner.run([_before(series[place], runner.lean) for place in first]), strict=True))
    stages, kept = [], []
    for place, each in enumerate(series):
        numbers, then, well = _whole(each), _rows(each.then, len(each)), np.arange(len(each))
        model = replace(each.model, changes={})
        state: tuple[str, ...] = ()
        if place in settled:
            model = model.with_free_state()[0]
            state = _state(each, runner.lean)
            numbers = Subjects(state, settled[place].array[:, -1]).over(numbers)
            well = np.setdiff1d(well, list(settled[place].failures))
        numbers = then.over(numbers)
        stages.append(_Stage(model, numbers.at(well), each.doses, each.times, each.columns, state))
        kept.append(well)
    found = runner.run(stages)
    return [_joined(len(each), kept[place], found[place], settled.get(place)) for place, each in enumerate(series)]


def choice(engine: str, series: Sequence[Series], solver: Solver | None = None, times: int = 1) -> str:
    """Return which engine is to run series, if it can: lanes or roadrunner.

    times: how often they will be run, with other numbers. Raises what ``many.asked`` raises.
    """
    amounts = [replace(amount, number=times * amount.number) for each in series for amount in each.amounts]
    structures = {(each.model.base, each.before > 0, _kinds(each.doses)) for each in series}
    structures |= {(each.model.base, False, _kinds(each.before_doses)) for each in series if each.before}
    return many.asked(engine, amounts, len(structures), solver=solver)


def _kinds(doses: tuple[Dose, ...]) -> tuple[tuple[str, str, bool], ...]:
    """Return what of doses is in the structure of a model."""
    return tuple((dose.drug, dose.route, dose.duration > 0) for dose in doses)


def _whole(series: Series) -> Subjects:
    """Return all numbers that are set in each run."""
    return series.subjects.over(Subjects.of([series.model.changes]))


def _rows(subjects: Subjects, number: int) -> Subjects:
    """Return as many rows, where there is one for all."""
    return Subjects(subjects.names, np.broadcast_to(subjects.values, (number, len(subjects.names))))


def _before(series: Series, lean: bool) -> _Stage:
    """Return what goes before a series, up to the state that it begins in."""
    model, times = replace(series.model, changes={}), np.array([0.0, series.before])
    return _Stage(model, _whole(series), series.before_doses, times, _state(series, lean))


def _state(series: Series, lean: bool) -> tuple[str, ...]:
    """Return the ids of the state in which a series begins; lean: of what its columns depend on."""
    from ranklsys.sbml.structure import structure

    free, names = series.model.with_free_state()
    return _among(structure(free.base, free.courses(series.doses)), series.columns, names) if lean else names


@recalled(64)
def _among(text: str, columns: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """Return those names that columns of a model depend on."""
    from ranklsys.sbml.facts import facts
    from ranklsys.sbml.pruned import reduced

    kept = facts(reduced(text, columns)).elements
    return tuple(name for name in names if name in kept)


def _joined(number: int, well: NDArray[np.intp], runs: Runs, before: Runs | None) -> Runs:
    """Return the runs of a series: those that came through what went before, among all."""
    if before is None:
        return runs
    array = np.full((number, *runs.array.shape[1:]), np.nan)
    array[well] = runs.array
    engines = np.array(before.engines, dtype=object)
    engines[well] = runs.engines
    later = {int(well[place]): words for place, words in runs.failures.items()}
    taken_over = {int(well[place]): words for place, words in runs.taken_over.items()}
    return replace(
        runs,
        array=array,
        engines=tuple(engines.tolist()),
        failures={**before.failures, **later},
        taken_over={**before.taken_over, **taken_over},
        refused=runs.refused or before.refused,
    )


@dataclass(frozen=True)
class _Stage:
    """What follows without a break. model: without changes. numbers: all that is set. state: what is carried over."""

    model: Model
    numbers: Subjects
    doses: tuple[Dose, ...]
    times: Array
    columns: tuple[str, ...]
    state: tuple[str, ...] = ()

    def with_doses(self) -> Subjects:
        """Return the numbers with those of the doses."""
        from ranklsys.model.dose_courses import numbers_of

        common = Subjects.of([numbers_of(self.model.courses(self.doses))])
        return many.weighed(self.model, self.numbers, self.doses).over(common)


class _Runner:
    """Runs stages, those of one structure and of one state carried over together."""

    def __init__(
        self,
        engine: str,
        chosen: str,
        exact: bool,
        solver: Solver,
        lean: bool,
        progress: Progress | None,
    ) -> None:
        self.engine, self.chosen = engine, chosen
        self.exact, self.solver, self.lean = exact, solver, lean
        self.progress = progress
        self.total, self.done = 1, 0

    def run(self, stages: Sequence[_Stage]) -> list[Runs]:
        """Return the runs of each stage."""
        from ranklsys.sbml.structure import structure

        groups: dict[tuple[str, tuple[str, ...]], list[int]] = {}
        for place, stage in enumerate(stages):
            text = structure(stage.model.base, stage.model.courses(stage.doses))
            # lean, these columns need no more than is carried over; beside others that do, the rest would be nothing
            groups.setdefault((text, stage.state), []).append(place)
        found: dict[int, Runs] = {}
        for places in groups.values():
            found |= dict(zip(places, self._together([stages[place] for place in places]), strict=True))
        return [found[place] for place in range(len(stages))]

    def _together(self, stages: Sequence[_Stage]) -> Iterator[Runs]:
        """Yield the runs of each of some stages that share a structure."""
        columns = tuple(dict.fromkeys(name for stage in stages for name in stage.columns))
        numbers = _stacked([stage.with_doses() for stage in stages])
        longest = max(len(stage.times) for stage in stages)
        times = np.array([np.pad(stage.times, (0, longest - len(stage.times)), mode="edge") for stage in stages])
        sizes = [len(stage.numbers) for stage in stages]
        rows = np.repeat(times, sizes, axis=0)
        once, whose = _distinct(np.hstack([numbers.values, rows]))
        runs = self._many(stages[0], numbers.at(once), rows[once], columns, len(rows))
        self.done += len(rows)
        ends = np.cumsum(sizes)
        for stage, end, size in zip(stages, ends, sizes, strict=True):
            own = whose[end - size : end]
            read = np.array([columns.index(name) for name in stage.columns], dtype=np.intp)
            yield replace(
                runs,
                array=runs.array[np.ix_(own, np.arange(len(stage.times)), read)],
                engines=tuple(runs.engines[place] for place in own),
                failures=_own(runs.failures, own),
                taken_over=_own(runs.taken_over, own),
            )

    def _many(self, stage: _Stage, numbers: Subjects, rows: Array, columns: tuple[str, ...], number: int) -> Runs:
        def told(done: int) -> None:
            if self.progress is not None:
                self.progress((self.done + number * done / len(rows)) / self.total)

        run = partial(
            many.run_many,
            stage.model,
            numbers,
            rows,
            columns,
            doses=stage.doses,
            solver=self.solver,
            exact=self.exact,
            lean=self.lean,
            progress=told,
        )
        try:
            return run(engine=self.chosen)
        except NotForLanes as problem:
            if self.engine == LANES:
                raise
            return replace(run(engine=ROADRUNNER), refused=str(problem))


def _stacked(tables: Sequence[Subjects]) -> Subjects:
    """Return tables one below the other."""
    names = tuple(dict.fromkeys(name for table in tables for name in table.names))
    values = np.full((sum(map(len, tables)), len(names)), np.nan)
    end = 0
    for table in tables:
        end += len(table)
        values[end - len(table) : end, [names.index(name) for name in table.names]] = table.values
    return Subjects(names, values)


def _distinct(rows: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where each different row first stands, in order, and which of these each row is."""
    keys = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.shape[1] * rows.itemsize)))[:, 0]
    first: dict[bytes, int] = {}
    whose = [first.setdefault(key.tobytes(), len(first)) for key in keys]
    once = {which: place for place, which in reversed([*enumerate(whose)])}
    return np.array([once[which] for which in range(len(first))], dtype=np.intp), np.array(whose, dtype=np.intp)


def _own(words: Mapping[int, str], own: NDArray[np.intp]) -> dict[int, str]:
    return {place: words[which] for place, which in enumerate(own.tolist()) if which in words}
