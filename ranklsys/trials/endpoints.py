"""Endpoints: what happens to a patient, from the course that the model gives.

The model has cumulative hazards; ``models/endpoints.toml`` says which belong to which event. Each patient has a frailty
(gamma, mean 1, the variance that the model states) and one standard exponential number a kind of event: the event comes
when frailty x cumulative hazard reaches it. The same numbers serve every arm, so that arms differ by treatment alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ranklsys.model import endpoint_table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Chance:
    """The random numbers of a patient: frailty, and an exponential number for each kind of event."""

    frailty: float
    thresholds: Mapping[str, float]


def chance(generator: np.random.Generator, variance: float) -> Chance:
    """Draw a patient's chance. variance: of the frailty."""
    events = endpoint_table.core_endpoints().events
    numbers = generator.standard_exponential(len(events)).tolist()
    thresholds = {event.id: number for event, number in zip(events, numbers, strict=True)}
    frailty = float(generator.gamma(1 / variance, variance)) if variance > 0 else 1.0
    return Chance(frailty, thresholds)


def hazards(known: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of the cumulative hazards that a model has."""
    return tuple(name for name in endpoint_table.core_endpoints().hazards if name in known)


def seen(known: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of the quantities that are watched and that a model has."""
    return tuple(name for name in endpoint_table.core_endpoints().seen if name in known)


def read(known: Sequence[str]) -> tuple[str, ...]:
    """Return the ids that endpoints are computed from, as far as a model has them."""
    tumour = endpoint_table.core_endpoints().tumour
    return tuple(dict.fromkeys([*hazards(known), *seen(known), *([tumour] if tumour in known else [])]))


def event_times(times: Array, course: Mapping[str, Array], luck: Chance) -> dict[str, float]:
    """Return when each kind of event comes first [d], NaN where it does not; none comes after death.

    times: rows [d]. course: cumulative hazards by id, a number a row; straight between rows.
    """
    import numpy as np

    table = endpoint_table.core_endpoints()
    first = {event.id: math.nan for event in table.events}
    for event in table.events:
        if parts := [course[name] for name in event.hazards if name in course]:
            hazard = np.sum(parts, axis=0) * (luck.frailty if event.frail else 1.0)
            first[event.id] = _crossing(times, hazard - hazard[0], luck.thresholds[event.id])
    if not math.isnan(end := first[table.death]):
        return {event: math.nan if time > end else time for event, time in first.items()}
    return first


def outcomes(times: Array, course: Mapping[str, Array], luck: Chance) -> dict[str, float]:
    """Return the endpoints of one course.

    ``time_EVENT`` [d] for each kind of event, ``time_metastasis`` (tumour in bone found), and for each quantity that is
    watched: ``ID_start``, ``ID_3mo`` (the row nearest to 13 weeks) and ``ID_end``. NaN where there is none.
    """
    import numpy as np

    table = endpoint_table.core_endpoints()
    found = {f"time_{event}": time for event, time in event_times(times, course, luck).items()}
    tumour = course.get(table.tumour)
    found["time_metastasis"] = math.nan if tumour is None else _crossing(times, tumour, table.detected)
    early = int(np.argmin(np.abs(times - 91.0)))
    for name in table.seen:
        if name in course:
            found[f"{name}_start"] = float(course[name][0])
            found[f"{name}_3mo"] = float(course[name][early])
            found[f"{name}_end"] = float(course[name][-1])
    return found


def names(tracked: Sequence[str]) -> tuple[str, ...]:
    """Return the names of what ``outcomes`` gives for courses of these ids."""
    times = [f"time_{event.id}" for event in endpoint_table.core_endpoints().events]
    watched = [f"{name}_{when}" for name in seen(tracked) for when in ("start", "3mo", "end")]
    return (*times, "time_metastasis", *watched)


def recipe() -> dict[str, Any]:
    """Return what decides the endpoints of a course, as JSON can hold it."""
    table = endpoint_table.core_endpoints()
    return {
        "events": [[event.id, event.frail, *event.hazards] for event in table.events],
        "death": table.death,
        "frailty": table.frailty,
        "metastasis": [table.tumour, table.detected],
        "quantities": list(table.seen),
    }


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
