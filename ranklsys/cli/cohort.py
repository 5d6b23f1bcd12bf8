"""The commands of many runs: ``cohort``, ``trial`` (a cohort by its name), and ``sensitivity``."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranklsys.cli import arguments
from ranklsys.cli.terminal import printed

if TYPE_CHECKING:
    from ranklsys.trials.named_trial import NamedTrial
    from ranklsys.trials.trial import Trial

ONE_NUMBER = "ID=VALUE"


RUNNING = (
    click.option("--store", type=click.Path(path_type=Path), metavar="DIR", help="Folder; the same command continues."),
    click.option("--processes", type=click.IntRange(min=1), help="How many at a time; else one for each processor."),
    click.option("--dask", metavar="ADDRESS", help="A scheduler, e.g. tcp://node:8786; or local."),
    click.option(
        "--engine", type=click.Choice(["auto", "lanes", "roadrunner"]), default="auto", help="What runs the patients."
    ),
    click.option("--exact", is_flag=True, help="Lanes within 1e-7 of each quantity, not 1e-5."),
)
"""How a trial is run, which changes nobody in it."""
TOLD = (
    click.option("--keep", multiple=True, metavar="ID", help='Kept over time too: an id, or e.g. "PTH [pM]".'),
    click.option("--absolute", is_flag=True, help="Print what is kept in the units of a clinic, e.g. CTX in ng/mL."),
    click.option("--noise", type=click.IntRange(min=0), metavar="SEED", help="As assays and scans measure it."),
)
"""How a trial is told."""
STRATIFY = "Say whether a drawn number (tumour_RANK), or one measured in the trial (NTX at 12w), tells who is at risk."
LOOKED = "Say when patients progress, looked for at visits so far apart, e.g. 8w"


def _running(command: Any) -> Any:
    """Give a command the options of ``RUNNING`` and ``TOLD``."""
    for option in reversed((*RUNNING, *TOLD)):
        command = option(command)
    return command


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="HOST [PART]...")
@click.option("--patients", type=click.IntRange(min=1), default=1000, show_default=True, help="How many.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of all random numbers.")
@arguments.UNTIL
@arguments.DOSE
@click.option(
    "--arm",
    "arms",
    multiple=True,
    metavar='"NAME: DOSE"',
    help="An arm; repeat for more. A course may run until progression, or from progression.",
)
@arguments.SET
@click.option("--before", default="", metavar="TIME", help="Simulated first, without doses, e.g. 12y.")
@click.option("--then", multiple=True, metavar=ONE_NUMBER, help="Set after that, e.g. tumour=0.03.")
@click.option("--vary", multiple=True, metavar="ID=CV", help="Another spread than the tables give; 0 for none.")
@click.option("--correlation", default="", metavar="FILE.csv", help="Of what varies.")
@click.option("--include", default="", metavar="TEXT", help='Criteria, e.g. "age >= 50 and tumour_RANK > 1".')
@click.option("--design", type=click.Choice(["random", "latin", "sobol"]), default="random", show_default=True)
@click.option("--every", default="4w", show_default=True, metavar="TIME", help="Between rows of a course.")
@click.option("--imaging", default="", metavar="TIME", help=f"{LOOKED}.")
@_running
@click.option("--stratify", default="", metavar="ID", help=STRATIFY)
@click.option("--plot", "picture", type=click.Path(path_type=Path), help="Picture to write: .png, .svg or .pdf.")
def cohort(
    names: tuple[str, ...],
    until: str | None,
    changes: tuple[str, ...],
    store: Path | None,
    processes: int | None,
    dask: str | None,
    engine: str,
    exact: bool,
    picture: Path | None,
    keep: tuple[str, ...],
    absolute: bool,
    noise: int | None,
    **settings: Any,
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
    from ranklsys.show import picture_path
    from ranklsys.trials.named_trial import NamedTrial

    end = arguments.duration(until)
    picture = picture and arguments.writable(picture_path(picture))
    if settings["doses"] and settings["arms"]:
        raise click.UsageError("--dose and --arm do not go together: name the regimen as an arm")
    host, *parts = names
    title = " + ".join(names)
    plan = NamedTrial(title=title, host=host, parts=tuple(parts), until=end, set=changes, **settings)
    shown = sys.stderr.isatty()
    found = plan.simulate(
        store=store, processes=processes, dask=dask, engine=engine, exact=exact, keep=keep, progress=shown
    )
    _report(found, plan, store, picture, absolute, noise)


@click.command()
@click.argument("name")
@click.option("--patients", type=click.IntRange(min=1), help="How many; else as the trial has it.")
@click.option("--seed", type=click.IntRange(min=0), help="Of all random numbers; else as the trial has it.")
@click.option("--imaging", metavar="TIME", help=f"{LOOKED}; else as the trial has it.")
@_running
@click.option("--stratify", metavar="ID", help=f"{STRATIFY} Else as the trial has it.")
@click.option("--plot", "picture", type=click.Path(path_type=Path), help="Picture to write: .png, .svg or .pdf.")
def trial(
    name: str,
    patients: int | None,
    seed: int | None,
    imaging: str | None,
    store: Path | None,
    processes: int | None,
    dask: str | None,
    engine: str,
    exact: bool,
    stratify: str | None,
    picture: Path | None,
    keep: tuple[str, ...],
    absolute: bool,
    noise: int | None,
) -> None:
    """Run a virtual trial by its NAME.

    NAME is denosumab-zoledronic-acid, de-escalation, switch, at-progression,
    adjuvant, rank-expression, or a .toml file.

    Killed at any point, the same command with the same --store continues.

    \b
    ranklsys trial denosumab-zoledronic-acid --store runs/ --plot trial.png
    """
    import time

    from ranklsys.show import picture_path
    from ranklsys.trials import named_trial

    picture = picture and arguments.writable(picture_path(picture))
    plan = named_trial.read(name)
    click.echo(f"{plan.title}\n")
    plan = replace(
        plan,
        patients=plan.patients if patients is None else patients,
        seed=plan.seed if seed is None else seed,
        stratify=plan.stratify if stratify is None else stratify,
        imaging=plan.imaging if imaging is None else imaging,
    )
    begun = time.perf_counter()
    shown = sys.stderr.isatty()
    found = plan.simulate(
        store=store, processes=processes, dask=dask, engine=engine, exact=exact, keep=keep, progress=shown
    )
    taken = time.perf_counter() - begun
    _report(found, plan, store, picture, absolute, noise)
    click.echo(f"simulated in {taken:.0f} s")


def _report(
    found: Trial, plan: NamedTrial, store: Path | None, picture: Path | None, absolute: bool, noise: int | None
) -> None:
    """Print what a trial gave, and draw it: by stratum if it is stratified, else by arm.

    absolute: told in the units of a clinic too. noise: seed of that of measurements, None for true values.
    """
    from ranklsys.trials import plot as trial_plot
    from ranklsys.trials import report as trial_report
    from ranklsys.trials.strata import AT, DEATH, METASTASIS, SKELETAL_EVENT, strata

    found = found if noise is None else found.measured(noise)
    stratify, imaging = plan.stratify, plan.imaging or found.store.recipe.get("imaging")
    seen = found.progression(imaging) if imaging else None
    printed([*trial_report.trial(found), *([trial_report.progression(seen, found.until)] if seen else [])])
    events = (SKELETAL_EVENT, DEATH) if AT in stratify else (METASTASIS, SKELETAL_EVENT)
    groups = [strata(found, stratify, event=event) for event in events] if stratify else []
    if absolute:
        click.echo()
        printed([trial_report.absolute(found)])
    for group in groups:
        click.echo()
        printed([trial_report.strata(group, found.until), *trial_report.strata_recurrent(group)])
    if store:
        click.echo(f"\nwrote {store}: patients, outcomes, events and runs as Parquet")
    if picture and groups:
        click.echo(f"wrote {trial_plot.strata(groups, picture)}")
    elif picture:
        click.echo(f"wrote {trial_plot.draw(found, picture, progression=seen)}")


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
@arguments.ENGINE
@arguments.EXACT
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
    engine: str,
    exact: bool,
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
        engine=engine,
        exact=exact,
        progress=sys.stderr.isatty(),
    )
    title = f"{endpoint} after {end}: {method}"
    printed([trial_report.frame(title, table.head(20))])
    if output:
        click.echo(f"wrote {frame.save(table, output)}")
    if picture:
        click.echo(f"wrote {trial_plot.tornado(table, picture, title=title)}")
