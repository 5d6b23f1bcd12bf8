"""Show: how tables look on a terminal and pictures on paper; what is in them, others decide."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ranklsys.tables.files import require_ending
from ranklsys.tables.output import whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ENDLESS, NARROWEST = 10_000, 12
LONGEST_WHOLE = 20


def text(shown: Table) -> str:
    """Return a table as lines: wrapped and in bold on a terminal, one line a row in a pipe or file."""
    terminal = Console()
    if not terminal.is_terminal:
        terminal = Console(width=ENDLESS)
    needed = sum((column.min_width or NARROWEST) + 2 for column in shown.columns)
    terminal.width = max(terminal.width, needed)  # rich would cut a table where a terminal wraps it
    with terminal.capture() as captured:
        terminal.print(shown)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a plain table that wraps between words, so that an id stays whole; no header if all columns are blank."""
    # as Text because rich reads square brackets and colons in plain strings as its markup
    result = Table(
        title=Text(title),
        title_justify="left",
        title_style="bold",
        show_header=any(columns),
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    kept = list(rows)
    for position, column in enumerate(columns):
        cells = [row[position] for row in kept]
        longest = max(map(len, [column, *cells]))
        wraps = position == len(columns) - 1 or " " in column or (longest > LONGEST_WHOLE and " " in "".join(cells))
        result.add_column(
            Text(column), header_style="dim", no_wrap=not wraps, min_width=None if wraps else longest, overflow="fold"
        )
    for row in kept:
        result.add_row(*map(Text, row))
    return result


def number(value: float, digits: int = 4) -> str:
    """Return a number with few digits; NaN is a dash."""
    return "-" if math.isnan(value) else f"{value:.{digits}g}"


def with_unit(name: str, unit: str) -> str:
    """Return a name with its unit, if it has one."""
    return name if unit in ("", "dimensionless") else f"{name} [{unit}]"


@contextmanager
def moving(words: str, shown: bool) -> Iterator[Callable[[float], object]]:
    """Give what moves a bar on the terminal, to a share of the whole; nothing moves if it is not to be shown."""
    if not shown:
        yield lambda share: None
        return
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task(words, total=1.0)
        yield lambda share: progress.update(task, completed=share)


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


@contextmanager
def drawing(
    target: Path | str | StringIO,
    panels: int = 1,
    *,
    across: int = 3,
    size: tuple[float, float] = (3.6, 2.9),
    more: tuple[float, float] = (0.4, 0.3),
) -> Iterator[tuple[Figure, list[Axes]]]:
    """Give a figure in the house's style and its panels, row by row, to draw on; what was drawn is saved at the end.

    target: where, a path in .png, .svg or .pdf, or a text that becomes SVG; the same bytes each time. across: panels in
    a row. size: of a panel, and more: of the margins [inch]. The figure belongs to no window: the user's backend, style
    and open figures stay as they are. Raises DataError for another ending.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    path = target if isinstance(target, StringIO) else picture_path(target)
    across = min(panels, across)
    down = -(-panels // across)
    with rc_context(STYLE):
        figure = Figure(figsize=(size[0] * across + more[0], size[1] * down + more[1]), layout="constrained")
        axes = list(figure.subplots(down, across, squeeze=False).flat)
        for axis in axes[panels:]:
            axis.set_visible(False)
        yield figure, axes[:panels]
        kind = "svg" if isinstance(path, StringIO) else path.suffix[1:]
        with nullcontext(path) if isinstance(path, StringIO) else whole(path) as place:
            figure.savefig(place, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None)


def colour(number: int) -> str:
    """Return the colour of the curve of this number, from 0 on."""
    return COLOURS[number % len(COLOURS)]


def picture_path(path: Path | str) -> Path:
    """Return the path if a picture can be saved there. Raises DataError for another ending."""
    return require_ending(path, PICTURES, "picture")
