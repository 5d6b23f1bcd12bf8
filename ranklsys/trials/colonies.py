"""Colonies: when imaging finds the first metastasis of a woman whose primary left single cells in bone, by chance.

A model of means cannot say it: most women have no such cell, and one is enough. The model gives the rates of one cell:
the chance that a cell which sleeps in the niche at the start has woken, the e-folds that a small colony has grown
since, and how well cells home. How many cells there are is a Poisson number; each is found when its colony is large
enough, so the number found by a time is a Poisson number too, and its mean serves as a cumulative hazard.

Growth slows with size as in the core: from one cell c to a colony of size x it takes (x^s - c^s)/s e-folds, s the power
of the slowing. Cells that are awake at the start came while the primary grew, which shed with a power of its size.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ranklsys.model.endpoint_table import Colonies

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def expected(times: Array, courses: Mapping[str, Array], people: Mapping[str, Array], ids: Colonies) -> Array:
    """Return how many metastases imaging has found by each time on average, of people who have none at the start.

    times: rows [d]. courses: patients x rows by id, those of ``ids.courses``. people: a number a patient by id, those
    of ``ids.people``. Returned: patients x rows.
    """
    import numpy as np

    woken, growth = courses[ids.woken], courses[ids.growth] - courses[ids.growth][:, :1]
    need = _folds(people, people[ids.detected], ids)
    # who is found now has woken when the colony had still so much to grow
    late = np.empty_like(woken)
    for one, (grown, share) in enumerate(zip(growth, woken, strict=True)):
        since = np.interp(grown - need[one], grown, times, left=-1.0)
        late[one] = np.interp(since, times, share - share[0], left=0.0)
    awake = _older(courses, people, np.maximum(need[:, None] - growth, 0.0), ids)
    known = _older(courses, people, need[:, None], ids)
    asleep = people[ids.asleep][:, None]
    return np.asarray(_cells(courses, people, ids)[:, None] * (asleep * late + (1 - asleep) * (awake - known)))


def at_start(courses: Mapping[str, Array], people: Mapping[str, Array], ids: Colonies) -> Array:
    """Return the chance of each patient that imaging finds a metastasis at the start already."""
    import numpy as np

    known = _older(courses, people, _folds(people, people[ids.detected], ids)[:, None], ids)[:, 0]
    return np.asarray(1 - np.exp(-_cells(courses, people, ids) * (1 - people[ids.asleep]) * known))


def _cells(courses: Mapping[str, Array], people: Mapping[str, Array], ids: Colonies) -> Array:
    """Return the mean number of viable cells in bone at the start."""
    return people[ids.cells] * courses[ids.homing][:, 0]


def _folds(people: Mapping[str, Array], size: Array, ids: Colonies) -> Array:
    """Return the e-folds, before growth slows, from one cell to a colony of the size."""
    import numpy as np

    power, cell = people[ids.slowing], people[ids.cell]
    slow = np.where(power > 0, power, 1.0)
    return np.where(power > 0, (size**slow - cell**slow) / slow, np.log(size / cell))


def _older(courses: Mapping[str, Array], people: Mapping[str, Array], folds: Array, ids: Colonies) -> Array:
    """Return the chance that a cell which was awake at the start has grown by more than so many e-folds by then."""
    import numpy as np

    head = (courses[ids.growth_in_bone][:, 0] / courses[ids.growth_of_primary][:, 0])[:, None]
    most = _folds(people, people[ids.primary], ids)[:, None]
    power, cell = people[ids.slowing][:, None], people[ids.cell][:, None]
    came = np.clip(most - folds / head, 0.0, most)  # e-folds of the primary when it shed the cell
    shed = people[ids.shedding][:, None]
    slow = np.where(power > 0, power, 1.0)
    first, at, last = cell**slow, cell**slow + slow * came, cell**slow + slow * most
    bent = shed / slow + 1
    slowed = (at**bent - first**bent) / (last**bent - first**bent)
    straight = np.expm1(shed * came) / np.expm1(shed * most)
    return np.where(power > 0, slowed, straight)
