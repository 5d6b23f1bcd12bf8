"""Where the healthy state loses stability, and whether virtual subjects integrate: written to docs/stability.md.

Run it with ``uv run python benchmarks/stability.py``; it takes some seven minutes. A part of the page is printed
instead of written by e.g. ``--only subjects --subjects 20``.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

import pandas as pd

import ranklsys as rk
from ranklsys.plugins.part import HOSTS
from ranklsys.study.stability import stability
from tests import subjects
from tests.subjects import Outcome

PAGE = Path(__file__).parent.parent / "docs" / "stability.md"
HEAD = """# Stability of the healthy state

Made by `benchmarks/stability.py`. Each parameter of the table is halved, and raised by half; the slowest mode of the
healthy state then tells whether a small disturbance fades (negative rate) or grows. Shown are the ten that come closest
to losing stability. Modes that do not act on others (mineral, whose turnover is slow) are counted too.
"""
STEADY = """## Drift and recovery

The largest relative drift of a healthy state in 20 years is {drift}. After ten years without any RANKL, and then with
it again, human bone comes back; time is in years since then, values are relative to healthy:

| years | osteoclasts | bone volume |
|---|---|---|"""
SUBJECTS = """## Virtual subjects

{number} subjects a host for ten years, half of them with a tumour (human: a patient's, after menopause; mouse:
MDA-MB-231). Parameters are drawn by their coefficient of variation in the table: lognormal, shares logit-normal and
below 1. A run fails if the integration stops, or a state is not a number. A state is negative below -1e-9: above that
it is round-off.

| host | tumour | subjects | failed | with a negative state | lowest state | < 0.1 s | 0.1 to 1 s | > 1 s | median, s |
|---|---|---|---|---|---|---|---|---|---|
"""
NEGATIVE = -1e-9


def main() -> None:
    """Compute both hosts and write the page, or print a part of it."""
    wanted = arguments()
    pages = {
        "parameters": parameters,
        "steady": steady,
        "subjects": lambda: virtual_subjects(wanted.subjects),
    }
    if wanted.only:
        print(pages[wanted.only]())
        return
    PAGE.write_text("\n".join([HEAD, *(page() for page in pages.values())]), encoding="utf-8")
    print(f"wrote {PAGE.name}")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument(
        "--only",
        choices=["parameters", "steady", "subjects"],
        help="print this part instead of writing the page",
    )
    reader.add_argument("--subjects", type=int, default=1000, help="virtual subjects of each host")
    return reader.parse_args()


def parameters() -> str:
    """Return the parts of the page on parameters, a host each."""
    found = {host: stability(host, report=lambda text: print(text, file=sys.stderr)) for host in HOSTS}
    return "\n".join(section(host, each) for host, each in found.items())


def steady() -> str:
    """Return the part of the page on drift, and on recovery from ten years without RANKL."""
    drifts = []
    for host in HOSTS:
        model = rk.compose(host)
        run = model.simulate("20 y", points=3, columns=list(model.facts.states))
        size = run.iloc[0].abs().where(run.iloc[0] != 0, 1.0)
        drifts.append(f"{((run.iloc[-1] - run.iloc[0]).abs() / size).max():.0e} ({host})")
    released = rk.compose("human").set(slot_RANKL_gene=0.0).after("10 y").set(slot_RANKL_gene=1.0)
    back = released.simulate("60 y", times=[0, 365.25, 3652.5, 21915], columns=["osteoclasts", "bone_volume"])
    rows = [f"| {time / 365.25:.0f} | {row.osteoclasts:.3f} | {row.bone_volume:.3f} |" for time, row in back.iterrows()]
    return "\n".join([STEADY.format(drift=" and ".join(drifts)), *rows, ""])


def virtual_subjects(number: int) -> str:
    """Return the part of the page on virtual subjects, ``number`` of each host."""
    groups = [(host, tumour) for host in HOSTS for tumour in (False, True)]
    outcomes = {group: ten_years(*group, number // 2) for group in groups}
    problems = sorted({outcome.problem for found in outcomes.values() for outcome in found if outcome.problem})
    rows = [subjects_row(host, tumour, found) for (host, tumour), found in outcomes.items()]
    reasons = ["", *(f"* {problem}" for problem in problems)] if problems else []
    return SUBJECTS.format(number=number) + "\n".join([*rows, *reasons, ""])


def ten_years(host: str, tumour: bool, number: int) -> list[Outcome]:
    """Return how the subjects of one host fare, with or without a tumour."""
    model = subjects.compose(host, tumour=tumour)
    subjects.ten_years(model, {})  # what a first run compiles is not counted
    return [subjects.ten_years(model, subject) for subject in subjects.subjects(model, number)]


def subjects_row(host: str, tumour: bool, outcomes: list[Outcome]) -> str:
    """Return a row: how many failed, the lowest state, how many took how long."""
    seconds = [outcome.seconds for outcome in outcomes]
    lows = [outcome.lowest for outcome in outcomes if not outcome.problem]
    cells = [
        host,
        "yes" if tumour else "no",
        len(outcomes),
        sum(bool(outcome.problem) for outcome in outcomes),
        sum(low < NEGATIVE for low in lows),
        f"{min(lows, default=0.0):.0e}",
        sum(each < 0.1 for each in seconds),
        sum(0.1 <= each <= 1 for each in seconds),
        sum(each > 1 for each in seconds),
        f"{statistics.median(seconds):.3f}",
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


def section(host: str, found: pd.DataFrame) -> str:
    """Return the part of the page on one host."""
    lost, closest = found[~(found["rate"] < 0)], found.sort_values("rate", ascending=False, na_position="first")
    rows = [
        f"| `{parameter}` | {factor:g} | {row['rate']:.2e} | `{row['state']}` |"
        for (parameter, factor), row in closest.head(10).iterrows()
    ]
    summary = f"{len(found) - 1} changes; the healthy state loses stability in {len(lost)} of them."
    table = ["| parameter | times | rate, 1/d | state that moves most |", "|---|---|---|---|", *rows]
    return "\n".join([f"## {host.capitalize()}", "", summary, "", *table, ""])


if __name__ == "__main__":
    main()
