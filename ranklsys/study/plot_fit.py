"""Pictures of a fit: its starts, its profiles, and each study before and after."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranklsys.show import COLOURS, colour, drawing
from ranklsys.study.objective import target

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.study.fit_result import Fit

BEFORE, AFTER, SEEN = "#b9bfc6", COLOURS[0], "#222222"


def draw(found: Fit, folder: Path, *, prefix: str = "", studies: Sequence[str] = ("",)) -> list[Path]:
    """Write waterfall.png, profiles.png if there are profiles, and study-....png; return their paths.

    prefix: of the files' names. studies: how the names of the studies begin that are drawn; all if left out.
    """
    paths = [_waterfall(found, folder / f"{prefix}waterfall.png")]
    if found.profiles is not None:
        paths.append(_profiles(found, folder / f"{prefix}profiles.png"))
    before, after = (score.table for score in found.scores)
    experiments = [repr(row.experiment) for row in found.calibration.rows]
    spread = [target(row, found.calibration.sd(row)) for row in found.calibration.rows]
    errors = [math.nan if each.log else each.sd for each in spread]  # of a logarithm: no bar on this axis
    rows = after.assign(before=before["predicted"], experiment=experiments, error=errors)
    for study, group in rows.groupby("study", sort=False):
        if str(study).startswith(tuple(studies)):
            name = re.sub(r"[^a-z0-9]+", "-", re.sub(r" \(doi:.*?\)", "", str(study)).lower()).strip("-")
            paths.append(_study(str(study), group, folder / f"{prefix}study-{name}.png"))
    return paths


def _waterfall(found: Fit, path: Path) -> Path:
    costs = found.starts["cost"]
    with drawing(path, size=(4.2, 3.0), more=(0.4, 0.4)) as (_, axes):
        axes[0].plot(range(1, len(costs) + 1), costs, "o-", color=AFTER, ms=4, linewidth=1)
        axes[0].axhline(found.cost_before, color=BEFORE, linestyle="--", linewidth=1, label="before")
        axes[0].set_yscale("log")
        axes[0].set_title(found.calibration.spec.title)
        axes[0].set_xlabel("start, by cost")
        axes[0].set_ylabel("cost")
        axes[0].legend(fontsize=7)
    return path


def _profiles(found: Fit, path: Path) -> Path:
    from ranklsys.study.fit_result import CHI_SQUARE

    assert found.profiles is not None
    quantities = found.calibration.quantities
    with drawing(path, len(quantities), across=4, size=(2.6, 2.2), more=(0.4, 0.4)) as (_, axes):
        for axis, quantity, after in zip(axes, quantities, found.after, strict=True):
            curve = found.profiles.loc[found.profiles["name"] == quantity.name].sort_values("value")
            rise = 2 * (curve["cost"] - found.cost_after)
            axis.plot(curve["value"], rise, "o-", color=AFTER, ms=2.5, linewidth=1)
            axis.axhline(CHI_SQUARE, color=COLOURS[1], linestyle="--", linewidth=0.8)
            axis.axvline(after, color=AFTER, linewidth=0.6)
            axis.axvline(quantity.value, color=BEFORE, linewidth=0.8, linestyle="--")
            for bound in (quantity.low, quantity.high):
                axis.axvline(bound, color=SEEN, linewidth=0.6, linestyle=":")
            axis.set_xscale("log")
            axis.set_ylim(min(0.0, float(rise.min())) - 0.2, 2 * CHI_SQUARE)
            axis.set_title(quantity.name, fontsize=7)
    return path


def _study(study: str, rows: pd.DataFrame, path: Path) -> Path:
    """Draw a panel for each observable and measure: predicted before and after, and observed, over time."""
    groups = list(rows.groupby(["observable", "measure"], sort=False))
    with drawing(path, len(groups), size=(3.2, 2.6), more=(0.4, 0.4)) as (figure, axes):
        for axis, ((observable, measure), points) in zip(axes, groups, strict=True):
            for number, (_, arm) in enumerate(points.groupby("experiment", sort=False)):
                _arm(axis, arm.sort_values("time"), colour(number))
            axis.set_title(f"{observable} ({measure})", fontsize=8)
            axis.set_xlabel("time [d]")
            axis.set_ylabel(str(points["unit"].iloc[0]))
        axes[0].legend(fontsize=6)
        figure.suptitle(study, x=0.01, ha="left", fontsize=10)
    return path


def _arm(axis: Any, rows: pd.DataFrame, colour: str) -> None:
    doses = str(rows["doses"].iloc[0])
    style = {"fmt": "o", "ms": 4, "capsize": 2, "color": SEEN, "mfc": colour}
    axis.errorbar(rows["time"], rows["value"], yerr=rows["error"], label="observed", **style)
    axis.plot(rows["time"], rows["before"], "x--", ms=4, color=BEFORE, linewidth=1, label="before")
    label = f"after, {doses}" if doses else "after"
    axis.plot(rows["time"], rows["predicted"], "+-", ms=5, color=colour, linewidth=1.4, label=label)
