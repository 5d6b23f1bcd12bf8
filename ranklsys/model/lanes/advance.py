"""Advance: a step of all lanes, each with its own time and size, and what is made of its error."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ranklsys.model.lanes.arithmetic import LONGEST_STRAIGHT, Run, eliminated, looped, table
from ranklsys.model.lanes.function import Function
from ranklsys.model.lanes.method import ARGUMENT, CARRIED, GAMMA, STAGES
from ranklsys.model.lanes.room import ARRIVED, FAILED, FRESH, NOT_NEW, RUNNING, STOOD_STILL, Room
from ranklsys.model.lanes.vectors import Vector
from ranklsys.sbml.tapes.tape import Tapes

FLOOR = 1e-4
"""Below this part of the most there was of it, a state is followed no more closely."""

SHORTEST = 1e-14
"""A step this short beside the time, unless it ends at a stop, means that a solution does not go on."""

MOST_STEPS = 20_000.0
"""Between two moments in which a lane stands still."""


def stepping(tapes: Tapes, room: Room) -> str:
    """Return the functions of a step: choose, factor, slopes, solve, step, judge."""
    constants = dict(zip(tapes.constants[0].tolist(), tapes.constants[1].tolist(), strict=True))
    return "\n".join(
        (
            _choose(room),
            _factor(tapes, room, constants),
            _slopes(tapes, room, constants),
            _solve(tapes, room),
            _step(tapes, room),
            _judge(tapes, room),
        )
    )


def _choose(room: Room) -> str:
    """Write the choice of steps: after a stop the one that was right after the last stop; never beyond the next."""
    code = Function("choose")
    running = code.load(room.status).equals(RUNNING)
    left, first, step = code.load(room.stop) - code.load(room.time), code.load(room.first_step), code.load(room.step)
    first = code.select(first > 0.0, first, left * 1e-4)
    first = code.select(step <= 0.0, first, code.smaller(first, step))
    step = code.select(running & code.load(room.fresh).equals(STOOD_STILL), first, step)
    size = code.select(step * 2.0 > left, left * 0.5, step)
    size = code.select(step * 1.01 >= left, left, size)
    size = code.select(running, size, 1.0)
    code.store(step, room.step)
    code.store(size, room.size)
    code.store(1.0 / size, room.scale)
    return code.text()


def _factor(tapes: Tapes, room: Room, constants: dict[int, float]) -> str:
    """Write the slopes, as the first stage, and the factored matrix of a step."""
    if len(tapes.elimination.factor) > LONGEST_STRAIGHT:
        return _factor_of_many(tapes, room, constants)
    code, elimination = Function("factor"), tapes.elimination
    run = Run(code, constants)
    run.run(tapes.moves)
    for state, register in enumerate(tapes.move.tolist()):
        code.store(run[register], room.stages + state)
    entries: list[Vector | None] = [None] * elimination.size
    for place, register in zip(elimination.entries.tolist(), tapes.jacobian.tolist(), strict=True):
        entries[place] = -run[register]
    own = code.load(room.scale) * (1.0 / GAMMA)
    for place in elimination.diagonal.tolist():
        known = entries[place]
        entries[place] = own if known is None else own + known
    eliminated(code, elimination.factor, entries, entries)
    for place, entry in enumerate(entries):
        code.store(0.0 if entry is None else entry, room.matrix + place)
    return code.text()


def _factor_of_many(tapes: Tapes, room: Room, constants: dict[int, float]) -> str:
    """Write the same for a matrix that takes many steps: its entries are put away as soon as they are known."""
    code, elimination = Function("factor"), tapes.elimination
    with code.each(elimination.size) as entry:
        code.store(0.0, room.matrix, entry)
    run, places = Run(code, constants), dict[int, list[tuple[int, bool]]]()
    for state, register in enumerate(tapes.move.tolist()):
        places.setdefault(register, []).append((room.stages + state, False))
    for number, register in zip(elimination.entries.tolist(), tapes.jacobian.tolist(), strict=True):
        places.setdefault(register, []).append((room.matrix + number, True))

    def keep(register: int) -> None:
        for place, negative in places.pop(register, ()):
            code.store(-run[register] if negative else run[register], place)

    run.run(tapes.moves, keep)
    for register in list(places):  # those that no step computes
        keep(register)
    own = code.load(room.scale) * (1.0 / GAMMA)
    for place in elimination.diagonal.tolist():
        code.store(code.load(room.matrix + place) + own, room.matrix + place)
    matrix = code.pointer(room.matrix)
    looped(code, elimination.factor, "factoring", matrix, matrix)
    return table(elimination.factor, "factoring") + code.text()


def _slopes(tapes: Tapes, room: Room, constants: dict[int, float]) -> str:
    """Write the slopes, put onto what a stage carries of earlier ones over the step size."""
    code = Function("slopes", "ptr %room, ptr %stage")
    run = Run(code, constants)
    run.run(tapes.slopes)
    scale = code.load(room.scale)
    for state, register in enumerate(tapes.slope.tolist()):
        code.store(code.fused(scale, code.load(state, base="%stage"), run[register]), state, base="%stage")
    return code.text()


def _solve(tapes: Tapes, room: Room) -> str:
    """Write the solution of a stage, in its place."""
    code, elimination = Function("solve", "ptr %room, ptr %stage"), tapes.elimination
    if len(elimination.solve) > LONGEST_STRAIGHT:
        looped(code, elimination.solve, "solving", "%stage", code.pointer(room.matrix))
        return table(elimination.solve, "solving") + code.text()
    states = range(len(tapes.states))
    found: list[Vector | None] = [code.load(state, base="%stage") for state in states]
    eliminated(code, elimination.solve, found, _Stored(lambda place: code.load(room.matrix + place), elimination.size))
    for state in states:
        vector = found[state]
        assert vector is not None
        code.store(vector, state, base="%stage")
    return code.text()


class _Stored(Sequence[Vector]):
    """What stands in the room, loaded where it is needed."""

    def __init__(self, load: Callable[[int], Vector], length: int) -> None:
        self._load, self._length = load, length

    def __getitem__(self, place: int) -> Vector:  # type: ignore[override]
        return self._load(place)

    def __len__(self) -> int:
        return self._length


def _step(tapes: Tapes, room: Room) -> str:
    """Write a step from ``now`` to ``next``; the last stage is its error."""
    code, states = Function("step"), len(tapes.states)
    with code.each(states) as state:
        code.store(code.load(room.now, state), tapes.state, state)
    code.call("factor")
    code.call("solve", f", ptr {code.pointer(room.stages)}")
    for stage in range(1, STAGES):
        own = room.stages + stage * states
        # one reading of the earlier stages, for where this one looks and for what it carries of them
        with code.each(states) as state:
            before = [code.load(room.stages + each * states, state) for each in range(stage)]
            if stage < STAGES - 2:
                looked = code.load(room.now, state) + _sum(code, before, ARGUMENT[stage].tolist())
            else:
                looked = code.load(tapes.state, state) + before[-1]
            code.store(looked, tapes.state, state)
            code.store(_sum(code, before, CARRIED[stage].tolist()), own, state)
        for name in ("slopes", "solve"):
            code.call(name, f", ptr {code.pointer(own)}")
    with code.each(states) as state:
        last = code.load(room.stages + (STAGES - 1) * states, state)
        code.store(code.load(tapes.state, state) + last, room.next, state)
    return code.text()


def _sum(code: Function, stages: list[Vector], weights: list[float]) -> Vector:
    """Return the sum of stages, by weights."""
    total = stages[0] * weights[0]
    for stage, weight in zip(stages[1:], weights[1:], strict=False):
        total = code.fused(stage, weight, total)
    return total


def _judge(tapes: Tapes, room: Room) -> str:
    """Write whether each lane's step is taken, and how long the next one is.

    The error is in tolerances, the root mean square over states.
    """
    code, states = Function("judge"), len(tapes.states)
    error = _error(code, room, states)
    growth = code.given_by("exponential", code.logarithm(code.larger(error, 1e-10)) * -0.2) * 0.9
    size, time, stop = code.load(room.size), code.load(room.time), code.load(room.stop)
    running = code.load(room.status).equals(RUNNING)
    tried = code.load(room.tried) + 1.0
    small = error <= 1.0
    longer = size * code.smaller(code.larger(growth, 0.1), 6.0)
    shortest = code.larger(time, code.load(room.end) * 1e-6) * SHORTEST
    last = size >= stop - time
    failed = running & ((tried > MOST_STEPS) | (~(small & last) & (size < shortest)))
    rejected, taken = running & ~failed & ~small, running & ~failed & small
    fresh, step = code.load(room.fresh), code.load(room.step)
    code.put(running, tried, room.tried)
    code.put(running, code.load(room.steps) + 1.0, room.steps)
    code.put(rejected, code.load(room.rejected) + 1.0, room.rejected)
    code.put(failed, float(FAILED), room.status)
    code.put(taken & fresh.differs(NOT_NEW) & ~last, longer, room.first_step)
    code.store(code.select(taken, float(NOT_NEW), code.select(rejected, code.smaller(fresh, FRESH), fresh)), room.fresh)
    grown = code.select(taken & (~last | (longer > step)), longer, step)
    code.store(code.select(rejected, code.smaller(longer, size * 0.9), grown), room.step)
    code.store(code.select(taken, code.select(last, stop, time + size), time), room.time)
    code.put(taken & last, float(ARRIVED), room.arriving)
    with code.each(states) as state:
        now = code.select(taken, code.load(room.next, state), code.load(room.now, state))
        code.store(now, room.now, state)
        code.store(code.larger(code.absolute(now), code.load(room.most, state)), room.most, state)
    code.store(code.load(room.rounds) + 1.0, room.rounds)
    return code.text()


def _error(code: Function, room: Room, states: int) -> Vector:
    tolerance = code.load(room.tolerance)
    parts: list[Vector] = []
    for state in range(states):
        now, following = code.absolute(code.load(room.now + state)), code.absolute(code.load(room.next + state))
        size = code.larger(code.larger(following, now), code.load(room.most + state) * FLOOR)
        allowed = code.fused(tolerance, size, code.load(room.absolute + state))
        part = code.load(room.stages + (STAGES - 1) * states + state) / allowed
        parts.append(part * part if state < 4 else code.fused(part, part, parts[state - 4]))
    total = parts[-1]
    for part in parts[-4:-1]:
        total = total + part
    error = code.root(total * (1.0 / states))
    return code.smaller(error, 1e10)  # also what is no number
