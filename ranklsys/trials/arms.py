"""Arms: what each group of a trial gets, from text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ranklsys.errors import DataError

if TYPE_CHECKING:
    from ranklsys.model.dose_courses import Doses

    Arms = Mapping[str, Doses]

UNTREATED = "untreated"


def arm(text: str) -> tuple[str, str]:
    """Read ``name: dose`` or ``name:`` for no treatment. Raises DataError."""
    name, colon, doses = text.partition(":")
    if not colon or not name.strip():
        raise DataError(
            f"'{text}' is not an arm", where="--arm", hint='Type e.g. "zoledronic acid: zoledronic-acid 4 mg iv q4w"'
        )
    return name.strip(), doses.strip()


def single(doses: Doses) -> Arms:
    """Return a regimen as the one arm of a trial, named by itself."""
    from ranklsys.trials import regimen

    return {regimen.read(doses or ()).text or UNTREATED: doses}


def read_arms(texts: Iterable[str]) -> dict[str, str]:
    """Read arms, each name once. Raises DataError."""
    found: dict[str, str] = {}
    for text in texts:
        name, doses = arm(text)
        if name in found:
            raise DataError(f"two arms have the name '{name}'", where="--arm", hint="Rename one")
        found[name] = doses
    return found
