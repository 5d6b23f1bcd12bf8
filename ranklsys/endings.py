"""Endings: a file's kind is told by how its name ends."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ranklsys.errors import DataError


def require_ending(path: Path | str, endings: Sequence[str], kind: str) -> Path:
    """Return the path if its ending is one of these. Raises DataError that names the kind of file and two endings."""
    path = Path(path)
    if path.suffix not in endings:
        what = f"'{path.suffix or path.name}' is not a kind of {kind}"
        raise DataError(what, where=str(path), hint=f"End it in {' or '.join(endings[:2])}")
    return path
