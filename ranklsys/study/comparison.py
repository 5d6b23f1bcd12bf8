"""Comparison: a composition with its doses beside what the tables of installed plugins have of the same.

A row of a table (docs/observations.md) is shown where it is of the same host, parts and changes, where the same was
given until it was seen, and where the same went before. A drug that nobody is given counts as absent.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ranklsys.errors import RanklsysError
from ranklsys.model.dose_courses import Doses, read_doses
from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.model.model import POINTS, Model
from ranklsys.model.read_outs import is_read_out
from ranklsys.model.times import rows as evenly
from ranklsys.plugins import registry
from ranklsys.plugins.scenario import Arm, Observable
from ranklsys.sbml.naming import parted
from ranklsys.study.composition import simple
from ranklsys.study.experiment import Experiment, with_bands
from ranklsys.study.observations import Observation, observations
from ranklsys.study.row_units import in_model_unit
from ranklsys.tables.changes import read_changes
from ranklsys.tables.measure import CHANGE, CONTRAST, EFFECT, PERCENT, VALUE

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.model.solver import Solver
    from ranklsys.sbml.course import Course

Given = tuple[float, str, float, float]
"""A dose: when [d], into what, how much, over how many whole days."""
NOTHING: Mapping[tuple[str, str], str] = {}


@dataclass(frozen=True)
class Comparison:
    """What was found.

    rows: observations to show, in the order of the tables. before: how long is simulated first, e.g. ``12 y``.
    other_doses: what else the tables have of these parts, where no row is shown. skipped: datasets that cannot be read,
    and why.
    """

    rows: tuple[Observation, ...]
    before: str
    other_doses: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


def comparison(model: Model, until: str | float, doses: Doses = (), before: str | None = None) -> Comparison:
    """Return the rows of the installed tables that a composition can be compared with.

    until: up to when. doses: what it is given. before: what is simulated first; None leaves it to the tables: nothing
    if a row asks for that, else what most of the rows on these parts have. Raises DoseError for doses that cannot be.
    """
    every, skipped = tables() if model.host else ([], ())
    end, courses = model.time(until), model.courses(read_doses(doses))
    parts = _present([part.id for part in model.parts], doses)
    alike = [row for row in every if _is_of(row, model, parts)]
    if before is None:
        asked = Counter(row.before for row in alike)
        before = "" if not alike or "" in asked else asked.most_common(1)[0][0]
    began = model.time(before or 0.0)
    lived = [row for row in alike if model.time(row.before or 0.0) == began]
    timely = [row for row in lived if row.time <= min(end, agreed(_courses(model, row), courses, end))]
    rows, other_units = _in_model_units(model, timely)
    others = () if rows else tuple(dict.fromkeys(row.doses for row in lived if row.doses))
    return Comparison(tuple(rows), before, others, (*skipped, *other_units))


def _in_model_units(model: Model, rows: Iterable[Observation]) -> tuple[list[Observation], list[str]]:
    """Return rows in the units of the model, and why others cannot be."""
    found, problems = [], []
    for row in rows:
        try:
            found.append(in_model_unit(model, row))
        except RanklsysError as problem:
            problems.append(str(problem))
    return found, problems


def tables() -> tuple[list[Observation], tuple[str, ...]]:
    """Return the rows of all installed datasets that are tables of rows, and which of these cannot be read, and why."""
    rows: list[Observation] = []
    skipped = []
    for dataset in registry().datasets.values():
        try:
            if dataset.of_rows:
                of_it = observations(dataset.table)
                rows += [replace(row, where=f"{dataset.id}:{row.where.rpartition(':')[2]}") for row in of_it]
        except RanklsysError as problem:
            skipped.append(f"{dataset.id}: {problem}")
    return rows, tuple(skipped)


def agreed(one: Sequence[Course], other: Sequence[Course], end: float) -> float:
    """Return until when the same is given in two regimens [d]; infinity if it is up to ``end``.

    An infusion of less than a day counts as the injection of the same amount.
    """
    mine, theirs = _listed(one, end), _listed(other, end)
    for first, second in zip(mine, theirs, strict=False):
        if not _same(first, second):
            return min(first[0], second[0])
    if len(mine) == len(theirs):
        return math.inf
    return max(mine, theirs, key=len)[min(len(mine), len(theirs))][0]


def _courses(model: Model, row: Observation) -> tuple[Course, ...]:
    """Return what was given in a row, of what is composed; another drug is none that anybody was given."""
    return model.courses(read_doses(row.doses or ()))


def _same(one: Given, other: Given) -> bool:
    return one[1:2] == other[1:2] and all(
        math.isclose(mine, theirs, rel_tol=1e-6, abs_tol=1e-6)
        for mine, theirs in zip((one[0], *one[2:]), (other[0], *other[2:]), strict=True)
    )


def _listed(courses: Iterable[Course], end: float) -> list[Given]:
    """Return each dose before ``end``: when, into what, how much, over how many whole days."""
    found = []
    for course in courses:
        count = min(course.count, max(0.0, math.ceil((end - course.start) / course.every)))
        whole = float(math.floor(course.duration))
        times = (course.start + number * course.every for number in range(int(count)))
        found += [(time, course.target, course.amount, whole) for time in times]
    return sorted(found)


def _is_of(row: Observation, model: Model, parts: frozenset[str]) -> bool:
    """Whether a row is of a composition, whatever is given when; not if something was given or set before it began."""
    if row.host != model.host or row.before_doses or row.then:
        return False
    try:
        if _present(row.parts, row.doses) != parts:
            return False
        changes = {name: model.number_of(name, value) for name, value in read_changes(row.changes).items()}
    except RanklsysError:  # it sets or gives what is not there
        return False
    return changes == dict(model.changes)


def _present(ids: Iterable[str], doses: Doses) -> frozenset[str]:
    """Return the parts that act: all but drugs that nobody is given."""
    given = {dose.drug for dose in read_doses(doses or ())}
    known = registry().parts
    return frozenset(id for id in ids if id in given or not (id in known and known[id].routes))


def compared(
    model: Model,
    found: Comparison,
    *,
    until: str,
    doses: Sequence[str] = (),
    show: Sequence[str] = (),
    title: str = "",
    points: int = POINTS,
    solver: Solver | None = None,
    uncertainty: int = 0,
) -> Experiment:
    """Return the run of a composition, with the observations that were found for it.

    show: ids; if none is given, what is usual and what was observed. Each is told as it was observed, else as most of
    the observations are; where one is against no treatment, that is simulated too. uncertainty: members of the shipped
    ensembles, for bands of the doubt about numbers. Raises what ``Model.simulate`` does.
    """
    import numpy as np

    rows = [row for row in found.rows if not show or row.observable in show]
    seen = observables(model, rows, show)
    named = {(each.formula, each.measure): each.id for each in seen}
    started = model.after(found.before, solver=solver) if found.before else model
    title = title or model.title
    title = f"{title}, after {found.before}" if found.before else title
    scenario = simple(model, until=until, doses=doses, show=show, title=title)
    arms = scenario.arms
    if any(each.measure == CONTRAST.id for each in seen):
        arms = (Arm("untreated", "untreated"), *arms)
    scenario = replace(scenario, arms=arms, observables=seen, before=found.before)
    times = np.unique([*evenly(model.time(until), points), *(row.time for row in rows)])
    runs = {arm.id: started.simulate(until, doses=arm.doses, times=list(times), solver=solver) for arm in arms}
    done = Experiment(scenario, runs, as_observed(rows, scenario.arms[-1].id, named) if rows else None)
    return with_bands(done, dict.fromkeys(runs, model), uncertainty) if uncertainty else done


def observables(model: Model, rows: Sequence[Observation], show: Sequence[str] = ()) -> tuple[Observable, ...]:
    """Return what to show of a composition, a measure of a quantity each."""
    shown = simple(model, until="1 d", show=show).observables
    usual, clinical = [each.formula for each in shown], {each.formula: each for each in shown if is_read_out(each.id)}
    told = Counter(_told(row) for row in rows)
    common = next((name for name, _ in told.most_common() if name in (CHANGE.id, PERCENT.id)), VALUE.id)
    found = []
    for text in dict.fromkeys([*usual, *(row.observable for row in rows)]):
        if text in clinical:
            found.append(clinical[text])
            continue
        own = [row for row in rows if row.observable == text]
        measures = dict.fromkeys(_told(row) for row in own)
        for measure in measures or [common if text in core_endpoints().shown_in_people else VALUE.id]:
            unit = own[0].unit if own else ""
            found.append(_observable(model, text, measure, unit, first=measure == next(iter(measures), measure)))
    return tuple(found)


def _observable(model: Model, text: str, measure: str, unit: str, *, first: bool) -> Observable:
    """Return a quantity, or a formula, as a measure tells it; ``first``: no other measure of it is shown before."""
    elements = model.facts.elements
    name = elements[text].name or text if text in elements else text
    if measure == VALUE.id:
        return Observable(text, name, text, parted(elements[text].unit_id)[1] if text in elements else unit)
    words = {CHANGE.id: "change", PERCENT.id: "of its start", CONTRAST.id: "against untreated"}[measure]
    title = f"{name.removesuffix(', relative')}, {words}"
    return Observable(text if first else f"{text} ({words})", title, text, "%", measure=measure)


def as_observed(rows: Sequence[Observation], arm: str, named: Mapping[tuple[str, str], str] = NOTHING) -> pd.DataFrame:
    """Return rows as observations of an arm: columns of a dataset, and low, high, study.

    named: ids of observables by formula and measure; without them it is the formula.
    """
    import pandas as pd

    return pd.DataFrame(
        {
            "arm": arm,
            "observable": named.get((row.observable, _told(row)), row.observable),
            "time": row.time,
            "value": row.value,
            "error": row.error,
            "low": row.low,
            "high": row.high,
            "unit": row.unit,
            "note": row.where,
            "study": row.study,
        }
        for row in rows
    )


def _told(row: Observation) -> str:
    """Return the measure of a row by the name that it has among arms: the first is the same without doses."""
    return CONTRAST.id if row.measure == EFFECT.id else row.measure
