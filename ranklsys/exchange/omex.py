"""OMEX: the only importer of libcombine; files in one COMBINE archive with manifest and metadata, and out of it."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from xml.sax.saxutils import escape

from ranklsys.errors import DataError, require
from ranklsys.tables.cells import LARGEST
from ranklsys.tables.output import whole

libcombine = require("libcombine", extra="exchange")

SPECIFICATIONS = "http://identifiers.org/combine.specifications"
FORMATS = {
    ".sedml": f"{SPECIFICATIONS}/sed-ml",  # libcombine and COPASI know it without level and version only,
    ".xml": f"{SPECIFICATIONS}/sbml.level-3.version-2",
    ".csv": "http://purl.org/NET/mediatypes/text/csv",
    ".rdf": f"{SPECIFICATIONS}/omex-metadata",
}
LICENCE = "https://spdx.org/licenses/Apache-2.0"
METADATA = "metadata.rdf"
RDF = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcterms="http://purl.org/dc/terms/"
    xmlns:vCard="http://www.w3.org/2006/vcard/ns#">
  <rdf:Description rdf:about=".">
    <dcterms:title>{title}</dcterms:title>
    <dcterms:description>{description}</dcterms:description>
    <dcterms:creator>
      <rdf:Bag>
        <rdf:li rdf:parseType="Resource">{creator}
        </rdf:li>
      </rdf:Bag>
    </dcterms:creator>
    <dcterms:license rdf:resource="{licence}"/>
    <dcterms:created rdf:parseType="Resource">
      <dcterms:W3CDTF>{created}</dcterms:W3CDTF>
    </dcterms:created>
  </rdf:Description>
</rdf:RDF>
"""


def pack(path: Path, files: Mapping[str, str], *, title: str, description: str, creator: str) -> Path:
    """Write an archive of texts by file name, the SED-ML being the master, and return its path.

    creator: a person, the last word being the family name, or an organisation in one word.
    """
    metadata = RDF.format(
        title=escape(title),
        description=escape(description),
        creator=_card(creator),
        licence=LICENCE,
        created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    archive = libcombine.CombineArchive()
    for name, text in {**files, METADATA: metadata}.items():
        archive.addFileFromString(text, name, FORMATS[Path(name).suffix], name.endswith(".sedml"))
    with whole(path) as beside:
        # libcombine says that it has written an archive where the disk was full, too
        if not archive.writeToFile(str(beside)) or not zipfile.is_zipfile(beside):
            raise DataError("libcombine could not write the archive", where=str(path), hint="Is the disk full?")
    return path


def _card(creator: str) -> str:
    given, _, family = creator.rpartition(" ")
    if not given:
        return f"\n          <vCard:organization-name>{escape(creator)}</vCard:organization-name>"
    name = (
        f"<vCard:family-name>{escape(family)}</vCard:family-name><vCard:given-name>{escape(given)}</vCard:given-name>"
    )
    return f'\n          <vCard:hasName rdf:parseType="Resource">{name}</vCard:hasName>'


def unpack(path: Path, folder: Path) -> Path:
    """Write the files of an archive into a folder; return the path of its SED-ML, the master where there are several.

    Raises DataError if this is no archive, holds no SED-ML, or would write outside the folder.
    """
    _require_zip(path)
    archive = libcombine.CombineArchive()
    try:
        if not archive.initializeFromArchive(str(path)):
            raise RuntimeError
    except RuntimeError:  # of libcombine, with a number for its reason
        raise DataError(
            "this is not a COMBINE archive that can be read", where=str(path), hint="Pack it anew"
        ) from None
    try:
        names = [str(name) for name in archive.getAllLocations()]
        for name in names:
            inside = PurePosixPath(name)
            if inside.is_absolute() or ".." in inside.parts:
                raise DataError(f"the archive holds '{name}', outside of itself", where=str(path))
            archive.extractEntry(name, str(folder / inside.parent))
        master = archive.getMasterFile()
        found = [str(master.getLocation())] if master is not None and master.getFormat().find("sed-ml") >= 0 else []
        found += [name for name in names if name.endswith(".sedml")]
    except RuntimeError as problem:
        what = f"the archive is damaged: {problem}"
        raise DataError(what, where=str(path), hint="Pack it anew") from None
    finally:
        archive.cleanUp()
    if not found:
        raise DataError("the archive holds no SED-ML", where=str(path), hint="Run one of its SBML files alone")
    return folder / found[0]


def _require_zip(path: Path) -> None:
    """Raise DataError unless a file is a ZIP archive that is whole, and unpacks to what a computer can hold."""
    if not path.is_file():
        raise DataError("there is no such file", where=str(path), hint="Check the path")
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
            broken = packed.testzip() if size <= LARGEST else None
    except Exception as problem:  # of many kinds, by what is damaged
        what = f"this is not a COMBINE archive that can be read ({type(problem).__name__})"
        raise DataError(what, where=str(path), hint="Pack it anew") from None
    if size > LARGEST:
        what = f"the archive unpacks to {size / 1e6:.0f} MB"
        raise DataError(what, where=str(path), hint=f"Up to {LARGEST / 1e6:.0f} MB")
    if broken:
        raise DataError(f"'{broken}' in the archive is damaged", where=str(path), hint="Pack it anew")
