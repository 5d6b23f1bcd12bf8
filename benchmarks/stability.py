"""Where the healthy state loses stability: each parameter lowered and raised by half, written to docs/stability.md.

Run it with ``uv run python benchmarks/stability.py``; it takes some five minutes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from ranklsys.part import HOSTS
from ranklsys.stability import stability

PAGE = Path(__file__).parent.parent / "docs" / "stability.md"
HEAD = """# Stability of the healthy state

Made by `benchmarks/stability.py`. Each parameter of the table is halved, and raised by half; the slowest mode of the
healthy state then tells whether a small disturbance fades (negative rate) or grows. Shown are the ten that come closest
to losing stability. Modes that do not act on others (mineral, whose turnover is slow) are counted too.
"""


def main() -> None:
    """Compute both hosts and write the page."""
    sections = [section(host, stability(host, report=lambda text: print(text, file=sys.stderr))) for host in HOSTS]
    PAGE.write_text("\n".join([HEAD, *sections]), encoding="utf-8")
    print(f"wrote {PAGE.name}")


def section(host: str, found: pd.DataFrame) -> str:
    """Return the part of the page on one host."""
    lost = found[found["rate"] >= 0]
    rows = [
        f"| `{parameter}` | {factor:g} | {row['rate']:.2e} | `{row['state']}` |"
        for (parameter, factor), row in found.sort_values("rate", ascending=False).head(10).iterrows()
    ]
    summary = f"{len(found) - 1} changes; the healthy state loses stability in {len(lost)} of them."
    table = ["| parameter | times | rate, 1/d | state that moves most |", "|---|---|---|---|", *rows]
    return "\n".join([f"## {host.capitalize()}", "", summary, "", *table, ""])


if __name__ == "__main__":
    main()
