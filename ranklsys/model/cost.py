"""Cost: about how long many runs take by each engine, to choose the faster one.

Seconds of one processor, measured on compositions of some 50 states. Only what was asked for counts, never a clock or
what is loaded already: the same question has the same answer on every machine and in every process.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from ranklsys.model.dose import Dose

COMPILED, RUN, DOSE = 0.3, 0.0025, 0.0015
"""Of RoadRunner: a structure, a run without doses, and a dose more in it. Rows cost it nothing."""

LOADED, TAPED = 0.1, 0.3
"""Of lanes: LLVM, and a structure. Of both engines structures take less if they are on disk, and more if not."""
WIDTH, BATCH, DOSE_OF_BATCH, ROW_OF_BATCH = 8, 0.0015, 0.00015, 0.00001
"""Of lanes: how many run in a batch, a batch without doses, and a dose and a row more in it; rows are stops."""

WORTH = 0.5
"""What RoadRunner, the reference, runs in less is not worth another engine."""


@dataclass(frozen=True)
class Amount:
    """So many runs with the same doses, for so many days, with so many rows."""

    number: int
    doses: tuple[Dose, ...]
    days: float
    rows: int

    @property
    def batch(self) -> float:
        """About how long a batch of lanes takes [s]."""
        return BATCH + DOSE_OF_BATCH * self.given + ROW_OF_BATCH * self.rows

    @property
    def given(self) -> int:
        """How many doses each run is given."""
        return sum(_given(dose, self.days) for dose in self.doses)


def by_roadrunner(amounts: Iterable[Amount], structures: int) -> float:
    """Return about how long RoadRunner takes [s]."""
    return structures * COMPILED + sum(each.number * (RUN + DOSE * each.given) for each in amounts)


def by_lanes(amounts: Iterable[Amount], structures: int) -> float:
    """Return about how long lanes take [s]; runs of one structure fill their batches together."""
    listed = list(amounts)
    # each structure has a batch that is not full
    begun = structures * sum(each.batch for each in listed) / max(1, len(listed))
    return LOADED + structures * TAPED + begun + sum(each.number / WIDTH * each.batch for each in listed)


def lanes_are_faster(amounts: Iterable[Amount], structures: int) -> bool:
    """Whether lanes are worth it."""
    listed = list(amounts)
    worth = by_roadrunner(listed, 0) >= WORTH
    return worth and by_lanes(listed, structures) < by_roadrunner(listed, structures)


def _given(dose: Dose, days: float) -> int:
    most = math.inf if dose.count is None else dose.count
    if dose.start > days:
        return 0
    return int(min(most, 1 + (math.floor((days - dose.start) / dose.every) if dose.every else 0)))
