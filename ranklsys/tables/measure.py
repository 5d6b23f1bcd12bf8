"""Measure: how an observable is told, as it is or in percent of something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ranklsys.errors import DataError, nearest

START, UNTREATED, FIRST_ARM = "start", "untreated", "first arm"


@dataclass(frozen=True)
class Measure:
    """How an observable is told.

    against: what it is in percent of: its start, the same untreated, or the first arm; empty: it is told as it is.
    less: what is taken off the percentage, 100 for a change.
    """

    id: str
    against: str = ""
    less: float = 0.0

    def of(self, values: Any, reference: Any) -> Any:
        """Return numbers, or arrays, as this measure tells them; reference: what it is against, if anything."""
        return 100 * values / reference - self.less if self.against else values

    def formula(self, values: str, reference: str) -> str:
        """Return the same as the text of a formula; reference: an id, or a formula in brackets."""
        if not self.against:
            return values
        percent = f"100 * ({values}) / {reference}"
        return f"{percent} - {self.less:g}" if self.less else percent


VALUE, PERCENT, CHANGE = Measure("value"), Measure("percent", START), Measure("change", START, 100.0)
EFFECT, CONTRAST = Measure("effect", UNTREATED, 100.0), Measure("contrast", FIRST_ARM, 100.0)
MEASURES = {each.id: each for each in (VALUE, PERCENT, CHANGE, EFFECT, CONTRAST)}
OF_ROWS = (VALUE, PERCENT, CHANGE, EFFECT)
"""What a row of a table may say: it has a twin without doses, and no other arms."""
OF_ARMS = (VALUE, PERCENT, CHANGE, CONTRAST)
"""What an observable of a scenario may say: it has other arms, and no twin without doses."""


def check_measure(id: str, known: tuple[Measure, ...], where: str) -> None:
    """Raise DataError unless an id is one of the measures known here."""
    ids = [each.id for each in known]
    if id not in ids:
        instead = {EFFECT.id: CONTRAST.id, CONTRAST.id: EFFECT.id}.get(id)
        guess = f" (did you mean '{instead}'?)" if instead in ids else nearest(id, ids)
        raise DataError(f"there is no measure '{id}'{guess} here", where=where, hint=f"Measures: {', '.join(ids)}")
