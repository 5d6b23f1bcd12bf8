"""Fit result: the numbers that a fit found, beside those before, and how sure they are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ranklsys.study.calibration import Calibration

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.study.score import Score

CHI_SQUARE = 3.84
"""Of twice the cost above its least: 95 % for one number."""
MOSTLY_PRIOR = 0.7
"""From this ``prior_share`` on, the prior says more than the data: they bring the variance down by half at most."""
AT_BOUND = 0.01
"""A number is at its bound within this part of the span between them, on the logarithmic scale."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """What came of a fit.

    after: the numbers, in the order of ``calibration.quantities``. predicted_before, predicted_after: of each row of
    ``calibration.rows``, NaN where a simulation failed. cost_before, cost_after: half the sum of squared residuals.
    starts: a row per start, the best first: start, cost_at_start, cost, evaluations, then the numbers.
    profiles: name, value, cost: the least cost at each value of a number; None if not asked for.
    jacobian: derivatives of the residuals at the best start (residuals x numbers, by natural logarithms).
    result: pyPESTO's own, for its tools. made_by: engine and its settings; in ``table.attrs`` too.
    """

    calibration: Calibration
    after: tuple[float, ...]
    predicted_before: tuple[float, ...]
    predicted_after: tuple[float, ...]
    cost_before: float
    cost_after: float
    starts: pd.DataFrame
    profiles: pd.DataFrame | None
    jacobian: Array
    result: Any
    made_by: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row per number: name, id, before, after, low, high, at_bound ('', low, high), then how sure it is.

        interval_low, interval_high: of 95 %, from the profile, or without profiles from the curvature at the best start
        (NaN where it leaves the bounds); identified: both are there. prior_share: the width of the interval over that
        of the prior alone, on the logarithmic scale; near 1 the data say nothing. NaN without a prior or an interval.
        """
        import pandas as pd

        rows = []
        for quantity, after in zip(self.calibration.quantities, self.after, strict=True):
            place = math.log(after / quantity.low) / math.log(quantity.high / quantity.low)
            low, high = self.interval(quantity.name)
            row: dict[str, object] = {
                "name": quantity.name,
                "id": quantity.id,
                "before": quantity.value,
                "after": after,
                "low": quantity.low,
                "high": quantity.high,
                "at_bound": "low" if place < AT_BOUND else "high" if place > 1 - AT_BOUND else "",
                "interval_low": low,
                "interval_high": high,
                "identified": not math.isnan(low) and not math.isnan(high),
                "prior_share": math.log(high / low) / (2 * math.sqrt(CHI_SQUARE) * quantity.prior_sd),
            }
            rows.append(row)
        table = pd.DataFrame(rows)
        table.attrs["made_by"] = dict(self.made_by)
        return table

    @property
    def scores(self) -> tuple[Score, Score]:
        """The rows judged by their own rules, before and after; a failed simulation is wrong."""
        from ranklsys.study.score import judged

        rows = self.calibration.rows
        return judged(rows, self.predicted_before), judged(rows, self.predicted_after)

    @property
    def better_profile(self) -> str:
        """The number whose profile found a lower cost than all starts, or nothing: then more starts are needed."""
        if self.profiles is None:
            return ""
        costs = self.profiles["cost"].to_numpy(dtype=float)
        return str(self.profiles["name"].iloc[int(costs.argmin())]) if costs.min() < self.cost_after - 0.05 else ""

    def interval(self, name: str) -> tuple[float, float]:
        """Return the ends of the 95 % interval of a number; NaN for one that is not within the bounds.

        By its profile: where twice the cost is 3.84 above its least, the other numbers fitted anew. Without profiles by
        the curvature of the cost at its least, which says the same where the model is nearly straight.
        """
        place = [each.name for each in self.calibration.quantities].index(name)
        return self._curved(place) if self.profiles is None else self._profiled(place)

    def _curved(self, place: int) -> tuple[float, float]:
        quantity, after = self.calibration.quantities[place], math.log(self.after[place])
        variance = np.linalg.pinv(self.jacobian.T @ self.jacobian, hermitian=True)[place, place]
        half = math.sqrt(CHI_SQUARE * variance) if variance > 0 else math.inf
        low, high = after - half, after + half
        return (
            math.exp(low) if low > math.log(quantity.low) else math.nan,
            math.exp(high) if high < math.log(quantity.high) else math.nan,
        )

    def _profiled(self, place: int) -> tuple[float, float]:
        assert self.profiles is not None
        name = self.calibration.quantities[place].name
        curve = self.profiles.loc[self.profiles["name"] == name].sort_values("value")
        values = np.log(curve["value"].to_numpy(dtype=float))
        rise = 2 * (curve["cost"].to_numpy(dtype=float) - self.cost_after)
        best = int(np.argmin(np.abs(values - math.log(self.after[place]))))
        below = _crossing(values[best::-1], rise[best::-1])
        above = _crossing(values[best:], rise[best:])
        return math.exp(below), math.exp(above)


def _crossing(values: Array, rise: Array) -> float:
    """Return where a curve, walked away from its least, first comes to 3.84; NaN if it does not."""
    for place in range(1, len(values)):
        if rise[place] >= CHI_SQUARE:
            share = (CHI_SQUARE - rise[place - 1]) / (rise[place] - rise[place - 1])
            return float(values[place - 1] + share * (values[place] - values[place - 1]))
    return math.nan
