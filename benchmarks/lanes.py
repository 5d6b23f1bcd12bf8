"""Lanes beside a bare RoadRunner loop, at equal accuracy, in one run and one process.

Run it with ``uv run python benchmarks/lanes.py [SUBJECTS]``. Each arm: subjects that differ in some numbers, rows as a
trial would have them. The loop is RoadRunner with this package's tolerances (relative 1e-8), one subject after another,
nothing composed or loaded anew. Errors are the largest over all rows and columns of a few subjects, against RoadRunner
at a relative tolerance of 1e-11, as part of the quantity or of 1 % of its most.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import ranklsys as rk
from ranklsys.model.lanes import batch
from ranklsys.model.many import EXACT, TOLERANCE, run_many

LOOPED, TURNS = 12, 3
TIGHT = rk.Solver(relative_tolerance=1e-11, absolute_tolerance=1e-17)
VARIED = ("RANKL_loss", "OPG_loss", "osteoclast_death", "mineralisation")


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


def main(number: int) -> None:
    """Print a row for each arm."""
    print(f"kernels loaded in {batch.load(print):.1f} s; {number} subjects in lanes, {LOOPED} in the loop")
    heads = ("loop ms", "error", "lanes ms", "error", "ratio", "exact ms", "error", "ratio")
    print(f"{'arm':22}" + "".join(f"{head:>10}" for head in heads))
    for arm in ARMS:
        compare(arm, number)


def compare(arm: Arm, number: int) -> None:
    """Print the times of both and their errors."""
    model = rk.compose(*arm.parts)
    rows, columns = np.linspace(0.0, arm.days, arm.rows), [*model.observables]
    random, held = np.random.default_rng(7), model.facts
    varied = [name for name in VARIED if name in held.settable]
    subjects = [
        {name: held.elements[name].value * float(np.exp(0.15 * random.normal())) for name in varied}
        for _ in range(number)
    ]
    some = subjects[:LOOPED]

    def run(engine: str, people: list[dict[str, float]], **more: object) -> np.ndarray:
        return run_many(model, people, rows, columns, doses=arm.doses or (), engine=engine, **more).array

    reference = run("roadrunner", some, solver=TIGHT)
    run("roadrunner", some[:1])
    run("lanes", some[:1])
    ways: tuple[Callable[[], np.ndarray], ...] = (
        lambda: run("roadrunner", some),
        lambda: run("lanes", subjects),
        lambda: run("lanes", subjects, exact=True),
    )
    people = (LOOPED, number, number)
    taken, found = np.full((TURNS, 3), np.nan), [np.empty(0)] * 3
    for turn in range(TURNS):
        for place, way in enumerate(ways):
            begun = time.process_time()
            found[place] = way()
            taken[turn, place] = 1e3 * (time.process_time() - begun) / people[place]
    loop, lanes, exact = taken.min(axis=0)
    errors = [error(each[:LOOPED], reference) for each in found]
    numbers = (
        f"{loop:.2f}",
        f"{errors[0]:.0e}",
        f"{lanes:.2f}",
        f"{errors[1]:.0e}",
        f"{loop / lanes:.1f}",
        f"{exact:.2f}",
        f"{errors[2]:.0e}",
        f"{loop / exact:.1f}",
    )
    print(f"{arm.label:22}" + "".join(f"{number:>10}" for number in numbers))


def error(found: np.ndarray, reference: np.ndarray) -> float:
    """Return the largest error."""
    most = np.abs(reference).max(axis=1, keepdims=True)
    return float((np.abs(found - reference) / np.maximum(np.abs(reference), 0.01 * most + 1e-9)).max())


if __name__ == "__main__":
    print(f"relative tolerance of a step {TOLERANCE:g}, exact {EXACT:g}")
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 512)
