"""Compiler: a program as machine code for this processor, kept on disk under the hash of all that it depends on.

A file is written whole or not at all, so that any number of processes may start at once; who comes too early compiles
for himself, which takes less time than to wait.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from ranklsys.model.lanes.program import ENTRY

ENDING = ".o"
MOST_KEPT = 400
"""Models; some 100 kB each."""


@dataclass(frozen=True)
class Compiled:
    """A program that can be called with the addresses of its tables. engine: what holds its memory."""

    advance: Callable[..., None]
    engine: Any


def folder() -> Path:
    """Return where machine code is kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ranklsys" / "lanes"


def compiled(text: str) -> Compiled:
    """Return a program as machine code, from disk if it is there."""
    llvm = _library()
    # more optimisation takes twice as long to compile and gains 2 %, none loses 20 %
    options = {"cpu": llvm.get_host_cpu_name(), "features": str(llvm.get_host_cpu_features().flatten()), "opt": 1}
    # belongs to the engine afterwards, so that each has its own
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True, **options)
    key = f"{llvm.llvm_version_info} {machine.triple} {options} {text}"
    path = folder() / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}{ENDING}"
    code = _kept(path)
    if code is None:
        code = bytes(machine.emit_object(llvm.parse_assembly(text)))
        _keep(path, code)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    kinds = (*[ctypes.c_void_p] * 5, *[ctypes.c_int64] * 3)
    return Compiled(ctypes.CFUNCTYPE(None, *kinds)(engine.get_function_address(ENTRY)), engine)


@cache
def _library() -> Any:
    """Return LLVM, ready to compile for this processor."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


def _kept(path: Path) -> bytes | None:
    """Return machine code from disk; what is damaged is as if it were not there."""
    try:
        text = path.read_bytes()
    except OSError:
        return None
    code, checked = text[:-32], text[-32:]
    return code if hashlib.sha256(code).digest() == checked else None


def _keep(path: Path, code: bytes) -> None:
    """Put machine code on disk, whole; a disk that cannot be written to costs time alone."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            file.write(code + hashlib.sha256(code).digest())
        Path(file.name).replace(path)
        known = sorted(path.parent.glob(f"*{ENDING}"), key=lambda each: each.stat().st_mtime)
        for old in known[: max(0, len(known) - MOST_KEPT)]:
            old.unlink(missing_ok=True)
