"""Early disease: virtual women whose primary tumour sheds cells, and when they have a metastasis in bone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ranklsys import Population, Spread, side_by_side

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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


def years_to_metastasis(
    model: Model, women: Sequence[Mapping[str, float]], years: float, doses: Sequence[Dose] | str = ()
) -> NDArray[np.float64]:
    """Return when each woman's metastasis in bone is found [y], looked for every 30 days; infinity if not in time."""
    import numpy as np

    days = np.arange(0.0, years * YEAR, 30.0)
    seen = side_by_side(model, women, days.tolist(), ["tumour"], doses=doses)[..., 0] >= DETECTABLE
    return np.where(seen.any(axis=1), days[seen.argmax(axis=1)] / YEAR, np.inf)
