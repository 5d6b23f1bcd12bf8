"""Fit page: what a reviewer asks of a calibration, in Markdown: starts, intervals and what gives them, residuals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ranklsys.show import number
from ranklsys.study.fit_result import BOUND, CORRELATED

if TYPE_CHECKING:
    from ranklsys.study.fit_result import Fit

NAMED = {
    "waterfall": "The cost of each start, sorted; the line is the cost of the values in the tables",
    "profiles": "The rise of twice the cost on either side of the best value of each number, the others fitted anew; "
    "that of its prior alone in grey, and the line at 3.84 that ends the interval",
    "residuals": "What is predicted less what was observed, in standard errors, by study",
    "correlation": "The correlation of the estimates",
}
"""What a picture shows, by how its name ends."""


def page(found: Fit, pictures: Sequence[str] = (), *, level: int = 1) -> str:
    """Return the page of a fit. pictures: their names, as the page should link them; level: of its heading."""
    heading = f"{'#' * level} {found.calibration.spec.title}"
    parts = [heading, _summary(found), _numbers(found), *_collinear(found), _studies(found)]
    return "\n\n".join([*parts, *(f"![{says(name)}]({name})" for name in pictures)]) + "\n"


def says(picture: str) -> str:
    """Return what a picture shows, for those who cannot see it."""
    stem = PurePosixPath(picture).stem
    for name, words in NAMED.items():
        if stem.endswith(name):
            return words
    study = stem.partition("study-")[2].replace("-", " ")
    return f"{study}: observed, and the model before and after"


def _summary(found: Fit) -> str:
    calibration, costs = found.calibration, found.starts["cost"]
    others = (
        "" if len(costs) == found.reached else f"; the others ended at {number(costs.iloc[found.reached])} and more"
    )
    told = (
        f"`{calibration.path.name}`: {len(calibration.rows)} rows, {len(found.after)} numbers. "
        f"Half the sum of squares is\n"
        f"{found.cost_before:.2f} with the values of the tables and {found.cost_after:.2f} at the least, which "
        f"{found.reached} of\n{len(costs)} starts found{others}."
    )
    better = found.better_profile
    return f"{told} The profile of `{better}` found a lower one: more starts are needed." if better else told


def _numbers(found: Fit) -> str:
    by = "profile" if found.profiles is not None else "curvature"
    lines = [f"| number | in the table | best | 95 % by {by} | bounded by |", "|---|---|---|---|---|"]
    for _, row in found.table.iterrows():
        low, high = number(row["interval_low"]), number(row["interval_high"])
        words = bounded(row["low_by"], row["high_by"], row["at_bound"])
        values = f"{number(row['before'])} | {number(row['after'])}"
        lines.append(f"| `{row['name']}` | {values} | {low} to {high} | {words} |")
    return "\n".join(lines)


def bounded(low_by: str, high_by: str, at_bound: str) -> str:
    """Return in words what gives the ends of an interval: data, prior, or nothing within the bounds of the fit.

    at_bound: low or high, for a number whose best value is at that bound.
    """
    below, above = ("nothing" if by == BOUND else by for by in (low_by, high_by))
    words = below if below == above else f"{below} below, {above} above"
    return f"{words}; at its {at_bound} bound" if at_bound else words


def _collinear(found: Fit) -> list[str]:
    pairs = found.collinear
    if not pairs:
        return [f"No two estimates have a correlation beyond {CORRELATED:g}."]
    told = ", ".join(f"`{one}` and `{other}` ({value:+.2f})" for one, other, value in pairs)
    return [f"Told apart badly, with a correlation beyond {CORRELATED:g} by the curvature at the least: {told}."]


def _studies(found: Fit) -> str:
    before, after = (score.studies for score in found.scores)
    lines = ["| study | rows right with the tables | rows right at the best | RMSE with the tables | at the best |"]
    lines.append("|---|---|---|---|---|")
    for name in before.index:
        one, two = before.loc[name], after.loc[name]
        counts = (f"{each['right']:.0f} of {each['rows']:.0f}" for each in (one, two))
        lines.append(f"| {name} | {' | '.join(counts)} | {one['rmse']:.3g} | {two['rmse']:.3g} |")
    return "\n".join(lines)
