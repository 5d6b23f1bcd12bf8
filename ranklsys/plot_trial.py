"""Pictures of a trial: events over time by arm, markers and density as bands of patients; and by stratum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranklsys import endpoints
from ranklsys.plot import COLOURS, STYLE, checked

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.trial import Trial

BANDS = ("NTX", "bone_mineral_density_spine", "tumour")
LINES = ("-", "--", ":", "-.")


def draw(trial: Trial, path: Path | str, *, bands: Sequence[str] = BANDS) -> Path:
    """Draw freedom of skeletal events, incidence of all and by kind, and medians with 5 to 95 % of patients.

    Saves .png, .svg or .pdf and returns the path. Raises DataError for any other ending.
    """
    kept = [name for name in bands if name in trial.store.recipe["columns"]][:3]
    figure, axes = _figure(3 + len(kept))
    with _style():
        for number, arm in enumerate(trial.arms):
            colour = COLOURS[number % len(COLOURS)]
            _curve(axes[0], trial.event_free(arm), arm, colour)
            _curve(axes[1], trial.incidence(arm), arm, colour)
            for kind, line in zip(endpoints.SKELETAL, LINES, strict=True):
                curve = trial.incidence(arm, kind)
                label = kind.replace("_", " ") if number == 0 else None
                axes[2].step(curve.index / 365.25, curve["share"], line, where="post", color=colour, label=label)
        for axis, name in zip(axes[3:], kept, strict=False):
            _bands(axis, trial, name)
        _label(axes[0], "free of skeletal events (Kaplan-Meier)", "share of patients")
        _label(axes[1], "skeletal events, death competing", "cumulative incidence")
        _label(axes[2], "first event by kind, others competing", "cumulative incidence")
        axes[0].legend(fontsize=7)
        axes[2].legend(fontsize=7)
        return _save(figure, checked(path))


def strata(curves: Mapping[str, Mapping[str, pd.DataFrame]], path: Path | str) -> Path:
    """Draw curves by stratum, a panel for each title: stratum -> columns share, low and high over time [d]."""
    figure, axes = _figure(len(curves))
    with _style():
        for axis, (title, found) in zip(axes, curves.items(), strict=False):
            for number, (stratum, curve) in enumerate(found.items()):
                _curve(axis, curve, stratum, COLOURS[number % len(COLOURS)])
            _label(axis, title, "cumulative incidence")
        axes[0].legend(fontsize=7)
        return _save(figure, checked(path))


def surface(values: pd.DataFrame, path: Path | str, *, title: str, unit: str) -> Path:
    """Draw a quantity over two varied numbers: a row of the picture for each row, a column for each column."""
    figure, (axis,) = _figure(1)
    with _style():
        image = axis.imshow(values.to_numpy(), aspect="auto", origin="lower", cmap="viridis")
        axis.set_xticks(range(values.shape[1]), [str(name) for name in values.columns], rotation=30, ha="right")
        axis.set_yticks(range(values.shape[0]), [str(name) for name in values.index])
        axis.set_xlabel(str(values.columns.name or ""))
        axis.set_ylabel(str(values.index.name or ""))
        axis.set_title(title)
        figure.colorbar(image, ax=axis, label=unit)
        return _save(figure, checked(path))


def tornado(table: pd.DataFrame, path: Path | str, *, title: str, most: int = 20) -> Path:
    """Draw bars with error bars, the largest ``most`` on top: index name, columns index and error."""
    shown = table.reindex(table["index"].abs().sort_values(ascending=False).index).head(most)[::-1]
    figure, (axis,) = _figure(1, height=1.2 + 0.2 * len(shown))
    with _style():
        errors = shown["error"].fillna(0.0) if "error" in shown else None
        axis.barh([str(name) for name in shown.index], shown["index"], xerr=errors, color=COLOURS[0], height=0.7)
        axis.set_title(title)
        axis.tick_params(axis="y", labelsize=7)
        return _save(figure, checked(path))


def _style() -> Any:
    from matplotlib import pyplot

    return pyplot.rc_context(STYLE)


def _figure(panels: int, height: float = 2.9) -> tuple[Any, list[Any]]:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    across = 1 if panels == 1 else 2 if panels in (2, 4) else 3
    down = -(-panels // across)
    with pyplot.rc_context(STYLE):
        size = (3.6 * across + (1.4 if across == 1 else 0.4), height * down + 0.3)
        figure, axes = pyplot.subplots(down, across, figsize=size, squeeze=False, layout="constrained")
    for axis in axes.flat[panels:]:
        axis.set_visible(False)
    return figure, list(axes.flat[:panels])


def _curve(axis: Any, curve: pd.DataFrame, label: str, colour: str) -> None:
    years = curve.index / 365.25
    axis.step(years, curve["share"], where="post", color=colour, linewidth=1.6, label=label)
    axis.fill_between(years, curve["low"], curve["high"], step="post", color=colour, alpha=0.15, linewidth=0)
    axis.set_ylim(0, 1)


def _bands(axis: Any, trial: Trial, name: str) -> None:
    bands = trial.bands(name)
    for number, arm in enumerate(trial.arms):
        rows, colour = bands.loc[arm], COLOURS[number % len(COLOURS)]
        axis.plot(rows.index / 365.25, rows["median"], color=colour, linewidth=1.6)
        axis.fill_between(rows.index / 365.25, rows["low"], rows["high"], color=colour, alpha=0.15, linewidth=0)
    _label(axis, name.replace("bone_mineral_density", "density,").replace("_", " "), "median, 5 to 95 %")


def _label(axis: Any, title: str, unit: str) -> None:
    axis.set_title(title)
    axis.set_xlabel("time [y]")
    axis.set_ylabel(unit)


def _save(figure: Any, path: Path) -> Path:
    from ranklsys.plot import _save as save

    save(figure, path)
    return path
