"""Calibrate anew, and say what the data identify: written to docs/calibration.md and docs/calibration/*.png.

Run it with ``uv run --extra fit python benchmarks/calibration.py``; it takes five minutes on two processors.
Nothing is written back to the tables of values: that is ``ranklsys fit SPEC.toml --write``.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from ranklsys.show import number
from ranklsys.study import plot_fit
from ranklsys.study.fit import MOSTLY_PRIOR, Fit, fit

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
SPECIFICATIONS = HERE.parent / "calibration"
SAME = 0.05
"""Two starts have found the same least cost within this."""


@dataclass(frozen=True)
class Page:
    """What is fitted for a section. shown: studies whose pictures stand in it."""

    spec: str
    starts: int
    profiles: bool
    shown: tuple[str, ...]


PAGES = (
    Page("fit_mouse", 2, False, ("Canon 2008, vehicle", "Canon 2008, OPG-Fc", "Bennett 2024", "Johnson 2011, vehicle")),
    Page("fit_human", 2, False, ("McClung 2006, denosumab 60 mg", "Evenity label", "Grey 2017")),
    Page("fit_events", 2, False, ("Lipton 2000, placebo", "Coleman 2006, placebo")),
)
HEAD = (HERE / "calibration_page.md").read_text(encoding="utf-8")


def main() -> None:
    """Fit each specification, draw it, and write the page; ``--only fit_mouse`` makes its pictures and prints it."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--only", choices=[page.spec for page in PAGES])
    only = reader.parse_args().only
    (DOCS / "calibration").mkdir(exist_ok=True)
    sections = [section(page) for page in PAGES if only in (None, page.spec)]
    if only:
        print(*sections)
        return
    (DOCS / "calibration.md").write_text(HEAD + "".join(sections), encoding="utf-8")
    print("wrote docs/calibration.md")


def section(page: Page) -> str:
    """Return the section of one fit, and write its pictures."""
    found = fit(
        SPECIFICATIONS / f"{page.spec}.toml",
        starts=page.starts,
        profiles=page.profiles,
        report=lambda line: print(f"{page.spec}: {line}", file=sys.stderr),
    )
    costs, rows = found.starts["cost"], len(found.calibration.rows)
    same = int((costs < costs.min() + SAME).sum())
    pictures = plot_fit.draw(
        found, DOCS / "calibration", prefix=f"{page.spec.removeprefix('fit_')}-", studies=page.shown
    )
    shown = "\n\n".join(f"![{_says(picture)}](calibration/{picture.name})" for picture in pictures)
    return f"""
## {found.calibration.spec.title}

`calibration/{page.spec}.toml`: {rows} rows, {len(found.after)} numbers. Half the sum of squares is
{found.cost_before:.2f} with the values of the tables and {found.cost_after:.2f} at the least, which {same} of
{len(costs)} starts found.

{_numbers(found)}

{_studies(found)}

{shown}
"""


def _numbers(found: Fit) -> str:
    by = "profile" if found.profiles is not None else "curvature"
    lines = [f"| number | in the table | best | 95 % by {by} | identified |", "|---|---|---|---|---|"]
    for row in found.table.itertuples():
        low, high = map(number, (row.interval_low, row.interval_high))
        word = "yes" if row.identified else "no"
        if row.identified and row.prior_share > MOSTLY_PRIOR:
            word = "mostly by the prior"
        lines.append(f"| `{row.name}` | {number(row.before)} | {number(row.after)} | {low} to {high} | {word} |")
    return "\n".join(lines)


def _studies(found: Fit) -> str:
    before, after = (score.studies for score in found.scores)
    lines = ["| study | rows right with the tables | rows right at the best | RMSE with the tables | at the best |"]
    lines.append("|---|---|---|---|---|")
    for name in before.index:
        one, two = before.loc[name], after.loc[name]
        counts = (f"{each['right']:.0f} of {each['rows']:.0f}" for each in (one, two))
        lines.append(f"| {name} | {' | '.join(counts)} | {one['rmse']:.3g} | {two['rmse']:.3g} |")
    return "\n".join(lines)


def _says(picture: Path) -> str:
    """Return what a picture shows, for those who cannot see it."""
    _, _, what = picture.stem.partition("-")
    named = {
        "waterfall": "The cost of each start, sorted",
        "profiles": "The rise of the cost on either side of the best value of each number, the others fitted anew",
    }
    return named.get(what, f"{what.removeprefix('study-').replace('-', ' ')}: observed, and the model before and after")


if __name__ == "__main__":
    main()
