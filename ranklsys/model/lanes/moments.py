"""Moments: where a lane stands still: its events act, its rows are written, and it learns when it stands still next.

Events act as SBML says: one that is triggered acts, after which others may be triggered or, if they do not persist, no
longer; in the order of the file where nothing else decides. ``time > x`` holds just after x, after the rows at x.
"""

from __future__ import annotations

from functools import reduce

from ranklsys.model.lanes.arithmetic import Run
from ranklsys.model.lanes.function import Function
from ranklsys.model.lanes.room import AT_START, DONE, FAILED, RUNNING, STOOD_STILL, UNDER_WAY, Room
from ranklsys.model.lanes.vectors import TRUTHS, Truth, Vector
from ranklsys.sbml.tapes.tape import Tapes
from ranklsys.sbml.tapes.triggers import AFTER, BEFORE, FROM, NOT_NEGATIVE, NOT_ZERO, POSITIVE, UNTIL, ZERO

TABLES = "ptr %given, ptr %rows, ptr %out, ptr %work, i64 %times"
"""Subjects x numbers, subjects x rows [time], subjects x rows x columns, subjects x (steps, rejected); rows."""

SIDES = JUST_BEFORE, AT, JUST_AFTER = ("before", "at", "after")
"""Sides of a moment: a trigger that compares with the time may differ there."""

MOST_EVENTS = 1000.0
"""Of a lane in one moment; then they trigger each other for ever."""


class Moments:
    """The functions of a model for moments. constants: registers that hold the same in all runs, and what."""

    def __init__(self, tapes: Tapes, room: Room) -> None:
        self.tapes, self.room, self.events = tapes, room, tapes.events
        self.constants = dict(zip(tapes.constants[0].tolist(), tapes.constants[1].tolist(), strict=True))
        self.number = len(tapes.events.names)

    def text(self) -> str:
        """Return all functions; ``begin`` and ``stand_still`` are for others to call."""
        functions = [self._switched(), self._begin(), self._stand_still(), self._write()]
        if self.number:
            functions += [self._note(side) for side in SIDES]
            functions += [self._act(event) for event in range(self.number)]
            functions += [self._settle(AT), self._settle(JUST_AFTER), self._settled()]
        return "\n".join(functions)

    def _switched(self) -> str:
        code = Function("switched")
        run = Run(code, self.constants)
        run.run(self.tapes.switched)
        run.keep(self.tapes.switched[:, 1].tolist())
        return code.text()

    def _begin(self) -> str:
        """Write how subjects are put at the start of lanes; the others are computed again, to the same bits."""
        tapes, room = self.tapes, self.room
        code = Function("begin", f"ptr %room, {TABLES}, {TRUTHS} %new")
        new = Truth(code, "%new")
        subject = code.load(room.subject)
        if tapes.numbers:
            addresses = code.addresses("%given", subject, str(len(tapes.numbers)))
            first = min(register for register, _ in tapes.numbers.values())
            with code.each(len(tapes.numbers)) as number:
                code.put(new, code.gather(code.moved(addresses, number), new), first, number)
        last = code.gather(code.addresses("%rows", subject, "%times", code.new("sub i64 %times, 1")), new)
        code.put(new, last, room.end)
        run = Run(code, self.constants)
        run.run(tapes.start)
        run.keep(tapes.start[:, 1].tolist())
        for place, register in enumerate(tapes.starts.tolist()):
            code.put(new, run[register], tapes.state + place)
            if place < len(tapes.states):
                code.put(new, run[register], room.now + place)
                code.put(new, code.absolute(run[register]), room.most + place)
        code.call("switched")
        run = Run(code, self.constants)
        for state, register in enumerate(tapes.volumes.tolist()):
            code.put(new, code.load(room.allowed + state) / run[register], room.absolute + state)
        for event in range(self.number):
            code.put(new, 0.0, room.pending + event)
        for place in (room.time, room.step, room.stop, room.first_step, room.row, room.tried, room.steps):
            code.put(new, 0.0, place)
        for place, value in ((room.rejected, 0), (room.acted, 0), (room.status, RUNNING), (room.arriving, AT_START)):
            code.put(new, value, place)
        return code.text()

    def _holds(self, code: Function, event: int, side: str) -> Truth:
        """Return where the trigger of an event holds, now, or just before or after."""
        run, time = Run(code, self.constants), code.load(self.room.time)
        found = []
        for each in range(int(self.events.first[event]), int(self.events.first[event + 1])):
            relation, number = int(self.events.relation[each]), run[int(self.events.compared[each])]
            if relation == FROM:
                found.append(time > number if side == JUST_BEFORE else time >= number)
            elif relation == AFTER:
                found.append(time >= number if side == JUST_AFTER else time > number)
            elif relation == BEFORE:
                found.append(time <= number if side == JUST_BEFORE else time < number)
            elif relation == UNTIL:
                found.append(time < number if side == JUST_AFTER else time <= number)
            else:
                found.append(_compared(relation, number))
        return reduce(lambda one, other: one & other, found)

    def _note(self, side: str) -> str:
        """Write which triggers hold."""
        code = Function(f"note_{side}")
        for event in range(self.number):
            code.raise_flag(self._holds(code, event, side), self.room.holding + event)
        return code.text()

    def _trigger(self, code: Function, event: int, where: Truth) -> None:
        """Note that an event is triggered, and its values if it takes those of this moment."""
        code.put(where, 1.0, self.room.pending + event)
        if self.events.at_trigger[event]:
            for place, value in self._values(code, event):
                code.put(where, value, self.room.saved + place)

    def _values(self, code: Function, event: int) -> list[tuple[int, Vector]]:
        """Return what an event assigns, and its places."""
        run = Run(code, self.constants)
        run.run(self.events.tape[self.events.steps[event] : self.events.steps[event + 1]])
        places = range(int(self.events.changes[event]), int(self.events.changes[event + 1]))
        return [(place, run[int(self.events.values[place])]) for place in places]

    def _act(self, event: int) -> str:
        """Write how an event acts in some lanes, and triggers what follows from it."""
        room, events = self.room, self.events
        code = Function(f"act_{event}", f"ptr %room, {TRUTHS} %where")
        where = Truth(code, "%where")
        code.call(f"note_{AT}")
        for other in range(self.number):
            code.store(code.load(room.holding + other), room.held + other)
        if events.at_trigger[event]:
            first, last = events.changes[event : event + 2].tolist()
            values = [(place, code.load(room.saved + place)) for place in range(first, last)]
        else:
            values = self._values(code, event)
        for place, value in values:
            code.put(where, value, int(events.targets[place]))
        code.put(where, 0.0, room.pending + event)
        code.put(where, 1.0, room.acted)
        code.put(where, code.load(room.acts) + 1.0, room.acts)
        code.call("switched")
        code.call(f"note_{AT}")
        for other in range(self.number):
            true = code.flag(room.holding + other)
            if not events.persistent[other]:
                code.put(where & ~true, 0.0, room.pending + other)
            self._trigger(code, other, where & true & ~code.flag(room.held + other))
        return code.text()

    def _settle(self, side: str) -> str:
        """Write which events are triggered on one side of the moment, and let them act."""
        room = self.room
        code = Function(f"settle_{side}")
        arriving = code.flag(room.arriving)
        code.call(f"note_{JUST_BEFORE if side == AT else AT}")
        start = code.load(room.arriving).equals(AT_START)
        for event in range(self.number):
            held = code.load(room.holding + event)
            if side == AT:
                held = code.select(start, float(self.events.held_before[event]), held)
            code.store(held, room.held + event)
        code.call(f"note_{side}")
        for event in range(self.number):
            begun = code.flag(room.holding + event) & ~code.flag(room.held + event)
            self._trigger(code, event, arriving & begun)
        code.call("settle")
        return code.text()

    def _settled(self) -> str:
        """Write how all events act that are triggered: in each lane the first one, again and again."""
        room, code = self.room, Function("settle")
        code.store(0.0, room.acts)
        with code.as_long_as(lambda: self._pending(code)):
            used = ~self._pending(code)
            for event in range(self.number):
                where = code.flag(room.pending + event) & ~used
                # lanes that act stay so for this turn, though what they trigger comes before what they leave
                used = used | where
                with code.when(code.any(where)):
                    code.plain(f"call void @act_{event}(ptr %room, {TRUTHS} {where.name})")
            endless = code.load(room.acts) > MOST_EVENTS
            code.put(endless, float(FAILED), room.status)
            for event in range(self.number):
                code.put(endless, 0.0, room.pending + event)
        return code.text()

    def _pending(self, code: Function) -> Truth:
        flags = [code.flag(self.room.pending + event) for event in range(self.number)]
        return reduce(lambda one, other: one | other, flags)

    def _stand_still(self) -> str:
        """Write all that happens where lanes stand still."""
        tapes, room = self.tapes, self.room
        code, states = Function("stand_still", f"ptr %room, {TABLES}"), len(tapes.states)
        arriving = code.flag(room.arriving)
        with code.each(states) as state:
            code.store(code.load(room.now, state), tapes.state, state)
        code.store(code.load(room.time), tapes.clock)
        if self.number:
            code.call(f"settle_{AT}")
        code.call("write", ", ptr %rows, ptr %out, i64 %times")
        if self.number:
            code.call(f"settle_{JUST_AFTER}")
            with code.each(states) as state:
                now = code.load(tapes.state, state)
                code.put(arriving, now, room.now, state)
                code.put(arriving, code.larger(code.absolute(now), code.load(room.most, state)), room.most, state)
        started = code.load(room.arriving).equals(AT_START)
        code.put(arriving & (code.flag(room.acted) | started), float(STOOD_STILL), room.fresh)
        for place in (room.acted, room.tried):
            code.put(arriving, 0.0, place)
        code.put(arriving, float(UNDER_WAY), room.arriving)
        row = code.load(room.row)
        number = code.everywhere("%times")
        done = arriving & (row >= number)
        due = code.gather(_addresses_of(code, room, row), arriving & ~done)
        code.put(arriving, self._next_stop(code, due), room.stop)
        code.put(done & code.load(room.status).differs(FAILED), float(DONE), room.status)
        return code.text()

    def _next_stop(self, code: Function, row: Vector) -> Vector:
        """Return the time at which the next event may act, or the next row."""
        found, run, time = row, Run(code, self.constants), code.load(self.room.time)
        for event in range(self.number):
            due, possible = code.constant(float("inf")), time.equals(time)
            for each in range(int(self.events.first[event]), int(self.events.first[event + 1])):
                relation, number = int(self.events.relation[each]), run[int(self.events.compared[each])]
                if relation in (FROM, AFTER):
                    due = code.select((number > time) & (number < due), number, due)
                elif relation not in (BEFORE, UNTIL):
                    possible = possible & _compared(relation, number)
            found = code.select(possible & (due < found), due, found)
        return found

    def _write(self) -> str:
        """Write the rows that are due, to a table of subjects x rows x columns."""
        tapes, room, columns = self.tapes, self.room, len(self.tapes.columns)
        code = Function("write", "ptr %room, ptr %rows, ptr %out, i64 %times")
        arriving = code.flag(room.arriving)
        number = code.everywhere("%times")

        def due() -> Truth:
            row = code.load(room.row)
            left = arriving & (row < number)
            when = code.gather(_addresses_of(code, room, row), left)
            return left & (when <= code.load(room.time))

        with code.when(code.any(due())):
            run = Run(code, self.constants)
            run.run(tapes.output)
            for column, register in enumerate(tapes.seen.tolist()):
                code.store(run[register], room.seen + column)
            with code.as_long_as(due) as where:
                row = code.load(room.row)
                place = code.fused(code.load(room.subject), number, row)
                addresses = code.addresses("%out", place, str(columns))
                with code.each(columns) as each:
                    code.scatter(code.load(room.seen, each), code.moved(addresses, each), where)
                code.put(where, row + 1.0, room.row)
        return code.text()


def _addresses_of(code: Function, room: Room, row: Vector) -> str:
    """Return where the times of rows stand."""
    place = code.fused(code.load(room.subject), code.everywhere("%times"), row)
    return code.addresses("%rows", place, "1")


def _compared(relation: int, number: Vector) -> Truth:
    """Return where a number compares with 0 as a relation says."""
    relations = {POSITIVE: number.__gt__, NOT_NEGATIVE: number.__ge__, ZERO: number.equals, NOT_ZERO: number.differs}
    return relations[relation](0.0)
