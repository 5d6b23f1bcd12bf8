"""Protocol: what is done to every patient of a cohort, as all that a worker needs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ranklsys.errors import DataError
from ranklsys.model import many
from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.model.engine_names import ROADRUNNER
from ranklsys.model.model import Model
from ranklsys.model.solver import Solver
from ranklsys.model.subjects import Subjects
from ranklsys.plugins.covariate import Covariate
from ranklsys.tables import formula
from ranklsys.trials import covariates, endpoints, reduction
from ranklsys.trials.population import Population
from ranklsys.trials.progression import IMAGING
from ranklsys.trials.regimen import Regimen
from ranklsys.trials.visits import Visits
from ranklsys.trials.visits import read as read_visits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ranklsys.model.dose import Dose

    Array = NDArray[np.float64]


def value_of(model: Model, name: str) -> float:
    """Return the number of a parameter in the model; 0 if it has none of that id."""
    known = model.facts.elements
    return float(model.changes.get(name, known[name].value)) if name in known else 0.0


@dataclass(frozen=True)
class Protocol:
    """What is done to every patient: all that a worker needs, besides the points of the design.

    covariates: of the model's parts. before: time simulated first [d], NaN where the covariate that is lived says it.
    then: numbers set after it. include: criteria in text. arms: regimens by name. times: rows [d]. columns: ids kept.
    imaging: the visits whose findings change what a patient gets. engine: lanes or roadrunner. exact: of lanes.
    """

    model: Model
    population: Population
    covariates: Mapping[str, Covariate]
    before: float
    then: Mapping[str, float]
    include: str
    arms: Mapping[str, Regimen]
    times: tuple[float, ...]
    columns: tuple[str, ...]
    imaging: Visits = field(default_factory=lambda: read_visits(IMAGING))
    solver: Solver = field(default_factory=Solver)
    engine: str = ROADRUNNER
    exact: bool = False

    @cached_property
    def models(self) -> Mapping[str, Model]:
        """The smallest model of each arm that gives the same numbers."""
        states = self.model.facts.states
        used = {*self.tracked, *(name for name in states if name in {**self.model.changes, **self.then})}
        used |= set(states) & set(self.population.names)
        return {
            arm: reduction.on(
                reduction.without_undosed(self.model, given.doses, used, free=self.before != 0), self.model.changes
            )
            for arm, given in self.arms.items()
        }

    @property
    def tracked(self) -> tuple[str, ...]:
        """Ids that are simulated: the columns, and what endpoints read."""
        seen = endpoints.kept(self.model.observables) if self.follows_visits else ()
        markers = [name for given in self.arms.values() for name in given.markers]
        read = endpoints.read(self.model.observables, seeded=self.seeded)
        return tuple(dict.fromkeys([*self.columns, *read, *seen, *markers]))

    @property
    def follows_visits(self) -> bool:
        """Whether in some arm what a visit sees in a patient changes what she gets."""
        return any(given.follows_visits for given in self.arms.values())

    @property
    def seeded(self) -> bool:
        """Whether single cells are in bone at the start, of which chance makes metastases."""
        cells = core_endpoints().colonies.cells
        return cells in self.population.names or value_of(self.model, cells) > 0

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Names of the endpoints, in the order of the store's columns."""
        return endpoints.names(self.tracked)

    @property
    def seen_at_start(self) -> tuple[str, ...]:
        """What the criteria read that is not drawn, but simulated."""
        read = formula.names(self.include) if self.include else frozenset()
        known = {*self.population.names, *covariates.names(self.covariates)}
        return tuple(sorted(read - known))

    def prepare(self) -> None:
        """Compile all models for lanes. Raises NotForLanes if these cannot run all of it."""
        for arm, given in self.arms.items():
            many.prepare(self.models[arm], self.tracked, given.doses)
        if self.before != 0:
            many.prepare(self.model, self.model.with_free_state()[1])
        if self.seen_at_start:
            many.prepare(self.at_start, self.seen_at_start)

    @cached_property
    def at_start(self) -> Model:
        """The model in which everybody's numbers and state are set at the start of the trial."""
        return self.model.with_free_state()[0] if self.before != 0 else self.model

    def run_arm(self, arm: str, subjects: Subjects) -> many.Runs:
        """Return the runs of patients in an arm: patients x rows x what is tracked."""
        import numpy as np

        doses, times = self.arms[arm].doses, np.array(self.times)
        return self.run(self.models[arm], subjects, times, self.tracked, doses=doses, lean=True)

    def run(
        self,
        model: Model,
        subjects: Subjects,
        times: Array,
        columns: Sequence[str],
        *,
        doses: tuple[Dose, ...] = (),
        lean: bool = False,
    ) -> many.Runs:
        """Return the runs of patients, whose numbers were checked once for the cohort."""
        return many.run_many(
            model,
            subjects,
            times,
            columns,
            doses=doses,
            solver=self.solver,
            engine=self.engine,
            exact=self.exact,
            lean=lean,
            checked=True,
        )


def rows_of(until: str | float, every: str | float) -> tuple[float, ...]:
    """Return times [d] from 0 to the end, evenly spaced but for the last. Raises DataError."""
    from ranklsys import units
    from ranklsys.model.times import MOST_ROWS

    end, step = units.days(until), units.days(every)
    if not 0 < step <= end:
        raise DataError(f"rows every {every} do not fit into {until}", hint="Say e.g. every 4 w until 3 y")
    number = math.floor(end / step * (1 + 1e-12))
    if number > MOST_ROWS:
        what = f"rows every {every} until {until} are {number:.3g}, more than {MOST_ROWS}"
        raise DataError(what, where="every", hint="Say e.g. every 4 w")
    times = [step * row for row in range(number + 1)]
    return tuple(times) if end - times[-1] < 1e-9 * end else (*times, end)
