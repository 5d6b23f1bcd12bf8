"""Population: how subjects differ, and subjects drawn from it.

A parameter varies by the coefficient of variation that its table gives (column ``cv``), around its value in the
composed model: lognormal, a share logit-normal and below 1. Draws are truncated, and correlated by a Gaussian copula.
Each subject is drawn by its number, so that it is the same whoever draws it, and however many are drawn at a time.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from ranklsys.errors import DataError, nearest, unknown
from ranklsys.trials import variation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ranklsys.model.model import Model

    Array = NDArray[np.float64]

DESIGNS = ("random", "latin", "sobol")
LOGNORMAL, SHARE, PART, NORMAL = "lognormal", "share", "part", "normal"
KINDS = (LOGNORMAL, SHARE, PART, NORMAL)
WIDEST = 1.0
"""Standard deviation of a logit; a share of 0.9 with cv 0.3 would need 3, and would be 0 or 1 as a rule."""
TRUNCATED = 3.0
"""Standard deviations at which draws are cut off: 1 of 370 would lie outside."""
RANKL_SOURCES = ("RANKL_from_precursors", "RANKL_from_osteocytes")
RANKL_REST = "RANKL_from_osteoblasts"
SHARES = ("share ", "part of ", "bioavailability", "maximal loss ", "maximal inhibition ")
"""How the name of a share begins in the tables. Above 1, a loss of osteoclast function would make bone from nothing."""
OF_ALL = (
    "event_frailty",
    "fracture_rate",
    "cord_compression_rate",
    "bone_surgery_rate",
    "bone_radiotherapy_rate",
    "hypercalcaemia_rate",
)
"""Numbers of the population, not of a subject: how patients differ in these rates is what the frailty says."""


@dataclass(frozen=True)
class Spread:
    """How a number differs between subjects.

    median: in the model's unit. cv: coefficient of variation. low, high: bounds, besides the truncation. kind:
    lognormal; share (logit-normal, below 1); part (of RANKL, which add up to 1 with the rest); normal.
    Raises DataError for a cv that is not positive, an empty range, or a median outside of it.
    """

    median: float
    cv: float
    low: float = -math.inf
    high: float = math.inf
    kind: str = LOGNORMAL

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise DataError(f"there is no kind '{self.kind}'{nearest(self.kind, KINDS)}", hint=f"Kinds: {KINDS}")
        if not (math.isfinite(self.cv) and self.cv > 0):
            raise DataError(f"a coefficient of variation cannot be {self.cv:g}", hint="Give e.g. 0.3")
        if not self.low <= self.median <= self.high:
            raise DataError(f"the median {self.median:g} is not within {self.low:g} to {self.high:g}")
        if self.kind == SHARE and not 0 < self.median < 1:
            raise DataError(f"a share lies between 0 and 1, not at {self.median:g}")
        if self.kind in (LOGNORMAL, PART) and self.median <= 0:
            raise DataError(f"the median of a lognormal cannot be {self.median:g}", hint="Give a positive one")

    def values(self, probabilities: Array) -> Array:
        """Return the quantiles at probabilities, of any shape, between 0 and 1 each."""
        import numpy as np
        from scipy.special import expit, logit, ndtr, ndtri

        spread, centre = self._scale()
        low, high = (-TRUNCATED, TRUNCATED)
        for bound, side in ((self.low, "low"), (self.high, "high")):
            if math.isfinite(bound):
                normal = self._normal(bound, centre, spread)
                low, high = (max(low, normal), high) if side == "low" else (low, min(high, normal))
        normal = ndtri(ndtr(low) + np.asarray(probabilities) * (ndtr(high) - ndtr(low)))
        if self.kind == SHARE:
            return np.asarray(expit(logit(self.median) + spread * normal))
        if self.kind == NORMAL:
            return np.asarray(self.median + spread * normal)
        return np.asarray(self.median * np.exp(spread * normal))

    def _scale(self) -> tuple[float, float]:
        """Return the standard deviation and the centre on the scale where the number is normal."""
        if self.kind == SHARE:
            return min(self.cv / (1 - self.median), WIDEST), math.log(self.median / (1 - self.median))
        if self.kind == NORMAL:
            return self.cv * abs(self.median), self.median
        return math.sqrt(math.log(1 + self.cv**2)), math.log(self.median)

    def _normal(self, bound: float, centre: float, spread: float) -> float:
        """Return how many standard deviations a bound lies from the centre."""
        if self.kind == NORMAL:
            return (bound - centre) / spread
        if bound <= 0:
            return -math.inf
        if self.kind == SHARE:
            return math.inf if bound >= 1 else (math.log(bound / (1 - bound)) - centre) / spread
        return (math.log(bound) - centre) / spread


AGE_AT_MENOPAUSE = Spread(51.0, 0.08, low=40.0, high=60.0, kind=NORMAL)
YEARS_SINCE_MENOPAUSE = Spread(12.0, 0.6, low=1.0, high=40.0)


def spreads(model: Model) -> dict[str, Spread]:
    """Return how the parameters of a model differ between subjects, by id, from the tables of its host and parts.

    Left out are parameters that are 0 and those of the population as a whole (``OF_ALL``).
    """
    rows = [*variation.of_core()]
    rows += [(part.own(id), name, cv) for part in model.parts for id, name, cv in variation.of_part(part)]
    settable, elements = set(model.facts.settable), model.facts.elements
    values = {name: elements[name].value for name, _, _ in rows if name in settable} | dict(model.changes)
    found = {}
    for name, title, cv in rows:
        if name in settable and name not in OF_ALL and values[name] > 0:
            kind = PART if name in RANKL_SOURCES else SHARE if _is_share(name, title, values[name]) else LOGNORMAL
            found[name] = Spread(values[name], cv, kind=kind)
    if rest := _rest(found):
        found[RANKL_REST] = rest
    return found


def with_vary(
    found: Mapping[str, Spread], model: Model, vary: Mapping[str, object] | Sequence[str] | None
) -> dict[str, Spread]:
    """Return spreads changed by what a caller asks.

    vary: ids, which alone vary then; or id -> coefficient of variation, Spread, or None for one that does not vary.
    Raises UnknownName for an id that the model lacks, DataError for a spread that is none.
    """
    if vary is None:
        return dict(found)
    settable = model.facts.settable
    for name in vary:
        if name not in settable and name != RANKL_REST:
            raise unknown("parameter", name, settable, where="vary", hint=f"See: ranklsys show {model.host or 'human'}")
    if not isinstance(vary, Mapping):
        chosen = {name: found.get(name) or Spread(_value(model, name), 0.3) for name in vary}
        return {**chosen, RANKL_REST: found[RANKL_REST]} if set(RANKL_SOURCES) & set(chosen) else chosen
    result = dict(found)
    for name, asked in vary.items():
        if asked is None or asked == 0:
            result.pop(name, None)
        elif isinstance(asked, Spread):
            result[name] = asked
        elif isinstance(asked, (int, float)):
            known = result.get(name) or Spread(_value(model, name), 1.0)
            result[name] = replace(known, cv=float(asked))
        else:
            hint = "Give a coefficient of variation, a Spread, or None"
            raise DataError(f"{asked!r} does not say how it varies", where=f"vary: {name}", hint=hint)
    return result


@dataclass(frozen=True)
class Population:
    """Who may be drawn.

    spreads: by name, in the order of the columns of a draw. seed: of all random numbers. size: how many are drawn.
    design: random; latin (a Latin hypercube) or sobol (a scrambled sequence), which cover the ranges evenly.
    correlation: pairs of names -> correlation of the normal numbers behind them.
    Raises DataError for an unknown design, a correlation that is none, or correlations that contradict each other.
    """

    spreads: Mapping[str, Spread]
    seed: int
    size: int
    design: str = DESIGNS[0]
    correlation: Mapping[tuple[str, str], float] | None = None

    def __post_init__(self) -> None:
        if self.design not in DESIGNS:
            what = f"there is no design '{self.design}'{nearest(self.design, DESIGNS)}"
            raise DataError(what, hint=f"Designs: {', '.join(DESIGNS)}")
        if self.size < 1:
            raise DataError(f"a cohort of {self.size} is empty", hint="Ask for at least one patient")
        if not self.spreads:
            raise DataError("nobody differs: no parameter varies", hint="Name some in vary")
        _ = self._root

    @property
    def names(self) -> tuple[str, ...]:
        """What is drawn, in the order of the columns."""
        return tuple(self.spreads)

    def probabilities(self, start: int, stop: int) -> Array:
        """Return the design's points of subjects ``start`` to ``stop``: subjects x names, each between 0 and 1."""
        import numpy as np

        if self.design == "random":
            return np.array([self.generator(subject).random(len(self.spreads)) for subject in range(start, stop)])
        if self.design == "latin":
            return _hypercube(len(self.spreads), self.size, self.seed)[start:stop]
        return _sobol(len(self.spreads), self.seed, start, stop)

    def generator(self, subject: int, use: int = 0) -> np.random.Generator:
        """Return the random numbers of a subject, for a use: 0 its parameters, 1 drawn again, 2 its events."""
        import numpy as np

        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(subject, use))))

    def values(self, probabilities: Array) -> Array:
        """Return subjects x names: the numbers at the points of a design, correlated, in the model's units."""
        import numpy as np

        points = np.clip(np.atleast_2d(probabilities), 1e-12, 1 - 1e-12)
        if self._root is not None:
            from scipy.special import ndtr, ndtri

            # one subject at a time: a product of whole blocks may round otherwise for blocks of another size
            points = np.array([ndtr(self._root @ ndtri(point)) for point in points])
        found = np.column_stack([spread.values(points[:, k]) for k, spread in enumerate(self.spreads.values())])
        return self._add_up(found)

    def subjects(self) -> Iterator[dict[str, float]]:
        """Yield the parameters of each subject, in the model's units, by id."""
        for start in range(0, self.size, 100):
            block = self.values(self.probabilities(start, min(start + 100, self.size)))
            for row in block:
                yield {name: float(value) for name, value in zip(self.names, row, strict=True) if name != RANKL_REST}

    def _add_up(self, found: Array) -> Array:
        """Divide the parts of RANKL by their sum."""
        parts = [place for place, spread in enumerate(self.spreads.values()) if spread.kind == PART]
        if parts and RANKL_REST in self.spreads:
            held = found[:, parts[0]].copy() * 0.0
            for place in parts:
                held += found[:, place]
            for place in parts:
                found[:, place] /= held
        return found

    @cached_property
    def _root(self) -> Array | None:
        """The Cholesky factor of the correlations, or None."""
        import numpy as np

        if not self.correlation:
            return None
        matrix = np.eye(len(self.spreads))
        for (one, other), value in self.correlation.items():
            for name in (one, other):
                if name not in self.spreads:
                    raise unknown("varied parameter", name, self.spreads, where="correlation")
            if one == other or not -1 < value < 1:
                what = f"{one} and {other} cannot be correlated by {value:g}"
                raise DataError(what, where="correlation", hint="Give two names, and a number between -1 and 1")
            first, second = self.names.index(one), self.names.index(other)
            matrix[first, second] = matrix[second, first] = value
        try:
            return np.asarray(np.linalg.cholesky(matrix))
        except np.linalg.LinAlgError:
            hint = "Make them weaker: what goes with two things makes these two go together"
            raise DataError("the correlations contradict each other", where="correlation", hint=hint) from None


def pairs(correlation: Any) -> dict[tuple[str, str], float] | None:
    """Return correlations as pairs of names, from a mapping of pairs or a square DataFrame. Raises DataError."""
    if correlation is None:
        return None
    if hasattr(correlation, "columns"):
        names = [str(name) for name in correlation.columns]
        numbers = correlation.to_numpy(dtype=float)
        if names != [str(name) for name in correlation.index] or not (abs(numbers - numbers.T) < 1e-12).all():
            raise DataError("the matrix is not symmetric", where="correlation", hint="Name rows as columns")
        return {
            (one, other): float(numbers[i, j])
            for i, one in enumerate(names)
            for j, other in enumerate(names)
            if i < j and numbers[i, j]
        }
    return {(str(one), str(other)): float(value) for (one, other), value in dict(correlation).items()}


@lru_cache(maxsize=1)
def _hypercube(names: int, size: int, seed: int) -> Array:
    """Return the whole hypercube, subjects x names; 24 MB for 20,000 subjects and 150 names."""
    import numpy as np
    from scipy.stats import qmc

    return np.asarray(qmc.LatinHypercube(names, rng=np.random.default_rng(seed)).random(size))


def _sobol(names: int, seed: int, start: int, stop: int) -> Array:
    import numpy as np
    from scipy.stats import qmc

    engine = qmc.Sobol(names, scramble=True, rng=np.random.default_rng(seed))
    if start:
        engine.fast_forward(start)
    with warnings.catch_warnings():
        # it is a part of the sequence that is asked for, and the sequence is what is balanced
        warnings.filterwarnings("ignore", message="The balance properties of Sobol")
        return np.asarray(engine.random(stop - start))


def _is_share(name: str, title: str, value: float) -> bool:
    return value < 1 and (title.startswith(SHARES) or " share of " in title or name == "lining_at_hip")


def _rest(found: Mapping[str, Spread]) -> Spread | None:
    """Return the spread of the RANKL that no parameter names, so that the three sources add up to 1."""
    named = [found[name] for name in RANKL_SOURCES if name in found]
    left = 1 - sum(spread.median for spread in named)
    if not named or left <= 0:
        return None
    return Spread(left, 0.3, kind=PART)


def _value(model: Model, name: str) -> float:
    return model.changes.get(name, model.facts.elements[name].value)
