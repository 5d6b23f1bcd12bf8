"""The command line: the same nouns as the Python API, and nothing imported before it is needed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ranklsys.errors import RanklsysError, UnknownName, nearest
from ranklsys.part import HOSTS

if TYPE_CHECKING:
    from rich.table import Table

    from ranklsys.experiment import Experiment
    from ranklsys.model import Model
    from ranklsys.part import Part
    from ranklsys.solver import Solver

UNTIL = click.option("--until", metavar="TIME", help="How long to simulate, e.g. 25d or 3y.")
DOSE = click.option("--dose", "doses", multiple=True, metavar="TEXT", help='A regimen, e.g. "opg-fc 3 mg/kg sc q2d".')
SET = click.option(
    "--set", "changes", multiple=True, metavar="ID=VALUE", help='E.g. RANKL_loss=2 or "RANKL_loss=2 1/d".'
)
SHOW = click.option("--show", multiple=True, metavar="ID", help="A quantity to print and draw; repeat for more.")
POINTS = click.option("--points", default=201, show_default=True, help="Rows, evenly spaced.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ranklsys", message="ranklsys %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option("--plugin", "files", multiple=True, type=click.Path(path_type=Path), help="Try a plugin from a file.")
def cli(debug: bool, files: tuple[Path, ...]) -> None:
    """Breast cancer in bone as a model that runs."""
    from ranklsys import plugins

    if files:
        plugins.use(*files)


@cli.command("list")
def list_() -> None:
    """Show the hosts, parts, scenarios and datasets that are installed."""
    from ranklsys import plugins, report

    _print(report.inventory(plugins.registry()))
    _warn_of_broken()


@cli.command()
@click.argument("name")
def show(name: str) -> None:
    """Show a host (states, slots, parameters), a part (values, sources) or a scenario (arms, doses)."""
    from ranklsys import plugins, report

    registry = plugins.registry()
    if name in HOSTS:
        _print(report.host(name))
    elif name in registry.scenarios:
        _print(report.scenario(registry.scenario(name)))
    else:
        _print(report.part(_part_or_suggest(name)))


@cli.command("plugins")
def plugins_() -> None:
    """Show the plugins: version, hooks, and why one is left out."""
    from ranklsys import plugins, report

    _print(report.plugins(plugins.commands(cli)))


@cli.command()
@click.argument("names", nargs=-1, required=True, metavar="SCENARIO | HOST [PART]...")
@UNTIL
@DOSE
@SET
@SHOW
@POINTS
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Table to write: .parquet or .csv.")
@click.option("--plot", "picture", type=click.Path(path_type=Path), help="Picture to write: .png, .svg or .pdf.")
@click.option("--rtol", type=click.FloatRange(1e-13, 1e-2), help="Relative tolerance of the solver.")
def run(
    names: tuple[str, ...],
    until: str | None,
    doses: tuple[str, ...],
    changes: tuple[str, ...],
    show: tuple[str, ...],
    points: int,
    output: Path | None,
    picture: Path | None,
    rtol: float | None,
) -> None:
    """Simulate a shipped SCENARIO and compare it with data, or any HOST with PARTs.

    \b
    ranklsys run canon2008
    ranklsys run mouse mda-mb-231 opg-fc --dose "opg-fc 3 mg/kg sc q2d" --until 25d -o run.parquet --plot run.png
    """
    from ranklsys import frame, plot
    from ranklsys.solver import Solver

    solver = Solver(relative_tolerance=rtol) if rtol else Solver()
    if names[0] in HOSTS:
        output, picture = output and frame.checked(output), picture and plot.checked(picture)
        done = _run_composition(names, until, doses, changes, show, points, solver)
    else:
        output = frame.checked(output or Path(f"{names[0]}.csv"))
        picture = plot.checked(picture or Path(f"{names[0]}.png"))
        done = _run_scenario(names, (until, doses, changes, show), points, solver)
    _finish(done, output, picture)


@cli.command()
@click.argument("host", metavar="HOST")
@click.argument("parts", nargs=-1, metavar="[PART]...")
@DOSE
@SET
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="SBML file to write.")
def compose(host: str, parts: tuple[str, ...], doses: tuple[str, ...], changes: tuple[str, ...], output: Path) -> None:
    """Write a composition, with its doses, as one flat SBML file for COPASI and other tools."""
    model = _model(host, parts, changes)
    model.save(output, doses=doses)
    click.echo(f"wrote {output}: {len(model.facts.states)} states, model {model.hash[:12]}")


@cli.command()
@click.argument("names", nargs=-1, required=True, metavar="HOST [PART]...")
@click.option("--vary", multiple=True, required=True, metavar="ID=A,B,C", help="Values; or A..B:N on a log scale.")
@UNTIL
@DOSE
@SET
@SHOW
@POINTS
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Table to write: .parquet or .csv.")
def scan(
    names: tuple[str, ...],
    vary: tuple[str, ...],
    until: str | None,
    doses: tuple[str, ...],
    changes: tuple[str, ...],
    show: tuple[str, ...],
    points: int,
    output: Path | None,
) -> None:
    """Simulate over a grid of parameter values, and print where each run ends.

    \b
    ranklsys scan mouse mda-mb-231 --vary "tumour_growth=0.2,0.3,0.4 1/d" --until 25d --show tumour
    """
    from ranklsys import experiment, frame, report
    from ranklsys.scan import scan as over

    output = output and frame.checked(output)
    model = _model(names[0], names[1:], changes)
    columns = [seen.id for seen in experiment.simple(model, until=_needed(until), show=show).observables]
    grid = dict(_varied(text) for text in vary)
    table = over(model, grid, _needed(until), doses=doses, points=points, columns=columns, progress=sys.stderr.isatty())
    last = table.groupby(level=list(grid), sort=False).last()
    rows = [
        (*map(str, key if isinstance(key, tuple) else (key,)), *map(report.number, row))
        for key, row in zip(last.index, last.to_numpy(), strict=True)
    ]
    _print([report.table(f"after {until}", (*grid, *columns), rows)])
    if output:
        click.echo(f"wrote {frame.save(table.reset_index(), output)}")


@cli.command()
@click.argument("names", nargs=-1, required=True, metavar="HOST [PART]...")
@UNTIL
@DOSE
@SET
@click.option("--with", "engines", multiple=True, type=click.Choice(["copasi", "amici"]), help="Default: copasi.")
def agree(
    names: tuple[str, ...],
    until: str | None,
    doses: tuple[str, ...],
    changes: tuple[str, ...],
    engines: tuple[str, ...],
) -> None:
    """Simulate the same SBML in RoadRunner and in other tools, and print the largest differences."""
    from ranklsys import report
    from ranklsys.agree import agree as judge

    model = _model(names[0], names[1:], changes)
    for engine in engines or ("copasi",):
        verdict = judge(model, _needed(until), doses=doses, engine=engine)
        _print([report.agreement(engine, verdict)])
        if not verdict["within"].all():
            raise click.exceptions.Exit(1)


@cli.command()
@click.argument("notations", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[PART.ant]...")
def build(notations: tuple[Path, ...]) -> None:
    """Build the hosts from core.ant, parameters.csv and contract.toml, or a part from PART.ant and PART.csv."""
    from ranklsys import build as builder

    if not notations:
        builder.build_hosts(click.echo)
    for notation in notations:
        builder.build_part(notation, click.echo)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; an error is one line and exit code 1 or 2, with a traceback only after --debug."""
    from ranklsys import plugins

    arguments = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in arguments
    try:
        plugins.commands(cli)
        sys.exit(cli.main(arguments, prog_name="ranklsys", standalone_mode=False) or 0)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _fail("stopped", 130)
    except RanklsysError as problem:
        if debug:
            raise
        _fail(str(problem), problem.exit_code)
    except Exception as problem:
        if debug:
            raise
        _fail(f"{type(problem).__name__}: {problem}. This is a defect: run again with --debug and report it", 1)


def _fail(text: str, code: int) -> None:
    click.echo(f"error: {' '.join(text.split())}", err=True)
    sys.exit(code)


def _print(tables: Sequence[Table]) -> None:
    from ranklsys import report

    terminal = report.console()
    for table in tables:
        terminal.print(table)
        terminal.print()


def _warn_of_broken() -> None:
    from ranklsys import plugins

    for plugin in plugins.registry().broken:
        click.echo(f"left out: {plugin.name} ({plugin.error}). See: ranklsys plugins", err=True)


def _part_or_suggest(name: str) -> Part:
    from ranklsys import plugins

    registry = plugins.registry()
    known = [*HOSTS, *registry.parts, *registry.scenarios]
    if name not in known and nearest(name, known):
        raise UnknownName(f"there is nothing named '{name}'{nearest(name, known)}", hint="See: ranklsys list")
    return registry.part(name)


def _model(host: str, parts: Sequence[str], changes: Sequence[str]) -> Model:
    from ranklsys.compose import compose as composed

    return composed(host, *parts).set(dict(_assigned(text) for text in changes))


def _assigned(text: str) -> tuple[str, float | str]:
    name, equals, value = text.partition("=")
    if not equals or not value.strip():
        raise click.BadParameter(f"'{text}' is not ID=VALUE, e.g. RANKL_loss=2", param_hint="--set")
    return name.strip(), _value(value)


def _value(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text.strip()


def _varied(text: str) -> tuple[str, list[float | str]]:
    """Read ``id=1,2,3 1/d`` or ``id=0.1..10:9 1/d``."""
    from ranklsys.scan import logspace

    name, equals, values = text.partition("=")
    numbers, _, unit = values.strip().partition(" ")
    try:
        if ".." in numbers:
            ends, _, count = numbers.partition(":")
            low, high = ends.split("..", 1)
            found = [float(value) for value in logspace(low, high, int(count or 5))]
        else:
            found = [float(value) for value in numbers.split(",")]
    except (ValueError, TypeError):
        found = []
    if not (name and equals and found):
        raise click.BadParameter(f"'{text}' is not ID=1,2,3 or ID=0.1..10:9", param_hint="--vary")
    return name.strip(), [f"{value!r} {unit}" if unit else value for value in found]


def _needed(until: str | None) -> str:
    if until is None:
        raise click.UsageError("say how long to simulate, e.g. --until 25d")
    return until


def _run_composition(
    names: Sequence[str],
    until: str | None,
    doses: tuple[str, ...],
    changes: tuple[str, ...],
    show: tuple[str, ...],
    points: int,
    solver: Solver,
) -> Experiment:
    from ranklsys import experiment

    until = _needed(until)
    model = _model(names[0], names[1:], changes)
    scenario = experiment.simple(model, until=until, doses=doses, show=show)
    run = model.simulate(until, doses=doses, points=points, solver=solver)
    return experiment.Experiment(scenario, {"run": run})


def _run_scenario(names: Sequence[str], fixed: Sequence[object], points: int, solver: Solver) -> Experiment:
    from ranklsys import experiment

    if len(names) > 1:
        what = f"'{names[0]}' is not a host{nearest(names[0], HOSTS)}, and a scenario stands alone"
        raise UnknownName(what, hint="Type a host and parts (ranklsys run mouse mda-mb-231), or one scenario")
    if any(fixed):
        raise click.UsageError(f"--until, --dose, --set and --show go with a host and parts; {names[0]} is a scenario")
    return experiment.run(
        names[0], points=points, solver=solver, report=lambda title: click.echo(f"  {title} ...", err=True)
    )


def _finish(done: Experiment, output: Path | None, picture: Path | None) -> None:
    from ranklsys import frame, plot, report

    click.echo(done.scenario.title)
    _print(report.experiment(done))
    if output:
        click.echo(f"wrote {frame.save(done.tidy(), output)}")
    if picture:
        click.echo(f"wrote {plot.draw(done, picture)}")


if __name__ == "__main__":
    main()
