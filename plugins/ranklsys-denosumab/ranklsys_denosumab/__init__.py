"""Denosumab: an antibody to human RANKL, with its trials, and a mouse with human RANKL to test it in."""

from __future__ import annotations

from pathlib import Path

from ranklsys import Claim, Dataset, Part, Scenario, hookimpl

HERE = Path(__file__).parent
KOSTENUIK = "Kostenuik 2009 (doi:10.1359/jbmr.081112)"
MCCLUNG = "McClung 2006 (doi:10.1056/NEJMoa044459)"

DENOSUMAB = Part(
    id="denosumab",
    kind="therapy",
    title="Denosumab, an antibody to human RANKL",
    sbml=HERE / "denosumab.xml",
    shares=("marrow", "RANKL", "body_weight", "complex_elimination"),
    routes={"sc": "depot", "iv": "drug"},
    molar_mass="147 kDa",
    needs_in={"mouse": "humanised-rankl"},
    host_reason=f"it does not bind mouse RANKL, {KOSTENUIK}; opg-fc does",
    cite=("Sutjandra 2011", "Gibiansky 2012 (doi:10.2165/11598090-000000000-00000)", MCCLUNG, KOSTENUIK),
)
HUMANISED = Part(
    id="humanised-rankl",
    kind="condition",
    title="Mouse with human RANKL, which works as its own did (knock-in)",
    hosts=("mouse",),
    host_reason="the RANKL of the human is human",
    cite=(KOSTENUIK,),
)


@hookimpl
def register_parts() -> list[Part]:
    """Offer denosumab, and the mouse that it can be tested in."""
    return [DENOSUMAB, HUMANISED]


@hookimpl
def register_datasets() -> list[Dataset]:
    """Offer density and markers of the phase 2 trial in postmenopausal women."""
    title = "McClung 2006: postmenopausal women, denosumab 60 mg every 6 months, and placebo"
    return [
        Dataset(id="mcclung2006", table=HERE / "mcclung2006.csv", title=title, cite=(MCCLUNG,)),
        Dataset(id="denosumab-rows", table=HERE / "training.csv", title="Denosumab: rows that are scored and fitted"),
    ]


@hookimpl
def register_scenarios() -> list[Scenario]:
    """Offer the named regimens: 60 mg every 6 months, lower and higher doses, 120 mg every 4 weeks with loading."""
    names = ("mcclung2006", "denosumab-doses", "denosumab-metastases")
    return [Scenario.from_toml(HERE / f"{name}.toml") for name in names]


@hookimpl
def register_claims() -> list[Claim]:
    """Offer what denosumab must show."""
    from ranklsys_denosumab import claims, patient_claims

    return [*claims.CLAIMS, *patient_claims.CLAIMS]
