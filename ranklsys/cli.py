"""The command line: the same nouns as the Python API, and nothing imported before it is needed."""

from __future__ import annotations

import copy
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from ranklsys import arguments
from ranklsys.cli_author import check, doctor, new_plugin
from ranklsys.cli_cohort import cohort, sensitivity
from ranklsys.cli_fit import fit
from ranklsys.cli_judge import claims, score
from ranklsys.endings import require_ending
from ranklsys.errors import RanklsysError, UnknownName, nearest
from ranklsys.part import HOSTS

if TYPE_CHECKING:
    from rich.table import Table

    from ranklsys.experiment import Experiment
    from ranklsys.model import Model
    from ranklsys.part import Part
    from ranklsys.registry import Registry


class Commands(click.Group):
    """The commands and, once they are asked for, those of plugins; ``context.obj`` is then the registry."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names of all commands, sorted."""
        self._grow(context)
        return super().list_commands(context)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return a command by its name."""
        self._grow(context)
        return super().get_command(context, name)

    def _grow(self, context: click.Context) -> None:
        from ranklsys import plugins

        if context.obj is None:
            context.obj = plugins.commands(self)


def _use(context: click.Context, option: click.Parameter, files: tuple[Path, ...]) -> None:
    from ranklsys import plugins

    plugins.use(*files)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ranklsys", message="ranklsys %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option(
    "--plugin",
    multiple=True,
    type=click.Path(path_type=Path),
    is_eager=True,
    expose_value=False,
    callback=_use,
    help="Try a plugin from a file.",
)
def cli(debug: bool) -> None:
    """Breast cancer in bone as a model that runs."""


@cli.command("list")
@click.pass_obj
def list_(registry: Registry) -> None:
    """Show the installed hosts, parts, scenarios and datasets."""
    from ranklsys import report

    _print(report.inventory(registry))
    for problem in (*(f"{plugin.name} ({plugin.error})" for plugin in registry.broken), *registry.clashes):
        click.echo(f"left out: {problem}. See: ranklsys plugins", err=True)


@cli.command()
@click.argument("name")
def show(name: str) -> None:
    """Show what a host, a part or a scenario holds.

    A host: states, slots, parameters. A part: values and their sources. A scenario: arms and doses.
    """
    from ranklsys import plugins, report

    registry = plugins.registry()
    if name in HOSTS:
        _print(report.host(name))
    elif name in registry.scenarios:
        _print(report.scenario(registry.scenario(name)))
    else:
        _print(report.part(_part(name)))


@cli.command("plugins")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@click.pass_obj
def plugins_(registry: Registry, as_json: bool) -> None:
    """Show the plugins, and why one is left out.

    Environment: RANKLSYS_PLUGINS=a,b loads only these (distributions or entry points); RANKLSYS_STRICT=1 stops at the
    first that is broken; RANKLSYS_TRACE=1 tells what each offers, how long it takes, and the traceback of a broken one.
    """
    from ranklsys import report

    if as_json:
        click.echo(report.plugins_as_json(registry))
    else:
        _print(report.plugins(registry))


@cli.command()
@click.argument("names", nargs=-1, required=True, metavar="SCENARIO | HOST [PART]...")
@arguments.UNTIL
@arguments.DOSE
@arguments.SET
@arguments.SHOW
@arguments.POINTS
@arguments.TABLE
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
    """Simulate a scenario, or any host with parts.

    A shipped SCENARIO is compared with its data, and written to SCENARIO.csv and SCENARIO.png unless you say otherwise.

    \b
    ranklsys run canon2008
    ranklsys run mouse mda-mb-231 opg-fc --dose "opg-fc 3 mg/kg sc q2d" \\
        --until 25d -o run.parquet --plot run.png
    """
    from ranklsys import experiment, frame, plot
    from ranklsys.solver import Solver

    solver = Solver(relative_tolerance=rtol) if rtol else Solver()
    if names[0] not in HOSTS:
        _require_scenario(names, (until, doses, changes, show))
        output, picture = output or Path(f"{names[0]}.csv"), picture or Path(f"{names[0]}.png")
    output = output and arguments.writable(frame.checked(output))
    picture = picture and arguments.writable(plot.checked(picture))
    if names[0] in HOSTS:
        end, model = arguments.duration(until), _model(names[0], names[1:], changes)
        scenario = experiment.simple(model, until=end, doses=doses, show=show)
        frames = {"run": model.simulate(end, doses=doses, points=points, solver=solver)}
        done = experiment.Experiment(scenario, frames)
    else:
        done = experiment.run(
            names[0], points=points, solver=solver, report=lambda title: click.echo(f"{title} ...", err=True)
        )
    _finish(done, output, picture)


@cli.command()
@click.argument("host", metavar="HOST")
@click.argument("parts", nargs=-1, metavar="[PART]...")
@arguments.DOSE
@arguments.SET
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="SBML file to write.")
@click.option("--network", type=click.Path(path_type=Path), help="Picture of what acts on what to write: .svg.")
def compose(
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
    arguments.writable(output)
    network = network and arguments.writable(require_ending(network, (".svg",), "network"))
    model = _model(host, parts, changes)
    output.parent.mkdir(parents=True, exist_ok=True)
    model.save(output, doses=doses)
    click.echo(f"wrote {output}: {len(model.facts.states)} states, model {model.hash[:12]}")
    if network:
        from ranklsys.diagram import model_picture

        network.parent.mkdir(parents=True, exist_ok=True)
        network.write_text(model_picture(model), encoding="utf-8")
        click.echo(f"wrote {network}: what acts on what")


@cli.command()
@click.argument("names", nargs=-1, required=True, metavar="HOST [PART]...")
@click.option("--vary", multiple=True, required=True, metavar="ID=A,B,C", help="Values; or A..B:N on a log scale.")
@arguments.UNTIL
@arguments.DOSE
@arguments.SET
@arguments.SHOW
@arguments.POINTS
@arguments.TABLE
@click.option("--plot", "picture", type=click.Path(path_type=Path), help="Picture of a surface over two: .png, .svg.")
def scan(
    names: tuple[str, ...],
    vary: tuple[str, ...],
    until: str | None,
    doses: tuple[str, ...],
    changes: tuple[str, ...],
    show: tuple[str, ...],
    points: int,
    output: Path | None,
    picture: Path | None,
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
    from ranklsys import experiment, frame, plot, report
    from ranklsys.scan import scan as over
    from ranklsys.surface import surface

    picture = picture and arguments.writable(plot.checked(picture))
    output = output and arguments.writable(frame.checked(output))
    grid, end = arguments.grid(vary), arguments.duration(until)
    model = _model(names[0], names[1:], changes)
    columns = [seen.id for seen in experiment.simple(model, until=end, show=show).observables]
    given = "; ".join(doses) or ()
    table = over(model, grid, end, doses=given, points=points, columns=columns, progress=sys.stdout.isatty())
    _print([report.scanned(table, end)])
    if output:
        click.echo(f"wrote {frame.save(table.reset_index(), output)}")
    if picture:
        surface(table, columns[0], path=picture)
        click.echo(f"wrote {picture}")


@cli.command()
@click.argument("names", nargs=-1, required=True, metavar="HOST [PART]...")
@arguments.UNTIL
@arguments.DOSE
@arguments.SET
@click.option(
    "--with",
    "engines",
    multiple=True,
    type=click.Choice(["copasi", "amici"]),
    default=["copasi"],
    show_default=True,
    help="The other tool; repeat for both.",
)
def agree(
    names: tuple[str, ...],
    until: str | None,
    doses: tuple[str, ...],
    changes: tuple[str, ...],
    engines: tuple[str, ...],
) -> None:
    """Compare RoadRunner with other tools on the same SBML.

    Prints the quantities that differ most; the exit code is 1 if one differs too much.
    """
    from ranklsys import report
    from ranklsys.agree import agree as judge

    end, model = arguments.duration(until), _model(names[0], names[1:], changes)
    verdicts = {engine: judge(model, end, doses=doses, engine=engine) for engine in dict.fromkeys(engines)}
    _print([report.agreement(engine, verdict) for engine, verdict in verdicts.items()])
    if not all(verdict["within"].all() for verdict in verdicts.values()):
        raise click.exceptions.Exit(1)


@cli.command()
@click.argument("notations", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[PART.ant | DIR]...")
def build(notations: tuple[Path, ...]) -> None:
    """Build the SBML of the hosts, or of a part.

    The hosts come from core.ant, parameters.csv and contract.toml, a part from PART.ant and PART.csv, the parts of a
    plugin from all that is in DIR. A table with a column `part` makes a file for each part that it names, from the one
    notation. An error says the line and column of the notation, or the row of the table.
    """
    from ranklsys import build as builder

    if not notations:
        builder.build_hosts(click.echo)
    for notation in notations:
        (builder.build_folder if notation.is_dir() else builder.build_part)(notation, click.echo)


cli.add_command(check)
cli.add_command(doctor)
cli.add_command(new_plugin)
cli.add_command(claims)
cli.add_command(score)
cli.add_command(fit)
cli.add_command(cohort)
cli.add_command(sensitivity)


def main(words: Sequence[str] | None = None) -> None:
    """Run the command line; an error is one line and exit code 1 or 2, with a traceback only after --debug."""
    given = list(sys.argv[1:] if words is None else words)
    group = copy.copy(cli)
    group.commands = dict(cli.commands)  # what plugins add lasts for one run
    try:
        code = group.main(given, prog_name="ranklsys", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(130)
    except Exception as problem:
        if "--debug" in given:
            raise
        _fail(problem)


def _fail(problem: Exception) -> NoReturn:
    """End with one line that says what was wrong."""
    text, code = f"{type(problem).__name__}: {problem}. This is a defect: run again with --debug and report it", 1
    if isinstance(problem, RanklsysError):
        text, code = str(problem), problem.exit_code
    elif isinstance(problem, OSError):
        place = f"{problem.filename}: " if problem.filename else ""
        text, code = f"{place}{problem.strerror or problem}", 2
    click.echo(f"error: {' '.join(text.split())}", err=True)
    sys.exit(code)


def _print(tables: Sequence[Table]) -> None:
    from ranklsys import report

    click.echo("\n\n".join(map(report.text, tables)))


def _part(name: str) -> Part:
    """Return a part; the error for an unknown name looks among hosts and scenarios too."""
    from ranklsys import plugins

    registry = plugins.registry()
    try:
        return registry.part(name)
    except UnknownName as problem:
        known = [*HOSTS, *registry.parts, *registry.scenarios]
        raise UnknownName(f"there is nothing named '{name}'{nearest(name, known)}", hint=problem.hint) from None


def _model(host: str, parts: Sequence[str], changes: Sequence[str]) -> Model:
    from ranklsys.compose import compose as composed

    return composed(host, *parts).set(arguments.changes(changes))


def _require_scenario(names: Sequence[str], fixed: Sequence[object]) -> None:
    """Raise unless the first name is an installed scenario, and nothing is asked that it has fixed."""
    from ranklsys import plugins

    name, registry = names[0], plugins.registry()
    if name in registry.parts:
        host = registry.parts[name].hosts[0]
        raise UnknownName(f"'{name}' is a part, and a part needs a host", hint=f"Type: ranklsys run {host} {name}")
    if len(names) > 1 or nearest(name, HOSTS):
        what = f"'{name}' is not a host{nearest(name, HOSTS)}, and a scenario stands alone"
        raise UnknownName(what, hint="Type a host and parts (ranklsys run mouse mda-mb-231), or one scenario")
    registry.scenario(name)
    if any(fixed):
        raise click.UsageError(f"--until, --dose, --set and --show go with a host and parts; {name} is a scenario")


def _finish(done: Experiment, output: Path | None, picture: Path | None) -> None:
    from ranklsys import frame, plot, report

    click.echo(done.scenario.title)
    _print(report.experiment(done))
    if output or picture:
        click.echo()
    if output:
        click.echo(f"wrote {frame.save(done.tidy(), output)}")
    if picture:
        click.echo(f"wrote {plot.draw(done, picture)}")


if __name__ == "__main__":
    main()
