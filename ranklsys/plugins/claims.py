"""Claims: what the literature says the model must show, each as an experiment with the criterion that decides it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

Cuts = Mapping[str, Mapping[str, float | str]]


@dataclass(frozen=True)
class Finding:
    """What an experiment found.

    measured: the numbers, in words. holds: whether they meet the criterion.
    curves: what to draw, a DataFrame with a line for each column; its index and attrs["unit"] name the axes.
    """

    measured: str
    holds: bool
    curves: pd.DataFrame | None = None


@dataclass(frozen=True)
class Claim:
    """A statement from the literature that the model is judged by.

    id: e.g. ``SC-14``. text: the statement. criterion: what has to hold, in words and numbers, with the least effect
    that counts. run: composes and simulates, and returns the Finding. needs: ids of the parts that it composes.
    reason: why it fails, where it is known to; shown with a verdict that is not a pass.
    mechanism: by what the model shows it. cuts: what must make the claim fail, by name: each holds quantities, by id,
    at numbers, e.g. ``{"no RANKL": {"slot_RANKL_gene": 0.0}}`` (see ``ranklsys.plugins.cut``).
    by_construction: why it cannot fail, if it cannot: such a claim is counted apart, and names no cut.
    fitted: which of the data that decide it the model was fitted to; empty for a prediction.
    """

    id: str
    text: str
    criterion: str
    run: Callable[[], Finding]
    needs: tuple[str, ...] = ()
    reason: str = ""
    mechanism: str = ""
    cuts: Cuts = field(default_factory=dict, hash=False)
    by_construction: str = ""
    fitted: str = ""

    @property
    def kind(self) -> str:
        """An identity is true by construction; an effect can fail."""
        return "identity" if self.by_construction else "effect"


class Claims(list[Claim]):
    """A plugin's claims, collected where their experiments are written."""

    def add(
        self,
        id: str,
        text: str,
        criterion: str,
        *,
        needs: Iterable[str] = (),
        reason: str = "",
        mechanism: str = "",
        cuts: Cuts | None = None,
        by_construction: str = "",
        fitted: str = "",
    ) -> Callable[..., Callable[[], Finding]]:
        """Return a decorator that makes a claim of an experiment. Arguments: as of a Claim."""
        said = (mechanism, dict(cuts or {}), by_construction, fitted)

        def collect(run: Callable[[], Finding]) -> Callable[[], Finding]:
            self.append(Claim(id, text, criterion, run, tuple(needs), reason, *said))
            return run

        return collect


@dataclass(frozen=True)
class Verdict:
    """A claim with what was found; ``error`` if its experiment could not be done."""

    claim: Claim
    finding: Finding | None
    error: str = ""

    @property
    def holds(self) -> bool:
        """Whether the claim was shown."""
        return self.finding is not None and self.finding.holds

    @property
    def word(self) -> str:
        """The verdict in a word: pass, FAIL or error."""
        return "error" if self.finding is None else "pass" if self.finding.holds else "FAIL"

    @property
    def reason(self) -> str:
        """Why it fails, as its author knows; empty if it holds, or if nobody has said."""
        return "" if self.holds else self.claim.reason


def judge(claims: Iterable[Claim]) -> Iterator[Verdict]:
    """Run each claim's experiment and yield its verdict; an experiment that breaks is a verdict of its own."""
    for claim in claims:
        try:
            yield Verdict(claim, claim.run())
        except Exception as problem:
            yield Verdict(claim, None, f"{type(problem).__name__}: {' '.join(str(problem).split())}")


def curves(runs: Mapping[str, pd.DataFrame], column: str, unit: str = "relative to healthy") -> pd.DataFrame:
    """Return one quantity of several runs, by their labels, side by side, to be drawn in a Finding."""
    return table({label: run[column] for label, run in runs.items()}, f"{column} [{unit}]")


def table(
    columns: Mapping[str, Sequence[float] | pd.Series[float]], unit: str, *, over: str = "", at: Sequence[float] = ()
) -> pd.DataFrame:
    """Return columns, by their labels, to be drawn in a Finding.

    over, at: the quantity on the other axis, and its values; without them it is the index that the columns have.
    """
    import pandas as pd

    result = pd.DataFrame(dict(columns), index=pd.Index(list(at), name=over) if over else None)
    result.attrs["unit"] = unit
    return result


def integral(run: pd.DataFrame, column: str) -> float:
    """Return the integral of a quantity over a run [its unit x d]."""
    import numpy as np

    return float(np.trapezoid(run[column], run.index))


def growth_rate(run: pd.DataFrame, column: str, start: float, end: float) -> float:
    """Return the exponential rate at which a quantity of a run grows between two days [1/d]."""
    part = run[column].loc[start:end]
    return math.log(part.iloc[-1] / part.iloc[0]) / float(part.index[-1] - part.index[0])


def percent(new: float, old: float) -> float:
    """Return the change from the old to the new number, in percent of the old."""
    return 100 * (float(new) / float(old) - 1)


def rises(values: Iterable[float]) -> bool:
    """Whether each value is above the one before."""
    listed = list(values)
    return all(later > earlier for earlier, later in itertools.pairwise(listed))


def falls(values: Iterable[float]) -> bool:
    """Whether each value is below the one before."""
    return rises(-value for value in values)


def rounded(values: Iterable[float], digits: int = 2) -> list[float]:
    """Return values as they are shown in what was measured."""
    return [round(float(value), digits) for value in values]
