"""Do bands cover? Each trial predicted by a fit to all others, with its band, written to docs/doubt.md.

Run it with ``uv run --extra fit python benchmarks/doubt.py``; it takes some minutes, or a quarter of an hour with
``--full``, which computes derivatives anew in each fit. ``--tables FOLDER`` reads ``human.csv``, ``events.csv`` and
``mouse.csv`` there, or writes them if they are missing: the ``left-out.csv`` of ``ranklsys fit SPEC.toml --leave-out``.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ranklsys import frame
from ranklsys.model.ensemble import Ensemble, read
from ranklsys.show import COLOURS, drawing, number
from ranklsys.study.calibration import Calibration
from ranklsys.study.left_out import LeftOut, leave_out

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
SPECIFICATIONS = HERE.parent / "calibration"
ENSEMBLES = HERE.parent / "models" / "ensemble"
FITS = ("human", "events", "mouse")
HEAD = (HERE / "doubt_page.md").read_text(encoding="utf-8")
BANDS = (
    ("numbers alone", {"own": False}),
    ("numbers and the error of the row", {"widened": False}),
    ("numbers and the error of the row, widened", {"widened": True}),
)
FEW = 3
"""Rows of a kind, of which no median is told if they are fewer."""
LEVELS = np.arange(0.1, 1.0, 0.05)
KINDS = {
    "bone mineral density": r"bone_mineral_density",
    "markers of bone": r"(CTX|NTX|P1NP|BSAP)",
    "patients with an event": r"100\*\w+_seen$",
    "odds of an event": r"\w+_seen/",
    "events a year": r"\(skeletal_events_counted",
}
"""Of what is observed, by how it begins."""


def main() -> None:
    """Leave out the trials of each fit, and write the page and its picture."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--tables", type=Path)
    reader.add_argument("--full", action="store_true")
    asked = reader.parse_args()
    found = {name: left_out(name, asked.tables, quick=not asked.full) for name in FITS}
    every = LeftOut(pd.concat([each.table for each in found.values()]), pd.DataFrame())
    every.table.attrs["quick"] = not asked.full
    draw(every, DOCS / "calibration" / "coverage.png")
    text = HEAD + ensembles([read(ENSEMBLES / f"{name}.csv") for name in FITS])
    (DOCS / "doubt.md").write_text(text + coverage(found | {"all": every}) + distances(every), encoding="utf-8")
    print("wrote doubt.md")


def left_out(name: str, folder: Path | None, *, quick: bool) -> LeftOut:
    """Return what fits without each trial predict: from a table, if it is there, else of the fits."""
    path = folder / f"{name}.csv" if folder else None
    if path is not None and path.is_file():
        return LeftOut(
            pd.read_csv(path, dtype={"own": str, "unit": str}).fillna({"own": "", "unit": ""}), pd.DataFrame()
        )
    calibration = Calibration(SPECIFICATIONS / f"fit_{name}.toml")
    found = leave_out(
        calibration, quick=quick, report=lambda line: print(f"{name}: {line}", file=sys.stderr, flush=True)
    )
    if path is not None:
        frame.save(found.table, path)
    return found


def ensembles(found: Sequence[Ensemble]) -> str:
    """Return a line for each shipped ensemble."""
    lines = [
        "| fit | numbers | members | chi-square, degrees of freedom | errors widened by | worth, Pareto k "
        "| stages | renewed |",
        "|---" * 8 + "|",
    ]
    for each in found:
        about = {key: number(value, 3) if isinstance(value, float) else str(value) for key, value in each.about.items()}
        lines.append(
            f"| {about['title']} | {len(each.numbers)} | {len(each)} | {about['chi_square_of_rows']}, "
            f"{about['degrees_of_freedom']} | {about['errors_widened_by']} | {about['effective_size_at_first']}, "
            f"{about['pareto_k_at_first']} | {about['stages']} | {about['renewed']} |"
        )
    return "\n".join(lines) + "\n\n"


def coverage(found: dict[str, LeftOut]) -> str:
    """Return how many rows lie in their band of 90 %."""
    lines = [
        "## Do they cover?\n",
        (HERE / "doubt_coverage.md").read_text(encoding="utf-8"),
        "| fit | predictions | "
        + " | ".join(f"in 90 % of {words}" for words, _ in BANDS)
        + " | the last, mean over trials |",
        "|---" * (3 + len(BANDS)) + "|",
    ]
    for name, each in found.items():
        shares = (each.covered(**of).mean() for _, of in BANDS)
        of_trials = each.covered().groupby(each.predicted["trial"]).mean().mean()
        cells = " | ".join(f"{share:.0%}" for share in (*shares, of_trials))
        lines.append(f"| {name} | {len(each.predicted)} | {cells} |")
    picture = "![Share of rows in their band, over the level of the band; the diagonal is what bands promise]"
    return "\n".join(lines) + f"\n\n{picture}(calibration/coverage.png)\n\n"


def kind(observable: str) -> str:
    """Return what kind of thing was observed."""
    return next((name for name, pattern in KINDS.items() if re.match(pattern, observable)), "other")


def distances(every: LeftOut) -> str:
    """Return how far predictions are off, by kind and measure, with the trial in the fit and without."""
    rows = every.predicted
    rows = rows.assign(
        kind=[kind(each) for each in rows["observable"]],
        without=(rows["predicted"] - rows["value"]).abs(),
        with_it=(rows["fitted"] - rows["value"]).abs(),
    )
    lines = ["| what | measure | rows | median error without its trial | with it |", "|---" * 5 + "|"]
    ranges = rows["rule"].str.startswith("inside")  # of which only is known that something lies between two ends
    for (of, measure, unit), own in rows[~ranges].groupby(["kind", "measure", "unit"]):
        if len(own) < FEW:
            continue
        errors = (f"{number(float(own[each].median()), 2)} {unit}" for each in ("without", "with_it"))
        lines.append(f"| {of} | {measure} | {len(own)} | {' | '.join(errors)} |")
    right, fitted = (int(rows[name].sum()) for name in ("within", "fitted_within"))
    told = f"Of {len(rows)} rows {right} are right by their own rule without their trial in the fit, {fitted} with it"
    if every.table.attrs.get("quick"):
        told += ", by fits whose derivatives are carried ([fits with their own](left_out.md) are a little less right)"
    return f"{told}. Medians of how far predictions are off, in their own units:\n\n" + "\n".join(lines) + "\n"


def draw(every: LeftOut, path: Path) -> None:
    """Draw the share of rows in their band over its level."""
    with drawing(path, size=(3.6, 3.0), more=(0.2, 0.2)) as (_, (axis,)):
        axis.plot([0, 100], [0, 100], color="#999999", linewidth=0.8)
        for (words, of), shade in zip(BANDS, COLOURS, strict=False):
            shares = [100 * float(every.covered(level, **of).mean()) for level in LEVELS]
            axis.plot(100 * LEVELS, shares, color=shade, marker="o", ms=3, linewidth=1.2, label=words)
        axis.set_xlabel("level of the band, %")
        axis.set_ylabel("rows of trials left out in it, %")
        axis.legend(fontsize=6)


if __name__ == "__main__":
    main()
