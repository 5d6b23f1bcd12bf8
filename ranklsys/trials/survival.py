"""Survival: what statistics say of times to events.  The only importer of lifelines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ranklsys.errors import require

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

LEVEL = 0.95
RESAMPLED = 300


@dataclass(frozen=True)
class Ratio:
    """A ratio with its 95 % interval; NaN where there are no events to compare."""

    value: float
    low: float
    high: float
    p: float


def share_interval(number: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927, doi:10.1080/01621459.1927.10502953)."""
    z = 1.959963984540054
    share, middle = number / of, 1 + z**2 / of
    half = z * (share * (1 - share) / of + z**2 / (4 * of**2)) ** 0.5
    return max(0.0, (share + z**2 / (2 * of) - half) / middle), min(1.0, (share + z**2 / (2 * of) + half) / middle)


def event_free(times: pd.Series[float], happened: pd.Series[bool]) -> pd.DataFrame:
    """Return the Kaplan-Meier estimate over time [d]: columns share, low, high (95 %)."""
    lifelines = require("lifelines", extra="cohort")
    fitter = lifelines.KaplanMeierFitter(alpha=1 - LEVEL).fit(times, happened)
    table: pd.DataFrame = fitter.survival_function_.join(fitter.confidence_interval_survival_function_)
    table.columns = ["share", "low", "high"]
    return table.rename_axis("time")


def median_time(curve: pd.DataFrame) -> tuple[float, float, float]:
    """Return when half have had the event, with its interval [d]; infinity where the curve stays above half."""

    def first(column: str) -> float:
        below = curve.index[curve[column] <= 0.5]
        return float(below[0]) if len(below) else math.inf

    return first("share"), first("low"), first("high")


def cumulative_incidence(
    times: pd.Series[float], kinds: pd.Series[int], kind: int, *, interval: bool = True
) -> pd.DataFrame:
    """Return the incidence of one kind of event among others that compete with it (Aalen-Johansen).

    kinds: 0 where follow-up ended without any. Columns: share, low, high (95 %), over time [d]. interval: computed,
    which takes a second for a thousand patients; else low and high are NaN.
    """
    import numpy as np
    import pandas as pd

    if not (kinds == kind).any():
        return pd.DataFrame(
            {"share": 0.0, "low": 0.0, "high": 0.0}, index=pd.Index([0.0, float(times.max())], name="time")
        )
    lifelines = require("lifelines", extra="cohort")
    # tied times are moved apart by rounding errors that must be the same in every run
    fitter = lifelines.AalenJohansenFitter(alpha=1 - LEVEL, seed=0, calculate_variance=interval)
    state = np.random.get_state()
    with np.errstate(over="ignore"):  # where everybody has had the event
        fitter.fit(times, kinds, event_of_interest=kind)
    np.random.set_state(state)
    table: pd.DataFrame = fitter.cumulative_density_
    if not interval:
        return table.set_axis(["share"], axis=1).assign(low=math.nan, high=math.nan).rename_axis("time")
    table = table.join(fitter.confidence_interval_)
    table.columns = ["share", "low", "high"]
    # at 0 and 1 the interval's log-log scale has no value
    whole = table["share"] > 1 - 1e-9
    for bound in ("low", "high"):
        table[bound] = table[bound].mask(whole).fillna(table["share"])
    return table.rename_axis("time")


def hazard_ratio(
    times: pd.Series[float], happened: pd.Series[bool], treated: pd.Series[bool], patient: pd.Series[int]
) -> Ratio:
    """Return the hazard of the treated over that of the others (Cox), with an interval that knows the pairs.

    patient: the same patients are in both arms, with the same luck, so the variance is clustered by patient.
    """
    import warnings

    import pandas as pd

    frame = pd.DataFrame({"time": times, "event": happened, "treated": treated.astype(float), "patient": patient})
    counts = frame.groupby("treated")["event"].sum()
    if len(counts) < 2 or counts.min() == 0:
        return Ratio(math.nan, math.nan, math.nan, math.nan)
    lifelines = require("lifelines", extra="cohort")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lifelines warns that clusters ask for robust errors, which they get
        fitted = lifelines.CoxPHFitter(alpha=1 - LEVEL).fit(frame, "time", "event", cluster_col="patient", robust=True)
    row = fitted.summary.loc["treated"]
    bounds = [name for name in row.index if name.startswith("exp(coef) ") and name.endswith("%")]
    return Ratio(float(row["exp(coef)"]), float(row[bounds[0]]), float(row[bounds[1]]), float(row["p"]))


def proportionality(times: pd.Series[float], happened: pd.Series[bool], treated: pd.Series[bool]) -> float:
    """Return the p that the hazards of the treated and of the others are proportional (Grambsch and Therneau 1994).

    Schoenfeld residuals against the rank of time; NaN where there are no events to compare.
    """
    import warnings

    import pandas as pd

    frame = pd.DataFrame({"time": times, "event": happened, "treated": treated.astype(float)})
    counts = frame.groupby("treated")["event"].sum()
    if len(counts) < 2 or counts.min() == 0:
        return math.nan
    lifelines = require("lifelines", extra="cohort")
    test = require("lifelines.statistics", extra="cohort").proportional_hazard_test
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = lifelines.CoxPHFitter().fit(frame, "time", "event")
        return float(test(fitted, frame, time_transform="rank").p_value[0])


def concordance(
    times: pd.Series[float], happened: pd.Series[bool], number: pd.Series[float]
) -> tuple[float, float, float]:
    """Return how often, of two patients, the one with the higher number has the event first; with a 95 % interval.

    The interval is a bootstrap over patients, always the same for the same patients.
    """
    import numpy as np

    of = require("lifelines.utils", extra="cohort").concordance_index
    random = np.random.default_rng(0)

    def share(rows: NDArray[np.int64]) -> float:
        try:
            return float(of(times.to_numpy()[rows], -number.to_numpy()[rows], happened.to_numpy()[rows]))
        except ZeroDivisionError:  # of no two of these patients is it known who came first
            return math.nan

    everybody = np.arange(len(times))
    if not happened.any():
        return math.nan, math.nan, math.nan
    again = [share(random.choice(everybody, len(everybody))) for _ in range(RESAMPLED)]
    known = [each for each in again if not math.isnan(each)]
    if not known:
        return math.nan, math.nan, math.nan
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return share(everybody), float(low), float(high)
