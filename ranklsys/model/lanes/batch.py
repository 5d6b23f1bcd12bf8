"""Batch: subjects of one model in lanes. A lane whose subject is done, or has failed, takes the next one.

So a subject that needs many steps holds up nobody, and what a subject gets depends neither on who runs beside it nor
on how many there are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranklsys.errors import NotForLanes
from ranklsys.model.lanes.advance import advance, compute
from ranklsys.model.lanes.machine import FAILED, IDLE, RUNNING, Lanes, lanes, machine
from ranklsys.model.subjects import Subjects
from ranklsys.sbml.tapes.tape import Tapes, tapes

Numbers = NDArray[np.float64]

ROUNDS = 200
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
"""A model on which to load the kernels."""


def load(report: Callable[[str], object] | None = None) -> float:
    """Load the kernels, compiled once for this machine, and return how long it took [s]. report: told in words."""
    if advance.signatures:
        return 0.0
    begun = time.perf_counter()
    known = any(Path(advance.stats.cache_path).glob("*.nbi"))
    if report is not None and not known:
        report("lanes are compiled for this machine, once; this takes about half a minute")
    still = tapes(STILL, ("x",))
    simulate(still, [{}], np.array([[0.0, 1.0]]), 1e-3, np.ones(1))
    taken = time.perf_counter() - begun
    if report is not None and not known:
        report(f"lanes are compiled, in {taken:.0f} s; later starts load them")
    return taken


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
    m, s = machine(model), lanes(model)
    registers = np.array([register for register, _ in model.numbers.values()], np.int64)
    given = _numbers(model, subjects)
    batch = Batch(np.full((len(subjects), rows.shape[1], len(model.columns)), np.nan))
    batch.steps, batch.rejected = np.zeros((2, len(subjects)), np.int64)
    following, told = 0, 0
    rows = np.ascontiguousarray(rows, np.float64)
    while True:
        free = np.flatnonzero(s.status != RUNNING)
        for lane in free.tolist():
            _end(model, s, lane, batch)
        new = free[: len(subjects) - following]
        if len(new):
            places = np.arange(following, following + len(new))
            following += len(new)
            s.registers[registers[:, None], new[None, :]] = given[places].T
            _begin(model, s, new, places, absolute)
        if not (s.status == RUNNING).any():
            break
        advance(m, s, rows, batch.array, tolerance, ROUNDS)
        done = following - int((s.status == RUNNING).sum())
        if progress is not None and done > told:
            progress(done)
            told = done
    batch.rounds = int(s.rounds[0])
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


def _begin(model: Tapes, s: Lanes, new: NDArray[np.int64], places: NDArray[np.int64], absolute: Numbers) -> None:
    """Put subjects at the start of new lanes; what runs in the others is computed again, to the same bits."""
    states = len(model.states)
    compute(model.start, s.registers)
    first = s.registers[model.starts]
    s.now[:, new], s.most[:, new] = first[:states, new], np.abs(first[:states, new])
    moved = np.arange(model.state, model.state + len(first))
    s.registers[moved[:, None], new[None, :]] = first[:, new]
    compute(model.switched, s.registers)
    s.absolute[:, new] = absolute[:, None] / s.registers[model.volumes][:, new]
    s.subject[new], s.status[new], s.arriving[new] = places, RUNNING, 2
    s.pending[:, new] = False
    s.work[:, new] = 0
    for empty in (s.time, s.step, s.stop, s.first_step):
        empty[new] = 0.0
    for none in (s.row, s.tried):
        none[new] = 0


def _end(model: Tapes, s: Lanes, lane: int, batch: Batch) -> None:
    """Note how a lane has ended, and leave it idle."""
    if s.status[lane] == IDLE:
        return
    place = int(s.subject[lane])
    batch.steps[place], batch.rejected[place] = s.work[:, lane]
    if s.status[lane] == FAILED:
        wrong = np.abs(s.stages[-1, :, lane]) / (np.abs(s.now[:, lane]) + 1e-9)
        worst = int(np.argmax(np.where(np.isnan(wrong), np.inf, wrong)))
        batch.failures[place] = Failure(float(s.time[lane]), model.states[worst], float(s.now[worst, lane]))
    s.status[lane] = IDLE
