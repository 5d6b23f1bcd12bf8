"""Arguments: the options that commands share, and what is typed after them as values."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from ranklsys.errors import DataError, UnitError
from ranklsys.tables.cells import plain_number
from ranklsys.tables.changes import read_changes
from ranklsys.tables.output import guarded, require_free

UNTIL = click.option("--until", metavar="TIME", help="How long to simulate, e.g. 25d or 3y.")
AFTER = click.option(
    "--after", metavar="TIME", help="What goes first, without doses, e.g. 12y after menopause; 0d: nothing."
)
DOSE = click.option("--dose", "doses", multiple=True, metavar="TEXT", help='A regimen, e.g. "opg-fc 3 mg/kg sc q2d".')
SET = click.option(
    "--set", "changes", multiple=True, metavar="ID=VALUE", help='E.g. RANKL_loss=2 or "RANKL_loss=2 1/d".'
)
SHOW = click.option("--show", multiple=True, metavar="ID", help="A quantity to print and draw; repeat for more.")
POINTS = click.option(
    "--points", type=click.IntRange(2, 1_000_000), default=201, show_default=True, help="Rows, evenly spaced."
)
TABLE = click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Table to write: .parquet, .csv, .tsv or .xlsx."
)
ENGINE = click.option(
    "--engine",
    type=click.Choice(["auto", "lanes", "roadrunner"]),
    default="auto",
    show_default=True,
    help="What runs many: side by side, or one by one.",
)


def _guard(context: click.Context, option: click.Parameter, force: bool) -> None:
    context.with_resource(guarded(force))


FORCE = click.option(
    "--force", is_flag=True, expose_value=False, callback=_guard, help="Write over files that ranklsys did not write."
)
UNCERTAINTY = click.option(
    "--uncertainty",
    type=click.IntRange(min=2),
    is_flag=False,
    flag_value=50,
    metavar="[N]",
    help="Bands, 5 to 95 %, of N sets of numbers that the observations allow; 50 without N.",
)
EXACT = click.option("--exact", is_flag=True, help="Lanes within 1e-7 of each quantity instead of 1e-5.")

MOST_VALUES = 100_000
"""Of one number that is varied."""

Value = float | str


def changes(texts: Iterable[str], option: str = "--set") -> dict[str, Value]:
    """Read ``id=2`` or ``id=2 1/d``, each id once. Raises DataError."""
    return read_changes(texts, option)


def pairs(texts: Iterable[str], option: str) -> dict[str, str]:
    """Read ``left=right`` texts, each left once. Raises DataError."""
    found: dict[str, str] = {}
    for text in texts:
        left, _, right = (piece.strip() for piece in text.partition("="))
        if not right or left in found:
            raise DataError(f"'{text}' {'is there twice' if right else 'lacks its right side'}", where=option)
        found[left] = right
    return found


def grid(texts: Iterable[str]) -> dict[str, list[Value]]:
    """Read ``id=1,2,3 1/d`` or, on a log scale, ``id=0.1..10:9 1/d``, each id once. Raises DataError."""
    return {name: _grid(str(values), f"{name}={values}") for name, values in read_changes(texts, "--vary").items()}


def duration(text: str | None) -> str:
    """Return how long to simulate if it can be simulated. Raises click.UsageError, UnitError or DataError."""
    from ranklsys import units

    if text is None:
        raise click.UsageError("say how long to simulate, e.g. --until 25d")
    try:
        days = units.days(text)
    except UnitError as problem:
        what = f"{problem.where}: {problem.what}" if problem.where else problem.what
        raise UnitError(
            what, where="--until", hint="Type e.g. --until 25d; units of time are min, h, d, w, mo, y"
        ) from None
    if days == 0:
        raise DataError(f"'{text}' is no time to simulate", where="--until", hint="Type e.g. --until 25d")
    return text


def time_before(text: str | None) -> str | None:
    """Return how long something is simulated first; empty for none at all. Raises UnitError that names the option."""
    from ranklsys import units

    try:
        return text if text is None or units.days(text) > 0 else ""
    except UnitError as problem:
        raise UnitError(problem.what, where="--after", hint="Type e.g. --after 12y, or 0d for nothing") from None


def writable(path: Path) -> Path:
    """Return the path if a file can be written there; missing folders are made later.

    Raises DataError, also for a file that is there and that ranklsys did not write, unless ``--force`` was typed.
    """
    above = next(folder for folder in path.absolute().parents if folder.exists())
    if path.is_dir():
        raise DataError("this is a folder", where=str(path), hint="Add the name of a file")
    if not above.is_dir():
        raise DataError(f"'{above.name}' is a file, not a folder", where=str(path), hint="Choose another folder")
    if not os.access(path if path.exists() and not path.is_file() else above, os.W_OK):
        raise DataError("you may not write there", where=str(path), hint="Choose another folder")
    require_free(path)
    return path


def folder(path: Path, files: Sequence[str] = ()) -> Path:
    """Return the path of a folder that files can be written into; it is made later if missing.

    files: patterns of their names. Raises DataError, as ``writable`` does for each that is there.
    """
    if path.exists() and not path.is_dir():
        raise DataError("this is a file, not a folder", where=str(path), hint="Choose another folder")
    writable(path / "result.csv")
    for pattern in files:
        for there in sorted(path.glob(pattern)):
            require_free(there)
    return path


def _grid(values: str, text: str) -> list[Value]:
    numbers, _, unit = values.partition(" ")
    try:
        found = (
            _log_scale(numbers) if ".." in numbers else [plain_number(number.strip()) for number in numbers.split(",")]
        )
    except (ValueError, UnitError):
        found = []
    if not found or not all(map(math.isfinite, found)):
        raise DataError(f"'{text}' is not ID=1,2,3 or ID=0.1..10:9", where="--vary", hint="Give numbers, then the unit")
    return [f"{value!r} {unit.strip()}" if unit else value for value in found]


def _log_scale(text: str) -> list[float]:
    from ranklsys.study.scan import logspace

    ends, _, count = text.partition(":")
    low, high = (plain_number(end.strip()) for end in ends.split("..", 1))
    number = plain_number(count or "5")
    if number > MOST_VALUES:
        what = f"{count} values are more than {MOST_VALUES}"
        raise DataError(what, where="--vary", hint="Say e.g. ID=0.1..10:9")
    if "..." in text or math.isnan(low + high) or number != int(number):
        raise ValueError
    return [float(value) for value in logspace(low, high, int(number))]
