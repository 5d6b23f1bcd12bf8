"""Library: whether LLVM, which compiles lanes, is there; it is imported by who runs them alone."""

from __future__ import annotations

import importlib.util

from ranklsys.errors import require


def installed() -> bool:
    """Whether lanes can run."""
    return importlib.util.find_spec("llvmlite") is not None


def demand() -> None:
    """Raise MissingLibrary, which says what to type, if lanes cannot run."""
    require("llvmlite", extra="lanes", where="lanes")
