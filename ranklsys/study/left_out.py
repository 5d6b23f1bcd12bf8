"""Leave out: each trial predicted by a fit to all the others: what a model knows of a trial that it has not seen.

Priors stay. A fit begins at the best of all, with derivatives that are carried (``ranklsys.study.carried``). A number
that no other row at all and no prior tells of keeps the value that the left-out rows gave it: all rows of that trial
are marked, and are no predictions.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ranklsys.errors import require_installed
from ranklsys.model.engine_names import AUTO
from ranklsys.study.calibration import Calibration
from ranklsys.study.carried import Point, Problem, least, stepped
from ranklsys.study.ensemble import covariance, widened
from ranklsys.study.fit import problem_of, refit
from ranklsys.study.objective import LARGE, Objective
from ranklsys.study.score import judged
from ranklsys.study.workers import Workers

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class LeftOut:
    """What fits to all other trials predict.

    table: a row an observation: columns of a score (predicted, within: without its trial), then trial, fitted and
    fitted_within (with it), distance and fitted_distance (predicted less observed, in standard errors), doubt (standard
    deviation of the prediction by the numbers of that fit, in the same), widened (what errors are multiplied by, so
    that the rows of that fit agree), and own: numbers of the fit that nothing else tells of, whose rows are no
    predictions. numbers: trials x numbers, the values of each fit.
    """

    table: pd.DataFrame
    numbers: pd.DataFrame

    @cached_property
    def predicted(self) -> pd.DataFrame:
        """The rows that are predictions."""
        return self.table[self.table["own"] == ""]

    def covered(self, level: float = 0.9, *, own: bool = True, widened: bool = True) -> pd.Series[bool]:
        """Return which predictions lie within their band of this level, as if normal.

        own: the band has the error of the row, besides that of numbers; widened: by what the rows of the fit ask for,
        of which the row is none.
        """
        from statistics import NormalDist

        rows, ends = self.predicted, NormalDist().inv_cdf((1 + level) / 2)
        error = (rows["widened"] if widened else 1.0) if own else 0.0
        found: pd.Series[bool] = rows["distance"].abs() <= ends * (rows["doubt"] ** 2 + error**2) ** 0.5
        return found

    @cached_property
    def trials(self) -> pd.DataFrame:
        """A row a trial: rows, how many are right fitted and left out, root mean square distance of each, and own."""
        squared = self.table.assign(
            distance=self.table["distance"] ** 2, fitted_distance=self.table["fitted_distance"] ** 2
        )
        found = squared.groupby("trial", sort=False).agg(
            rows=("within", "size"),
            fitted_right=("fitted_within", "sum"),
            right=("within", "sum"),
            fitted_distance=("fitted_distance", "mean"),
            distance=("distance", "mean"),
            own=("own", "first"),
        )
        return found.assign(distance=found["distance"] ** 0.5, fitted_distance=found["fitted_distance"] ** 0.5)


@dataclass(frozen=True)
class _Without:
    """A fit without some rows, as a task.

    kept: 1 for each residual that counts, 0 for the others. alone: the numbers that none of these tells of; they stay,
    where least squares would let them drift. quick: derivatives of the best are carried, and never computed anew.
    """

    problem: Problem
    kept: Array
    alone: NDArray[np.bool_]
    best: Point
    quick: bool

    def execute(self) -> dict[str, Any]:
        """Return the numbers, as natural logarithms, and the last derivatives of all residuals, in lists."""
        last = self.best.jacobian

        def jacobian(x: Array) -> Array:
            nonlocal last
            last = self.problem.jacobian(x)
            return last * self.kept[:, None]

        fewer = Problem(
            residuals=lambda x: self.problem.residuals(x) * self.kept,
            jacobian=jacobian,
            low=self.problem.low,
            high=self.problem.high,
        )
        start = Point(self.best.x, self.best.residuals * self.kept, self.best.jacobian * self.kept[:, None])
        free = np.flatnonzero(~self.alone)
        found = stepped(fewer, start, start.x, free)[0] if self.quick else least(fewer, start, free=free)
        return {"x": found.x.tolist(), "jacobian": last.tolist()}


def leave_out(
    calibration: Calibration | Path | str,
    best: Sequence[float] | None = None,
    *,
    processes: int | None = None,
    engine: str = AUTO,
    exact: bool = False,
    quick: bool = False,
    report: Callable[[str], object] | None = None,
    progress: bool = False,
) -> LeftOut:
    """Return what each trial is predicted to be by the fit to all others.

    calibration: or the file that it stands in. best: the numbers of the fit to all, in the order of its ``quantities``;
    without them it is made first, from those of the tables. processes, engine, exact, report, progress: as of ``fit``;
    a line for each trial. quick: derivatives are computed once, at the numbers of the tables or the best that are
    given, and carried from there: a tenth of the time; where a trial is far off without its rows, its fit is not quite
    the least. Raises as ``fit`` does.
    """
    require_installed("pypesto", "scipy", extra="fit")
    if isinstance(calibration, Path | str):
        calibration = Calibration(calibration)
    if best is None and not quick:
        best = refit(calibration, engine=engine, exact=exact).after
    objective = Objective(calibration, engine=engine, exact=exact)
    objective.check()
    problem = problem_of(objective)
    whole = problem.point(objective.start if best is None else np.log(best))
    if quick:
        whole = stepped(problem, whole, whole.x, np.arange(len(whole.x)))[0]
    trials = [calibration.trial(row) for row in calibration.rows]
    names = list(dict.fromkeys(trials))
    kept = [np.ones(len(whole.residuals)) for _ in names]
    for place, trial in enumerate(trials):
        kept[names.index(trial)][place] = 0.0
    workers = Workers(objective, processes or os.cpu_count() or 1, report, progress)
    workers.begin("trial left out")
    alone = [_alone(whole.jacobian, each) for each in kept]
    tasks = [_Without(problem, *each, whole, quick) for each in zip(kept, alone, strict=True)]
    done = workers.execute(tasks)
    points = np.array([each["x"] for each in done])
    predicted = objective.predicted(points)
    doubts = [
        _doubt(objective, Point(x, objective.weighed(x, seen), np.array(each["jacobian"])), its)
        for x, seen, each, its in zip(points, predicted, done, kept, strict=True)
    ]
    quantities = calibration.quantities
    own = [", ".join(each.name for each, its in zip(quantities, of, strict=True) if its) for of in alone]
    mine = [names.index(trial) for trial in trials]
    without = [float(predicted[of, place]) for place, of in enumerate(mine)]
    table = _table(calibration, objective, trials, without, [own[of] for of in mine], whole.x)
    doubt = [float(doubts[of][0][place]) for place, of in enumerate(mine)]
    table = table.assign(doubt=doubt, widened=[doubts[of][1] for of in mine], own=table.pop("own"))
    return LeftOut(table, _numbers(calibration, names, points))


def _table(
    calibration: Calibration,
    objective: Objective,
    trials: Sequence[str],
    without: Sequence[float],
    own: Sequence[str],
    best: Array,
) -> pd.DataFrame:
    fitted = objective.predicted(best[None])[0].tolist()
    table = judged(calibration.rows, without).table
    distances = [
        [each.residual(value) for each, value in zip(objective.targets, of, strict=True)] for of in (without, fitted)
    ]
    return table.assign(
        trial=list(trials),
        fitted=fitted,
        fitted_within=judged(calibration.rows, fitted).table["within"],
        distance=distances[0],
        fitted_distance=distances[1],
        own=list(own),
    )


def _doubt(objective: Objective, point: Point, kept: Array) -> tuple[Array, float]:
    """Return the standard deviation of each row's prediction by the numbers of a fit to the rows that are kept.

    In standard errors of the rows, by the curvature of the cost, errors widened as those of an ensemble are; and what
    they are multiplied by.
    """
    wide = widened(objective, point, kept)
    weights = wide.weights * kept
    spread = covariance(point.jacobian * weights[:, None], *objective.bounds)
    own = point.jacobian[: len(objective.targets)]
    return np.asarray(np.sqrt(np.einsum("ij,jk,ik->i", own, spread, own))), wide.scale**0.5


def _alone(jacobian: Array, kept: Array) -> NDArray[np.bool_]:
    """Return which numbers nothing tells of but what is left out."""
    moved = np.where(np.abs(jacobian) < LARGE, np.abs(jacobian), 0.0)  # a row that fails beside the point tells nothing
    found: NDArray[np.bool_] = (moved * kept[:, None]).max(axis=0) < 1e-6 * moved.max(axis=0)
    return found


def _numbers(calibration: Calibration, trials: Sequence[str], points: Array) -> pd.DataFrame:
    import pandas as pd

    names = [each.name for each in calibration.quantities]
    return pd.DataFrame(np.exp(points), index=pd.Index(trials, name="trial"), columns=names)
