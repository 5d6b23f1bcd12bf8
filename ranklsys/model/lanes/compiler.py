"""Compiler: a program as machine code for this processor, kept on disk with what else is kept of models.

Any number of processes may start at once: who comes too early compiles for himself, which takes less time than to wait.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from ranklsys.model.lanes.program import ENTRY
from ranklsys.sbml import disk


@dataclass(frozen=True)
class Compiled:
    """A program that can be called with the addresses of its tables. engine: what holds its memory."""

    advance: Callable[..., None]
    engine: Any


def compiled(text: str) -> Compiled:
    """Return a program as machine code, from disk if it is there."""
    llvm = _library()
    # more optimisation takes twice as long to compile and gains 2 %, none loses 20 %
    options = {"cpu": llvm.get_host_cpu_name(), "features": str(llvm.get_host_cpu_features().flatten()), "opt": 1}
    # belongs to the engine afterwards, so that each has its own
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True, **options)
    key = (text, f"{llvm.llvm_version_info} {machine.triple} {options}")
    code = disk.content("lanes", *key)
    if code is None:
        code = bytes(machine.emit_object(llvm.parse_assembly(text)))
        disk.keep(code, "lanes", *key)
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
