"""Composed: compositions worth opening in any tool, as SBML files with a certificate beside each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ranklsys import units
from ranklsys.errors import DataError, SimulationError
from ranklsys.model.solver import installed_version
from ranklsys.plugins import library
from ranklsys.plugins.scenario import Arm, Observable, Scenario
from ranklsys.study import experiment
from ranklsys.study.agree import TIGHT, agree
from ranklsys.tables import toml
from ranklsys.tables.output import write

PACKAGES = {"copasi": "python-copasi", "amici": "amici"}
"""The distribution whose version a certificate names, by engine."""


@dataclass(frozen=True, kw_only=True)
class Composition:
    """A row of ``composed.toml``: what a file holds, and the curves to look at.

    changes, before and then mean what they do in a scenario. doses: regimens, written into the file as events.
    show: ids of the curves that tell the story.
    """

    id: str
    title: str
    host: str
    until: str
    show: tuple[str, ...]
    parts: tuple[str, ...] = ()
    changes: str = ""
    before: str = ""
    then: str = ""
    doses: tuple[str, ...] = ()

    def scenario(self) -> Scenario:
        """Return it as a scenario of one arm. Raises DataError on a host that does not exist."""
        return Scenario(
            id=self.id,
            title=self.title,
            host=self.host,
            parts=self.parts,
            until=self.until,
            arms=(Arm("run", self.title, doses=self.doses),),
            observables=tuple(Observable(name, name, name, "") for name in self.show),
            before=self.before,
            changes=self.changes,
            then=self.then,
        )

    def sbml(self) -> str:
        """Return the drawn flat SBML as it is composed now, with the doses as events and the state after ``before``.

        Raises UnknownName for a part, or a curve to show, that does not exist, and what ``rk.compose`` raises.
        """
        scenario = self.scenario()
        model = experiment.composed(scenario, scenario.arms[0])
        model.require(self.show)
        return model.sbml_with(self.doses, drawn=True)


@dataclass(frozen=True)
class Compositions:
    """All of ``composed.toml``. Raises DataError for an id that is used twice."""

    compositions: tuple[Composition, ...]

    def __post_init__(self) -> None:
        ids = [each.id for each in self.compositions]
        for name in ids:
            if ids.count(name) > 1:
                raise DataError(f"two compositions have the id '{name}'", hint="Rename one")


def compositions(folder: Path | None = None) -> tuple[Composition, ...]:
    """Return the compositions of ``composed.toml``. Raises DataError, which names the file and the key."""
    path = (folder or library.folder()) / "composed.toml"
    if not path.is_file():
        hint = "A wheel has none. In a checkout type: uv run ranklsys build --composed"
        raise DataError("there is no table of compositions", where=str(path), hint=hint)
    return toml.load(Compositions, path).compositions


def build_composed(
    report: Callable[[str], None] = print, folder: Path | None = None, engines: Sequence[str] = ("copasi",)
) -> bool:
    """Write ``composed/ID.xml`` and ``ID.json`` for each composition, and README.md; return whether all agree.

    folder: of ``composed.toml``; what is composed are the installed hosts, whatever models lie there.
    engines: what RoadRunner is compared with. ``report`` gets a line for each file, and one for each that is no longer
    composed and is removed.
    """
    source = folder or library.folder()
    found = compositions(source)
    target = source / "composed"
    target.mkdir(exist_ok=True)
    certificates = {}
    for number, each in enumerate(found, start=1):
        path, text = target / f"{each.id}.xml", each.sbml()
        written = certificates[each.id] = certificate(each, text, engines)  # first, so that no file is without one
        write(path, text, own=True)
        _write_json(path.with_suffix(".json"), written)
        report(f"[{number}/{len(found)}] wrote {path.name}: {_verdict(written)}")
    for path in sorted({*target.glob("*.xml"), *target.glob("*.json")}):
        if path.stem not in certificates:
            path.unlink()
            report(f"removed {path.name}, which composed.toml does not have")
    write(target / "README.md", readme(found, certificates), own=True)
    report("wrote README.md: what each file is")
    return all(written["agrees"] for written in certificates.values())


def certificate(composition: Composition, text: str, engines: Sequence[str] = ("copasi",)) -> dict[str, Any]:
    """Return what is known of a file: its hash, versions, tolerances, and how far other engines are from RoadRunner.

    text: what the file holds, which is loaded and run in each engine as any SBML is. Where AMICI cannot integrate it,
    its own words stand in place of the difference: it refuses events of two courses that meet but for rounding.
    Raises what ``rk.load`` and ``rk.agree`` raise.
    """
    compared = {name: _compared(composition, text, name) for name in engines}
    judged = [one["agrees"] for one in compared.values() if "could_not" not in one]
    return {
        "file": f"{composition.id}.xml",
        "sha256": hashlib.sha256(text.encode("utf-8")).hexdigest(),
        "until_days": units.days(composition.until),
        "versions": {
            "ranklsys": installed_version("ranklsys"),
            "roadrunner": installed_version("libroadrunner"),
            **{name: installed_version(PACKAGES[name]) for name in engines},
        },
        "tolerances": {"relative": TIGHT.relative_tolerance, "absolute": TIGHT.absolute_tolerance},
        "compared": compared,
        "agrees": bool(judged) and all(judged),
    }


def _compared(composition: Composition, text: str, engine: str) -> dict[str, Any]:
    try:
        return compare(composition, text, engine)
    except SimulationError as problem:
        if engine != "amici":
            raise
        return {"could_not": problem.what}


def compare(composition: Composition, text: str, engine: str) -> dict[str, Any]:
    """Return the largest relative difference of another engine from RoadRunner on a file's text, and where it is."""
    from ranklsys.model.load import load

    table = agree(load(text), composition.until, engine=engine)
    worst = table.iloc[0]
    return {
        "states": len(table),
        "largest_relative_difference": float(f"{worst['relative']:.3g}"),
        "state": str(table.index[0]),
        "at_day": float(worst["at_time"]),
        "agrees": bool(table["within"].all()),
    }


def readme(found: Sequence[Composition], certificates: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the page of the folder: each file, how long to run it, its curves and its verdict."""
    return "\n".join([HEAD, *(_section(each, certificates[each.id]) for each in found)])


HEAD = """# Compositions to open

Flat SBML (Level 3 Version 2) for COPASI, tellurium or any tool that reads SBML, with the doses as events. The time
unit is the day. `ID.json` beside a file is its certificate: hash, versions, tolerances, and the largest relative
difference of another engine from RoadRunner, state by state, on that very file.

In COPASI: File, Import SBML; Tasks, Time Course, with the duration below. In Python: `rk.load("ID.xml")`. On the
command line: `ranklsys run ID.xml --until "25 d"`.

All that is here, this page included, is written by `ranklsys build --composed` from `composed.toml`.
"""


def _section(each: Composition, written: Mapping[str, Any]) -> str:
    """Return what the page says of one file."""
    doses = "; ".join(f"`{dose}`" for dose in each.doses) or "none"
    made = " + ".join([each.host, *each.parts])
    steps = (("with", each.changes), ("after", each.before), ("then", each.then))
    start = "".join(f", {word} {what}" for word, what in steps if what)
    curves = ", ".join(f"`{name}`" for name in each.show)
    return f"""## {each.id}

{each.title}.

- Made of: {made}{start}
- Doses: {doses}
- Run for: {written["until_days"]:g} days ({each.until})
- Look at: {curves}
- Certificate: {_verdict(written)}
"""


def _verdict(written: Mapping[str, Any]) -> str:
    """Return a certificate in one line."""
    pieces = [
        one.get("could_not")
        or f"{name} {'agrees' if one['agrees'] else 'DIFFERS'}, largest relative difference "
        f"{one['largest_relative_difference']:.1e} in {one['state']}"
        for name, one in written["compared"].items()
    ]
    return "; ".join(pieces)


def _write_json(path: Path, written: Mapping[str, Any]) -> None:
    write(path, json.dumps(written, indent=2) + "\n", own=True)
