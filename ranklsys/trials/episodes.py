"""Episodes: all skeletal events of patients, from the courses that the model gives.

The model has a cumulative hazard for each kind of skeletal event. Times a patient's frailty it is the expected number
of episodes that an event of this kind opens. They come as a Poisson process: the first where the hazard reaches the
threshold that tells of first events too (``endpoints``), each further one after a gap of a standard exponential number
on the scale of the hazard. A patient has the same gaps in every arm, so arms differ by treatment alone.

An episode brings more than the event that opens it: a fracture is operated on, or irradiated. ``events_per_episode`` is
how many single events an episode is counted as on average, itself included, where each is counted: it was fitted to the
rates of the pamidronate trials, which count each fracture and each course of radiotherapy (Lipton 2000), so it is a
number without windows. How many more come in an episode is Poisson, with this mean less 1, and each after an
exponential delay (both assumed; the mean delay is in ``models/endpoints.toml``). The model does not say of which kind
they are. Windows that a trial counts by belong to the count, not to the model: see ``recurrence``.

Nothing comes after death or the end of the trial, the further events of an episode neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.trials.endpoints import Chance, cumulative_hazard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

COLUMNS = ("patient", "time", "kind", "opens")


def skeletal_events(
    times: Array,
    courses: Mapping[str, Array],
    luck: Chance,
    ends: Array,
    per_episode: Array,
    generators: Mapping[int, np.random.Generator],
) -> dict[str, Array]:
    """Return all skeletal events of patients in one arm, a number an event, by patient and time.

    times: rows [d]. courses: cumulative hazards by id, patients x rows; straight between rows. ends: when each patient
    dies [d], NaN where it does not. per_episode: single events of an episode, on average, one a patient. generators:
    by number of the patient, in the same state for every arm. Returned: number of the patient, time [d], kind (place
    among the skeletal events of the table) of the event that opened the episode, and 1 for that event, 0 for one that
    follows.
    """
    import numpy as np

    table = core_endpoints()
    kinds = [(kind, event.id, cumulative_hazard(event, courses, luck)) for kind, event in enumerate(table.skeletal)]
    known = [(kind, name, hazard) for kind, name, hazard in kinds if hazard is not None]
    found: list[Array] = []
    for place, (number, generator) in enumerate(generators.items() if known else ()):
        hazards = np.array([hazard[place] for _, _, hazard in known])
        first = np.array([luck.thresholds[name][place] for _, name, _ in known])
        end = float(np.fmin(ends[place], times[-1]))
        more, delay = max(0.0, float(per_episode[place]) - 1), table.episodes.delay
        time, which, opens = _of_one(times, hazards, first, end, more, delay, generator)
        order = np.argsort(time, kind="stable")
        kind = np.array([each for each, _, _ in known], dtype=float)[which]
        found.append(np.array([np.full(len(time), float(number)), time, kind, opens])[:, order])
    columns = np.concatenate(found, axis=1) if found else np.empty((len(COLUMNS), 0))
    return dict(zip(COLUMNS, columns, strict=True))


def _of_one(
    times: Array,
    hazards: Array,
    first: Array,
    end: float,
    more: float,
    delay: float,
    generator: np.random.Generator,
) -> tuple[Array, NDArray[np.intp], Array]:
    """Return time, kind and whether it opens an episode, of each event of one patient up to an end.

    hazards: kinds x rows. first: level of each at which its first episode begins. Each round draws for all kinds,
    whether an arm comes so far or not, so that what a kind gets in a round is the same in every arm.
    """
    import numpy as np

    levels, reached = first.copy(), np.array([np.interp(end, times, hazard) for hazard in hazards])
    found, which, opens = [], [], []
    while (levels <= reached).any():
        numbers = generator.poisson(more, len(levels))
        delays = np.split(delay * generator.standard_exponential(int(numbers.sum())), np.cumsum(numbers)[:-1])
        for kind in np.flatnonzero(levels <= reached).tolist():
            begin = float(np.interp(levels[kind], hazards[kind], times))
            own = [begin, *(begin + later for later in delays[kind].tolist() if begin + later <= end)]
            found += own
            which += [kind] * len(own)
            opens += [1.0] + [0.0] * (len(own) - 1)
        levels = levels + generator.standard_exponential(len(levels))
    return np.array(found), np.array(which, dtype=np.intp), np.array(opens)
