"""The commands that show what is there: ``list``, ``show`` and ``plugins``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ranklsys.cli import arguments
from ranklsys.cli.terminal import model_of, printed
from ranklsys.errors import UnknownName, nearest
from ranklsys.plugins.part import HOSTS
from ranklsys.tables.files import require_ending

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ranklsys.plugins.catalogue import Registry
    from ranklsys.plugins.part import Part


@click.command("list")
@click.pass_obj
def list_command(registry: Registry) -> None:
    """Show the installed hosts, parts, scenarios and datasets."""
    from ranklsys.cli import inventory

    printed(inventory.inventory(registry))
    for problem in (*(f"{plugin.name} ({plugin.error})" for plugin in registry.broken), *registry.clashes):
        click.echo(f"left out: {problem}. See: ranklsys plugins", err=True)


@click.command("show")
@click.argument("names", nargs=-1, required=True, metavar="NAME | HOST [PART]...")
@click.option("--diagram", type=click.Path(path_type=Path), help="Picture of what acts on what to write: .svg or .png.")
@arguments.FORCE
def show_command(names: tuple[str, ...], diagram: Path | None) -> None:
    """Show what a host, a part, a scenario or a quantity holds.

    A host: states, slots, parameters. A part: values, how they differ between subjects (cv), their
    sources. A scenario: arms and doses. A quantity, e.g. CTX: units, how women differ, noise. With
    --diagram, what acts on what in a host with parts is drawn.

    \b
    ranklsys show mouse mda-mb-231 opg-fc --diagram net.svg
    """
    if diagram:
        _draw(names, diagram)
        return
    if len(names) > 1:
        raise click.UsageError("of a host with parts a picture is shown: add --diagram net.svg, or show one by one")
    name = names[0]
    from ranklsys.cli import inventory
    from ranklsys.cli.quantity import quantity
    from ranklsys.model import read_outs
    from ranklsys.plugins import finder

    registry = finder.registry()
    if name in HOSTS:
        printed(inventory.host(name))
    elif name in registry.scenarios:
        printed(inventory.scenario(registry.scenario(name)))
    elif name in read_outs.quantities():
        printed(quantity(name))
    else:
        printed(inventory.part(_part(name)))


@click.command("plugins")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@click.pass_obj
def plugins_command(registry: Registry, as_json: bool) -> None:
    """Show the plugins, and why one is left out.

    Environment: RANKLSYS_PLUGINS=a,b loads only these (distributions or entry points); RANKLSYS_STRICT=1 stops at the
    first that is broken; RANKLSYS_TRACE=1 tells what each offers, how long it takes, and the traceback of a broken one.
    """
    from ranklsys.cli import inventory

    if as_json:
        click.echo(inventory.plugins_as_json(registry))
    else:
        printed(inventory.plugins(registry))


def _draw(names: Sequence[str], path: Path) -> None:
    """Write the picture of a composition."""
    from ranklsys.model.diagram.picture import PICTURES, model_picture, write_picture

    path = arguments.writable(require_ending(path, PICTURES, "diagram"))
    if names[0] not in HOSTS:
        known = nearest(names[0], HOSTS)
        raise UnknownName(f"'{names[0]}' is not a host{known}", hint="Type e.g. ranklsys show human --diagram net.svg")
    model = model_of(names[0], names[1:], ())
    write_picture(model_picture(model.title, model.sbml), path)
    click.echo(f"wrote {path}: what acts on what")


def _part(name: str) -> Part:
    """Return a part; the error for an unknown name looks among hosts, scenarios and quantities too."""
    from ranklsys.model import read_outs
    from ranklsys.plugins import finder

    registry = finder.registry()
    try:
        return registry.part(name)
    except UnknownName as problem:
        known = [*HOSTS, *registry.parts, *registry.scenarios, *read_outs.quantities()]
        raise UnknownName(f"there is nothing named '{name}'{nearest(name, known)}", hint=problem.hint) from None
