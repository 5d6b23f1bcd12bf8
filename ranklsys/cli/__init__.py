"""The command line: the same nouns as the Python API, and nothing imported before it is needed."""

from __future__ import annotations

import copy
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from ranklsys.cli import author, cohort, exchange, fit, judge, look, simulate
from ranklsys.errors import RanklsysError


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
        from ranklsys.plugins import finder

        if context.obj is None:
            context.obj = finder.commands(self)


def _use(context: click.Context, option: click.Parameter, files: tuple[Path, ...]) -> None:
    from ranklsys.plugins import finder

    finder.use(*files)


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


for module in (author, cohort, exchange, fit, judge, look, simulate):
    for command in vars(module).values():
        if isinstance(command, click.Command):
            cli.add_command(command)


def main(words: Sequence[str] | None = None) -> None:
    """Run the command line; an error is one line and exit code 1 or 2, with a traceback only after --debug."""
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # which ``ranklsys`` has kept back while it started
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
