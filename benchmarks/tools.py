"""Tools: what the whole cohorts of ``cohort.py`` stand beside, each with the same flat SBML and patients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import roadrunner

import ranklsys as rk
from ranklsys.sbml.facts import facts
from ranklsys.sbml.pruned import reduced
from ranklsys.sbml.structure import structure

PARTS = ("patient-breast", "denosumab", "zoledronic-acid")
REGIMENS = {
    "zoledronic acid q4w": "zoledronic-acid 4 mg iv q4w",
    "denosumab q4w": "denosumab 120 mg sc q4w",
    "no doses": "",
}
LOOPED = 24
"""Patients of the tools that take tens of milliseconds for each."""
PLAIN = rk.Solver()
TIGHT = rk.Solver(relative_tolerance=1e-11, absolute_tolerance=1e-17)


@dataclass(frozen=True)
class Task:
    """The same work for every tool: flat SBML, numbers of each patient by id, rows [d], columns."""

    sbml: str
    numbers: list[dict[str, float]]
    times: np.ndarray
    columns: tuple[str, ...]
    cohort: Any
    arms: Mapping[str, str]


def task(arm: str, number: int, engine: str = "lanes") -> Task:
    """Return the work: ``number`` patients for 3 years in an arm, rows every 4 weeks; engine: of this package."""
    model = rk.compose("human", *PARTS)
    cohort, arms = rk.cohort(model, number, seed=7, engine=engine), {arm: REGIMENS[arm]}
    protocol = cohort.protocol("3 y", arms, "4 w", None, PLAIN)
    small, doses = protocol.models[arm], protocol.arms[arm]
    courses = small.courses(doses)
    text = reduced(structure(small.base, courses), protocol.tracked)
    known = facts(text).elements
    given = {name: value for course in courses for name, value in course.values.items()}
    drawn = [
        given | {name: value for name, value in each.items() if name in known}
        for each, _ in zip(cohort.population.subjects(), range(LOOPED), strict=False)
    ]
    return Task(text, drawn, np.array(protocol.times), protocol.tracked, cohort, arms)


Tool = Callable[[], "np.ndarray | None"]


def bare(work: Task) -> Tool:
    """The limit: nothing but RoadRunner, an array a patient."""
    rr = roadrunner.RoadRunner(work.sbml)
    _tolerances(rr, work, PLAIN)
    return lambda: np.array([_bare(rr, work, numbers) for numbers in work.numbers])


def _bare(rr: Any, work: Task, numbers: Mapping[str, float]) -> np.ndarray:
    for name, value in numbers.items():
        rr.model[f"init({name})"] = value
    rr.resetAll()
    return np.array(rr.simulate(times=work.times.tolist(), selections=list(work.columns)))


def _tolerances(rr: Any, work: Task, solver: rk.Solver) -> None:
    rr.integrator.relative_tolerance = solver.relative_tolerance
    rr.integrator.absolute_tolerance = [solver.absolute_tolerance] * len(facts(work.sbml).states)
    rr.integrator.maximum_num_steps = solver.maximum_steps


def reference(work: Task) -> np.ndarray:
    """The same with tight tolerances: patients x rows x columns."""
    rr = roadrunner.RoadRunner(work.sbml)
    _tolerances(rr, work, TIGHT)
    return np.array([_bare(rr, work, numbers) for numbers in work.numbers])


def tellurium(work: Task) -> Tool:
    """A loop as tutorials write it: values, reset, simulate, a DataFrame of each run."""
    import pandas as pd
    import tellurium as te

    model = te.loadSBMLModel(work.sbml)
    _tolerances(model, work, PLAIN)

    def run() -> np.ndarray:
        frames = []
        for numbers in work.numbers:
            for name, value in numbers.items():
                model.model[f"init({name})"] = value
            model.resetAll()
            found = model.simulate(times=work.times.tolist(), selections=["time", *work.columns])
            frames.append(pd.DataFrame(np.array(found), columns=found.colnames))
        return np.array([frame.to_numpy()[:, 1:] for frame in frames])

    return run


def copasi(work: Task) -> Tool:
    """COPASI's LSODA with the model loaded once."""
    import basico
    import COPASI

    data = COPASI.CRootContainer.addDatamodel()
    if not data.importSBMLFromString(work.sbml):
        raise RuntimeError("COPASI cannot read the model")
    model = data.getModel()
    found = {item.getSBMLId(): item for item in (*model.getMetabolites(), *model.getModelValues())}
    names = []
    for name in work.columns:
        element = facts(work.sbml).elements[name]
        inside = element.kind == "species" and not element.only_substance
        item = found[name]
        names.append((item.getConcentrationReference() if inside else item.getValueReference()).getCN().getString())
    scale = [
        1 / model.getQuantity2NumberFactor() if facts(work.sbml).elements[name].only_substance else 1.0
        for name in work.columns
    ]
    settings = {"method": "lsoda", "r_tol": PLAIN.relative_tolerance, "a_tol": PLAIN.absolute_tolerance}
    settings |= {"max_steps": 1_000_000, "output_event": False, "use_initial_values": True}

    def run() -> np.ndarray:
        results = []
        for numbers in work.numbers:
            changed = COPASI.ObjectStdVector()
            for name, value in numbers.items():
                found[name].setInitialValue(value)
                changed.append(found[name].getInitialValueReference())
            model.updateInitialValues(changed)
            table = basico.run_time_course_with_output(names, values=work.times.tolist(), model=data, **settings)
            results.append(table.to_numpy() * scale)
        return np.array(results)

    return run


def amici(work: Task) -> Tool:
    """AMICI with the model compiled before (from the cache after the first time)."""
    import logging

    from amici.sim import sundials

    from ranklsys.model import amici_models, other_engines

    logging.getLogger("amici").setLevel(logging.ERROR)
    measured = [element.id for element in other_engines.reported(work.sbml)]
    model = amici_models.compiled(work.sbml, measured)
    model.set_timepoints((work.times * (1 + other_engines.LATE)).tolist())
    solver = model.create_solver()
    solver.set_relative_tolerance(PLAIN.relative_tolerance)
    solver.set_absolute_tolerance(PLAIN.absolute_tolerance)
    solver.set_max_steps(1_000_000)
    known = set(model.get_free_parameter_ids())
    shown = [measured.index(name) if name in measured else -1 for name in work.columns]

    def run() -> np.ndarray:
        results = []
        for numbers in work.numbers:
            for name, value in numbers.items():
                if name in known:
                    model.set_free_parameter_by_id(name, value)
            found = np.array(sundials.run_simulation(model, solver).y)
            results.append(np.where(np.array(shown) >= 0, found[:, shown], np.nan))
        return np.array(results)

    return run
