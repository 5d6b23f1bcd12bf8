"""Progression: what imaging at scheduled visits sees of a tumour, and how long patients are free of it.

The model has a course of tumour in bone and in soft tissue; a trial has visits. At each, the volume of both is held
against its lowest at the visits before. It is progression where the sum of diameters has grown by a fifth (RECIST 1.1,
doi:10.1016/j.ejca.2008.10.026), so the volume by 1.2^3, as if all lesions grew alike; what imaging cannot find has no
volume to grow from, so less than that counts as that. A first metastasis in bone that is found after the start is a new
lesion, which is progression too. It is dated by the visit, as in a trial: never before it happened, and at most an
interval late. Who dies before a visit has not progressed.

Left out: the least growth of 5 mm that RECIST asks for, since into how many lesions a volume is divided is not known;
errors of measurement; and that many lesions in bone cannot be measured at all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ranklsys.errors import DataError
from ranklsys.model.endpoint_table import core_endpoints

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

IMAGING = "8 w"
"""Between visits, as RECIST 1.1 has it (6 to 8 weeks)."""
PROGRESSION = "progression"
EITHER = "progression or death"
ENDS = ("", " low", " high")
"""Of the names of a number and of its interval."""


@dataclass(frozen=True)
class Progression:
    """Progression in the arms of a trial; intervals are 95 % intervals of sampling.

    imaging: between visits [d]. events: a row a patient and arm: when [d], and what (progression, death, or nothing).
    table: a row an arm: patients; progressed, the share by the end, with death competing; to progression, the median
    time [d], where death ends follow-up; free, the median time to progression or death; each with its ends low and
    high. comparisons: each arm against the first (see ``comparison.compare``), by arm and event: progression, and
    progression or death. incidence, free: over time [d] by arm, with low and high.
    """

    imaging: float
    events: pd.DataFrame
    table: pd.DataFrame
    comparisons: pd.DataFrame
    incidence: dict[str, pd.DataFrame]
    free: dict[str, pd.DataFrame]


def visits(interval: float, until: float) -> Array:
    """Return when imaging is done [d]: at the start, and each interval on to the end. Raises DataError."""
    import numpy as np

    if not 0 < interval <= until:
        what = f"visits every {interval:g} d do not fit into {until:g} d"
        raise DataError(what, where="imaging", hint="Say e.g. 8 w")
    number = math.floor(until / interval * (1 + 1e-12))
    found: Array = np.minimum(interval * np.arange(number + 1), until)
    return found


def require_rows(looked: Array, times: Sequence[float]) -> None:
    """Ask for a row at each visit where treatment hangs on it: the next one is of what came after. Raises DataError."""
    import numpy as np

    between = looked[~np.isclose(looked[:, None], np.array(times), rtol=1e-9).any(axis=1)]
    if len(between):
        hint = "Let visits be a multiple of --every apart, e.g. --every 4w --imaging 8w"
        raise DataError(f"a visit at {between[0]:g} d falls between rows", where="imaging", hint=hint)


def seen(times: Array, courses: Mapping[str, Array], looked: Array, detected: Array, found: Array) -> Array:
    """Return at which visit progression is seen first [d], a number a patient, NaN where it is not; dead or alive.

    times: rows [d]. courses: volumes of tumour by id, patients x rows; straight between rows. looked: visits [d], the
    first at the start. detected: the least volume that imaging finds, one a patient. found: when a metastasis in bone
    is found [d], 0 where it is there at the start, NaN where there is none.
    """
    import numpy as np

    imaging = core_endpoints().imaging
    volume = np.sum([courses[name] for name in imaging.volumes if name in courses], axis=0)
    measured = np.array([np.interp(looked, times, course) for course in volume]).reshape(len(detected), len(looked))
    lowest = np.maximum(np.minimum.accumulate(measured, axis=1)[:, :-1], detected[:, None])
    # round-off is no growth, and a volume that is 1.2^3 times the lowest but for it has grown
    grown = measured[:, 1:] >= imaging.growth * lowest * (1 - 1e-9)
    new = (found[:, None] > 0) & (found[:, None] <= looked[1:])
    progressed = grown | new
    return np.where(progressed.any(axis=1), looked[1:][np.argmax(progressed, axis=1)], np.nan)


def events(
    runs: pd.DataFrame,
    outcomes: pd.DataFrame,
    detected: pd.Series[float] | float,
    arms: Sequence[str],
    interval: float,
    until: float,
) -> dict[str, pd.DataFrame]:
    """Return what comes first to each patient in each arm: progression, death, or nothing; see ``first_of``.

    runs: the volumes over time, as ``Trial.runs`` has them. outcomes: as ``Trial.outcomes``. detected: the least volume
    that imaging finds, of all or by patient. interval: between visits [d]. Raises DataError for one that cannot be.
    """
    import numpy as np
    import pandas as pd

    looked, times = visits(interval, until), runs["time"].drop_duplicates().to_numpy()
    found = {}
    for arm in arms:
        of_arm = outcomes[outcomes["arm"] == arm].set_index("patient")
        here, shape = runs[runs["arm"] == arm], (len(of_arm), len(times))
        courses = {str(name): here[name].to_numpy().reshape(shape) for name in here.columns[3:]}
        least = np.asarray(pd.Series(detected, index=of_arm.index), dtype=float)
        progressed = seen(times, courses, looked, least, of_arm["time_metastasis"].to_numpy())
        found[arm] = first_of(pd.Series(progressed, of_arm.index), of_arm[f"time_{core_endpoints().death}"], until)
    return found


def require_same(imaging: float, treated: float | None) -> None:
    """Ask for the interval [d] by whose visits patients were treated, if they were. Raises DataError for another."""
    if treated is not None and abs(imaging - treated) > 1e-9 * treated:
        what = f"patients were treated by what visits every {treated:g} d saw, not every {imaging:g} d"
        raise DataError(what, where="imaging", hint="Ask for the same, or simulate with the other")


def first_of(progressed: pd.Series[float], died: pd.Series[float], until: float) -> pd.DataFrame:
    """Return what comes first to each patient, and when [d]: columns time and kind, empty for who had neither."""
    import pandas as pd

    last = math.inf
    time = pd.concat([progressed.fillna(last), died.fillna(last)], axis=1).min(axis=1)
    kind = pd.Series("", index=time.index).mask(died == time, core_endpoints().death)
    return pd.DataFrame({"time": time.clip(upper=until), "kind": kind.mask(progressed == time, PROGRESSION)})


def progression(events: Mapping[str, pd.DataFrame], imaging: float) -> Progression:
    """Return progression of arms, the first of which is what others are compared with; see ``Trial.progression``.

    events: by arm, what comes first to each patient (``first_of``). imaging: between visits [d].
    """
    import pandas as pd

    from ranklsys.trials import survival
    from ranklsys.trials.comparison import compare

    death = core_endpoints().death
    incidence, free, rows = {}, {}, []
    for arm, each in events.items():
        codes = (each["kind"] == PROGRESSION) + 2 * (each["kind"] == death)
        incidence[arm] = survival.cumulative_incidence(each["time"], codes.astype(int), 1)
        free[arm] = survival.event_free(each["time"], each["kind"] != "")
        alone = survival.event_free(each["time"], each["kind"] == PROGRESSION)
        end = incidence[arm].iloc[-1]
        cells = {"progressed": (end["share"], end["low"], end["high"])}
        cells |= {"to progression": survival.median_time(alone), "free": survival.median_time(free[arm])}
        numbers = {f"{name}{which}": of[place] for name, of in cells.items() for place, which in enumerate(ENDS)}
        rows.append({"arm": arm, "patients": len(each), **numbers})
    first, *others = events
    kinds = {PROGRESSION: (PROGRESSION,), EITHER: (PROGRESSION, death)}
    asked = [(arm, what) for arm in others for what in kinds]
    against = events[first].assign(treated=False)
    found = [compare(against, events[arm].assign(treated=True), kinds[what]) for arm, what in asked]
    index = pd.MultiIndex.from_tuples(asked, names=["arm", "event"])
    everybody = pd.concat(events, names=["arm", "patient"]).reset_index()
    return Progression(
        imaging,
        everybody[["patient", "arm", "time", "kind"]],
        pd.DataFrame(rows).set_index("arm"),
        pd.DataFrame(found).set_index(index) if found else pd.DataFrame(index=index),
        incidence,
        free,
    )
