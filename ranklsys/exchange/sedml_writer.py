"""SED-ML writer: a study as SED-ML Level 1 Version 4.

A task an arm, a data generator for each observable of each arm, a plot for each observable, and a report of all. What
is observed is computed in the SBML, since tellurium has no logarithm of a curve, and COPASI plots only quantities of a
model; nothing but a contrast with the first arm is a formula over two tasks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ranklsys.errors import require
from ranklsys.exchange.contents import Contents, shown, sid
from ranklsys.exchange.sedml_terms import ABSOLUTE, CVODE, LANGUAGE, RELATIVE, SBML_URI, STEPS, TIME
from ranklsys.model.solver import Solver
from ranklsys.plugins.scenario import Arm, Observable
from ranklsys.tables.measure import FIRST_ARM, MEASURES

libsedml = require("libsedml", extra="exchange")


def write(study: Contents, sources: Mapping[str, str], steps: int) -> str:
    """Return a study as SED-ML text; sources: the SBML file of each arm, by its id."""
    document = libsedml.SedDocument(1, 4)
    document.getNamespaces().add(SBML_URI, "sbml")
    document.setName(study.scenario.title)
    _simulation(document, study.until, steps)
    for arm, _ in study.arms:
        model = document.createModel()
        _called(model, f"model_{sid(arm.id)}", arm.title)
        model.setLanguage(LANGUAGE)
        model.setSource(sources[arm.id])
        task = document.createTask()
        _called(task, sid(arm.id), arm.title)
        task.setModelReference(f"model_{sid(arm.id)}")
        task.setSimulationReference("time_course")
        _generator(document, f"time_{sid(arm.id)}", "time [d]", "t", {"t": (sid(arm.id), "")})
    for seen in study.scenario.observables:
        for arm, _ in study.arms:
            _observed(document, study, seen, arm)
    for seen in study.scenario.observables:
        _plot(document, seen, study.scenario.arms)
    _report(document, study)
    return str(libsedml.writeSedMLToString(document))


def _called(element: Any, id: str, title: str) -> None:
    element.setId(id)
    element.setName(title)


def _simulation(document: Any, until: float, steps: int) -> None:
    course = document.createUniformTimeCourse()
    _called(course, "time_course", f"{until:g} days")
    course.setInitialTime(0.0)
    course.setOutputStartTime(0.0)
    course.setOutputEndTime(until)
    course.setNumberOfSteps(steps)
    algorithm, solver = course.createAlgorithm(), Solver()
    algorithm.setKisaoID(CVODE)
    settings = {
        RELATIVE: solver.relative_tolerance,
        ABSOLUTE: solver.absolute_tolerance,
        STEPS: solver.maximum_steps,
    }
    for kisao, value in settings.items():
        parameter = algorithm.createAlgorithmParameter()
        parameter.setKisaoID(kisao)
        parameter.setValue(str(value))


def _observed(document: Any, study: Contents, seen: Observable, arm: Arm) -> None:
    """Add the data generator of an observable in an arm, as its measure has it."""
    id, name = f"{sid(seen.id)}_{sid(arm.id)}", shown(seen)
    elements = study.models[0].facts.elements
    path = _path(elements[name].kind if name in elements else "parameter", name)
    if MEASURES[seen.measure].against == FIRST_ARM:
        first = sid(study.scenario.arms[0].id)
        variables = {"treated": (sid(arm.id), path), "first": (first, path)}
        _generator(document, id, seen.title, MEASURES[seen.measure].formula("treated", "first"), variables)
    else:
        _generator(document, id, seen.title, "seen", {"seen": (sid(arm.id), path)})


def _path(kind: str, name: str) -> str:
    group = "Species" if kind == "species" else f"{kind.capitalize()}s"
    return f"/sbml:sbml/sbml:model/sbml:listOf{group}/sbml:{kind}[@id='{name}']"


def _generator(
    document: Any,
    id: str,
    title: str,
    formula: str,
    variables: Mapping[str, tuple[str, str]],
) -> None:
    generator = document.createDataGenerator()
    _called(generator, id, title)
    renamed = {name: f"{id}_{name}" for name in variables}
    for name, (task, target) in variables.items():
        variable = generator.createVariable()
        variable.setId(renamed[name])
        variable.setTaskReference(task)
        if target:
            variable.setTarget(target)
        else:
            variable.setSymbol(TIME)
    math = libsedml.parseL3Formula(re.sub(r"[A-Za-z_]\w*", lambda word: renamed[word[0]], formula))
    generator.setMath(math)


def _plot(document: Any, seen: Observable, arms: Sequence[Arm]) -> None:
    plot = document.createPlot2D()
    _called(plot, f"plot_{sid(seen.id)}", seen.title)
    plot.setLegend(True)
    for axis, title, kind in (
        (plot.createXAxis(), "time [d]", "linear"),
        (plot.createYAxis(), seen.unit, "log10" if seen.log else "linear"),
    ):
        axis.setName(title)
        axis.setType(libsedml.AxisType_fromString(kind))
    for number, arm in enumerate(arms):
        curve = plot.createCurve()
        _called(curve, f"curve_{sid(seen.id)}_{sid(arm.id)}", arm.title)
        curve.setOrder(number)
        curve.setXDataReference(f"time_{sid(arm.id)}")
        curve.setYDataReference(f"{sid(seen.id)}_{sid(arm.id)}")


def _report(document: Any, study: Contents) -> None:
    report = document.createReport()
    _called(report, "table", "all curves")
    for arm, _ in study.arms:
        for id in ("time", *(seen.id for seen in study.scenario.observables)):
            rows = report.createDataSet()
            rows.setId(f"column_{sid(id)}_{sid(arm.id)}")
            rows.setLabel(f"{sid(id)}_{sid(arm.id)}")
            rows.setDataReference(f"{sid(id)}_{sid(arm.id)}")
