"""Comparison: one arm of a trial against another, by first events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

RESAMPLED = 2000
"""Bootstrap samples of an interval; its ends then have an error of some 3 % of its width."""


FEW = 0.05
"""Of patients: in a trial of women with metastases so many may have theirs found after the start."""


def comes_later(times: pd.DataFrame) -> bool:
    """Whether an event comes after the start, and not but to a few beside those who have had it then.

    times: of its kinds [d], a column each; NaN where it does not happen.
    """
    had = (times == 0).any(axis=1)
    return bool((times[~had] > 0).any(axis=None) and (~had).mean() > FEW)


SAME = 1e-6
"""Of a time: two arms in which a patient gets the same differ by as much, as each is run by itself."""


def _same(against: pd.DataFrame, arm: pd.DataFrame) -> bool:
    """Whether nothing differs for any patient."""
    import numpy as np

    same_times = np.allclose(against["time"], arm["time"], rtol=SAME, atol=0.0)
    return same_times and bool((against["kind"].to_numpy() == arm["kind"].to_numpy()).all())


def compare(against: pd.DataFrame, arm: pd.DataFrame, kinds: Sequence[str]) -> pd.Series[float]:
    """Return an arm against another, with 95 % intervals.

    against, arm: first events of the same patients in the same order, as ``Trial.first_events`` gives them, with a
    column treated. kinds: of events that count. Returned: hazard ratio (Cox) and its p;
    p of proportional hazards (Schoenfeld residuals against time), below 0.05 one ratio does not tell it all; risk
    reduction; number needed to treat, infinite at one end if the risk reduction may be 0, and a number needed to harm
    below 0; time gained [d], the difference of the restricted mean times to the event or death. If nothing differs for
    any patient the ratio is 1 (1 to 1).
    """
    import numpy as np
    import pandas as pd

    from ranklsys.trials import survival

    both = pd.concat([against, arm]).reset_index()
    happened = both["kind"].isin(kinds)
    ratio = survival.hazard_ratio(both["time"], happened, both["treated"], both["patient"])
    if happened.any() and _same(against, arm):
        ratio = survival.Ratio(1.0, 1.0, 1.0, 1.0)  # ties leave Cox's robust error above 0 where nothing differs
    before, after = (np.asarray(one["kind"].isin(kinds), dtype=float) for one in (against, arm))
    reduction, low, high = _mean(before - after)
    gained, less, more = _mean(arm["time"].to_numpy(dtype=float) - against["time"].to_numpy(dtype=float))
    ends = sorted(1 / end if end else np.inf for end in (low, high))
    needed_low, needed_high = ends if low * high > 0 else (1 / high if high > 0 else -np.inf, np.inf)
    return pd.Series(
        {
            "hazard ratio": ratio.value,
            "hazard ratio low": ratio.low,
            "hazard ratio high": ratio.high,
            "p": ratio.p,
            "p of proportional hazards": survival.proportionality(both["time"], happened, both["treated"]),
            "risk reduction": reduction,
            "risk reduction low": low,
            "risk reduction high": high,
            "number needed to treat": 1 / reduction if reduction else np.inf,
            "number needed to treat low": needed_low,
            "number needed to treat high": needed_high,
            "time gained": gained,
            "time gained low": less,
            "time gained high": more,
        }
    )


def _mean(values: NDArray[np.float64]) -> tuple[float, float, float]:
    return (float(values.mean()), *interval_of_mean(values))


def interval_of_mean(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the mean over patients; always the same for the same values."""
    import numpy as np

    random = np.random.default_rng(0)
    means = [float(random.choice(values, len(values)).mean()) for _ in range(RESAMPLED)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
