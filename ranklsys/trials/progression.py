"""Progression: what imaging at scheduled visits sees of a tumour, and how long patients are free of it.

The model has a course of tumour in bone and in soft tissue; a trial has visits. At each, what imaging sees is held
against the lowest of the visits before, as RECIST 1.1 has it (doi:10.1016/j.ejca.2008.10.026):

* measurable disease is in soft tissue: progression where the sum of its diameters has grown by a fifth, and by 5 mm;
* what is in bone cannot be measured, and counts where it has grown unequivocally: by 73 % of its volume in patients
  without measurable disease, by more in others;
* a lesion that is found after the start is new, in soft tissue and in bone.

What imaging cannot find has no size to grow from, so less than that counts as that. Progression is dated by the visit,
as in a trial: never before it happened, and at most an interval late. Who dies before a visit has not progressed. A
second progression is held against what is lowest from the visit of the first one on.

Left out: errors of measurement; and that a volume is divided into lesions, each of which may be new, or grow otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ranklsys.errors import DataError
from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.trials.visits import Visits, read

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

    imaging: visits, in words. events: a row a patient and arm: when [d], and what (progression, death, or nothing).
    table: a row an arm: patients; progressed, the share by the end, with death competing; to progression, the median
    time [d], where death ends follow-up; free, the median time to progression or death; each with its ends low and
    high. comparisons: each arm against the first (see ``comparison.compare``), by arm and event: progression, and
    progression or death. incidence, free: over time [d] by arm, with low and high. second: the same of a second one,
    its times from the start too, where treatment changes with the first; after: the median time [d] from the first to
    the second or death, by arm, with low and high.
    """

    imaging: str
    events: pd.DataFrame
    table: pd.DataFrame
    comparisons: pd.DataFrame
    incidence: dict[str, pd.DataFrame]
    free: dict[str, pd.DataFrame]
    second: Progression | None = None
    after: dict[str, tuple[float, float, float]] = field(default_factory=dict)


def require_rows(looked: Array, times: Sequence[float]) -> None:
    """Ask for a row at each visit where treatment hangs on it: the next one is of what came after. Raises DataError."""
    import numpy as np

    between = looked[~np.isclose(looked[:, None], np.array(times), rtol=1e-9).any(axis=1)]
    if len(between):
        hint = "Let visits be a multiple of --every apart, e.g. --every 4w --imaging 8w"
        raise DataError(f"a visit at {between[0]:g} d falls between rows", where="imaging", hint=hint)


def first_visit(looked: Array, happens: NDArray[np.bool_]) -> Array:
    """Return at which visit something is so first [d], NaN for never. happens: patients x visits after the start."""
    import numpy as np

    return np.where(happens.any(axis=1), looked[1:][np.argmax(happens, axis=1)], np.nan)


def seen(
    times: Array,
    courses: Mapping[str, Array],
    looked: Array,
    detected: Array,
    found: Array,
    since: Array | None = None,
) -> Array:
    """Return at which visit progression is seen first [d], a number a patient, NaN where it is not; dead or alive.

    times: rows [d]. courses: volumes of tumour by id, patients x rows; straight between rows. looked: visits [d], the
    first at the start. detected: the least volume that imaging finds, one a patient. found: when a metastasis in bone
    is found [d], 0 where it is there at the start, NaN where there is none. since: the visit [d] from which on it is
    looked for, one a patient, infinite for who never is; the start if not given.
    """
    import numpy as np

    imaging, least = core_endpoints().imaging, detected[:, None]
    begun = (np.zeros(len(detected)) if since is None else since)[:, None]
    counts = looked >= begun * (1 - 1e-9)

    def lowest_before(values: Array) -> Array:
        return np.minimum.accumulate(np.where(counts, values, np.inf), axis=1)[:, :-1]

    bone, soft = (
        np.array([np.interp(looked, times, course) for course in courses[name]]).reshape(counts.shape)
        for name in imaging.volumes
    )
    measurable = np.take_along_axis(soft, np.argmax(counts, axis=1)[:, None], axis=1) >= least  # as it begins
    # round-off is no growth, and what has grown by a fifth but for it has grown
    almost = 1 - 1e-9
    size = imaging.full * np.cbrt(np.maximum(soft, least))
    lowest = lowest_before(size)
    larger = (size[:, 1:] >= almost * imaging.diameters * lowest) & (size[:, 1:] - lowest >= almost * imaging.growth)
    unequivocal = np.where(measurable, imaging.bone_beside, imaging.bone_alone)
    worse = bone[:, 1:] >= almost * unequivocal * np.maximum(lowest_before(bone), least)
    new = (found[:, None] > begun) & (found[:, None] <= looked[1:])
    progressed = np.where(measurable, larger, soft[:, 1:] >= least) | worse | new
    return first_visit(looked, progressed & counts[:, :-1])


def events(
    runs: pd.DataFrame,
    outcomes: pd.DataFrame,
    detected: pd.Series[float] | float,
    arms: Sequence[str],
    looked: Array,
    until: float,
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Return what comes first to each patient in each arm, progression, death or nothing, and the same of a second.

    See ``first_of``. runs: the volumes over time, as ``Trial.runs`` has them. outcomes: as ``Trial.outcomes``.
    detected: the least volume that imaging finds, of all or by patient. looked: visits [d].
    """
    import numpy as np
    import pandas as pd

    times = runs["time"].drop_duplicates().to_numpy()
    first, second = {}, {}
    for arm in arms:
        of_arm = outcomes[outcomes["arm"] == arm].set_index("patient")
        here, shape = runs[runs["arm"] == arm], (len(of_arm), len(times))
        courses = {str(name): here[name].to_numpy().reshape(shape) for name in here.columns[3:]}
        least = np.asarray(pd.Series(detected, index=of_arm.index), dtype=float)
        found, died = of_arm["time_metastasis"].to_numpy(), of_arm[f"time_{core_endpoints().death}"]
        once = seen(times, courses, looked, least, found)
        twice = seen(times, courses, looked, least, found, np.where(np.isnan(once), np.inf, once))
        first[arm] = first_of(pd.Series(once, of_arm.index), died, until)
        second[arm] = first_of(pd.Series(twice, of_arm.index), died, until)
    return first, second


def require_same(asked: Visits, treated: str | float | None) -> None:
    """Ask for the visits by which patients were treated, if they were. Raises DataError for others."""
    if treated is not None and asked.text != read(treated).text:
        what = f"patients were treated by what visits every {read(treated).text} saw, not every {asked.text}"
        raise DataError(what, where="imaging", hint="Ask for the same, or simulate with the other")


def first_of(progressed: pd.Series[float], died: pd.Series[float], until: float) -> pd.DataFrame:
    """Return what comes first to each patient, and when [d]: columns time and kind, empty for who had neither."""
    import pandas as pd

    last = math.inf
    time = pd.concat([progressed.fillna(last), died.fillna(last)], axis=1).min(axis=1)
    kind = pd.Series("", index=time.index).mask(died == time, core_endpoints().death)
    return pd.DataFrame({"time": time.clip(upper=until), "kind": kind.mask(progressed == time, PROGRESSION)})


def progression(
    events: Mapping[str, pd.DataFrame], imaging: str, second: Mapping[str, pd.DataFrame] | None = None
) -> Progression:
    """Return progression of arms, the first of which is what others are compared with; see ``Trial.progression``.

    events: by arm, what comes first to each patient (``first_of``). imaging: visits, in words. second: the same of a
    second progression.
    """
    import pandas as pd

    from ranklsys.trials import survival
    from ranklsys.trials.comparison import compare

    kinds = {PROGRESSION: (PROGRESSION,), EITHER: (PROGRESSION, core_endpoints().death)}
    incidence, free, rows = {}, {}, []
    for arm, each in events.items():
        incidence[arm] = survival.cumulative_incidence(each["time"], _codes(each), 1)
        free[arm] = survival.event_free(each["time"], each["kind"] != "")
        alone = survival.event_free(each["time"], each["kind"] == PROGRESSION)
        end = incidence[arm].iloc[-1]
        cells = {"progressed": (end["share"], end["low"], end["high"])}
        cells |= {"to progression": survival.median_time(alone), "free": survival.median_time(free[arm])}
        numbers = {f"{name}{which}": of[place] for name, of in cells.items() for place, which in enumerate(ENDS)}
        rows.append({"arm": arm, "patients": len(each), **numbers})
    first, *others = events
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
        progression(second, imaging) if second else None,
        {arm: _after(each, second[arm]) for arm, each in events.items()} if second else {},
    )


def _codes(each: pd.DataFrame) -> pd.Series[int]:
    """Return 1 where progression came, 2 where death did, 0 for neither."""
    return ((each["kind"] == PROGRESSION) + 2 * (each["kind"] == core_endpoints().death)).astype(int)


def _after(first: pd.DataFrame, second: pd.DataFrame) -> tuple[float, float, float]:
    """Return the median time [d] from the first progression to the second or death, with its interval."""
    from ranklsys.trials import survival

    progressed = first["kind"] == PROGRESSION
    if not progressed.any():
        return math.inf, math.inf, math.inf
    since = second.loc[progressed, "time"] - first.loc[progressed, "time"]
    return survival.median_time(survival.event_free(since, second.loc[progressed, "kind"] != ""))
