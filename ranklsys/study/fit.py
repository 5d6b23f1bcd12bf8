"""Fit: the numbers that bring the model nearest to observations, found from many starts, and how sure they are.

pyPESTO runs the starts and the profile likelihoods; its optimizer is scipy's trust-region least squares on the weighted
residuals of ``Objective``. Only this module imports pypesto.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ranklsys.errors import require_installed
from ranklsys.study.calibration import Calibration
from ranklsys.study.fit_result import CHI_SQUARE, Fit
from ranklsys.study.objective import Objective

if TYPE_CHECKING:
    import pandas as pd

TOLERANCE = 1e-6
EVALUATIONS = 200
"""Steps of one start, at most."""
PROFILE_STEPS = {"default": 0.1, "min": 0.01, "max": 0.7}
"""Along a profile, of the natural logarithm."""

Array = NDArray[np.float64]
Report = Callable[[str], None]


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
    at the values before, MissingLibrary without pypesto.
    """
    require_installed("pypesto", "scipy", extra="fit")
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
