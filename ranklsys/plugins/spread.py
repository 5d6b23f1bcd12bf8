"""Spread: how a number differs between subjects.

A number is lognormal around its median, a share logit-normal and below 1, each by its coefficient of variation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ranklsys.errors import DataError, nearest, require

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

LOGNORMAL, SHARE, PART, NORMAL = "lognormal", "share", "part", "normal"
KINDS = (LOGNORMAL, SHARE, PART, NORMAL)
WIDEST = 1.0
"""Standard deviation of a logit; a share of 0.9 with cv 0.3 would need 3, and would be 0 or 1 as a rule."""
TRUNCATED = 3.0
"""Standard deviations at which draws are cut off: 1 of 370 would lie outside."""
REST = "rest of the whole"
"""Under this name the part is drawn that no parameter has: what the others leave of 1."""


@dataclass(frozen=True)
class Spread:
    """How a number differs between subjects.

    median: in the model's unit. cv: coefficient of variation. low, high: bounds, besides the truncation. kind:
    lognormal; share (logit-normal, below 1); part (of a whole, whose parts add up to 1 with ``REST``); normal.
    Raises DataError for a cv that is not positive, an empty range, or a median outside of it.
    """

    median: float
    cv: float
    low: float = -math.inf
    high: float = math.inf
    kind: str = LOGNORMAL

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise DataError(f"there is no kind '{self.kind}'{nearest(self.kind, KINDS)}", hint=f"Kinds: {KINDS}")
        if not (math.isfinite(self.cv) and self.cv > 0):
            raise DataError(f"a coefficient of variation cannot be {self.cv:g}", hint="Give e.g. 0.3")
        if not self.low <= self.median <= self.high:
            raise DataError(f"the median {self.median:g} is not within {self.low:g} to {self.high:g}")
        if self.kind == SHARE and not 0 < self.median < 1:
            raise DataError(f"a share lies between 0 and 1, not at {self.median:g}")
        if self.kind in (LOGNORMAL, PART) and self.median <= 0:
            raise DataError(f"the median of a lognormal cannot be {self.median:g}", hint="Give a positive one")

    def values(self, probabilities: Array) -> Array:
        """Return the quantiles at probabilities, of any shape, between 0 and 1 each."""
        import numpy as np

        special = require("scipy.special", extra="cohort")
        spread, centre = self._scale()
        low, high = (-TRUNCATED, TRUNCATED)
        for bound, side in ((self.low, "low"), (self.high, "high")):
            if math.isfinite(bound):
                normal = self._normal(bound, centre, spread)
                low, high = (max(low, normal), high) if side == "low" else (low, min(high, normal))
        first, last = special.ndtr(low), special.ndtr(high)
        normal = special.ndtri(first + np.asarray(probabilities) * (last - first))
        if self.kind == SHARE:
            return np.asarray(special.expit(special.logit(self.median) + spread * normal))
        if self.kind == NORMAL:
            return np.asarray(self.median + spread * normal)
        return np.asarray(self.median * np.exp(spread * normal))

    def _scale(self) -> tuple[float, float]:
        """Return the standard deviation and the centre on the scale where the number is normal."""
        if self.kind == SHARE:
            return min(self.cv / (1 - self.median), WIDEST), math.log(self.median / (1 - self.median))
        if self.kind == NORMAL:
            return self.cv * abs(self.median), self.median
        return math.sqrt(math.log(1 + self.cv**2)), math.log(self.median)

    def _normal(self, bound: float, centre: float, spread: float) -> float:
        """Return how many standard deviations a bound lies from the centre."""
        if self.kind == NORMAL:
            return (bound - centre) / spread
        if bound <= 0:
            return -math.inf
        if self.kind == SHARE:
            return math.inf if bound >= 1 else (math.log(bound / (1 - bound)) - centre) / spread
        return (math.log(bound) - centre) / spread
