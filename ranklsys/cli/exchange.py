"""The command that hands models and experiments to other tools: ``export``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ranklsys.cli import arguments
from ranklsys.cli.terminal import model_of, printed, require_scenario
from ranklsys.plugins.part import HOSTS


@click.command("export")
@click.argument("names", nargs=-1, required=True, metavar="SCENARIO | HOST [PART]... | TABLE")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="File to write, see above.")
@click.option("--level", default="L3V2", show_default=True, help="Of flat SBML: L3V2, L3V1 or L2V4.")
@click.option("--comp", is_flag=True, help="SBML as it was composed, the parts as submodels.")
@click.option("--creator", default="ranklsys", show_default=True, help="Who made the archive.")
@arguments.UNTIL
@arguments.DOSE
@arguments.SET
@arguments.SHOW
@arguments.POINTS
@arguments.FORCE
def export_command(
    names: tuple[str, ...],
    output: Path,
    level: str,
    comp: bool,
    creator: str,
    until: str | None,
    doses: tuple[str, ...],
    changes: tuple[str, ...],
    show: tuple[str, ...],
    points: int,
) -> None:
    """Write a composition or a scenario for other tools.

    Doses are included; a scenario is all of its arms.

    The ending of the output says what: .xml is SBML; .omex is a COMBINE archive with
    SBML, SED-ML and observations; .sedml is the same as files side by side; .yaml is
    PEtab, of a TABLE of observations (.csv) or of a fit (.toml).

    \b
    ranklsys export canon2008 -o canon2008.omex
    ranklsys export calibration/fit_mouse.toml -o fit/mouse.yaml
    ranklsys export mouse mda-mb-231 opg-fc --dose "opg-fc 3 mg/kg sc q2d" -o study.xml --level L2V4
    """
    from ranklsys.exchange.export import export

    output = arguments.writable(output)
    what: Any = names[0]
    if names[0] in HOSTS:
        what = model_of(names[0], names[1:], changes)
        until = until and arguments.duration(until)
    elif Path(names[0]).suffix not in (".csv", ".toml"):
        require_scenario(names, (until, doses, changes, show))
    shape: dict[str, Any] = {"level": level, "comp": comp, "creator": creator, "points": points, "report": _say}
    for path in export(what, output, doses=doses, until=until, show=show, **shape):
        click.echo(f"wrote {path}")


def _say(line: str) -> None:
    click.echo(line, err=True)


@click.command("events")
@click.argument("names", nargs=-1, required=True, metavar="HOST [PART]...")
@click.option("--table", type=click.Path(path_type=Path), required=True, help="NONMEM-like table: .csv, .tsv, .xlsx.")
@click.option("--into", multiple=True, metavar="CMT=DRUG", help='Where doses go, e.g. "1=denosumab sc".')
@click.option("--seen", multiple=True, metavar="CMT=ID", help='What was seen, e.g. "2=denosumab__concentration".')
@click.option("--unit", "units", multiple=True, metavar="COLUMN=UNIT", help="Of TIME and AMT (both needed), and DV.")
@click.option("--covariate", "covariates", multiple=True, metavar="COLUMN=ID", help='E.g. "WT=body_weight".')
@arguments.SET
@arguments.TABLE
@arguments.ENGINE
@arguments.EXACT
@arguments.FORCE
def events_command(
    names: tuple[str, ...],
    table: Path,
    into: tuple[str, ...],
    seen: tuple[str, ...],
    units: tuple[str, ...],
    covariates: tuple[str, ...],
    changes: tuple[str, ...],
    output: Path | None,
    engine: str,
    exact: bool,
) -> None:
    """Predict what a NONMEM-like table of doses observed.

    Columns: ID, TIME, AMT, CMT, EVID, II, ADDL, SS, RATE, DV, MDV; see docs/event-tables.md.

    \b
    ranklsys events human denosumab --table trial.csv --unit TIME=d --unit AMT=mg \\
        --into "1=denosumab sc" --seen "2=denosumab__concentration" -o predicted.csv
    """

    from ranklsys import frame
    from ranklsys.exchange.event_table import events, read_units
    from ranklsys.study import report

    output = output and arguments.writable(frame.checked(output))
    said = read_units(arguments.pairs(units, "--unit"))
    found = events(
        model_of(names[0], names[1:], changes),
        table,
        into=arguments.pairs(into, "--into"),
        seen=arguments.pairs(seen, "--seen"),
        units=said,
        covariates=arguments.pairs(covariates, "--covariate"),
        engine=engine,
        exact=exact,
    )
    printed([report.events(found)])
    if unused := found.attrs["unused"]:
        click.echo(f"not used: {', '.join(unused)}", err=True)
    if output:
        click.echo(f"wrote {frame.save(found, output)}")
