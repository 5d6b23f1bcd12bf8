"""Solver: how an integration is done, as a value."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version


@cache
def installed_version(distribution: str) -> str:
    """Return the version of an installed distribution, looked up once."""
    return version(distribution)


@dataclass(frozen=True, kw_only=True)
class Solver:
    """Settings of CVODE.

    relative_tolerance: per state and step. absolute_tolerance: one value for each state, in its unit (given as a single
    number for all, RoadRunner would rescale it at every event). maximum_steps: between two rows.
    """

    relative_tolerance: float = 1e-8
    absolute_tolerance: float = 1e-14
    maximum_steps: int = 200_000

    def describe(self) -> dict[str, object]:
        """Return the settings and the engine's version, for the record."""
        return {"engine": f"libroadrunner {installed_version('libroadrunner')}, CVODE", **asdict(self)}
