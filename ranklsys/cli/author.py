"""The commands for authors of plugins: ``new-plugin``, ``build``, ``check`` and ``doctor``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ranklsys.cli import arguments
from ranklsys.cli.terminal import MARKS
from ranklsys.errors import DataError, PluginError, nearest
from ranklsys.plugins.part import HOSTS
from ranklsys.tables.files import SBML_ENDINGS
from ranklsys.tables.output import write

if TYPE_CHECKING:
    from ranklsys.author.checks import Judgement
    from ranklsys.model.model import Model
    from ranklsys.plugins.catalogue import Plugin
    from ranklsys.plugins.part import Part

KINDS = ("therapy", "modulator", "cell line", "condition")


@click.command("check")
@click.argument("target", metavar="PLUGIN | PART | FILE.py | HOST | FILE.xml")
@click.argument("parts", nargs=-1, metavar="[PART]...")
@click.option("--dose", "doses", multiple=True, metavar="TEXT", help="Dose it so; a part without is given some.")
@click.option("--html", "page", type=click.Path(path_type=Path), help="Page to write.")
@click.option("--json", "data", type=click.Path(path_type=Path), help="Of a model: file to write.")
@arguments.FORCE
def check_command(
    target: str, parts: tuple[str, ...], doses: tuple[str, ...], page: Path | None, data: Path | None
) -> None:
    """Check the parts of a plugin, or report on a model.

    PLUGIN is a distribution or entry point, PART the id of one part. HOST with parts, or any SBML file, is a model: the
    report has a score for consistency, units, annotation, mass balance, structure and dynamics. Each check says what
    it found; one that fails also what it expects, and why. The exit code is 1 if one fails.
    """
    from ranklsys.author.checks import findings

    for path in filter(None, (page, data)):
        arguments.writable(path)
    if target in HOSTS or target.endswith(SBML_ENDINGS):
        _report((target, *parts), doses, page, data)
        return
    if parts or data:
        raise click.UsageError(f"further parts, and --json, go with a model: ranklsys check HOST {target} ...")
    found: dict[str, list[Judgement]] = {}
    for part in _parts(target):
        click.echo(f"{part.id} ({part.kind})")
        found[part.id] = [_shown(finding) for finding in findings(part, doses=doses)]
    _note_claims(target)
    _end(target, found, page)


def _report(names: tuple[str, ...], doses: tuple[str, ...], page: Path | None, data: Path | None) -> None:
    """Report on a model: print each section as it is judged, write page and data."""
    from ranklsys import compose
    from ranklsys.author import pages
    from ranklsys.author.checks.model_report import sections, total
    from ranklsys.author.checks.subject import Whole

    if names[0] in HOSTS:
        model = compose(*names)
        subject = Whole(model.sbml_with(doses), model, healthy=len(names) == 1 and not doses, doses=doses)
    else:
        subject = Whole(_text(Path(names[0])), _loaded(names, doses))
    found = []
    for section in sections(subject):
        click.echo(f"{section.title}: {section.score:.0%}")
        found.append(section)
        for finding in section.findings:
            _shown(finding)
    for path, written in ((page, pages.report_as_html), (data, pages.report_as_json)):
        if path:
            write(path, written(" ".join(names), found))
            click.echo(f"wrote {path}")
    failed = sum(finding.ok is False for section in found for finding in section.findings)
    click.echo(f"score {total(found):.1%}; {failed} {'check fails' if failed == 1 else 'checks fail'}")
    if failed:
        raise click.exceptions.Exit(1)


def _loaded(names: tuple[str, ...], doses: tuple[str, ...]) -> Model:
    """Return the model of a file alone. Raises UsageError for parts or doses beside it."""
    from ranklsys import load

    if len(names) > 1 or doses:
        raise click.UsageError("a file takes no parts and no doses here: export the composition, and check that")
    return load(names[0])


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.option("--clear", is_flag=True, help="Empty the folder of what is kept on disk, and do no more.")
def doctor_command(as_json: bool, clear: bool) -> None:
    """Say what is installed, what does not work, and what to do.

    It also says where composed and compiled models are kept for later starts, and how much that is.
    The exit code is 1 if ranklsys itself does not work here.
    """
    from ranklsys.author import doctor

    if clear:
        click.echo(f"emptied {doctor.emptied()}")
        return
    here = doctor.environment()
    found = [*doctor.troubles(here), *doctor.trials()]
    if as_json:
        said = {
            "python": here.python,
            "system": here.system,
            "versions": doctor.versions(here),
            "variables": dict(here.variables),
            "kept": doctor.kept(),
            "troubles": [asdict(trouble) for trouble in found],
        }
        click.echo(json.dumps(said, indent=2))
    else:
        click.echo(f"Python {here.python} on {here.system}")
        for name, version in (*doctor.versions(here).items(), *here.variables.items()):
            click.echo(f"  {name} {version}")
        click.echo(f"kept on disk: {doctor.kept()}")
        for trouble in found:
            mark = click.style("TROUBLE", fg="red") if trouble.serious else click.style("note", fg="yellow")
            click.echo(f"{mark}  {trouble.what}\n    do: {trouble.remedy}")
        click.echo("ranklsys works here" if not any(each.serious for each in found) else "ranklsys does not work here")
    if any(trouble.serious for trouble in found):
        raise click.exceptions.Exit(1)


@click.command("new-plugin")
@click.argument("name", required=False)
@click.option("--kind", type=click.Choice(KINDS), default=KINDS[0], show_default=True, help="What its part is.")
@click.option("--title", default="", help="What it is, in a few words.")
@click.option("--into", type=click.Path(path_type=Path), help="Folder to write; ./ranklsys-NAME unless you say so.")
@click.option("--update", "made", type=click.Path(exists=True, path_type=Path), help="Bring a newer template into DIR.")
def new_plugin_command(name: str | None, kind: str, title: str, into: Path | None, made: Path | None) -> None:
    """Write a new plugin that installs and runs.

    NAME is the id of its part, such as my-therapy. It has tests, a README with what to type next, and placeholders for
    values. The kinds are therapy, modulator, "cell line" and condition.
    """
    from ranklsys.author import new_plugin

    if (name is None) == (made is None):
        raise click.UsageError("say NAME for a new plugin, or --update DIR for one that is there")
    if made:
        click.echo(f"brought {new_plugin.update(made)} of the template into {made}; look at: git diff")
        return
    folder = new_plugin.render(str(name), kind, into or Path(f"ranklsys-{name}"), title)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        click.echo(f"wrote {path}")
    click.echo(f'next: cd {folder}; git init; pip install -e ".[test]"; pytest; and see README.md')


def _end(target: str, found: dict[str, list[Judgement]], page: Path | None) -> None:
    words = [finding.word for of_part in found.values() for finding in of_part]
    failed, skipped = words.count("FAIL"), words.count("skipped")
    left = f", {skipped} skipped" if skipped else ""
    click.echo(f"{words.count('pass')} checks pass, {failed} fail{left}")
    if page:
        from ranklsys.author.pages import checks_as_html

        write(page, checks_as_html(target, found))
        click.echo(f"wrote {page}")
    if failed:
        raise click.exceptions.Exit(1)


def _shown(finding: Judgement) -> Judgement:
    """Print a finding: one line if it is as expected, else with what was expected and why."""
    click.echo(f"  {click.style(finding.word, fg=MARKS[finding.word])}  {finding.check}: {finding.found}")
    if finding.ok is False:
        click.echo(f"        expected: {finding.expected}")
        click.echo(f"        why:      {finding.why}")
    return finding


def _note_claims(target: str) -> None:
    """Say which claims of a plugin name no cut, so that nobody knows whether they can fail."""
    for plugin in _plugins(target):
        for claim in plugin.claims:
            if not claim.cuts and not claim.by_construction:
                said = "it names no cut that makes it fail; give one (cuts=), or say why it cannot (by_construction=)"
                click.echo(f"{click.style('note', fg='yellow')}  claim {claim.id}: {said}")


def _plugins(target: str) -> Sequence[Plugin]:
    """Return the plugins that a name or file means; none for the id of a part."""
    from ranklsys.plugins import finder

    if target in finder.registry().parts:
        return ()
    return (finder.load_file(target),) if target.endswith(".py") else finder.named(target)


def _parts(target: str) -> Sequence[Part]:
    """Return the parts that a name or file means. Raises PluginError for a broken plugin, DataError for no part."""
    from ranklsys.plugins import finder

    registry = finder.registry()
    if target in registry.parts:
        return [registry.parts[target]]
    found = _plugins(target)
    for plugin in found:
        plugin.require_working()
    if parts := [part for plugin in found for part in plugin.parts]:
        return parts
    if found:
        raise DataError("it offers no part", where=target, hint="Return parts from register_parts")
    if any(f"'{target}'" in clash for clash in registry.clashes):
        registry.part(target)  # raises, naming both owners
    known = [*HOSTS, *registry.parts, *(name for each in registry.plugins for name in (each.name, each.distribution))]
    raise PluginError(f"there is no plugin or part '{target}'{nearest(target, known)}", hint="See: ranklsys plugins")


def _text(path: Path) -> str:
    if not path.is_file():
        raise DataError("there is no such file", where=str(path))
    return path.read_text(encoding="utf-8")


def _build_composed(notations: tuple[Path, ...], composed: bool, amici: bool) -> None:
    """Build the compositions. Raises UsageError for words that mean nothing there."""
    from ranklsys.author import compositions

    if notations or not composed:
        raise click.UsageError("--composed takes no notation, and --amici goes with --composed")
    if not compositions.build_composed(click.echo, engines=("copasi", "amici") if amici else ("copasi",)):
        raise click.exceptions.Exit(1)


@click.command("build")
@click.argument("notations", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[PART.ant | DIR]...")
@click.option("--composed", is_flag=True, help="Build the compositions of composed.toml, with their certificates.")
@click.option("--amici", is_flag=True, help="With --composed: compare with AMICI too, which compiles each.")
def build_command(notations: tuple[Path, ...], composed: bool, amici: bool) -> None:
    """Build the SBML of the hosts, or of a part.

    The hosts come from core.ant, parameters.csv and contract.toml, a part from PART.ant and PART.csv, the parts of a
    plugin from all that is in DIR. A table with a column `part` makes a file for each part that it names, from the one
    notation. An error says the line and column of the notation, or the row of the table.

    With --composed, each composition of composed.toml becomes an SBML file with its doses, and a certificate that says
    how far COPASI is from RoadRunner on it; the exit code is 1 if one differs.
    """
    from ranklsys.author import build

    if composed or amici:
        _build_composed(notations, composed, amici)
        return

    if not notations:
        build.build_hosts(click.echo)
    for notation in notations:
        (build.build_folder if notation.is_dir() else build.build_part)(notation, click.echo)
