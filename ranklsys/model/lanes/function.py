"""Function: instructions on the vectors of a room, with tables to read and write, and blocks that jump."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ranklsys.model.lanes.vectors import (
    FIRST,
    LANES,
    NUMBERS,
    POINTERS,
    TRUTHS,
    WHOLE,
    Instructions,
    Operand,
    Truth,
    Vector,
    operand,
)

LONGEST = 300
"""Instructions in a block."""


class Function(Instructions):
    """A function under way. Unless said otherwise it takes the room, in which each place holds a vector.

    arguments: as LLVM writes them. gives: the type of what it returns.
    """

    def __init__(self, name: str, arguments: str = "ptr %room", gives: str = "void", *, public: bool = False) -> None:
        super().__init__()
        self._head = f"define {'' if public else 'internal '}{gives} @{name}({arguments}) nounwind {{"
        self._block, self._begun = "begin", 0

    def text(self, result: str = "ret void") -> str:
        """Return the whole function."""
        return "\n".join([self._head, "begin:", *self.lines, f"  {result}", "}"])

    def pause(self) -> None:
        """Go on in a new block if this one is long: the compiler takes the square of its length."""
        if len(self.lines) - self._begun > LONGEST:
            following = self.named("on")
            self.plain(f"br label %{following}")
            self.start(following, forget=False)

    def call(self, name: str, more: str = "") -> None:
        """Call a function of the room."""
        self.plain(f"call void @{name}(ptr %room{more})")

    def pointer(self, place: int, index: str = "", base: str = "%room") -> str:
        """Return where a place of the room is, ``index`` places further."""
        if index:
            base = self.new(f"getelementptr {NUMBERS}, ptr {base}, i64 {index}")
        return self.new(f"getelementptr {NUMBERS}, ptr {base}, i64 {place}")

    def load(self, place: int, index: str = "", base: str = "%room") -> Vector:
        """Return what stands at a place of the room."""
        pointer = self.pointer(place, index, base)
        return Vector(self, self.new(f"load {NUMBERS}, ptr {pointer}, align 64"))

    def store(self, vector: Operand, place: int, index: str = "", base: str = "%room") -> None:
        """Put a vector at a place of the room."""
        pointer = self.pointer(place, index, base)
        self.plain(f"store {NUMBERS} {operand(vector)}, ptr {pointer}, align 64")

    def whole(self, table: str, number: int) -> str:
        """Return a whole number of a table."""
        narrow = self.new(f"load i32, ptr {self.new(f'getelementptr i32, ptr {table}, i64 {number}')}")
        return self.new(f"sext i32 {narrow} to i64")

    def put(self, where: Truth, vector: Operand, place: int, index: str = "") -> None:
        """Put numbers at a place of the room, in some lanes."""
        self.store(self.select(where, vector, self.load(place, index)), place, index)

    def flag(self, place: int) -> Truth:
        """Return where a number of the room is not 0."""
        return self.load(place).differs(0.0)

    def raise_flag(self, truth: Truth, place: int) -> None:
        """Put 1 where something is true, 0 elsewhere."""
        self.store(self.select(truth, 1.0, 0.0), place)

    def addresses(self, base: str, rows: Vector, width: str, column: str = "0") -> str:
        """Return where lanes find their rows of a table of that width, from a column on."""
        row = self.new(f"fptosi {NUMBERS} {rows.name} to {WHOLE}")
        one = self.new(f"insertelement {WHOLE} poison, i64 {width}, i32 0")
        each = self.new(f"shufflevector {WHOLE} {one}, {WHOLE} poison, {FIRST}")
        place = self.new(f"mul {WHOLE} {row}, {each}")
        first = self.new(f"getelementptr double, ptr {base}, i64 {column}")
        return self.new(f"getelementptr double, ptr {first}, {WHOLE} {place}")

    def moved(self, addresses: str, further: str) -> str:
        """Return addresses some numbers further."""
        return self.new(f"getelementptr double, {POINTERS} {addresses}, i64 {further}")

    def gather(self, addresses: str, where: Truth) -> Vector:
        """Return what stands at addresses, 0 elsewhere."""
        name = f"@llvm.masked.gather.v{LANES}f64.v{LANES}p0"
        arguments = f"{POINTERS} {addresses}, i32 8, {TRUTHS} {where.name}, {NUMBERS} zeroinitializer"
        return Vector(self, self.new(f"call {NUMBERS} {name}({arguments})"))

    def scatter(self, vector: Vector, addresses: str, where: Truth) -> None:
        """Write numbers to addresses."""
        name = f"@llvm.masked.scatter.v{LANES}f64.v{LANES}p0"
        self.plain(f"call void {name}({NUMBERS} {vector.name}, {POINTERS} {addresses}, i32 8, {TRUTHS} {where.name})")

    def start(self, block: str, *, forget: bool = True) -> None:
        """Start a block of instructions, to which others jump."""
        self.lines.append(f"{block}:")
        self._block, self._begun = block, len(self.lines)
        if forget:
            self.forget()

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """Do what is written inside if a condition holds."""
        inside, after = self.named("inside"), self.named("after")
        self.plain(f"br i1 {condition}, label %{inside}, label %{after}")
        self.start(inside)
        yield
        self.plain(f"br label %{after}")
        self.start(after)

    @contextmanager
    def each(self, count: str | int) -> Iterator[str]:
        """Do what is written inside for all numbers below a count, which is not 0."""
        before, inside, after = self._block, self.named("each"), self.named("after")
        index, following = f"%{inside}.index", f"%{inside}.next"
        self.plain(f"br label %{inside}")
        self.start(inside)
        phi = len(self.lines)
        yield index
        self.lines.insert(phi, f"  {index} = phi i64 [ 0, %{before} ], [ {following}, %{self._block} ]")
        self.plain(f"{following} = add i64 {index}, 1")
        more = self.new(f"icmp slt i64 {following}, {count}")
        self.plain(f"br i1 {more}, label %{inside}, label %{after}")
        self.start(after)

    @contextmanager
    def as_long_as(self, condition: Callable[[], Truth]) -> Iterator[Truth]:
        """Do what is written inside as long as something is true in any lane, and say where."""
        again, inside, after = self.named("again"), self.named("inside"), self.named("after")
        self.plain(f"br label %{again}")
        self.start(again)
        where = condition()
        self.plain(f"br i1 {self.any(where)}, label %{inside}, label %{after}")
        self.start(inside)
        yield where
        self.plain(f"br label %{again}")
        self.start(after)
