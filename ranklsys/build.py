"""Build: notation + parameter table + contract -> the canonical SBML of the hosts."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

from ranklsys import library
from ranklsys.book import model_page
from ranklsys.diagram import host_picture
from ranklsys.errors import DataError, SBMLError
from ranklsys.part import EVIDENCE, HOSTS, number, read_table
from ranklsys.promise import keep
from ranklsys.sbml.document import complaints
from ranklsys.sbml.finish import Entry, finish


def build_host(host: str, folder: Path | None = None) -> str:
    """Return the SBML of ``human`` or ``mouse`` from core.ant, parameters.csv and contract.toml in ``folder``.

    Raises SBMLError if the notation cannot be read, if a value or name is missing, or if libsbml has any complaint.
    """
    folder = folder or library.folder()
    slots = library.contract().slots.values()
    rows = list(entries(folder / "parameters.csv", host, f"{host}_kind"))
    rows += [
        Entry(slot.id, f"slot: {slot.title}", slot.neutral, slot.unit, "neutral", f"{slot.rule} of effects")
        for slot in slots
    ]
    text = finish(
        antimony_to_sbml(folder / "core.ant"),
        rows,
        model_id=f"ranklsys_{host}",
        title=f"ranklsys: bone, breast tumour and the RANKL / RANK / OPG axis ({host})",
        at_sites=[slot.id for slot in slots if slot.at == library.EVERY_SITE],
        orthologues=host != "human",
    )
    if found := complaints(text):
        raise SBMLError(f"libsbml has {len(found)} complaints; the first: {found[0]}", where=f"{host}.xml")
    return text


def build_hosts(report: Callable[[str], None] = print, folder: Path | None = None) -> None:
    """Write human.xml and mouse.xml beside core.ant, and what api promises; ``report`` gets a line for each.

    Raises DataError if something that plugins rely on has gone or changed, and api has not been raised.
    """
    folder = folder or library.folder()
    texts = {host: build_host(host, folder) for host in HOSTS}
    report(f"wrote {keep(folder, texts[HOSTS[0]]).name}: what plugins may rely on")
    for host, text in texts.items():
        (folder / f"{host}.xml").write_text(text, encoding="utf-8")
        report(
            f"wrote {host}.xml: {text.count('<species ')} species, {text.count('<reaction ')} reactions, no complaint"
        )
    docs = folder.parent / "docs"
    if docs.is_dir():
        (docs / "model.svg").write_text(host_picture(folder), encoding="utf-8")
        report("wrote model.svg: what acts on what")
        (docs / "model.md").write_text(model_page(folder), encoding="utf-8")
        report("wrote model.md: every state, equation and parameter")


def part_sbml(notation: Path, part: str = "") -> str:
    """Return the SBML of a part from its notation ``x.ant`` and its parameter table ``x.csv``.

    part: which part of a table with a column ``part``, where one notation serves several.
    Raises SBMLError or DataError; whether it fits the core is for composition to say.
    """
    contract = library.contract()
    name = part or notation.stem
    return finish(
        antimony_to_sbml(notation),
        list(entries(notation.with_suffix(".csv"), part=part)),
        model_id=name.replace("-", "_"),
        title=name.replace("_", "-"),
        shared={*contract.shares, *contract.reads},
    )


def part_files(notation: Path) -> dict[Path, str]:
    """Return what a notation builds: files beside it with their SBML, one for each part that its table names."""
    parts = _parts(notation.with_suffix(".csv"))
    if not parts:
        return {notation.with_suffix(".xml"): part_sbml(notation)}
    return {notation.with_name(f"{part.replace('-', '_')}.xml"): part_sbml(notation, part) for part in parts}


def build_part(notation: Path, report: Callable[[str], None] = print) -> None:
    """Write the SBML of a notation beside it: ``x.xml``, or a file for each part that its table names."""
    for path, text in part_files(notation).items():
        path.write_text(text, encoding="utf-8")
        report(f"wrote {path.name}: {text.count('<species ')} species, {text.count('<reaction ')} reactions")


def _parts(table: Path) -> list[str]:
    """Return the parts that the column ``part`` of a parameter table names, in order; none without the column."""
    if not table.is_file():
        return []
    with table.open(encoding="utf-8-sig", newline="") as file:
        if "part" not in (csv.DictReader(file).fieldnames or ()):
            return []
    return list(dict.fromkeys(row["part"] for _, row in read_table(table, ["part"]) if row["part"]))


def antimony_to_sbml(path: Path) -> str:
    """Return the SBML of an Antimony file. Raises SBMLError with the file and line of the first mistake."""
    import antimony

    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(path.read_text(encoding="utf-8")) == -1:
        raise SBMLError(antimony.getLastError().strip().rstrip("."), where=path.name)
    return str(antimony.getSBMLString(antimony.getMainModuleName()))


def entries(path: Path, value: str = "value", kind: str = "kind", part: str = "") -> Iterator[Entry]:
    """Yield the rows of a parameter table; ``value`` and ``kind`` are the columns of a host where it has several.

    Columns: id, name, value, unit, cv (between-subject coefficient of variation), kind (measured, derived, fitted or
    assumed), source, note. With ``part``, only its rows and those with an empty cell ``part``, which hold for all.
    Raises DataError with the line of a row that is incomplete.
    """
    columns = ("id", "name", value, "unit", kind, "source", "note")
    for where, row in read_table(path, ("part", *columns) if part else columns):
        if part and row["part"] not in ("", part):
            continue
        for column in columns[:-1]:
            if not row[column]:
                raise DataError(f"'{row['id'] or '?'}' has no {column}", where=where)
        if row[kind] not in EVIDENCE:
            raise DataError(f"kind '{row[kind]}' is none of {', '.join(EVIDENCE)}", where=where)
        yield Entry(
            row["id"], row["name"], number(row[value], where), row["unit"], row[kind], row["source"], row["note"]
        )
