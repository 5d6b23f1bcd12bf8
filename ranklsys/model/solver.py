"""Solver: how an integration is done, as a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version

from ranklsys.errors import DataError
from ranklsys.tables.scalars import real, whole


@cache
def installed_version(distribution: str) -> str:
    """Return the version of an installed distribution, looked up once."""
    return version(distribution)


@dataclass(frozen=True, kw_only=True)
class Solver:
    """Settings of CVODE.

    relative_tolerance: per state and step. absolute_tolerance: one value for each state, in its unit (given as a single
    number for all, RoadRunner would rescale it at every event). maximum_steps: between two rows. by_state: states, as
    amounts, with an absolute tolerance of their own; see ``tolerance.by_size``.
    """

    relative_tolerance: float = 1e-8
    absolute_tolerance: float = 1e-14
    maximum_steps: int = 200_000
    by_state: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        for name in ("relative_tolerance", "absolute_tolerance"):
            value = real(getattr(self, name), name)
            if not 0 < value < 1:
                raise DataError(f"a tolerance cannot be {value:g}", where=name, hint="Give e.g. 1e-8")
            object.__setattr__(self, name, value)
        object.__setattr__(self, "maximum_steps", whole(self.maximum_steps, "maximum_steps"))

    def absolute(self, states: Iterable[str]) -> list[float]:
        """Return the absolute tolerance of each state."""
        own = dict(self.by_state)
        return [own.get(state, self.absolute_tolerance) for state in states]

    def describe(self) -> dict[str, object]:
        """Return the settings and the engine's version, for the record."""
        settings = asdict(self)
        own = dict(settings.pop("by_state"))
        found = {"engine": f"libroadrunner {installed_version('libroadrunner')}, CVODE", **settings}
        return {**found, "absolute_tolerances": own} if own else found
