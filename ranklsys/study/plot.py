"""Pictures: model as lines, observations as points with error bars."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

from ranklsys.plugins.scenario import Observable
from ranklsys.show import COLOURS, colour, drawing

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.study.experiment import Experiment
    from ranklsys.study.score import Score

MOST = 30
"""Quantities in a picture of differences."""
MARKS = "os^Dvx"
WIDEST = 44
"""Letters of a panel's title in one line."""
LETTERS_AN_INCH, LETTERS_OF_A_LINE = 13, 8
"""Letters of a legend to the inch, and how many the mark before a name takes."""
YEAR = 365.25
"""A run of two years and more is drawn in years [d]."""


def draw(experiment: Experiment, path: Path | str) -> Path:
    """Draw a panel for each observable and save it as .png, .svg or .pdf; return the path. Raises DataError."""
    seen = experiment.scenario.observables
    across = 3 if len(seen) in (3, 5, 6, 9) else 2
    with drawing(path, len(seen), across=across, more=(0.6, 0.9)) as (figure, axes):
        for axis, observable in zip(axes, seen, strict=True):
            _panel(axis, experiment, observable)
        named: dict[str, Any] = {}
        for axis in axes:
            for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
                named.setdefault(label, handle)
        fitting = int(LETTERS_AN_INCH * figure.get_figwidth() / (max(map(len, named)) + LETTERS_OF_A_LINE))
        across = max(1, min(len(named), 3, fitting))
        figure.legend(named.values(), named, loc="outside lower center", ncols=across)
        figure.suptitle(experiment.scenario.title, x=0.01, ha="left", fontsize=11)
    return Path(path)


def parity(found: Score, path: Path | str) -> Path:
    """Draw predicted over observed, a panel for each study, and save it as ``draw`` does; wrong rows are open."""
    groups = list(found.table.groupby("study", sort=False))
    with drawing(path, len(groups), size=(3.2, 3.0), more=(0.4, 0.4)) as (_, axes):
        for axis, (study, rows) in zip(axes, groups, strict=True):
            _parity_panel(axis, str(study), rows)
    return Path(path)


def differences(verdicts: Mapping[str, pd.DataFrame], path: Path | str) -> Path:
    """Draw how far engines are from RoadRunner in the quantities that differ most; save it as ``draw`` does.

    verdicts: by engine, what ``agree`` gives. What is not within what is allowed is red.
    """
    shown = {engine: verdict.head(MOST).iloc[::-1] for engine, verdict in verdicts.items()}
    height = 0.2 * max(map(len, shown.values())) + 1.2
    with drawing(path, len(shown), size=(4.6, height), more=(0.0, 0.0)) as (_, axes):
        for axis, (engine, rows) in zip(axes, shown.items(), strict=True):
            colours = [COLOURS[0] if within else COLOURS[1] for within in rows["within"]]
            axis.scatter(rows["relative"].clip(lower=1e-16), range(len(rows)), color=colours, s=16)
            axis.set_yticks(range(len(rows)), [str(name) for name in rows.index], fontsize=7)
            axis.set_xscale("log")
            axis.grid(axis="x", linewidth=0.4)
            within, total = int(verdicts[engine]["within"].sum()), len(verdicts[engine])
            axis.set_title(f"RoadRunner and {engine}: {within} of {total} agree")
            axis.set_xlabel("largest relative difference")
    return Path(path)


def surface(values: pd.DataFrame, path: Path | str, *, title: str, unit: str) -> Path:
    """Draw a quantity over two varied numbers: a row of the picture for each row, a column for each column."""
    with drawing(path, more=(1.4, 0.3)) as (figure, (axis,)):
        image = axis.imshow(values.to_numpy(), aspect="auto", origin="lower", cmap="viridis")
        axis.set_xticks(range(values.shape[1]), [str(name) for name in values.columns], rotation=30, ha="right")
        axis.set_yticks(range(values.shape[0]), [str(name) for name in values.index])
        axis.set_xlabel(str(values.columns.name or ""))
        axis.set_ylabel(str(values.index.name or ""))
        axis.set_title(title)
        figure.colorbar(image, ax=axis, label=unit)
    return Path(path)


def lines(curves: pd.DataFrame) -> str:
    """Return a small picture of curves as SVG text: a line for each column, ``attrs["unit"]`` as the y axis."""
    text = StringIO()
    with drawing(text, size=(3.6, 2.6), more=(0.0, 0.0)) as (_, (axis,)):
        for number, name in enumerate(curves.columns):
            axis.plot(curves.index, curves[name], color=colour(number), linewidth=1.6, label=str(name))
        axis.set_xlabel("time [d]" if curves.index.name == "time" else str(curves.index.name))
        axis.set_ylabel(str(curves.attrs.get("unit", "")))
        axis.legend(fontsize=7)
    return text.getvalue()[text.getvalue().index("<svg") :]


def _parity_panel(axis: Any, study: str, rows: pd.DataFrame) -> None:
    for number, (observable, points) in enumerate(rows.groupby("observable", sort=False)):
        shade = colour(number)
        for right, marked in points.groupby("within"):
            face = shade if right else "none"
            axis.errorbar(
                marked["value"],
                marked["predicted"],
                xerr=marked["error"],
                yerr=_doubt(marked),
                fmt="o",
                ms=4,
                color=shade,
                markerfacecolor=face,
                elinewidth=0.8,
                label=str(observable) if right else None,
            )
    both = rows[["value", "predicted"]].to_numpy()
    axis.plot([both.min(), both.max()], [both.min(), both.max()], color="#999999", linewidth=0.8)
    axis.set_title(f"{study}: {int(rows['within'].sum())} of {len(rows)}")
    axis.set_xlabel("observed")
    axis.set_ylabel("predicted")
    axis.legend(fontsize=7)


def _doubt(rows: pd.DataFrame) -> Any:
    """Return how far the band of each prediction goes below and above it, if there is one."""
    if "predicted_low" not in rows:
        return None
    ends = (rows["predicted"] - rows["predicted_low"], rows["predicted_high"] - rows["predicted"])
    return [end.clip(lower=0).to_numpy(dtype=float) for end in ends]


def _panel(axis: Any, experiment: Experiment, observable: Observable) -> None:
    predicted, compared = experiment.predicted, experiment.compared
    unit = next(iter(experiment.runs.values())).attrs.get("time_unit", "d")
    in_years = unit == "d" and predicted["time"].max() >= 2 * YEAR
    scale = YEAR if in_years else 1.0
    marks = _marks(experiment)
    for number, arm in enumerate(experiment.scenario.arms):
        shade = colour(number)
        line = predicted[(predicted["arm"] == arm.id) & (predicted["observable"] == observable.id)]
        axis.plot(line["time"] / scale, line["value"], color=shade, linewidth=1.8, label=arm.title)
        if experiment.bands is not None:
            own = experiment.bands
            band = own[(own["arm"] == arm.id) & (own["observable"] == observable.id)]
            axis.fill_between(band["time"] / scale, band["low"], band["high"], color=shade, alpha=0.15, linewidth=0)
        dots = compared[(compared["arm"] == arm.id) & (compared["observable"] == observable.id)]
        for study, own in dots.groupby(dots["study"] if "study" in dots else dots["arm"].map(lambda _: ""), sort=False):
            label = str(study).partition(" (doi:")[0] or f"{arm.title}, observed ± SE"
            mark = marks.get(str(study), "o")
            errors = _errors(own)
            axis.errorbar(
                own["time"] / scale, own["value"], yerr=errors, fmt=mark, ms=4, capsize=2, color=shade, label=label
            )
    axis.set_title(fill(observable.title, WIDEST))
    axis.set_xlabel(f"time [{'y' if in_years else unit}]" if unit else "time")
    axis.set_ylabel(observable.unit)
    if observable.log:
        axis.set_yscale("log")
    elif "log" not in observable.unit:
        axis.set_ylim(bottom=min(0.0, axis.get_ylim()[0]))


def _marks(experiment: Experiment) -> dict[str, str]:
    """Return a mark for each study, so that those of one arm are told apart."""
    compared = experiment.compared
    studies = compared["study"].unique() if "study" in compared else ()
    return {str(study): MARKS[number % len(MARKS)] for number, study in enumerate(studies)}


def _errors(dots: pd.DataFrame) -> Any:
    """Return the ends of error bars: one standard error where it is known, else the interval that was given."""
    import numpy as np

    if "low" not in dots:
        return dots["error"]
    error = dots["error"].to_numpy(dtype=float)
    low, high = ((dots[end] - dots["value"]).abs().to_numpy(dtype=float) for end in ("low", "high"))
    return np.where(np.isnan(error), [low, high], error)
