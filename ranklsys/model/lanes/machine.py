"""Machine: what the kernels read (the tapes) and write (the lanes), as plain arrays under names."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ranklsys.model.lanes.arithmetic import LANES
from ranklsys.model.lanes.method import ARGUMENT, CARRIED, STAGES
from ranklsys.sbml.tapes.tape import Tapes

IDLE, RUNNING, DONE, FAILED = range(4)
Numbers = NDArray[np.float64]
Places = NDArray[np.int32]
Flags = NDArray[np.bool_]


class Machine(NamedTuple):
    """The tapes of a model, as in ``Tapes``, and the method.

    diagonal: entries of the matrix by state. filled: those that are not in the Jacobian. order: states one by one.
    """

    state: int
    clock: int
    order: Places
    switched: Places
    slopes: Places
    slope: Places
    moves: Places
    move: Places
    jacobian: Places
    entries: Places
    filled: Places
    diagonal: Places
    factor: Places
    solve: Places
    output: Places
    seen: Places
    first: Places
    relation: Places
    compared: Places
    steps: Places
    tape: Places
    changes: Places
    targets: Places
    values: Places
    held_before: Flags
    persistent: Flags
    at_trigger: Flags
    argument: Numbers
    carried: Numbers


class Lanes(NamedTuple):
    """The lanes, the last axis of nearly all.

    registers. now, next: states x lanes, at the begin and end of a step. stages. matrix: factored. most: the most there
    was of each state. absolute: tolerances. time, step, stop: of a lane, and when it next stands still. first_step: the
    right one after a stop. size, scale, error, growth, taken: of the step under way, its inverse, how wrong it is, by
    what the next is longer, whether it counts. row: the next. subject: whose.
    status. fresh: 2 if it has just stood still, 1 if it has not moved since. arriving: 1 if it stands still, 2 at the
    start. acted: whether events did. pending: those triggered. held: triggers before an event acted. saved: what
    events will assign. work: steps and rejected steps by lane. rounds: of all lanes. tried: steps since the last stop.
    """

    registers: Numbers
    now: Numbers
    next: Numbers
    stages: Numbers
    matrix: Numbers
    most: Numbers
    absolute: Numbers
    time: Numbers
    step: Numbers
    stop: Numbers
    first_step: Numbers
    size: Numbers
    scale: Numbers
    ones: Numbers
    error: Numbers
    growth: Numbers
    taken: Flags
    row: NDArray[np.int64]
    subject: NDArray[np.int64]
    status: NDArray[np.int64]
    fresh: NDArray[np.int64]
    arriving: NDArray[np.int64]
    acted: Flags
    pending: Flags
    held: Flags
    saved: Numbers
    work: NDArray[np.int64]
    rounds: NDArray[np.int64]
    tried: NDArray[np.int64]


def machine(tapes: Tapes) -> Machine:
    """Return the tapes of a model as the kernels take them."""
    events, solving = tapes.events, tapes.elimination
    return Machine(
        state=tapes.state,
        clock=tapes.clock,
        order=np.arange(len(tapes.states), dtype=np.int32),
        switched=tapes.switched,
        slopes=tapes.slopes,
        slope=tapes.slope,
        moves=tapes.moves,
        move=tapes.move,
        jacobian=tapes.jacobian,
        entries=solving.entries,
        filled=np.setdiff1d(np.arange(solving.size), solving.entries).astype(np.int32),
        diagonal=solving.diagonal,
        factor=solving.factor,
        solve=solving.solve,
        output=tapes.output,
        seen=tapes.seen,
        first=events.first,
        relation=events.relation,
        compared=events.compared,
        steps=events.steps,
        tape=events.tape,
        changes=events.changes,
        targets=events.targets,
        values=events.values,
        held_before=events.held_before,
        persistent=events.persistent,
        at_trigger=events.at_trigger,
        argument=ARGUMENT,
        carried=CARRIED,
    )


def lanes(tapes: Tapes) -> Lanes:
    """Return lanes in which nobody runs yet."""
    states, events = len(tapes.states), len(tapes.events.names)
    one, whole = np.zeros(LANES), np.zeros(LANES, np.int64)
    registers = np.zeros((tapes.registers, LANES))
    registers[tapes.constants[0]] = tapes.constants[1][:, None]
    return Lanes(
        registers=registers,
        now=np.zeros((states, LANES)),
        next=np.zeros((states, LANES)),
        stages=np.zeros((STAGES, states, LANES)),
        matrix=np.zeros((tapes.elimination.size, LANES)),
        most=np.zeros((states, LANES)),
        absolute=np.zeros((states, LANES)),
        time=one.copy(),
        step=one.copy(),
        stop=one.copy(),
        first_step=one.copy(),
        size=np.ones(LANES),
        scale=np.ones(LANES),
        ones=np.ones(LANES),
        error=one.copy(),
        growth=one.copy(),
        taken=np.zeros(LANES, np.bool_),
        row=whole.copy(),
        subject=whole.copy(),
        status=whole.copy(),
        fresh=whole.copy(),
        arriving=whole.copy(),
        acted=np.zeros(LANES, np.bool_),
        pending=np.zeros((events, LANES), np.bool_),
        held=np.zeros((events, LANES), np.bool_),
        saved=np.zeros((len(tapes.events.values), LANES)),
        work=np.zeros((2, LANES), np.int64),
        rounds=np.zeros(1, np.int64),
        tried=whole.copy(),
    )
