"""SED-ML reader: what a SED-ML file says, as data: time courses, and plots over time."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ranklsys.errors import DataError, nearest, require
from ranklsys.exchange.sedml_terms import ABSOLUTE, ODE_SOLVERS, RELATIVE, STEPS, TIME
from ranklsys.model.solver import Solver
from ranklsys.model.times import MOST_ROWS
from ranklsys.tables.cells import plain_number

libsedml = require("libsedml", extra="exchange")


@dataclass(frozen=True)
class Curve:
    """A curve of a plot: y, a formula over ``variables`` (id in the formula -> task and id in the model) over time."""

    title: str
    formula: str
    variables: Mapping[str, tuple[str, str]]
    constants: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Plot:
    """A plot of curves over time; ``unit`` of its y axis, which may be logarithmic."""

    id: str
    title: str
    unit: str
    log: bool
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class Task:
    """A uniform time course of a model from a file, with other values for ids, from 0 to ``until`` [d]."""

    id: str
    title: str
    source: str
    changes: Mapping[str, float]
    start: float
    until: float
    steps: int
    solver: Solver


@dataclass(frozen=True)
class Described:
    """What a SED-ML file says: tasks by id, and plots."""

    title: str
    tasks: Mapping[str, Task]
    plots: tuple[Plot, ...]


def read(text: str, where: str) -> Described:
    """Return what a SED-ML text says: uniform time courses of SBML models, and plots over time.

    Raises DataError, which names the element, for anything else that plots depend on.
    """
    document = libsedml.readSedMLFromString(text)
    if document.getNumErrors(libsedml.LIBSEDML_SEV_ERROR):
        problem = next(each for each in _all(document.getErrorLog()) if each.getSeverity() >= 2)
        what = f"this is not readable SED-ML: line {problem.getLine()}: {' '.join(problem.getMessage().split())}"
        raise DataError(what, where=where, hint="ranklsys reads SED-ML level 1")
    models = {each.getId(): each for each in _all(document.getListOfModels())}
    courses = {each.getId(): each for each in _all(document.getListOfSimulations())}
    tasks = {task.getId(): _task(task, models, courses, where) for task in _all(document.getListOfTasks())}
    generators = {each.getId(): each for each in _all(document.getListOfDataGenerators())}
    plots = [each for each in _all(document.getListOfOutputs()) if each.getTypeCode() == libsedml.SEDML_OUTPUT_PLOT2D]
    if not plots:
        raise DataError("it plots nothing", where=where, hint="Add a plot2D of the curves to show")
    title = document.getName() or where
    found = tuple(_read_plot(plot, generators, where) for plot in plots)
    for curve in (curve for plot in found for curve in plot.curves):
        for task, _ in curve.variables.values():
            if task not in tasks:
                what = f"it reads task '{task}', which is not there{nearest(task, tasks)}"
                raise DataError(
                    what, where=f"{where}: curve '{curve.title}'", hint=f"Tasks: {', '.join(tasks) or 'none'}"
                )
    if not any(plot.curves for plot in found):
        raise DataError("its plots have no curves", where=where, hint="Add a curve to show")
    return Described(title, tasks, found)


def _all(elements: Any) -> Iterator[Any]:
    number = elements.getNumErrors if hasattr(elements, "getNumErrors") else elements.size
    take = elements.getError if hasattr(elements, "getError") else elements.get
    return (take(place) for place in range(number()))


def _task(task: Any, models: Mapping[str, Any], courses: Mapping[str, Any], where: str) -> Task:
    named = f"{where}: task '{task.getId()}'"
    if task.getTypeCode() != libsedml.SEDML_TASK:
        raise DataError("it is not a plain task", where=named, hint="ranklsys runs tasks that simulate one model once")
    course = courses.get(task.getSimulationReference())
    if course is None or course.getTypeCode() != libsedml.SEDML_SIMULATION_UNIFORMTIMECOURSE:
        raise DataError("it is not a uniform time course", where=named, hint="ranklsys runs uniform time courses")
    if course.getInitialTime() != 0:
        what = f"it begins at {course.getInitialTime():g}, but models of ranklsys begin at 0"
        raise DataError(what, where=named, hint="Let initialTime be 0 and choose outputStartTime")
    source, changes = _source(task.getModelReference(), models, named)
    steps = course.getNumberOfSteps() if course.isSetNumberOfSteps() else course.getNumberOfPoints()
    start, until = course.getOutputStartTime(), course.getOutputEndTime()
    if not (0 <= start < until < math.inf and 0 < steps <= MOST_ROWS):
        what = f"{steps} steps from {start:g} to {until:g} are no time course"
        raise DataError(
            what, where=named, hint=f"Write 0 <= outputStartTime < outputEndTime, and 1 to {MOST_ROWS} steps"
        )
    return Task(
        id=task.getId(),
        title=task.getName() or task.getId(),
        source=source,
        changes=changes,
        start=start,
        until=until,
        steps=steps,
        solver=_solver(course.getAlgorithm(), named),
    )


def _source(
    reference: str, models: Mapping[str, Any], named: str, before: tuple[str, ...] = ()
) -> tuple[str, dict[str, float]]:
    """Return the file of a model and the changes to it; a model may stand on another one."""
    if reference in before:
        what = f"its models stand on each other: {', '.join((*before, reference))}"
        raise DataError(what, where=named, hint="Let one of them name a file")
    if reference not in models:
        raise DataError(f"there is no model '{reference}'", where=named, hint=f"Models: {', '.join(models)}")
    model = models[reference]
    source = model.getSource()
    base = source.removeprefix("#")
    path, changes = source, dict[str, float]()
    if base in models and (base != reference or source.startswith("#")):
        path, changes = _source(base, models, named, (*before, reference))
    for change in _all(model.getListOfChanges()):
        found = re.search(r"\[@id=['\"](\w+)['\"]\]/@(?:value|initialConcentration|initialAmount)$", change.getTarget())
        if change.getTypeCode() != libsedml.SEDML_CHANGE_ATTRIBUTE or found is None:
            what = f"its model changes '{change.getTarget()}', which is not the value of an element"
            raise DataError(what, where=named, hint="Write the change into the SBML file")
        changes[found[1]] = _number(change.getNewValue(), f"{named}: {found[1]}")
    return path, changes


def _solver(algorithm: Any, named: str) -> Solver:
    if algorithm is None:
        return Solver()
    kisao = algorithm.getKisaoID()
    if kisao not in ODE_SOLVERS:
        known = ", ".join(f"{id} ({name})" for id, name in ODE_SOLVERS.items())
        raise DataError(f"there is no algorithm {kisao} here", where=named, hint=f"Algorithms: {known}")
    given = {each.getKisaoID(): each.getValue() for each in _all(algorithm.getListOfAlgorithmParameters())}
    names = {RELATIVE: "relative_tolerance", ABSOLUTE: "absolute_tolerance", STEPS: "maximum_steps"}
    settings = {name: _number(given[id], f"{named}: {id}") for id, name in names.items() if id in given}
    try:
        return Solver(**settings)  # type: ignore[arg-type]  # which reads a whole number from a float
    except DataError as problem:
        raise DataError(problem.what, where=f"{named}: {problem.where}", hint=problem.hint) from None


def _number(text: str, where: str) -> float:
    number = plain_number(text.strip())
    if math.isnan(number):
        raise DataError(f"'{text}' is not a number", where=where, hint="Write it like 1.5e-3")
    return number


def _read_plot(plot: Any, generators: Mapping[str, Any], where: str) -> Plot:
    curves = []
    for curve in _all(plot.getListOfCurves()):
        x, y = (generators.get(name) for name in (curve.getXDataReference(), curve.getYDataReference()))
        named = f"{where}: curve '{curve.getId()}' of plot '{plot.getId()}'"
        if x is None or y is None:
            raise DataError("its data are not of a data generator", where=named)
        if [variable.getSymbol() for variable in _all(x.getListOfVariables())] != [TIME]:
            raise DataError("it is not over time", where=named, hint="ranklsys draws curves over time")
        curves.append(_curve(curve.getName() or y.getName() or y.getId(), y, named))
    axis = plot.getYAxis()
    log = axis is not None and axis.getTypeAsString() == "log10"
    unit = axis.getName() if axis is not None else ""
    return Plot(plot.getId(), plot.getName() or plot.getId(), unit, log, tuple(curves))


def _curve(title: str, generator: Any, named: str) -> Curve:
    variables = {}
    for variable in _all(generator.getListOfVariables()):
        found = re.search(r"\[@id=['\"](\w+)['\"]\]$", variable.getTarget())
        if found is None and variable.getSymbol() != TIME:
            raise DataError(f"it reads '{variable.getTarget() or variable.getSymbol()}'", where=named)
        variables[variable.getId()] = (variable.getTaskReference(), found[1] if found else "")
    if not any(name for _, name in variables.values()) or generator.getMath() is None:
        raise DataError("its data generator reads or computes nothing", where=named, hint="Give it a variable and math")
    constants = {each.getId(): each.getValue() for each in _all(generator.getListOfParameters())}
    formula = libsedml.formulaToL3String(generator.getMath()).replace("^", "**")
    return Curve(title, re.sub(r"\bln\(", "log(", formula), variables, constants)
