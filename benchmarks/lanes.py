"""Lanes beside a bare RoadRunner loop and AMICI, at equal accuracy, in one run and one process.

Run it with ``uv run python benchmarks/lanes.py``; with ``--group amici`` AMICI takes part. Everything has the same flat
SBML with its doses, the same subjects (which differ in some numbers) and rows; nothing is composed, loaded or compiled
while the clock runs. Of each tool the loosest tolerance counts with which no value is off by more than 1e-6 of it, or
of 1 % of its most, against RoadRunner at a relative tolerance of 1e-11; it is printed. Processor time, best of turns.
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import roadrunner

import ranklsys as rk
from ranklsys import show
from ranklsys.model import dose_courses
from ranklsys.model.lanes import batch
from ranklsys.sbml.facts import facts
from ranklsys.sbml.pruned import reduced
from ranklsys.sbml.structure import structure
from ranklsys.sbml.tapes.tape import tapes
from ranklsys.trials.tolerance import by_size

ERROR = 1e-6
"""The largest that a tool may have."""

LOOPED, TURNS = 8, 3
TIGHT = rk.Solver(relative_tolerance=1e-11, absolute_tolerance=1e-17)
VARIED = ("RANKL_loss", "OPG_loss", "RANKL_healthy")
LADDER = (1e-5, 3e-6, 2e-6, 1e-6, 5e-7, 3e-7, 1e-7, 5e-8, 3e-8, 1e-8, 3e-9, 1e-9, 1e-10)
PLAIN, SIZED, AMICI = "RoadRunner", "RoadRunner, by size", "AMICI"
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Arm:
    """What is run: a composition, doses, and rows from 0 to ``days``."""

    label: str
    parts: tuple[str, ...]
    doses: str
    days: float
    rows: int


ARMS = (
    Arm(
        "zoledronic acid q4w", ("human", "menopause", "zoledronic-acid"), "zoledronic-acid 4 mg iv q4w x 39", 1092.0, 40
    ),
    Arm("denosumab q4w", ("human", "menopause", "denosumab"), "denosumab 120 mg sc q4w x 39", 1092.0, 40),
    Arm("no doses", ("human", "menopause", "patient-breast"), "", 1092.0, 40),
    Arm("mouse, OPG-Fc tiw", ("mouse", "mda-mb-231", "opg-fc"), "opg-fc 3 mg/kg sc q56h", 56.0, 57),
)


@dataclass(frozen=True)
class Work:
    """The same for every tool. numbers: of each subject, by id. sized: tolerances by size, for a relative 1e-8."""

    sbml: str
    numbers: list[dict[str, float]]
    rows: np.ndarray
    columns: tuple[str, ...]
    sized: rk.Solver

    def some(self, number: int) -> Work:
        """Return the work of the first subjects."""
        return replace(self, numbers=self.numbers[:number])

    def absolute(self, states: Sequence[str], relative: float) -> list[float]:
        """Return tolerances by size of states, in proportion to a relative one."""
        known = dict(self.sized.by_state)
        part = relative / self.sized.relative_tolerance
        return [part * known.get(state, self.sized.absolute_tolerance) for state in states]


def work(arm: Arm, number: int) -> Work:
    """Return what is to be done for an arm."""
    model = rk.compose(*arm.parts)
    rows = np.linspace(0.0, arm.days, arm.rows)
    doses = dose_courses.read_doses(arm.doses or ())
    courses = model.courses(doses)
    columns = tuple(model.observables)
    random, held = np.random.default_rng(7), model.facts.elements
    given = dose_courses.numbers_of(courses)
    numbers = [
        {**given, **{name: held[name].value * float(np.exp(0.15 * random.normal())) for name in VARIED}}
        for _ in range(number)
    ]
    sized = by_size(model, [doses], rows)
    return Work(reduced(structure(model.base, courses), columns), numbers, rows, columns, sized)


Tool = Callable[[Work], np.ndarray]
"""What gives subjects x rows x columns."""


def looped(work: Work, relative: float, sized: bool) -> Tool:
    """The bare loop: nothing but RoadRunner, one subject after another."""
    engine = roadrunner.RoadRunner(work.sbml)
    known = facts(work.sbml)
    states = known.states
    seen = [
        f"[{name}]" if known.elements[name].kind == "species" and not known.elements[name].only_substance else name
        for name in work.columns
    ]
    plain = 1e-14 * relative / 1e-8
    engine.integrator.relative_tolerance = relative
    engine.integrator.absolute_tolerance = work.absolute(states, relative) if sized else [plain] * len(states)
    engine.integrator.maximum_num_steps = 1_000_000

    def run(some: Work) -> np.ndarray:
        found = []
        for numbers in some.numbers:
            for name, value in numbers.items():
                engine.model[f"init({name})"] = value
            engine.resetAll()
            found.append(np.array(engine.simulate(times=some.rows.tolist(), selections=seen)))
        return np.array(found)

    return run


def in_lanes(work: Work, relative: float, *, sized: bool = False) -> Tool:
    """Lanes of this package."""
    taped = tapes(work.sbml, work.columns)
    plain = [work.sized.absolute_tolerance] * len(taped.states)
    absolute = np.array(work.absolute(taped.states, relative) if sized else plain)

    def run(some: Work) -> np.ndarray:
        rows = np.tile(some.rows, (len(some.numbers), 1))
        return batch.simulate(taped, some.numbers, rows, relative, absolute).array

    return run


def amici(work: Work, relative: float) -> Tool:
    """AMICI, compiled before (from its cache after the first time); it has columns for states alone."""
    from amici.sim import sundials

    from ranklsys.model import amici_models, other_engines

    logging.getLogger("amici").setLevel(logging.ERROR)
    measured = [element.id for element in other_engines.reported(work.sbml)]
    model = amici_models.compiled(work.sbml, measured)
    model.set_timepoints(other_engines.late(work.rows).tolist())
    solver = model.create_solver()
    solver.set_relative_tolerance(relative)
    solver.set_absolute_tolerance(1e-14 * relative / 1e-8)
    solver.set_max_steps(1_000_000)
    known = set(model.get_free_parameter_ids())
    places = [measured.index(name) if name in measured else 0 for name in work.columns]
    absent = [name not in measured for name in work.columns]

    def run(some: Work) -> np.ndarray:
        found = []
        for numbers in some.numbers:
            for name, value in numbers.items():
                if name in known:
                    model.set_free_parameter_by_id(name, value)
            rows = np.array(sundials.run_simulation(model, solver).y)[:, places]
            rows[:, absent] = np.nan
            found.append(rows)
        return np.array(found)

    return run


@dataclass(frozen=True)
class Measured:
    """What a tool needs for a subject [ms of processor time], how wrong it is, and with which relative tolerance."""

    arm: str
    tool: str
    milliseconds: float
    error: float
    tolerance: float


def compare(arm: Arm, number: int) -> list[Measured]:
    """Return what each tool needs for an arm."""
    everything = work(arm, number)
    few = everything.some(LOOPED)
    reference = looped(few, TIGHT.relative_tolerance, sized=False)(few)
    builders: dict[str, tuple[int, Callable[[Work, float], Tool]]] = {
        PLAIN: (LOOPED, lambda each, relative: looped(each, relative, sized=False)),
        SIZED: (LOOPED, lambda each, relative: looped(each, relative, sized=True)),
    }
    if importlib.util.find_spec("amici"):
        builders[AMICI] = (LOOPED, amici)
    builders["lanes, by size"] = (number, partial(in_lanes, sized=True))
    builders |= {f"lanes, {size}": (size, in_lanes) for size in (number, 64, 8, 1)}
    chosen: dict[str, tuple[int, Tool, float, float]] = {}
    for name, (size, build) in builders.items():
        tolerance, tool, off = _loosest(build, few, reference)
        chosen[name] = (size, tool, off, tolerance)
    best = dict.fromkeys(chosen, np.inf)
    for _ in range(TURNS):
        for name, (size, tool, _, _) in chosen.items():
            some = everything.some(size)
            begun = time.process_time()
            tool(some)
            best[name] = min(best[name], 1e3 * (time.process_time() - begun) / size)
    return [Measured(arm.label, name, best[name], off, how) for name, (_, _, off, how) in chosen.items()]


def _loosest(build: Callable[[Work, float], Tool], few: Work, reference: np.ndarray) -> tuple[float, Tool, float]:
    """Return the loosest tolerance that is exact enough, the tool with it, and its error."""
    for tolerance in LADDER:
        tool = build(few, tolerance)
        try:
            off = error(tool(few), reference)
        except RuntimeError:  # of a solver that gives up
            continue
        if off <= ERROR:
            return tolerance, tool, off
    raise SystemExit(f"no tolerance down to {LADDER[-1]:g} is exact enough")


def error(found: np.ndarray, reference: np.ndarray) -> float:
    """Return the largest error, of a value or of 1 % of its most, in the columns that a tool has and that are not 0."""
    most = np.abs(reference).max(axis=1, keepdims=True)
    counted = (most > 1e-9) & ~np.isnan(found).all(axis=(0, 1))
    off = np.abs(found - reference) / np.maximum(np.abs(reference), 0.01 * np.maximum(most, 1e-9))
    off[np.isnan(off)] = np.inf  # of a run that was given up
    return float(np.where(counted, off, 0.0).max()) if counted.any() else np.inf


def table(rows: Sequence[Measured]) -> str:
    """Return the results as Markdown."""
    lines = [
        "| arm | tool | ms a subject | as fast as the loop | error | relative tolerance |",
        "|---|---|---|---|---|---|",
    ]
    loops = {row.arm: row.milliseconds for row in rows if row.tool == PLAIN}
    for row in rows:
        cells = (f"{row.milliseconds:.3g}", f"{loops[row.arm] / row.milliseconds:.3g}", f"{row.error:.0e}")
        lines.append(f"| {row.arm} | {row.tool} | {' | '.join(cells)} | {row.tolerance:.0e} |")
    return "\n".join(lines)


def picture(rows: Sequence[Measured], path: Path) -> None:
    """Draw the milliseconds of each tool, an arm a panel, on one logarithmic scale."""
    arms = list(dict.fromkeys(row.arm for row in rows))
    tools = list(dict.fromkeys(row.tool for row in rows))
    with show.drawing(path, len(arms), across=2, size=(3.9, 0.6 + 0.24 * len(tools))) as (_, axes):
        for axis, arm in zip(axes, arms, strict=True):
            own = [row for row in rows if row.arm == arm]
            colours = [show.colour(1 if row.tool.startswith("lanes") else 0) for row in own]
            bars = axis.barh([row.tool for row in own], [row.milliseconds for row in own], color=colours)
            axis.bar_label(bars, [f"{row.milliseconds:.2g}" for row in own], padding=2, fontsize=7)
            axis.set(title=arm, xscale="log", xlim=(0.05, 400.0), xlabel="processor time a subject [ms]")
            axis.invert_yaxis()


def main() -> None:
    """Measure, print a table, and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", type=int, default=512)
    parser.add_argument("--picture", type=Path, default=ROOT / "docs" / "lanes.svg")
    asked = parser.parse_args()
    print(f"LLVM loaded in {1e3 * batch.load():.0f} ms")
    rows: list[Measured] = []
    for arm in ARMS:
        rows += compare(arm, asked.subjects)
        print(f"{arm.label} is measured", file=sys.stderr)
    print()
    print(table(rows))
    picture(rows, asked.picture)


if __name__ == "__main__":
    main()
