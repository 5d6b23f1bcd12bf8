"""The commands that judge: ``claims``, what the literature says, and ``score``, what was measured."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ranklsys.cli import arguments
from ranklsys.cli.terminal import MARKS, printed
from ranklsys.errors import unknown

if TYPE_CHECKING:
    from ranklsys.plugins.catalogue import Registry
    from ranklsys.plugins.claims import Claim, Verdict


@click.command("claims")
@click.option("--only", multiple=True, metavar="ID", help="Only this claim, e.g. SC-14; repeat for more.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdicts as JSON.")
@click.option("--html", "page", type=click.Path(path_type=Path), help="Page to write, with a picture for each claim.")
@click.pass_obj
def claims_command(registry: Registry, only: tuple[str, ...], as_json: bool, page: Path | None) -> None:
    """Run the claims as experiments.

    Each says what was measured, by which criterion it passes or fails, and why it fails where that is known. The exit
    code is 1 if one fails.
    """
    from ranklsys.author import pages
    from ranklsys.plugins.claims import judge

    if page:
        arguments.writable(page)
    found = []
    for verdict in judge(_chosen(registry, only)):
        found.append(verdict)
        if not as_json:
            show_verdict(verdict)
    held = sum(verdict.holds for verdict in found)
    if as_json:
        click.echo(pages.as_json(found))
    else:
        click.echo(f"{held} of {len(found)} claims hold")
    if page:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(pages.as_html(found), encoding="utf-8")
        click.echo(f"wrote {page}", err=as_json)
    if held < len(found):
        raise click.exceptions.Exit(1)


@click.command("score")
@click.argument("tables", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE.csv...")
@click.option("--plot", "picture", type=click.Path(path_type=Path), help="Picture to write: .png, .svg or .pdf.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Table to write: .parquet or .csv.")
@click.option("--all", "every", is_flag=True, help="Print every row, not only those that are wrong.")
@arguments.ENGINE
@arguments.EXACT
@arguments.UNCERTAINTY
def score_command(
    tables: tuple[Path, ...],
    picture: Path | None,
    output: Path | None,
    every: bool,
    engine: str,
    exact: bool,
    uncertainty: int | None,
) -> None:
    """Predict tables of observations; count what is near enough.

    Needed columns: study, host, observable, time, value. Also: parts, changes, before, before_doses, then, doses,
    measure (value, percent, change, effect), low, high, error, unit, rule (inside, 10 points, 25 percent, 1.5 fold,
    2 SE), note.
    """
    from ranklsys import frame
    from ranklsys.show import picture_path
    from ranklsys.study import plot, report
    from ranklsys.study.score import score

    picture = arguments.writable(picture_path(picture)) if picture else None
    output = arguments.writable(frame.checked(output)) if output else None
    found = score(
        *tables,
        engine=engine,
        exact=exact,
        report=lambda study: click.echo(f"{study} ...", err=True),
        progress=sys.stderr.isatty(),
        uncertainty=uncertainty or 0,
    )
    printed(report.score(found, every))
    if output:
        click.echo(f"wrote {frame.save(found.table, output)}")
    if picture:
        click.echo(f"wrote {plot.parity(found, picture)}")


def _chosen(registry: Registry, only: tuple[str, ...]) -> Iterator[Claim]:
    known = registry.claims
    for id in only:
        if id not in known:
            raise unknown("claim", id, known, hint="See: ranklsys claims")
    return (claim for id, claim in known.items() if not only or id in only)


def show_verdict(verdict: Verdict) -> None:
    """Print a claim with its verdict, and why it fails where that is known."""
    claim, word = verdict.claim, verdict.word
    click.echo(f"{claim.id}  {click.style(word, fg=MARKS[word])}  {claim.text}")
    click.echo(f"       criterion: {claim.criterion}")
    click.echo(f"       measured:  {verdict.finding.measured if verdict.finding else verdict.error}")
    if verdict.reason:
        click.echo(f"       reason:    {verdict.reason}")
