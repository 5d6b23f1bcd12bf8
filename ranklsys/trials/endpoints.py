"""Endpoints: what happens to a patient, from the course that the model gives.

The model has cumulative hazards. Each patient has a frailty (gamma, mean 1, the variance that the model states) and one
standard exponential number a kind of event: the event comes when frailty x cumulative hazard reaches it. The same
numbers serve every arm, so that arms differ by treatment alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

SKELETAL = ("fracture", "cord_compression", "bone_surgery", "bone_radiotherapy")
EVENTS = (*SKELETAL, "hypercalcaemia", "death")
FRAIL = (*SKELETAL, "hypercalcaemia")
FRAILTY = "event_frailty"
DEATHS = ("death_hazard", "paralysis_hazard")
"""Both end life: the model's survival is exp(-death_hazard - paralysis_hazard)."""
DETECTED = 2e-3
"""Tumour that imaging finds in bone: some 1 cm^3 of the half litre of marrow that 1 stands for (assumed)."""
MARKERS = ("CTX", "NTX", "P1NP")
SEEN = (*MARKERS, "bone_mineral_density_spine", "bone_mineral_density_hip", "bone_volume_lesion", "tumour")


@dataclass(frozen=True)
class Chance:
    """The random numbers of a patient: frailty, and an exponential number for each kind of event."""

    frailty: float
    thresholds: Mapping[str, float]


def chance(generator: np.random.Generator, variance: float) -> Chance:
    """Draw a patient's chance. variance: of the frailty."""
    thresholds = dict(zip(EVENTS, generator.standard_exponential(len(EVENTS)).tolist(), strict=True))
    frailty = float(generator.gamma(1 / variance, variance)) if variance > 0 else 1.0
    return Chance(frailty, thresholds)


def hazards(known: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of the cumulative hazards that a model has."""
    return tuple(name for name in (*(f"{event}_hazard" for event in FRAIL), *DEATHS) if name in known)


def event_times(times: Array, course: Mapping[str, Array], luck: Chance) -> dict[str, float]:
    """Return when each kind of event comes first [d], NaN where it does not; none comes after death.

    times: rows [d]. course: cumulative hazards by id, a number a row; straight between rows.
    """
    import numpy as np

    found = dict.fromkeys(EVENTS, math.nan)
    for event in FRAIL:
        if f"{event}_hazard" in course:
            hazard = course[f"{event}_hazard"] * luck.frailty
            found[event] = _crossing(times, hazard - hazard[0], luck.thresholds[event])
    deadly = [course[name] for name in DEATHS if name in course]
    if deadly:
        hazard = np.sum(deadly, axis=0)
        found["death"] = _crossing(times, hazard - hazard[0], luck.thresholds["death"])
    if not math.isnan(end := found["death"]):
        return {event: math.nan if time > end else time for event, time in found.items()}
    return found


def outcomes(times: Array, course: Mapping[str, Array], luck: Chance) -> dict[str, float]:
    """Return the endpoints of one course.

    ``time_EVENT`` [d] for each kind of event, ``time_metastasis`` (tumour in bone found), and for each quantity of
    ``SEEN``: ``ID_start``, ``ID_3mo`` (the row nearest to 13 weeks) and ``ID_end``. NaN where there is none.
    """
    import numpy as np

    found = {f"time_{event}": time for event, time in event_times(times, course, luck).items()}
    found["time_metastasis"] = _crossing(times, course["tumour"], DETECTED) if "tumour" in course else math.nan
    early = int(np.argmin(np.abs(times - 91.0)))
    for name in SEEN:
        if name in course:
            found[f"{name}_start"] = float(course[name][0])
            found[f"{name}_3mo"] = float(course[name][early])
            found[f"{name}_end"] = float(course[name][-1])
    return found


def names(tracked: Sequence[str]) -> tuple[str, ...]:
    """Return the names of what ``outcomes`` gives for courses of these ids."""
    seen = [f"{name}_{when}" for name in SEEN if name in tracked for when in ("start", "3mo", "end")]
    return (*(f"time_{event}" for event in EVENTS), "time_metastasis", *seen)


def _crossing(times: Array, values: Array, level: float) -> float:
    """Return when values first reach a level, on a straight line between rows; NaN if never."""
    import numpy as np

    reached = np.flatnonzero(values >= level)
    if len(reached) == 0:
        return math.nan
    after = int(reached[0])
    if after == 0:
        return float(times[0])
    rise = (level - values[after - 1]) / (values[after] - values[after - 1])
    return float(times[after - 1] + rise * (times[after] - times[after - 1]))
