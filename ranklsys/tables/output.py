"""Output: files that are written whole or not at all, and no file of others that is written over unasked.

A file is written beside its place, forced to the disk and renamed: killed at any moment, or on a full disk, what was
there before stays as it was. The SHA-256 of each file is noted in the user's cache, so that a file is known again as
ours, and unchanged, wherever it was moved: on the command line only such a file is written over without ``--force``.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path

from ranklsys.errors import DataError

CACHE = "RANKLSYS_CACHE"
"""The variable that names another folder for what is kept, or 0 for none."""
NOTED = "written"
MOST_NOTED = 1_000_000
"""Bytes of what is noted: 15,000 files; the older half goes when there are more."""
STALE = 86400.0
"""Seconds after which an unfinished file is one that a killed run has left."""
_guarded: ContextVar[bool] = ContextVar("guarded", default=False)


def home() -> Path:
    """Return the folder of all that ranklsys keeps for this user. Raises RuntimeError if there is no home."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ranklsys"


@contextlib.contextmanager
def guarded(force: bool) -> Iterator[None]:
    """Refuse, in what is done within, to write over files that ``require_free`` refuses, unless forced."""
    token = _guarded.set(not force)
    try:
        yield
    finally:
        _guarded.reset(token)


def require_free(path: Path) -> None:
    """Raise DataError if a file is there that ranklsys did not write, or that was changed since; where guarded."""
    if not _guarded.get() or not path.is_file() or path.stat().st_size == 0 or _digest(path) in _noted():
        return
    what = "this file is there, and it is not as ranklsys wrote it"
    raise DataError(what, where=str(path), hint="Name another file, or add --force to write over it")


@contextlib.contextmanager
def whole(path: Path, *, own: bool = False) -> Iterator[Path]:
    """Give a path beside to write to; at the end it takes the place of what was there. After an error nothing changes.

    Folders are made. own: a file that the command is there to write anew, such as one of a model that is built: it is
    neither guarded nor noted. What is no file (``/dev/stdout``) is written to as it is. Raises OSError, DataError.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    if not own:
        require_free(path)
    path = path.resolve()  # a link stays, and what it leads to is replaced
    path.parent.mkdir(parents=True, exist_ok=True)
    _clear(path)
    beside = path.with_name(f".{path.stem}.{os.getpid()}-{threading.get_ident()}.tmp{path.suffix}")
    try:
        yield beside
        _to_disk(beside)
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    if os.name == "posix":
        _to_disk(path.parent)
    if not own:
        _note(path)


def write(path: Path, content: str | bytes, *, own: bool = False) -> Path:
    """Write a text, in UTF-8 with the ends of lines that it has, or bytes; return the path. Raises as ``whole``."""
    with whole(path, own=own) as beside:
        beside.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _to_disk(path: Path) -> None:
    """Have the system bring a file, or the names in a folder, to the disk, as far as the disk can."""
    opened = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _clear(path: Path) -> None:
    """Remove what killed runs have left beside a path."""
    for left in path.parent.glob(f".{_literal(path.stem)}.*.tmp{_literal(path.suffix)}"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > STALE:
                left.unlink()


def _literal(text: str) -> str:
    """Return a text as a pattern that fits nothing else."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in text)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _ledger() -> Path | None:
    """Return the file of what is noted; None where nothing is kept."""
    named = os.environ.get(CACHE, "")
    if named == "0":
        return None
    try:
        return (Path(named).expanduser().absolute() if named else home()) / NOTED
    except RuntimeError:
        return None


def _noted() -> frozenset[str]:
    """Return the hashes of what was written."""
    ledger = _ledger()
    try:
        return frozenset(ledger.read_text(encoding="ascii").split()) if ledger else frozenset()
    except (OSError, ValueError):
        return frozenset()


def _note(path: Path) -> None:
    """Note a file as written, if there is a place for it."""
    ledger = _ledger()
    if ledger is None:
        return
    with contextlib.suppress(OSError):
        line = f"{_digest(path)}\n"
        ledger.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if ledger.exists() and ledger.stat().st_size > MOST_NOTED:
            kept = ledger.read_bytes()[-MOST_NOTED // 2 :].partition(b"\n")[2]
            write(ledger, kept, own=True)
        with ledger.open("a", encoding="ascii") as file:
            file.write(line)
