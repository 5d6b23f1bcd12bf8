"""Strata: patients of a trial grouped by a number, drawn with them or measured, and what happens to each group.

A number that is measured during the trial is a landmark: groups hold who lives then and has not had the event yet, or
to live until then would look like its effect. Whether the number identifies patients at risk is what the concordance
says: of two patients, how often the one with the higher number has the event first; 0.5 is chance, 1 is certainty.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ranklsys.errors import DataError, unknown
from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.trials import survival
from ranklsys.units import days

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.trials.recurrence import Recurrent
    from ranklsys.trials.trial import Trial

METASTASIS, SKELETAL_EVENT, DEATH = "bone metastasis", "skeletal event", "death"
AT = " at "
"""Between a quantity and a time: what was measured in the trial, e.g. ``NTX at 24 w``."""
STRATA = {2: ("low", "high"), 3: ("low", "middle", "high"), 4: ("lowest", "low", "high", "highest")}


@dataclass(frozen=True)
class Strata:
    """What a number says of one kind of event in one arm.

    table: a row a stratum: patients, range, median [d], incidence at the end with its 95 % interval. curves: cumulative
    incidence over time [d] by stratum, death competing. ratio: hazard of the highest stratum over the lowest.
    concordance: with a 95 % bootstrap interval. landmark: when the number was measured [d], 0 for one that was drawn.
    recurrent: by stratum, all skeletal events after the landmark in all arms, counted in windows, of all who lived
    then; empty unless the event is a skeletal one.
    """

    name: str
    event: str
    table: pd.DataFrame
    curves: dict[str, pd.DataFrame]
    ratio: survival.Ratio
    concordance: tuple[float, float, float]
    landmark: float = 0.0
    recurrent: dict[str, Recurrent] = field(default_factory=dict)


def strata(trial: Trial, name: str, *, event: str = METASTASIS, arm: str | None = None, number: int = 3) -> Strata:
    """Return what happens to patients grouped by a number, in groups of equal size.

    name: a drawn number, or a quantity that was kept at the row nearest to a time in this arm, such as ``NTX at 24 w``.
    event: ``bone metastasis`` (found in bone), ``skeletal event`` or ``death``. arm: the first if not given. number: of
    groups, 2 to 4. Raises UnknownName for a number that was not drawn or kept, DataError for an unknown event or number
    of groups, and where too few are left.
    """
    import pandas as pd

    arm = arm or trial.arms[0]
    if number not in STRATA:
        raise DataError(f"{number} groups are not 2 to 4", hint="Choose 3 for thirds")
    values, landmark = _numbers(trial, name, arm)
    rows = _followed(trial, arm, event)
    if AT in name:
        rows = rows[rows["time"] > landmark]
    if len(rows) < number:
        what = f"of {len(values)} patients {len(rows)} are left for {number} groups"
        raise DataError(what, where=f"stratify: {name}", hint="Ask for more patients, or an earlier time")
    by = values.reindex(rows.index)
    groups = _groups(by, number)
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
    table = pd.DataFrame(found).set_index("stratum")
    recurrent = _recurrent(trial, values, landmark, number) if event == SKELETAL_EVENT else {}
    return Strata(name, event, table, curves, ratio, concordance, landmark, recurrent)


def _numbers(trial: Trial, name: str, arm: str) -> tuple[pd.Series[float], float]:
    """Return the number that groups patients, and when it was measured [d]."""
    values = trial.patients.loc[trial.patients["status"] == "done"]
    drawn = [str(column) for column in values.select_dtypes("number").columns]
    quantity, asked = measured(name, drawn, trial.store.recipe["columns"])
    if AT not in name:
        return values[name], 0.0
    rows = trial.runs(quantity)
    rows = rows[rows["arm"] == arm].set_index("patient")
    times = rows["time"].drop_duplicates()
    landmark = float(times.iloc[(times - asked).abs().argmin()])
    return rows.loc[rows["time"] == landmark, quantity], landmark


def measured(name: str, drawn: Collection[str], kept: Collection[str]) -> tuple[str, float]:
    """Return the quantity of e.g. ``NTX at 24 w`` and when it is measured [d]; 0 for a number that is drawn.

    drawn, kept: ids of what is drawn for each patient, and of what is kept over time. Raises UnknownName for another,
    UnitError for a time that is none.
    """
    quantity, at, when = (text.strip() for text in name.partition(AT))
    if at and quantity not in kept:
        raise unknown("quantity that is kept", quantity, kept, where="stratify")
    if not at and name not in drawn:
        hint = "Let it vary; or say when a quantity is measured, e.g. NTX at 24 w"
        raise unknown("drawn number", name, drawn, where="stratify", hint=hint)
    return quantity, days(when) if at else 0.0


def _groups(by: pd.Series[float], number: int) -> pd.Series[str]:
    import pandas as pd

    return pd.qcut(by.rank(method="first"), number, labels=list(STRATA[number]))


def _recurrent(trial: Trial, values: pd.Series[float], landmark: float, number: int) -> dict[str, Recurrent]:
    """Return all skeletal events after a landmark by stratum, of who lived then."""
    died = trial.outcomes.groupby("patient")[f"time_{core_endpoints().death}"].min().fillna(math.inf)
    groups = _groups(values[(died > landmark).reindex(values.index)], number)
    return {
        label: trial.recurrent(after=landmark, among=list(groups.index[groups == label])) for label in STRATA[number]
    }


def _followed(trial: Trial, arm: str, event: str) -> pd.DataFrame:
    """Return time [d] and kind (1 the event, 2 death before it, 0 neither) of each patient of an arm."""
    if event == DEATH:
        rows = trial.first_events(arm, kinds=())
        return rows.assign(kind=(rows["kind"] != "").astype(int))
    if event == SKELETAL_EVENT:
        rows = trial.first_events(arm)
        kind = rows["kind"].isin(trial.skeletal) + 2 * (rows["kind"] == core_endpoints().death)
        return rows.assign(kind=kind.astype(int))
    if event != METASTASIS:
        raise DataError(f"there is no event '{event}'", hint=f"Events: {METASTASIS}, {SKELETAL_EVENT}, {DEATH}")
    import pandas as pd

    rows = trial.outcomes[trial.outcomes["arm"] == arm].set_index("patient")
    seen, died = (rows[f"time_{each}"].fillna(math.inf) for each in ("metastasis", core_endpoints().death))
    time = pd.concat([seen, died], axis=1).min(axis=1)
    kind = (seen <= died).astype(int).where(seen <= died, 2).where(time < math.inf, 0)
    return pd.DataFrame({"time": time.clip(upper=trial.until), "kind": kind})
