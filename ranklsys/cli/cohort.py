"""The commands of many runs: ``cohort``, ``trial`` (a cohort by its name), and ``sensitivity``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ranklsys.cli import arguments
from ranklsys.cli.terminal import printed
from ranklsys.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.trials.trial import Trial

ONE_NUMBER = "ID=VALUE"


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="HOST [PART]...")
@click.option("--patients", type=click.IntRange(min=1), default=1000, show_default=True, help="How many.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of all random numbers.")
@arguments.UNTIL
@arguments.DOSE
@click.option("--arm", "arms", multiple=True, metavar='"NAME: DOSE"', help="An arm; repeat for more.")
@arguments.SET
@click.option("--before", metavar="TIME", help="Simulated first, without doses, e.g. 12y.")
@click.option("--then", multiple=True, metavar=ONE_NUMBER, help="Set after that, e.g. tumour=0.03.")
@click.option("--vary", multiple=True, metavar="ID=CV", help="Another spread than the tables give; 0 for none.")
@click.option("--correlation", "matrix", type=click.Path(path_type=Path), metavar="FILE.csv", help="Of what varies.")
@click.option("--include", default="", metavar="TEXT", help='Criteria, e.g. "age >= 50 and tumour_RANK > 1".')
@click.option("--design", type=click.Choice(["random", "latin", "sobol"]), default="random", show_default=True)
@click.option("--every", default="4w", show_default=True, metavar="TIME", help="Between rows of a course.")
@click.option("--store", type=click.Path(path_type=Path), metavar="DIR", help="Folder; the same command continues.")
@click.option("--processes", type=click.IntRange(min=1), help="How many at a time; else one for each processor.")
@click.option("--dask", metavar="ADDRESS", help="A scheduler, e.g. tcp://node:8786; or local.")
@click.option("--stratify", metavar="ID", help="Say whether a drawn number, e.g. tumour_RANK, tells who is at risk.")
@click.option("--plot", "picture", type=click.Path(path_type=Path), help="Picture to write: .png, .svg or .pdf.")
def cohort(
    names: tuple[str, ...],
    patients: int,
    seed: int,
    until: str | None,
    doses: tuple[str, ...],
    arms: tuple[str, ...],
    changes: tuple[str, ...],
    before: str | None,
    then: tuple[str, ...],
    vary: tuple[str, ...],
    matrix: Path | None,
    include: str,
    design: str,
    every: str,
    store: Path | None,
    processes: int | None,
    dask: str | None,
    stratify: str | None,
    picture: Path | None,
) -> None:
    """Simulate virtual patients through the arms of a trial.

    Killed at any point, the same command with the same --store continues. The CSV of --correlation is a square matrix
    whose first row and first column are the same ids.

    \b
    ranklsys cohort human menopause patient-breast zoledronic-acid \\
        --set seed_bone=0 --before 12y --then tumour=0.03 --until 3y \\
        --arm "no treatment:" --arm "zoledronic acid: zoledronic-acid 4 mg iv q4w" \\
        --patients 1000 --seed 7 --store runs/ --plot trial.png
    """
    from ranklsys.model.compose import compose
    from ranklsys.show import picture_path
    from ranklsys.trials.cohort import cohort as drawn
    from ranklsys.trials.cohort import read_arms

    end = arguments.duration(until)
    picture = picture and arguments.writable(picture_path(picture))
    if doses and arms:
        raise click.UsageError("--dose and --arm do not go together: name the regimen as an arm")
    model = compose(names[0], *names[1:]).set(arguments.changes(changes))
    spreads = {name: _coefficient(name, value) for name, value in arguments.changes(vary, "--vary").items()}
    people = drawn(
        model,
        patients,
        seed=seed,
        vary=spreads or None,
        correlation=_matrix(matrix) if matrix else None,
        design=design,
        before=before,
        then=arguments.changes(then, "--then"),
        include=include,
    )
    found = people.simulate(
        end,
        doses=doses,
        arms=read_arms(arms) or None,
        store=store,
        every=every,
        processes=processes,
        dask=dask,
        progress=sys.stderr.isatty(),
    )
    _report(found, stratify, store, picture)


def _matrix(path: Path) -> pd.DataFrame:
    """Read a matrix with ids as first row and column. Raises DataError for a missing file, and what is no number."""
    import pandas as pd

    if not path.is_file():
        raise DataError("there is no such file", where=str(path), hint="A CSV whose first row and column are ids")
    try:
        return pd.read_csv(path, index_col=0).astype(float)
    except ValueError as problem:
        raise DataError(f"this is no matrix of numbers ({problem})", where=str(path)) from None


@click.command()
@click.argument("name")
@click.option("--patients", type=click.IntRange(min=1), help="How many; else as the trial has it.")
@click.option("--seed", type=click.IntRange(min=0), help="Of all random numbers; else as the trial has it.")
@click.option("--store", type=click.Path(path_type=Path), metavar="DIR", help="Folder; the same command continues.")
@click.option("--processes", type=click.IntRange(min=1), help="How many at a time; else one for each processor.")
@click.option("--dask", metavar="ADDRESS", help="A scheduler, e.g. tcp://node:8786; or local.")
@click.option("--plot", "picture", type=click.Path(path_type=Path), help="Picture to write: .png, .svg or .pdf.")
def trial(
    name: str,
    patients: int | None,
    seed: int | None,
    store: Path | None,
    processes: int | None,
    dask: str | None,
    picture: Path | None,
) -> None:
    """Run a virtual trial by its NAME.

    NAME is denosumab-zoledronic-acid, rank-expression, or a .toml file.

    Killed at any point, the same command with the same --store continues.

    \b
    ranklsys trial denosumab-zoledronic-acid --store runs/ --plot trial.png
    """
    import time

    from ranklsys.show import picture_path
    from ranklsys.trials import named_trial
    from ranklsys.trials.cohort import read_arms

    picture = picture and arguments.writable(picture_path(picture))
    plan = named_trial.read(name)
    click.echo(f"{plan.title}\n")
    begun = time.perf_counter()
    found = plan.cohort(patients, seed).simulate(
        plan.until,
        arms=read_arms(plan.arms),
        every=plan.every,
        store=store,
        processes=processes,
        dask=dask,
        progress=sys.stderr.isatty(),
    )
    taken = time.perf_counter() - begun
    _report(found, plan.stratify or None, store, picture)
    click.echo(f"simulated in {taken:.0f} s")


def _report(found: Trial, stratify: str | None, store: Path | None, picture: Path | None) -> None:
    """Print what a trial gave, and draw it: by stratum if it is stratified, else by arm."""
    from ranklsys.trials import plot as trial_plot
    from ranklsys.trials import report as trial_report
    from ranklsys.trials.strata import METASTASIS, SKELETAL_EVENT, strata

    printed(trial_report.trial(found))
    groups = [strata(found, stratify, event=event) for event in (METASTASIS, SKELETAL_EVENT)] if stratify else []
    for group in groups:
        click.echo()
        printed([trial_report.strata(group, found.until)])
    if store:
        click.echo(f"\nwrote {store}: patients, outcomes and runs as Parquet")
    if picture and groups:
        curves = {f"{group.event} by {group.name}": group.curves for group in groups}
        click.echo(f"wrote {trial_plot.strata(curves, picture)}")
    elif picture:
        click.echo(f"wrote {trial_plot.draw(found, picture)}")


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="HOST [PART]...")
@click.option("--endpoint", required=True, metavar="ID", help="A quantity, at the end of the simulation.")
@arguments.UNTIL
@arguments.DOSE
@arguments.SET
@click.option("--before", default="", metavar="TIME", help="Simulated first, without doses, e.g. 12y.")
@click.option("--then", multiple=True, metavar=ONE_NUMBER, help="Set after that, e.g. tumour=0.03.")
@click.option("--method", type=click.Choice(["local", "morris", "sobol"]), default="local", show_default=True)
@click.option("--vary", multiple=True, metavar="ID", help="Only these numbers; else all that differ between patients.")
@click.option("--samples", type=click.IntRange(min=2), default=16, show_default=True, help="Of Morris or Sobol.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the samples.")
@arguments.TABLE
@click.option("--plot", "picture", type=click.Path(path_type=Path), help="Picture to write: .png, .svg or .pdf.")
def sensitivity(
    names: tuple[str, ...],
    endpoint: str,
    until: str | None,
    doses: tuple[str, ...],
    changes: tuple[str, ...],
    before: str,
    then: tuple[str, ...],
    method: str,
    vary: tuple[str, ...],
    samples: int,
    seed: int,
    output: Path | None,
    picture: Path | None,
) -> None:
    """Say which numbers of a model decide an endpoint.

    \b
    ranklsys sensitivity human menopause --endpoint CTX --until 5y --plot ctx.png
    """
    from ranklsys import frame
    from ranklsys.model.compose import compose
    from ranklsys.show import picture_path
    from ranklsys.trials import plot as trial_plot
    from ranklsys.trials import report as trial_report
    from ranklsys.trials.sensitivity import sensitivity as of

    end = arguments.duration(until)
    output = output and arguments.writable(frame.checked(output))
    picture = picture and arguments.writable(picture_path(picture))
    model = compose(names[0], *names[1:]).set(arguments.changes(changes))
    table = of(
        model,
        endpoint,
        end,
        doses=doses,
        method=method,
        vary=list(vary) or None,
        samples=samples,
        seed=seed,
        before=before or 0.0,
        then=arguments.changes(then, "--then"),
        progress=sys.stderr.isatty(),
    )
    title = f"{endpoint} after {end}: {method}"
    printed([trial_report.frame(title, table.head(20))])
    if output:
        click.echo(f"wrote {frame.save(table, output)}")
    if picture:
        click.echo(f"wrote {trial_plot.tornado(table, picture, title=title)}")


def _coefficient(name: str, value: float | str) -> float:
    if isinstance(value, str) or value < 0:
        raise click.BadParameter(f"'{name}={value}' is not ID=CV, e.g. tumour_RANK=0.5", param_hint="--vary")
    return float(value)
