"""The picture of docs/population.md: how read-outs of virtual women are distributed, beside what was measured."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ranklsys.show import colour, drawing

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

HISTOGRAMS = (
    *("CTX [ng/mL]", "P1NP [ug/L]", "PTH [pg/mL]", "calcium [mM]"),
    *("bone_mineral_density_spine [g/cm^2]", "bone_mineral_density_hip [g/cm^2]"),
)
CLOUDS = (
    ("CTX [ng/mL]", "P1NP [ug/L]", "log"),
    ("bone_mineral_density_spine [g/cm^2]", "bone_mineral_density_hip [g/cm^2]", "linear"),
    ("age [y]", "bone_mineral_density_spine [g/cm^2]", "linear"),
)


def draw(told: Sequence[Mapping[str, str]], women: Mapping[str, pd.DataFrame], path: Path) -> Path:
    """Draw distributions of women before and after menopause, and what goes with what; return the path.

    told: rows of the table. What was measured is a bar below the distributions: the middle 95 % of a lognormal.
    """
    with drawing(path, len(HISTOGRAMS) + len(CLOUDS), across=3) as (_, axes):
        for axis, name in zip(axes, HISTOGRAMS, strict=False):
            _histogram(axis, name, told, women)
        axes[0].legend(loc="upper right")
        for axis, (first, second, scale) in zip(axes[len(HISTOGRAMS) :], CLOUDS, strict=True):
            for number, (group, of) in enumerate(women.items()):
                axis.scatter(of[first], of[second], s=3, alpha=0.4, color=colour(number), label=f"{group} menopause")
            axis.set(xlabel=_named(first), ylabel=_named(second), xscale=scale, yscale=scale)
    return path


def _histogram(axis: Axes, name: str, told: Sequence[Mapping[str, str]], women: Mapping[str, pd.DataFrame]) -> None:
    everybody = np.concatenate([of[name].to_numpy() for of in women.values()])
    edges = np.linspace(*np.quantile(everybody, (0.001, 0.995)), 40)
    for number, (group, of) in enumerate(women.items()):
        axis.hist(
            of[name], edges, density=True, histtype="step", color=colour(number), label=f"{group} menopause: model"
        )
    bars = [bar for number, group in enumerate(("before", "after")) for bar in _measured(name, told, group, number)]
    top = axis.get_ylim()[1]
    for place, (low, middle, high, number) in enumerate(bars):
        height = -0.06 * top * (place + 1)
        axis.plot([low, high], [height] * 2, color=colour(number), lw=2, alpha=0.6)
        axis.plot([middle], [height], "o", color=colour(number), ms=4)
    axis.set(xlabel=_named(name), yticks=[])


def _measured(
    name: str, told: Sequence[Mapping[str, str]], group: str, number: int
) -> list[tuple[float, float, float, int]]:
    """Return low, median and high of each study that tells middle and spread of a read-out, with its colour."""
    groups = (group, "55 to 69") if group == "after" else (group,)
    rows = [row for row in told if row["read_out"] == name and row["women"] in groups and row["value"]]
    found = []
    for study in dict.fromkeys(row["study"] for row in rows):
        of = {row["statistic"]: float(row["value"]) for row in rows if row["study"] == study}
        middle = of.get("median") or of.get("mean")
        if middle is None or not ("cv" in of or "sd" in of):
            continue
        cv = of["cv"] / 100 if "cv" in of else of["sd"] / middle
        width = math.sqrt(math.log(1 + cv**2))
        middle = middle if "median" in of else middle / math.exp(width**2 / 2)
        found.append((middle * math.exp(-1.96 * width), middle, middle * math.exp(1.96 * width), number))
    return found


def _named(name: str) -> str:
    return name.replace("_", " ").replace("^2", "²")
