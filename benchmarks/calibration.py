"""Calibrate anew, and say what the data identify: written to docs/calibration.md and docs/calibration/*.png.

Run it with ``uv run --extra fit python benchmarks/calibration.py``; it takes hours on two processors, nearly all
for the 39 numbers of the human, a few minutes for the others. Of them the page holds what ``--only fit_human --starts 1
--curvature`` prints.
Nothing is written back to the tables of values: that is ``ranklsys fit SPEC.toml --write``.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from ranklsys.study import fit_page, plot_fit
from ranklsys.study.fit import fit

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
SPECIFICATIONS = HERE.parent / "calibration"


@dataclass(frozen=True)
class Page:
    """What is fitted for a section. shown: studies whose pictures stand in it."""

    spec: str
    shown: tuple[str, ...]


PAGES = (
    Page("fit_mouse", ("Canon 2008, vehicle", "Canon 2008, OPG-Fc", "Bennett 2024", "Johnson 2011, vehicle")),
    Page("fit_human", ("McClung 2006, denosumab 60 mg", "Evenity label", "Grey 2017")),
    Page("fit_events", ("Lipton 2000, placebo", "Coleman 2006, placebo")),
)
HEAD = (HERE / "calibration_page.md").read_text(encoding="utf-8")


def main() -> None:
    """Fit each specification, draw it, and write the page; ``--only fit_mouse`` makes its pictures and prints it."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--only", choices=[page.spec for page in PAGES])
    reader.add_argument("--starts", type=int, default=20, help="of each fit")
    reader.add_argument(
        "--curvature", action="store_true", help="intervals by curvature, which takes minutes, not hours"
    )
    wanted = reader.parse_args()
    only = wanted.only
    (DOCS / "calibration").mkdir(exist_ok=True)
    sections = [
        section(page, wanted.starts, profiles=not wanted.curvature) for page in PAGES if only in (None, page.spec)
    ]
    if only:
        print(*sections)
        return
    (DOCS / "calibration.md").write_text(HEAD + "".join(sections), encoding="utf-8")
    print("wrote docs/calibration.md")


def section(page: Page, starts: int, *, profiles: bool) -> str:
    """Return the section of one fit, and write its pictures."""
    found = fit(
        SPECIFICATIONS / f"{page.spec}.toml",
        starts=starts,
        profiles=profiles,
        progress=sys.stderr.isatty(),
        report=lambda line: print(f"{page.spec}: {line}", file=sys.stderr),
    )
    drawn = plot_fit.draw(found, DOCS / "calibration", prefix=f"{page.spec.removeprefix('fit_')}-", studies=page.shown)
    return "\n" + fit_page.page(found, [f"calibration/{picture.name}" for picture in drawn], level=2)


if __name__ == "__main__":
    main()
