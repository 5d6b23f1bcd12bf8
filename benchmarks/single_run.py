"""What a single run costs from the start of Python to its end, phase by phase, beside a bare script of other tools.

Run it with ``uv run python benchmarks/single_run.py [TURNS]``. Each line is a process of its own; Python's bytecode and
the font list of matplotlib are there. Seconds of processor time (user and system), so that other work on the machine
matters little; the smallest of some turns counts.

* first: nothing of models is on disk yet. later: this was run before. never: with ``RANKLSYS_CACHE=0``.
* the bare scripts read the SBML that this package has written, with its doses, and hold the result as an array.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import ranklsys as rk

PARTS = ("mouse", "mda-mb-231", "opg-fc")
DOSES = "opg-fc 3 mg/kg sc q2d"
FILE = "model.xml"
COMMAND = [sys.executable, "-m", "ranklsys.cli"]
LINES: dict[str, Sequence[str]] = {
    "ranklsys run canon2008 (2 models, table, picture)": [*COMMAND, "run", "canon2008"],
    "ranklsys run mouse ... -o run.csv": [*COMMAND, "run", *PARTS, "--dose", DOSES, "--until", "25d", "-o", "run.csv"],
    "ranklsys show opg-fc": [*COMMAND, "show", "opg-fc"],
    "rk.compose(...).simulate(...)": [
        sys.executable,
        "-c",
        f"import ranklsys as rk; rk.compose{PARTS}.simulate('25 d', doses='{DOSES}')",
    ],
}
SETTINGS = "rr.integrator.relative_tolerance = 1e-8; rr.integrator.absolute_tolerance = 1e-14"
BARE = {
    "bare RoadRunner on the file": f"from roadrunner import RoadRunner; rr = RoadRunner('{FILE}')",
    "bare tellurium on the file": f"import tellurium; rr = tellurium.loadSBMLModel('{FILE}')",
}
PHASES = """
import time
def phase(name, since=[0.0]):
    now = time.process_time()
    print(name, now - since[0], sep="\\t")
    since[0] = now
phase("Python")
import ranklsys as rk
phase("import ranklsys")
import numpy
phase("import numpy")
import pandas
phase("import pandas")
import ranklsys.model.engine
phase("import roadrunner")
rk.registry()
phase("find plugins")
model = rk.compose(*{parts})
model.facts
phase("compose")
run = model.simulate("25 d", doses="{doses}")
phase("compile and simulate")
model.simulate("25 d", doses="{doses}")
phase("simulate once more")
from ranklsys.study import composition, experiment, plot
done = experiment.Experiment(composition.simple(model, until="25 d"), {{"run": run}})
rk_table = done.tidy()
from ranklsys import frame
frame.save(rk_table, "table.csv")
phase("table")
import matplotlib.figure, matplotlib.backends.backend_agg
phase("import matplotlib")
plot.draw(done, "picture.png")
phase("picture")
"""


def main(turns: int) -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rk.compose(*PARTS).save(folder / FILE, doses=DOSES)
        environment = {**os.environ, "MPLCONFIGDIR": str(folder / "fonts"), "XDG_CACHE_HOME": str(folder / "cache")}
        environment.pop("RANKLSYS_CACHE", None)
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        print(f"seconds of processor time; the smallest of {turns} turns\n")
        print(f"{'':52}{'first':>8}{'later':>8}{'never':>8}")
        for label, words in LINES.items():
            times = measured(words, folder, environment, turns)
            print(f"{label:52}" + "".join(f"{seconds:8.2f}" for seconds in times))
        for label, code in BARE.items():
            script = [sys.executable, "-c", f"{code}; {SETTINGS}; rr.simulate(0, 25, 201)"]
            seconds = min(cost(script, folder, environment) for _ in range(turns + 1))
            print(f"{label:52}{seconds:8.2f}")
        by_phase(folder, environment, turns)


def measured(words: Sequence[str], folder: Path, environment: Mapping[str, str], turns: int) -> list[float]:
    """Return what a command costs the first time, later, and without a cache."""
    cost(words, folder, environment)  # so that bytecode and fonts are there
    first = min(cost(words, folder, emptied(environment, folder, turn)) for turn in range(turns))
    later = min(cost(words, folder, environment) for _ in range(turns))
    return [first, later, min(cost(words, folder, {**environment, "RANKLSYS_CACHE": "0"}) for _ in range(turns))]


def emptied(environment: Mapping[str, str], folder: Path, turn: int) -> dict[str, str]:
    """Return the environment with a cache in which nothing is."""
    return {**environment, "XDG_CACHE_HOME": tempfile.mkdtemp(prefix=f"empty{turn}", dir=folder)}


def cost(words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> float:
    """Return the processor time of a process [s]."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, cwd=folder, env=dict(environment), check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def by_phase(folder: Path, environment: Mapping[str, str], turns: int) -> None:
    """Print what each phase of such a run costs."""
    later = [phases(folder, environment) for _ in range(turns + 1)][1:]
    first = [phases(folder, emptied(environment, folder, turn)) for turn in range(turns)]
    print(f"\n{'phase':52}{'first':>8}{'later':>8}")
    for name in later[0]:
        print(f"{name:52}{min(each[name] for each in first):8.3f}{min(each[name] for each in later):8.3f}")


def phases(folder: Path, environment: Mapping[str, str]) -> dict[str, float]:
    """Return the processor time of each phase of a process of its own, and of all [s]."""
    script = PHASES.format(parts=PARTS, doses=DOSES)
    words = [sys.executable, "-c", script]
    said = subprocess.run(words, cwd=folder, env=dict(environment), check=True, capture_output=True, text=True).stdout
    found = {name: float(seconds) for name, seconds in (line.split("\t") for line in said.splitlines())}
    return {**found, "all": sum(found.values())}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
