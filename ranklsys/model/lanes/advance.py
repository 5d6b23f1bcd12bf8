"""Advance: lanes side by side, each with its own time and step size, until one of them is done."""

from __future__ import annotations

from typing import Any

import numpy as np

from ranklsys.model.lanes.arithmetic import LANES, combine, eliminate, exponential, kept, kernel, logarithm, run
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
def _choose(s: Any) -> None:
    """Choose each lane's step: after a stop the one that was right after the last stop; never beyond the next."""
    for lane in range(LANES):
        size = 1.0
        if s.status[lane] == RUNNING:
            left = s.stop[lane] - s.time[lane]
            if s.fresh[lane] == 2:
                first = s.first_step[lane] if s.first_step[lane] > 0.0 else 1e-4 * left
                s.step[lane] = first if s.step[lane] <= 0.0 else min(first, s.step[lane])
            size = s.step[lane]
            if 1.01 * size >= left:
                size = left
            elif 2.0 * size > left:
                size = 0.5 * left
        s.size[lane] = size
        s.scale[lane] = 1.0 / size


@kernel
def _step(m: Any, s: Any) -> None:
    """Take a step of each lane from ``now`` to ``next``; the last stage is its error."""
    states = s.now.shape[0]
    for i in range(states):
        for lane in range(LANES):
            s.registers[m.state + i, lane] = s.now[i, lane]
    run(m.moves, s.registers)
    for each in m.filled:
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
        if stage < STAGES - 2:
            combine(s.registers, m.state, s.now, m.order, s.stages, m.argument[stage], stage, s.ones)
        else:
            for i in range(states):
                for lane in range(LANES):
                    s.registers[m.state + i, lane] += s.stages[stage - 1, i, lane]
        run(m.slopes, s.registers)
        combine(s.stages[stage], 0, s.registers, m.slope, s.stages, m.carried[stage], stage, s.scale)
        eliminate(s.stages[stage], s.matrix, m.solve)
    for i in range(states):
        for lane in range(LANES):
            s.next[i, lane] = s.registers[m.state + i, lane] + s.stages[STAGES - 1, i, lane]


@kernel
def _measure(s: Any, tolerance: float) -> None:
    """Measure the error of each lane's step, in tolerances: the root mean square over states; and by what to grow."""
    states = s.now.shape[0]
    for lane in range(LANES):
        s.error[lane] = 0.0
    for i in range(states):
        for lane in range(LANES):
            size = max(max(abs(s.now[i, lane]), abs(s.next[i, lane])), FLOOR * s.most[i, lane])
            part = s.stages[STAGES - 1, i, lane] / (s.absolute[i, lane] + tolerance * size)
            s.error[lane] += part * part
    for lane in range(LANES):
        error = np.sqrt(s.error[lane] / states)
        error = error if error < 1e10 else 1e10  # also what is no number
        s.error[lane] = error
        s.growth[lane] = 0.9 * exponential(-0.2 * logarithm(max(error, 1e-10)))


@kernel
def _judge(s: Any, rows: Any) -> None:
    """Say whether each lane's step is taken, and how long the next one is."""
    for lane in range(LANES):
        s.taken[lane] = False
        if s.status[lane] != RUNNING:
            continue
        size, end = s.size[lane], rows[s.subject[lane], rows.shape[1] - 1]
        s.work[0, lane] += 1
        s.tried[lane] += 1
        taken = s.error[lane] <= 1.0
        longer = size * min(max(s.growth[lane], 0.1), 6.0)
        if s.tried[lane] > MOST_STEPS or (not taken and size < SHORTEST * max(s.time[lane], 1e-6 * end)):
            s.status[lane] = FAILED
        elif not taken:
            s.work[1, lane] += 1
            s.step[lane] = min(longer, 0.9 * size)
            s.fresh[lane] = min(s.fresh[lane], 1)
        else:
            s.taken[lane] = True
            last = size >= s.stop[lane] - s.time[lane]
            if s.fresh[lane] != 0 and not last:
                s.first_step[lane] = longer
            s.fresh[lane] = 0
            if not last or longer > s.step[lane]:
                s.step[lane] = longer


@kernel
def _take(s: Any) -> None:
    """Bring lanes to the end of their steps, if those are taken."""
    for i in range(s.now.shape[0]):
        for lane in range(LANES):
            now = s.next[i, lane] if s.taken[lane] else s.now[i, lane]
            s.now[i, lane] = now
            s.most[i, lane] = max(s.most[i, lane], abs(now))
    for lane in range(LANES):
        if s.taken[lane]:
            if s.size[lane] >= s.stop[lane] - s.time[lane]:
                s.time[lane], s.arriving[lane] = s.stop[lane], 1
            else:
                s.time[lane] += s.size[lane]


@kept
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
        _choose(s)
        _step(m, s)
        _measure(s, tolerance)
        _judge(s, rows)
        _take(s)
        s.rounds[0] += 1


@kept
def compute(tape: Any, registers: Any) -> None:
    """Run one tape, in all lanes."""
    run(tape, registers)
