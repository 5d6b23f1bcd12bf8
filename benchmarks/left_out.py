"""How far is a trial off that the fit has not seen? Each predicted by all others, written to docs/left_out.md.

Run it with ``uv run --extra fit python benchmarks/left_out.py``; it takes a quarter of an hour.
``--only fit_events`` prints the part of one fit instead.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ranklsys.show import number
from ranklsys.study import plot_left_out
from ranklsys.study.calibration import Calibration
from ranklsys.study.left_out import LeftOut, leave_out

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
SPECIFICATIONS = HERE.parent / "calibration"
PAGES = ("fit_human", "fit_events", "fit_mouse")
HEAD = (HERE / "left_out_page.md").read_text(encoding="utf-8")


def main() -> None:
    """Leave out the trials of each fit and write the page, or print one part."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--only", choices=PAGES)
    only = reader.parse_args().only
    parts = [section(name) for name in PAGES if only in (None, name)]
    if only:
        print(*parts)
        return
    (DOCS / "left_out.md").write_text(HEAD + "".join(parts), encoding="utf-8")
    print("wrote left_out.md")


def section(name: str) -> str:
    """Return the part of one fit, and draw its picture."""
    calibration = Calibration(SPECIFICATIONS / f"{name}.toml")
    found = leave_out(calibration, report=lambda line: print(f"{name}: {line}", file=sys.stderr, flush=True))
    picture = plot_left_out.draw(found, DOCS / "calibration" / f"{name.removeprefix('fit_')}-left-out.png")
    title = calibration.spec.title
    told = f"![{title}: each row of each trial, with the trial in the fit and without]({picture.relative_to(DOCS)})"
    return f"\n## {title}\n\n{summary(found)}\n\n{table(found)}\n\n{told}\n"


def summary(found: LeftOut) -> str:
    """Return how many predictions are right."""
    rows = found.predicted
    right, fitted = int(rows["within"].sum()), int(rows["fitted_within"].sum())
    share = f"{right / max(len(rows), 1):.0%}"
    return f"Of {len(rows)} rows {right} are right without their trial in the fit ({share}), {fitted} with it."


def table(found: LeftOut) -> str:
    """Return a line for each trial."""
    lines = [
        "| trial | right with it | right without | off with it | off without | numbers of its own |",
        "|---" * 6 + "|",
    ]
    for trial, row in found.trials.iterrows():
        counts = (f"{row[each]:.0f} of {row['rows']:.0f}" for each in ("fitted_right", "right"))
        off = (number(float(row[each]), 2) for each in ("fitted_distance", "distance"))
        lines.append(f"| {trial} | {' | '.join(counts)} | {' | '.join(off)} | {row['own']} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
