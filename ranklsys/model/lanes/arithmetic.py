"""Arithmetic over lanes: tapes, elimination and combinations of stages, as loops that become vector instructions.

The loops have a fixed length, and no lane reads another: what a subject gets never depends on who is beside it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from llvmlite import ir
from numba import config, njit, types
from numba.extending import intrinsic

LANES = 128
"""Subjects side by side: enough to hide the cost of reading a step of a tape; 256 fill the cache and are no faster."""

OPTIONS = {"fastmath": {"contract"}, "error_model": "numpy"}
kernel = njit(**OPTIONS)


def kept(function: Callable[..., None]) -> Any:
    """Return a function compiled once for this machine, and kept on disk for later starts.

    In a folder that is named by the text of all kernels: numba looks at the file of a function alone, and would keep
    what has become wrong elsewhere.
    """
    texts = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = home / "ranklsys" / "lanes" / hashlib.sha256(b"".join(texts)).hexdigest()[:16]
    before = config.CACHE_DIR
    try:
        config.CACHE_DIR = before or str(folder)
        return njit(cache=True, **OPTIONS)(function)
    finally:
        config.CACHE_DIR = before


_SMALLEST, _LEAST, _MOST = 2.3e-308, -708.0, 709.0
_ROUND = 6755399441055744.0
_INTEGER = 4503599627370496.0


@intrinsic
def _bits(context: Any, number: Any) -> Any:
    """Return the bits of a float as an integer."""

    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), code


@intrinsic
def _float(context: Any, bits: Any) -> Any:
    """Return the float of some bits."""

    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), code


@kernel
def exponential(number: float) -> float:
    """Return the exponential to the last bits; what overflows is the largest there is, NaN stays NaN."""
    x = number if number > _LEAST else _LEAST
    x = x if x < _MOST else _MOST
    rounded = x * 1.4426950408889634 + _ROUND
    whole = rounded - _ROUND
    r = x - whole * 6.93147180369123816490e-01
    r = r - whole * 1.90821492927058770002e-10
    p = 1.0 / 39916800.0 + r * (1.0 / 479001600.0 + r * (1.0 / 6227020800.0))
    p = 1.0 / 40320.0 + r * (1.0 / 362880.0 + r * (1.0 / 3628800.0 + r * p))
    p = 1.0 / 120.0 + r * (1.0 / 720.0 + r * (1.0 / 5040.0 + r * p))
    p = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * p))))
    result = p * _float((_bits(rounded) + 1023) << 52)
    return result if number == number else number


@kernel
def logarithm(number: float) -> float:
    """Return the natural logarithm of a positive number, by the series of fdlibm."""
    bits = _bits(number if number > _SMALLEST else _SMALLEST)
    power = _float((bits >> 52) | 0x4330000000000000) - (_INTEGER + 1023.0)
    m = _float((bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000)
    big = m > 1.4142135623730951
    m = 0.5 * m if big else m
    power = power + 1.0 if big else power
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    one = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    two = 1.818357216161805012e-01 + w * 1.479819860511658591e-01
    two = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01 + w * two))
    h = 0.5 * f * f
    result: float = power * 6.93147180369123816490e-01 - (
        (h - (s * (h + one + two) + power * 1.90821492927058770002e-10)) - f
    )
    return result


@kernel
def _raise(d: Any, base: Any, exponent: Any) -> None:
    """Set powers; a base that is not positive has its own branch, which no other lane sees."""
    special = 0
    for n in range(LANES):
        d[n] = exponential(logarithm(base[n]) * exponent[n])
        special += 0 if base[n] > 0.0 else 1
    if special:
        for n in range(LANES):
            if not base[n] > 0.0:
                d[n] = base[n] ** exponent[n]


@kernel
def run(tape: Any, r: Any) -> None:
    """Run a tape over the registers ``r``; its operations are those of ``sbml.tapes.expressions`` and ``registers``."""
    for step in range(tape.shape[0]):
        operation = tape[step, 0]
        d, a, b, c = tape[step, 1], tape[step, 2], tape[step, 3], tape[step, 4]
        if operation == 2:
            for n in range(LANES):
                r[d, n] = r[a, n] * r[b, n]
        elif operation == 10:
            for n in range(LANES):
                r[d, n] = r[a, n] * r[b, n] + r[c, n]
        elif operation == 0:
            for n in range(LANES):
                r[d, n] = r[a, n] + r[b, n]
        elif operation == 1:
            for n in range(LANES):
                r[d, n] = r[a, n] - r[b, n]
        elif operation == 13:
            for n in range(LANES):
                r[d, n] = r[a, n] * r[b, n] * r[c, n]
        elif operation == 11:
            for n in range(LANES):
                r[d, n] = r[a, n] * r[b, n] - r[c, n]
        elif operation == 12:
            for n in range(LANES):
                r[d, n] = r[c, n] - r[a, n] * r[b, n]
        elif operation == 3:
            for n in range(LANES):
                r[d, n] = r[a, n] / r[b, n]
        elif operation == 14:
            for n in range(LANES):
                r[d, n] = r[a, n] + r[b, n] + r[c, n]
        elif operation == 4:
            _raise(r[d], r[a], r[b])
        elif operation == 9:
            for n in range(LANES):
                r[d, n] = r[a, n] / (r[b, n] if abs(r[b, n]) > 1e-300 else 1e-300)
        elif operation == 5:
            for n in range(LANES):
                r[d, n] = exponential(r[a, n])
        elif operation == 8:
            for n in range(LANES):
                r[d, n] = -r[a, n]
        elif operation == 7:
            for n in range(LANES):
                r[d, n] = np.sqrt(r[a, n])
        elif operation == 6:
            for n in range(LANES):
                e = logarithm(r[a, n])
                e = e if r[a, n] > 0.0 else np.nan
                r[d, n] = -np.inf if r[a, n] == 0.0 else e


@kernel
def eliminate(target: Any, entries: Any, program: Any) -> None:
    """Run a program of elimination: on the entries themselves to factor, on a vector to solve."""
    for step in range(program.shape[0]):
        operation = program[step, 0]
        t, a, b = program[step, 1], program[step, 2], program[step, 3]
        if operation == 1:
            for n in range(LANES):
                target[t, n] -= entries[a, n] * target[b, n]
        elif operation == 4:
            for n in range(LANES):
                target[t, n] *= entries[a, n]
        elif operation == 2:
            c, d = program[step, 4], program[step, 5]
            for n in range(LANES):
                target[t, n] -= entries[a, n] * target[b, n] + entries[c, n] * target[d, n]
        elif operation == 3:
            c, d = program[step, 4], program[step, 5]
            e, f = program[step, 6], program[step, 7]
            for n in range(LANES):
                target[t, n] -= (
                    entries[a, n] * target[b, n] + entries[c, n] * target[d, n] + entries[e, n] * target[f, n]
                )
        else:
            for n in range(LANES):
                target[t, n] = 1.0 / target[t, n]


@kernel
def combine(result: Any, first: int, base: Any, places: Any, k: Any, w: Any, count: int, scale: Any) -> None:
    """Set result to base + scale * (the first ``count`` stages ``k``, by weights ``w``), for all states.

    State i stands at ``first + i`` of the result, and at ``places[i]`` of the base.
    """
    for i in range(places.shape[0]):
        r, p = first + i, places[i]
        if count == 1:
            for n in range(LANES):
                result[r, n] = base[p, n] + scale[n] * (w[0] * k[0, i, n])
        elif count == 2:
            for n in range(LANES):
                result[r, n] = base[p, n] + scale[n] * (w[0] * k[0, i, n] + w[1] * k[1, i, n])
        elif count == 3:
            for n in range(LANES):
                result[r, n] = base[p, n] + scale[n] * (w[0] * k[0, i, n] + w[1] * k[1, i, n] + w[2] * k[2, i, n])
        elif count == 4:
            for n in range(LANES):
                result[r, n] = base[p, n] + scale[n] * (
                    w[0] * k[0, i, n] + w[1] * k[1, i, n] + w[2] * k[2, i, n] + w[3] * k[3, i, n]
                )
        elif count == 5:
            for n in range(LANES):
                some = w[0] * k[0, i, n] + w[1] * k[1, i, n] + w[2] * k[2, i, n] + w[3] * k[3, i, n]
                more = w[4] * k[4, i, n]
                result[r, n] = base[p, n] + scale[n] * (some + more)
        elif count == 6:
            for n in range(LANES):
                some = w[0] * k[0, i, n] + w[1] * k[1, i, n] + w[2] * k[2, i, n] + w[3] * k[3, i, n]
                more = w[4] * k[4, i, n] + w[5] * k[5, i, n]
                result[r, n] = base[p, n] + scale[n] * (some + more)
        else:
            for n in range(LANES):
                some = w[0] * k[0, i, n] + w[1] * k[1, i, n] + w[2] * k[2, i, n] + w[3] * k[3, i, n]
                more = w[4] * k[4, i, n] + w[5] * k[5, i, n] + w[6] * k[6, i, n]
                result[r, n] = base[p, n] + scale[n] * (some + more)
