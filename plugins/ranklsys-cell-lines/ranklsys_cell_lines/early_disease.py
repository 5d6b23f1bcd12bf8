"""Early disease: virtual women after surgery, and when imaging finds a metastasis in their bone.

The model gives rates, chance is drawn on top (``ranklsys.metastases``): how many cells the primary left in bone, which
of them sleep, when they wake. The parts early-breast and early-breast-negative have the numbers of a woman of median
stage.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ranklsys import Population, Spread, metastases, values_from_table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ranklsys import Dose, Model

    Array = NDArray[np.float64]
    Women = Sequence[Mapping[str, float]]

YEAR = 365.25
"""Days, of the Julian calendar."""
VISIT = YEAR / 4
"""Days between two times at which a run is read."""
RECEPTORS = "hormone_receptors"
AFTER_MENOPAUSE = "8 y"
"""Surgery, after the start of menopause."""
SURGERY = {"tumour_primary": 0.0, "niche_cell": 1.0, "niche_woken": 0.0, "colony_growth_total": 0.0}
"""What is set at surgery."""


@cache
def spreads() -> dict[str, float]:
    """Return how women differ: standard deviations of logarithms, and the share with hormone receptors, by id."""
    table = values_from_table(Path(__file__).with_name("early_disease.csv"), "women")
    return {name: value.value for name, value in table.items()}


def women(model: Model, number: int, seed: int, differ: Mapping[str, float] | None = None) -> list[dict[str, float]]:
    """Return what each woman differs in, around the model's numbers. differ: in place of some of ``spreads()``."""
    wide = {name: sd for name, sd in {**spreads(), **(differ or {})}.items() if name != RECEPTORS}
    usual = {name: model.changes.get(name, model.facts.elements[name].value) for name in wide}
    drawn = {name: Spread(usual[name], math.sqrt(math.expm1(sd**2))) for name, sd in wide.items()}
    return list(Population(drawn, seed, number, design="latin").subjects())


@dataclass(frozen=True)
class Relapse:
    """Bone metastases of women after surgery.

    years: from surgery on. at_surgery: chance of each woman that imaging finds one then. expected: how many it finds
    later on average in her (women x years) if it found none then.
    """

    years: Array
    at_surgery: Array
    expected: Array

    @property
    def free(self) -> Array:
        """The chance of each woman without a metastasis at surgery to be free of it at each time."""
        import numpy as np

        return np.asarray(np.exp(-self.expected))

    def drawn(self, seed: int) -> Array:
        """Return when her first metastasis is found [y], by one throw of the dice for each; infinity if never."""
        import numpy as np

        luck = np.random.default_rng(seed).exponential(size=len(self.expected))
        pairs = zip(luck, self.expected, strict=True)
        return np.array([np.interp(one, mean, self.years, right=np.inf) for one, mean in pairs])


def relapse(model: Model, who: Women, years: float, doses: Sequence[Dose] | str = ()) -> Relapse:
    """Follow women for so many years after surgery, with the doses from then on."""
    import numpy as np

    days = np.arange(0.0, years * YEAR + VISIT, VISIT)
    before = AFTER_MENOPAUSE if "menopause__ovarian_decline" in model.facts.elements else 0.0
    found = metastases(model, who, days.tolist(), doses=doses, before=before, then=SURGERY)
    return Relapse(days / YEAR, *found)
