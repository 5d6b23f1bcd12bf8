"""Sums: what each file of a block was when it was written, so that one that was cut, swapped or lost is named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from ranklsys.errors import DataError
from ranklsys.tables.output import write

SUMS = "sums"
_checked: set[tuple[str, int, int]] = set()
"""Files that were as they should be: path, size, and when they were written [ns]."""


def sums_path(folder: Path, block: int) -> Path:
    """Return where the sums of a block stand."""
    return folder / SUMS / f"part-{block:06d}.json"


def write_sums(folder: Path, block: int, contents: Mapping[str, bytes]) -> None:
    """Write size and SHA-256 of the files of a block, by table."""
    sums = {table: [len(content), hashlib.sha256(content).hexdigest()] for table, content in contents.items()}
    write(sums_path(folder, block), json.dumps(sums) + "\n", own=True)


def check_part(folder: Path, block: int, table: str, part: Path) -> None:
    """Raise DataError, which names the file and how to mend it, for one that is not as it was written."""
    kept = sums_path(folder, block)
    try:
        size, digest = json.loads(kept.read_text(encoding="utf-8"))[table]
    except (ValueError, KeyError, TypeError):
        raise _damaged(folder, kept, kept, "it cannot be read") from None
    if not part.is_file():
        raise _damaged(folder, part, kept, "it is lost")
    found = part.stat()
    seen = (str(part), found.st_size, found.st_mtime_ns)
    if seen in _checked:
        return
    if found.st_size != size:
        raise _damaged(folder, part, kept, f"it has {found.st_size} bytes, and was written with {size}")
    if hashlib.sha256(part.read_bytes()).hexdigest() != digest:
        raise _damaged(folder, part, kept, "what is in it has changed")
    _checked.add(seen)


def _damaged(folder: Path, path: Path, kept: Path, what: str) -> DataError:
    hint = f"Remove {kept.relative_to(folder)}, and run the same command again: these patients are simulated anew"
    return DataError(f"this part of the cohort is damaged: {what}", where=str(path), hint=hint)
