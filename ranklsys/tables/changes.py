"""Changes: numbers by id, in text such as ``RANKL_loss=2 1/d; tumour=0.03``."""

from __future__ import annotations

import math
from collections.abc import Iterable

from ranklsys.errors import DataError
from ranklsys.tables.cells import plain_number

NO_NUMBERS = ("nan", "inf", "infinity")
"""What Python reads as a number, and a model cannot take."""


def read_change(text: str, where: str = "") -> tuple[str, float | str]:
    """Read ``id=value``; a value without a unit is a number, one with a unit stays text.

    Raises DataError if the id or the value is missing, or the value is not finite.
    """
    name, _, value = (piece.strip() for piece in text.partition("="))
    found = _number_or_text(value)
    if not (name and value) or (isinstance(found, float) and not math.isfinite(found)):
        hint = 'Write e.g. RANKL_loss=2 or "RANKL_loss=2 1/d"'
        raise DataError(f"'{text}' is not ID=VALUE", where=where, hint=hint)
    return name, found


def read_changes(texts: str | Iterable[str], where: str = "") -> dict[str, float | str]:
    """Read ``id=value; id=value``, or texts with one each. Raises DataError for an id given twice, as for no change."""
    if isinstance(texts, str):
        texts = (text for text in texts.split(";") if text.strip())
    changes: dict[str, float | str] = {}
    for text in texts:
        name, value = read_change(text, where)
        if name in changes:
            raise DataError(f"'{name}' is given twice", where=where, hint="Name each id once")
        changes[name] = value
    return changes


def _number_or_text(text: str) -> float | str:
    number = plain_number(text)
    return text if math.isnan(number) and text.lower().lstrip("+-") not in NO_NUMBERS else number
