"""Annotation: MIRIAM identifiers for what the notation leaves without, and what a model says of itself.

The notation names molecules, cells and places. What is left follows by rule: a reaction by its SBO term, a parameter by
the words of its id (``RANKL_loss`` is a property of RANKL) and by the DOI in its source. ``terms.csv`` holds the words.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import libsbml

from ranklsys.errors import NotationError
from ranklsys.sbml.document import succeed
from ranklsys.sbml.naming import bare

IDENTIFIERS = "https://identifiers.org/"
CITED = re.compile(r"doi:(?P<doi>10\.[^\s;,]+?)(?=\)*(?:[\s;:,]|$))|(?P<pmc>PMC\d+)|(?P<biomodels>BIOMD\d{10})")
DATABASE = {"doi": "doi:", "pmc": "pmc:", "biomodels": "biomodels.db:"}
THINGS = ("uniprot:", "CHEBI:", "drugbank:")
"""Databases of what a species can be; anything else it is about."""


@dataclass(frozen=True)
class Entry:
    """One row of a parameter table, for one host; ``where`` is its file and line."""

    id: str
    name: str
    value: float
    unit: str
    kind: str
    source: str
    note: str = ""
    where: str = ""


@dataclass(frozen=True)
class About:
    """What a model says of itself.

    creators: name and organisation of each. Dates as W3CDTF, the licence as address, the rest as compact identifiers.
    """

    creators: Sequence[Mapping[str, str]]
    licence: str
    created: str
    modified: str
    version_of: Sequence[str] = ()
    occurs_in: Sequence[str] = ()
    property_of: Sequence[str] = ()
    derived_from: Sequence[str] = ()
    taxon: str = ""


def annotate(model: libsbml.Model, entries: Sequence[Entry], own: set[str], subject: str = "") -> None:
    """Give every element of ``own`` identifiers. ``subject``: the id of a part, whose words then hold for all in it.

    Raises NotationError for an element of a host that has none, and none of whose words is in ``terms.csv``.
    """
    about = meanings(subject)
    for entry in entries:
        _add(model.getParameter(entry.id), libsbml.BQB_IS_DESCRIBED_BY, list(cited(entry.source)))
    for element in _elements(model):
        name = element.getId()
        if name not in own or _has_meaning(element):
            continue
        qualifier, found = _meaning(element, about)
        if not found and not subject:
            raise NotationError(
                f"'{name}' has no identifier, and no word of it has one",
                about=name,
                hint=f'Give it one in the notation, as in: RANKL identity "{IDENTIFIERS}uniprot:O14788"',
            )
        _add(element, qualifier, found)


def cited(source: str) -> Iterator[str]:
    """Yield the compact identifiers of what a source cites: DOI, PubMed Central, BioModels."""
    for match in CITED.finditer(source):
        kind = str(match.lastgroup)
        yield DATABASE[kind] + match[kind]


def meanings(name: str) -> list[str]:
    """Return the identifiers of the words in an id, the longest first; its site and plurals do not matter."""
    rest, found = f"_{bare(name).lower()}_", dict[str, None]()
    for word, resource in _terms().items():
        for form in (f"_{word}_", f"_{word}s_"):
            if form in rest:
                rest = rest.replace(form, "__")
                found[resource] = None
    return list(found)


def describe(model: libsbml.Model, about: About) -> None:
    """Give a model its creators, dates, licence and what it is a model of."""
    history = libsbml.ModelHistory()
    for each in about.creators:
        creator = libsbml.ModelCreator()
        creator.setName(each["name"])
        creator.setOrganization(each["organisation"])
        succeed(history.addCreator(creator), "name a creator")
    succeed(history.setCreatedDate(libsbml.Date(about.created)), "say when it was made")
    succeed(history.setModifiedDate(libsbml.Date(about.modified)), "say when it was changed")
    succeed(model.setModelHistory(history), "give the model a history")
    _add(model, libsbml.BQB_IS_VERSION_OF, about.version_of)
    _add(model, libsbml.BQB_OCCURS_IN, about.occurs_in)
    _add(model, libsbml.BQB_IS_PROPERTY_OF, about.property_of)
    _add(model, libsbml.BQB_HAS_TAXON, [about.taxon] if about.taxon else [])
    _add(model, libsbml.BQM_IS_DERIVED_FROM, about.derived_from, libsbml.MODEL_QUALIFIER)


def belong(element: libsbml.SBase, thing: libsbml.SBase) -> None:
    """Say that an element is a property of what another one is: a dose, of what is dosed."""
    terms = [thing.getCVTerm(number) for number in range(thing.getNumCVTerms())]
    found = [term.getResourceURI(number) for term in terms for number in range(term.getNumResources())]
    _add(element, libsbml.BQB_IS_PROPERTY_OF, list(dict.fromkeys(found)))


def licensed(text: str, licence: str) -> str:
    """Return the text of a described model with its licence: libsbml keeps ``dcterms:license``, but cannot write it."""
    line = f'<dcterms:license rdf:resource="{licence}"/>'
    return re.sub(r"^( *)(?=<dcterms:created)", rf"\1{line}\n\1", text, count=1, flags=re.MULTILINE)


def _meaning(element: libsbml.SBase, about: Sequence[str]) -> tuple[int, list[str]]:
    """Return how an element relates to which identifiers."""
    if isinstance(element, libsbml.Reaction) and element.getSBOTermID() in _by_sbo():
        return libsbml.BQB_IS_VERSION_OF, [_by_sbo()[element.getSBOTermID()]]
    if isinstance(element, libsbml.Compartment):
        return libsbml.BQB_IS_VERSION_OF, meanings(element.getId()) or list(about)
    if isinstance(element, libsbml.Species) and about:
        things = [each for each in about if each.startswith(THINGS)]
        return (libsbml.BQB_IS_VERSION_OF, things) if things else (libsbml.BQB_IS_PROPERTY_OF, list(about))
    return libsbml.BQB_IS_PROPERTY_OF, list(dict.fromkeys([*about, *meanings(element.getId())]))


def _elements(model: libsbml.Model) -> Iterator[libsbml.SBase]:
    yield from model.getListOfCompartments()
    yield from model.getListOfSpecies()
    yield from model.getListOfReactions()
    yield from model.getListOfParameters()


def _has_meaning(element: libsbml.SBase) -> bool:
    terms = (element.getCVTerm(number) for number in range(element.getNumCVTerms()))
    return any(term.getBiologicalQualifierType() != libsbml.BQB_IS_DESCRIBED_BY for term in terms)


def _add(
    element: libsbml.SBase, qualifier: int, identifiers: Sequence[str], kind: int = libsbml.BIOLOGICAL_QUALIFIER
) -> None:
    """Add identifiers, compact or whole addresses, as one term."""
    if not identifiers:
        return
    if not element.isSetMetaId():
        succeed(element.setMetaId(f"{element.getModel().getId()}.{element.getId()}"), "give an element a metaid")
    term = libsbml.CVTerm(kind)
    setter = term.setModelQualifierType if kind == libsbml.MODEL_QUALIFIER else term.setBiologicalQualifierType
    setter(qualifier)
    for identifier in identifiers:
        term.addResource(identifier if "://" in identifier else IDENTIFIERS + identifier)
    succeed(element.addCVTerm(term, True), f"annotate {element.getId()}")


@cache
def _by_sbo() -> dict[str, str]:
    return {term: resource for term, resource in _table().items() if term.startswith("SBO:")}


@cache
def _terms() -> dict[str, str]:
    """The words of ``terms.csv``, small, the longest first."""
    words = {term.lower(): resource for term, resource in _table().items() if not term.startswith("SBO:")}
    return dict(sorted(words.items(), key=lambda item: -len(item[0])))


@cache
def _table() -> dict[str, str]:
    with resources.as_file(resources.files("ranklsys.sbml") / "terms.csv") as path, path.open(encoding="utf-8") as file:
        return {row["term"]: row["resource"] for row in csv.DictReader(file)}
