"""Rule: how near a prediction must be to what was observed, in text such as ``inside or 25 percent``."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from ranklsys.errors import DataError

INSIDE, POINTS, PERCENT, FOLD, SE = "inside", "points", "percent", "fold", "SE"
ROUNDING = 1e-12
_TERM = re.compile(r"(?P<size>\d+(?:\.\d+)?) (?P<width>points|percent|SE)|(?P<times>[1-9]\d*(?:\.\d+)?) fold|inside")


BELOW, ABOVE = "<", ">"
LIMITS = (BELOW, ABOVE)
"""What stands before a value that is a limit of quantification: what was there lies below, or above."""


@dataclass(frozen=True)
class Seen:
    """What was observed: value, or low and high; error: one standard error. NaN where it is not known.

    limit: ``<`` or ``>`` where the value is a limit of quantification and what was there lies below or above it.
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    error: float = math.nan
    limit: str = ""

    def beyond(self, predicted: float) -> bool:
        """Whether a prediction lies on the side of a limit on which nothing more is known."""
        return predicted <= self.value if self.limit == BELOW else self.limit == ABOVE and predicted >= self.value

    def distance(self, predicted: float) -> float:
        """Return how far a prediction is from what was observed; 0 beyond a limit."""
        return 0.0 if self.beyond(predicted) else predicted - self.value


@dataclass(frozen=True)
class Rule:
    """One way to be near enough.

    kind: inside (low to high); within size points (in the unit), size percent (of the value) or size SE (standard
    errors) of the value; or size fold of it.
    """

    kind: str
    size: float = math.nan

    def __str__(self) -> str:
        return self.kind if self.kind == INSIDE else f"{self.size:g} {self.kind}"

    def allows(self, predicted: float, seen: Seen) -> bool:
        """Whether a prediction is near enough; beyond a limit it always is."""
        if seen.beyond(predicted):
            return True
        if self.kind == INSIDE:
            return seen.low <= predicted <= seen.high
        if self.kind == FOLD:
            near = math.log(self.size) + ROUNDING
            return seen.value * predicted > 0 and abs(math.log(predicted / seen.value)) <= near
        return abs(predicted - seen.value) <= self._width(seen) + ROUNDING

    def sd(self, seen: Seen) -> float:
        """Return half of what is allowed to one side, as a standard error; of the natural logarithm for ``fold``."""
        if self.kind == INSIDE:
            return (seen.high - seen.low) / 4
        return (math.log(self.size) if self.kind == FOLD else self._width(seen)) / 2

    def _width(self, seen: Seen) -> float:
        return {POINTS: self.size, PERCENT: self.size / 100 * abs(seen.value), SE: self.size * seen.error}[self.kind]


def read_rules(text: str, seen: Seen, where: str) -> tuple[Rule, ...]:
    """Return the rules in a text, joined by ``or``: any of them is enough. Without one: inside, 2 SE or 25 percent.

    Raises DataError for what is no rule, and for a rule that needs what was not observed.
    """
    if not text:
        usual = INSIDE if not math.isnan(seen.low) else "2 SE" if not math.isnan(seen.error) else "25 percent"
        return read_rules(usual, seen, where)
    return tuple(_rule(term, seen, where) for term in text.split(" or "))


def _rule(term: str, seen: Seen, where: str) -> Rule:
    match = _TERM.fullmatch(term)
    if match is None:
        hint = "Rules: inside, 10 points, 25 percent, 1.5 fold, 2 SE, joined by 'or'"
        raise DataError(f"'{term}' is not a rule", where=where, hint=hint)
    size, kind = match["size"] or match["times"], match["width"] or (FOLD if match["times"] else INSIDE)
    rule = Rule(kind, float(size)) if size else Rule(kind)
    if (kind == SE and math.isnan(seen.error)) or (kind == INSIDE and math.isnan(seen.low)):
        what = f"the rule '{term}' needs a column that is empty here"
        raise DataError(what, where=where, hint="Fill error, or low and high")
    return rule
