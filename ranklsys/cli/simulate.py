"""The commands that compose and simulate: ``run``, ``compose`` and ``scan``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ranklsys.cli import arguments
from ranklsys.cli.terminal import model_of, printed, require_scenario
from ranklsys.plugins.part import HOSTS
from ranklsys.tables.files import SBML_ENDINGS, require_ending

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from ranklsys.study.comparison import Comparison
    from ranklsys.study.experiment import Experiment

STUDY_ENDINGS = (".omex", ".sedml")
UNNAMED = Path("as-the-run.png")
"""The picture of which only --plot was typed: it gets its name from what is run."""
MOST_DOSES = 4
"""Regimens that are named where none is that of the run."""


@click.command("run")
@click.argument("names", nargs=-1, required=True, metavar="SCENARIO | HOST [PART]... | FILE")
@arguments.UNTIL
@arguments.AFTER
@arguments.DOSE
@arguments.SET
@arguments.SHOW
@arguments.POINTS
@arguments.TABLE
@click.option(
    "--plot",
    "picture",
    type=click.Path(path_type=Path),
    is_flag=False,
    flag_value=UNNAMED,
    help="Picture to write: .png, .svg or .pdf; as the last word without PATH, it is named after what is run.",
)
@click.option("--rtol", type=click.FloatRange(1e-13, 1e-2), help="Relative tolerance of the solver.")
@arguments.FORCE
@arguments.UNCERTAINTY
def run_command(
    names: tuple[str, ...],
    until: str | None,
    after: str | None,
    doses: tuple[str, ...],
    changes: tuple[str, ...],
    show: tuple[str, ...],
    points: int,
    output: Path | None,
    picture: Path | None,
    rtol: float | None,
    uncertainty: int | None,
) -> None:
    """Simulate a scenario, or any host with parts.

    A shipped SCENARIO is compared with its data, and written to SCENARIO.csv and SCENARIO.png unless you say otherwise.
    A HOST with parts is compared with what the tables of plugins have of the same parts and doses, and what goes first
    there goes first here, unless you say --after. A FILE is a study as `ranklsys export` writes it (.omex, .sedml),
    or any SBML (.xml).

    \b
    ranklsys run canon2008
    ranklsys run mouse mda-mb-231 opg-fc --dose "opg-fc 3 mg/kg sc q2d" \\
        --until 25d -o run.parquet --plot run.png
    ranklsys run human menopause denosumab \\
        --dose "denosumab 60 mg sc q6mo" --until 3y --plot
    """
    from ranklsys import frame
    from ranklsys.model.solver import Solver
    from ranklsys.show import picture_path
    from ranklsys.study import comparison, experiment, report

    solver = Solver(relative_tolerance=rtol) if rtol else Solver()
    model, file = None, Path(names[0])
    if names[0] in HOSTS:
        model, title = model_of(names[0], names[1:], changes), ""
    elif file.suffix in SBML_ENDINGS:
        model, title = model_of(names[0], names[1:], changes), file.name
    elif file.suffix in STUDY_ENDINGS:
        _require_nothing_else(names, (until, after, doses, changes, show, rtol, uncertainty))
    else:
        require_scenario(names, (until, after, doses, changes, show))
        output, picture = output or Path(f"{names[0]}.csv"), picture or Path(f"{names[0]}.png")
    if picture == UNNAMED:
        picture = Path(f"{'-'.join([file.stem, *names[1:]])}.png")
    output = output and arguments.writable(frame.checked(output))
    picture = picture and arguments.writable(picture_path(picture))
    if model is not None:
        end, before = arguments.duration(until), arguments.time_before(after)
        found = comparison.comparison(model, end, doses, before if model.host else before or "")
        done = comparison.compared(
            model,
            found,
            until=end,
            doses=doses,
            show=show,
            title=title,
            points=points,
            solver=solver,
            uncertainty=uncertainty or 0,
        )
        _finish(done, output, picture, _beside(found, done, asked=after is not None, drawn=picture is not None))
        return
    if file.suffix in STUDY_ENDINGS:
        from ranklsys.exchange.replay import replay

        done = replay(file, report=_say)
    else:
        done = experiment.run(names[0], points=points, solver=solver, report=_say, uncertainty=uncertainty or 0)
        for each in done.left_out:
            click.echo(f"left out: {each}", err=True)
    _finish(done, output, picture, report.experiment(done))


@click.command("compose")
@click.argument("host", metavar="HOST")
@click.argument("parts", nargs=-1, metavar="[PART]...")
@arguments.DOSE
@arguments.SET
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="SBML file to write.")
@click.option("--network", type=click.Path(path_type=Path), help="Picture of what acts on what to write: .svg or .png.")
@arguments.FORCE
def compose_command(
    host: str,
    parts: tuple[str, ...],
    doses: tuple[str, ...],
    changes: tuple[str, ...],
    output: Path,
    network: Path | None,
) -> None:
    """Write a composition with its doses as one flat SBML file.

    COPASI and other tools read it.
    """
    from ranklsys.model.diagram.picture import PICTURES, model_picture, write_picture

    arguments.writable(output)
    network = network and arguments.writable(require_ending(network, PICTURES, "network"))
    model = model_of(host, parts, changes)
    output.parent.mkdir(parents=True, exist_ok=True)
    model.save(output, doses=doses)
    click.echo(f"wrote {output}: {len(model.facts.states)} states, model {model.hash[:12]}")
    if network:
        write_picture(model_picture(model.title, model.sbml), network)
        click.echo(f"wrote {network}: what acts on what")


@click.command("scan")
@click.argument("names", nargs=-1, required=True, metavar="HOST [PART]... | FILE")
@click.option("--vary", multiple=True, required=True, metavar="ID=A,B,C", help="Values; or A..B:N on a log scale.")
@arguments.UNTIL
@arguments.DOSE
@arguments.SET
@arguments.SHOW
@arguments.POINTS
@arguments.TABLE
@click.option("--plot", "picture", type=click.Path(path_type=Path), help="Picture of a surface over two: .png, .svg.")
@arguments.ENGINE
@arguments.EXACT
@arguments.FORCE
def scan_command(
    names: tuple[str, ...],
    vary: tuple[str, ...],
    until: str | None,
    doses: tuple[str, ...],
    changes: tuple[str, ...],
    show: tuple[str, ...],
    points: int,
    output: Path | None,
    picture: Path | None,
    engine: str,
    exact: bool,
) -> None:
    """Simulate over a grid of values; print where each run ends.

    A dose may name what is varied in braces: a dose-response surface.

    \b
    ranklsys scan mouse mda-mb-231 --vary "tumour_growth=0.2,0.3,0.4 1/d" \\
        --until 25d --show tumour
    ranklsys scan human menopause zoledronic-acid --until 1y --show CTX \\
        --vary "amount=1,2,4 mg" --vary "interval=4,12,52 w" \\
        --dose "zoledronic-acid {amount} iv q{interval}" --plot surface.png
    """
    from ranklsys import frame
    from ranklsys.model.read_outs import is_read_out
    from ranklsys.show import picture_path
    from ranklsys.study import report
    from ranklsys.study.composition import simple
    from ranklsys.study.scan import scan
    from ranklsys.study.surface import surface

    picture = picture and arguments.writable(picture_path(picture))
    output = output and arguments.writable(frame.checked(output))
    grid, end = arguments.grid(vary), arguments.duration(until)
    model = model_of(names[0], names[1:], changes)
    if told := [name for name in show if is_read_out(name)]:
        raise click.UsageError(f"a scan shows ids of the model, not '{told[0]}', which run and cohort tell")
    columns = [seen.id for seen in simple(model, until=end, show=show).observables]
    given = "; ".join(doses) or ()
    table = scan(
        model,
        grid,
        end,
        doses=given,
        points=points,
        columns=columns,
        progress=sys.stderr.isatty(),
        engine=engine,
        exact=exact,
    )
    printed([report.scanned(table, end)])
    if output:
        click.echo(f"wrote {frame.save(table.reset_index(), output)}")
    if picture:
        surface(table, columns[0], path=picture)
        click.echo(f"wrote {picture}")


def _say(title: str) -> None:
    click.echo(f"{title} ...", err=True)


def _require_nothing_else(names: Sequence[str], fixed: Sequence[object]) -> None:
    if len(names) > 1 or any(fixed):
        raise click.UsageError(f"{names[0]} says itself what is simulated: leave out the other words")


def _beside(found: Comparison, done: Experiment, *, asked: bool, drawn: bool) -> list[Table | str]:
    """Return what is said of a composition: where it ends, with which observations it is shown, or that it has none."""
    from ranklsys.study import report

    said: list[Table | str] = [*report.experiment(done), *report.comparison(found, done)]
    said += [f"left out: {each}" for each in found.skipped]
    if found.before and not asked:
        said.append(f"starts after {found.before}, as the tables have it; --after 0d starts at once")
    if done.observed is None and done.scenario.host and (drawn or found.other_doses):
        others = ", ".join(f"'{doses}'" for doses in found.other_doses[:MOST_DOSES])
        others = f"; of the same parts they have {others}" if others else ""
        said.append(f"no observations of this in the tables of the plugins{others}")
    return said


def _finish(done: Experiment, output: Path | None, picture: Path | None, said: Sequence[Table | str]) -> None:
    from ranklsys import frame
    from ranklsys.study import plot

    click.echo(done.scenario.title)
    printed(said)
    if output or picture:
        click.echo()
    if output:
        click.echo(f"wrote {frame.save(done.tidy(), output)}")
    if picture:
        click.echo(f"wrote {plot.draw(done, picture)}")
