"""Fit: the numbers that bring the model nearest to observations, found from many starts, and how sure they are.

pyPESTO runs the starts and the profile likelihoods; its optimizer is scipy's trust-region least squares on the weighted
residuals of ``Objective``. Only this module imports pypesto.
"""

from __future__ import annotations

import importlib.util
import math
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ranklsys.errors import RanklsysError
from ranklsys.study.calibration import Calibration
from ranklsys.study.objective import Objective

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.study.score import Score

CHI_SQUARE = 3.84
"""Of twice the cost above its least: 95 % for one number."""
MOSTLY_PRIOR = 0.7
"""From this ``prior_share`` on, the prior says more than the data: they bring the variance down by half at most."""
AT_BOUND = 0.01
"""A number is at its bound within this part of the span between them, on the logarithmic scale."""
TOLERANCE = 1e-6
EVALUATIONS = 200
"""Steps of one start, at most."""
PROFILE_STEPS = {"default": 0.1, "min": 0.01, "max": 0.7}
"""Along a profile, of the natural logarithm."""

Array = NDArray[np.float64]
Report = Callable[[str], None]


@dataclass(frozen=True)
class Fit:
    """What came of a fit.

    after: the numbers, in the order of ``calibration.quantities``. predicted_before, predicted_after: of each row of
    ``calibration.rows``, NaN where a simulation failed. cost_before, cost_after: half the sum of squared residuals.
    starts: a row per start, the best first: start, cost_at_start, cost, evaluations, then the numbers.
    profiles: name, value, cost: the least cost at each value of a number; None if not asked for.
    jacobian: derivatives of the residuals at the best start (residuals x numbers, by natural logarithms).
    result: pyPESTO's own, for its tools.
    """

    calibration: Calibration
    after: tuple[float, ...]
    predicted_before: tuple[float, ...]
    predicted_after: tuple[float, ...]
    cost_before: float
    cost_after: float
    starts: pd.DataFrame
    profiles: pd.DataFrame | None
    jacobian: Array
    result: Any

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row per number: name, id, before, after, low, high, at_bound ('', low, high), then how sure it is.

        interval_low, interval_high: of 95 %, from the profile, or without profiles from the curvature at the best start
        (NaN where it leaves the bounds); identified: both are there. prior_share: the width of the interval over that
        of the prior alone, on the logarithmic scale; near 1 the data say nothing. NaN without a prior or an interval.
        """
        import pandas as pd

        rows = []
        for quantity, after in zip(self.calibration.quantities, self.after, strict=True):
            place = math.log(after / quantity.low) / math.log(quantity.high / quantity.low)
            low, high = self.interval(quantity.name)
            row: dict[str, object] = {
                "name": quantity.name,
                "id": quantity.id,
                "before": quantity.value,
                "after": after,
                "low": quantity.low,
                "high": quantity.high,
                "at_bound": "low" if place < AT_BOUND else "high" if place > 1 - AT_BOUND else "",
                "interval_low": low,
                "interval_high": high,
                "identified": not math.isnan(low) and not math.isnan(high),
                "prior_share": math.log(high / low) / (2 * math.sqrt(CHI_SQUARE) * quantity.prior_sd),
            }
            rows.append(row)
        return pd.DataFrame(rows)

    @property
    def scores(self) -> tuple[Score, Score]:
        """The rows judged by their own rules, before and after; a failed simulation is wrong."""
        from ranklsys.study.score import judged

        rows = self.calibration.rows
        return judged(rows, self.predicted_before), judged(rows, self.predicted_after)

    @property
    def better_profile(self) -> str:
        """The number whose profile found a lower cost than all starts, or nothing: then more starts are needed."""
        if self.profiles is None:
            return ""
        costs = self.profiles["cost"].to_numpy(dtype=float)
        return str(self.profiles["name"].iloc[int(costs.argmin())]) if costs.min() < self.cost_after - 0.05 else ""

    def interval(self, name: str) -> tuple[float, float]:
        """Return the ends of the 95 % interval of a number; NaN for one that is not within the bounds.

        By its profile: where twice the cost is 3.84 above its least, the other numbers fitted anew. Without profiles by
        the curvature of the cost at its least, which says the same where the model is nearly straight.
        """
        place = [each.name for each in self.calibration.quantities].index(name)
        return self._curved(place) if self.profiles is None else self._profiled(place)

    def _curved(self, place: int) -> tuple[float, float]:
        quantity, after = self.calibration.quantities[place], math.log(self.after[place])
        variance = np.linalg.pinv(self.jacobian.T @ self.jacobian, hermitian=True)[place, place]
        half = math.sqrt(CHI_SQUARE * variance) if variance > 0 else math.inf
        low, high = after - half, after + half
        return (
            math.exp(low) if low > math.log(quantity.low) else math.nan,
            math.exp(high) if high < math.log(quantity.high) else math.nan,
        )

    def _profiled(self, place: int) -> tuple[float, float]:
        assert self.profiles is not None
        name = self.calibration.quantities[place].name
        curve = self.profiles.loc[self.profiles["name"] == name].sort_values("value")
        values = np.log(curve["value"].to_numpy(dtype=float))
        rise = 2 * (curve["cost"].to_numpy(dtype=float) - self.cost_after)
        best = int(np.argmin(np.abs(values - math.log(self.after[place]))))
        below = _crossing(values[best::-1], rise[best::-1])
        above = _crossing(values[best:], rise[best:])
        return math.exp(below), math.exp(above)


def _crossing(values: Array, rise: Array) -> float:
    """Return where a curve, walked away from its least, first comes to 3.84; NaN if it does not."""
    for place in range(1, len(values)):
        if rise[place] >= CHI_SQUARE:
            share = (CHI_SQUARE - rise[place - 1]) / (rise[place] - rise[place - 1])
            return float(values[place - 1] + share * (values[place] - values[place - 1]))
    return math.nan


def fit(
    calibration: Calibration | Path | str,
    *,
    starts: int = 10,
    seed: int | None = None,
    processes: int | None = None,
    profiles: bool = False,
    report: Report | None = None,
) -> Fit:
    """Return the best of several fits, from the values in the tables and from a Latin hypercube within the bounds.

    calibration: or the file that it stands in. seed: in place of the file's. processes: one for each processor, if not
    given; the result does not depend on it. profiles: also walk along each number's profile likelihood. report: gets a
    line as each start and each half of a profile ends. Raises DataError for what cannot be read, composed or computed
    at the values before, RanklsysError without pypesto.
    """
    _require_pypesto()
    if isinstance(calibration, Path | str):
        calibration = Calibration(calibration)
    objective = Objective(calibration)
    objective.check()
    points = _start_points(objective, starts, calibration.spec.seed if seed is None else seed)
    workers = Workers(processes or os.cpu_count() or 1, report)
    result = _minimized(objective, points, [each.name for each in calibration.quantities], workers)
    best = np.array(result.optimize_result[0].x)
    if profiles:
        _profiled(result, workers)
    before = objective.start
    return Fit(
        calibration=calibration,
        after=tuple(np.exp(best).tolist()),
        predicted_before=tuple(objective.predictions(before).tolist()),
        predicted_after=tuple(objective.predictions(best).tolist()),
        cost_before=objective.cost(before),
        cost_after=objective.cost(best),
        starts=_starts(result, calibration),
        profiles=_profiles(result, calibration) if profiles else None,
        jacobian=objective.jacobian(best),
        result=result,
    )


def _require_pypesto() -> None:
    """Raise if pyPESTO is missing; importing it, which takes seconds, is left until there is something to fit."""
    if importlib.util.find_spec("pypesto") is None:
        raise RanklsysError("pyPESTO is not installed", hint="pip install ranklsys[fit]")


def _start_points(objective: Objective, number: int, seed: int) -> Array:
    """Return the values before, then a Latin hypercube in the bounds (starts x numbers, as logarithms)."""
    from scipy.stats import qmc

    low, high = objective.bounds
    if number < 2:
        return objective.start[None, :]
    sample = qmc.LatinHypercube(len(low), seed=seed).random(number - 1)
    return np.vstack([objective.start, low + sample * (high - low)])


def _optimizer(tolerance: float, evaluations: int) -> Any:
    from pypesto.optimize import ScipyOptimizer

    options = {"maxfun": evaluations, "tr_solver": "exact", "xtol": tolerance}
    return ScipyOptimizer("ls_trf", tol=tolerance, options=options)


def _minimized(objective: Objective, points: Array, names: Sequence[str], workers: Workers) -> Any:
    import pypesto
    from pypesto.optimize import minimize

    low, high = objective.bounds
    problem = pypesto.Problem(
        objective=pypesto.Objective(fun=objective.cost, res=objective.residuals, sres=objective.jacobian),
        lb=low,
        ub=high,
        x_guesses=points,
        x_names=list(names),
        copy_objective=False,
    )
    numbers = [str(number + 1) for number in range(len(points))]
    workers.begin("start", len(points))
    return minimize(
        problem,
        optimizer=_optimizer(TOLERANCE, EVALUATIONS),
        n_starts=len(points),
        ids=numbers,
        engine=workers,
        progress_bar=False,
    )


def _profiled(result: Any, workers: Workers) -> None:
    """Add the profile of every number to a result."""
    from pypesto.profile import ProfileOptions, parameter_profile

    steps = {f"{name}_step_size_absolute": step for name, step in PROFILE_STEPS.items()}
    options = ProfileOptions(
        **steps, default_step_size_relative=0, delta_ratio_max=0.3, ratio_min=math.exp(-CHI_SQUARE / 2) * 0.99
    )
    workers.begin("half profile", 2 * result.problem.dim)
    parameter_profile(
        result.problem,
        result,
        _optimizer(1e-3, 20),
        engine=workers,
        profile_options=options,
        progress_bar=False,
    )


def _starts(result: Any, calibration: Calibration) -> pd.DataFrame:
    import pandas as pd

    names = [each.name for each in calibration.quantities]
    rows = [
        {"start": int(each.id), "cost_at_start": each.fval0, "cost": each.fval, "evaluations": each.n_res}
        | dict(zip(names, np.exp(each.x), strict=True))
        for each in result.optimize_result.list
    ]
    return pd.DataFrame(rows)


def _profiles(result: Any, calibration: Calibration) -> pd.DataFrame:
    import pandas as pd

    pieces = []
    for place, (quantity, path) in enumerate(zip(calibration.quantities, result.profile_result.list[-1], strict=True)):
        values = np.exp(path.x_path[place])
        pieces.append(pd.DataFrame({"name": quantity.name, "value": values, "cost": path.fval_path}))
    return pd.concat(pieces, ignore_index=True).drop_duplicates(ignore_index=True)


class Workers:
    """An engine for pyPESTO: its tasks in processes, never threads, with a word as each is done."""

    def __init__(self, processes: int, report: Report | None = None) -> None:
        self.processes, self.report = processes, report
        self.begin("task", 0)

    def begin(self, what: str, total: int) -> None:
        """Count from 0 again, under another name."""
        self.what, self.total, self.done, self.least = what, total, 0, math.inf

    def execute(self, tasks: Sequence[Any], progress_bar: bool | None = None) -> list[Any]:
        """Return what each task gives, in order."""
        if min(self.processes, len(tasks)) < 2:
            return [self._told(task.execute()) for task in tasks]
        import cloudpickle  # pyPESTO's tasks hold closures

        # A fork has all that is imported, composed and loaded; elsewhere a process begins anew
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        with ProcessPoolExecutor(min(self.processes, len(tasks)), mp_context=context) as pool:
            places = {pool.submit(_execute, cloudpickle.dumps(task)): place for place, task in enumerate(tasks)}
            done = {places[future]: self._told(future.result()) for future in as_completed(places)}
        return [done[place] for place in range(len(tasks))]

    def _told(self, result: Any) -> Any:
        """Return a result once it is reported."""
        self.done += 1
        cost = result.get("fval")
        if cost is not None:
            self.least = min(self.least, float(cost))
        if self.report:
            least = f": cost {cost:.4g}, least so far {self.least:.4g}" if cost is not None else ""
            self.report(f"{self.what} {self.done} of {self.total}{least}")
        return result


def _execute(pickled: bytes) -> Any:
    import cloudpickle

    return cloudpickle.loads(pickled).execute()
