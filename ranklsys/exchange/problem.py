"""Problem: experiments of a table of observations as models, conditions and measurements, for other tools to fit.

Experiments that differ only in numbers and in drugs share a model: a drug that is not given has no doses, which leaves
the rest untouched. What went before is part of the run, so all times are from its begin on.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ranklsys.errors import DataError, RanklsysError
from ranklsys.sbml.naming import own, parted
from ranklsys.study.objective import Target, target
from ranklsys.study.observations import Observation
from ranklsys.study.row_units import in_row_unit
from ranklsys.tables.changes import read_changes
from ranklsys.tables.measure import MEASURES, START, UNTREATED

if TYPE_CHECKING:
    from ranklsys.sbml.course import Course
    from ranklsys.study.calibration import Calibration, Fitted

Number = float | str
CLOSE = 1e-5
"""How near the exported model must be to the prediction of a row, relative to it: the solver keeps 1e-8 a step."""


@dataclass(frozen=True)
class Measurement:
    """One row: what is seen (an observable's id), in which condition, when [d] in the exported run, and its target."""

    observable: str
    condition: str
    time: float
    target: Target
    row: Observation


@dataclass
class Problem:
    """A model with its conditions, observables and measurements, and the numbers that are fitted.

    conditions: numbers, or names of fitted numbers, by parameter of the model. observables: formulas by id.
    """

    name: str
    sbml: str
    conditions: dict[str, dict[str, Number]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    observables: dict[str, str] = field(default_factory=dict)
    measurements: list[Measurement] = field(default_factory=list)
    quantities: dict[str, Fitted] = field(default_factory=dict)

    def predictions(self) -> list[float]:
        """Return what the exported model gives for each measurement, with the fitted numbers at their values."""
        import numpy as np
        import pandas as pd

        from ranklsys.model import engine
        from ranklsys.model.solver import Solver
        from ranklsys.plugins.scenario import Observable
        from ranklsys.sbml.facts import facts
        from ranklsys.study.experiment import evaluate

        found = [math.nan] * len(self.measurements)
        known = facts(self.sbml).elements
        formulas = " ".join(self.observables.values())
        columns = [name for name in dict.fromkeys(re.findall(r"[A-Za-z_]\w*", formulas)) if name in known]
        for condition, given in self.conditions.items():
            here = [place for place, each in enumerate(self.measurements) if each.condition == condition]
            times = np.unique([0.0, 1.0, *(self.measurements[place].time for place in here)])
            values = {name: self._value(value) for name, value in given.items()}
            run = pd.DataFrame(engine.simulate(self.sbml, values, times, columns, Solver()), times, columns)
            for place in here:
                each = self.measurements[place]
                formula = self.observables[each.observable]
                found[place] = float(evaluate(run, Observable(each.observable, "", formula, "")).loc[each.time])
        return found

    def _value(self, value: Number) -> float:
        return self.quantities[value].value if isinstance(value, str) else value


def problems(
    rows: Sequence[Observation], calibration: Calibration | None = None, report: Callable[[str], None] | None = None
) -> list[Problem]:
    """Return the problems of a table's rows, and of a fit that says which numbers are fitted and what error is assumed.

    report: gets the name of each model with its studies. Raises DataError with file and line for a row that has no
    standard error, cannot be composed, or that the exported model would not predict as ranklsys does.
    """
    groups: dict[tuple[object, ...], list[int]] = {}
    for place, row in enumerate(rows):
        groups.setdefault(_group(row), []).append(place)
    expected = _expected(rows, calibration)
    found = []
    for number, places in enumerate(groups.values(), start=1):
        group = [rows[place] for place in places]
        if report:
            report(f"model{number}: {', '.join(dict.fromkeys(row.study for row in group))}")
        made = _Maker(f"model{number}", group, calibration).made()
        _check(made, [expected[place] for place in places])
        found.append(made)
    return found


def _group(row: Observation) -> tuple[object, ...]:
    """Return what rows of one model have in common: all but numbers and dosed drugs."""
    from ranklsys.plugins import registry

    fixed = tuple(part for part in row.parts if not registry().part(part).routes)
    return row.host, fixed, bool(row.before), tuple(read_changes(row.then))


def _expected(rows: Sequence[Observation], calibration: Calibration | None) -> list[float]:
    """Return the predictions of ranklsys itself, with the fitted numbers at their values."""
    from ranklsys.study.objective import Objective
    from ranklsys.study.prediction import predict

    if calibration is None:
        return predict(rows, engine="roadrunner")
    objective = Objective(calibration, engine="roadrunner")
    return [float(value) for value in objective.predictions(objective.start)]


def _check(made: Problem, expected: Sequence[float]) -> None:
    for each, exported, ours in zip(made.measurements, made.predictions(), expected, strict=True):
        # a change is a difference of percentages near 100
        least = 100.0 if MEASURES[each.row.measure].against else 0.0
        if not abs(exported - ours) <= CLOSE * max(abs(ours), least):
            what = f"{each.row.observable} is {ours:.6g} here and {exported:.6g} in the exported model"
            hint = "Leave the row out: its start, or what goes before, cannot be written into one run"
            raise DataError(what, where=each.row.where, hint=hint)


@dataclass(frozen=True)
class _Experiment:
    """An experiment in numbers of the model: what is changed, set then, and given, from the begin of the run on."""

    row: Observation
    changes: Mapping[str, float]
    then: Mapping[str, float]
    before: float
    courses: tuple[Course, ...]


class _Maker:
    """What makes the problem of rows that share a model."""

    def __init__(self, name: str, rows: Sequence[Observation], calibration: Calibration | None) -> None:
        from ranklsys.model.compose import compose

        self.name, self.rows, self.calibration = name, rows, calibration
        self.quantities = {f"fitted_{_word(each.name)}": each for each in calibration.quantities} if calibration else {}
        first = rows[0]
        try:
            self.model = compose(first.host, *sorted({part for row in rows for part in row.parts}))
            self.experiments = [self._experiment(row) for row in {row.experiment: row for row in rows[::-1]}.values()][
                ::-1
            ]
        except RanklsysError as problem:
            raise DataError(str(problem), where=first.where) from problem
        self.slots = self._slots()
        from_start = [row.observable for row in rows if MEASURES[row.measure].against == START]
        self.starts = {observable: f"start_of_{_word(observable)}" for observable in from_start}

    def made(self) -> Problem:
        """Return the problem."""
        found = Problem(self.name, self._sbml())
        for number, each in enumerate(self.experiments, start=1):
            found.conditions[f"{self.name}_{number}"] = self._condition(each)
            studies = dict.fromkeys(row.study for row in self.rows if row.experiment == each.row.experiment)
            found.titles[f"{self.name}_{number}"] = "; ".join(filter(None, [*studies, each.row.doses]))
        used = {value for given in found.conditions.values() for value in given.values() if isinstance(value, str)}
        found.quantities = {name: each for name, each in self.quantities.items() if name in used}
        self._complete(found)
        places = {
            each.row.experiment: (id, each.before) for id, each in zip(found.conditions, self.experiments, strict=True)
        }
        for row in self.rows:
            condition, before = places[row.experiment]
            if row.limit:
                raise DataError("PEtab 1 has no word for a limit", where=row.where, hint="Fit it here: ranklsys fit")
            aim = target(row, self.calibration.sd(row) if self.calibration else math.nan)
            seen = self._observable(found, row, aim)
            found.measurements.append(Measurement(seen, condition, before + row.time, aim, row))
        return found

    def _experiment(self, row: Observation) -> _Experiment:
        from ranklsys import units
        from ranklsys.model.dose_courses import read_doses

        model = self.model.set(read_changes(row.changes))
        before = units.days(row.before) if row.before else 0.0
        earlier = [  # a dose at the very end of what goes before is still given, as ``Model.after`` does
            replace(course, count=float(min(course.count, 1 + math.floor((before - course.start) / course.every))))
            for course in model.courses(read_doses(row.before_doses or ()))
            if course.start <= before
        ]
        later = [replace(course, start=course.start + before) for course in model.courses(read_doses(row.doses or ()))]
        free, _ = self.model.with_free_state()
        then = free.set(read_changes(row.then)).changes
        return _Experiment(row, model.changes, then, before, (*earlier, *later))

    def _slots(self) -> dict[tuple[str, bool, int], Course]:
        """Return the courses that the model has room for, without numbers, by target, kind and number."""
        found: dict[tuple[str, bool, int], Course] = {}
        for each in self.experiments:
            for key, course in _numbered(each.courses):
                if key not in found:
                    prefix = parted(course.target)[0]
                    number = 1 + sum(slot.id.startswith(own(prefix, "dose_")) for slot in found.values())
                    found[key] = replace(
                        course, id=own(prefix, f"dose_{number}"), amount=0.0, start=0.0, every=1.0, count=0.0
                    )
        return found

    def _sbml(self) -> str:
        from ranklsys.sbml.events import with_courses
        from ranklsys.sbml.stages import staged, started
        from ranklsys.sbml.untreated_twin import twinned

        first = self.rows[0]
        text = started(with_courses(self.model.base, list(self.slots.values())), self._started())
        remembered = {id: formula for formula, id in self.starts.items()}
        text = staged(text, list(read_changes(first.then)), remembered, before=bool(first.before))
        if any(MEASURES[row.measure].against == UNTREATED for row in self.rows):
            text = twinned(text, [slot.id for slot in self.slots.values()])
        return text

    def _started(self) -> list[str]:
        """Return the species that some experiment begins with at another value."""
        named = {name for each in self.experiments for name in each.changes}
        named |= {
            quantity.id
            for quantity in self.quantities.values()
            if any(quantity.stage(each.row) == "changes" for each in self.experiments)
        }
        return sorted(name for name in named if self.model.facts.elements[name].kind == "species")

    def _condition(self, each: _Experiment) -> dict[str, Number]:
        species = self._started()
        found: dict[str, Number] = {}
        for name, value in each.changes.items():
            found[f"{name}_at_start" if name in species else name] = value
        found |= {f"{name}_then": value for name, value in each.then.items()}
        if each.row.before:
            found["time_before"] = each.before
        for key, course in _numbered(each.courses):
            found |= replace(course, id=self.slots[key].id).values
        for name, quantity in self.quantities.items():
            stage = quantity.stage(each.row)
            if stage == "changes":
                found[f"{quantity.id}_at_start" if quantity.id in species else quantity.id] = name
            elif stage == "then":
                found[f"{quantity.id}_then"] = name
        return found

    def _complete(self, found: Problem) -> None:
        """Give every condition a number for all that some condition has."""
        from ranklsys.sbml.facts import facts

        elements = facts(found.sbml).elements
        columns = sorted({name for given in found.conditions.values() for name in given})
        for id, given in found.conditions.items():
            found.conditions[id] = {name: given.get(name, elements[name].value) for name in columns}

    def _observable(self, found: Problem, row: Observation, aim: Target) -> str:
        from ranklsys.sbml.facts import facts
        from ranklsys.sbml.untreated_twin import TWIN

        id = f"{_word(row.observable)}_{row.measure}{'_log' if aim.log else ''}"
        measure, reference = MEASURES[row.measure], self.starts.get(row.observable, "")
        if measure.against == UNTREATED:
            known = facts(found.sbml).elements
            twins = {name: name + TWIN for name in known if name + TWIN in known}
            bare = re.sub(r"[A-Za-z_]\w*", lambda word: twins.get(word[0], word[0]), row.observable)
            reference = f"({bare})"
        text, size = measure.formula(row.observable, reference), in_row_unit(self.model, row)
        id, text = (id, text) if size == 1.0 else (f"{id}_in_{_word(row.unit)}", f"{size!r} * ({text})")
        found.observables[id] = text
        return id


def _numbered(courses: Sequence[Course]) -> Iterator[tuple[tuple[str, bool, int], Course]]:
    """Yield each course with its target, whether it is an infusion, and its number among such."""
    counted: dict[tuple[str, bool], int] = {}
    for course in courses:
        kind = (course.target, course.duration > 0)
        counted[kind] = counted.get(kind, 0) + 1
        yield (*kind, counted[kind]), course


def _word(formula: str) -> str:
    """Return a formula as one word."""
    return re.sub(r"\W+", "_", formula).strip("_")
