"""Nearby: memory for compiled code in one stretch of the address space.

RoadRunner's LLJIT compiles a model with jumps and addresses of 32 bits, which reach 2 GB, and asks the kernel for the
code and for its constants one after the other. The kernel gives each the highest gap that fits; once a process spans
more than 2 GB (large arrays, or the threads of many models) the two may lie too far apart, and an address that does not
fit is cut off in silence: the model crashes the process, or computes with a wrong number. MCJIT compiles for any
distance, but takes a half longer. So, while a model is loaded, all gaps but those of one stretch are closed.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

STRETCH = 1 << 29
"""Bytes of free address space in which a model is loaded; what does not fit goes just below it. A load takes 1e7."""
SMALLEST = 4096
_NO_ACCESS, _PRIVATE_ANONYMOUS_UNRESERVED = 0, 0x02 | 0x20 | 0x4000
_NEEDED = sys.platform == "linux" and sys.maxsize > 2**32


@contextmanager
def nearby() -> Iterator[None]:
    """Let what is mapped within lie in one stretch of memory. It costs about a millisecond, and no memory."""
    if not _NEEDED:
        yield
        return
    with ExitStack() as plugs:
        with ExitStack() as reserved:
            start = _take(STRETCH, reserved)
            size = STRETCH // 4
            while start is not None and size >= SMALLEST:
                with ExitStack() as plug:
                    taken = _take(size, plug)
                    if taken is not None and taken >= start + STRETCH:
                        plugs.push(plug.pop_all())
                        continue
                size //= 4
        yield


def _take(size: int, stack: ExitStack) -> int | None:
    """Take address space, without memory, where the kernel puts it, until the stack closes; None if it gives none."""
    address = _libc().mmap(None, size, _NO_ACCESS, _PRIVATE_ANONYMOUS_UNRESERVED, -1, 0)
    if address in (None, ctypes.c_void_p(-1).value):
        return None
    stack.callback(_libc().munmap, address, size)
    return int(address)


@cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long)
    libc.munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
    return libc
