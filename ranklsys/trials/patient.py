"""Patient: one member of a cohort, drawn, brought to the start of the trial, and run through every arm."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ranklsys.errors import DataError, RanklsysError
from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.model.model import Model
from ranklsys.model.solver import Solver
from ranklsys.plugins.covariate import Covariate
from ranklsys.plugins.spread import REST
from ranklsys.tables import formula
from ranklsys.trials import covariates, endpoints, reduction
from ranklsys.trials.population import Population

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ranklsys.model.dose import Dose

    Array = NDArray[np.float64]

DRAWS = 1000
"""How often a patient is drawn before the inclusion criteria are called hopeless; at 1 % who meet them, 1 of 20,000
patients would not be found in so many."""


@dataclass(frozen=True)
class Protocol:
    """What is done to every patient: all that a worker needs, besides the points of the design.

    covariates: of the model's parts. before: time simulated first [d], NaN where the covariate that is lived says it.
    then: numbers set after it. include: criteria in text. arms: doses by name. times: rows [d]. columns: ids kept.
    """

    model: Model
    population: Population
    covariates: Mapping[str, Covariate]
    before: float
    then: Mapping[str, float]
    include: str
    arms: Mapping[str, tuple[Dose, ...]]
    times: tuple[float, ...]
    columns: tuple[str, ...]
    solver: Solver = field(default_factory=Solver)

    @cached_property
    def models(self) -> Mapping[str, Model]:
        """The smallest model of each arm that gives the same numbers."""
        states = self.model.facts.states
        used = {*self.tracked, *(name for name in states if name in {**self.model.changes, **self.then})}
        used |= set(states) & set(self.population.names)
        return {
            arm: reduction.without_undosed(self.model, doses, used, free=self.before != 0)
            for arm, doses in self.arms.items()
        }

    @property
    def tracked(self) -> tuple[str, ...]:
        """Ids that are simulated: the columns, and what endpoints read."""
        return tuple(dict.fromkeys([*self.columns, *endpoints.read(self.model.observables)]))

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Names of the endpoints, in the order of the store's columns."""
        return endpoints.names(self.tracked)


@dataclass(frozen=True)
class Patient:
    """What came of a patient.

    drawn: numbers by name, covariates too. draws: how often it was drawn until it met the criteria. problem: why it
    failed, or empty. courses: by arm, rows x columns of the protocol. outcomes: by arm, endpoints by name.
    """

    number: int
    drawn: Mapping[str, float]
    draws: int
    problem: str = ""
    courses: Mapping[str, Array] = field(default_factory=dict)
    outcomes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def patients(protocol: Protocol, start: int, probabilities: Array) -> list[Patient]:
    """Return patients from number ``start`` on. probabilities: patients x names, points of the design.

    Raises DataError if one was drawn ``DRAWS`` times and never met the criteria; any other problem is in its record.
    """
    values = protocol.population.values(probabilities)
    return [_patient(protocol, start + place, row) for place, row in enumerate(values)]


def failed(protocol: Protocol, number: int, probabilities: Array, problem: str) -> Patient:
    """Return the record of a patient that could not be run, e.g. because its process died."""
    return Patient(number, _named(protocol, protocol.population.values(probabilities)[0]), 1, problem)


def _patient(protocol: Protocol, number: int, values: Array) -> Patient:
    drawn, draws = _named(protocol, values), 1
    again = None
    try:
        while (ready := _ready(protocol, drawn)) is None:
            if draws == DRAWS:
                what = f"patient {number} was drawn {DRAWS} times and never met '{protocol.include}'"
                raise HopelessCriteria(what, hint="Widen the criteria, or vary what they ask for")
            again = again or protocol.population.generator(number, use=1)
            drawn = _named(protocol, protocol.population.values(again.random(len(values)))[0])
            draws += 1
        return _treated(protocol, number, drawn, draws, ready)
    except HopelessCriteria:
        raise
    except Exception as problem:  # whatever went wrong with one patient is recorded, and never stops the others
        return Patient(number, drawn, draws, _reason(problem))


class HopelessCriteria(DataError):
    """Almost nobody meets the inclusion criteria."""


def _named(protocol: Protocol, values: Array) -> dict[str, float]:
    numbers = zip(protocol.population.names, values, strict=True)
    drawn = {name: float(value) for name, value in numbers if name != REST}
    return covariates.at_start(drawn, protocol.covariates, protocol.before)


def _ready(protocol: Protocol, drawn: Mapping[str, float]) -> Model | None:
    """Return the model of a patient at the start of the trial, or None if it does not meet the criteria."""
    import numpy as np

    from ranklsys.units import YEAR

    read = formula.names(protocol.include) if protocol.include else frozenset()
    seen = sorted(read - set(drawn))
    if read and not seen and not formula.meets(protocol.include, drawn):
        return None
    others = covariates.kept(protocol.covariates)
    numbers = {name: value for name, value in drawn.items() if name not in others}
    later = {name: numbers.pop(name, value) for name, value in protocol.then.items()}
    # all of these were checked once for the cohort; Model.set would check them again for each patient
    model = replace(protocol.model, changes={**protocol.model.changes, **numbers})
    lived = covariates.lived(protocol.covariates)
    before = drawn[lived] * YEAR if math.isnan(protocol.before) else protocol.before
    if before > 0:
        model = model.after(before, solver=protocol.solver)
    model = replace(model, changes={**model.changes, **later})
    if seen:
        first = model.numbers(np.array([0.0, 1e-6]), seen, solver=protocol.solver)[0]
        if not formula.meets(protocol.include, {**drawn, **dict(zip(seen, first.tolist(), strict=True))}):
            return None
    return model


def _treated(protocol: Protocol, number: int, drawn: Mapping[str, float], draws: int, model: Model) -> Patient:
    """Return the patient after all arms; if one fails, the patient has failed, and the problem names the arm."""
    import numpy as np

    times, tracked = np.array(protocol.times), protocol.tracked
    luck = endpoints.chance(protocol.population.generator(number, use=2), _frailty(protocol, drawn))
    courses, found = {}, {}
    for arm, doses in protocol.arms.items():
        try:
            own = reduction.on(protocol.models[arm], model)
            course = own.numbers(times, tracked, doses=doses, solver=protocol.solver, lean=True)
        except Exception as problem:  # as above
            return Patient(number, drawn, draws, f"{arm}: {_reason(problem)}")
        courses[arm] = course[:, : len(protocol.columns)]
        found[arm] = endpoints.outcomes(times, dict(zip(tracked, course.T, strict=True)), luck)
    return Patient(number, drawn, draws, "", courses, found)


def _reason(problem: Exception) -> str:
    return str(problem) if isinstance(problem, RanklsysError) else f"{type(problem).__name__}: {problem}"


def _frailty(protocol: Protocol, drawn: Mapping[str, float]) -> float:
    """Return the variance of the frailty."""
    name, model = core_endpoints().frailty, protocol.model
    if name not in model.facts.elements:
        return 0.0
    return float(drawn.get(name, model.changes.get(name, model.facts.elements[name].value)))
