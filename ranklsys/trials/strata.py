"""Strata: patients of a trial grouped by a number they were drawn with, and what happens to each group.

Whether the number identifies patients at risk is what the concordance says: of two patients, how often the one with the
higher number has the event first; 0.5 is chance, 1 is certainty.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ranklsys.errors import DataError, unknown
from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.trials import survival

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.trials.trial import Trial

METASTASIS, SKELETAL_EVENT = "bone metastasis", "skeletal event"
STRATA = {2: ("low", "high"), 3: ("low", "middle", "high"), 4: ("lowest", "low", "high", "highest")}


@dataclass(frozen=True)
class Strata:
    """What a number says of one kind of event in one arm.

    table: a row a stratum: patients, range, median [d], incidence at the end with its 95 % interval. curves: cumulative
    incidence over time [d] by stratum, death competing. ratio: hazard of the highest stratum over the lowest.
    concordance: with a 95 % bootstrap interval.
    """

    name: str
    event: str
    table: pd.DataFrame
    curves: dict[str, pd.DataFrame]
    ratio: survival.Ratio
    concordance: tuple[float, float, float]


def strata(trial: Trial, name: str, *, event: str = METASTASIS, arm: str | None = None, number: int = 3) -> Strata:
    """Return what happens to patients grouped by a drawn number, in groups of equal size.

    event: ``bone metastasis`` (found in bone) or ``skeletal event``. arm: the first if not given. number: of groups,
    2 to 4. Raises UnknownName for a number that was not drawn, DataError for an unknown event or number of groups.
    """
    import pandas as pd

    arm = arm or trial.arms[0]
    if number not in STRATA:
        raise DataError(f"{number} groups are not 2 to 4", hint="Choose 3 for thirds")
    values = trial.patients.loc[trial.patients["status"] == "done"]
    numeric = [str(column) for column in values.select_dtypes("number").columns]
    if name not in numeric:
        raise unknown("drawn number", name, numeric, where="stratify", hint="Let it vary")
    rows = _followed(trial, arm, event)
    by = values[name].reindex(rows.index)
    groups = pd.qcut(by.rank(method="first"), number, labels=list(STRATA[number]))
    found, curves = [], {}
    for label in STRATA[number]:
        here = rows[groups == label]
        curves[label] = survival.cumulative_incidence(here["time"], here["kind"], 1)
        end = curves[label].iloc[-1]
        median = curves[label].index[curves[label]["share"] >= 0.5]
        inside = by[groups == label]
        found.append(
            {
                "stratum": label,
                "patients": len(here),
                "from": inside.min(),
                "to": inside.max(),
                "median": float(median[0]) if len(median) else math.inf,
                "incidence": end["share"],
                "low": end["low"],
                "high": end["high"],
            }
        )
    ends = rows[groups.isin([STRATA[number][0], STRATA[number][-1]])]
    patient = pd.Series(ends.index, index=ends.index)
    ratio = survival.hazard_ratio(ends["time"], ends["kind"] == 1, groups[ends.index] == STRATA[number][-1], patient)
    concordance = survival.concordance(rows["time"], rows["kind"] == 1, by)
    return Strata(name, event, pd.DataFrame(found).set_index("stratum"), curves, ratio, concordance)


def _followed(trial: Trial, arm: str, event: str) -> pd.DataFrame:
    """Return time [d] and kind (1 the event, 2 death before it, 0 neither) of each patient of an arm."""
    if event == SKELETAL_EVENT:
        rows = trial.first_events(arm)
        kind = rows["kind"].isin(trial.skeletal) + 2 * (rows["kind"] == core_endpoints().death)
        return rows.assign(kind=kind.astype(int))
    if event != METASTASIS:
        raise DataError(f"there is no event '{event}'", hint=f"Events: {METASTASIS}, {SKELETAL_EVENT}")
    import pandas as pd

    rows = trial.outcomes[trial.outcomes["arm"] == arm].set_index("patient")
    seen, died = (rows[f"time_{each}"].fillna(math.inf) for each in ("metastasis", core_endpoints().death))
    time = pd.concat([seen, died], axis=1).min(axis=1)
    kind = (seen <= died).astype(int).where(seen <= died, 2).where(time < math.inf, 0)
    return pd.DataFrame({"time": time.clip(upper=trial.until), "kind": kind})
