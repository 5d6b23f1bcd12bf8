"""What this package costs over a bare RoadRunner loop, what loading and composing take, how fast commands start.

Run it with ``uv run python benchmarks/run.py``. Everything is measured side by side in one run, in turns, so that
ratios mean something on any machine: the same flat SBML with doses, the same tolerances, times and columns.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import roadrunner

import ranklsys as rk
from ranklsys.model.compose import assembled

DOSES = "opg-fc 3 mg/kg sc q2d"
DAYS, ROWS, TURNS = 25.0, 26, 60


def main() -> None:
    """Print the three comparisons."""
    model = rk.compose("mouse", "mda-mb-231", "opg-fc")
    simulation(model)
    loading(model)
    start_up()


def simulation(model: rk.Model) -> None:
    """Compare ``Model.simulate`` with the bare loop, for all columns and for three."""
    print(f"simulate: {ROWS} rows, {DAYS:g} d, 13 doses; medians of {TURNS} turns")
    compare("all observables", model, list(model.observables))
    compare("three columns", model, ["tumour", "light", "calcium"])


def compare(label: str, model: rk.Model, columns: list[str]) -> None:
    """Print the times of both, their ratio, and how far their numbers are apart."""
    bare = bare_loop(model, columns)

    def ours() -> pd.DataFrame:
        return model.simulate(DAYS, doses=DOSES, points=ROWS, columns=columns)

    expected, found = bare(), ours().to_numpy()
    difference = (np.abs(found - expected) / (np.abs(expected).max(axis=0) + 1e-12)).max()
    bare_time, our_time, ratio = in_turns(bare, ours)
    times = f"bare RoadRunner {bare_time * 1e3:6.2f} ms   ranklsys {our_time * 1e3:6.2f} ms"
    print(f"  {label:16} {times}   ratio {ratio:.3f} (goal 1.15)   difference {difference:.0e} of scale")


def bare_loop(model: rk.Model, columns: list[str]) -> Callable[[], np.ndarray]:
    """Return a simulation with nothing between it and RoadRunner, in RoadRunner's own default settings."""
    roadrunner.Config.setValue(roadrunner.Config.LLVM_BACKEND, roadrunner.Config.MCJIT)
    runner = roadrunner.RoadRunner(model.sbml_with(DOSES))
    runner.integrator.relative_tolerance = 1e-8
    runner.integrator.absolute_tolerance = [1e-14] * len(model.facts.states)
    runner.integrator.maximum_num_steps = 200_000
    held = model.facts.elements
    selections = [
        f"[{name}]" if held[name].kind == "species" and not held[name].only_substance else name for name in columns
    ]
    times = np.linspace(0.0, DAYS, ROWS).tolist()

    def run() -> np.ndarray:
        runner.resetAll()
        return np.array(runner.simulate(times=times, selections=selections))

    return run


def loading(model: rk.Model) -> None:
    """Time what happens once per model: composing, and loading with either compiler of RoadRunner."""
    print("once per model; medians of 7 turns")
    print(f"  compose mouse + mda-mb-231 + opg-fc     {median(compose, 7) * 1e3:7.1f} ms")
    for label, backend in (("MCJIT, as here", "MCJIT"), ("LLJIT", "LLJIT")):
        print(f"  load in RoadRunner ({label + ')':20} {load_time(model, backend) * 1e3:7.1f} ms")
    print(f"  size of the model: {len(model.sbml) / 1024:.0f} KiB, {len(model.facts.states)} states")


def compose() -> None:
    """Compose anew, with nothing remembered."""
    assembled("mouse", [rk.registry().parts[name] for name in ("mda-mb-231", "opg-fc")])


def load_time(model: rk.Model, backend: str) -> float:
    """Return the median time to load a text that RoadRunner has not seen [s]."""
    config = roadrunner.Config
    config.setValue(config.LLVM_BACKEND, getattr(config, backend))
    texts = iter([model.sbml.replace("</model>", f"<!-- {backend} {turn} --></model>") for turn in range(7)])
    result = median(lambda: roadrunner.RoadRunner(next(texts)), 7)
    config.setValue(config.LLVM_BACKEND, config.MCJIT)
    return result


def start_up() -> None:
    """Time the command line against an interpreter that does nothing."""
    print("start-up; medians of 7 turns")
    for label, arguments in (
        ("python -c pass", ["-c", "pass"]),
        ("ranklsys --help", ["-m", "ranklsys.cli", "--help"]),
        ("ranklsys list", ["-m", "ranklsys.cli", "list"]),
    ):
        print(f"  {label:24} {start_time(arguments) * 1e3:7.0f} ms")


def start_time(arguments: list[str]) -> float:
    """Return the median time of a Python process with these arguments [s]."""
    return median(lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True), 7)


def in_turns(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float, float]:
    """Return the median time of each, measured alternately after one warm-up, and the median of their ratios."""
    times = [(clock(one), clock(other)) for _ in range(TURNS)]
    first, second = zip(*times, strict=True)
    return statistics.median(first), statistics.median(second), statistics.median(b / a for a, b in times)


def median(action: Callable[[], object], turns: int) -> float:
    """Return the median time of an action [s]."""
    return statistics.median(clock(action) for _ in range(turns))


def clock(action: Callable[[], object]) -> float:
    """Return the time that an action takes [s]."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
