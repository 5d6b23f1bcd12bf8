"""Record: which engine made a result of many runs, and what was told of that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ranklsys.model.engine_names import LANES

if TYPE_CHECKING:
    from ranklsys.model.many import Runs


def record(runs: Sequence[Runs], labels: Sequence[object] = ()) -> dict[str, object]:
    """Return engine and settings of runs, and under ``lanes`` what lanes refused or did not come through.

    labels: what names each run, all one after another; their numbers without.
    """
    names = labels or range(sum(len(each.array) for each in runs))
    chosen = next((each for each in runs if LANES in each.engines), runs[0])
    found = dict(chosen.described)
    told: dict[str, str] = {}
    begin = 0
    for each in runs:
        told |= {str(names[begin + place]): f"RoadRunner ran it: {words}" for place, words in each.taken_over.items()}
        begin += len(each.array)
    if refused := list(dict.fromkeys(each.refused for each in runs if each.refused)):
        number = sum(len(each.array) for each in runs if each.refused)
        told["refused"] = f"RoadRunner ran {number} of {begin}: {'; '.join(refused)}"
    return {**found, "lanes": told} if told else found
