"""The commands that judge: ``claims`` by the literature, ``score`` by what was measured, ``agree`` by other tools."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import click

from ranklsys.cli import arguments
from ranklsys.cli.terminal import MARKS, model_of, printed
from ranklsys.errors import unknown
from ranklsys.tables.output import write

if TYPE_CHECKING:
    from ranklsys.plugins.catalogue import Registry
    from ranklsys.plugins.claims import Claim, Verdict
    from ranklsys.plugins.cut_verdicts import CutVerdict


QUICK = 2.0
"""Processor time of a claim that is run under the cuts of all others without being named [s]."""


@click.command("claims")
@click.option("--only", multiple=True, metavar="ID", help="Only this claim, e.g. SC-14; repeat for more.")
@click.option(
    "--cuts",
    is_flag=False,
    flag_value="own",
    type=click.Choice(["own", "all"]),
    help="Run each claim again without its mechanism; all: each quick or named one without that of every claim.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the verdicts as JSON.")
@click.option("--html", "page", type=click.Path(path_type=Path), help="Page to write, with a picture for each claim.")
@click.option("--plot", "picture", type=click.Path(path_type=Path), help="Of cuts: picture to write: .png, .svg, .pdf.")
@arguments.TABLE
@arguments.FORCE
@click.pass_obj
def claims_command(
    registry: Registry,
    only: tuple[str, ...],
    cuts: str | None,
    as_json: bool,
    page: Path | None,
    picture: Path | None,
    output: Path | None,
) -> None:
    """Run the claims as experiments.

    Each says what was measured, by which criterion it passes or fails, and why it fails where that is known. The exit
    code is 1 if one fails. With --cuts each is run again without the mechanism that it names, under which it must
    fail; the exit code is 1 if one does not, or names no cut.
    """
    from ranklsys import frame
    from ranklsys.author import cut_pages, pages
    from ranklsys.plugins.claims import judge
    from ranklsys.plugins.cut_verdicts import counted
    from ranklsys.show import picture_path

    if picture and not cuts:
        raise click.UsageError("--plot is a picture of cuts: add --cuts")
    for path in filter(None, (page, output and frame.checked(output), picture and picture_path(picture))):
        arguments.writable(path)
    found, seconds, started = [], [], process_time()
    for verdict in judge(_chosen(registry, only)):
        found.append(verdict)
        seconds.append(process_time() - started)
        started = process_time()
        if not as_json and not cuts:
            show_verdict(verdict)
        elif cuts:
            click.echo(f"{verdict.claim.id} ... {verdict.word}", err=True)
    quick = [each for each, taken in zip(found, seconds, strict=True) if only or taken <= QUICK]
    under = list(_under_cuts(quick if cuts == "all" else found, cuts, registry)) if cuts else []
    if as_json:
        click.echo(pages.as_json(found, under))
    else:
        if cuts:
            printed(cut_pages.tables(under, every=cuts == "all"))
        if cuts == "all" and len(quick) < len(found):
            slow = ", ".join(each.claim.id for each in found if each not in quick)
            click.echo(f"left out, since they take over {QUICK:g} s (name them by --only): {slow}")
        click.echo(counted(found))
    if page:
        write(page, pages.as_html(found, under))
        click.echo(f"wrote {page}", err=as_json)
    if picture:
        click.echo(f"wrote {cut_pages.draw(under, picture)}", err=as_json)
    if output:
        click.echo(f"wrote {frame.save(cut_pages.frame_of(found, under), output)}", err=as_json)
    failing = [verdict for verdict in found if not verdict.holds and (not cuts or verdict.claim.by_construction)]
    if failing or any(each.hole for each in under):
        raise click.exceptions.Exit(1)


@click.command("score")
@click.argument("tables", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE.csv...")
@click.option("--plot", "picture", type=click.Path(path_type=Path), help="Picture to write: .png, .svg or .pdf.")
@arguments.TABLE
@click.option("--all", "every", is_flag=True, help="Print every row, not only those that are wrong.")
@arguments.ENGINE
@arguments.EXACT
@arguments.FORCE
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


@click.command("agree")
@click.argument("names", nargs=-1, required=True, metavar="HOST [PART]... | FILE")
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
@click.option("--plot", "picture", type=click.Path(path_type=Path), help="Picture of the differences: .png, .svg.")
@arguments.FORCE
def agree_command(
    names: tuple[str, ...],
    until: str | None,
    doses: tuple[str, ...],
    changes: tuple[str, ...],
    engines: tuple[str, ...],
    picture: Path | None,
) -> None:
    """Compare RoadRunner with other tools on the same SBML.

    Prints the quantities that differ most, and what was allowed; the exit code is 1 if one differs too much.
    """
    from ranklsys.show import picture_path
    from ranklsys.study import plot, report
    from ranklsys.study.agree import agree, allowed

    picture = picture and arguments.writable(picture_path(picture))
    end, model = arguments.duration(until), model_of(names[0], names[1:], changes)
    verdicts = {engine: agree(model, end, doses=doses, engine=engine) for engine in dict.fromkeys(engines)}
    printed([report.agreement(engine, verdict) for engine, verdict in verdicts.items()])
    click.echo(f"\n{allowed()}")
    if picture:
        click.echo(f"wrote {plot.differences(verdicts, picture)}")
    if not all(verdict["within"].all() for verdict in verdicts.values()):
        raise click.exceptions.Exit(1)


def _chosen(registry: Registry, only: tuple[str, ...]) -> Iterator[Claim]:
    known = registry.claims
    for id in only:
        if id not in known:
            raise unknown("claim", id, known, hint="See: ranklsys claims")
    return (claim for id, claim in known.items() if not only or id in only)


def _under_cuts(found: Sequence[Verdict], cuts: str, registry: Registry) -> Iterator[CutVerdict]:
    """Yield verdicts under the cuts of each claim, or of every claim that is installed, and say so as they come."""
    from ranklsys.plugins.cut_verdicts import all_cuts, judge_all_cuts, judge_cuts

    every = all_cuts(registry.claims.values())
    for each in judge_all_cuts(found, every) if cuts == "all" else judge_cuts(found):
        if each.cut:
            click.echo(f"{each.claim.id} under {each.cut} ... {each.word}", err=True)
        yield each


def show_verdict(verdict: Verdict) -> None:
    """Print a claim with its verdict, and why it fails where that is known."""
    claim, word = verdict.claim, verdict.word
    click.echo(f"{claim.id}  {click.style(word, fg=MARKS[word])}  {claim.text}")
    click.echo(f"       criterion: {claim.criterion}")
    for label, said in (("mechanism", claim.mechanism), ("identity", claim.by_construction), ("fitted", claim.fitted)):
        if said:
            click.echo(f"       {label + ':':<10} {said}")
    click.echo(f"       measured:  {verdict.finding.measured if verdict.finding else verdict.error}")
    if verdict.reason:
        click.echo(f"       reason:    {verdict.reason}")
