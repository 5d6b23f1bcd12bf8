"""Pictures: model as lines, observations as points with error bars."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranklsys.scenario import Observable
from ranklsys.tables.files import require_ending

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.experiment import Experiment
    from ranklsys.score import Score

MOST = 30
"""Quantities in a picture of differences."""
PICTURES = (".png", ".svg", ".pdf")
COLOURS = ("#3b5b92", "#c8553d", "#4f8a5b", "#8c6bb1", "#b8860b", "#5f6b6d")
STYLE: dict[Any, Any] = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "legend.frameon": False,
    "svg.hashsalt": "ranklsys",
}


def draw(experiment: Experiment, path: Path | str) -> Path:
    """Draw a panel for each observable and save it as .png, .svg or .pdf; return the path. Raises DataError."""
    path = checked(path)
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    seen = experiment.scenario.observables
    across = min(len(seen), 3 if len(seen) in (3, 5, 6, 9) else 2)
    down = -(-len(seen) // across)
    with pyplot.rc_context(STYLE):
        size = (3.6 * across + 0.6, 2.9 * down + 0.9)
        figure, axes = pyplot.subplots(down, across, figsize=size, squeeze=False, layout="constrained")
        for axis, observable in zip(axes.flat, seen, strict=False):
            _panel(axis, experiment, observable)
        for axis in axes.flat[len(seen) :]:
            axis.set_visible(False)
        handles, labels = axes.flat[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), 3))
        figure.suptitle(experiment.scenario.title, x=0.01, ha="left", fontsize=11)
        _save(figure, path)
    return path


def parity(found: Score, path: Path | str) -> Path:
    """Draw predicted over observed, a panel for each study, and save it as ``draw`` does; wrong rows are open."""
    path = checked(path)
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    groups = list(found.table.groupby("study", sort=False))
    across = min(len(groups), 3)
    down = -(-len(groups) // across)
    with pyplot.rc_context(STYLE):
        size = (3.2 * across + 0.4, 3.0 * down + 0.4)
        figure, axes = pyplot.subplots(down, across, figsize=size, squeeze=False, layout="constrained")
        for axis, (study, rows) in zip(axes.flat, groups, strict=False):
            _parity_panel(axis, str(study), rows)
        for axis in axes.flat[len(groups) :]:
            axis.set_visible(False)
        _save(figure, path)
    return path


def differences(verdicts: Mapping[str, pd.DataFrame], path: Path | str) -> Path:
    """Draw how far engines are from RoadRunner in the quantities that differ most; save it as ``draw`` does.

    verdicts: by engine, what ``agree`` gives. What is not within what is allowed is red.
    """
    path = checked(path)
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    shown = {engine: verdict.head(MOST).iloc[::-1] for engine, verdict in verdicts.items()}
    with pyplot.rc_context(STYLE):
        size = (4.6 * len(shown), 0.2 * max(map(len, shown.values())) + 1.2)
        figure, axes = pyplot.subplots(1, len(shown), figsize=size, squeeze=False, layout="constrained")
        for axis, (engine, rows) in zip(axes.flat, shown.items(), strict=True):
            colours = [COLOURS[0] if within else COLOURS[1] for within in rows["within"]]
            axis.scatter(rows["relative"].clip(lower=1e-16), range(len(rows)), color=colours, s=16)
            axis.set_yticks(range(len(rows)), [str(name) for name in rows.index], fontsize=7)
            axis.set_xscale("log")
            axis.grid(axis="x", linewidth=0.4)
            axis.set_title(
                f"RoadRunner and {engine}: {int(verdicts[engine]['within'].sum())} of {len(verdicts[engine])} agree"
            )
            axis.set_xlabel("largest relative difference")
        _save(figure, path)
    return path


def _parity_panel(axis: Any, study: str, rows: pd.DataFrame) -> None:
    for number, (observable, points) in enumerate(rows.groupby("observable", sort=False)):
        colour = COLOURS[number % len(COLOURS)]
        for right, marked in points.groupby("within"):
            face = colour if right else "none"
            axis.errorbar(
                marked["value"],
                marked["predicted"],
                xerr=marked["error"],
                fmt="o",
                ms=4,
                color=colour,
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


def _save(figure: Any, path: Path) -> None:
    from matplotlib import pyplot

    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)
    pyplot.close(figure)


def lines(curves: pd.DataFrame) -> str:
    """Return a small picture of curves as SVG text: a line for each column, ``attrs["unit"]`` as the y axis."""
    from io import StringIO

    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    with pyplot.rc_context(STYLE):
        figure, axis = pyplot.subplots(figsize=(3.6, 2.6), layout="constrained")
        for number, name in enumerate(curves.columns):
            axis.plot(curves.index, curves[name], color=COLOURS[number % len(COLOURS)], linewidth=1.6, label=str(name))
        axis.set_xlabel("time [d]" if curves.index.name == "time" else str(curves.index.name))
        axis.set_ylabel(str(curves.attrs.get("unit", "")))
        axis.legend(fontsize=7)
        text = StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
        pyplot.close(figure)
    return text.getvalue()[text.getvalue().index("<svg") :]


def checked(path: Path | str) -> Path:
    """Return the path if ``draw`` can write it. Raises DataError."""
    return require_ending(path, PICTURES, "picture")


def _panel(axis: Any, experiment: Experiment, observable: Observable) -> None:
    predicted, compared = experiment.predicted, experiment.compared
    for number, arm in enumerate(experiment.scenario.arms):
        colour = COLOURS[number % len(COLOURS)]
        line = predicted[(predicted["arm"] == arm.id) & (predicted["observable"] == observable.id)]
        axis.plot(line["time"], line["value"], color=colour, linewidth=1.8, label=arm.title)
        dots = compared[(compared["arm"] == arm.id) & (compared["observable"] == observable.id)]
        if len(dots):
            label = f"{arm.title}, observed ± SE"
            axis.errorbar(
                dots["time"], dots["value"], yerr=dots["error"], fmt="o", ms=4, capsize=2, color=colour, label=label
            )
    axis.set_title(observable.title)
    unit = next(iter(experiment.runs.values())).attrs.get("time_unit", "d")
    axis.set_xlabel(f"time [{unit}]" if unit else "time")
    axis.set_ylabel(observable.unit)
    if observable.log:
        axis.set_yscale("log")
    elif "log" not in observable.unit:
        axis.set_ylim(bottom=min(0.0, axis.get_ylim()[0]))
