"""The commands that show what is there: ``list``, ``show`` and ``plugins``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ranklsys.cli.terminal import printed
from ranklsys.errors import UnknownName, nearest
from ranklsys.part import HOSTS

if TYPE_CHECKING:
    from ranklsys.part import Part
    from ranklsys.registry import Registry


@click.command("list")
@click.pass_obj
def list_(registry: Registry) -> None:
    """Show the installed hosts, parts, scenarios and datasets."""
    from ranklsys import report_inventory

    printed(report_inventory.inventory(registry))
    for problem in (*(f"{plugin.name} ({plugin.error})" for plugin in registry.broken), *registry.clashes):
        click.echo(f"left out: {problem}. See: ranklsys plugins", err=True)


@click.command()
@click.argument("name")
def show(name: str) -> None:
    """Show what a host, a part or a scenario holds.

    A host: states, slots, parameters. A part: values, how they differ between subjects (cv), their
    sources. A scenario: arms and doses.
    """
    from ranklsys import plugins, report_inventory

    registry = plugins.registry()
    if name in HOSTS:
        printed(report_inventory.host(name))
    elif name in registry.scenarios:
        printed(report_inventory.scenario(registry.scenario(name)))
    else:
        printed(report_inventory.part(_part(name)))


@click.command("plugins")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@click.pass_obj
def plugins_(registry: Registry, as_json: bool) -> None:
    """Show the plugins, and why one is left out.

    Environment: RANKLSYS_PLUGINS=a,b loads only these (distributions or entry points); RANKLSYS_STRICT=1 stops at the
    first that is broken; RANKLSYS_TRACE=1 tells what each offers, how long it takes, and the traceback of a broken one.
    """
    from ranklsys import report_inventory

    if as_json:
        click.echo(report_inventory.plugins_as_json(registry))
    else:
        printed(report_inventory.plugins(registry))


def _part(name: str) -> Part:
    """Return a part; the error for an unknown name looks among hosts and scenarios too."""
    from ranklsys import plugins

    registry = plugins.registry()
    try:
        return registry.part(name)
    except UnknownName as problem:
        known = [*HOSTS, *registry.parts, *registry.scenarios]
        raise UnknownName(f"there is nothing named '{name}'{nearest(name, known)}", hint=problem.hint) from None
