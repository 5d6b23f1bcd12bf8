"""Objective: how far the model is from observations, as weighted residuals of the numbers that are fitted.

Experiments are composed once; afterwards only numbers change, and an experiment that does not have a number is not run
again for it.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranklsys.errors import DataError
from ranklsys.model import engine
from ranklsys.study.calibration import Calibration, Fitted
from ranklsys.study.observations import Observation
from ranklsys.study.prediction import Setup, experiments
from ranklsys.tables.rule import FOLD, INSIDE, Rule

LARGE = 1e3
"""The residual of a row that cannot be simulated, and the largest of any row."""
STEP = 1e-3
"""Of a natural logarithm, for forward differences: well above the noise of the solver (1e-8 of a state)."""
RECALLED = 64

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Target:
    """What a row should be, and one standard error of it; ``log``: on the scale of natural logarithms."""

    value: float
    sd: float
    log: bool = False

    def residual(self, predicted: float) -> float:
        """Return (predicted - value) / sd, no larger than ``LARGE``; ``LARGE`` where nothing was predicted."""
        if self.log and predicted <= 0:
            return -LARGE
        seen = math.log(predicted) if self.log else predicted
        distance = (seen - self.value) / self.sd
        return LARGE if math.isnan(distance) else min(max(distance, -LARGE), LARGE)


def target(row: Observation, assumed: float = math.nan) -> Target:
    """Return what a row should be: with the assumed standard error, else its own, else half of what its rule allows.

    The rule counts by the first of its terms. Raises DataError for a row without any of these.
    """
    sd = row.error if math.isnan(assumed) else assumed
    found = _of_rule(row, row.rules[0]) if math.isnan(sd) else Target(row.value, sd)
    if not found.sd > 0:
        hint = "Fill error, or add an [[error]]"
        raise DataError("the row has no standard error above 0", where=row.where, hint=hint)
    return found


def _of_rule(row: Observation, rule: Rule) -> Target:
    if rule.kind == INSIDE:
        return Target((row.low + row.high) / 2, rule.sd(row.seen))
    if rule.kind != FOLD:
        return Target(row.value, rule.sd(row.seen))
    if row.value <= 0:
        raise DataError(f"{row.value:g} has no logarithm, which a fit of '{rule}' needs", where=row.where)
    return Target(math.log(row.value), rule.sd(row.seen), log=True)


class Objective:
    """Residuals as a function of the natural logarithms of the numbers that are fitted.

    Raises DataError for a row that cannot be composed or has no standard error.
    """

    def __init__(self, calibration: Calibration) -> None:
        self.quantities = calibration.quantities
        self.targets = [target(row, calibration.sd(row)) for row in calibration.rows]
        self.setups = _setups(calibration.rows, self.quantities)

    @property
    def bounds(self) -> tuple[Array, Array]:
        """Low and high of every number, as logarithms."""
        return np.log([each.low for each in self.quantities]), np.log([each.high for each in self.quantities])

    @property
    def start(self) -> Array:
        """The values before, as logarithms."""
        return np.log([each.value for each in self.quantities])

    def check(self) -> None:
        """Set and run everything once at the values before. Raises DataError with file and line for what fails."""
        for setup in self.setups:
            setup.predict(self.start, strict=True)
            for end in self.bounds:
                setup.check(end)

    def predictions(self, x: Array) -> Array:
        """Return the prediction of each row; NaN where a simulation failed."""
        engine.keep(2 * len(self.setups) + engine.KEPT)  # here, because every process has its own engine
        found = np.empty(len(self.targets))
        for setup in self.setups:
            found[list(setup.numbers)] = setup.predict(x)
        return found

    def residuals(self, x: Array) -> Array:
        """Return the residual of each row, then of each prior."""
        rows = [each.residual(seen) for each, seen in zip(self.targets, self.predictions(x), strict=True)]
        priors = [
            (point - math.log(each.prior)) / each.prior_sd
            for each, point in zip(self.quantities, x, strict=True)
            if not math.isnan(each.prior_sd)
        ]
        return np.array([*rows, *priors])

    def jacobian(self, x: Array) -> Array:
        """Return the derivatives of the residuals (residuals x numbers), by differences away from the nearer bound."""
        here = self.residuals(x)
        low, high = self.bounds
        columns = []
        for place in range(len(x)):
            step = STEP if x[place] + STEP <= high[place] or x[place] - STEP < low[place] else -STEP
            moved = x.copy()
            moved[place] += step
            columns.append((self.residuals(moved) - here) / (moved[place] - x[place]))
        return np.column_stack(columns)

    def cost(self, x: Array) -> float:
        """Return half the sum of the squared residuals."""
        return 0.5 * float(np.sum(self.residuals(x) ** 2))


class _FittedSetup:
    """The rows of one experiment that have the same numbers, with the predictions that were made lately."""

    def __init__(self, numbers: Sequence[int], rows: Sequence[Observation], quantities: Sequence[Fitted]) -> None:
        self.numbers = tuple(numbers)
        self.setup = Setup([rows[number] for number in numbers])
        stages = [(place, each.id, each.stage(rows[numbers[0]])) for place, each in enumerate(quantities)]
        self.used = [(place, id, stage) for place, id, stage in stages if stage]
        self.recalled: OrderedDict[bytes, list[float]] = OrderedDict()

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "recalled": OrderedDict()}

    def predict(self, x: Array, *, strict: bool = False) -> list[float]:
        """Return the prediction of each row; NaN for all if the run fails, unless ``strict``: then it raises."""
        key = x[[place for place, _, _ in self.used]].tobytes()
        if key not in self.recalled:
            self.recalled[key] = self._predicted(x, strict)
            while len(self.recalled) > RECALLED:
                self.recalled.popitem(last=False)
        self.recalled.move_to_end(key)
        return self.recalled[key]

    def check(self, x: Array) -> None:
        """Raise DataError if the model lacks one of the numbers, or may not have its value."""
        changes, _ = self._changes(x)
        try:
            self.setup.model.set(changes)
        except DataError as problem:
            raise DataError(str(problem), where=self.setup.rows[0].where, hint="Change low or high") from problem

    def _predicted(self, x: Array, strict: bool) -> list[float]:
        try:
            return self.setup.predict(*self._changes(x))
        except DataError:  # everything but the integration was seen to work by ``check``
            if strict:
                raise
            return [math.nan] * len(self.numbers)

    def _changes(self, x: Array) -> tuple[Mapping[str, float], Mapping[str, float]]:
        found: dict[str, dict[str, float]] = {"changes": {}, "then": {}}
        for place, id, stage in self.used:
            found[stage][id] = math.exp(x[place])
        return found["changes"], found["then"]


def _setups(rows: Sequence[Observation], quantities: Sequence[Fitted]) -> list[_FittedSetup]:
    """Return a setup for the rows of each experiment that have the same numbers."""
    found = []
    for numbers in experiments(rows):
        alike: dict[tuple[str, ...], list[int]] = {}
        for number in numbers:
            alike.setdefault(tuple(each.stage(rows[number]) for each in quantities), []).append(number)
        found += [_FittedSetup(group, rows, quantities) for group in alike.values()]
    return found
