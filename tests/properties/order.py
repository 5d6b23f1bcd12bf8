"""How runs are ordered: at every time, and strictly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

EQUAL = 1e-6
"""Levels closer than this part of the largest of the row are equal: ten times the error of lanes."""


def higher_at_every_time(runs: Sequence[pd.DataFrame], quantity: str, *, skip: int = 1) -> bool:
    """Tell whether a quantity is higher in each run than in the one before, at every row but the first ``skip``."""
    levels = np.array([run[quantity].to_numpy()[skip:] for run in runs])
    steps, size = np.diff(levels, axis=0), np.abs(levels).max(axis=0)
    failing = np.argwhere(steps <= EQUAL * size)
    if len(failing):
        times = runs[0].index[skip:]
        print(f"{quantity}: not ordered at {[f'{times[row]:.1f} d: {levels[:, row]}' for _, row in failing[:4]]}")
    return not len(failing)


def lower_at_every_time(runs: Sequence[pd.DataFrame], quantity: str, *, skip: int = 1) -> bool:
    """Tell whether a quantity is lower in each run than in the one before, at every row but the first ``skip``."""
    return higher_at_every_time(runs[::-1], quantity, skip=skip)


def never_higher(runs: Sequence[pd.DataFrame], quantity: str) -> bool:
    """Tell whether a quantity of the first run is nowhere above that of any other, at any row."""
    first, *others = (run[quantity] for run in runs)
    return all((first <= other + EQUAL * np.maximum(first.abs(), other.abs())).all() for other in others)


def rises_always(values: pd.Series) -> bool:
    """Tell whether a quantity never falls from one row to the next."""
    return bool((np.diff(values) >= -1e-7 * values.abs().max()).all())


def falls_always(values: pd.Series) -> bool:
    """Tell whether a quantity never rises from one row to the next."""
    return rises_always(-values)
