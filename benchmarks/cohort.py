"""Many runs: this package beside a bare RoadRunner loop and other tools, in one run; writes docs/benchmarks.md.

Run it with ``uv run --with "tellurium>=2.2.10" --with six python benchmarks/cohort.py``. Everything has the same flat
SBML with its doses, the same patients, tolerances, times and columns, in turns; of the turns the fastest counts, since
what others do on the machine only adds.

sbmlsim 0.1.11 needs an environment of its own, named with ``--sbmlsim``, and what was current in its time:
``uv pip install sbmlsim "libroadrunner==2.10.*" six "pint<0.20" "numpy<2" "pandas<2.3" "xarray<2024.6"
"matplotlib<3.10" "scipy<1.14" "python-libsbml-experimental<5.20.3" "setuptools<80"``.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import roadrunner

import ranklsys as rk
from ranklsys.sbml.facts import facts
from ranklsys.sbml.pruned import reduced
from ranklsys.sbml.structure import structure
from ranklsys.trials import reduction
from ranklsys.trials.patient import Protocol, patients
from ranklsys.trials.tolerance import by_size

ROOT = Path(__file__).parent.parent
PARTS = ("patient-breast", "denosumab", "zoledronic-acid")
ARM, REGIMEN = "zoledronic acid", "zoledronic-acid 4 mg iv q4w"
REGIMENS = ("", REGIMEN, "denosumab 120 mg sc q4w")
PLAIN = rk.Solver()
TIGHT = rk.Solver(relative_tolerance=1e-11, absolute_tolerance=1e-17)
VERSIONS = ("libroadrunner", "distributed", "tellurium", "copasi-basico", "amici", "numpy", "pandas")
BARE, ONE, TWO, DASK = "bare RoadRunner loop", "ranklsys, 1 process", "ranklsys, 2 processes", "ranklsys, Dask local, 2"
TELLURIUM, COPASI, AMICI, SBMLSIM = "tellurium loop", "COPASI through basico", "AMICI", "sbmlsim"


@dataclass(frozen=True)
class Task:
    """The same work for every tool: flat SBML, numbers of each patient by id, rows [d], columns, settings."""

    sbml: str
    numbers: list[dict[str, float]]
    times: np.ndarray
    columns: tuple[str, ...]
    cohort: Any
    protocol: Protocol


def task(number: int) -> Task:
    """Return the work: ``number`` patients for 3 years on zoledronic acid, every 4 weeks."""
    model = rk.compose("human", *PARTS)
    cohort = rk.cohort(model, number, seed=7)
    protocol = cohort.protocol("3 y", {ARM: REGIMEN}, "4 w", None, PLAIN)
    small, doses = protocol.models[ARM], protocol.arms[ARM]
    courses = small.courses(doses)
    text = reduced(structure(small.base, courses), protocol.tracked)
    known = facts(text).elements
    given = {name: value for course in courses for name, value in course.values.items()}
    drawn = [
        given | {name: value for name, value in each.items() if name in known} for each in cohort.population.subjects()
    ]
    return Task(text, drawn, np.array(protocol.times), protocol.tracked, cohort, protocol)


Tool = Callable[[], "np.ndarray | None"]


def bare(work: Task) -> Tool:
    """The limit: nothing but RoadRunner, an array a patient."""
    rr = roadrunner.RoadRunner(work.sbml)
    _tolerances(rr, work)
    return lambda: np.array([_bare(rr, work, numbers) for numbers in work.numbers])


def _bare(rr: Any, work: Task, numbers: Mapping[str, float]) -> np.ndarray:
    for name, value in numbers.items():
        rr.model[f"init({name})"] = value
    rr.resetAll()
    return np.array(rr.simulate(times=work.times.tolist(), selections=list(work.columns)))


def _tolerances(rr: Any, work: Task) -> None:
    rr.integrator.relative_tolerance = PLAIN.relative_tolerance
    rr.integrator.absolute_tolerance = [PLAIN.absolute_tolerance] * len(facts(work.sbml).states)
    rr.integrator.maximum_num_steps = PLAIN.maximum_steps


def here(work: Task) -> Tool:
    """This package without its store: draws, runs and endpoints."""

    def run() -> np.ndarray:
        population = work.cohort.population
        found = patients(work.protocol, 0, population.probabilities(0, population.size))
        return np.array([each.courses[ARM] for each in found])

    return run


def whole(work: Task, **how: Any) -> Tool:
    """This package as a user calls it, from draws to the store on the disk."""

    def run() -> None:
        work.cohort.simulate("3 y", arms={ARM: REGIMEN}, solver=PLAIN, block=5, **how)

    return run


@cache
def scheduler(workers: int) -> str:
    """Return the address of a local Dask cluster, which is started once and not measured."""
    import distributed

    cluster = distributed.LocalCluster(workers, threads_per_worker=1, processes=True, dashboard_address=None)
    _kept.append(cluster)
    return str(cluster.scheduler_address)


_kept: list[Any] = []


def tellurium(work: Task) -> Tool:
    """A loop as tutorials write it: values, reset, simulate, a DataFrame of each run."""
    import pandas as pd
    import tellurium as te

    model = te.loadSBMLModel(work.sbml)
    _tolerances(model, work)

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


NOT_COMPARED = """sbmlsim is given one tolerance for all states, which RoadRunner rescales, and its numbers are not
compared: its time is no proof that it did the same work.
"""
SBMLSIM_LOOP = """
import json, sys, time
from pathlib import Path
from sbmlsim.model import RoadrunnerSBMLModel
from sbmlsim.simulation import Timecourse, TimecourseSim
from sbmlsim.simulator import SimulatorSerial
work = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
model = RoadrunnerSBMLModel(Path(work["sbml"]))
simulator = SimulatorSerial(model, absolute_tolerance=work["atol"], relative_tolerance=work["rtol"])
simulator.set_timecourse_selections(["time", *work["columns"]])
runs = [TimecourseSim([Timecourse(0, work["end"], work["steps"], changes=numbers)]) for numbers in work["numbers"]]
begun = time.perf_counter()
for run in runs:
    simulator.run_timecourse(run)
print(time.perf_counter() - begun)
"""


def sbmlsim(work: Task, python: str) -> float:
    """Return the seconds of sbmlsim in its own environment; it has evenly spaced rows and a scalar tolerance."""
    with tempfile.TemporaryDirectory() as folder:
        model, plan = Path(folder) / "model.xml", Path(folder) / "work.json"
        model.write_text(work.sbml, encoding="utf-8")
        about = {"sbml": str(model), "columns": work.columns, "numbers": work.numbers, "end": float(work.times[-1])}
        about |= {"steps": len(work.times) - 1, "rtol": PLAIN.relative_tolerance, "atol": PLAIN.absolute_tolerance}
        plan.write_text(json.dumps(about), encoding="utf-8")
        done = subprocess.run([python, "-c", SBMLSIM_LOOP, str(plan)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return float(done.stdout.split()[-1])


def speed(number: int, turns: int, python: str | None) -> dict[str, Any]:
    """Return milliseconds a run of each tool, and how far its numbers are from the bare loop."""
    work = task(number)
    builders: dict[str, Callable[[Task], Tool]] = {BARE: bare, ONE: here}
    builders |= {TWO: lambda each: whole(each, processes=2), DASK: lambda each: whole(each, dask=scheduler(2))}
    others = {TELLURIUM: (tellurium, "tellurium"), COPASI: (copasi, "basico"), AMICI: (amici, "amici")}
    builders |= {name: build for name, (build, module) in others.items() if importlib.util.find_spec(module)}
    tools, failed = {}, {}
    for name, build in builders.items():
        try:
            tools[name] = build(work)
            tools[name]()  # the first is not counted: it loads and compiles
        except Exception as problem:
            failed[name] = f"{type(problem).__name__}: {problem}"[:200]
            tools.pop(name, None)
    seconds: dict[str, list[float]] = {name: [] for name in tools}
    apart: dict[str, float] = {}
    reference = tools[BARE]()
    for _ in range(turns):
        for name, run in tools.items():
            begun = time.perf_counter()
            found = run()
            seconds[name].append(time.perf_counter() - begun)
            if found is not None and name != BARE:
                apart[name] = _apart(found[:, :, : reference.shape[2]], reference[:, :, : found.shape[2]])
    if python:
        try:
            seconds[SBMLSIM] = [sbmlsim(work, python) for _ in range(turns)]
        except RuntimeError as problem:
            failed[SBMLSIM] = str(problem)[:200]
    fastest = {name: 1000 * min(each) / number for name, each in seconds.items()}
    return {"patients": number, "turns": turns, "ms": fastest, "apart": apart, "failed": failed}


def _apart(one: np.ndarray, reference: np.ndarray) -> float:
    """The largest difference, as part of the reference or, where there is less, of a hundredth of its most."""
    yardstick = np.maximum(np.abs(reference), 0.01 * np.abs(reference).max(axis=1, keepdims=True))
    return float(np.nanmax(np.abs(one - reference) / np.where(yardstick > 0, yardstick, 1.0)))


def spent(turns: int) -> list[dict[str, Any]]:
    """Return what each step to a faster solver brings, with its error against a tight reference."""
    model = rk.compose("human", *PARTS)
    times = np.arange(40) * 28.0
    columns = rk.cohort(model, 1, seed=7).protocol("3 y", {ARM: ""}, "4 w", None, PLAIN).tracked
    every = [rk.dosing.parse(each) if each else () for each in REGIMENS]
    sized = by_size(model, every, times)
    rows = []
    for doses, regimen in zip(every, REGIMENS, strict=True):
        reference = model.numbers(times, columns, doses=doses, solver=TIGHT)
        small = reduction.without_undosed(model, doses, columns, free=False)
        ways = {
            "before": (model, PLAIN, False),
            "+ tolerances by size": (model, sized, False),
            "+ without drugs not given": (small, sized, False),
            "+ only what decides the result": (small, sized, True),
        }
        best = dict.fromkeys(ways, np.inf)
        for _ in range(turns + 1):
            for way, (each, solver, lean) in ways.items():
                begun = time.process_time()
                found = each.numbers(times, columns, doses=doses, solver=solver, lean=lean)
                best[way] = min(best[way], time.process_time() - begun)
                rows = [row for row in rows if (row["regimen"], row["way"]) != (regimen, way)]
                error = _apart(found[None], reference[None])
                rows.append({"regimen": regimen, "way": way, "ms": 1000 * best[way], "error": error})
    return rows


def cost(size: int) -> dict[str, float]:
    """Return seconds and peak memory [MB] of a cohort of this size in this process: short runs, written to a store."""
    cohort = rk.cohort(rk.compose("human", "patient-breast"), size, seed=7)
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        cohort.simulate("4 w", store=Path(folder) / "runs", processes=1, block=50)
        taken = time.perf_counter() - begun
    return {"size": size, "seconds": taken, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def costs(sizes: Sequence[int]) -> list[dict[str, float]]:
    """Return the cost of each size, each in a process of its own."""
    found = []
    for size in sizes:
        words = [sys.executable, __file__, "--cost-of", str(size)]
        found.append(json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout))
    return found


def machine() -> dict[str, str]:
    """Return what was measured on, and with which versions."""
    found = {"processor": _processor(), "cores": str(os.cpu_count()), "Python": platform.python_version()}
    found["load before"] = f"{os.getloadavg()[0]:.1f}"
    for name in VERSIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def goals(found: Mapping[str, Any]) -> list[tuple[str, float, str, bool]]:
    """Return each goal with what was measured, what was wanted, and whether it is met."""
    ms = found["speed"]["ms"]
    rows = []
    for what, above, below, least in (
        ("1 process over the bare loop", BARE, ONE, 0.95),
        ("2 processes over 1", ONE, TWO, 1.9),
        ("Dask local over 2 processes", TWO, DASK, 0.9),
        ("2 processes over the tellurium loop", TELLURIUM, TWO, 2.0),
        ("2 processes over COPASI", COPASI, TWO, 5.0),
    ):
        if above in ms and below in ms:
            rows.append((what, ms[above] / ms[below], f"at least {least:g}", ms[above] / ms[below] >= least))
    sizes = {each["size"]: each for each in found["costs"]}
    if len(sizes) > 1:
        least, most = min(sizes), max(sizes)
        middle = 1000 if 1000 in sizes and most > 1000 else least
        memory = sizes[most]["megabytes"] / sizes[middle]["megabytes"]
        rows.append((f"memory of {most} patients over {middle}", memory, "at most 1.2", memory <= 1.2))
        each = (sizes[most]["seconds"] / most) / (sizes[middle]["seconds"] / middle)
        rows.append((f"time a patient, {most} over {middle}", each, "at most 1.2", each <= 1.2))
    return rows


def page(found: Mapping[str, Any]) -> str:
    """Return the page of the docs."""
    template = (Path(__file__).parent / "cohort_page.md").read_text(encoding="utf-8")
    ms, apart = found["speed"]["ms"], found["speed"]["apart"]
    speeds = [
        f"| {name} | {value:.1f} | {ms[BARE] / value:.2f} | {f'{apart[name]:.0e}' if name in apart else ''} |"
        for name, value in ms.items()
    ]
    failed = [f"| {name} | failed: {why} | | |" for name, why in found["speed"]["failed"].items()]
    spend = [
        f"| {row['regimen'] or 'no treatment'} | {row['way']} | {row['ms']:.1f} | {row['error']:.0e} |"
        for row in found["spent"]
    ]
    reached = [
        f"| {what} | {value:.2f} | {wanted} | {'yes' if met else 'no'} |" for what, value, wanted, met in goals(found)
    ]
    sizes = [f"| {each['size']} | {each['seconds']:.1f} | {each['megabytes']:.0f} |" for each in found["costs"]]
    about = ", ".join(f"{name} {value}" for name, value in found["machine"].items())
    fields = {"patients": found["speed"]["patients"], "turns": found["speed"]["turns"], "machine": about}
    fields["sbmlsim"] = NOT_COMPARED if SBMLSIM in ms else ""
    tables = {"speeds": speeds + failed, "spent": spend, "goals": reached, "costs": sizes}
    return template.format(**fields, **{name: "\n".join(rows) for name, rows in tables.items()})


def main() -> None:
    """Measure, print, and write JSON and the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=100)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 1000], help="of cohorts, for memory and cost")
    parser.add_argument("--sbmlsim", metavar="PYTHON", help="of an environment in which sbmlsim is installed")
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "cohort.json")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "benchmarks.md")
    parser.add_argument("--cost-of", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.cost_of:
        print(json.dumps(cost(asked.cost_of)))
        return
    found: dict[str, Any] = {"machine": machine(), "speed": speed(asked.patients, asked.turns, asked.sbmlsim)}
    found |= {"spent": spent(asked.turns), "costs": costs(asked.sizes)}
    asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    text = page(found)
    asked.page.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
