"""Population: subjects drawn from the spreads of numbers (``variation`` has those of a model).

Draws are correlated by a Gaussian copula, in which one number follows another: the one that leads is drawn as if
nothing went with it, so that who follows it changes nothing of it. Each subject is drawn by its number, so that it is
the same whoever draws it, and however many are drawn at a time.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from ranklsys.errors import DataError, nearest, require, unknown
from ranklsys.plugins.spread import PART, REST, Spread

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

DESIGNS = ("random", "latin", "sobol")


@dataclass(frozen=True)
class Population:
    """Who may be drawn.

    spreads: by name, in the order of the columns of a draw. seed: of all random numbers. size: how many are drawn.
    design: random; latin (a Latin hypercube) or sobol (a scrambled sequence), which cover the ranges evenly.
    correlation: pairs of names -> correlation of the normal numbers behind them; the second follows the first.
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
        _ = self._linked

    @property
    def names(self) -> tuple[str, ...]:
        """What is drawn, in the order of the columns."""
        return tuple(self.spreads)

    def probabilities(self, start: int, stop: int) -> Array:
        """Return the design's points of subjects ``start`` to ``stop``: subjects x names, each between 0 and 1."""
        import numpy as np

        if self.design == "random":
            return np.column_stack([self._column(name, start, stop) for name in self.spreads])
        if self.design == "latin":
            return _hypercube(len(self.spreads), self.size, self.seed)[start:stop]
        return _sobol(len(self.spreads), self.seed, start, stop)

    def _column(self, name: str, start: int, stop: int) -> Array:
        """Return the points of one name, of its own random numbers: what else varies does not change them."""
        import zlib

        import numpy as np

        stream = np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(0, zlib.crc32(name.encode()))))
        return np.random.Generator(stream.advance(start)).random(stop - start)

    def generator(self, subject: int, use: int) -> np.random.Generator:
        """Return random numbers of a subject, for a use: 1 parameters drawn again, 2 first events, 3 later ones."""
        import numpy as np

        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(subject, use))))

    def values(self, probabilities: Array) -> Array:
        """Return subjects x names: the numbers at the points of a design, correlated, in the model's units."""
        import numpy as np

        points = np.clip(np.atleast_2d(probabilities), 1e-12, 1 - 1e-12)
        if self._linked is not None:
            special = require("scipy.special", extra="cohort")
            places, followers, root = self._linked
            normal = special.ndtri(points[:, places])
            # one subject at a time: a product of whole blocks may round otherwise for blocks of another size
            moved = np.array([special.ndtr(root @ each) for each in normal])
            points[:, places[followers]] = moved[:, followers]
        found = np.column_stack([spread.values(points[:, k]) for k, spread in enumerate(self.spreads.values())])
        return self._add_up(found)

    def subjects(self) -> Iterator[dict[str, float]]:
        """Yield the parameters of each subject, in the model's units, by id."""
        for start in range(0, self.size, 100):
            block = self.values(self.probabilities(start, min(start + 100, self.size)))
            for row in block:
                yield {name: float(value) for name, value in zip(self.names, row, strict=True) if name != REST}

    def _add_up(self, found: Array) -> Array:
        """Divide the parts of a whole by their sum."""
        parts = [place for place, spread in enumerate(self.spreads.values()) if spread.kind == PART]
        if parts and REST in self.spreads:
            held = found[:, parts[0]].copy() * 0.0
            for place in parts:
                held += found[:, place]
            for place in parts:
                found[:, place] /= held
        return found

    @cached_property
    def _linked(self) -> tuple[NDArray[np.intp], NDArray[np.intp], Array] | None:
        """The places of names that go together, leaders first; which of these follow; and the Cholesky factor. Or None.

        Raises UnknownName or DataError for correlations that are none.
        """
        import numpy as np

        if not self.correlation:
            return None
        for (one, other), value in self.correlation.items():
            for name in (one, other):
                if name not in self.spreads:
                    raise unknown("varied parameter", name, self.spreads, where="correlation")
            if one == other or not -1 < value < 1:
                what = f"{one} and {other} cannot be correlated by {value:g}"
                raise DataError(what, where="correlation", hint="Give two names, and a number between -1 and 1")
        names = _leaders_first(self.names, self.correlation)
        matrix = np.eye(len(names))
        for (one, other), value in self.correlation.items():
            first, second = names.index(one), names.index(other)
            matrix[first, second] = matrix[second, first] = value
        try:
            root = np.asarray(np.linalg.cholesky(matrix))
        except np.linalg.LinAlgError:
            hint = "Make them weaker: what goes with two things makes these two go together"
            raise DataError("the correlations contradict each other", where="correlation", hint=hint) from None
        followers = np.flatnonzero([row[:place].any() for place, row in enumerate(root)])
        return np.array([self.names.index(name) for name in names]), followers, root


def _leaders_first(order: Sequence[str], correlation: Mapping[tuple[str, str], float]) -> list[str]:
    """Return the names that are correlated, each after those that it follows, else in order, as far as that goes."""
    leaders: dict[str, set[str]] = {name: set() for name in order if any(name in pair for pair in correlation)}
    for leader, follower in correlation:
        leaders[follower].add(leader)
    found: list[str] = []
    while left := [name for name in leaders if name not in found]:
        found.append(next((name for name in left if leaders[name] <= set(found)), left[0]))
    return found


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

    qmc = require("scipy.stats.qmc", extra="cohort")
    return np.asarray(qmc.LatinHypercube(names, rng=np.random.default_rng(seed)).random(size))


def _sobol(names: int, seed: int, start: int, stop: int) -> Array:
    import numpy as np

    qmc = require("scipy.stats.qmc", extra="cohort")
    engine = qmc.Sobol(names, scramble=True, rng=np.random.default_rng(seed))
    if start:
        engine.fast_forward(start)
    with warnings.catch_warnings():
        # it is a part of the sequence that is asked for, and the sequence is what is balanced
        warnings.filterwarnings("ignore", message="The balance properties of Sobol")
        return np.asarray(engine.random(stop - start))
