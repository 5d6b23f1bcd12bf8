"""Whole cohorts beside a bare RoadRunner loop and other tools, in one run; writes docs/benchmarks.md.

Run it with ``uv run --with "tellurium>=2.2.10" --with six python benchmarks/cohort.py``. Everything has the same flat
SBML with its doses, the same patients, times and columns, in turns; of the turns the fastest counts, since what others
do on the machine only adds. One process is measured in processor time, several in seconds.
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
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from tools import LOOPED, PARTS, PLAIN, REGIMENS, TIGHT, Task, Tool, amici, bare, copasi, reference, task, tellurium

import ranklsys as rk
from ranklsys.model.dose import parse
from ranklsys.trials import reduction
from ranklsys.trials.tolerance import by_size

ROOT = Path(__file__).parent.parent
WANTED = {"zoledronic acid q4w": 10.0, "denosumab q4w": 12.0, "no doses": 2.0}
"""How many times faster than the bare loop a whole cohort in one process is to be."""
VERSIONS = ("libroadrunner", "llvmlite", "distributed", "tellurium", "copasi-basico", "amici", "numpy", "pandas")
BARE, ONE, OTHER = "bare RoadRunner loop", "ranklsys, lanes", "ranklsys, RoadRunner"
TELLURIUM, COPASI, AMICI = "tellurium loop", "COPASI through basico", "AMICI"


def whole(work: Task, **how: Any) -> Tool:
    """This package as a user calls it, from draws to the store on the disk; returns the courses of the first."""

    def run() -> np.ndarray:
        trial = work.cohort.simulate("3 y", arms=work.arms, columns=work.columns, **how)
        first = trial.runs().query(f"patient < {LOOPED}")
        return first[[*work.columns]].to_numpy().reshape(-1, len(work.times), len(work.columns))

    return run


@cache
def scheduler(workers: int) -> str:
    """Return the address of a local Dask cluster, which is started once and not measured."""
    import distributed

    cluster = distributed.LocalCluster(workers, threads_per_worker=1, processes=True, dashboard_address=None)
    _kept.append(cluster)
    return str(cluster.scheduler_address)


_kept: list[Any] = []


def speed(arm: str, number: int, turns: int) -> dict[str, Any]:
    """Return milliseconds of processor time a patient of each tool, and the largest error of each."""
    work = task(arm, number)
    builders: dict[str, Callable[[Task], Tool]] = {BARE: bare}
    builders |= {ONE: lambda each: whole(each, processes=1)}
    builders |= {OTHER: lambda each: whole(few(each), processes=1)}
    others = {TELLURIUM: (tellurium, "tellurium"), COPASI: (copasi, "basico"), AMICI: (amici, "amici")}
    builders |= {name: build for name, (build, module) in others.items() if importlib.util.find_spec(module)}
    tools: dict[str, Tool] = {}
    failed = {}
    for name, build in builders.items():
        try:
            tools[name] = build(work)
            tools[name]()  # the first is not counted: it loads and compiles
        except Exception as problem:
            failed[name] = f"{type(problem).__name__}: {problem}"[:200]
            tools.pop(name, None)
    seconds: dict[str, list[float]] = {name: [] for name in tools}
    errors, exact = {}, reference(work)
    for _ in range(turns):
        for name, run in tools.items():
            begun = time.process_time()
            found = run()
            seconds[name].append(time.process_time() - begun)
            errors[name] = _apart(found[:LOOPED], exact)
    people = {name: number if name == ONE else LOOPED for name in tools}
    fastest = {name: 1000 * min(each) / people[name] for name, each in seconds.items()}
    return {"arm": arm, "ms": fastest, "errors": errors, "failed": failed}


def few(work: Task) -> Task:
    """Return the same work for the first patients alone, and RoadRunner."""
    arm = next(iter(work.arms))
    return task(arm, LOOPED, "roadrunner")


def _apart(one: np.ndarray, exact: np.ndarray) -> float:
    """The largest difference, as part of the reference or, where there is less, of a hundredth of its most."""
    yardstick = np.maximum(np.abs(exact), 0.01 * np.abs(exact).max(axis=1, keepdims=True))
    return float(np.nanmax(np.abs(one - exact) / np.where(yardstick > 0, yardstick, 1.0)))


def shared(number: int, turns: int) -> dict[str, Any]:
    """Return seconds of a trial of this size, two arms and its store, on one process, on two, and on Dask."""
    cohort = rk.cohort(rk.compose("human", *PARTS), number, seed=7, engine="lanes")
    arms = {arm: regimen for arm, regimen in REGIMENS.items() if regimen}
    ways: dict[str, dict[str, Any]] = {"one process": {"processes": 1}, "two processes": {"processes": 2}}
    ways |= {"Dask local, 2 workers": {"dask": scheduler(2)}}
    seconds = dict.fromkeys(ways, np.inf)
    for _ in range(turns):
        for way, how in ways.items():
            begun = time.perf_counter()
            cohort.simulate("3 y", arms=arms, **how)
            seconds[way] = min(seconds[way], time.perf_counter() - begun)
    return {"patients": number, "seconds": seconds}


def trial() -> dict[str, float]:
    """Return seconds and processor time of the shipped trial as a user types it, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        words = [
            sys.executable,
            "-m",
            "ranklsys.cli",
            "trial",
            "denosumab-zoledronic-acid",
            "--store",
            f"{folder}/runs",
        ]
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([*words, "--plot", f"{folder}/trial.png"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return {"seconds": time.perf_counter() - begun, "processor": spent}


def spent(turns: int) -> list[dict[str, Any]]:
    """Return what each step to a faster solver brings, with its error against a tight reference."""
    model = rk.compose("human", *PARTS)
    times = np.arange(40) * 28.0
    columns = rk.cohort(model, 1, seed=7).protocol("3 y", {"none": ""}, "4 w", None, PLAIN).tracked
    every = [parse(each) if each else () for each in REGIMENS.values()]
    sized = by_size(model, every, times)
    rows = []
    for doses, regimen in zip(every, REGIMENS.values(), strict=True):
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
    """Return seconds and peak memory [MB] of a cohort of this size in this process: half a year, written to a store."""
    cohort = rk.cohort(rk.compose("human", "patient-breast"), size, seed=7, engine="lanes")
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        cohort.simulate("26 w", store=Path(folder) / "runs", processes=1)
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
    rows = []
    for each in found["speed"]:
        ratio, least = each["ms"][BARE] / each["ms"][ONE], WANTED[each["arm"]]
        rows.append((f"a cohort over the bare loop, {each['arm']}", ratio, f"at least {least:g}", ratio >= least))
        error = each["errors"][ONE]
        rows.append((f"its largest error, {each['arm']}", error, "at most 1e-6", error <= 1e-6))
    seconds = found["shared"]["seconds"]
    ratio = seconds["one process"] / seconds["two processes"]
    rows.append(("two processes over one", ratio, "at least 1.8", ratio >= 1.8))
    taken = found["trial"]["seconds"]
    rows.append(("seconds of the trial denosumab-zoledronic-acid", taken, "at most 25", taken <= 25))
    sizes = {each["size"]: each for each in found["costs"]}
    least, most = sorted(sizes)[-2:]
    memory = sizes[most]["megabytes"] / sizes[least]["megabytes"]
    rows.append((f"memory of {most} patients over {least}", memory, "at most 1.2", memory <= 1.2))
    return rows


def page(found: Mapping[str, Any]) -> str:
    """Return the page of the docs."""
    template = (Path(__file__).parent / "cohort_page.md").read_text(encoding="utf-8")
    speeds = []
    for each in found["speed"]:
        ms, errors = each["ms"], each["errors"]
        speeds += [
            f"| {each['arm']} | {name} | {value:.3g} | {ms[BARE] / value:.2g} | {errors[name]:.0e} |"
            for name, value in ms.items()
        ]
        speeds += [f"| {each['arm']} | {name} | failed: {why} | | |" for name, why in each["failed"].items()]
    tables = {
        "speeds": speeds,
        "spent": [
            f"| {row['regimen'] or 'no treatment'} | {row['way']} | {row['ms']:.1f} | {row['error']:.0e} |"
            for row in found["spent"]
        ],
        "goals": [
            f"| {what} | {value:.2g} | {wanted} | {'yes' if met else 'no'} |"
            for what, value, wanted, met in goals(found)
        ],
        "costs": [f"| {each['size']} | {each['seconds']:.1f} | {each['megabytes']:.0f} |" for each in found["costs"]],
        "shared": [f"| {way} | {value:.1f} |" for way, value in found["shared"]["seconds"].items()],
    }
    fields = {
        "machine": ", ".join(f"{name} {value}" for name, value in found["machine"].items()),
        "patients": found["patients"],
        "looped": LOOPED,
        "turns": found["turns"],
        "sharing": found["shared"]["patients"],
        "trial_seconds": f"{found['trial']['seconds']:.1f}",
        "trial_processor": f"{found['trial']['processor']:.1f}",
    }
    return template.format(**fields, **{name: "\n".join(rows) for name, rows in tables.items()})


def draw(found: Mapping[str, Any], path: Path) -> None:
    """Draw milliseconds a patient of each tool, by arm, on a logarithmic scale."""
    from ranklsys.show import colour, drawing

    arms = found["speed"]
    with drawing(path, len(arms), across=3) as (_, axes):
        for axis, each in zip(axes, arms, strict=False):
            names = sorted(each["ms"], key=lambda name: -each["ms"][name])
            shades = [colour(1 if name == ONE else 0) for name in names]
            axis.barh(names, [each["ms"][name] for name in names], color=shades)
            for place, name in enumerate(names):
                axis.text(each["ms"][name], place, f" {each['ms'][name]:.3g}", va="center", fontsize=7)
            axis.set_xscale("log")
            axis.margins(x=0.25)
            axis.set_title(each["arm"])
            axis.set_xlabel("ms of processor time a patient")
            axis.tick_params(axis="y", labelsize=7)


def main() -> None:
    """Measure, print, and write JSON, the picture and the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=1000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1000, 20_000, 100_000], help="of cohorts, for memory")
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "cohort.json")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "benchmarks.md")
    parser.add_argument("--again", action="store_true", help="Write the page from the JSON.")
    parser.add_argument("--cost-of", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.cost_of:
        print(json.dumps(cost(asked.cost_of)))
        return
    if asked.again:
        found = json.loads(asked.json.read_text(encoding="utf-8"))
    else:
        found = {"machine": machine(), "patients": asked.patients, "turns": asked.turns}
        parts: dict[str, Callable[[], Any]] = {
            "trial": trial,
            "shared": lambda: shared(2000, asked.turns),
            "spent": lambda: spent(asked.turns),
            "costs": lambda: costs(asked.sizes),
            "speed": lambda: [speed(arm, asked.patients, asked.turns) for arm in REGIMENS],
        }
        for name, measure in parts.items():
            found[name] = measure()
            asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    text = page(found)
    asked.page.write_text(text, encoding="utf-8")
    draw(found, asked.page.with_suffix(".svg"))
    print(text)


if __name__ == "__main__":
    main()
