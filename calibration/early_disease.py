"""Fit what chance is drawn from in early disease to relapse over 20 years: early_disease.csv and waking in the core.

Run it with ``uv run python calibration/early_disease.py``; ``--write`` puts the numbers into their tables. How many cells
a woman has is a Poisson number, so the share that is free of metastases has a closed form, and the fit has no noise.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from ranklsys_cell_lines import early_disease as early
from scipy.optimize import least_squares

import ranklsys as rk
from ranklsys.tables.editable import EditableTable
from ranklsys.tables.files import read_table

ROOT = Path(__file__).parent.parent
PLUGIN = ROOT / "plugins" / "ranklsys-cell-lines" / "ranklsys_cell_lines"
ROWS = PLUGIN / "early_disease_rows.csv"
NUMBERS = PLUGIN / "early_disease.csv"
CORE = ROOT / "models" / "parameters.csv"
COLUMNS = ("row", "receptors", "what", "start", "end", "value", "error", "source")
WOMEN = 256
SEED = 3
YEARS = 20
WAKING = "waking_rate"
# start, prior and standard deviation of its logarithm (of the logit, for a share)
FITTED = {
    "cells_positive": (0.5, 0.7),
    "cells_negative": (0.3, 0.7),
    "asleep_positive": (0.8, 1.0),
    "asleep_negative": (0.5, 1.0),
    "growth_positive": (0.75, 0.2),
    "growth_negative": (1.4, 0.2),
    "stage_sd": (1.0, 0.3),
    "shedding_power": (0.2, 0.5),
    WAKING: (0.0002, 1.0),
}
SHARES = ("asleep_positive", "asleep_negative")


def packed(values: dict[str, float]) -> np.ndarray:
    return np.array([np.log(v / (1 - v)) if name in SHARES else np.log(v) for name, v in values.items()])


def unpacked(x: np.ndarray) -> dict[str, float]:
    pairs = zip(FITTED, x, strict=True)
    return {name: float(1 / (1 + np.exp(-v)) if name in SHARES else np.exp(v)) for name, v in pairs}


def predicted(values: dict[str, float], rows: list[dict[str, str]]) -> np.ndarray:
    """Return the prediction of each row at the values."""
    own = {name: v for name, v in values.items() if name != WAKING}
    model = rk.compose("human", "menopause", "early-breast").set(waking_rate=values[WAKING])
    women = early.women(model, WOMEN, SEED, own)
    found = early.courses(model, women, YEARS, values=own)
    weights = 1 - found.at_surgery()
    years = found.days / early.YEAR
    return np.array([_row(row, found, women, weights, years) for row in rows])


def _row(row, found, women, weights, years) -> float:
    who = {"positive": women.positive, "negative": ~women.positive, "all": np.ones(len(women), bool)}[row["receptors"]]
    if row["what"] == "at surgery":
        return float(found.at_surgery()[who].mean())
    mean = np.average(found.free()[who], axis=0, weights=weights[who])
    start, end = float(row["start"]), float(row["end"])
    free = {year: float(np.interp(year, years, mean)) for year in (0.0, 5.0, start, end)}
    if row["what"] == "hazard over first":
        first = -np.log(free[5.0]) / 5
        return float(-np.log(free[end] / free[start]) / (end - start) / first)
    if row["what"] == "share of relapses after":
        return (free[start] - free[end]) / (1 - free[end])
    return 1 - free[end] / free[start]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the numbers into their tables")
    write = parser.parse_args().write
    rows = [row for _, row in read_table(ROWS, COLUMNS)]
    seen = np.array([float(row["value"]) for row in rows])
    errors = np.array([float(row["error"]) for row in rows])
    prior = packed({name: start for name, (start, _) in FITTED.items()})
    widths = np.array([sd for _, sd in FITTED.values()])

    def residuals(x: np.ndarray) -> np.ndarray:
        return np.concatenate([(predicted(unpacked(x), rows) - seen) / errors, (x - prior) / widths])

    fitted = least_squares(residuals, prior, diff_step=1e-3)
    values = unpacked(fitted.x)
    doubt = np.sqrt(np.diag(np.linalg.inv(fitted.jac.T @ fitted.jac)))
    for (name, value), sd in zip(values.items(), doubt, strict=True):
        print(f"{name:18} {value:<10.4g} standard error {sd:.2f} of the {'logit' if name in SHARES else 'logarithm'}")
    for row, one, sight, error in zip(rows, predicted(values, rows), seen, errors, strict=True):
        print(f"{row['row']} {row['receptors']:9} {row['what']:24} {row['start']:>2} to {row['end']:>2} y: "
              f"seen {sight:.3f} +- {error:.3f}, predicted {one:.3f}")  # fmt: skip
    if write:
        put(NUMBERS, "parameter", "value", {name: value for name, value in values.items() if name != WAKING})
        put(CORE, "id", "human", {WAKING: values[WAKING]})
        print("Next: ranklsys build")


def put(path: Path, key: str, column: str, values: dict[str, float]) -> None:
    """Write numbers of four digits into a column of a table, in the rows that the key names."""
    table = EditableTable(path)
    for row in range(len(table)):
        if (name := table.get(row, key)) in values:
            table.set(row, column, f"{values[name]:.4g}")
    print(f"wrote {table.save()}")


if __name__ == "__main__":
    main()
