"""Endpoints: what happens to patients, from the courses that the model gives.

The model has cumulative hazards; ``models/endpoints.toml`` says which belong to which event. Each patient has a frailty
(gamma, mean 1, the variance that the model states) and one standard exponential number a kind of event: the event comes
when frailty x cumulative hazard reaches it. One more tells when a metastasis comes of single cells in bone
(``colonies``). The same numbers serve every arm, so that arms differ by treatment alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from ranklsys.model import endpoint_table
from ranklsys.trials import colonies

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Chance:
    """The random numbers of patients: frailties, and exponential numbers for each kind of event, one a patient.

    metastasis: exponential numbers for a metastasis of single cells. people: numbers of each patient that these hang
    on, by id; empty if there are no such cells.
    """

    frailties: Array
    thresholds: Mapping[str, Array]
    metastasis: Array
    people: Mapping[str, Array] = field(default_factory=dict)

    def at(self, places: NDArray[np.intp]) -> Chance:
        """Return the numbers of some of the patients."""
        thresholds, people = (
            {name: each[places] for name, each in of.items()} for of in (self.thresholds, self.people)
        )
        return Chance(self.frailties[places], thresholds, self.metastasis[places], people)


def chance(
    generators: Iterable[np.random.Generator], variances: Array, people: Mapping[str, Array] | None = None
) -> Chance:
    """Draw the chance of patients, each by its own generator. variances: of the frailty of each. people: see Chance."""
    import numpy as np

    events = endpoint_table.core_endpoints().events
    frailties, thresholds = np.ones(len(variances)), np.empty((len(events), len(variances)))
    metastasis = np.empty(len(variances))
    for place, (generator, variance) in enumerate(zip(generators, variances.tolist(), strict=True)):
        metastasis[place] = generator.standard_exponential()
        if variance > 0:
            frailties[place] = generator.gamma(1 / variance, variance)
        thresholds[:, place] = generator.standard_exponential(len(events))  # last: one more event changes no other
    numbers = {event.id: each for event, each in zip(events, thresholds, strict=True)}
    return Chance(frailties, numbers, metastasis, people or {})


def hazards(known: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of the cumulative hazards that a model has."""
    return tuple(name for name in endpoint_table.core_endpoints().hazards if name in known)


def seen(known: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of the quantities that are watched and that a model has."""
    return tuple(name for name in endpoint_table.core_endpoints().seen if name in known)


def kept(known: Sequence[str]) -> tuple[str, ...]:
    """Return the ids that a store keeps over time unless asked for others: what is watched, and what imaging sees."""
    volumes = endpoint_table.core_endpoints().imaging.volumes
    return tuple(dict.fromkeys([*seen(known), *(name for name in volumes if name in known)]))


def read(known: Sequence[str], *, seeded: bool) -> tuple[str, ...]:
    """Return the ids that endpoints are computed from, as far as a model has them. seeded: single cells are in bone."""
    table = endpoint_table.core_endpoints()
    cells = table.colonies.courses if seeded else ()
    return tuple(dict.fromkeys([*hazards(known), *seen(known), *(id for id in (table.tumour, *cells) if id in known)]))


def cumulative_hazard(event: endpoint_table.Event, courses: Mapping[str, Array], luck: Chance) -> Array | None:
    """Return the cumulative hazard of an event from the start on, times the frailty, patients x rows.

    None if the courses have none of its hazards.
    """
    import numpy as np

    if not (parts := [courses[name] for name in event.hazards if name in courses]):
        return None
    hazard = np.sum(parts, axis=0) * (luck.frailties[:, None] if event.frail else 1.0)
    return np.asarray(hazard - hazard[:, :1])


def event_times(times: Array, courses: Mapping[str, Array], luck: Chance) -> dict[str, Array]:
    """Return when each kind of event comes first [d], a number a patient, NaN where it does not; none after death.

    times: rows [d]. courses: cumulative hazards by id, patients x rows; straight between rows.
    """
    import numpy as np

    table = endpoint_table.core_endpoints()
    first = {event.id: np.full(len(luck.frailties), np.nan) for event in table.events}
    for event in table.events:
        if (hazard := cumulative_hazard(event, courses, luck)) is not None:
            first[event.id] = _crossing(times, hazard, luck.thresholds[event.id][:, None])
    end = first[table.death]
    return {event: np.where(time > end, np.nan, time) for event, time in first.items()}


def outcomes(times: Array, courses: Mapping[str, Array], luck: Chance) -> dict[str, Array]:
    """Return the endpoints of courses (patients x rows, by id), a number a patient.

    ``time_EVENT`` [d] for each kind of event, ``time_metastasis`` (tumour in bone found, by chance if it comes of
    single cells), and for each quantity that is watched: ``ID_start``, ``ID_3mo`` (the row nearest to 13 weeks) and
    ``ID_end``. NaN where there is none.
    """
    import numpy as np

    table = endpoint_table.core_endpoints()
    found = {f"time_{event}": time for event, time in event_times(times, courses, luck).items()}
    found["time_metastasis"] = metastasis(times, courses, luck)
    early = int(np.argmin(np.abs(times - 91.0)))
    for name in table.seen:
        if name in courses:
            found[f"{name}_start"] = courses[name][:, 0]
            found[f"{name}_3mo"] = courses[name][:, early]
            found[f"{name}_end"] = courses[name][:, -1]
    return found


def metastasis(times: Array, courses: Mapping[str, Array], luck: Chance) -> Array:
    """Return when a metastasis is found in each patient [d]: of the model's tumour, or of single cells; else NaN."""
    import numpy as np

    table = endpoint_table.core_endpoints()
    found = np.full(len(luck.frailties), np.nan)
    if table.tumour in courses and (detected := luck.people.get(table.detected)) is not None:
        found = _crossing(times, courses[table.tumour], detected[:, None])
    if all(name in courses for name in table.colonies.courses):
        hazard = colonies.expected(times, courses, luck.people, table.colonies)
        found = np.fmin(found, _crossing(times, hazard, luck.metastasis[:, None]))
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
        "episodes": [table.episodes.events, table.episodes.delay],
        "metastasis": [table.tumour, table.detected, *table.colonies.people, *table.colonies.courses],
        "quantities": list(table.seen),
        "imaging": list(asdict(table.imaging).values()),
    }


def _crossing(times: Array, values: Array, level: float | Array) -> Array:
    """Return when values (patients x rows) first reach a level, on a straight line between rows; NaN if never.

    level: of all, or a column, one a patient.
    """
    import numpy as np

    reached = values >= level
    after = np.argmax(reached, axis=1)[:, None]
    before = np.maximum(after - 1, 0)
    low, high = np.take_along_axis(values, before, axis=1), np.take_along_axis(values, after, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):  # where it was there from the first row on, or never is
        between = times[before] + (level - low) / (high - low) * (times[after] - times[before])
    found = np.where(after == 0, times[0], between)[:, 0]
    return np.where(reached.any(axis=1), found, np.nan)
