"""Summary: a trial in tables, as ``Trial.summary`` gives it, and what the doubt about numbers leaves open of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Summary:
    """A trial in tables; shares and their intervals are 95 % intervals of sampling, spans are 5 to 95 % of patients.

    counts: a row an arm: patients, and the share with each kind of event. changes: median and span of each quantity.
    responders: share with a response. times: median time to a skeletal event [d]. comparisons: each arm against the
    first, by arm and event: a first skeletal event, and a metastasis if more than a few have none at the start. failed:
    patients and why.
    """

    counts: pd.DataFrame
    changes: pd.DataFrame
    responders: pd.DataFrame
    times: pd.DataFrame
    comparisons: pd.DataFrame
    failed: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Doubt:
    """Intervals of a trial by the doubt about numbers.

    members, people: how many members ran the trial, with how many people each. table: index what, arm; columns value
    (of the whole trial); people_low, people_high: 95 % interval by having so many people; numbers_low, numbers_high: 5
    to 95 % by the members; low, high: 5 to 95 % by both. curves: by arm and what (``skeletal event`` or ``metastasis``:
    the share without; a quantity: its median) over time [d]: low, high, by the members.
    """

    members: int
    people: int
    table: pd.DataFrame
    curves: Mapping[tuple[str, str], pd.DataFrame]
