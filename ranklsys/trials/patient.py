"""Patients: members of a cohort, drawn, brought to the start of the trial, and run through every arm, side by side.

What comes of a patient depends on its number alone, not on who is drawn or run beside it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ranklsys.errors import DataError, RanklsysError
from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.model.engine_names import ROADRUNNER
from ranklsys.model.subjects import Subjects
from ranklsys.plugins.spread import REST
from ranklsys.tables import formula
from ranklsys.trials import covariates, endpoints, episodes, occasions, regimen
from ranklsys.trials.protocol import Protocol, value_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Places = NDArray[np.intp]

DRAWS = 1000
"""How often a patient is drawn before the inclusion criteria are called hopeless; at 1 % who meet them, 1 of 20,000
patients would not be found in so many."""

SOON = 1e-6
"""Just after the start of a simulation [d]: the shortest that one can be."""


@dataclass(frozen=True)
class Patients:
    """What came of patients, a place for each.

    numbers: who they are. drawn: columns by name, covariates too. draws: how often each was drawn until it met the
    criteria. problems: why it failed, or empty. engines: what ran it. taken_over: why RoadRunner did, though lanes had
    begun, or empty. courses: by arm, patients x rows x columns of the protocol. outcomes: by arm, columns by endpoint.
    events: by arm, columns of all skeletal events (see ``episodes``), a number an event.
    """

    numbers: NDArray[np.int64]
    drawn: Mapping[str, Array]
    draws: NDArray[np.int64]
    problems: Sequence[str]
    engines: Sequence[str]
    taken_over: Sequence[str]
    courses: Mapping[str, Array]
    outcomes: Mapping[str, Mapping[str, Array]]
    events: Mapping[str, Mapping[str, Array]]

    def __len__(self) -> int:
        return len(self.numbers)

    @classmethod
    def joined(cls, groups: Sequence[Patients]) -> Patients:
        """Return the patients of several groups, at least one, of the same trial."""
        first = groups[0]
        return cls(
            numbers=np.concatenate([group.numbers for group in groups]),
            drawn={name: np.concatenate([group.drawn[name] for group in groups]) for name in first.drawn},
            draws=np.concatenate([group.draws for group in groups]),
            problems=[problem for group in groups for problem in group.problems],
            engines=[engine for group in groups for engine in group.engines],
            taken_over=[words for group in groups for words in group.taken_over],
            courses={arm: np.concatenate([group.courses[arm] for group in groups]) for arm in first.courses},
            outcomes={
                arm: {name: np.concatenate([group.outcomes[arm][name] for group in groups]) for name in columns}
                for arm, columns in first.outcomes.items()
            },
            events={
                arm: {name: np.concatenate([group.events[arm][name] for group in groups]) for name in columns}
                for arm, columns in first.events.items()
            },
        )


class HopelessCriteria(DataError):
    """Almost nobody meets the inclusion criteria."""


def patients(protocol: Protocol, start: int, probabilities: Array) -> Patients:
    """Return patients from number ``start`` on. probabilities: patients x names, points of the design.

    Raises HopelessCriteria if one was drawn ``DRAWS`` times and never met the criteria; any other problem of a patient
    is in its record, and never stops the others.
    """
    try:
        group = _Group(protocol, start, probabilities)
        group.enter()
        return group.treated()
    except HopelessCriteria:
        raise
    except Exception as problem:  # whose it is shows when each is alone
        if len(probabilities) == 1:
            return failed(protocol, start, probabilities, _reason(problem))
        alone = ((start + place, probabilities[place : place + 1]) for place in range(len(probabilities)))
        return Patients.joined([patients(protocol, number, points) for number, points in alone])


def failed(protocol: Protocol, start: int, probabilities: Array, problem: str) -> Patients:
    """Return the record of patients that could not be run, e.g. because their process died."""
    group = _Group(protocol, start, probabilities)
    group.problems = [problem] * len(probabilities)
    return group.record({}, {}, {})


class _Group:
    """Patients on their way through a trial."""

    def __init__(self, protocol: Protocol, start: int, probabilities: Array) -> None:
        self.protocol = protocol
        number = len(probabilities)
        self.numbers = np.arange(start, start + number)
        self.drawn = _named(protocol, protocol.population.values(probabilities))
        self.draws = np.ones(number, np.int64)
        self.problems, self.taken_over = [""] * number, [""] * number
        self.start = Subjects((), np.empty((number, 0)))

    def enter(self) -> None:
        """Bring everybody to the start of the trial; who does not meet the criteria is drawn again."""
        protocol, waiting = self.protocol, np.arange(len(self.numbers))
        again: dict[int, np.random.Generator] = {}
        while len(waiting):
            waiting = waiting[~self._entered(waiting)]
            points = []
            for place in waiting.tolist():
                if self.draws[place] == DRAWS:
                    number = self.numbers[place]
                    what = f"patient {number} was drawn {DRAWS} times and never met '{protocol.include}'"
                    raise HopelessCriteria(what, hint="Widen the criteria, or vary what they ask for")
                if place not in again:
                    again[place] = protocol.population.generator(int(self.numbers[place]), use=1)
                points.append(again[place].random(len(protocol.population.names)))
            if points:
                for name, column in _named(protocol, protocol.population.values(np.array(points))).items():
                    self.drawn[name][waiting] = column
                self.draws[waiting] += 1

    def _entered(self, places: Places) -> NDArray[np.bool_]:
        """Bring some to the start, and return who meets the criteria or has failed on the way."""
        protocol = self.protocol
        drawn = {name: column[places] for name, column in self.drawn.items()}
        seen = protocol.seen_at_start
        done = np.ones(len(places), np.bool_)
        if protocol.include and not seen:
            done &= formula.meets(protocol.include, drawn)
        left = np.flatnonzero(done)
        if not len(left):
            return done
        start, problems = self._lived({name: column[left] for name, column in drawn.items()}, len(left))
        if seen:
            first = protocol.run(protocol.at_start, start, np.array([0.0, SOON]), seen)
            problems = {**first.failures, **problems}
            at_start = {name: first.array[:, 0, column] for column, name in enumerate(seen)}
            known = {**{name: column[left] for name, column in drawn.items()}, **at_start}
            done[left] = formula.meets(protocol.include, known)
        for place, problem in problems.items():
            done[left[place]] = True
            self.problems[places[left[place]]] = problem
        if len(self.start.names) == 0:
            self.start = Subjects(start.names, np.full((len(self.numbers), len(start.names)), np.nan))
        self.start.values[places[left]] = start.values
        return done

    def _lived(self, drawn: Mapping[str, Array], number: int) -> tuple[Subjects, Mapping[int, str]]:
        """Return the numbers of patients at the start of the trial, and why some did not reach it, by place."""
        from ranklsys.units import YEAR

        protocol = self.protocol
        others = covariates.kept(protocol.covariates)
        numbers = {name: column for name, column in drawn.items() if name not in others}
        later = {name: numbers.pop(name, np.full(number, value)) for name, value in protocol.then.items()}
        if protocol.before == 0:
            return Subjects.columns({**numbers, **later}, number), {}
        lived = covariates.lived(protocol.covariates)
        before = drawn[lived] * YEAR if math.isnan(protocol.before) else np.full(number, protocol.before)
        _, names = protocol.model.with_free_state()
        rows = np.column_stack([np.zeros(number), np.maximum(before, SOON)])
        runs = protocol.run(protocol.model, Subjects.columns(numbers, number), rows, names)
        state = dict(zip(names, runs.array[:, -1].T, strict=True))
        for place in runs.failures:
            for column in state.values():
                column[place] = 1.0  # it has failed, and is run no further
        return Subjects.columns({**numbers, **state, **later}, number), runs.failures

    def treated(self) -> Patients:
        """Return the patients after all arms; who fails in one has failed, and the problem names the arm."""
        protocol, number = self.protocol, len(self.numbers)
        times, tracked = np.array(protocol.times), protocol.tracked
        generators = [protocol.population.generator(patient, use=2) for patient in self.numbers.tolist()]
        frailty = _of_each(protocol, self.drawn, core_endpoints().frailty, number)
        luck = endpoints.chance(generators, frailty, _people(protocol, self.drawn, number))
        per_episode = _of_each(protocol, self.drawn, core_endpoints().episodes.events, number)
        courses, found, events = {}, {}, {}
        for arm, given in protocol.arms.items():
            well = np.flatnonzero([not problem for problem in self.problems])
            array = np.full((number, len(times), len(tracked)), np.nan)
            if len(well):
                own = self.start.at(well).among(protocol.models[arm].facts.elements)
                runs = regimen.run(
                    given,
                    protocol.models[arm].courses(given.doses),
                    own,
                    partial(protocol.run_arm, arm),
                    partial(_seen, protocol, luck.at(well)),
                )
                array[well] = runs.array
                for place, words in runs.failures.items():
                    self.problems[well[place]] = f"{arm}: {words}"
                for place, words in runs.taken_over.items():
                    before = self.taken_over[well[place]]
                    self.taken_over[well[place]] = f"{before}; {arm}: {words}" if before else f"{arm}: {words}"
            courses[arm] = array[:, :, : len(protocol.columns)]
            columns = {name: array[:, :, place] for place, name in enumerate(tracked)}
            found[arm] = endpoints.outcomes(times, columns, luck)
            ends = found[arm][f"time_{core_endpoints().death}"]
            again = {patient: protocol.population.generator(patient, use=3) for patient in self.numbers.tolist()}
            events[arm] = episodes.skeletal_events(times, columns, luck, ends, per_episode, again)
        return self.record(courses, found, events)

    def record(
        self,
        courses: Mapping[str, Array],
        outcomes: Mapping[str, Mapping[str, Array]],
        events: Mapping[str, Mapping[str, Array]],
    ) -> Patients:
        """Return what came of them."""
        protocol, number = self.protocol, len(self.numbers)
        shape = (number, len(protocol.times), len(protocol.columns))
        nothing = dict.fromkeys(protocol.endpoints, np.full(number, np.nan))
        engines = [ROADRUNNER if words else protocol.engine for words in self.taken_over]
        return Patients(
            numbers=self.numbers,
            drawn=self.drawn,
            draws=self.draws,
            problems=self.problems,
            engines=engines,
            taken_over=self.taken_over,
            courses=courses or dict.fromkeys(protocol.arms, np.full(shape, np.nan)),
            outcomes=outcomes or dict.fromkeys(protocol.arms, nothing),
            events=events or dict.fromkeys(protocol.arms, dict.fromkeys(episodes.COLUMNS, np.empty(0))),
        )


def _named(protocol: Protocol, values: Array) -> dict[str, Array]:
    """Return columns of what is drawn by name, covariates as they are at the start. values: patients x names."""
    columns = zip(protocol.population.names, values.T, strict=True)
    drawn = {name: column.copy() for name, column in columns if name != REST}
    return covariates.at_start(drawn, protocol.covariates, protocol.before, len(values))


def _seen(
    protocol: Protocol, luck: endpoints.Chance, array: Array, places: Places, known: Mapping[occasions.Occasion, Array]
) -> dict[occasions.Occasion, Array]:
    """Return when visits see each occasion in patients [d] (``occasions.seen``). array: patients x rows x tracked."""
    times = np.array(protocol.times)
    courses = {name: array[:, :, place] for place, name in enumerate(protocol.tracked)}
    return occasions.seen(known, times, courses, protocol.imaging.days(times[-1]), luck.at(places))


def _reason(problem: Exception) -> str:
    return str(problem) if isinstance(problem, RanklsysError) else f"{type(problem).__name__}: {problem}"


def _of_each(protocol: Protocol, drawn: Mapping[str, Array], name: str, number: int) -> Array:
    """Return a number of each patient: drawn, or that of the model."""
    return drawn[name] if name in drawn else np.full(number, value_of(protocol.model, name))


def _people(protocol: Protocol, drawn: Mapping[str, Array], number: int) -> dict[str, Array]:
    """Return the numbers of each patient that metastases hang on, as far as the model has them."""
    ids = (name for name in core_endpoints().colonies.people if name in protocol.model.facts.elements)
    return {name: _of_each(protocol, drawn, name, number) for name in ids}
