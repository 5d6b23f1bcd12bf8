"""Fit: the numbers that bring the model nearest to observations, found from many starts, and how sure they are.

pyPESTO runs the starts; its optimizer is scipy's trust-region least squares on the weighted residuals of ``Objective``.
Only this module imports pypesto.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ranklsys.errors import require_installed
from ranklsys.model import many
from ranklsys.model.engine_names import AUTO
from ranklsys.model.solver import Solver, installed_version
from ranklsys.study import carried
from ranklsys.study.calibration import Calibration
from ranklsys.study.carried import Problem
from ranklsys.study.fit_result import Fit
from ranklsys.study.objective import Objective
from ranklsys.study.profile import Walk
from ranklsys.study.workers import Workers

if TYPE_CHECKING:
    import pandas as pd

TOLERANCE = 1e-6
EVALUATIONS = 200
"""Steps of one start, at most."""

Array = NDArray[np.float64]
Report = Callable[[str], None]


def fit(
    calibration: Calibration | Path | str,
    *,
    starts: int = 20,
    seed: int | None = None,
    processes: int | None = None,
    profiles: bool = False,
    engine: str = AUTO,
    exact: bool = False,
    report: Report | None = None,
    progress: bool = False,
) -> Fit:
    """Return the best of several fits, from the values in the tables and from a Latin hypercube within the bounds.

    calibration: or the file that it stands in. seed: in place of the file's. processes: one for each processor, if not
    given; the result does not depend on it. profiles: also walk along each number's profile likelihood. engine:
    ``lanes``, which run the points that derivatives need, and all starts, side by side; ``roadrunner``; or ``auto``,
    the faster one by how much there is to run. exact: of lanes, 1e-7 of each prediction instead of 1e-5. report: gets a
    line as each start and each half of a profile ends. progress: show a bar on the terminal.
    Raises DataError for what cannot be read, composed or computed at the values before, NotForLanes if lanes were asked
    for and cannot, MissingLibrary without pypesto.
    """
    require_installed("pypesto", "scipy", extra="fit")
    if isinstance(calibration, Path | str):
        calibration = Calibration(calibration)
    objective = Objective(calibration, engine=engine, exact=exact, starts=starts)
    objective.check()
    points = _start_points(objective, starts, calibration.spec.seed if seed is None else seed)
    workers = Workers(objective, processes or os.cpu_count() or 1, report, progress)
    result = _minimized(objective, points, [each.name for each in calibration.quantities], workers)
    best = np.array(result.optimize_result[0].x)
    profiles_of_each = _profiles(objective, best, calibration, workers) if profiles else None
    return _told(objective, calibration, best, _starts(result, calibration), profiles_of_each, result)


def refit(
    calibration: Calibration, *, tolerance: float = carried.TOLERANCE, engine: str = AUTO, exact: bool = False
) -> Fit:
    """Return the fit near the values in the tables, with derivatives that are carried: for what is held otherwise.

    It has no profiles and nothing of pyPESTO. tolerance: of the cost, see ``carried.least``. engine, exact: as of
    ``fit``. Raises as ``fit`` does.
    """
    import pandas as pd

    objective = Objective(calibration, engine=engine, exact=exact)
    objective.check()
    problem = problem_of(objective)
    found = carried.least(problem, problem.point(objective.start), tolerance)
    numbers = {each.name: value for each, value in zip(calibration.quantities, np.exp(found.x).tolist(), strict=True)}
    row = {"start": 1, "cost_at_start": objective.cost(objective.start), "cost": found.cost, **numbers}
    return _told(objective, calibration, found.x, pd.DataFrame([row]), None, None)


def _told(
    objective: Objective,
    calibration: Calibration,
    best: Array,
    starts: pd.DataFrame,
    profiles: pd.DataFrame | None,
    result: object,
) -> Fit:
    before = objective.start
    return Fit(
        calibration=calibration,
        after=tuple(np.exp(best).tolist()),
        predicted_before=tuple(objective.predictions(before).tolist()),
        predicted_after=tuple(objective.predictions(best).tolist()),
        cost_before=objective.cost(before),
        cost_after=objective.cost(best),
        starts=starts,
        profiles=profiles,
        jacobian=objective.jacobian(best),
        result=result,
        made_by={
            **many.described(objective.runner, Solver(), objective.exact),
            "ranklsys": installed_version("ranklsys"),
        },
    )


def problem_of(objective: Objective) -> Problem:
    """Return what is made least; its residuals do not run the points that derivatives need."""
    low, high = objective.bounds
    return Problem(
        # functions, not methods: who copies a problem would copy what a method belongs to
        residuals=lambda x: objective.residuals(x, alone=True),
        jacobian=lambda x: objective.jacobian(x),
        low=low,
        high=high,
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
        # functions, not methods: who copies a problem copies what a method belongs to
        objective=pypesto.Objective(
            fun=lambda x: objective.cost(x),
            res=lambda x: objective.residuals(x),
            sres=lambda x: objective.jacobian(x),
        ),
        lb=low,
        ub=high,
        x_guesses=points,
        x_names=list(names),
        copy_objective=False,
    )
    numbers = [str(number + 1) for number in range(len(points))]
    workers.begin("start")
    return minimize(
        problem,
        optimizer=_optimizer(TOLERANCE, EVALUATIONS),
        n_starts=len(points),
        ids=numbers,
        engine=workers,
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


def _profiles(objective: Objective, best: Array, calibration: Calibration, workers: Workers) -> pd.DataFrame:
    """Return the profile of every number, walked along side by side."""
    import pandas as pd

    shared: dict[str, Any] = {"problem": problem_of(objective), "rows": len(objective.targets), "best": best}
    workers.begin("half profile")
    halves = [(place, upwards) for place in range(len(best)) for upwards in (False, True)]
    found = workers.execute([Walk(**shared, place=place, upwards=upwards) for place, upwards in halves])
    pieces = []
    for place, quantity in enumerate(calibration.quantities):
        below, above = found[2 * place : 2 * place + 2]
        of_rows = 0.5 * float(np.sum(objective.residuals(best)[: len(objective.targets)] ** 2))
        own = {"value": [float(best[place])], "cost": [objective.cost(best)], "of_rows": [of_rows]}
        curve = {name: [*below[name][::-1], *own[name], *above[name]] for name in own}
        pieces.append(pd.DataFrame({"name": quantity.name, **curve, "value": np.exp(curve["value"])}))
    return pd.concat(pieces, ignore_index=True)
