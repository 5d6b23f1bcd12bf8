"""Program: all that a model needs to run, as the text of a module of LLVM.

It is compiled as it stands, without passes that would rewrite it.
"""

from __future__ import annotations

from ranklsys.model.lanes.advance import stepping
from ranklsys.model.lanes.arithmetic import functions
from ranklsys.model.lanes.function import Function
from ranklsys.model.lanes.moments import TABLES, Moments
from ranklsys.model.lanes.room import DONE, FAILED, IDLE, RUNNING, Room
from ranklsys.model.lanes.vectors import DECLARED, LANES, NUMBERS, TRUTHS, Truth, Vector, splat
from ranklsys.sbml.tapes.tape import Tapes

ENTRY = "advance"
"""The function to call: the room, tables, how many subjects there are, and for how many rounds."""


def program(tapes: Tapes, room: Room) -> str:
    """Return the text of a module that runs a model."""
    return "\n".join((DECLARED, functions(), stepping(tapes, room), Moments(tapes, room).text(), _advance(room)))


def _advance(room: Room) -> str:
    """Write how lanes advance until one fails, nobody is left, or for so many rounds.

    A lane that is done takes the next subject at once.
    """
    code = Function(ENTRY, f"ptr %room, {TABLES}, i64 %count, i64 %rounds", public=True)
    tables = ", ptr %given, ptr %rows, ptr %out, ptr %work, i64 %times"
    left = code.new("alloca i64")
    code.plain(f"store i64 %rounds, ptr {left}")
    code.plain("br label %again")
    code.start("again")
    status = code.load(room.status)
    with code.when(code.any(status.equals(DONE))):
        _note(code, room, status.equals(DONE))
    free = code.load(room.status).equals(IDLE) & (code.load(room.following) < code.everywhere("%count"))
    with code.when(code.any(free)):
        new = _taken(code, room, free)
        code.call("begin", f"{tables}, {TRUTHS} {new.name}")
    running = code.load(room.status).equals(RUNNING)
    arrived = running & code.flag(room.arriving)
    code.plain(f"br i1 {code.any(arrived)}, label %arrived, label %moving")
    code.start("arrived")
    code.call("stand_still", tables)
    failed = code.any(code.load(room.status).equals(FAILED))
    code.plain(f"br i1 {failed}, label %end, label %again")
    code.start("moving")
    over = code.new(f"load i64, ptr {left}")
    code.plain(f"store i64 {code.new(f'sub i64 {over}, 1')}, ptr {left}")
    more = code.new(f"icmp sgt i64 {over}, 0")
    going = code.new(f"and i1 {more}, {code.any(running)}")
    code.plain(f"br i1 {going}, label %go, label %end")
    code.start("go")
    for name in ("choose", "step", "judge"):
        code.call(name)
    failed = code.any(code.load(room.status).equals(FAILED))
    code.plain(f"br i1 {failed}, label %end, label %again")
    code.start("end")
    return code.text()


def _note(code: Function, room: Room, done: Truth) -> None:
    """Note how many steps subjects took that are done, and leave their lanes idle."""
    addresses = code.addresses("%work", code.load(room.subject), "2")
    for column, place in enumerate((room.steps, room.rejected)):
        code.scatter(code.load(place), code.moved(addresses, str(column)), done)
    code.put(done, float(IDLE), room.status)


def _taken(code: Function, room: Room, free: Truth) -> Truth:
    """Give the next subjects to free lanes, the first to the first, and return which lanes have one."""
    following = code.new(f"extractelement {NUMBERS} {code.load(room.following).name}, i32 0")
    count = code.new("sitofp i64 %count to double")
    subjects, new = code.load(room.subject).name, splat("false", "i1")
    for lane in range(LANES):
        one = code.new(f"extractelement {TRUTHS} {free.name}, i32 {lane}")
        some = code.new(f"fcmp olt double {following}, {count}")
        takes = code.new(f"and i1 {one}, {some}")
        old = code.new(f"extractelement {NUMBERS} {subjects}, i32 {lane}")
        subject = code.new(f"select i1 {takes}, double {following}, double {old}")
        subjects = code.new(f"insertelement {NUMBERS} {subjects}, double {subject}, i32 {lane}")
        new = code.new(f"insertelement {TRUTHS} {new}, i1 {takes}, i32 {lane}")
        step = code.new(f"select i1 {takes}, double 1.0, double 0.0")
        following = code.new(f"fadd double {following}, {step}")
    code.store(Vector(code, subjects), room.subject)
    code.store(code.spread(following), room.following)
    return Truth(code, new)
