"""Hooks: what a plugin may offer.  Mark a function ``@hookimpl`` and give it one of these names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pluggy import HookimplMarker, HookspecMarker

if TYPE_CHECKING:
    import click

    from ranklsys.plugins.claims import Claim
    from ranklsys.plugins.part import Part
    from ranklsys.plugins.scenario import Dataset, Scenario

PROJECT = "ranklsys"
hookspec = HookspecMarker(PROJECT)
hookimpl = HookimplMarker(PROJECT)


@hookspec
def register_parts() -> Iterable[Part]:
    """Return therapies, modulators, cell lines, conditions and organs."""
    return ()


@hookspec
def register_scenarios() -> Iterable[Scenario]:
    """Return named experiments: a host, parts, doses and what is observed."""
    return ()


@hookspec
def register_datasets() -> Iterable[Dataset]:
    """Return tables of observations, each with its citation."""
    return ()


@hookspec
def register_claims() -> Iterable[Claim]:
    """Return statements from the literature, each with the criterion that decides it."""
    return ()


@hookspec
def register_commands(cli: click.Group) -> None:
    """Add commands to the command line; none may replace one that is there."""
