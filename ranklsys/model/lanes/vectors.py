"""Vectors: arithmetic on all lanes at once, written as instructions of LLVM.

Each operation is one of IEEE 754 on each lane, and what is fused says so: results are the same to the last bit
whatever stands in the other lanes, and on any processor.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

LANES = 8
"""Subjects side by side: one register of AVX-512, or two or four smaller ones."""

NUMBERS, WHOLE, TRUTHS, POINTERS = (f"<{LANES} x {kind}>" for kind in ("double", "i64", "i1", "ptr"))
FIRST = f"<{LANES} x i32> zeroinitializer"
DECLARED = "\n".join(
    (
        f"declare {NUMBERS} @llvm.fma.v{LANES}f64({NUMBERS}, {NUMBERS}, {NUMBERS})",
        f"declare {NUMBERS} @llvm.sqrt.v{LANES}f64({NUMBERS})",
        f"declare {NUMBERS} @llvm.fabs.v{LANES}f64({NUMBERS})",
        f"declare {NUMBERS} @llvm.floor.v{LANES}f64({NUMBERS})",
        f"declare {NUMBERS} @llvm.masked.gather.v{LANES}f64.v{LANES}p0({POINTERS}, i32, {TRUTHS}, {NUMBERS})",
        f"declare void @llvm.masked.scatter.v{LANES}f64.v{LANES}p0({NUMBERS}, {POINTERS}, i32, {TRUTHS})",
    )
)


@dataclass(frozen=True)
class Vector:
    """A number in each lane, where it was computed."""

    code: Instructions = field(repr=False)
    name: str

    def __add__(self, other: Operand) -> Vector:
        return self.code.operation("fadd", self, other)

    def __radd__(self, other: Operand) -> Vector:
        return self.code.operation("fadd", other, self)

    def __sub__(self, other: Operand) -> Vector:
        return self.code.operation("fsub", self, other)

    def __rsub__(self, other: Operand) -> Vector:
        return self.code.operation("fsub", other, self)

    def __mul__(self, other: Operand) -> Vector:
        return self.code.operation("fmul", self, other)

    def __rmul__(self, other: Operand) -> Vector:
        return self.code.operation("fmul", other, self)

    def __truediv__(self, other: Operand) -> Vector:
        return self.code.operation("fdiv", self, other)

    def __rtruediv__(self, other: Operand) -> Vector:
        return self.code.operation("fdiv", other, self)

    def __neg__(self) -> Vector:
        return Vector(self.code, self.code.new(f"fneg {NUMBERS} {self.name}"))

    def __lt__(self, other: Operand) -> Truth:
        return self.code.compared("olt", self, other)

    def __le__(self, other: Operand) -> Truth:
        return self.code.compared("ole", self, other)

    def __gt__(self, other: Operand) -> Truth:
        return self.code.compared("ogt", self, other)

    def __ge__(self, other: Operand) -> Truth:
        return self.code.compared("oge", self, other)

    def equals(self, other: Operand) -> Truth:
        """Return where both are the same number."""
        return self.code.compared("oeq", self, other)

    def differs(self, other: Operand) -> Truth:
        """Return where they are not the same number, or one is none."""
        return self.code.compared("une", self, other)


Operand = Vector | float


@dataclass(frozen=True)
class Truth:
    """Yes or no in each lane."""

    code: Instructions = field(repr=False)
    name: str

    def __and__(self, other: Truth) -> Truth:
        return Truth(self.code, self.code.new(f"and {TRUTHS} {self.name}, {other.name}"))

    def __or__(self, other: Truth) -> Truth:
        return Truth(self.code, self.code.new(f"or {TRUTHS} {self.name}, {other.name}"))

    def __invert__(self) -> Truth:
        return Truth(self.code, self.code.new(f"xor {TRUTHS} {self.name}, {splat('true', 'i1')}"))


def splat(value: str, kind: str = "double") -> str:
    """Return a constant with the same value in all lanes."""
    return f"<{', '.join([f'{kind} {value}'] * LANES)}>"


def literal(value: float) -> str:
    """Return a number of all lanes, to the last bit."""
    return splat(f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016x}")


class Instructions:
    """Instructions one after another, with names for their results."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._number = 0
        self._logarithms: dict[str, Vector] = {}

    def new(self, text: str) -> str:
        """Write an instruction and return the name of its result."""
        self._number += 1
        self.lines.append(f"  %n{self._number} = {text}")
        return f"%n{self._number}"

    def plain(self, text: str) -> None:
        """Write an instruction without a result."""
        self.lines.append(f"  {text}")

    def constant(self, value: float) -> Vector:
        """Return the same number in all lanes."""
        return Vector(self, literal(value))

    def argument(self, name: str) -> Vector:
        """Return an argument of the function."""
        return Vector(self, f"%{name}")

    def operation(self, kind: str, one: Operand, other: Operand) -> Vector:
        """Return the result of an operation of LLVM."""
        return Vector(self, self.new(f"{kind} {NUMBERS} {operand(one)}, {operand(other)}"))

    def compared(self, kind: str, one: Operand, other: Operand) -> Truth:
        """Return where a comparison of LLVM is true."""
        return Truth(self, self.new(f"fcmp {kind} {NUMBERS} {operand(one)}, {operand(other)}"))

    def fused(self, one: Operand, other: Operand, more: Operand) -> Vector:
        """Return one * other + more, rounded once."""
        return self._called("fma", one, other, more)

    def root(self, one: Vector) -> Vector:
        """Return the square root."""
        return self._called("sqrt", one)

    def absolute(self, one: Vector) -> Vector:
        """Return the number without its sign."""
        return self._called("fabs", one)

    def floor(self, one: Vector) -> Vector:
        """Return the largest whole number that is not more."""
        return self._called("floor", one)

    def larger(self, one: Operand, other: Operand) -> Vector:
        """Return the larger one; the other, if one is no number."""
        return self.select(self.compared("ogt", one, other), one, other)

    def smaller(self, one: Operand, other: Operand) -> Vector:
        """Return the smaller one; the other, if one is no number."""
        return self.select(self.compared("olt", one, other), one, other)

    def select(self, where: Truth, one: Operand, other: Operand) -> Vector:
        """Return one where that is true, else the other."""
        return Vector(
            self, self.new(f"select {TRUTHS} {where.name}, {NUMBERS} {operand(one)}, {NUMBERS} {operand(other)}")
        )

    def given_by(self, name: str, *vectors: Operand) -> Vector:
        """Return what a function of vectors gives."""
        arguments = ", ".join(f"{NUMBERS} {operand(each)}" for each in vectors)
        return Vector(self, self.new(f"call {NUMBERS} @{name}({arguments})"))

    def logarithm(self, one: Vector) -> Vector:
        """Return the natural logarithm of a positive number, computed once."""
        if one.name not in self._logarithms:
            self._logarithms[one.name] = self.given_by("logarithm", one)
        return self._logarithms[one.name]

    def _called(self, name: str, *vectors: Operand) -> Vector:
        return self.given_by(f"llvm.{name}.v{LANES}f64", *vectors)

    def everywhere(self, whole: str) -> Vector:
        """Return a whole number in all lanes."""
        return self.spread(self.new(f"sitofp i64 {whole} to double"))

    def spread(self, number: str) -> Vector:
        """Return a number in all lanes."""
        one = self.new(f"insertelement {NUMBERS} poison, double {number}, i32 0")
        return Vector(self, self.new(f"shufflevector {NUMBERS} {one}, {NUMBERS} poison, {FIRST}"))

    def any(self, where: Truth) -> str:
        """Return whether something is true in any lane."""
        bits = self.new(f"bitcast {TRUTHS} {where.name} to i{LANES}")
        return self.new(f"icmp ne i{LANES} {bits}, 0")

    def named(self, kind: str) -> str:
        """Return a name that no other has."""
        self._number += 1
        return f"{kind}{self._number}"

    def forget(self) -> None:
        """Forget logarithms, which another block may not have."""
        self._logarithms = {}


def operand(value: Operand) -> str:
    """Return a vector, or a number of all lanes, as LLVM writes it."""
    return value.name if isinstance(value, Vector) else literal(value)
