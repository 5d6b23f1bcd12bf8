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
MOSTLY_ROWS = 0.5
"""An end of an interval is given by the data if the rows make at least this part of the rise of the cost there."""
DATA, PRIOR, BOUND = "data", "prior", "bound"
SAME = 0.05
"""Two starts have found the same least cost within this."""
CORRELATED = 0.8
"""Two estimates whose correlation is beyond this are told apart badly."""
AT_BOUND = 0.01
"""A number is at its bound within this part of the span between them, on the logarithmic scale."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """What came of a fit.

    after: the numbers, in the order of ``calibration.quantities``. predicted_before, predicted_after: of each row of
    ``calibration.rows``, NaN where a simulation failed. cost_before, cost_after: half the sum of squared residuals.
    starts: a row per start, the best first: start, cost_at_start, cost, evaluations, then the numbers.
    profiles: name, value, cost, of_rows: the least cost at each value of a number, and what rows make of it, without
    priors; None if not asked for.
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
        (NaN where it leaves the bounds); identified: both are there. low_by, high_by: what gives each end: data, prior,
        or bound where it is not there. prior_share: the width of the interval over that of the prior alone, on the
        logarithmic scale; near 1 the data say nothing. NaN without a prior or an interval.
        """
        import pandas as pd

        rows = []
        for quantity, after in zip(self.calibration.quantities, self.after, strict=True):
            place = math.log(after / quantity.low) / math.log(quantity.high / quantity.low)
            low, high = self.interval(quantity.name)
            low_by, high_by = self.given_by(quantity.name)
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
                "low_by": low_by,
                "high_by": high_by,
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
        return str(self.profiles["name"].iloc[int(costs.argmin())]) if costs.min() < self.cost_after - SAME else ""

    @property
    def reached(self) -> int:
        """How many starts found the least cost."""
        return int((self.starts["cost"] < self.starts["cost"].min() + SAME).sum())

    @cached_property
    def correlation(self) -> pd.DataFrame:
        """The correlation of the estimates by the curvature of the cost at its least, priors included."""
        import pandas as pd

        covariance, names = self._covariance, [each.name for each in self.calibration.quantities]
        sizes = np.sqrt(np.maximum(np.diag(covariance), 0.0))
        sizes = np.where(sizes > 0, sizes, np.inf)  # what nothing hangs on has no variance, and no correlation
        found = covariance / np.outer(sizes, sizes)
        np.fill_diagonal(found, 1.0)
        return pd.DataFrame(found, index=names, columns=names)

    @property
    def collinear(self) -> list[tuple[str, str, float]]:
        """Pairs of numbers that the data hardly tell apart, with their correlation, the nearest first."""
        table = self.correlation
        names, values = list(table.index), table.to_numpy()
        pairs = [(names[one], names[two], float(values[one, two])) for one in range(len(names)) for two in range(one)]
        return sorted((each for each in pairs if abs(each[2]) >= CORRELATED), key=lambda each: -abs(each[2]))

    def interval(self, name: str) -> tuple[float, float]:
        """Return the ends of the 95 % interval of a number; NaN for one that is not within the bounds.

        By its profile: where twice the cost is 3.84 above its least, the other numbers fitted anew. Without profiles by
        the curvature of the cost at its least, which says the same where the model is nearly straight.
        """
        (low, _), (high, _) = self._ends(name)
        return low, high

    def given_by(self, name: str) -> tuple[str, str]:
        """Return what gives each end of a number's interval: data, prior, or bound, where the end is not there."""
        low, high = (
            BOUND if math.isnan(end) else DATA if share >= MOSTLY_ROWS else PRIOR for end, share in self._ends(name)
        )
        return low, high

    def _ends(self, name: str) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return both ends of an interval, each with the part of the rise there that rows make."""
        place = [each.name for each in self.calibration.quantities].index(name)
        return self._curved(place) if self.profiles is None else self._profiled(place)

    @cached_property
    def _covariance(self) -> Array:
        return np.asarray(np.linalg.pinv(self.jacobian.T @ self.jacobian, hermitian=True), dtype=float)

    def _curved(self, place: int) -> tuple[tuple[float, float], tuple[float, float]]:
        quantity, after = self.calibration.quantities[place], math.log(self.after[place])
        variance = float(self._covariance[place, place])
        half = math.sqrt(CHI_SQUARE * variance) if variance > 0 else math.inf
        rise = self.jacobian @ self._covariance[:, place]
        of_rows = float(np.sum(rise[: len(self.calibration.rows)] ** 2) / np.sum(rise**2)) if variance > 0 else 0.0
        low, high = after - half, after + half
        return (
            (math.exp(low) if low > math.log(quantity.low) else math.nan, of_rows),
            (math.exp(high) if high < math.log(quantity.high) else math.nan, of_rows),
        )

    def _profiled(self, place: int) -> tuple[tuple[float, float], tuple[float, float]]:
        assert self.profiles is not None
        name = self.calibration.quantities[place].name
        curve = self.profiles.loc[self.profiles["name"] == name].sort_values("value")
        values = np.log(curve["value"].to_numpy(dtype=float))
        rise, of_rows = (2 * curve[column].to_numpy(dtype=float) for column in ("cost", "of_rows"))
        best = int(np.argmin(np.abs(values - math.log(self.after[place]))))
        rise, of_rows = np.subtract(rise, 2 * self.cost_after), np.subtract(of_rows, of_rows[best])
        below = _crossing(values[best::-1], rise[best::-1], of_rows[best::-1])
        above = _crossing(values[best:], rise[best:], of_rows[best:])
        (low, low_rows), (high, high_rows) = below, above
        return (math.exp(low), low_rows / CHI_SQUARE), (math.exp(high), high_rows / CHI_SQUARE)


def _crossing(values: Array, rise: Array, other: Array) -> tuple[float, float]:
    """Return where a curve, walked away from its least, first comes to 3.84, and another there; NaN if it does not.

    Between two points the root of the rise is taken as straight, as it is of a parabola, which lies below its chords.
    """
    root, wanted = np.sqrt(np.maximum(rise, 0.0)), math.sqrt(CHI_SQUARE)
    for place in range(1, len(values)):
        if rise[place] >= CHI_SQUARE:
            share = (wanted - root[place - 1]) / (root[place] - root[place - 1])
            between = [each[place - 1] + share * (each[place] - each[place - 1]) for each in (values, other)]
            return float(between[0]), float(between[1])
    return math.nan, math.nan
