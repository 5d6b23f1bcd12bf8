"""Visits: when a trial looks at its patients, e.g. every 8 weeks, or every 8 weeks for 24 weeks and then every 12."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ranklsys import units
from ranklsys.errors import DataError, UnitError, nearest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

WHERE, HINT = "imaging", 'Say e.g. 8 w, or "8w for 24w, then 12w"'
WORDS = ("for", "then")


@dataclass(frozen=True)
class Visits:
    """A schedule. steps: in order, between visits [d] and for how long [d], the last without end."""

    steps: tuple[tuple[float, float], ...]

    @property
    def text(self) -> str:
        """The schedule in words, which give it back: ``56 d for 168 d, then 84 d``."""
        said = [f"{every:.12g} d" + ("" if math.isinf(long) else f" for {long:.12g} d") for every, long in self.steps]
        return ", then ".join(said)

    @property
    def plain(self) -> float | str:
        """The schedule as JSON can hold it: what is between visits [d], or the words where it changes."""
        return self.steps[0][0] if len(self.steps) == 1 else self.text

    def days(self, until: float) -> Array:
        """Return when they are [d]: at the start, and on to the end. Raises DataError if none fits in between."""
        import numpy as np

        found, begun = [0.0], 0.0
        for every, long in self.steps:
            number = math.floor((min(begun + long, until) - begun) / every * (1 + 1e-12))
            found += [min(begun + every * (place + 1), until) for place in range(number)]
            begun += long
        if len(found) == 1:
            what = f"visits every {self.steps[0][0]:g} d do not fit into {until:g} d"
            raise DataError(what, where=WHERE, hint=HINT)
        return np.array(found)


def read(said: str | float | Visits) -> Visits:
    """Return a schedule from text, or from days between visits. Raises DataError for one that cannot be."""
    if isinstance(said, Visits):
        return said
    text = said if isinstance(said, str) else f"{units.days(said):.17g} d"
    steps = [_step(each.strip(), text) for each in text.split(",")]
    if len(short := [long for _, long in steps if math.isinf(long)]) != 1 or math.isfinite(steps[-1][1]):
        where = "the last, and no other, goes on to the end" if short else "the last has no end"
        raise DataError(f"of the steps of '{text}' {where}", where=WHERE, hint=HINT)
    for every, long in steps:
        if not every > 0:
            raise DataError(f"visits every {every:g} d cannot be", where=WHERE, hint=HINT)
        if math.isfinite(long) and not math.isclose(long / every, max(1, round(long / every)), rel_tol=1e-9):
            raise DataError(f"{long:g} d is no whole number of times {every:g} d", where=WHERE, hint=HINT)
    return Visits(tuple(steps))


def _step(text: str, whole: str) -> tuple[float, float]:
    """Return between visits [d], and for how long [d]."""
    every, _, long = re.sub(r"^then\s+", "", text, flags=re.IGNORECASE).partition(" for ")
    try:
        return units.days(every), units.days(long) if long else math.inf
    except UnitError as problem:
        words = re.findall(r"[a-z]{2,}", text.lower())
        near = next((said for word in words if word not in WORDS and (said := nearest(word, WORDS))), "")
        what = f"'{whole}' is no schedule of visits{near or f' ({problem.what})'}"
        raise DataError(what, where=WHERE, hint=HINT) from None
