"""Room: where everything of eight subjects stands while they run; each place holds a number of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranklsys.model.lanes.method import STAGES
from ranklsys.model.lanes.vectors import LANES
from ranklsys.sbml.tapes.tape import Tapes

IDLE, RUNNING, DONE, FAILED = range(4)
Numbers = NDArray[np.float64]

NOT_NEW, FRESH, STOOD_STILL = range(3)
"""Whether a lane has moved since its last stop, has not, or has not even tried."""

UNDER_WAY, ARRIVED, AT_START = range(3)


@dataclass(frozen=True)
class Room:
    """Places of the room, most of them the first of several.

    Registers come first. now, next: by state, at the begin and end of a step. stages, matrix: of a step, factored.
    most: the most there was of each state. allowed: tolerances of states as amounts; absolute: as what states are.
    seen: columns of a row. saved: what events will assign. pending: events that are triggered. held, holding: triggers
    before and after. time, step, stop: of a lane, and when it next stands still. first_step: the right one after a
    stop. size, scale: of the step under way, and its inverse. row: the next. subject: whose. end: the last row.
    acted: whether events did; acts: how many. tried: steps since the last stop. steps, rejected: of the subject.
    tolerance: relative. following: the subject that comes next. rounds: steps of all lanes together.
    """

    now: int
    next: int
    stages: int
    matrix: int
    most: int
    allowed: int
    absolute: int
    seen: int
    saved: int
    pending: int
    held: int
    holding: int
    time: int
    step: int
    stop: int
    first_step: int
    size: int
    scale: int
    row: int
    subject: int
    end: int
    status: int
    fresh: int
    arriving: int
    acted: int
    acts: int
    tried: int
    steps: int
    rejected: int
    tolerance: int
    following: int
    rounds: int
    length: int


def room(tapes: Tapes) -> Room:
    """Return the room that a model needs."""
    states, events = len(tapes.states), len(tapes.events.names)
    several = {
        "now": states,
        "next": states,
        "stages": STAGES * states,
        "matrix": tapes.elimination.size,
        "most": states,
        "allowed": states,
        "absolute": states,
        "seen": len(tapes.columns),
        "saved": len(tapes.events.values),
        "pending": events,
        "held": events,
        "holding": events,
    }
    found, place = {}, tapes.registers
    for name in Room.__dataclass_fields__:
        found[name] = place
        place += several.get(name, 1)
    return Room(**found)


def empty(length: int) -> Numbers:
    """Return a room (places x lanes) that begins where vectors may."""
    whole = np.zeros((length + 1) * LANES)
    first = -whole.ctypes.data // whole.itemsize % LANES
    return whole[first : first + length * LANES].reshape(length, LANES)
