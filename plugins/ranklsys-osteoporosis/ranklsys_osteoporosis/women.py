"""Virtual women: their hazards of fracture on regimens, by markers and density, and by the fractures that they had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import ranklsys as rk
from ranklsys import Population, once, spreads

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

MONTH, YEAR = 30.4375, 365.25
SITES = ("vertebral", "hip", "nonvertebral")
HAZARDS = tuple(f"{site}_fracture_hazard" for site in SITES)
RISKS = tuple(f"{site}_fracture_risk" for site in SITES)
NONE_YET = dict.fromkeys(HAZARDS, 0.0)
DRUGS = ("denosumab", "zoledronic-acid", "alendronate")


@once
def woman() -> rk.Model:
    """Return a woman with osteoporosis, 12 years after menopause, without a fracture yet."""
    return rk.compose("human", "menopause", "osteoporosis", *DRUGS).after("12 y").set(NONE_YET)


def courses(arms: Mapping[str, str], months: int, **changes: float) -> dict[str, pd.DataFrame]:
    """Return hazards and what makes them, monthly, of that woman on regimens; an empty one is none.

    changes: numbers of the model from then on. Index: months.
    """
    times = [MONTH * month for month in range(months + 1)]
    columns = [*RISKS, *HAZARDS, "resorption_cavities", "cavity_risk", "CTX", "T_score_spine"]
    model = woman().set(changes)
    runs = {
        arm: model.simulate(times[-1], doses=doses or (), times=times, columns=columns) for arm, doses in arms.items()
    }
    return {arm: run.set_axis(range(months + 1)) for arm, run in runs.items()}


def differing(number: int, before: str, times: Sequence[float], columns: Sequence[str], *, seed: int) -> Array:
    """Return women who differ in all that the tables let differ: an array, women x times x columns.

    They are drawn from a Latin hypercube, so that few stand for all. before: time since menopause, e.g. ``12 y``.
    """
    model = rk.compose("human", "menopause")
    drawn = list(Population(spreads(model), seed, number, design="latin").subjects())
    return rk.side_by_side(model, drawn, times, columns, before=before)


def slope(hazards: Array, measured: Array) -> float:
    """Return how the logarithm of the hazard goes with what is measured, as a Cox model of these women finds it.

    hazards: of each. It is a Poisson regression of expected fractures on the measured number, by Newton steps.
    """
    import numpy as np

    size = measured.std()
    design = np.column_stack([np.ones_like(measured), (measured - measured.mean()) / size])
    expected = hazards / hazards.mean()
    found = np.zeros(2)
    for _ in range(50):
        mean = np.exp(design @ found)
        found = found + np.linalg.solve(design.T @ (design * mean[:, None]), design.T @ (expected - mean))
    return float(found[1] / size)


def by_turnover(years: float, levels: Sequence[float]) -> pd.DataFrame:
    """Return CTX and hazards of a typical woman whose turnover was other for three years: a row a level of RANKL made.

    years: since menopause, when it became other. So that women who differ in CTX differ little in density.
    """
    import pandas as pd

    columns = ["CTX", *RISKS]
    model = rk.compose("human", "menopause")
    rows = [
        rk.side_by_side(
            model, [{}], [0.0, 3 * YEAR], columns, before=f"{years} y", then={"slot_RANKL_production": level}
        )[0, 1]
        for level in levels
    ]
    return pd.DataFrame(rows, columns=columns)


def next_fracture(earlier: Array, later: Array, counts: Sequence[Sequence[int]], variance: float) -> list[float]:
    """Return the share of women who break a vertebra, by how many they broke earlier: one number a group of counts.

    earlier, later: cumulative hazards of each woman, before and of the time looked at; her frailty is gamma with mean 1
    and this variance, so that who broke more is frailer (a Poisson number of fractures with gamma frailty).
    """
    import math

    import numpy as np

    shape = 1 / variance
    found = []
    for group in counts:
        had = broke = 0.0
        for count in group:
            ways = math.exp(math.lgamma(count + shape) - math.lgamma(shape) - math.lgamma(count + 1))
            share = ways * (variance * earlier) ** count / (1 + variance * earlier) ** (count + shape)
            free = ((1 + variance * earlier) / (1 + variance * (earlier + later))) ** (count + shape)
            had += float(np.sum(share))
            broke += float(np.sum(share * (1 - free)))
        found.append(100 * broke / had)
    return found
