"""What the commands share: a composed model or a scenario for the words given, and tables as text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ranklsys.cli import arguments
from ranklsys.errors import UnknownName, nearest
from ranklsys.plugins.part import HOSTS
from ranklsys.tables.files import SBML_ENDINGS

if TYPE_CHECKING:
    from rich.table import Table

    from ranklsys.model.model import Model


MARKS = {"pass": "green", "FAIL": "red", "error": "red", "skipped": "yellow"}
"""The colours of verdicts."""


def printed(said: Sequence[Table | str]) -> None:
    """Print tables and sentences, with an empty line between them."""
    from ranklsys import show

    click.echo("\n\n".join(each if isinstance(each, str) else show.text(each) for each in said))


def model_of(host: str, parts: Sequence[str], changes: Sequence[str]) -> Model:
    """Return the host with the parts, and with changes such as ``tumour_growth=0.2 1/d``; the host may be an SBML file.

    A file takes no parts: CompositionError says what it lacks for them.
    """
    from ranklsys.model.compose import compose

    if Path(host).suffix not in SBML_ENDINGS:
        return compose(host, *parts).set(arguments.changes(changes))
    from ranklsys.model.load import load

    model = load(host)
    return (compose(model, *parts) if parts else model).set(arguments.changes(changes))


def require_scenario(names: Sequence[str], fixed: Sequence[object]) -> None:
    """Raise unless the first name is an installed scenario, and nothing is asked that it has fixed."""
    from ranklsys.plugins import finder

    name, registry = names[0], finder.registry()
    if name in registry.parts:
        host = registry.parts[name].hosts[0]
        raise UnknownName(f"'{name}' is a part, and a part needs a host", hint=f"Type: ranklsys run {host} {name}")
    if len(names) > 1 or (name not in registry.scenarios and nearest(name, HOSTS)):
        what = f"'{name}' is not a host{nearest(name, HOSTS)}, and a scenario stands alone"
        raise UnknownName(what, hint="Type a host and parts (ranklsys run mouse mda-mb-231), or one scenario")
    registry.scenario(name)
    if any(fixed):
        raise click.UsageError(f"--until, --dose, --set and --show go with a host and parts; {name} is a scenario")
