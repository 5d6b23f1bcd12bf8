"""Claims: what the literature says the model must show, each with the criterion that decides it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """A statement from the literature that the model is judged by.

    id: e.g. ``denosumab-rebound``.
    text: the statement, with its source.
    criterion: what has to hold, in words and numbers, e.g. ``tumour burden at 25 d is below half of the vehicle's``.
    run: composes and simulates, and returns the measured value and whether the criterion holds.
    needs: ids of the parts that run composes.
    """

    id: str
    text: str
    criterion: str
    run: Callable[[], tuple[float, bool]]
    needs: tuple[str, ...] = ()
