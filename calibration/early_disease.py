"""Fit what chance is drawn from in early disease to relapse over 20 years: early_disease.csv and waking in the core.

Run it with ``uv run python calibration/early_disease.py``; ``--write`` puts the numbers into their tables. How many
cells a woman has is a Poisson number, so the share that is free of metastases has a closed form: the fit has no noise.
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
ROWS = Path(__file__).with_suffix(".csv")
COLUMNS = ("row", "receptors", "what", "start", "end", "value", "error", "source")
WOMEN = 256
SEED = 3
YEARS = 20
SUBTYPES = {"positive": "early-breast", "negative": "early-breast-negative"}
BOTH = "all"
# prior and standard deviation of its logarithm (of the logit, for a share): of the subtype, or of both
FITTED = {
    ("positive", "tumour_cells_at_surgery"): (0.17, 0.7),
    ("negative", "tumour_cells_at_surgery"): (0.1, 0.7),
    ("positive", "tumour_cells_asleep"): (0.8, 1.0),
    ("negative", "tumour_cells_asleep"): (0.5, 1.0),
    ("positive", "growth_scale"): (0.75, 0.2),
    ("negative", "growth_scale"): (1.4, 0.2),
    (BOTH, "spread of tumour_cells_at_surgery"): (1.0, 0.3),
    (BOTH, "tumour_shedding_power"): (0.2, 0.5),
    (BOTH, "waking_rate"): (0.0001, 1.0),
}
# of other starts, in standard deviations of the priors: slow waking of more cells, and fast of fewer
STARTS = ((1, 0, 0, 0, 0, 0, 0, 0, -1), (-1, 0, 0, 0, 0, 0, 0, 0, 1))
Values = dict[tuple[str, str], float]


def packed(values: Values) -> np.ndarray:
    """Return values as logarithms, shares as logits."""
    return np.array([np.log(v / (1 - v)) if _is_share(name) else np.log(v) for name, v in values.items()])


def unpacked(x: np.ndarray) -> Values:
    """Return the values of logarithms and logits."""
    pairs = zip(FITTED, x, strict=True)
    return {name: float(1 / (1 + np.exp(-v)) if _is_share(name) else np.exp(v)) for name, v in pairs}


def _is_share(name: tuple[str, str]) -> bool:
    return name[1] == "tumour_cells_asleep"


def predicted(values: Values, rows: list[dict[str, str]]) -> np.ndarray:
    """Return the prediction of each row at the values."""
    share = {"positive": early.spreads()["hormone_receptors"]}
    share["negative"] = 1 - share["positive"]
    found, weights = {}, {}
    for subtype, part in SUBTYPES.items():
        own = {name: value for (whose, name), value in values.items() if whose in (subtype, BOTH)}
        stage = own.pop("spread of tumour_cells_at_surgery")
        model = rk.compose("human", "menopause", part).set(own)
        women = early.women(model, WOMEN, SEED, {"tumour_cells_at_surgery": stage})
        found[subtype] = early.relapse(model, women, YEARS)
        weights[subtype] = share[subtype] * (1 - found[subtype].at_surgery)
    years = found["positive"].years
    return np.array([_row(row, found, weights, years) for row in rows])


def _row(row, found, weights, years) -> float:
    who = [row["receptors"]] if row["receptors"] in SUBTYPES else list(SUBTYPES)
    if row["what"] == "at surgery":
        return float(np.mean([found[each].at_surgery.mean() for each in who]))
    mean = sum(weights[each] @ found[each].free for each in who) / sum(weights[each].sum() for each in who)
    start, end = float(row["start"]), float(row["end"])
    free = {year: float(np.interp(year, years, mean)) for year in (0.0, 5.0, start, end)}
    if row["what"] == "hazard over first":
        first = -np.log(free[5.0]) / 5
        return float(-np.log(free[end] / free[start]) / (end - start) / first)
    if row["what"] == "share of relapses after":
        return (free[start] - free[end]) / (1 - free[end])
    return 1 - free[end] / free[start]


def main() -> None:
    """Fit, print the numbers with their errors and each row, and write if asked."""
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

    starts = [prior, *(prior + widths * np.array(step) for step in STARTS)]
    fits = [least_squares(residuals, start, diff_step=1e-3, xtol=1e-4, ftol=1e-5) for start in starts]
    print("half the sum of squares from each start:", *(f"{each.cost:.3f}" for each in fits))
    fitted = min(fits, key=lambda each: each.cost)
    values = unpacked(fitted.x)
    doubt = np.sqrt(np.diag(np.linalg.inv(fitted.jac.T @ fitted.jac)))
    for (name, value), sd in zip(values.items(), doubt, strict=True):
        scale = "logit" if _is_share(name) else "logarithm"
        print(f"{name[0]:9} {name[1]:28} {value:<10.4g} standard error {sd:.2f} of the {scale}")
    for row, one, sight, error in zip(rows, predicted(values, rows), seen, errors, strict=True):
        print(
            f"{row['row']} {row['receptors']:9} {row['what']:24} {row['start']:>2} to {row['end']:>2} y: "
            f"seen {sight:.3f} +- {error:.3f}, predicted {one:.3f}"
        )
    if write:
        put_down(values)


def put_down(values: Values) -> None:
    """Write the numbers into their tables: of the parts, of the spreads between women, of the core."""
    parts = {
        (SUBTYPES[each], name): value
        for (whose, name), value in values.items()
        for each in ([whose] if whose in SUBTYPES else SUBTYPES)
    }
    parts |= {(part, "tumour_dormancy"): parts[part, "tumour_cells_asleep"] for part in SUBTYPES.values()}
    spread = {("women", "tumour_cells_at_surgery"): values[BOTH, "spread of tumour_cells_at_surgery"]}
    put(PLUGIN / "cell_lines.csv", ("part", "parameter"), "value", parts)
    put(PLUGIN / "early_disease.csv", ("part", "parameter"), "value", spread)
    put(ROOT / "models" / "parameters.csv", ("id",), "human", {("waking_rate",): values[BOTH, "waking_rate"]})
    print("Next: ranklsys build")


def put(path: Path, keys: tuple[str, ...], column: str, values: dict[tuple[str, ...], float]) -> None:
    """Write numbers of four digits into a column of a table, in the rows that the keys name."""
    table = EditableTable(path)
    for row in range(len(table)):
        if (name := tuple(table.get(row, key) for key in keys)) in values:
            table.set(row, column, f"{values[name]:.4g}")
    print(f"wrote {table.save()}")


if __name__ == "__main__":
    main()
