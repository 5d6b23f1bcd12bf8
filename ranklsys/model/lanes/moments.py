"""Moments: where a lane stands still: its events act, its rows are written, and it learns when it stands still next.

Events act as SBML says: one that is triggered acts, after which others may be triggered or, if they do not persist, no
longer; in the order of the file where nothing else decides. ``time > x`` holds just after x, after the rows at x.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ranklsys.model.lanes.arithmetic import LANES, kernel, run
from ranklsys.model.lanes.machine import DONE, FAILED

BEFORE, AT, AFTER = -1, 0, 1
"""Sides of a moment: a trigger that compares with the time may differ there."""

MOST_EVENTS = 1000
"""In one moment; then they trigger each other for ever."""


@kernel
def holds(
    first: Any, relations: Any, compared: Any, registers: Any, time: float, event: int, lane: int, side: int
) -> bool:
    """Whether the trigger of an event holds in a lane, now, or just before or after."""
    for each in range(first[event], first[event + 1]):
        relation, number = relations[each], registers[compared[each], lane]
        if relation == 0:
            true = time > number if side == BEFORE else time >= number
        elif relation == 1:
            true = time >= number if side == AFTER else time > number
        elif relation == 2:
            true = time <= number if side == BEFORE else time < number
        elif relation == 3:
            true = time < number if side == AFTER else time <= number
        elif relation == 4:
            true = number > 0.0
        elif relation == 5:
            true = number >= 0.0
        elif relation == 6:
            true = number == 0.0
        else:
            true = number != 0.0
        if not true:
            return False
    return True


@kernel
def next_stop(first: Any, relations: Any, compared: Any, registers: Any, time: float, lane: int, row: float) -> float:
    """Return the time at which the next event of a lane may act, or its next row."""
    found = row
    for event in range(first.shape[0] - 1):
        due, possible = np.inf, True
        for each in range(first[event], first[event + 1]):
            relation, number = relations[each], registers[compared[each], lane]
            if relation <= 1:
                due = number if time < number < due else due
            elif relation >= 4:
                possible &= (
                    (relation == 4 and number > 0.0)
                    or (relation == 5 and number >= 0.0)
                    or (relation == 6 and number == 0.0)
                    or (relation == 7 and number != 0.0)
                )
        if possible and due < found:
            found = due
    return found


@kernel
def _trigger(m: Any, s: Any, event: int, lane: int) -> None:
    """Note that an event is triggered, and its values if it takes those of this moment."""
    s.pending[event, lane] = True
    if m.at_trigger[event]:
        run(m.tape[m.steps[event] : m.steps[event + 1]], s.registers)
        for each in range(m.changes[event], m.changes[event + 1]):
            s.saved[each, lane] = s.registers[m.values[each], lane]


@kernel
def _act(m: Any, s: Any, event: int) -> None:
    """Let an event act in all lanes in which it is pending, and trigger what follows from it."""
    events = m.first.shape[0] - 1
    if not m.at_trigger[event]:
        run(m.tape[m.steps[event] : m.steps[event + 1]], s.registers)
    for lane in range(LANES):
        if s.pending[event, lane]:
            for other in range(events):
                s.held[other, lane] = holds(m.first, m.relation, m.compared, s.registers, s.time[lane], other, lane, AT)
            if not m.at_trigger[event]:
                for each in range(m.changes[event], m.changes[event + 1]):
                    s.saved[each, lane] = s.registers[m.values[each], lane]
            for each in range(m.changes[event], m.changes[event + 1]):
                s.registers[m.targets[each], lane] = s.saved[each, lane]
    run(m.switched, s.registers)
    for lane in range(LANES):
        if s.pending[event, lane]:
            s.pending[event, lane], s.acted[lane] = False, True
            for other in range(events):
                true = holds(m.first, m.relation, m.compared, s.registers, s.time[lane], other, lane, AT)
                if true and not s.held[other, lane]:
                    _trigger(m, s, other, lane)
                elif s.pending[other, lane] and not true and not m.persistent[other]:
                    s.pending[other, lane] = False


@kernel
def _settle(m: Any, s: Any, side: int) -> None:
    """Let all events act that are triggered on one side of the moment in which lanes stand still."""
    events = m.first.shape[0] - 1
    any_pending = False
    for lane in range(LANES):
        if s.arriving[lane] != 0:
            for event in range(events):
                if side == AFTER:
                    held = holds(m.first, m.relation, m.compared, s.registers, s.time[lane], event, lane, AT)
                elif s.arriving[lane] == 2:
                    held = m.held_before[event]
                else:
                    held = holds(m.first, m.relation, m.compared, s.registers, s.time[lane], event, lane, BEFORE)
                if not held and holds(m.first, m.relation, m.compared, s.registers, s.time[lane], event, lane, side):
                    _trigger(m, s, event, lane)
                    any_pending = True
    acted = 0
    while any_pending:
        any_pending = False
        for event in range(events):
            found = False
            for lane in range(LANES):
                if s.pending[event, lane]:
                    found = True
            if found:
                acted += 1
                _act(m, s, event)
                any_pending = True
                break
        if acted > MOST_EVENTS * (events + 1):
            for lane in range(LANES):
                for event in range(events):
                    if s.pending[event, lane]:
                        s.status[lane] = FAILED
                        s.pending[event, lane] = False


@kernel
def stand_still(m: Any, s: Any, rows: Any, out: Any) -> None:
    """Do all that happens where lanes stand still. rows: subjects x rows [time]; out: subjects x rows x columns."""
    states = s.now.shape[0]
    for i in range(states):
        for lane in range(LANES):
            s.registers[m.state + i, lane] = s.now[i, lane]
    for lane in range(LANES):
        s.registers[m.clock, lane] = s.time[lane]
    _settle(m, s, AT)
    for i in range(states):
        for lane in range(LANES):
            if s.arriving[lane] != 0:
                s.now[i, lane] = s.registers[m.state + i, lane]
    run(m.output, s.registers)
    for lane in range(LANES):
        if s.arriving[lane] != 0:
            row = s.row[lane]
            while row < rows.shape[1] and rows[s.subject[lane], row] <= s.time[lane]:
                for column in range(m.seen.shape[0]):
                    out[s.subject[lane], row, column] = s.registers[m.seen[column], lane]
                row += 1
            s.row[lane] = row
    _settle(m, s, AFTER)
    for lane in range(LANES):
        if s.arriving[lane] != 0:
            for i in range(states):
                s.now[i, lane] = s.registers[m.state + i, lane]
                s.most[i, lane] = max(s.most[i, lane], abs(s.now[i, lane]))
            if s.acted[lane] or s.arriving[lane] == 2:
                s.fresh[lane] = 2
            s.arriving[lane], s.acted[lane], s.tried[lane] = 0, False, 0
            row = rows[s.subject[lane], min(s.row[lane], rows.shape[1] - 1)]
            s.stop[lane] = next_stop(m.first, m.relation, m.compared, s.registers, s.time[lane], lane, row)
            if s.row[lane] == rows.shape[1] and s.status[lane] != FAILED:
                s.status[lane] = DONE
