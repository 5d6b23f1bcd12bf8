"""Annotation: every element of every model says what it is, in identifiers that others resolve."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import libsbml
import pytest

import ranklsys as rk
from ranklsys.author import build
from ranklsys.errors import SBMLError
from ranklsys.plugins import library
from ranklsys.plugins.part import HOSTS
from ranklsys.sbml.annotation import IDENTIFIERS, cited, meanings
from tests.peers.combinations import at_once
from tests.selection import quick_if

PATTERNS = {
    "uniprot": r"[OPQ]\d[A-Z0-9]{3}\d",
    "CHEBI": r"\d+",
    "CL": r"\d{7}",
    "GO": r"\d{7}",
    "HP": r"\d{7}",
    "UBERON": r"\d{7}",
    "MONDO": r"\d{7}",
    "MESH": r"D\d{6}",
    "drugbank": r"DB\d{5}",
    "taxonomy": r"\d+",
    "doi": r"10\.\d{4,9}/\S+[^\s).,;:]",
    "pmc": r"PMC\d+",
    "biomodels.db": r"BIOMD\d{10}",
}
DOSES = {
    "human": "denosumab 120 mg sc q4w; docetaxel 75 mg/m^2 iv over 1 h q3w; zoledronic-acid 4 mg iv over 15 min",
    "mouse": "opg-fc 3 mg/kg sc q2d",
}


def elements(text: str) -> dict[str, tuple[str, int, list[str]]]:
    """Return name, SBO term and resources of each compartment, species, reaction and parameter."""
    document = libsbml.readSBMLFromString(text)
    model = document.getModel()
    lists = (
        model.getListOfCompartments(), model.getListOfSpecies(), model.getListOfReactions(), model.getListOfParameters()
    )  # fmt: skip
    return {
        each.getId(): (each.getName(), each.getSBOTerm(), resources(each)) for elements in lists for each in elements
    }


def resources(element: libsbml.SBase) -> list[str]:
    terms = [element.getCVTerm(number) for number in range(element.getNumCVTerms())]
    return [term.getResourceURI(number) for term in terms for number in range(term.getNumResources())]


@pytest.fixture(scope="module", params=quick_if(("mouse", False).__eq__, product(HOSTS, (False, True))), ids=str)
def everything(request: pytest.FixtureRequest) -> str:
    """Give a host with all parts that go together, and doses."""
    host, last = request.param
    return rk.compose(host, *at_once(host, last)).sbml_with(DOSES[host])


def test_every_element_has_a_name_an_ontology_term_and_identifiers(everything: str) -> None:
    found = elements(everything)
    assert len(found) > 400
    lacking = [name for name, (title, term, about) in found.items() if not title or term < 0 or not about]
    assert lacking == []


def test_every_identifier_has_the_form_of_its_database(everything: str) -> None:
    for name, (_, _, about) in elements(everything).items():
        for resource in about:
            assert resource.startswith(IDENTIFIERS), (name, resource)
            database, _, accession = resource.removeprefix(IDENTIFIERS).partition(":")
            assert re.fullmatch(PATTERNS[database], accession), (name, resource)


def test_every_event_has_a_name(everything: str) -> None:
    document = libsbml.readSBMLFromString(everything)
    events = {event.getId(): event.getName() for event in document.getModel().getListOfEvents()}
    assert len(events) > 0
    assert [name for name, title in events.items() if not title] == []


def test_a_composition_keeps_creator_licence_and_taxon_of_its_host(everything: str) -> None:
    document = libsbml.readSBMLFromString(everything)
    model = document.getModel()
    creator = model.getModelHistory().getCreator(0)
    assert (creator.getName(), creator.getOrganization()) == ("The developers of ranklsys", "ranklsys")
    assert everything.count('<dcterms:license rdf:resource="https://spdx.org/licenses/Apache-2.0"/>') == 1
    taxon = "9606" if "ranklsys_human" in model.getMetaId() else "10090"
    assert f"{IDENTIFIERS}taxonomy:{taxon}" in resources(model)


def test_a_source_with_a_doi_describes_its_parameter() -> None:
    entry = next(
        row for row in build.entries(library.folder() / "parameters.csv", "human", "human_kind") if "doi:" in row.source
    )
    doi = next(cited(entry.source))
    assert doi.startswith("doi:10.")
    assert IDENTIFIERS + doi in elements(library.host_sbml("human"))[entry.id][2]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Ross 2003 (doi:10.1136/bmj.327.7413.469): rates", ["doi:10.1136/bmj.327.7413.469"]),
        ("Li 2000 (doi:10.1016/S0092-8674(00)00103-3)", ["doi:10.1016/S0092-8674(00)00103-3"]),
        ("two: doi:10.1359/JBMR.040305, and BIOMD0000000278", ["doi:10.1359/JBMR.040305", "biomodels.db:BIOMD0000000278"]),
        ("Nelson 2012 (PMC3607351)", ["pmc:PMC3607351"]),
        ("this model", []),
    ],
)  # fmt: skip
def test_what_a_source_cites_is_found(source: str, expected: list[str]) -> None:
    assert list(cited(source)) == expected


def test_the_longest_words_of_an_id_say_what_it_is_about() -> None:
    assert meanings("osteoblast_precursor_turnover") == ["CL:0007010", "GO:0046849"]
    assert meanings("RANKL_from_osteocytes_lesion") == ["CL:0000137", "uniprot:O14788"]
    assert meanings("nothing_of_this") == []


def test_the_build_refuses_an_element_of_the_core_that_says_nothing(tmp_path: Path) -> None:
    for name in ("core.ant", "parameters.csv", "contract.toml", "about.toml"):
        (tmp_path / name).write_bytes((library.folder() / name).read_bytes())
    notation = tmp_path / "core.ant"
    text = notation.read_text(encoding="utf-8")
    notation.write_text(
        text.replace("  RANKL_lineage :=", '  var zyx := 1;  zyx is "a thing";\n  RANKL_lineage :=', 1),
        encoding="utf-8",
    )
    with pytest.raises(SBMLError, match="'zyx' has no identifier") as caught:
        build.build_host("human", tmp_path)
    assert "core.ant:" in str(caught.value)
