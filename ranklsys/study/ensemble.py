"""Ensemble of a fit: sets of its numbers that the observations leave possible, drawn from the posterior.

The cost of a fit is half a chi-square. Where chi-square of the rows is more than its degrees of freedom, the rows
disagree with each other, or with the model, by more than their errors: errors of rows are widened by the root of the
ratio, as Birge (1932, doi:10.1103/PhysRev.40.207) did; priors are not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ranklsys.errors import require_installed
from ranklsys.model import ensemble as table
from ranklsys.model.engine_names import AUTO
from ranklsys.model.solver import installed_version
from ranklsys.sbml.cache import digest
from ranklsys.study.calibration import Calibration, Fitted
from ranklsys.study.carried import Point, Problem, least
from ranklsys.study.fit import problem_of
from ranklsys.study.objective import Objective
from ranklsys.study.sampling import Normal, Sample, Sampler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

MEMBERS = 100
"""Of an ensemble, if not asked otherwise: five lie beyond each end of a band of 90 %."""
TOLERANCE = 1e-3
"""Of the cost where it is least: points are drawn around it, so that it need not be exact."""
SAME_SCALE, ROUNDS = 0.05, 4
"""Errors are widened anew until chi-square changes by less than this part, so often at most."""
SAYS = 0.01
"""A row that no number moves by this part of its error, when it grows e-fold, counts as no row: it has no weight."""


@dataclass(frozen=True, eq=False)
class Widened:
    """The posterior of a fit near its least.

    scale: of chi-square of the rows; 1 where these agree within their errors. rows: how many count. determined: how
    many numbers they determine. chi_square: of these rows.
    """

    objective: Objective
    point: Point
    rows: int
    determined: float
    chi_square: float

    @property
    def freedom(self) -> float:
        """Degrees of freedom: rows less the numbers that they determine."""
        return self.rows - self.determined

    @property
    def scale(self) -> float:
        """Chi-square of rows over its degrees of freedom, at least 1."""
        return max(1.0, self.chi_square / max(self.freedom, 1.0))

    @cached_property
    def weights(self) -> Array:
        """What residuals are multiplied by: rows by one over the root of the scale, priors by 1."""
        found = np.ones(len(self.point.residuals))
        found[: len(self.objective.targets)] = self.scale**-0.5
        return found

    def problem(self) -> Problem:
        """Return what is made least, with rows as wide as they are."""
        own = problem_of(self.objective)
        return Problem(
            residuals=lambda x: own.residuals(x) * self.weights,
            jacobian=lambda x: own.jacobian(x) * self.weights[:, None],
            low=own.low,
            high=own.high,
        )

    def logs(self, points: Array) -> Array:
        """Return the logarithm of the posterior at points (points x numbers), up to a constant."""
        predicted = self.objective.predicted(points)
        residuals = [self.objective.weighed(*each) for each in zip(points, predicted, strict=True)]
        return np.array([-0.5 * float(np.sum((each * self.weights) ** 2)) for each in residuals])


def widened(objective: Objective, point: Point, kept: Array | None = None) -> Widened:
    """Return how wide the errors of rows are taken. kept: 1 for each residual that counts, 0 for others; if given."""
    number = len(objective.targets)
    counts = np.abs(point.jacobian[:number]).max(axis=1) > SAYS
    if kept is not None:
        counts &= kept[:number] > 0
    jacobian = point.jacobian.copy()
    jacobian[:number][~counts] = 0.0
    own = jacobian[:number]
    determined = float(np.trace(own @ covariance(jacobian, *objective.bounds) @ own.T))
    chi_square = float(np.sum(point.residuals[:number][counts] ** 2))
    return Widened(objective, point, int(counts.sum()), determined, chi_square)


def _highest(objective: Objective, point: Point, tell: Callable[[str], object]) -> tuple[Widened, Point]:
    """Return the posterior, and its highest point near another, with rows weighed: errors are as wide as there."""
    posterior = widened(objective, point)
    for _ in range(ROUNDS):
        weights = posterior.weights
        own = Point(point.x, point.residuals * weights, point.jacobian * weights[:, None])
        highest = least(posterior.problem(), own, TOLERANCE)
        tell(f"errors of rows widened by {posterior.scale**0.5:.3g}: cost {own.cost:.4g} to {highest.cost:.4g}")
        point = Point(highest.x, highest.residuals / weights, highest.jacobian / weights[:, None])
        there = widened(objective, point)
        if abs(there.scale / posterior.scale - 1) < SAME_SCALE:
            break
        posterior = there
    return posterior, highest


def covariance(jacobian: Array, low: Array, high: Array) -> Array:
    """Return that of numbers by the curvature of the cost; bounds count as a prior of the same variance.

    So a number that nothing tells of is as uncertain as its bounds say.
    """
    return np.asarray(np.linalg.inv(jacobian.T @ jacobian + np.diag(12 / (high - low) ** 2)))


@dataclass(frozen=True, eq=False)
class Drawn:
    """An ensemble with how it was drawn. best: numbers with the highest posterior, as natural logarithms."""

    ensemble: table.Ensemble
    sample: Sample
    posterior: Widened
    best: Array


def ensemble(
    calibration: Calibration | Path | str,
    members: int = MEMBERS,
    *,
    best: Sequence[float] | None = None,
    seed: int | None = None,
    engine: str = AUTO,
    exact: bool = False,
    report: Callable[[str], object] | None = None,
) -> Drawn:
    """Return sets of a fit's numbers drawn from its posterior.

    calibration: or the file that it stands in. best: the numbers of the fit, in the order of its ``quantities``; those
    of the tables if not given. From there the highest posterior is found, and points are drawn around it: see
    ``ranklsys.study.sampling``. seed: of the points, in place of the file's. engine, exact: as of ``fit``. report: gets
    a line at each step. Raises as ``fit`` does.
    """
    require_installed("scipy", extra="fit")
    if isinstance(calibration, Path | str):
        calibration = Calibration(calibration)
    tell = report or (lambda _: None)
    objective = Objective(calibration, engine=engine, exact=exact)
    objective.check()
    start = problem_of(objective).point(objective.start if best is None else np.log(best))
    posterior, highest = _highest(objective, start, tell)
    highest = replace(highest, jacobian=posterior.problem().jacobian(highest.x))
    low, high = objective.bounds
    proposal = Normal.of(highest.x, covariance(highest.jacobian, low, high))
    seed = calibration.spec.seed if seed is None else seed
    sampler = Sampler(posterior.logs, proposal, low, high, seed, tell)
    sample = sampler.sample(members)
    # neighbours come from one point, so that the first few members would be fewer than they seem
    points = np.random.default_rng(seed).permutation(sample.points)
    found = table.Ensemble(_numbers(calibration, points), _about(calibration, posterior, sample, seed))
    return Drawn(found, sample, posterior, highest.x)


def fitted_hash(calibration: Calibration) -> str:
    """Return the SHA-256 of what is fitted: numbers with bounds and priors, rows with errors; not where they stand."""
    rows = [(replace(row, where=""), calibration.sd(row)) for row in calibration.rows]
    numbers = [replace(each, value=0.0) for each in calibration.quantities]
    return digest(repr((numbers, rows)))


def _numbers(calibration: Calibration, points: Array) -> tuple[table.Number, ...]:
    values = np.exp(points).T
    return tuple(
        table.Number(each.id, each.value, own, each.parts, _hosts(calibration, each, place), each.study)
        for place, (each, own) in enumerate(zip(calibration.quantities, values, strict=True))
    )


def _hosts(calibration: Calibration, quantity: Fitted, place: int) -> tuple[str, ...]:
    """Return the hosts that have a number: of a part all that have the part."""
    if quantity.study:
        return (calibration.spec.host,)
    return () if quantity.parts else calibration.spec.parameter[place].hosts or (calibration.spec.host,)


def _about(calibration: Calibration, posterior: Widened, sample: Sample, seed: int) -> dict[str, str | float]:
    return {
        "title": calibration.spec.title,
        "fit": calibration.path.name,
        "fitted": fitted_hash(calibration),
        "core": table.core_hash(),
        "ranklsys": installed_version("ranklsys"),
        "seed": str(seed),
        "chi_square_of_rows": posterior.chi_square,
        "degrees_of_freedom": posterior.freedom,
        "errors_widened_by": posterior.scale**0.5,
        "effective_size_at_first": sample.effective,
        "pareto_k_at_first": sample.pareto_k,
        "stages": str(sample.stages),
        "accepted": sample.accepted,
        "renewed": sample.renewed,
        "evaluations": str(sample.evaluations),
    }
