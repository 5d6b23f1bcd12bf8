"""Disk: what was computed from models, kept in the user's cache for later starts.

A file is named by the hash of all that it was computed from: the texts of models and parts, the text of what computes
here, and the versions of the libraries that take part. So what has changed is computed anew, and what is old is never
found. Files are written whole, compressed, and hold a hash of what is in them: one that is not as it was written is
ignored. They are text, and models that RoadRunner or LLVM compiled; nothing in them is run as Python.

The folder is ``models`` in ``$XDG_CACHE_HOME/ranklsys``, or in ``~/.cache/ranklsys``. ``RANKLSYS_CACHE=FOLDER`` keeps
them in ``FOLDER/models``, ``RANKLSYS_CACHE=0`` keeps none. That it cannot be made, read or written is no error: all is
computed as without it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import zlib
from collections.abc import Callable
from functools import cache
from importlib import metadata
from pathlib import Path

from ranklsys.sbml.cache import digest
from ranklsys.tables.output import CACHE, home

MOST = 256_000_000
"""Bytes that are kept; what was not used for longest goes first."""
_ROOMS = ("model", "plugins", "sbml", "tables")
"""Where the code is that makes what is kept."""
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_DIGEST = hashlib.sha256().digest_size
_written = MOST
"""Bytes that this process has written since it last looked whether there is room, which it does at first."""


def models() -> Path:
    """Return the folder of models. Raises RuntimeError if none is named and there is no home."""
    named = os.environ.get(CACHE, "0")
    return (home() if named in {"", "0"} else Path(named).expanduser().absolute()) / "models"


def text(kind: str, *key: str, make: Callable[[], str]) -> str:
    """Return a text that was kept, or make and keep it. kind: what it is; key: all that it is computed from."""
    found = content(kind, *key)
    if found is None:
        made = make()
        keep(made.encode(), kind, *key)
        return made
    return found.decode()


def content(kind: str, *key: str) -> bytes | None:
    """Return what was kept under a key; None if nothing was, or it is not as it was written."""
    folder = _folder()
    if folder is None:
        return None
    name = _name(kind, key)
    try:
        written = (folder / name).read_bytes()
    except OSError:
        return None
    if written[:_DIGEST] != _digest_of(name, written[_DIGEST:]):
        return None
    with contextlib.suppress(OSError):
        os.utime(folder / name)  # used now, so that others go first
    return zlib.decompress(written[_DIGEST:])


def keep(what: bytes, kind: str, *key: str) -> None:
    """Keep something under a key, if it can be written."""
    global _written
    folder = _folder(make=True)
    if folder is None:
        return
    name, packed = _name(kind, key), zlib.compress(what, 1)
    unfinished = folder / f"{name}.{os.getpid()}"
    try:
        with os.fdopen(os.open(unfinished, _NEW, 0o600), "wb") as file:
            file.write(_digest_of(name, packed) + packed)
        unfinished.replace(folder / name)
        _written += len(packed)
        if _written >= MOST // 16:
            _make_room(folder)
            _written = 0
    except OSError:
        with contextlib.suppress(OSError):
            unfinished.unlink()


def size() -> int:
    """Return how many bytes are kept. Raises RuntimeError as ``models`` does."""
    found = 0
    for path in models().rglob("*"):
        with contextlib.suppress(OSError):  # another process may just have removed it
            found += path.stat().st_size if path.is_file() else 0
    return found


def clear() -> None:
    """Remove all that ``size`` counts. Raises OSError if it may not be removed, RuntimeError as ``models`` does."""
    if models().exists():
        shutil.rmtree(models())


def unused() -> str:
    """Return why nothing of models is kept here or found; empty if it is."""
    if os.environ.get(CACHE) == "0":
        return f"{CACHE} is 0"
    folder = models()
    if _folder(make=True) is None:
        return f"{folder} cannot be made, or others may write there"
    return "" if os.access(folder, os.W_OK) else f"{folder} cannot be written"


def _folder(*, make: bool = False) -> Path | None:
    """Return the folder of models; None if it is not wanted, not there, or not the user's own.

    Who could write there could have their machine code run, since compiled models hold some.
    """
    if os.environ.get(CACHE) == "0":
        return None
    try:
        folder = models()
        if make:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except (OSError, RuntimeError):
        return None
    own = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)
    return folder if own and stat.S_ISDIR(found.st_mode) else None


def _name(kind: str, key: tuple[str, ...]) -> str:
    whole = "\n".join((_program(), *map(digest, key)))
    return f"{kind}-{hashlib.sha256(whole.encode()).hexdigest()}"


def _digest_of(name: str, packed: bytes) -> bytes:
    """Return the hash that stands before what is in a file; with its name, so that none passes for another."""
    return hashlib.sha256(name.encode() + packed).digest()


@cache
def _program() -> str:
    """Return a hash of what computes: the code of this package, which may be edited in place, and libsbml's version."""
    package = Path(__file__).parent.parent
    code = [path.read_bytes() for room in _ROOMS for path in sorted((package / room).glob("*.py"))]
    versions = [installed("ranklsys"), installed("python-libsbml")]
    return hashlib.sha256(b"".join([*code, *(version.encode() for version in versions)])).hexdigest()


def installed(distribution: str) -> str:
    """Return the version of a distribution; empty if it is there under another name."""
    with contextlib.suppress(metadata.PackageNotFoundError):
        return metadata.version(distribution)
    return ""


def _make_room(folder: Path) -> None:
    """Remove what was not used for longest, if there is too much, and what a process left unfinished."""
    files = sorted(((each.stat(), Path(each.path)) for each in os.scandir(folder)), key=lambda file: file[0].st_mtime)
    total = sum(found.st_size for found, _ in files)
    for found, path in files:
        if total <= MOST:
            return
        path.unlink(missing_ok=True)
        total -= found.st_size
