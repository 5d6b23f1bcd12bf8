"""Many: one model with the numbers of many subjects, in one call, by the engine that is faster.

Lanes run many subjects side by side, RoadRunner one after another. What a subject gets depends neither on the others
nor on how many processes share the work. A subject whose lane fails is run alone by RoadRunner, and the record says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ranklsys.errors import DataError, NotForLanes, SimulationError, unknown
from ranklsys.model.lanes import library
from ranklsys.model.solver import Solver, installed_version

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ranklsys.model.dose_courses import Doses
    from ranklsys.model.model import Model
    from ranklsys.sbml.course import Course

    Array = NDArray[np.float64]

AUTO, LANES, ROADRUNNER = ENGINES = ("auto", "lanes", "roadrunner")

TOLERANCE, EXACT = 1e-6, 2e-8
"""Of a step of lanes, relative: so that a result is within 1e-5 of each quantity, or 1e-7, with room to spare."""

ENOUGH = 300
"""Subjects from which on lanes are faster without doses too (0.4 against 4 ms each), the second included that they take
to load."""


@dataclass(frozen=True)
class Runs:
    """What came of many subjects.

    array: subjects x times x columns, NaN where a subject failed. engines: which one ran each. failures: in words, with
    time and state, by place. taken_over: why RoadRunner ran a subject though lanes had begun, by place. refused: why
    lanes did not run at all; empty if they did, or were not asked. described: engine and settings, for the record.
    """

    array: Array
    engines: tuple[str, ...]
    failures: Mapping[int, str]
    taken_over: Mapping[int, str]
    refused: str
    described: Mapping[str, object]


def run_many(
    model: Model,
    subjects: Sequence[Mapping[str, float]],
    times: Array,
    columns: Sequence[str],
    *,
    doses: Doses = (),
    solver: Solver | None = None,
    engine: str = AUTO,
    exact: bool = False,
    report: Callable[[str], object] | None = None,
    progress: Callable[[int], object] | None = None,
) -> Runs:
    """Return the courses of a model with the numbers of each subject.

    subjects: numbers by id, in the model's units; those of a dose too (``denosumab__dose_1_start``), so that each may
    have its own schedule. times: ascending [d], from 0 on. columns: ids. doses: given to all. solver: of RoadRunner;
    lanes take its tolerances by state. engine: ``lanes``, ``roadrunner``, or ``auto``: the faster one that can. exact:
    within 1e-7 of each quantity instead of 1e-5, for lanes. report: told in words what takes long. progress: told how
    many are done.
    Raises UnknownName for an id that cannot be set or an engine, DoseError for doses, NotForLanes if lanes were asked
    for and cannot, MissingLibrary if they were and numba is missing. A failed integration is in the record.
    """
    if engine not in ENGINES:
        raise unknown("engine", engine, ENGINES)
    solver = solver or Solver()
    work = _Work(model, subjects, times, tuple(columns), doses, solver, progress)
    refused = ""
    if engine == LANES or (engine == AUTO and len(subjects) >= ENOUGH and library.installed()):
        library.demand()
        try:
            return work.in_lanes(EXACT if exact else TOLERANCE, report)
        except NotForLanes as problem:
            if engine == LANES:
                raise
            refused = str(problem)
    return work.one_by_one(refused)


class _Work:
    """What is to be run, in the words of an engine."""

    def __init__(
        self,
        model: Model,
        subjects: Sequence[Mapping[str, float]],
        times: Array,
        columns: tuple[str, ...],
        doses: Doses,
        solver: Solver,
        progress: Callable[[int], object] | None,
    ) -> None:
        from ranklsys.model.dose_courses import numbers_of, read_doses
        from ranklsys.model.times import at_doses
        from ranklsys.sbml.structure import structure

        given = read_doses(doses)
        common = model.courses(given)
        self.columns, self.solver, self.progress = columns, solver, progress
        self.text = structure(model.base, common)
        _check(model, subjects, numbers_of(common))
        self.values, self.rows = [], np.empty((len(subjects), len(times)))
        for place, subject in enumerate(subjects):
            changes = {**model.changes, **subject}
            courses = replace(model, changes=changes).courses(given) if "body_weight" in subject else common
            self.values.append({**numbers_of(courses), **changes})
            own = [_with_numbers(course, subject) for course in courses]
            self.rows[place] = at_doses(np.asarray(times, dtype=float), own)

    def one_by_one(self, refused: str) -> Runs:
        """Return the runs of RoadRunner."""
        number = len(self.values)
        array = np.full((number, self.rows.shape[1], len(self.columns)), np.nan)
        failures: dict[int, str] = {}
        for place in range(number):
            self._alone(place, array, failures)
            if self.progress is not None:
                self.progress(place + 1)
        return Runs(array, (ROADRUNNER,) * number, failures, {}, refused, self.solver.describe())

    def in_lanes(self, tolerance: float, report: Callable[[str], object] | None) -> Runs:
        """Return the runs of lanes. Raises NotForLanes."""
        from ranklsys.sbml.pruned import reduced
        from ranklsys.sbml.tapes.tape import tapes

        taped = tapes(reduced(self.text, self.columns), self.columns)
        from ranklsys.model.lanes import batch

        batch.load(report)
        absolute = self._absolute(taped.states, tolerance)
        found = batch.simulate(taped, self.values, self.rows, tolerance, absolute, self.progress)
        engines, taken_over = [LANES] * len(self.values), {}
        failures: dict[int, str] = {}
        for place, end in sorted(found.failures.items()):
            engines[place] = ROADRUNNER
            taken_over[place] = f"its lane ended at {end.time:.6g} d, where '{end.state}' was {end.value:.4g}"
            self._alone(place, found.array, failures)
        described: dict[str, Any] = {
            "engine": f"lanes, Rodas5P, numba {installed_version('numba')}",
            "relative_tolerance": tolerance,
            "absolute_tolerance": self.solver.absolute_tolerance,
        }
        return Runs(found.array, tuple(engines), failures, taken_over, "", described)

    def _alone(self, place: int, array: Array, failures: dict[int, str]) -> None:
        """Run one subject by RoadRunner."""
        from ranklsys.model import engine

        try:
            array[place] = engine.simulate(self.text, self.values[place], self.rows[place], self.columns, self.solver)
        except SimulationError as problem:
            array[place] = np.nan
            failures[place] = str(problem)

    def _absolute(self, states: tuple[str, ...], tolerance: float) -> Array:
        """Return the absolute tolerance of each state, those by size in proportion to the relative one."""
        own = {name: value * tolerance / self.solver.relative_tolerance for name, value in self.solver.by_state}
        return np.array([own.get(state, self.solver.absolute_tolerance) for state in states])


def _check(model: Model, subjects: Sequence[Mapping[str, float]], of_doses: Mapping[str, float]) -> None:
    """Raise what ``Model.set`` raises for a number that cannot be set; each id once, each value for being finite."""
    known: set[str] = set(of_doses)
    for subject in subjects:
        for name, value in subject.items():
            if name not in known:
                model.number_of(name, value)
                known.add(name)
            if not np.isfinite(value):
                raise DataError(f"a value cannot be {value}", where=name, hint="Give a finite number")


def _with_numbers(course: Course, subject: Mapping[str, float]) -> Course:
    """Return a course with the schedule that a subject has of its own."""
    start, every, count = (
        subject.get(f"{course.id}_{name}", getattr(course, name)) for name in ("start", "every", "count")
    )
    return replace(course, start=start, every=every, count=count)
