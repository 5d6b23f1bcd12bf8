"""Difference: how far the run of one engine is from that of another, quantity by quantity."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ranklsys.errors import DataError, nearest

Array = NDArray[np.float64]
RELATIVE = 1e-4
"""Two engines agree at a time if they differ by no more than this part of the reference, ..."""
NEGLIGIBLE = 1e-6
"""... or by no more than this part of the column's largest value."""
NOISE = 1e-15
"""Below this an amount is round-off: COPASI's LSODA now and then turns a state of exactly 0 into 1e-24 (seen)."""


def difference(reference: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return how far a run is from a reference run, one row for each column, the worst first.

    largest_difference: max over times of ``|reference - other|``. scale: max over times of ``|reference|``.
    relative: max over times of ``|reference - other| / max(|reference|, scale / 100)``; at_time: when [d].
    within: whether ``relative`` is 1e-4 or less. That is so if at every time the difference is at most 1e-4 of the
    reference, or else at most 1e-6 of the scale: what has all but vanished is compared with what it was. Differences
    below 1e-15 are round-off and count as none.

    Raises DataError if columns or times are not the same; the order of columns is free.
    """
    _same_columns(reference, other)
    times = _same_times(reference, other)
    expected = reference.to_numpy(dtype=np.float64)
    apart = np.abs(expected - other[reference.columns].to_numpy(dtype=np.float64))
    apart[np.isnan(apart)] = np.inf
    apart[apart < NOISE] = 0.0
    scale = np.abs(expected).max(axis=0)
    yardstick = np.maximum(np.abs(expected), scale * NEGLIGIBLE / RELATIVE)
    relative = np.divide(apart, yardstick, out=np.where(apart > 0, np.inf, 0.0), where=yardstick > 0)
    table = pd.DataFrame(
        {
            "largest_difference": apart.max(axis=0),
            "scale": scale,
            "relative": relative.max(axis=0),
            "at_time": times[relative.argmax(axis=0)],
            "within": relative.max(axis=0) <= RELATIVE,
        },
        index=pd.Index(reference.columns, name="id"),
    )
    return table.sort_values("relative", ascending=False, kind="stable")


def _same_columns(reference: pd.DataFrame, other: pd.DataFrame) -> None:
    ours, theirs = set(map(str, reference.columns)), set(map(str, other.columns))
    for name in sorted(ours - theirs):
        raise DataError(
            f"the other run has no column '{name}'{nearest(name, theirs - ours)}", hint="Give both the same"
        )
    for name in sorted(theirs - ours):
        raise DataError(
            f"the reference has no column '{name}'{nearest(name, ours - theirs)}", hint="Give both the same"
        )


def _same_times(reference: pd.DataFrame, other: pd.DataFrame) -> Array:
    ours, theirs = reference.index.to_numpy(dtype=np.float64), other.index.to_numpy(dtype=np.float64)
    if len(ours) != len(theirs) or not len(ours):
        raise DataError(
            f"the reference has {len(ours)} rows, the other run {len(theirs)}", hint="Give both the same times"
        )
    wrong = np.flatnonzero(ours != theirs)
    if len(wrong):
        row = wrong[0]
        what = f"row {row} is at {float(ours[row])} d in the reference and at {float(theirs[row])} d in the other run"
        raise DataError(what, hint="Give both the same times")
    return ours
