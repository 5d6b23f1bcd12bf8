"""Build: notation + parameter table + contract -> the canonical SBML of the hosts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ranklsys.author.api_promise import keep
from ranklsys.author.model_page import model_page
from ranklsys.errors import DataError, NotationError, SBMLError
from ranklsys.model.diagram.picture import host_picture
from ranklsys.model.diagram.plan import check_places, layout
from ranklsys.plugins import library
from ranklsys.plugins.contract import EVERY_SITE, core_contract, read_contract
from ranklsys.plugins.part import EVIDENCE, HOSTS
from ranklsys.sbml.annotation import About, Entry
from ranklsys.sbml.canonical import finish
from ranklsys.sbml.document import complaints, read
from ranklsys.sbml.facts import facts
from ranklsys.sbml.naming import prefix_of
from ranklsys.sbml.notation import place, to_sbml
from ranklsys.sbml.sites import AT_THE_SKELETON, mentions
from ranklsys.tables.files import columns, read_number, read_table
from ranklsys.tables.output import write


def build_host(host: str, folder: Path | None = None) -> str:
    """Return the SBML of ``human`` or ``mouse`` from core.ant, parameters.csv and contract.toml in ``folder``.

    Raises SBMLError if the notation cannot be read, if a value or name is missing, or if libsbml has any complaint.
    """
    folder = folder or library.folder()
    slots = read_contract(folder).slots.values()
    rows = list(entries(folder / "parameters.csv", host, f"{host}_kind"))
    rows += [
        Entry(
            slot.id,
            f"slot: {slot.title}{AT_THE_SKELETON if slot.at == EVERY_SITE else ''}",
            slot.neutral,
            slot.unit,
            "neutral",
            f"{slot.rule} of effects",
        )
        for slot in slots
    ]
    text = _finished(
        folder / "core.ant",
        rows,
        model_id=f"ranklsys_{host}",
        title=f"ranklsys: bone, breast tumour and the RANKL / RANK / OPG axis ({host})",
        at_sites=[slot.id for slot in slots if slot.at == EVERY_SITE],
        orthologues=host != "human",
        about=about(folder, host),
    )
    if found := complaints(text):
        raise SBMLError(f"libsbml has {len(found)} complaints; the first: {found[0]}", where=f"{host}.xml")
    return text


def about(folder: Path, host: str) -> About:
    """Return what about.toml says of a host."""
    table = tomllib.loads((folder / "about.toml").read_text(encoding="utf-8"))
    return About(**{**table, "taxon": table["taxon"][host]})


def build_hosts(report: Callable[[str], None] = print, folder: Path | None = None) -> None:
    """Write human.xml and mouse.xml beside core.ant, and what api promises; ``report`` gets a line for each.

    The hosts are without a drawing of the network, which is put into what is written of them. Raises DataError if
    something that plugins rely on has gone or changed, and api has not been raised, or if a state has no place.
    """
    folder = folder or library.folder()
    texts = {host: build_host(host, folder) for host in HOSTS}
    check_places(layout(folder), facts(texts[HOSTS[0]]))
    report(f"wrote {keep(folder, texts[HOSTS[0]]).name}: what plugins may rely on")
    for host, text in texts.items():
        write(folder / f"{host}.xml", text, own=True)
        report(
            f"wrote {host}.xml: {text.count('<species ')} species, {text.count('<reaction ')} reactions, no complaint"
        )
    docs = folder.parent / "docs"
    if docs.is_dir():
        write(docs / "model.svg", host_picture(folder), own=True)
        report("wrote model.svg: what acts on what")
        write(docs / "model.md", model_page(folder), own=True)
        report("wrote model.md: every state, equation and parameter")


def part_sbml(notation: Path, part: str = "") -> str:
    """Return the SBML of a part from its notation ``x.ant`` and its parameter table ``x.csv``.

    part: which part of a table with a column ``part``, where one notation serves several.
    Raises SBMLError or DataError with file, line and column; whether it fits the core is for composition to say.
    """
    contract = core_contract()
    name, shared = part or notation.stem, {*contract.shares, *contract.reads}
    text = _finished(
        notation,
        list(entries(notation.with_suffix(".csv"), part=part)),
        model_id=prefix_of(name),
        title=name.replace("_", "-"),
        shared=shared,
    )
    document = read(text)
    if found := complaints(text, without_value=shared | mentions(document.getModel())):
        raise SBMLError(f"libsbml has {len(found)} complaints; the first: {found[0]}", where=_about(notation, found[0]))
    return text


def part_files(notation: Path) -> dict[Path, str]:
    """Return what a notation builds: files beside it with their SBML, one for each part that its table names."""
    parts = _parts(notation.with_suffix(".csv"))
    if not parts:
        return {notation.with_suffix(".xml"): part_sbml(notation)}
    return {notation.with_name(f"{prefix_of(part)}.xml"): part_sbml(notation, part) for part in parts}


def build_part(notation: Path, report: Callable[[str], None] = print) -> None:
    """Write the SBML of a notation beside it: ``x.xml``, or a file for each part that its table names."""
    for path, text in part_files(notation).items():
        write(path, text, own=True)
        report(f"wrote {path.name}: {text.count('<species ')} species, {text.count('<reaction ')} reactions")


def build_folder(folder: Path, report: Callable[[str], None] = print) -> None:
    """Build every notation in a folder and below it, or the hosts if it is a folder of models.

    Raises DataError if there is none.
    """
    if (folder / "contract.toml").is_file():
        build_hosts(report, folder)
        return
    found = [path for path in sorted(folder.rglob("*.ant")) if not _is_elsewhere(path.relative_to(folder))]
    if not found:
        raise DataError("there is no notation (*.ant)", where=str(folder), hint="A part of values only needs none")
    for notation in found:
        build_part(notation, report)


def _is_elsewhere(path: Path) -> bool:
    """Whether a file belongs to an environment, a build or a cache."""
    return any(name.startswith(".") or name in ("build", "dist", "site-packages") for name in path.parts)


def _parts(table: Path) -> list[str]:
    """Return the parts that the column ``part`` of a parameter table names, in order; none without the column."""
    if not table.is_file():
        return []
    if "part" not in columns(table):
        return []
    return list(dict.fromkeys(row["part"] for _, row in read_table(table, ["part"]) if row["part"]))


def _finished(notation: Path, rows: Sequence[Entry], **settings: Any) -> str:
    """Return the finished SBML of a notation; an error about an id says where it is written."""
    try:
        return finish(to_sbml(notation), rows, **settings)
    except NotationError as problem:
        raise SBMLError(problem.what, where=place(notation, problem.about), hint=problem.hint) from None


def _about(notation: Path, complaint: str) -> str:
    """Return where the first id that a complaint quotes, and the notation has, is written."""
    return place(notation, *re.findall(r"'(\w+)'", complaint))


def entries(path: Path, value: str = "value", kind: str = "kind", part: str = "") -> Iterator[Entry]:
    """Yield the rows of a parameter table; ``value`` and ``kind`` are the columns of a host where it has several.

    Columns: id, name, value, unit, cv (between-subject coefficient of variation), kind (measured, derived, fitted or
    assumed), source, note. With ``part``, only its rows and those with an empty cell ``part``, which hold for all.
    Raises DataError with the line of a row that is incomplete.
    """
    columns = ("id", "name", value, "unit", kind, "source", "note")
    seen: set[str] = set()
    for where, row in read_table(path, ("part", *columns) if part else columns):
        if part and row["part"] not in ("", part):
            continue
        if row["id"] in seen:
            raise DataError(f"'{row['id']}' is given twice", where=where, hint="Keep one row")
        seen.add(row["id"])
        for column in columns[:-1]:
            if not row[column]:
                raise DataError(f"'{row['id'] or '?'}' has no {column}", where=where)
        if row[kind] not in EVIDENCE:
            raise DataError(f"kind '{row[kind]}' is none of {', '.join(EVIDENCE)}", where=where)
        yield Entry(
            row["id"],
            row["name"],
            read_number(row[value], where),
            row["unit"],
            row[kind],
            row["source"],
            row["note"],
            where,
        )
