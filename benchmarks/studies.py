"""Studies of one model, by lanes and by RoadRunner, in one run: a fit, sensitivities, scans and a score.

Run it with ``uv run python benchmarks/studies.py [NAME...]``; it takes five minutes, most of it RoadRunner's. Processor
time of this process counts, so other work on the machine does not. The fit is a few of its starts, from the values of
the tables and from a Latin hypercube; all else is what a user asks for. Each study has its second time too, when what
is composed, compiled and loaded stays: what a script pays for one more.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import ranklsys as rk
from ranklsys.model.lanes import batch

ROOT = Path(__file__).parent.parent
STARTS = 4
Numbers = np.ndarray


def fitted(engine: str) -> Numbers:
    """Return the least cost, and the numbers there."""
    found = rk.fit(ROOT / "calibration" / "fit_human.toml", starts=STARTS, processes=1, engine=engine)
    return np.array([found.cost_after, *found.after])


def sobol(*parts: str, samples: int, until: str, **protocol: object) -> Callable[[str], Numbers]:
    """Return what gives the indices of CTX."""

    def run(engine: str) -> Numbers:
        model = rk.compose("human", "menopause", *parts)
        options = {"method": "sobol", "samples": samples, "engine": engine, **protocol}
        return rk.sensitivity(model, "CTX", until, **options)["index"].sort_index().to_numpy()

    return run


def scanned(engine: str) -> Numbers:
    """Return where a surface over amount and interval ends."""
    model = rk.compose("human", "menopause", "zoledronic-acid")
    over = {"amount": [f"{each} mg" for each in range(1, 17)], "interval": [f"{each} w" for each in range(3, 19)]}
    dose = "zoledronic-acid {amount} iv q{interval}"
    return rk.scan(model, over, "1 y", doses=dose, points=13, columns=["CTX"], engine=engine)["CTX"].to_numpy()


def scored(engine: str) -> Numbers:
    """Return the predictions of all training tables."""
    tables = sorted(ROOT.glob("plugins/*/*/training.csv"))
    return rk.score(*tables, engine=engine).table["predicted"].to_numpy()


STUDIES: dict[str, tuple[str, Callable[[str], Numbers]]] = {
    "fit": (f"fit_human, {STARTS} starts", fitted),
    "sobol": ("sobol, no doses, 3 y", sobol(samples=64, until="3 y")),
    "sobol-dosed": (
        "sobol, zoledronic acid q4w, 2 y",
        sobol("zoledronic-acid", samples=8, until="2 y", doses="zoledronic-acid 4 mg iv q4w"),
    ),
    "sobol-before": (
        "sobol, 12 y before, denosumab q4w, 1 y",
        sobol(
            *("denosumab", "patient-breast"),
            samples=8,
            until="1 y",
            doses="denosumab 120 mg sc q4w",
            before="12 y",
            then={"tumour": 0.03},
        ),
    ),
    "scan": ("scan, 256 regimens of zoledronic acid, 1 y", scanned),
    "score": ("score, all training tables", scored),
}


def timed(study: Callable[[str], Numbers], engine: str) -> tuple[float, float, Numbers]:
    """Return processor seconds at first and at second, and the numbers."""
    rk.forget()
    begun = time.process_time()
    found = study(engine)
    middle = time.process_time()
    study(engine)
    return middle - begun, time.process_time() - middle, found


def main(names: list[str]) -> None:
    """Print a row for each study."""
    batch.load()
    rk.compose("mouse").simulate("1 d", points=2)  # libraries
    print("| study | RoadRunner | lanes | ratio | RoadRunner again | lanes again | ratio | largest difference |")
    print("|---|---|---|---|---|---|---|---|")
    for name in names or STUDIES:
        title, study = STUDIES[name]
        first, second, expected = timed(study, "roadrunner")
        quick, again, found = timed(study, "lanes")
        sizes = np.maximum(np.abs(expected), 0.01 * np.abs(expected).max())
        cells = [f"{first:.1f} s", f"{quick:.1f} s", f"{first / quick:.1f}"]
        cells += [f"{second:.1f} s", f"{again:.1f} s", f"{second / again:.1f}"]
        print(f"| {title} | {' | '.join(cells)} | {np.max(np.abs(found - expected) / sizes):.0e} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
