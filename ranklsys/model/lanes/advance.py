"""Advance: lanes side by side, each with its own time and step size, until one of them is done."""

from __future__ import annotations

from typing import Any

import numpy as np

from ranklsys.model.lanes.arithmetic import LANES, combine, eliminate, kernel, run
from ranklsys.model.lanes.machine import FAILED, RUNNING
from ranklsys.model.lanes.method import GAMMA, STAGES
from ranklsys.model.lanes.moments import stand_still

FLOOR = 1e-4
"""Below this part of the most there was of it, a state is followed no more closely."""

SHORTEST = 1e-14
"""A step this short beside the time means that a solution does not go on."""

MOST_STEPS = 20_000
"""Between two moments in which a lane stands still."""


@kernel
def advance(m: Any, s: Any, rows: Any, out: Any, tolerance: float, rounds: int) -> None:
    """Advance until a lane is done or has failed, or for so many rounds.

    rows: subjects x rows [time], ascending; out: subjects x rows x columns, written here. tolerance: relative.
    """
    for _ in range(rounds):
        arrived, running, ended = False, False, False
        for lane in range(LANES):
            arrived |= s.status[lane] == RUNNING and s.arriving[lane] != 0
        if arrived:
            stand_still(m, s, rows, out)
        for lane in range(LANES):
            running |= s.status[lane] == RUNNING
            ended |= s.status[lane] > RUNNING
        if ended or not running:
            return
        for lane in range(LANES):
            s.size[lane] = _next_size(s, lane)
            s.scale[lane] = 1.0 / s.size[lane]
        _step(m, s)
        _measure(m, s, tolerance)
        s.rounds[0] += 1
        seen = False
        for lane in range(LANES):
            if s.status[lane] == RUNNING:
                seen |= _judge(s, lane, rows)
        while seen:
            seen = _rows_between(m, s, rows, out)
        _take(s)


@kernel
def _next_size(s: Any, lane: int) -> float:
    """Return the size of the next step of a lane: after a stop that of the one after the last stop, and never beyond."""
    if s.status[lane] != RUNNING:
        return 1.0
    left = s.stop[lane] - s.time[lane]
    if s.fresh[lane] == 2:
        first = s.first_step[lane] if s.first_step[lane] > 0.0 else 1e-4 * left
        s.step[lane] = first if s.step[lane] <= 0.0 else min(first, s.step[lane])
    size = s.step[lane]
    if 1.01 * size >= left:
        return left
    return 0.5 * left if 2.0 * size > left else size


@kernel
def _step(m: Any, s: Any) -> None:
    """Take a step of each lane from ``now`` to ``next``; the last stage is its error."""
    states = s.now.shape[0]
    for i in range(states):
        for lane in range(LANES):
            s.registers[m.state + i, lane] = s.now[i, lane]
    run(m.moves, s.registers)
    for each in range(s.matrix.shape[0]):
        for lane in range(LANES):
            s.matrix[each, lane] = 0.0
    for each in range(m.entries.shape[0]):
        place, register = m.entries[each], m.jacobian[each]
        for lane in range(LANES):
            s.matrix[place, lane] = -s.registers[register, lane]
    for i in range(states):
        place = m.diagonal[i]
        for lane in range(LANES):
            s.matrix[place, lane] += s.scale[lane] * (1.0 / GAMMA)
    eliminate(s.matrix, s.matrix, m.factor)
    for i in range(states):
        register = m.move[i]
        for lane in range(LANES):
            s.stages[0, i, lane] = s.registers[register, lane]
    eliminate(s.stages[0], s.matrix, m.solve)
    for stage in range(1, STAGES):
        for i in range(states):
            if stage < STAGES - 2:
                combine(s.registers[m.state + i], s.now[i], s.stages, i, m.argument[stage], stage, s.ones)
            else:
                for lane in range(LANES):
                    s.registers[m.state + i, lane] += s.stages[stage - 1, i, lane]
        run(m.slopes, s.registers)
        for i in range(states):
            combine(s.stages[stage, i], s.registers[m.slope[i]], s.stages, i, m.carried[stage], stage, s.scale)
        eliminate(s.stages[stage], s.matrix, m.solve)
    for i in range(states):
        for lane in range(LANES):
            s.next[i, lane] = s.registers[m.state + i, lane] + s.stages[STAGES - 1, i, lane]


@kernel
def _measure(m: Any, s: Any, tolerance: float) -> None:
    """Measure the error of each lane's step, in tolerances: the root mean square over states."""
    states = s.now.shape[0]
    for lane in range(LANES):
        s.error[lane] = 0.0
    for i in range(states):
        for lane in range(LANES):
            size = max(max(abs(s.now[i, lane]), abs(s.next[i, lane])), FLOOR * s.most[i, lane])
            part = s.stages[STAGES - 1, i, lane] / (s.absolute[i, lane] + tolerance * size)
            s.error[lane] += part * part
    for lane in range(LANES):
        s.error[lane] = np.sqrt(s.error[lane] / states)


@kernel
def _judge(s: Any, lane: int, rows: Any) -> bool:
    """Say how long a lane's next step is, and whether this one is taken. Return whether a row lies within it."""
    size, error = s.size[lane], s.error[lane]
    s.work[0, lane] += 1
    s.tried[lane] += 1
    end = rows[s.subject[lane], rows.shape[1] - 1]
    taken = error <= 1.0
    if s.tried[lane] > MOST_STEPS or (not taken and size < SHORTEST * max(s.time[lane], 1e-6 * end)):
        s.status[lane] = FAILED
        return False
    longer = size * min(max(0.9 * max(error, 1e-10) ** -0.2, 0.1), 6.0) if error < 1e10 else 0.1 * size
    if not taken:
        s.work[1, lane] += 1
        s.step[lane] = min(longer, 0.9 * size)
        s.fresh[lane] = min(s.fresh[lane], 1)
        return False
    last = size >= s.stop[lane] - s.time[lane]
    if s.fresh[lane] != 0:
        s.fresh[lane] = 0
        if not last:
            s.first_step[lane] = longer
    if not last or longer > s.step[lane]:
        s.step[lane] = longer
    return _row_waits(s, lane, rows)


@kernel
def _row_waits(s: Any, lane: int, rows: Any) -> bool:
    """Whether the next row of a lane lies within its step, and not where it stands still."""
    row = s.row[lane]
    if row == rows.shape[1] or s.status[lane] != RUNNING or not s.error[lane] <= 1.0:
        return False
    time, left = rows[s.subject[lane], row], s.stop[lane] - s.time[lane]
    return time < s.stop[lane] if s.size[lane] >= left else time <= s.time[lane] + s.size[lane]


@kernel
def _rows_between(m: Any, s: Any, rows: Any, out: Any) -> bool:
    """Write the next row of each lane that has one within its step. Return whether there are more."""
    part, waits = s.part, False
    for lane in range(LANES):
        part[lane] = 0.0
        if _row_waits(s, lane, rows):
            part[lane] = (rows[s.subject[lane], s.row[lane]] - s.time[lane]) / s.size[lane]
    for i in range(s.now.shape[0]):
        for lane in range(LANES):
            x = part[lane]
            a, b, c = 0.0, 0.0, 0.0
            for stage in range(STAGES):
                k = s.stages[stage, i, lane]
                a += m.between[0, stage] * k
                b += m.between[1, stage] * k
                c += m.between[2, stage] * k
            inner = s.next[i, lane] + (1.0 - x) * (a + x * (b + x * c))
            s.registers[m.state + i, lane] = (1.0 - x) * s.now[i, lane] + x * inner
    run(m.output, s.registers)
    for lane in range(LANES):
        if _row_waits(s, lane, rows):
            for column in range(m.seen.shape[0]):
                out[s.subject[lane], s.row[lane], column] = s.registers[m.seen[column], lane]
            s.row[lane] += 1
            waits |= _row_waits(s, lane, rows)
    return waits


@kernel
def _take(s: Any) -> None:
    """Bring lanes to the end of their steps, if those are taken."""
    for i in range(s.now.shape[0]):
        for lane in range(LANES):
            taken = s.error[lane] <= 1.0 and s.status[lane] == RUNNING
            now = s.next[i, lane] if taken else s.now[i, lane]
            s.now[i, lane] = now
            s.most[i, lane] = max(s.most[i, lane], abs(now))
    for lane in range(LANES):
        if s.error[lane] <= 1.0 and s.status[lane] == RUNNING:
            if s.size[lane] >= s.stop[lane] - s.time[lane]:
                s.time[lane], s.arriving[lane] = s.stop[lane], 1
            else:
                s.time[lane] += s.size[lane]
