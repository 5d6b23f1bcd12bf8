"""Many: one model with the numbers of many subjects, in one call, by the engine that is faster.

Lanes run many subjects side by side, RoadRunner one after another. What a subject gets depends neither on the others
nor on how many processes share the work. A subject whose lane fails is run alone by RoadRunner, and the record says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ranklsys.errors import NotForLanes, SimulationError, unknown
from ranklsys.model.cost import Amount, lanes_are_faster
from ranklsys.model.engine_names import AUTO, ENGINES, LANES, ROADRUNNER
from ranklsys.model.lanes import library
from ranklsys.model.solver import Solver, installed_version
from ranklsys.model.subjects import Subjects

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ranklsys.model.dose import Dose
    from ranklsys.model.dose_courses import Doses
    from ranklsys.model.model import Model
    from ranklsys.sbml.tapes.tape import Tapes

    Array = NDArray[np.float64]

TOLERANCE, EXACT = 5e-7, 2e-8
"""Of a step of lanes, relative: so that a result is within 1e-5 of each quantity, or 1e-7, with room to spare."""

SCHEDULE, WEIGHT = ("start", "every", "count"), "body_weight"


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
    subjects: Subjects | Sequence[Mapping[str, float]],
    times: Array,
    columns: Sequence[str],
    *,
    doses: Doses = (),
    solver: Solver | None = None,
    engine: str = AUTO,
    exact: bool = False,
    lean: bool = False,
    checked: bool = False,
    progress: Callable[[int], object] | None = None,
) -> Runs:
    """Return the courses of a model with the numbers of each subject.

    subjects: numbers by id, in the model's units; those of a dose too (``denosumab__dose_1_start``), so that each may
    have its own schedule. times: ascending [d], from 0 on; or a row of them for each subject, the last repeated where
    it has fewer. columns: ids. doses: given to all. solver: of RoadRunner; lanes take its absolute tolerance, and
    ``auto`` leaves one that is tighter than usual to RoadRunner. engine: ``lanes``, ``roadrunner``, or ``auto``: the
    faster one that can. exact: within 1e-7 of each quantity instead of 1e-5, for lanes. lean: RoadRunner too integrates
    only what the columns depend on. checked: ids and numbers are known to be right. progress: told how many are done.
    Raises UnknownName for an id that cannot be set or an engine, DoseError for doses, NotForLanes if lanes were asked
    for and cannot, MissingLibrary if they were and llvmlite is missing. A failed integration is in the record.
    """
    if not isinstance(subjects, Subjects):
        subjects = Subjects.of(subjects)
    solver, refused = solver or Solver(), ""
    if not checked:
        _check(model, subjects, doses)
    work = _Work(model, subjects, np.asarray(times, dtype=float), tuple(columns), doses, solver, lean, progress)
    if asked(engine, [work.amount], solver=solver) == LANES:
        try:
            return work.in_lanes(exact)
        except NotForLanes as problem:
            if engine == LANES:
                raise
            refused = str(problem)
    return work.one_by_one(refused)


def asked(engine: str, amounts: Iterable[Amount] = (), structures: int = 1, *, solver: Solver | None = None) -> str:
    """Return which engine is to run all of some runs, if it can: lanes or roadrunner.

    amounts: how much there is to run. structures: in how many models. ``auto`` takes lanes where these are faster, if
    llvmlite is there and nobody asked for more than they give. That is what a relative tolerance below RoadRunner's
    usual 1e-8 does; others are RoadRunner's alone, as lanes have their own accuracy.
    Raises UnknownName for an engine that does not exist, MissingLibrary for lanes without llvmlite.
    """
    if engine not in ENGINES:
        raise unknown("engine", engine, ENGINES)
    if engine == LANES:
        library.demand()
    if engine != AUTO:
        return engine
    tight = solver is not None and solver.relative_tolerance < Solver().relative_tolerance
    worth = library.installed() and not tight and lanes_are_faster(amounts, structures)
    return LANES if worth else ROADRUNNER


def prepare(model: Model, columns: Sequence[str], doses: tuple[Dose, ...] = ()) -> None:
    """Compile a model with doses for lanes, so that processes that are made later have it.

    Raises NotForLanes, with what lanes do not do, if they cannot run it.
    """
    from ranklsys.sbml.structure import structure

    taped = _taped(structure(model.base, model.courses(doses)), tuple(columns))
    from ranklsys.model.lanes import batch

    batch.ready(taped)


def described(engine: str, solver: Solver, exact: bool = False) -> dict[str, object]:
    """Return an engine with its settings and version, for the record."""
    if engine == ROADRUNNER:
        return solver.describe()
    own = _of_lanes(solver, EXACT if exact else TOLERANCE)
    return {**own.describe(), "engine": f"lanes, Rodas5P, LLVM by llvmlite {installed_version('llvmlite')}"}


def _of_lanes(solver: Solver, tolerance: float) -> Solver:
    """Return the solver with the tolerances of lanes, which need none by size: they have a floor for each state."""
    return replace(solver, relative_tolerance=tolerance, by_state=())


def _taped(text: str, columns: tuple[str, ...]) -> Tapes:
    from ranklsys.sbml.pruned import reduced
    from ranklsys.sbml.tapes.tape import tapes

    return tapes(reduced(text, columns), columns)


class _Work:
    """What is to be run, in the words of an engine."""

    def __init__(
        self,
        model: Model,
        subjects: Subjects,
        times: Array,
        columns: tuple[str, ...],
        doses: Doses,
        solver: Solver,
        lean: bool,
        progress: Callable[[int], object] | None,
    ) -> None:
        from ranklsys.model.dose_courses import numbers_of, read_doses
        from ranklsys.model.times import at_due
        from ranklsys.sbml.pruned import reduced
        from ranklsys.sbml.structure import structure

        given = read_doses(doses)
        courses = model.courses(given)
        self.columns, self.solver, self.progress = columns, solver, progress
        self.amount = Amount(len(subjects), given, float(times.max(initial=0.0)), times.shape[-1])
        self.text = structure(model.base, courses)
        self.alone = reduced(self.text, columns) if lean else self.text
        common = Subjects.of([{**numbers_of(courses), **model.changes}])
        self.numbers = weighed(model, subjects, given).over(common)
        self.rows = np.broadcast_to(times, (len(subjects), times.shape[-1]))
        for course in courses:
            own = (self.numbers.column(f"{course.id}_{name}")[:, None] for name in SCHEDULE)
            self.rows = at_due(self.rows, *own)

    def one_by_one(self, refused: str) -> Runs:
        """Return the runs of RoadRunner."""
        number = len(self.numbers)
        array = np.full((number, self.rows.shape[1], len(self.columns)), np.nan)
        failures: dict[int, str] = {}
        for place in range(number):
            self._alone(place, array, failures)
            if self.progress is not None:
                self.progress(place + 1)
        return Runs(array, (ROADRUNNER,) * number, failures, {}, refused, self.solver.describe())

    def in_lanes(self, exact: bool) -> Runs:
        """Return the runs of lanes. Raises NotForLanes."""
        taped = _taped(self.text, self.columns)
        from ranklsys.model.lanes import batch

        own = _of_lanes(self.solver, EXACT if exact else TOLERANCE)
        absolute = np.array(own.absolute(taped.states))
        found = batch.simulate(taped, self.numbers, self.rows, own.relative_tolerance, absolute, self.progress)
        engines, taken_over = [LANES] * len(self.numbers), {}
        failures: dict[int, str] = {}
        for place, end in sorted(found.failures.items()):
            engines[place] = ROADRUNNER
            taken_over[place] = f"its lane ended at {end.time:.6g} d, where '{end.state}' was {end.value:.4g}"
            self._alone(place, found.array, failures)
        about = described(LANES, self.solver, exact)
        return Runs(found.array, tuple(engines), failures, taken_over, "", about)

    @cached_property
    def _numbers_alone(self) -> Subjects:
        from ranklsys.sbml.facts import facts

        return self.numbers.among(facts(self.alone).elements)

    def _alone(self, place: int, array: Array, failures: dict[int, str]) -> None:
        """Run one subject by RoadRunner."""
        from ranklsys.model import engine

        numbers = self._numbers_alone.row(place)
        rows, places = np.unique(self.rows[place], return_inverse=True)
        try:
            array[place] = engine.simulate(self.alone, numbers, rows, self.columns, self.solver)[places]
        except SimulationError as problem:
            array[place] = np.nan
            failures[place] = str(problem)


def _check(model: Model, subjects: Subjects, doses: Doses) -> None:
    """Raise what ``Model.set`` raises for a number that cannot be set; each id once, at its least and its most."""
    from ranklsys.model.dose_courses import numbers_of, read_doses

    of_doses = numbers_of(model.courses(read_doses(doses)))
    for place, name in enumerate(subjects.names):
        given = subjects.values[:, place]
        given = given[~np.isnan(given)]
        for value in (float(given.min()), float(given.max())) if len(given) and name not in of_doses else ():
            model.number_of(name, value)


def weighed(model: Model, subjects: Subjects, given: tuple[Dose, ...]) -> Subjects:
    """Return the subjects with the amounts of doses per body, which go with the weight of each."""
    from ranklsys.model.dose_courses import numbers_of, per_body

    if WEIGHT not in subjects.names or not any(map(per_body, given)):
        return subjects
    weights = subjects.column(WEIGHT).tolist()
    heavy = ({WEIGHT: weight} if weight == weight else {} for weight in weights)
    each = (replace(model, changes={**model.changes, **own}) for own in heavy)
    return subjects.over(Subjects.of([numbers_of(own.courses(given)) for own in each]))
