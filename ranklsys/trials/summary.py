"""Summary: a trial in tables, as ``Trial.summary`` gives it."""

from __future__ import annotations

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
