"""Picture of what is left out: how far each trial is predicted by the fit to all others, beside the fit to all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ranklsys.show import COLOURS, drawing

if TYPE_CHECKING:
    from ranklsys.study.left_out import LeftOut

FITTED, LEFT_OUT, OWN = "#b9bfc6", COLOURS[0], COLOURS[1]
FARTHEST = 8.0
"""Standard errors that a row is drawn at, at most."""


def draw(found: LeftOut, path: Path) -> Path:
    """Draw a line for each trial, with a mark for each row, in standard errors; return the path."""
    table, names = found.table, list(found.trials.index)
    heights = [-names.index(trial) for trial in table["trial"]]
    marks = (
        ("fitted_distance", table["trial"] != "", FITTED, "x", "with the trial"),
        ("distance", table["own"] == "", LEFT_OUT, "o", "without it"),
        ("distance", table["own"] != "", OWN, "o", "without it, but for numbers of its own"),
    )
    with drawing(path, size=(5.4, 0.22 * len(names) + 1.2), more=(2.6, 0.3)) as (_, axes):
        for column, chosen, shade, marker, label in marks:
            shown = table.loc[chosen, column].clip(-FARTHEST, FARTHEST)
            at = [height for height, one in zip(heights, chosen, strict=True) if one]
            if at:
                axes[0].plot(shown, at, marker, color=shade, ms=4, alpha=0.75, linewidth=0, label=label)
        axes[0].axvspan(-2, 2, color="#222222", alpha=0.06, linewidth=0)
        axes[0].axvline(0, color="#222222", linewidth=0.6)
        axes[0].set_yticks([-place for place in range(len(names))], [_short(name) for name in names], fontsize=6.5)
        axes[0].set_xlabel(f"predicted less observed, standard errors (beyond {FARTHEST:g} at the edge)", fontsize=7)
        axes[0].legend(fontsize=6.5, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3, frameon=False)
    return path


def _short(name: str, most: int = 48) -> str:
    return name if len(name) <= most else f"{name[: most - 3].rstrip()}..."
