"""Pictures of a fit: starts, profiles, residuals, correlation of the estimates, and each study before and after."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranklsys.show import COLOURS, colour, drawing, number
from ranklsys.study.fit_page import bounded
from ranklsys.study.fit_result import CHI_SQUARE
from ranklsys.study.objective import target

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.study.calibration import Fitted
    from ranklsys.study.fit_result import Fit

BEFORE, AFTER, SEEN = "#b9bfc6", COLOURS[0], "#222222"
FARTHEST = 6.0
"""Standard errors that a residual is drawn at, at most."""


def draw(found: Fit, folder: Path, *, prefix: str = "", studies: Sequence[str] = ("",)) -> list[Path]:
    """Write waterfall.png, profiles.png if there are profiles, residuals.png, correlation.png, and study-....png.

    Return their paths.

    prefix: of the files' names. studies: how the names of the studies begin that are drawn; all if left out.
    """
    paths = [_waterfall(found, folder / f"{prefix}waterfall.png")]
    if found.profiles is not None:
        paths.append(_profiles(found, folder / f"{prefix}profiles.png"))
    paths.append(_residuals(found, folder / f"{prefix}residuals.png"))
    paths.append(_correlation(found, folder / f"{prefix}correlation.png"))
    before, after = (score.table for score in found.scores)
    experiments = [repr(row.experiment) for row in found.calibration.rows]
    spread = [target(row, found.calibration.sd(row)) for row in found.calibration.rows]
    errors = [math.nan if each.log else each.sd for each in spread]  # of a logarithm: no bar on this axis
    rows = after.assign(before=before["predicted"], experiment=experiments, error=errors)
    for study, group in rows.groupby("study", sort=False):
        if str(study).startswith(tuple(studies)):
            name = re.sub(r"[^a-z0-9]+", "-", without_doi(str(study)).lower()).strip("-")
            paths.append(_study(str(study), group, folder / f"{prefix}study-{name}.png"))
    return paths


def _waterfall(found: Fit, path: Path) -> Path:
    costs = found.starts["cost"]
    with drawing(path, size=(4.2, 3.0), more=(0.4, 0.4)) as (_, axes):
        axes[0].plot(range(1, len(costs) + 1), costs, "o-", color=AFTER, ms=4, linewidth=1)
        axes[0].axhline(found.cost_before, color=BEFORE, linestyle="--", linewidth=1, label="before")
        axes[0].set_yscale("log")
        axes[0].set_title(f"{found.reached} of {len(costs)} starts found the least")
        axes[0].set_xticks(range(1, len(costs) + 1, max(1, len(costs) // 5)))
        axes[0].set_xlabel("start, by cost")
        axes[0].set_ylabel("cost")
        axes[0].legend(fontsize=7)
    return path


def _profiles(found: Fit, path: Path) -> Path:
    assert found.profiles is not None
    quantities = found.calibration.quantities
    rows = dict(found.table.set_index("name").iterrows())
    with drawing(path, len(quantities), across=6, size=(2.1, 1.8), more=(0.4, 0.4)) as (figure, axes):
        for axis, quantity in zip(axes, quantities, strict=True):
            curve = found.profiles.loc[found.profiles["name"] == quantity.name]
            _profile(axis, quantity, curve["value"], 2 * (curve["cost"] - found.cost_after), rows[quantity.name])
        figure.supylabel("rise of twice the cost", fontsize=8)
    return path


def _profile(
    axis: Any, quantity: Fitted, values: pd.Series[float], rise: pd.Series[float], row: pd.Series[Any]
) -> None:
    """Draw a profile with its interval, its prior and its bounds; the bounds where they are near."""
    import numpy as np

    axis.plot(values, rise, "o-", color=AFTER, ms=2.5, linewidth=1)
    axis.axhline(CHI_SQUARE, color=COLOURS[1], linestyle="--", linewidth=0.8)
    axis.axvline(row["after"], color=AFTER, linewidth=0.6)
    margin = (float(values.max()) / float(values.min())) ** 0.15
    low, high = max(quantity.low, float(values.min()) / margin), min(quantity.high, float(values.max()) * margin)
    if not math.isnan(quantity.prior_sd):
        here = np.geomspace(low, high, 60)
        axis.plot(here, (np.log(here / quantity.prior) / quantity.prior_sd) ** 2, color=BEFORE, linewidth=1.2)
    ends = [bound if math.isnan(end) else end for end, bound in zip(_ends(row), (low, high), strict=True)]
    axis.axvspan(*ends, color=AFTER, alpha=0.1, linewidth=0)
    for bound in (quantity.low, quantity.high):
        if low <= bound <= high:
            axis.axvline(bound, color=SEEN, linewidth=1, linestyle=":")
    axis.set_xscale("log")
    axis.set_xlim(low / 1.001, high * 1.001)
    axis.set_ylim(min(0.0, float(rise.min())) - 0.2, 2 * CHI_SQUARE)
    ticks = sorted({ends[0], float(row["after"]), ends[1]})
    axis.set_xticks(ticks, [number(tick, 2) for tick in ticks])
    axis.set_xticks([], minor=True)
    axis.tick_params(labelsize=6)
    axis.set_title(f"{quantity.id.rpartition('__')[2]}\n{bounded(row['low_by'], row['high_by'], '')}", fontsize=6.5)


def _ends(row: pd.Series[Any]) -> tuple[float, float]:
    return float(row["interval_low"]), float(row["interval_high"])


def _residuals(found: Fit, path: Path) -> Path:
    """Draw the residuals of all rows in standard errors, a line for each study, before and after."""
    calibration = found.calibration
    targets = [target(row, calibration.sd(row)) for row in calibration.rows]
    names = list(dict.fromkeys(row.study for row in calibration.rows))
    heights = [-names.index(row.study) for row in calibration.rows]
    with drawing(path, size=(5.2, 0.2 * len(names) + 0.8), more=(2.2, 0.3)) as (_, axes):
        for predicted, shade, marker in ((found.predicted_before, BEFORE, "x"), (found.predicted_after, AFTER, "o")):
            seen = [each.residual(value) for each, value in zip(targets, predicted, strict=True)]
            label = "after" if marker == "o" else "before"
            shown = [min(max(value, -FARTHEST), FARTHEST) for value in seen]
            axes[0].plot(shown, heights, marker, color=shade, ms=4, alpha=0.7, linewidth=0, label=label)
        axes[0].axvspan(-2, 2, color=SEEN, alpha=0.06, linewidth=0)
        axes[0].axvline(0, color=SEEN, linewidth=0.6)
        axes[0].set_yticks([-place for place in range(len(names))], [without_doi(name) for name in names], fontsize=6.5)
        axes[0].set_xlabel(f"predicted less observed, standard errors (beyond {FARTHEST:g} at the edge)", fontsize=7)
        axes[0].legend(fontsize=7)
    return path


def _correlation(found: Fit, path: Path) -> Path:
    table = found.correlation
    size = len(table)
    with drawing(path, size=(0.17 * size + 1.0, 0.17 * size + 0.8), more=(2.0, 1.6)) as (figure, axes):
        shades = axes[0].imshow(table.to_numpy(), cmap="RdBu", vmin=-1, vmax=1)
        axes[0].set_xticks(range(size), table.index, rotation=90, fontsize=5.5)
        axes[0].set_yticks(range(size), table.index, fontsize=5.5)
        figure.colorbar(shades, ax=axes[0], shrink=0.6)
        axes[0].set_title("correlation of the estimates", fontsize=8)
    return path


def without_doi(study: str) -> str:
    """Return the name of a study without its address."""
    return re.sub(r" \(doi:.*?\)", "", study)


def _study(study: str, rows: pd.DataFrame, path: Path) -> Path:
    """Draw a panel for each observable and measure: predicted before and after, and observed, over time."""
    groups = list(rows.groupby(["observable", "measure"], sort=False))
    with drawing(path, len(groups), size=(3.2, 2.6), more=(0.4, 0.4)) as (figure, axes):
        for axis, ((observable, measure), points) in zip(axes, groups, strict=True):
            for place, (_, arm) in enumerate(points.groupby("experiment", sort=False)):
                _arm(axis, arm.sort_values("time"), colour(place))
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
