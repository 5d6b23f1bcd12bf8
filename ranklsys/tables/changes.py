"""Changes: numbers by id, in text such as ``RANKL_loss=2 1/d; tumour=0.03``."""

from __future__ import annotations

from ranklsys.errors import DataError


def read_changes(text: str) -> dict[str, float | str]:
    """Read ``id=value; id=value``; a value without a unit is a number. Raises DataError for an id given twice."""
    pairs = [part.partition("=")[::2] for part in text.split(";") if part.strip()]
    names = [name.strip() for name, _ in pairs]
    if len(set(names)) < len(names):
        raise DataError(f"a change is given twice in '{text}'", hint="Name each id once")
    return {name.strip(): _number_or_text(value.strip()) for name, value in pairs}


def _number_or_text(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
