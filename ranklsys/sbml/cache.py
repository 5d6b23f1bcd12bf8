"""Recall: what was computed from texts of models is kept for who asks again, up to a number, and can be forgotten.

Whoever keeps something of models says so here, so that there is one place that empties it all.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import gc
import hashlib
import sys
from collections.abc import Callable
from functools import _lru_cache_wrapper, lru_cache
from typing import TypeVar

Result = TypeVar("Result")

_emptied: list[Callable[[], object]] = []


def recalled(most: int) -> Callable[[Callable[..., Result]], _lru_cache_wrapper[Result]]:
    """Return a decorator that keeps the last results of a function of hashable arguments, ``most`` of them."""

    def keeping(function: Callable[..., Result]) -> _lru_cache_wrapper[Result]:
        kept = lru_cache(maxsize=most)(function)
        emptied_by(kept.cache_clear)
        return kept

    return keeping


def emptied_by(clear: Callable[[], object]) -> None:
    """Let ``forget`` call this too."""
    _emptied.append(clear)


@recalled(128)
def digest(text: str) -> str:
    """Return the SHA-256 of a text; recalled, since the text of a model is long and asked for often."""
    return hashlib.sha256(text.encode()).hexdigest()


def forget() -> None:
    """Forget all that this process keeps of models: what is asked for next is read anew.

    For long sessions that want the memory back, which is given to the system, and after files of models were changed.
    What is kept on disk stays; it is found by its content, so it never is out of date (see ``ranklsys doctor``).
    """
    for clear in _emptied:
        clear()
    gc.collect()
    if sys.platform == "linux":  # glibc keeps what was freed for itself, 350 MB after 1,000 compositions
        library = ctypes.util.find_library("c")
        trim = getattr(ctypes.CDLL(library), "malloc_trim", None) if library else None
        if trim is not None:
            trim(0)
