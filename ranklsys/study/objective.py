"""Objective: how far the model is from observations, as weighted residuals of the numbers that are fitted.

Experiments are composed once; afterwards only numbers change, and an experiment that does not have a number is not run
again for it.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ranklsys.errors import DataError
from ranklsys.model import engine as roadrunner
from ranklsys.model.engine_names import AUTO, LANES
from ranklsys.model.series import choice, run_series
from ranklsys.model.subjects import Subjects
from ranklsys.study.calibration import Calibration, Fitted
from ranklsys.study.observations import Observation
from ranklsys.study.prediction import Setup, experiments
from ranklsys.tables.rule import BELOW, FOLD, INSIDE, Rule

LARGE = 1e3
"""The residual of a row that cannot be simulated, and the largest of any row."""
STEP = 1e-3
"""Of a natural logarithm, for forward differences: well above the noise of the solver (1e-8 of a state)."""
USUAL_STEPS = 15
"""Of one start, to foresee how much there will be to run."""
RECALLED = 4096
"""Points whose predictions are kept for each experiment."""

if TYPE_CHECKING:
    from ranklsys.model.many import Runs
    from ranklsys.model.series import Series

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Target:
    """What a row should be, and one standard error of it; ``log``: on the scale of natural logarithms.

    limit: ``<`` or ``>`` where the value is a limit of quantification.
    """

    value: float
    sd: float
    log: bool = False
    limit: str = ""

    def residual(self, predicted: float) -> float:
        """Return (predicted - value) / sd, no larger than ``LARGE``; ``LARGE`` where nothing was predicted.

        Of a limit it is the number half of whose square is minus the logarithm of the likelihood, which is the
        probability to see something beyond the limit (Tobin 1958, doi:10.2307/1907382).
        """
        if self.log and predicted <= 0:
            return 0.0 if self.limit == BELOW else -LARGE
        seen = math.log(predicted) if self.log else predicted
        distance = (seen - self.value) / self.sd
        if self.limit and not math.isnan(distance):
            distance = _of_limit(distance if self.limit == BELOW else -distance)
        return LARGE if math.isnan(distance) else min(max(distance, -LARGE), LARGE)


def _of_limit(above: float) -> float:
    """Return the residual of a prediction that lies so many standard errors on the wrong side of a limit."""
    from scipy.special import log_ndtr

    return math.sqrt(max(0.0, -2.0 * float(log_ndtr(-above))))


def target(row: Observation, assumed: float = math.nan) -> Target:
    """Return what a row should be: with the assumed standard error, else its own, else half of what its rule allows.

    The rule counts by the first of its terms. Raises DataError for a row without any of these.
    """
    sd = row.error if math.isnan(assumed) else assumed
    found = _of_rule(row, row.rules[0]) if math.isnan(sd) else Target(row.value, sd)
    found = replace(found, limit=row.limit)
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

    engine: ``lanes``, ``roadrunner``, or ``auto``: what is faster for a fit from so many ``starts``. exact: of lanes.
    Raises DataError for a row that cannot be composed or has no standard error.
    """

    def __init__(self, calibration: Calibration, *, engine: str = AUTO, exact: bool = False, starts: int = 1) -> None:
        self.quantities = calibration.quantities
        self.targets = [target(row, calibration.sd(row)) for row in calibration.rows]
        self.setups = _setups(calibration.rows, self.quantities)
        self.engine, self.exact = engine, exact
        self.runner = self._runner(starts)
        self.ask: Callable[[Array], Array] = self.predicted

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in self.__dict__.items() if name != "ask"}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__ |= state
        self.ask = self.predicted

    @property
    def bounds(self) -> tuple[Array, Array]:
        """Low and high of every number, as logarithms."""
        return np.log([each.low for each in self.quantities]), np.log([each.high for each in self.quantities])

    @property
    def start(self) -> Array:
        """The values before, as logarithms."""
        return np.log([each.value for each in self.quantities])

    @property
    def side_by_side(self) -> bool:
        """Whether many points cost hardly more than one."""
        return self.runner == LANES

    def check(self) -> None:
        """Set and run everything once at the values before. Raises DataError with file and line for what fails."""
        for setup in self.setups:
            for point in (self.start, *self.bounds):
                setup.check(point)
        self.predicted(self.start[None], strict=True)

    def predictions(self, x: Array, *, alone: bool = False) -> Array:
        """Return the prediction of each row; NaN where a simulation failed.

        alone: derivatives, which lanes would run beside it, will not be asked for.
        """
        found: Array = self.ask(self._around(x) if self.side_by_side and not alone else x[None])[0]
        return found

    def predicted(self, points: Array, *, strict: bool = False) -> Array:
        """Return the predictions at many points (points x rows), those that are new in one call.

        strict: raise DataError with file and line where a simulation fails, instead of NaN.
        """
        roadrunner.keep(2 * len(self.setups) + roadrunner.KEPT)  # here, because every process has its own engine
        new = [setup.new(points) for setup in self.setups]
        series = [setup.series(some) for setup, some in zip(self.setups, new, strict=True)]
        every = [each for own in series for each in own]
        runs = iter(run_series(every, engine=self.engine, chosen=self.runner, exact=self.exact))
        for setup, some, own in zip(self.setups, new, series, strict=True):
            setup.learn(some, [next(runs) for _ in own], strict)
        found = np.empty((len(points), len(self.targets)))
        for setup in self.setups:
            found[:, list(setup.numbers)] = setup.predictions(points)
        return found

    def residuals(self, x: Array, *, alone: bool = False) -> Array:
        """Return the residual of each row, then of each prior. alone: derivatives will not be asked for."""
        return self.weighed(x, self.predictions(x, alone=alone))

    def jacobian(self, x: Array) -> Array:
        """Return the derivatives of the residuals (residuals x numbers), by differences away from the nearer bound."""
        points = self._around(x)
        here, *moved = (self.weighed(*each) for each in zip(points, self.ask(points), strict=True))
        steps = (point[place] - x[place] for place, point in enumerate(points[1:]))
        return np.column_stack([(there - here) / step for there, step in zip(moved, steps, strict=True)])

    def cost(self, x: Array) -> float:
        """Return half the sum of the squared residuals."""
        return 0.5 * float(np.sum(self.residuals(x) ** 2))

    def weighed(self, x: Array, predictions: Array) -> Array:
        """Return the residuals of predictions that are there already, one a row."""
        rows = [each.residual(seen) for each, seen in zip(self.targets, predictions.tolist(), strict=True)]
        priors = [
            (point - math.log(each.prior)) / each.prior_sd
            for each, point in zip(self.quantities, x.tolist(), strict=True)
            if not math.isnan(each.prior_sd)
        ]
        return np.array([*rows, *priors])

    def _around(self, x: Array) -> Array:
        """Return the point, and each of those that its derivatives need."""
        low, high = self.bounds
        points = np.tile(x, (len(x) + 1, 1))
        for place in range(len(x)):
            step = STEP if x[place] + STEP <= high[place] or x[place] - STEP < low[place] else -STEP
            points[place + 1, place] += step
        return points

    def _runner(self, starts: int) -> str:
        """Return the engine for a whole fit, so that it depends neither on processes nor on who runs beside."""
        series = [each for setup in self.setups for each in setup.series(setup.new(self._around(self.start)))]
        return choice(self.engine, series, times=starts * USUAL_STEPS)


class _FittedSetup:
    """The rows of one experiment that have the same numbers, with the predictions that were made lately."""

    def __init__(self, numbers: Sequence[int], rows: Sequence[Observation], quantities: Sequence[Fitted]) -> None:
        self.numbers = tuple(numbers)
        self.setup = Setup([rows[number] for number in numbers])
        stages = [each.stage(rows[numbers[0]]) for each in quantities]
        self.used = [place for place, stage in enumerate(stages) if stage]
        self.stages = {
            stage: [(place, each.id) for place, each in enumerate(quantities) if stages[place] == stage]
            for stage in ("changes", "then")
        }
        self.recalled: OrderedDict[bytes, list[float]] = OrderedDict()

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "recalled": OrderedDict()}

    def new(self, points: Array) -> Array:
        """Return those points, as far as they differ here, of which nothing is recalled."""
        known = {key: point for key, point in zip(self._keys(points), points, strict=True) if key not in self.recalled}
        return np.array([*known.values()]).reshape(-1, points.shape[1])

    def series(self, points: Array) -> list[Series]:
        """Return the runs of these points; nothing for none."""
        if not len(points):
            return []
        changes, then = (self._numbers(points, stage) for stage in ("changes", "then"))
        return self.setup.series(changes, then)

    def learn(self, points: Array, runs: Sequence[Runs], strict: bool) -> None:
        """Keep what the runs of these points gave. Raises DataError, if ``strict``, where one failed."""
        if not len(points):
            return
        for key, found in zip(self._keys(points), self.setup.measured(runs, strict=strict).tolist(), strict=True):
            self.recalled[key] = found

    def predictions(self, points: Array) -> list[list[float]]:
        """Return what is recalled of these points (points x rows), and keep the last of it."""
        keys = self._keys(points)
        for key in keys:
            self.recalled.move_to_end(key)
        found = [self.recalled[key] for key in keys]
        while len(self.recalled) > RECALLED:
            self.recalled.popitem(last=False)
        return found

    def check(self, x: Array) -> None:
        """Raise DataError if the model lacks one of the numbers, or may not have its value."""
        changes, then = ({id: math.exp(x[place]) for place, id in numbers} for numbers in self.stages.values())
        try:
            self.setup.model.set(changes)
            self.setup.started.set(then)
        except DataError as problem:
            raise DataError(str(problem), where=self.setup.rows[0].where, hint="Change low or high") from problem

    def _keys(self, points: Array) -> list[bytes]:
        return [point.tobytes() for point in points[:, self.used]]

    def _numbers(self, points: Array, stage: str) -> Subjects:
        numbers = self.stages[stage]
        values = [[math.exp(point[place]) for place, _ in numbers] for point in points.tolist()]
        return Subjects(tuple(id for _, id in numbers), np.array(values).reshape(len(points), len(numbers)))


def _setups(rows: Sequence[Observation], quantities: Sequence[Fitted]) -> list[_FittedSetup]:
    """Return a setup for the rows of each experiment that have the same numbers."""
    found = []
    for numbers in experiments(rows):
        alike: dict[tuple[str, ...], list[int]] = {}
        for number in numbers:
            alike.setdefault(tuple(each.stage(rows[number]) for each in quantities), []).append(number)
        found += [_FittedSetup(group, rows, quantities) for group in alike.values()]
    return found
