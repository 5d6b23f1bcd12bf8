"""Batch: subjects of one model in lanes. A lane whose subject is done, or has failed, takes the next one.

So a subject that needs many steps holds up nobody, and what a subject gets depends neither on who runs beside it nor
on how many there are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ranklsys.errors import NotForLanes
from ranklsys.model.lanes.compiler import Compiled, compiled
from ranklsys.model.lanes.method import STAGES
from ranklsys.model.lanes.program import program
from ranklsys.model.lanes.room import FAILED, IDLE, RUNNING, Room, empty, room
from ranklsys.model.subjects import Subjects
from ranklsys.sbml.cache import recalled
from ranklsys.sbml.tapes.tape import Tapes, tapes

Numbers = NDArray[np.float64]

ROUNDS = 5000
"""Of all lanes, before progress is told; some 50 ms."""


@dataclass(frozen=True)
class Failure:
    """Where a lane came to its end. state: what was worst there, from ``value`` on."""

    time: float
    state: str
    value: float


@dataclass
class Batch:
    """What came of subjects. array: subjects x rows x columns, NaN from where one failed.

    failures: by place of the subject. steps, rejected: of each subject. rounds: steps of all lanes together.
    """

    array: Numbers
    failures: dict[int, Failure] = field(default_factory=dict)
    steps: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    rejected: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    rounds: int = 0


STILL = """<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"><model>
<listOfParameters><parameter id="x" value="1" constant="false"/></listOfParameters>
<listOfRules><rateRule variable="x"><math xmlns="http://www.w3.org/1998/Math/MathML"><cn>1</cn></math></rateRule>
</listOfRules></model></sbml>"""
"""A model with which to load LLVM."""


def load() -> float:
    """Load LLVM and run a model of one state, and return how long it took [s]."""
    begun = time.perf_counter()
    simulate(tapes(STILL, ("x",)), [{}], np.array([[0.0, 1.0]]), 1e-3, np.ones(1))
    return time.perf_counter() - begun


@recalled(32)
def ready(model: Tapes) -> tuple[Room, Compiled]:
    """Return where everything of a model stands, and its machine code."""
    places = room(model)
    return places, compiled(program(model, places))


def simulate(
    model: Tapes,
    subjects: Subjects | Sequence[Mapping[str, float]],
    rows: Numbers,
    tolerance: float,
    absolute: Numbers,
    progress: Callable[[int], object] | None = None,
) -> Batch:
    """Return the courses of subjects.

    subjects: numbers in place of those that are written. rows: subjects x times, ascending, from 0 on.
    tolerance: relative, of a step. absolute: of each state, as an amount. progress: told how many are done.
    Raises NotForLanes if a number that is needed is not written and not given.
    """
    if not isinstance(subjects, Subjects):
        subjects = Subjects.of(subjects)
    given = _numbers(model, subjects)
    places, code = ready(model)
    number = len(subjects)
    batch = Batch(np.full((number, rows.shape[1], len(model.columns)), np.nan))
    rows, work = np.ascontiguousarray(rows, np.float64), np.zeros((number, 2))
    room_of_all = empty(places.length)
    room_of_all[places.tolerance] = tolerance
    room_of_all[places.allowed : places.allowed + len(model.states)] = absolute[:, None]
    tables = [each.ctypes.data for each in (room_of_all, given, rows, batch.array, work)]
    status, told = room_of_all[places.status], 0
    while True:
        code.advance(*tables, rows.shape[1], number, ROUNDS)
        for lane in np.flatnonzero(status == FAILED).tolist():
            _fail(model, places, room_of_all, lane, batch, work)
        running, following = int((status == RUNNING).sum()), int(room_of_all[places.following, 0])
        if progress is not None and following - running > told:
            told = following - running
            progress(told)
        if not running and following == number:
            break
    batch.steps, batch.rejected = work.T.astype(np.int64)
    batch.rounds = int(room_of_all[places.rounds, 0])
    for place in np.flatnonzero(~np.isfinite(batch.array).all(axis=(1, 2))).tolist():
        batch.failures.setdefault(place, Failure(float(rows[place, -1]), model.columns[0], float("nan")))
    return batch


def _numbers(model: Tapes, subjects: Subjects) -> Numbers:
    """Return the numbers of each subject (subjects x numbers). Raises NotForLanes for one that nobody gives."""
    place = {name: number for number, name in enumerate(model.numbers)}
    found = np.tile([value for _, value in model.numbers.values()], (len(subjects), 1))
    for name, column in zip(subjects.names, subjects.values.T, strict=True):
        if name in place:
            given = ~np.isnan(column)
            found[given, place[name]] = column[given]
            if name in model.amounts:
                found[given, place[model.amounts[name]]] = 0.0
    for name, number in place.items():
        if np.isnan(found[:, number]).any():
            raise NotForLanes("has no value", where=f"'{name.strip()}'", hint="Give it one")
    return found


def _fail(model: Tapes, places: Room, everything: Numbers, lane: int, batch: Batch, work: Numbers) -> None:
    """Note how a lane has failed, and leave it idle."""
    subject, states = int(everything[places.subject, lane]), len(model.states)
    work[subject] = everything[[places.steps, places.rejected], lane]
    now = everything[places.now : places.now + states, lane]
    wrong = np.abs(everything[places.stages + (STAGES - 1) * states :][:states, lane]) / (np.abs(now) + 1e-9)
    worst = int(np.argmax(np.where(np.isnan(wrong), np.inf, wrong)))
    batch.failures[subject] = Failure(float(everything[places.time, lane]), model.states[worst], float(now[worst]))
    everything[places.status, lane] = IDLE
