"""Early disease: how many cells the primary left in a woman's bone, when they wake, and when imaging finds a metastasis.

The model gives rates, chance is drawn on top. A run gives each woman the chance that a cell which sleeps in the niche at
surgery has woken (``niche_woken``), the e-folds that a small colony has grown (``colony_growth_total``) and how well her
cells home (``homing_bone``). How many cells she has is a Poisson number around a mean that differs between women; many
have none. Some sleep, others have grown since the primary shed them. Growth slows with size as in the model, where a
colony of x cells (1 fills half a litre) has grown (x^s - c^s)/s e-folds from one cell c, s the power of the slowing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranklsys import Population, Spread, side_by_side, values_from_table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ranklsys import Dose, Model

    Array = NDArray[np.float64]

YEAR = 365.25
"""Days, of the Julian calendar."""
VISITS = 91.3125
"""Days between two times at which a run is read."""
DETECTED = 2e-3
"""Colony that imaging finds: 1 cm^3 of the half litre that 1 stands for (as in the model's endpoints)."""
AFTER_MENOPAUSE = "8 y"
"""Surgery, after the start of the menopause of a model that has it."""
MENOPAUSE = "menopause__ovarian_decline"
COLUMNS = ("niche_woken", "colony_growth_total", "homing_bone", "growth_bone", "growth_own")


@cache
def numbers() -> dict[str, float]:
    """Return the values of early_disease.csv, by id."""
    table = values_from_table(Path(__file__).with_name("early_disease.csv"), "women")
    return {name: value.value for name, value in table.items()}


@dataclass(frozen=True)
class Women:
    """Virtual women at surgery.

    traits: what differs in the model, by id, each an array. positive: whose tumour has hormone receptors. cells: mean
    number of viable cells in her bone, before how well they home. asleep: share of them that sleep.
    """

    traits: dict[str, Array]
    positive: NDArray[np.bool_]
    cells: Array
    asleep: Array

    def __len__(self) -> int:
        return len(self.cells)

    def subjects(self) -> list[dict[str, float]]:
        """Return the traits of each woman."""
        return [{name: float(values[one]) for name, values in self.traits.items()} for one in range(len(self))]


def women(model: Model, number: int, seed: int, values: dict[str, float] | None = None) -> Women:
    """Return women around the model, which has the part early-breast. values: in place of some of ``numbers()``."""
    import numpy as np

    by = {**numbers(), **(values or {})}
    wide = {
        "tumour_RANK": by["RANK_sd"],
        "RANKL_healthy": by["RANKL_sd"],
        "estrogen_loss_RANKL": by["estrogen_sd"],
        "waking_rate": by["waking_sd"],
        "growth_scale": by["growth_sd"],
        "stage": by["stage_sd"],
    }
    drawn = Population({name: _lognormal(sd) for name, sd in wide.items()}, seed, number, design="latin")
    factors = {name: np.array([each[name] for each in drawn.subjects()]) for name in wide}
    at = {name: model.changes.get(name, model.facts.elements[name].value) for name in wide if name != "stage"}
    order = np.random.default_rng(seed).permutation(number)
    positive = order < round(by["hormone_receptors"] * number)
    kind = {
        name: np.where(positive, by[f"{name}_positive"], by[f"{name}_negative"])
        for name in ("cells", "asleep", "growth")
    }
    traits = {name: value * factors[name] for name, value in at.items()}
    traits["growth_scale"] = traits["growth_scale"] * kind["growth"]
    return Women(traits, positive, kind["cells"] * factors["stage"], kind["asleep"])


@dataclass(frozen=True)
class Courses:
    """What the model gives each woman after surgery; arrays (women x times).

    days: from surgery on. woken: chance that a cell that slept then has woken. growth: e-folds of a small colony since.
    cells: mean number of viable cells. head: growth in bone over that of the primary.
    """

    women: Women
    days: Array
    woken: Array
    growth: Array
    cells: Array
    head: Array
    slowing: float
    cell: float
    shedding: float
    primary: float

    def folds(self, size: float) -> float:
        """Return the e-folds, before growth slows, from one cell to a colony of the size."""
        from math import log

        if not self.slowing:
            return log(size / self.cell)
        return float((size**self.slowing - self.cell**self.slowing) / self.slowing)

    def older_than(self, folds: Array) -> Array:
        """Return the chance that a colony which is awake at surgery has grown more than so many e-folds by then.

        The primary sheds with the power ``shedding`` of its size, and cells that come to bone grow ``head`` times as fast.
        """
        import numpy as np

        power = self.shedding / self.slowing + 1 if self.slowing else 1.0
        first, last = self.cell**self.slowing, self.primary**self.slowing
        came = np.clip(last - self.slowing * folds / self.head[:, None], first, last)
        return np.asarray((came**power - first**power) / (last**power - first**power))

    def expected(self) -> Array:
        """Return how many metastases imaging has found by each time, on average, of women who have none at surgery."""
        import numpy as np

        need = self.folds(DETECTED)
        late = np.array(
            [np.interp(np.interp(y - need, y, self.days, left=-1.0), self.days, w, left=0.0)
             for y, w in zip(self.growth, self.woken, strict=True)]
        )  # fmt: skip
        awake = self.older_than(np.maximum(need - self.growth, 0.0))
        known = self.older_than(np.full_like(self.growth[:, :1], need))
        asleep = self.women.asleep[:, None]
        return np.asarray(self.cells[:, None] * (asleep * late + (1 - asleep) * (awake - known)))

    def at_surgery(self) -> Array:
        """Return the chance of each woman that imaging finds a metastasis in bone at surgery."""
        import numpy as np

        found = self.older_than(np.full((len(self.women), 1), self.folds(DETECTED)))[:, 0]
        return np.asarray(1 - np.exp(-self.cells * (1 - self.women.asleep) * found))

    def free(self) -> Array:
        """Return the chance of each woman to be free of bone metastases at each time: no chance is drawn."""
        import numpy as np

        return np.asarray(np.exp(-self.expected()))

    def drawn(self, seed: int) -> Array:
        """Return when imaging finds each woman's first metastasis [y], by one throw of the dice; infinity if never."""
        import numpy as np

        expected = self.expected()
        luck = np.random.default_rng(seed).exponential(size=len(self.women))
        found = np.array(
            [np.interp(one, mean, self.days, right=np.inf) for one, mean in zip(luck, expected, strict=True)]
        )
        return np.where(luck < expected[:, -1], found / YEAR, np.inf)


def courses(model: Model, who: Women, years: float, doses: Any = (), values: dict[str, float] | None = None) -> Courses:
    """Run the women for so many years after surgery, with the doses from then on. values: as in ``women``."""
    import numpy as np

    by = {**numbers(), **(values or {})}
    days = np.arange(0.0, years * YEAR + VISITS, VISITS)
    start = {"niche_cell": 1.0, "niche_woken": 0.0, "colony_growth_total": 0.0}
    before = AFTER_MENOPAUSE if MENOPAUSE in model.facts.elements else 0.0
    untreated = model.set(seed_primary=0)
    run = side_by_side(
        untreated, who.subjects(), days.tolist(), list(COLUMNS), doses=doses, before=before, then=start
    )
    woken, growth, homing, bone, own = np.moveaxis(run, 2, 0)
    usual = side_by_side(untreated, [{}], [0.0, 1.0], ["homing_bone"], before=before, then=start)[0, 0, 0]
    facts = untreated.facts.elements
    return Courses(
        who,
        days,
        woken,
        growth,
        who.cells * homing[:, 0] / usual,
        bone[:, 0] / own[:, 0],
        float(untreated.changes.get("growth_slowing", facts["growth_slowing"].value)),
        float(facts["tumour_cell"].value),
        by["shedding_power"],
        by["primary_size"],
    )


def _lognormal(sd: float) -> Spread:
    from math import expm1, sqrt

    return Spread(1.0, sqrt(expm1(sd**2)))
