"""Sampling: points as a posterior has them, from a proposal by the curvature of the cost at its least.

Points are drawn by the proposal and weighed by what the posterior says of them. Where few of the weights count, the
points go to the posterior by stages, each a power of the weights (Del Moral 2006,
doi:10.1111/j.1467-9868.2006.00553.x), and are moved at each: towards a normal distribution and away from it again,
accepted by Metropolis, which works in many dimensions where the posterior is nearly normal (Cotter 2013,
doi:10.1214/13-STS421).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Density = Callable[[Array], Array]

DRAWS = 3
"""Points that are drawn and weighed for each that is asked for."""
FREEDOM = 30.0
"""Of Student's t: tails a little beyond those of a normal distribution, which in 40 dimensions are soon too heavy."""
HEAVY = 0.7
"""A Pareto k from which on weights alone are not relied on."""
KEPT = 0.5
"""Of a stage: the effective size is at least this part of the points."""
ROUNDS, LAST_ROUNDS = 3, 6
"""Moves of each point at a stage, and at the last one."""
WANTED = 0.3
"""Of moves: how many should be accepted; the step is changed until they are."""
MOST_STAGES = 12


@dataclass(frozen=True, eq=False)
class Sample:
    """Points, with equal weights, and how they came about.

    points: points x numbers. first: how many were drawn and weighed. effective, pareto_k: effective size of these
    weights, and the shape of their tail (above 0.7 they are not to be relied on alone; Vehtari 2024, arXiv:1507.02646).
    stages: of the way to the posterior; 0 where the first weights were enough. accepted: share of the last moves.
    renewed: how far these brought the points, 1 if they are as good as drawn anew. evaluations: of the posterior.
    """

    points: Array
    first: int
    effective: float
    pareto_k: float
    stages: int
    accepted: float
    renewed: float
    evaluations: int


@dataclass(frozen=True, eq=False)
class Normal:
    """A normal distribution. root: a square root of its covariance."""

    centre: Array
    root: Array

    @classmethod
    def of(cls, centre: Array, covariance: Array) -> Normal:
        """Return the distribution of a covariance that may be just singular."""
        values, vectors = np.linalg.eigh(covariance)
        return cls(centre, vectors * np.sqrt(np.maximum(values, 1e-12 * values.max())))

    def drawn(self, random: np.random.Generator, number: int) -> Array:
        """Return so many points around 0."""
        return np.asarray(random.standard_normal((number, len(self.centre))) @ self.root.T)

    def squares(self, points: Array) -> Array:
        """Return squared distances from the centre, in standard deviations."""
        return np.asarray((np.linalg.solve(self.root, (points - self.centre).T) ** 2).sum(axis=0))


class Sampler:
    """Draws points of a posterior within bounds.

    posterior: logarithm of its density, up to a constant, of points x numbers. proposal: around its highest point.
    tell: gets a line at each step.
    """

    def __init__(
        self,
        posterior: Density,
        proposal: Normal,
        low: Array,
        high: Array,
        seed: int,
        tell: Callable[[str], object] = lambda _: None,
    ) -> None:
        self.posterior, self.proposal, self.low, self.high, self.tell = posterior, proposal, low, high, tell
        self.random = np.random.default_rng(seed)
        self.evaluations = 0

    def sample(self, number: int) -> Sample:
        """Return so many points."""
        points = self._proposed(DRAWS * number)
        logs = self._evaluated(points)
        excess = logs - self._proposal_density(points)
        effective, k = effective_size(excess), pareto_k(excess)
        self.tell(f"{len(points)} points weighed: worth {effective:.4g}, Pareto k {k:.2f}")
        if effective >= number and k < HEAVY:
            chosen = self._resampled(excess, number)
            return Sample(points[chosen], len(points), effective, k, 0, 1.0, 1.0, self.evaluations)
        first = len(points)
        power, stages, step, accepted, renewed = 0.0, 0, 0.5, 0.0, 0.0
        while power < 1 and stages < MOST_STAGES:
            grown = self._next_power(excess, power) if stages < MOST_STAGES - 1 else 1.0
            chosen = self._resampled((grown - power) * excess, number)
            points, logs, power, stages = points[chosen], logs[chosen], grown, stages + 1
            before = points
            for _ in range(LAST_ROUNDS if power == 1 else ROUNDS):
                points, logs, accepted = self._moved(points, logs, power, step)
                step = float(np.clip(step * np.exp(accepted - WANTED), 0.05, 1.0))
            renewed = self._renewed(before, points)
            self.tell(f"stage {stages}: power {power:.3f}, {accepted:.0%} accepted, renewed {renewed:.2f}")
            excess = logs - self._proposal_density(points)
        return Sample(points, first, effective, k, stages, accepted, renewed, self.evaluations)

    def _proposed(self, number: int) -> Array:
        """Return points of the proposal, Student's t, within the bounds."""
        found: list[Array] = []
        while sum(map(len, found)) < number:
            stretch = np.sqrt(FREEDOM / self.random.chisquare(FREEDOM, (number, 1)))
            points = self.proposal.centre + self.proposal.drawn(self.random, number) * stretch
            found.append(points[self._inside(points)])
        return np.vstack(found)[:number]

    def _proposal_density(self, points: Array) -> Array:
        size = points.shape[1]
        return np.asarray(-0.5 * (FREEDOM + size) * np.log1p(self.proposal.squares(points) / FREEDOM))

    def _inside(self, points: Array) -> NDArray[np.bool_]:
        return np.asarray(((points >= self.low) & (points <= self.high)).all(axis=1))

    def _evaluated(self, points: Array) -> Array:
        self.evaluations += len(points)
        return self.posterior(points)

    def _resampled(self, logs: Array, number: int) -> NDArray[np.intp]:
        """Return which points are taken, each as often as its weight says but for less than one (Kitagawa 1996)."""
        ends = np.cumsum(_weights(logs))
        marks = (np.arange(number) + self.random.random()) / number
        return np.asarray(np.minimum(np.searchsorted(ends, marks), len(logs) - 1))

    def _next_power(self, excess: Array, power: float) -> float:
        """Return the largest power at which enough of the weights count, at most 1."""
        enough = KEPT * len(excess)
        if effective_size((1 - power) * excess) >= enough:
            return 1.0
        low, high = power, 1.0
        for _ in range(40):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if effective_size((middle - power) * excess) >= enough else (low, middle)
        return max(low, power + 1e-3)

    def _moved(self, points: Array, logs: Array, power: float, step: float) -> tuple[Array, Array, float]:
        """Return the points after a move of each, their densities, and the share that moved."""
        around = self._around(points)
        tried = around.centre + np.sqrt(1 - step**2) * (points - around.centre)
        tried = tried + step * around.drawn(self.random, len(points))
        inside = np.flatnonzero(self._inside(tried))
        new = np.full(len(points), -np.inf)
        new[inside] = self._evaluated(tried[inside])
        density = [self._at(power, *each) + 0.5 * around.squares(each[0]) for each in ((tried, new), (points, logs))]
        taken = np.log(self.random.random(len(points))) < density[0] - density[1]
        return np.where(taken[:, None], tried, points), np.where(taken, new, logs), float(taken.mean())

    def _at(self, power: float, points: Array, logs: Array) -> Array:
        """Return the density of a stage."""
        return np.asarray(power * logs + (1 - power) * self._proposal_density(points))

    def _around(self, points: Array) -> Normal:
        """Return what points are moved towards: their own mean, and a covariance half theirs, half the proposal's."""
        own = np.cov(points.T).reshape(points.shape[1], points.shape[1])
        return Normal.of(points.mean(axis=0), 0.5 * own + 0.5 * self.proposal.root @ self.proposal.root.T)

    def _renewed(self, before: Array, after: Array) -> float:
        """Return the mean squared way of points over what it would be of points drawn anew."""
        spread = np.maximum(after.var(axis=0), 1e-300)
        return float(((after - before) ** 2).mean(axis=0).dot(1 / spread) / (2 * len(spread)))


def _weights(logs: Array) -> Array:
    raised = np.exp(logs - logs.max())
    return np.asarray(raised / raised.sum())


def effective_size(logs: Array) -> float:
    """Return how many equal weights these are worth (Kish 1965). logs: of weights, up to a constant."""
    return float(1 / np.sum(_weights(logs) ** 2))


def pareto_k(logs: Array) -> float:
    """Return the shape of a generalised Pareto distribution fitted to the largest fifth of weights, by scipy."""
    from scipy.stats import genpareto

    weights = np.sort(_weights(logs))
    tail = max(5, len(weights) // 5)
    edge = weights[-tail - 1] if tail < len(weights) else 0.0
    over = weights[-tail:] - edge
    if not over.max() > 0:
        return 0.0
    return float(genpareto.fit(over / over.mean(), floc=0)[0])
