"""What the data ask of the structure: each alternative is fitted anew; written to docs/evidence.md.

Run it with ``uv run --extra fit python benchmarks/evidence.py``; it takes half an hour on two processors.
``--only mouse`` prints the table of one host instead.
"""

from __future__ import annotations

import argparse
import os
import sys
import tomllib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from ranklsys.study.calibration import Calibration
from ranklsys.study.fit import refit
from ranklsys.study.fit_result import Fit

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "evidence.md"
ALTERNATIVES = HERE / "alternatives.toml"
NEAR = 1e-3
"""Of the cost: some tenths of a sum of squares, beside the 3.84 that decide."""
HEAD = """# What the data ask of the structure

Made by `benchmarks/evidence.py`. Each alternative holds a mechanism off, or another way, and everything else that is
fitted is fitted anew (`ranklsys fit --hold`). *Worse by* is the rise of the sum of squared residuals, priors included:
above 3.84 the data reject an alternative that takes one number away, at the 5 % level; near 0 they cannot tell. *Rows
right* counts by each row's own rule. A fit ends where derivatives computed anew lower its cost by less
than a thousandth, so that some tenths of a sum of squares are left.
"""
TABLE = """
## {title}

{rows} rows, sum of squares {cost:.1f} as it is.

| alternative | held | worse by | rows right | rows lost, by study |
|---|---|---|---|---|
"""


def main() -> None:
    """Fit each alternative and write the page, or print the part of one host."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--only", help="print the table of this host")
    only = reader.parse_args().only
    listed = tomllib.loads(ALTERNATIVES.read_text(encoding="utf-8"))["alternative"]
    specs = list(dict.fromkeys(each["spec"] for each in listed if not only or only in each["spec"]))
    tables = [table(HERE / spec, [each for each in listed if each["spec"] == spec]) for spec in specs]
    if only:
        print("".join(tables))
        return
    PAGE.write_text(HEAD + "".join(tables), encoding="utf-8")
    print(f"wrote {PAGE.name}")


def table(spec: Path, listed: list[dict[str, object]]) -> str:
    """Return the table of one specification."""
    titles = ["as it is", *(str(each["title"]) for each in listed)]
    holds = [{}, *(each["hold"] for each in listed)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        usual, *others = pool.map(fitted, [spec] * len(holds), holds, titles)
    lines = [f"| as it is | | | {right(usual)} | |"]
    for each, other in zip(listed, others, strict=True):
        held = ", ".join(f"`{name}` = {value:g}" for name, value in each["hold"].items())
        worse = 2 * (other.cost_after - usual.cost_after)
        lines.append(f"| {each['title']} | {held} | {worse:.1f} | {right(other)} | {lost(usual, other)} |")
    rows = len(usual.calibration.rows)
    head = TABLE.format(title=usual.calibration.spec.title, rows=rows, cost=2 * usual.cost_after)
    return head + "\n".join(lines) + "\n"


def fitted(spec: Path, hold: dict[str, float], title: str) -> Fit:
    """Return the fit with something held, from the values that are there."""
    found = refit(Calibration(spec, hold), tolerance=NEAR)
    print(f"{title}: {2 * found.cost_after:.2f}", file=sys.stderr, flush=True)
    return found


def right(found: Fit) -> str:
    """Return how many rows are right."""
    within = found.scores[1].table["within"]
    return f"{within.sum()} of {len(within)}"


def lost(usual: Fit, other: Fit) -> str:
    """Return the studies in which rows were right and are not."""
    one, two = (each.scores[1].studies["right"] for each in (usual, other))
    return "; ".join(f"{study} {count}" for study, count in (one - two).items() if count > 0)


if __name__ == "__main__":
    main()
