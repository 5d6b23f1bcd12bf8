"""Recurrence: all skeletal events of a trial, counted as trials count them; how many a patient has, and how often.

A window keeps apart what belongs together: an event counts only if the last one that counted is at least so long ago.
Trials of bone drugs take 21 d (Rosen 2003, doi:10.1002/cncr.11701), or count each event (Lipton 2000); rates with and
without windows do not compare.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ranklsys.errors import DataError
from ranklsys.trials.comparison import RESAMPLED
from ranklsys.units import YEAR

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

WINDOW = "21 d"
NORMAL = 1.959963984540054
"""Half the width of a 95 % interval, in standard errors."""


@dataclass(frozen=True)
class Recurrent:
    """Skeletal events of the arms of a trial, all that count; intervals are 95 % intervals of sampling.

    window, after: in days, as asked. table: a row an arm: patients, events, years (of patients while they live), mean
    (events a patient by the end), rate (events a patient-year), ratio (of the rate over that of the first arm), each of
    the last three with its ends low and high; NaN where nothing happens. curves: by arm, the mean number of events a
    patient over time [d], with low and high. Death ends the count and keeps the patient in the mean (Ghosh and Lin
    2000, doi:10.1111/j.0006-341X.2000.00554.x; as everybody is followed to death or the end, it is their average).
    """

    window: float
    after: float
    table: pd.DataFrame
    curves: dict[str, pd.DataFrame]


def recurrent(events: pd.DataFrame, died: pd.DataFrame, until: float, *, window: float, after: float) -> Recurrent:
    """Return all skeletal events of patients that count; see ``Trial.recurrent``.

    events: columns patient, arm and time [d]. died: when [d], patients x arms, the first arm is what others are
    compared with; NaN for who lives until the end [d]. window, after: in days. Raises DataError for times that
    cannot be.
    """
    import pandas as pd

    if window < 0 or not 0 <= after < until:
        what = f"a window of {window:g} d after day {after:g} cannot be"
        raise DataError(what, hint=f"Give a window from 0 on, and a day before the end, {until:g} d")
    lived = (died.fillna(until) - after).clip(lower=0.0) / YEAR
    events = events[counted(events, window) & (events["time"] > after) & events["patient"].isin(lived.index)]
    of_each = {str(arm): events[events["arm"] == arm] for arm in lived}
    numbers = pd.DataFrame({arm: each["patient"].value_counts() for arm, each in of_each.items()}, index=lived.index)
    numbers = numbers.fillna(0.0)
    patients = (lived > 0).sum()
    curves = {arm: mean_number(each, int(patients[arm]), after, until) for arm, each in of_each.items()}
    table = pd.DataFrame({"patients": patients, "events": numbers.sum().astype(int), "years": lived.sum()})
    ends = pd.DataFrame({arm: curve.iloc[-1] for arm, curve in curves.items()}).T
    table = table.join(ends.set_axis(["mean", "mean low", "mean high"], axis=1))
    table = table.join(rates(numbers, lived)).rename_axis("arm")
    return Recurrent(window, after, table, curves)


def counted(events: pd.DataFrame, window: float) -> NDArray[np.bool_]:
    """Return which events count: those at least a window [d] after the last one of the patient and arm that did.

    events: columns patient, arm and time [d], in this order within a patient and arm.
    """
    import numpy as np

    kept = np.zeros(len(events), np.bool_)
    last: dict[tuple[int, str], float] = {}
    for place, (patient, arm, time) in enumerate(zip(events["patient"], events["arm"], events["time"], strict=True)):
        if time >= last.get((patient, arm), -np.inf) + window:
            kept[place], last[patient, arm] = True, time
    return kept


def mean_number(events: pd.DataFrame, patients: int, begin: float, end: float) -> pd.DataFrame:
    """Return how many events a patient has had on average, by time [d]: columns mean, low, high (95 %).

    events: columns patient and time, all of them counted. patients: how many there are, with events or without.
    """
    import numpy as np
    import pandas as pd

    ordered = events.sort_values("time")
    before = ordered.groupby("patient").cumcount().to_numpy()  # of the patient who has one more now
    mean = np.arange(1, len(ordered) + 1) / max(patients, 1)
    # a patient's number goes from k to k + 1, so its square rises by 2k + 1
    spread = np.sqrt(np.maximum(np.cumsum(2 * before + 1) / max(patients, 1) - mean**2, 0.0))
    half = NORMAL * spread / np.sqrt(max(patients, 1))
    steps = np.column_stack([mean, np.maximum(mean - half, 0.0), mean + half])
    last = steps[-1:] if len(steps) else np.zeros((1, 3))
    table = np.concatenate([np.zeros((1, 3)), steps, last])
    times = pd.Index([begin, *ordered["time"], end], name="time")
    return pd.DataFrame(table, index=times, columns=["mean", "low", "high"])


def rates(numbers: pd.DataFrame, years: pd.DataFrame) -> pd.DataFrame:
    """Return events a patient-year of each arm, and their ratio over the first: a row an arm, with bootstrap intervals.

    numbers, years: patients x arms. Who is drawn is drawn for all arms, so the ratio's interval knows the pairs.
    """
    import numpy as np
    import pandas as pd

    count, lived = numbers.to_numpy(dtype=float), years.to_numpy(dtype=float)
    random, size = np.random.default_rng(0), len(count)
    drawn = [random.integers(0, size, size) for _ in range(RESAMPLED)]
    with np.errstate(invalid="ignore", divide="ignore"):  # nobody lived, or nothing happened
        once = count.sum(axis=0) / lived.sum(axis=0)
        again = np.array([count[rows].sum(axis=0) / lived[rows].sum(axis=0) for rows in drawn])
        found = {"rate": (once, again), "ratio": (once / once[0], again / again[:, :1])}
    columns: dict[str, Array] = {}
    for name, (value, resampled) in found.items():
        known = np.where(np.isfinite(resampled), resampled, np.nan)
        ends = [_quantile(known, level) for level in (0.025, 0.975)]
        columns |= {name: value, f"{name} low": ends[0], f"{name} high": ends[1]}
    return pd.DataFrame(columns, index=numbers.columns)


def _quantile(values: Array, level: float) -> Array:
    """Return a quantile of each column among what is known; NaN where nothing is."""
    import numpy as np

    return np.array(
        [np.quantile(column[~np.isnan(column)], level) if not np.isnan(column).all() else np.nan for column in values.T]
    )
