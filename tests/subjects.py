"""Virtual subjects: parameters drawn from the spread of the table (column cv), around the values of a composed model."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import ranklsys as rk
from ranklsys.trials.population import Population
from ranklsys.trials.variation import spreads

WITH_TUMOUR = {"human": ("patient-breast", "menopause"), "mouse": ("mda-mb-231",)}
TEN_YEARS = 3652.5


@dataclass(frozen=True)
class Outcome:
    """Ten years of a subject.

    lowest: of all states and days. seconds: taken. problem: what went wrong, or empty.
    """

    lowest: float
    seconds: float
    problem: str = ""


def compose(host: str, *, tumour: bool) -> rk.Model:
    """Return a host, alone or with its tumour."""
    return rk.compose(host, *(WITH_TUMOUR[host] if tumour else ()))


def subjects(model: rk.Model, number: int, seed: int = 20) -> Iterator[dict[str, float]]:
    """Yield the parameters of each subject."""
    return Population(spreads(model), seed, number).subjects()


def ten_years(model: rk.Model, subject: dict[str, float]) -> Outcome:
    """Return how ten years of a subject went, every quarter."""
    start = time.perf_counter()
    try:
        run = model.set(subject).simulate(TEN_YEARS, points=41, columns=list(model.facts.states))
    except rk.RanklsysError as problem:
        return Outcome(math.nan, time.perf_counter() - start, str(problem))
    lowest = float(run.to_numpy().min())  # NaN if there is one, which pandas would pass over
    return Outcome(lowest, time.perf_counter() - start, "" if math.isfinite(lowest) else "a state is not a number")
