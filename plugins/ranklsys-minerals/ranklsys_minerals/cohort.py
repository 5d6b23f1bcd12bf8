"""Virtual women on denosumab: how far calcium falls, by kidney function and by what they take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import ranklsys as rk
from ranklsys import Population, spreads

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PARTS = ("menopause", "denosumab", "chronic-kidney-disease", "calcium-vitamin-d")
EGFR, DIET = "chronic_kidney_disease__eGFR", "calcium_vitamin_d__diet"
NORMAL, FAILING = 90.0, 10.0
"""Filtration [mL/min/1.73 m2] of good kidneys, and of those that are called below 15 or on dialysis."""
DENOSUMAB = "denosumab 60 mg sc"
TABLET, TWO_TABLETS = "calcium-vitamin-d 500 mg po daily", "calcium-vitamin-d 500 mg po bid"
DAYS = (0.0, 3.0, *(7.0 * week for week in range(1, 18)))
LIMITS = (2.0, 1.88, 1.8)
"""Calcium [mM] below which studies count: Cowan 2023, Bird 2024, Cowan 2023."""


def courses(egfr: float, tablets: str = "", women: int = 800, seed: int = 7) -> NDArray[np.float64]:
    """Return calcium [mM], women x DAYS, after one dose of 60 mg twelve years after menopause.

    egfr: typical filtration [mL/min/1.73 m2]; women differ in it as in all else, by the spreads of the tables, but not
    in diet, and not in filtration where it is good. tablets: a regimen of calcium and vitamin D that begins with
    denosumab.
    """
    model = rk.compose("human", *PARTS).set({EGFR: egfr})
    held = {DIET, EGFR} if egfr >= NORMAL else {DIET}
    differ = {name: spread for name, spread in spreads(model).items() if name not in held}
    subjects = list(Population(differ, seed, women, design="latin").subjects())
    doses = f"{DENOSUMAB}; {tablets}" if tablets else DENOSUMAB
    return rk.side_by_side(model, subjects, DAYS, ["calcium"], doses=doses, before="12 y")[:, :, 0]


def below(calcium: NDArray[np.float64]) -> Mapping[float, float]:
    """Return the share of women [%] whose calcium is once below each of LIMITS."""
    lowest = calcium.min(axis=1)
    return {limit: float(100 * (lowest < limit).mean()) for limit in LIMITS}
