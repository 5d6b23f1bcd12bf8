"""Pictures of a trial: events over time by arm, markers and density as bands of patients; and by stratum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.show import COLOURS, colour, drawing
from ranklsys.trials.progression import EITHER
from ranklsys.trials.recurrence import WINDOW
from ranklsys.trials.trial import FIRST_EVENT
from ranklsys.units import YEAR

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.trials.progression import Progression
    from ranklsys.trials.strata import Strata
    from ranklsys.trials.trial import Trial

LINES = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 4)), (0, (8, 4)))
"""Styles of the kinds of events; with more kinds than styles they begin again."""


MOST_MAGNIFIED = 0.05
"""Least span of an axis of shares: below it luck would look like a difference."""


def draw(
    trial: Trial, path: Path | str, *, bands: Sequence[str] | None = None, progression: Progression | None = None
) -> Path:
    """Draw freedom of events, incidence of all and by kind, their mean number, and medians with 5 to 95 % of patients.

    Events are skeletal ones, or metastases where there are none; the mean number is of all that are 21 d apart.
    A quantity that is 0 in everybody is not drawn.

    bands: up to three quantities whose medians are drawn, those of ``models/endpoints.toml`` if not given. progression:
    drawn too if it is given. Saves .png, .svg or .pdf and returns the path. Raises DataError for any other ending.
    """
    if bands is None:
        bands = [quantity.id for quantity in core_endpoints().quantities if quantity.band]
    kept = [name for name in bands if name in trial.store.recipe["columns"] and trial.bands(name).any(axis=None)][:3]
    event = trial.happens[0]
    kinds = trial.skeletal if event == FIRST_EVENT else {}
    events = 4 if kinds else 2
    panels = events + len(kept) + 2 * (progression is not None)
    with drawing(path, panels, across=_across(panels)) as (_, axes):
        for number, arm in enumerate(trial.arms):
            shade = colour(number)
            _curve(axes[0], trial.event_free(arm, event), arm, shade)
            _doubt(axes[0], trial, arm, event, shade)
            _curve(axes[1], trial.incidence(arm, event), arm, shade)
            for (kind, title), line in zip(kinds.items(), cycle(LINES), strict=False):
                curve = trial.incidence(arm, kind, interval=False)
                label = title if number == 0 else None
                axes[2].step(curve.index / YEAR, curve["share"], where="post", linestyle=line, color=shade, label=label)
        plural = f"{event}s" if kinds else "metastases"
        if kinds:
            _mean_numbers(axes[3], trial.recurrent(window=WINDOW).curves)
            _label(axes[3], f"{plural}, {WINDOW} apart", "mean number a patient")
        for axis, name in zip(axes[events:], kept, strict=False):
            _bands(axis, trial, name)
        if progression is not None:
            _progression(axes[-2:], progression)
        _label(axes[0], f"free of {plural} (Kaplan-Meier)", "share of patients")
        _label(axes[1], f"{plural}, death competing", "cumulative incidence")
        axes[0].legend(fontsize=7)
        if kinds:
            _label(axes[2], "first event by kind, others competing", "cumulative incidence")
            axes[2].set_ylim(top=1.3 * axes[2].get_ylim()[1])  # room for the legend above the curves
            axes[2].legend(fontsize=7, loc="upper left")
    return Path(path)


def strata(groups: Sequence[Strata], path: Path | str) -> Path:
    """Draw incidence by stratum, a panel for each event that somebody has; of several arms their numbers too."""
    groups = [group for group in groups if any(curve["share"].any() for curve in group.curves.values())] or groups
    several = {name: each for group in groups for name, each in group.recurrent.items() if len(each.curves) > 1}
    most = max((curve["high"].max() for each in several.values() for curve in each.curves.values()), default=1.0)
    panels = len(groups) + len(several)
    with drawing(path, panels, across=_across(panels), more=_margins(panels)) as (_, axes):
        for axis, group in zip(axes, groups, strict=False):
            for number, (stratum, curve) in enumerate(group.curves.items()):
                _curve(axis, curve, stratum, colour(number))
            _label(axis, f"{group.event} by {group.name}", "cumulative incidence")
        axes[0].legend(fontsize=7)
        for axis, (stratum, each) in zip(axes[len(groups) :], several.items(), strict=False):
            _mean_numbers(axis, each.curves)
            _label(axis, f"{FIRST_EVENT}s: {stratum}", "mean number a patient")
            axis.set_ylim(0, 1.05 * most)
        if several:
            axes[len(groups)].legend(fontsize=7)
    return Path(path)


def tornado(table: pd.DataFrame, path: Path | str, *, title: str, most: int = 20) -> Path:
    """Draw bars with error bars, the largest ``most`` on top: index name, columns index and error."""
    shown = table.reindex(table["index"].abs().sort_values(ascending=False).index).head(most)[::-1]
    with drawing(path, size=(3.6, 1.2 + 0.2 * len(shown)), more=(1.4, 0.3)) as (_, (axis,)):
        errors = shown["error"].fillna(0.0) if "error" in shown else None
        axis.barh([str(name) for name in shown.index], shown["index"], xerr=errors, color=COLOURS[0], height=0.7)
        axis.set_title(title)
        axis.tick_params(axis="y", labelsize=7)
    return Path(path)


def _across(panels: int) -> int:
    return 2 if panels in (2, 4) else 4 if panels in (7, 8) else 3


def _margins(panels: int) -> tuple[float, float]:
    return (1.4 if panels == 1 else 0.4), 0.3


def _curve(axis: Any, curve: pd.DataFrame, label: str, shade: str) -> None:
    years = curve.index / YEAR
    axis.step(years, curve["share"], where="post", color=shade, linewidth=1.6, label=label)
    axis.fill_between(years, curve["low"], curve["high"], step="post", color=shade, alpha=0.15, linewidth=0)
    axis.set_ylim(*_limits(axis, curve))


def _limits(axis: Any, curve: pd.DataFrame) -> tuple[float, float]:
    """Return where an axis of shares ends: at 0 and 1, but for curves that all stay within a half of where they start.

    Those would lie on each other; an axis that holds others already keeps room for them.
    """
    first = len(axis.lines) == 1
    span = 1.1 * max(abs(curve[name] - round(curve["share"].iloc[0])).max() for name in ("low", "high"))
    falls = curve["share"].iloc[0] > 0.5
    span = max(span, MOST_MAGNIFIED, 0.0 if first else axis.get_ylim()[1] - axis.get_ylim()[0])
    span = span if span < 0.5 else 1.0
    return (1 - span, 1.0) if falls else (0.0, span)


def _progression(axes: Sequence[Any], found: Progression) -> None:
    for number, arm in enumerate(found.free):
        _curve(axes[0], found.free[arm], arm, colour(number))
        _curve(axes[1], found.incidence[arm], arm, colour(number))
    _label(axes[0], f"free of {EITHER}", "share of patients")
    _label(axes[1], "progression, death competing", "cumulative incidence")


def _mean_numbers(axis: Any, curves: Mapping[str, pd.DataFrame]) -> None:
    for number, (arm, curve) in enumerate(curves.items()):
        years, shade = curve.index / YEAR, colour(number)
        axis.step(years, curve["mean"], where="post", color=shade, linewidth=1.6, label=arm)
        axis.fill_between(years, curve["low"], curve["high"], step="post", color=shade, alpha=0.15, linewidth=0)
    axis.set_ylim(bottom=0)


def _bands(axis: Any, trial: Trial, name: str) -> None:
    bands = trial.bands(name)
    for number, arm in enumerate(trial.arms):
        rows, shade = bands.loc[arm], colour(number)
        axis.plot(rows.index / YEAR, rows["median"], color=shade, linewidth=1.6)
        axis.fill_between(rows.index / YEAR, rows["low"], rows["high"], color=shade, alpha=0.15, linewidth=0)
        _doubt(axis, trial, arm, name, shade)
    _label(axis, name.replace("bone_mineral_density", "density,").replace("_", " "), "median, 5 to 95 %")


def _doubt(axis: Any, trial: Trial, arm: str, what: str, shade: str) -> None:
    """Draw what the doubt about numbers leaves open as a second, darker band, if it is known."""
    if trial.doubt is not None and (arm, what) in trial.doubt.curves:
        ends = trial.doubt.curves[arm, what]
        axis.fill_between(ends.index / YEAR, ends["low"], ends["high"], color=shade, alpha=0.3, linewidth=0)


def _label(axis: Any, title: str, unit: str) -> None:
    axis.set_title(title)
    axis.set_xlabel("time [y]")
    axis.set_ylabel(unit)
