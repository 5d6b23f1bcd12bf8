"""Study: what is exported, arms with their models and doses, and how long they run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ranklsys.errors import DataError
from ranklsys.experiment import composed, simple, with_data
from ranklsys.model import POINTS, Model
from ranklsys.scenario import Arm, Scenario

if TYPE_CHECKING:
    import pandas as pd

MOST_STEPS = 5000


@dataclass(frozen=True)
class Study:
    """A scenario with the model of each arm, without doses, in the order of its arms, and what was observed."""

    scenario: Scenario
    models: tuple[Model, ...]
    observed: pd.DataFrame | None = None

    @property
    def arms(self) -> Iterator[tuple[Arm, Model]]:
        """Each arm with its model."""
        return zip(self.scenario.arms, self.models, strict=True)

    @property
    def until(self) -> float:
        """How long it runs [d]."""
        from ranklsys import units

        return units.days(self.scenario.until)

    def steps(self, points: int = POINTS) -> int:
        """Return the number of equal steps, at least ``points - 1``, that meet the times of all observations.

        Where no number up to 5000 does, ``points - 1``.
        """
        times: list[float] = [] if self.observed is None else self.observed["time"].unique().tolist()
        for steps in range(points - 1, MOST_STEPS + 1):
            if all(abs(time / self.until * steps - round(time / self.until * steps)) < 1e-9 for time in times):
                return steps
        return points - 1


def of_model(model: Model, *, until: str = "1 d", doses: Sequence[str] = (), show: Sequence[str] = ()) -> Study:
    """Return the study of one composition, as ``ranklsys run`` does it."""
    return Study(simple(model, until=until, doses=doses, show=show), (model,))


def of_scenario(scenario: str | Scenario) -> Study:
    """Return the study of a scenario, an installed one by its id. Raises what ``rk.run`` raises."""
    found, observed = with_data(scenario)
    return Study(found, tuple(composed(found, arm) for arm in found.arms), observed)


def sid(text: str) -> str:
    """Return an id of ours, such as ``opg-fc``, as an SBML or SED-ML id. Raises DataError for one that cannot be."""
    name = re.sub(r"\W", "_", text)
    if not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
        raise DataError(f"'{text}' cannot be an id in SBML", hint="Begin with a letter; letters, digits and _ follow")
    return name
