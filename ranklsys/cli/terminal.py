"""What the commands share: a composed model for the words given, and tables as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ranklsys.cli import arguments

if TYPE_CHECKING:
    from rich.table import Table

    from ranklsys.model import Model


def printed(tables: Sequence[Table]) -> None:
    """Print tables, with an empty line between them."""
    from ranklsys import report

    click.echo("\n\n".join(map(report.text, tables)))


def model_of(host: str, parts: Sequence[str], changes: Sequence[str]) -> Model:
    """Return the host with the parts, and with changes such as ``tumour_growth=0.2 1/d``."""
    from ranklsys.compose import compose as composed

    return composed(host, *parts).set(arguments.changes(changes))
