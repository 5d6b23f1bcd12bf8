"""Arithmetic: exponentials, logarithms and powers of vectors; tapes and eliminations, as straight instructions.

Registers of a tape are values, which the compiler keeps where it likes; only what outlives a tape stands in the room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ranklsys.model.lanes.function import Function
from ranklsys.model.lanes.vectors import NUMBERS, WHOLE, Vector, splat
from ranklsys.sbml.tapes import expressions as ex
from ranklsys.sbml.tapes import registers
from ranklsys.sbml.tapes.elimination import INVERSE, LESS, TIMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Program = NDArray[np.int32]

SMALLEST = 2.2250738585072014e-308
"""The smallest number with all its digits."""

LONGEST_STRAIGHT = 2000
"""Steps of an elimination that are written one by one, which takes a third of a millisecond each."""

_LEAST, _MOST = -708.0, 709.0
_ROUND, _INTEGER = 6755399441055744.0, 4503599627370496.0
_LOG2_HIGH, _LOG2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_FACTORIALS = (6227020800.0, 479001600.0, 39916800.0, 3628800.0, 362880.0, 40320.0, 5040.0, 720.0, 120.0, 24.0, 6.0)
_EVEN = (3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01)
_ODD = (6.666666666666735130e-01, 2.857142874366239149e-01, 1.818357216161805012e-01, 1.479819860511658591e-01)


def functions() -> str:
    """Return the functions that tapes call."""
    return "\n".join((_exponential(), _logarithm(), _power()))


def _exponential() -> str:
    """Write the exponential, to the last bits; what overflows is the largest there is, no number stays none."""
    code = Function("exponential", f"{NUMBERS} %number", NUMBERS)
    number = code.argument("number")
    x = code.smaller(code.larger(number, _LEAST), _MOST)
    rounded = code.fused(x, 1.4426950408889634, _ROUND)
    whole = rounded - _ROUND
    r = code.fused(whole, -_LOG2_LOW, code.fused(whole, -_LOG2_HIGH, x))
    series = code.constant(1.0 / _FACTORIALS[0])
    for coefficient in (*(1.0 / each for each in _FACTORIALS[1:]), 0.5, 1.0, 1.0):
        series = code.fused(r, series, coefficient)
    bits = code.new(f"bitcast {NUMBERS} {rounded.name} to {WHOLE}")
    moved = code.new(f"add {WHOLE} {bits}, {splat('1023', 'i64')}")
    power = code.new(f"shl {WHOLE} {moved}, {splat('52', 'i64')}")
    result = series * Vector(code, code.new(f"bitcast {WHOLE} {power} to {NUMBERS}"))
    return code.text(f"ret {NUMBERS} {code.select(number.equals(number), result, number).name}")


def _logarithm() -> str:
    """Write the natural logarithm of a positive number, by the series of fdlibm."""
    code = Function("logarithm", f"{NUMBERS} %number", NUMBERS)
    bits = code.new(f"bitcast {NUMBERS} {code.larger(code.argument('number'), SMALLEST).name} to {WHOLE}")
    high = code.new(f"lshr {WHOLE} {bits}, {splat('52', 'i64')}")
    high = code.new(f"or {WHOLE} {high}, {splat(str(0x4330000000000000), 'i64')}")
    power = Vector(code, code.new(f"bitcast {WHOLE} {high} to {NUMBERS}")) - (_INTEGER + 1023.0)
    low = code.new(f"and {WHOLE} {bits}, {splat(str(0x000FFFFFFFFFFFFF), 'i64')}")
    low = code.new(f"or {WHOLE} {low}, {splat(str(0x3FF0000000000000), 'i64')}")
    m = Vector(code, code.new(f"bitcast {WHOLE} {low} to {NUMBERS}"))
    big = m > 1.4142135623730951
    m = code.select(big, m * 0.5, m)
    power = code.select(big, power + 1.0, power)
    f = m - 1.0
    s = f / (f + 2.0)
    z = s * s
    w = z * z
    one = w * code.fused(w, code.fused(w, _EVEN[2], _EVEN[1]), _EVEN[0])
    two = z * code.fused(w, code.fused(w, code.fused(w, _ODD[3], _ODD[2]), _ODD[1]), _ODD[0])
    h = f * f * 0.5
    rest = code.fused(s, h + one + two, power * _LOG2_LOW)
    result = code.fused(power, _LOG2_HIGH, -((h - rest) - f))
    return code.text(f"ret {NUMBERS} {result.name}")


def _power() -> str:
    """Write a power, from the logarithm of its base too; a base that is not positive has its own branch."""
    code = Function("power", f"{NUMBERS} %base, {NUMBERS} %logarithm, {NUMBERS} %exponent", NUMBERS)
    base, exponent = code.argument("base"), code.argument("exponent")
    plain = code.given_by("exponential", code.argument("logarithm") * exponent)
    positive = base > 0.0
    special, done, first = code.named("special"), code.named("done"), code.named("first")
    code.plain(f"br label %{first}")
    code.start(first)
    code.plain(f"br i1 {code.any(~positive)}, label %{special}, label %{done}")
    code.start(special)
    whole = exponent.equals(code.floor(exponent))
    half = exponent * 0.5
    odd = half.differs(code.floor(half))
    size = code.given_by("exponential", code.logarithm(code.absolute(base)) * exponent)
    negative = code.select(odd, -size, size)
    nothing = code.select(exponent > 0.0, 0.0, code.select(exponent.equals(0.0), 1.0, float("inf")))
    other = code.select(base.equals(0.0), nothing, code.select((base < 0.0) & whole, negative, float("nan")))
    result = code.select(positive, plain, other)
    code.plain(f"br label %{done}")
    code.start(done)
    both = code.new(f"phi {NUMBERS} [ {plain.name}, %{first} ], [ {result.name}, %{special} ]")
    return code.text(f"ret {NUMBERS} {both}")


class Run:
    """A tape that is run: what its registers hold. Others stand in the room, or are constants of the model."""

    def __init__(self, code: Function, constants: Mapping[int, float]) -> None:
        self._code, self._constants = code, constants
        self._values: dict[int, Vector] = {}

    def __getitem__(self, register: int) -> Vector:
        if register not in self._values:
            known = register in self._constants
            self._values[register] = (
                self._code.constant(self._constants[register]) if known else self._code.load(register)
            )
        return self._values[register]

    def run(self, tape: Program, after: Callable[[int], None] | None = None) -> None:
        """Run a tape; its operations are those of ``sbml.tapes.expressions`` and ``registers``.

        after: what is done once a register is known.
        """
        for operation, target, *sources in tape.tolist():
            self._values[target] = self._operation(operation, *(self[source] for source in sources))
            if after:
                after(target)
            self._code.pause()

    def keep(self, places: Iterable[int]) -> None:
        """Put registers into the room."""
        for register in places:
            self._code.store(self[register], register)

    def _operation(self, operation: int, a: Vector, b: Vector, c: Vector) -> Vector:
        code = self._code
        match operation:
            case ex.ADD:
                return a + b
            case ex.SUBTRACT:
                return a - b
            case ex.MULTIPLY:
                return a * b
            case ex.DIVIDE:
                return a / b
            case ex.POWER:
                return code.given_by("power", a, code.logarithm(a), b)
            case ex.EXPONENTIAL:
                return code.given_by("exponential", a)
            case ex.LOGARITHM:
                of_others = code.select(a.equals(0.0), float("-inf"), float("nan"))
                return code.select(a > 0.0, code.logarithm(a), of_others)
            case ex.ROOT:
                return code.root(a)
            case ex.NEGATE:
                return -a
            case ex.DIVIDE_SAFELY:
                return a / code.select(code.absolute(b) > 1e-300, b, 1e-300)
            case registers.PRODUCT_PLUS:
                return code.fused(a, b, c)
            case registers.PRODUCT_MINUS:
                return code.fused(a, b, -c)
            case registers.LESS_PRODUCT:
                return code.fused(-a, b, c)
        raise ValueError(operation)


def looped(code: Function, program: Program, name: str, target: str, entries: str) -> None:
    """Run a long program of elimination as a loop over a table of that name, in place. target, entries: addresses."""
    with code.each(len(program)) as step:
        first = code.new(f"getelementptr [4 x i32], ptr @{name}, i64 {step}")
        operation, *places = (code.whole(first, number) for number in range(4))
        place, one, other = places
        for kind in (LESS, TIMES, INVERSE):
            with code.when(code.new(f"icmp eq i64 {operation}, {kind}")):
                found = code.load(0, place, base=target)
                if kind == LESS:
                    entry, by = code.load(0, one, base=entries), code.load(0, other, base=target)
                    result = code.fused(-entry, by, found)
                else:
                    result = 1.0 / found if kind == INVERSE else found * code.load(0, one, base=entries)
                code.store(result, 0, place, base=target)


def table(program: Program, name: str) -> str:
    """Return a program of elimination as a table."""
    rows = ", ".join(f"[4 x i32] [{', '.join(f'i32 {number}' for number in row)}]" for row in program.tolist())
    return f"@{name} = internal constant [{len(program)} x [4 x i32]] [{rows}]\n"


def eliminated(code: Function, program: Program, target: list[Vector | None], entries: Sequence[Any]) -> None:
    """Run a program of elimination: on the entries themselves to factor, on a vector to solve. None stands for 0."""
    for operation, place, one, other in program.tolist():
        found = target[place]
        if operation == INVERSE:
            assert found is not None
            target[place] = 1.0 / found
        elif operation == TIMES:
            target[place] = None if found is None else found * entries[one]
        else:
            a, b = entries[one], target[other]
            if a is not None and b is not None:
                target[place] = -(a * b) if found is None else code.fused(-a, b, found)
        code.pause()
