"""Changes: numbers by id, in text such as ``RANKL_loss=2 1/d; tumour=0.03``."""

from __future__ import annotations

import math
from collections.abc import Iterable

from ranklsys.errors import DataError


def read_change(text: str, where: str = "") -> tuple[str, float | str]:
    """Return the id and the value of a text such as ``tumour=0.03``; a value with a unit stays text.

    Raises DataError for anything else, and for a number that is not finite.
    """
    name, _, value = (piece.strip() for piece in text.partition("="))
    number = _number_or_text(value)
    if not name or not value or (isinstance(number, float) and not math.isfinite(number)):
        raise DataError(f"'{text}' is not ID=VALUE", where=where, hint='Write e.g. RANKL_loss=2 or "RANKL_loss=2 1/d"')
    return name, number


def read_each(texts: Iterable[str], where: str = "") -> dict[str, float | str]:
    """Return values by id, as ``read_change`` reads them. Raises DataError for an id that is given twice."""
    found: dict[str, float | str] = {}
    for text in texts:
        name, value = read_change(text, where)
        if name in found:
            raise DataError(f"'{name}' is given twice", where=where, hint="Name each id once")
        found[name] = value
    return found


def read_changes(text: str, where: str = "") -> dict[str, float | str]:
    """Read ``id=value; id=value``. Raises what ``read_each`` raises."""
    return read_each((piece for piece in text.split(";") if piece.strip()), where)


def _number_or_text(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
