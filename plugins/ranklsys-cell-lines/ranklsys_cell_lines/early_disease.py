"""Early disease: virtual women whose primary tumour sheds cells, and when they have a metastasis in bone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ranklsys import Population, Spread

if TYPE_CHECKING:
    from ranklsys import Dose, Model

YEAR = 365.25
"""Days, of the Julian calendar."""
DETECTABLE = 0.01
"""Share of the sites that a bone metastasis fills when it is found."""
TRAITS = {"tumour_RANK": 0.8} | dict.fromkeys(
    (
        "tumour_growth",
        "tumour_growth_factors",
        "primary_shedding",
        "circulating_clearance",
        "homing_rate",
        "waking_rate",
    ),
    0.3,
)
"""What varies, independently: standard deviation of the logarithm."""


def women(model: Model, number: int, seed: int) -> Iterator[dict[str, float]]:
    """Yield the traits of each woman, around those of the model."""
    numbers = {**{name: model.facts.elements[name].value for name in TRAITS}, **model.changes}
    spreads = {name: Spread(numbers[name], math.sqrt(math.expm1(sd**2))) for name, sd in TRAITS.items()}
    return Population(spreads, seed, number).subjects()


def years_to_metastasis(woman: Model, years: float, doses: Sequence[Dose] | str = ()) -> float:
    """Return when a metastasis in bone is found [y], looked for every 30 days; infinity if not within ``years``."""
    import numpy as np

    days = np.arange(0.0, years * YEAR, 30.0)
    found = np.flatnonzero(woman.numbers(days, ["tumour"], doses=doses)[:, 0] >= DETECTABLE)
    return float(days[found[0]]) / YEAR if len(found) else math.inf
