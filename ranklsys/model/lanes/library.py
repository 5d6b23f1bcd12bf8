"""Library: whether numba, which compiles the kernels, is there; it is imported by who needs the kernels alone."""

from __future__ import annotations

import importlib.util

from ranklsys.errors import require


def installed() -> bool:
    """Whether lanes can run."""
    return importlib.util.find_spec("numba") is not None


def demand() -> None:
    """Raise MissingLibrary, which says what to type, if lanes cannot run."""
    require("numba", extra="lanes", where="lanes")
