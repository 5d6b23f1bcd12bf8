"""The command that calibrates: ``fit``, numbers of the model from tables of observations."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ranklsys.cli import arguments
from ranklsys.cli.terminal import printed
from ranklsys.errors import DataError
from ranklsys.tables.changes import read_changes

if TYPE_CHECKING:
    from ranklsys.study.fit_result import Fit
    from ranklsys.study.left_out import LeftOut


FILES = (
    *("starts.csv", "profiles.csv", "correlation.csv", "left-out.csv", "page.md", "study-*.png"),
    *("waterfall.png", "profiles.png", "residuals.png", "correlation.png", "left-out.png"),
)
"""What is written into DIR, beside result.csv."""


@click.command("fit")
@click.argument("spec", type=click.Path(path_type=Path), metavar="SPEC.toml")
@click.option("--starts", type=click.IntRange(min=1), default=20, show_default=True, help="Fits, the first from now.")
@click.option("--seed", type=int, help="Of the other starts, in place of the file's.")
@click.option("--processes", type=click.IntRange(min=1), help="How many at a time; else one for each processor.")
@click.option("--profiles", is_flag=True, help="Say which numbers the data identify, by profile likelihoods.")
@click.option("--leave-out", "leaves_out", is_flag=True, help="Predict each trial by the fit to all others too.")
@click.option(
    "--ensemble",
    "members",
    type=click.IntRange(min=2),
    metavar="N",
    help="No fit: draw N sets of numbers from the posterior around those of the tables, into -o FILE.csv.",
)
@click.option("--hold", multiple=True, metavar="ID=VALUE", help="Not fitted, the same in every row; repeat for more.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of a page, tables and pictures; of --ensemble a file.",
)
@arguments.ENGINE
@arguments.EXACT
@click.option("--write", is_flag=True, help="Write the values back into the tables they come from.")
@arguments.FORCE
def fit_command(
    spec: Path,
    starts: int,
    seed: int | None,
    processes: int | None,
    profiles: bool,
    leaves_out: bool,
    members: int | None,
    hold: tuple[str, ...],
    output: Path | None,
    engine: str,
    exact: bool,
    write: bool,
) -> None:
    """Fit numbers of the model to tables of observations.

    SPEC.toml says which numbers, in which tables, within which bounds; see docs/fitting.md. Nothing but DIR is written
    unless you say --write.
    """
    from ranklsys.study import report
    from ranklsys.study.calibration import Calibration
    from ranklsys.study.fit import fit
    from ranklsys.study.left_out import leave_out

    if members:
        if output is None or profiles or leaves_out or hold or write:
            raise click.UsageError(
                "--ensemble goes with -o FILE.csv, and not with --profiles, --leave-out, --hold, --write"
            )
        _draw(spec, members, seed, engine, exact, output)
        return
    output = arguments.folder(output, FILES) if output else None
    calibration = Calibration(spec, _held(hold))
    if write and hold:
        raise click.UsageError("--write and --hold do not go together: what is held is not calibrated")
    found = fit(
        calibration,
        starts=starts,
        seed=seed,
        processes=processes,
        profiles=profiles,
        engine=engine,
        exact=exact,
        report=lambda line: click.echo(line, err=True),
        progress=sys.stderr.isatty(),
    )
    click.echo(calibration.spec.title)
    printed(report.fit(found))
    if found.better_profile:
        click.echo(f"the profile of {found.better_profile} found a lower cost than every start: use more --starts")
    if output:
        for path in _save(found, output):
            click.echo(f"wrote {path}")
    if write:
        for path in calibration.write(found.after):
            click.echo(f"wrote {path}")
        click.echo("Next: ranklsys build, if a table that SBML is made of has changed")
    if leaves_out:
        left_out = leave_out(
            calibration,
            found.after,
            processes=processes,
            engine=engine,
            exact=exact,
            report=lambda line: click.echo(line, err=True),
            progress=sys.stderr.isatty(),
        )
        printed(report.left_out(left_out))
        for path in _save_left_out(left_out, output) if output else []:
            click.echo(f"wrote {path}")


def _draw(spec: Path, members: int, seed: int | None, engine: str, exact: bool, output: Path) -> None:
    """Draw an ensemble, print what came of it, and write it."""
    from ranklsys.study import report
    from ranklsys.study.ensemble import ensemble
    from ranklsys.tables.files import require_ending

    arguments.writable(require_ending(output, (".csv",), "ensemble"))
    found = ensemble(
        spec, members, seed=seed, engine=engine, exact=exact, report=lambda line: click.echo(line, err=True)
    )
    click.echo(found.ensemble.about["title"])
    printed(report.ensemble(found))
    click.echo(f"wrote {found.ensemble.save(output)}")


def _held(texts: tuple[str, ...]) -> dict[str, float]:
    """Read ``id=value`` texts of plain numbers, as ``--set`` does. Raises DataError."""
    held = {}
    for name, value in read_changes(texts, "--hold").items():
        if isinstance(value, str):
            raise DataError(f"'{value}' is not a number", where=f"--hold {name}", hint="Give it in the model's unit")
        held[name] = value
    return held


def _save(found: Fit, folder: Path) -> list[Path]:
    """Write the tables and pictures of a fit, and a page with all of them, into a folder; return their paths."""
    from ranklsys import frame
    from ranklsys.study import fit_page, plot_fit
    from ranklsys.tables import output

    tables = {
        "result": found.table,
        "starts": found.starts,
        "profiles": found.profiles,
        "correlation": found.correlation.rename_axis("name").reset_index(),
    }
    paths = [frame.save(table, folder / f"{name}.csv") for name, table in tables.items() if table is not None]
    pictures = plot_fit.draw(found, folder)
    page = output.write(folder / "page.md", fit_page.page(found, [picture.name for picture in pictures]))
    return [*paths, *pictures, page]


def _save_left_out(found: LeftOut, folder: Path) -> list[Path]:
    """Write what is left out as a table and a picture; return their paths."""
    from ranklsys import frame
    from ranklsys.study import plot_left_out

    return [frame.save(found.table, folder / "left-out.csv"), plot_left_out.draw(found, folder / "left-out.png")]
