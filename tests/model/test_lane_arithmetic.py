"""Arithmetic of lanes: exponentials, logarithms and powers as mathematics says; machine code kept on disk, whole."""

from __future__ import annotations

import math
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("llvmlite")

from ranklsys.model.lanes import compiler
from ranklsys.model.lanes.arithmetic import functions
from ranklsys.model.lanes.function import Function
from ranklsys.model.lanes.moments import TABLES
from ranklsys.model.lanes.program import ENTRY
from ranklsys.model.lanes.room import empty
from ranklsys.model.lanes.vectors import DECLARED, LANES

LAST_DIGITS = 4e-16
"""Two units in the last place."""


def program() -> str:
    """Return a program that puts exponential, logarithm, power and root of what stands at places 0 and 1 to 2 to 5."""
    code = Function(ENTRY, f"ptr %room, {TABLES}, i64 %count, i64 %rounds", public=True)
    number, exponent = code.load(0), code.load(1)
    code.store(code.given_by("exponential", number), 2)
    code.store(code.logarithm(number), 3)
    code.store(code.given_by("power", number, code.logarithm(number), exponent), 4)
    code.store(code.root(number), 5)
    return "\n".join((DECLARED, functions(), code.text()))


@pytest.fixture(scope="module")
def computed() -> compiler.Compiled:
    return compiler.compiled(program())


def results(code: compiler.Compiled, numbers: list[float], exponents: list[float]) -> np.ndarray:
    """Return exponentials, logarithms, powers and roots of eight numbers."""
    room = empty(6)
    room[0], room[1] = numbers, exponents
    code.advance(room.ctypes.data, None, None, None, None, 0, 0, 0)
    return room[2:]


def eight(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[list[float]]:
    return st.lists(numbers, min_size=LANES, max_size=LANES)


@given(numbers=eight(st.floats(-700.0, 700.0)))
def test_exponentials_are_right_to_the_last_digits(computed: compiler.Compiled, numbers: list[float]) -> None:
    found = results(computed, numbers, [1.0] * LANES)[0]
    assert found == pytest.approx([math.exp(each) for each in numbers], rel=LAST_DIGITS, abs=0.0)


@given(numbers=eight(st.floats(1e-300, 1e300)))
def test_logarithms_and_roots_are_right_to_the_last_digits(computed: compiler.Compiled, numbers: list[float]) -> None:
    _, logarithms, _, roots = results(computed, numbers, [1.0] * LANES)
    assert logarithms == pytest.approx([math.log(each) for each in numbers], rel=LAST_DIGITS, abs=1e-17)
    assert np.array_equal(roots, np.sqrt(numbers))


@given(numbers=eight(st.floats(1e-6, 1e6)), exponents=eight(st.floats(-8.0, 8.0)))
def test_powers_are_right_to_thirteen_digits(
    computed: compiler.Compiled, numbers: list[float], exponents: list[float]
) -> None:
    found = results(computed, numbers, exponents)[2]
    expected = [base**exponent for base, exponent in zip(numbers, exponents, strict=True)]
    assert found == pytest.approx(expected, rel=1e-13, abs=0.0)


def test_powers_of_what_is_not_positive(computed: compiler.Compiled) -> None:
    numbers = [0.0, 0.0, 0.0, -2.0, -2.0, -2.0, math.nan, 2.0]
    exponents = [2.5, 0.0, -1.0, 3.0, 2.0, 0.5, 1.0, 3.0]
    found = results(computed, numbers, exponents)[2]
    assert found == pytest.approx([0.0, 1.0, math.inf, -8.0, 4.0, math.nan, math.nan, 8.0], rel=1e-15, nan_ok=True)


def test_exponentials_at_the_ends_are_finite_and_no_number_stays_none(computed: compiler.Compiled) -> None:
    found = results(computed, [800.0, -800.0, math.inf, -math.inf, math.nan, 0.0, 1.0, -1.0], [1.0] * LANES)[0]
    assert np.isfinite(found[:4]).all()
    assert math.isnan(found[4])
    assert found[5:] == pytest.approx([1.0, math.e, 1 / math.e], rel=LAST_DIGITS)


@given(st.permutations(range(LANES)), eight(st.floats(-5.0, 5.0)), eight(st.floats(-3.0, 3.0)))
def test_no_lane_reads_another(
    computed: compiler.Compiled, order: list[int], numbers: list[float], exponents: list[float]
) -> None:
    """The same bytes in another order, whatever needs a branch of its own beside."""
    one = results(computed, numbers, exponents)
    other = results(computed, [numbers[place] for place in order], [exponents[place] for place in order])
    assert one[:, order].tobytes() == other.tobytes()


OTHERS = {"x86_64": ("x86-64-v4", "x86-64-v3", "x86-64"), "arm64": ("apple-m1",), "aarch64": ("cortex-a72",)}
"""Older processors by machine; those that lack vectors of this length, or fused products, do the same in more steps."""


@given(numbers=eight(st.floats(1e-3, 1e3)), exponents=eight(st.floats(-8.0, 8.0)))
@settings(max_examples=10, deadline=None)
def test_other_processors_give_the_same_bytes(numbers: list[float], exponents: list[float]) -> None:
    import llvmlite.binding as llvm

    expected = results(compiler.compiled(program()), numbers, exponents).tobytes()
    features = llvm.get_host_cpu_features()
    known = {name for name, here in features.items() if here}
    for processor in OTHERS.get(platform.machine(), ()):
        # only what this one has too could run here
        if processor == "x86-64-v4" and "avx512f" not in known:
            continue
        if processor == "x86-64-v3" and not {"avx2", "fma"} <= known:
            continue
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(llvm, "get_host_cpu_name", lambda name=processor: name)
            patch.setattr(llvm, "get_host_cpu_features", lambda: llvm.FeatureMap())
            assert results(compiler.compiled(program()), numbers, exponents).tobytes() == expected, processor


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of an empty cache, which is in use."""
    monkeypatch.delenv("RANKLSYS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "ranklsys" / "models"


def test_machine_code_is_kept_and_what_is_damaged_is_compiled_anew(cache: Path) -> None:
    compiler.compiled(program())
    (path,) = cache.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[:1000])
    numbers = [0.5] * LANES
    assert results(compiler.compiled(program()), numbers, numbers)[0, 0] == math.exp(0.5)
    assert path.read_bytes() == whole


@pytest.mark.thorough  # three starts of Python
def test_processes_that_start_at_once_share_what_they_compile(cache: Path) -> None:
    """Each has a whole program, whoever writes first, and one file is left."""
    code = "from ranklsys.model.lanes import batch; batch.load(); print('ran')"
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert [each.communicate() for each in started] == [("ran\n", "")] * 3
    assert len([path for path in cache.iterdir() if path.name.startswith("lanes-")]) == 1
