"""Denosumab: an antibody to human RANKL, with its trials, and a mouse with human RANKL to test it in."""

from __future__ import annotations

from pathlib import Path

from ranklsys import Part, hookimpl

HERE = Path(__file__).parent

DENOSUMAB = Part(
    id="denosumab",
    kind="therapy",
    title="Denosumab, an antibody to human RANKL",
    sbml=HERE / "denosumab.xml",
    shares=("marrow", "RANKL", "body_weight", "complex_elimination"),
    routes={"sc": "depot", "iv": "drug"},
    molar_mass="147 kDa",
    hosts=("human",),
    cite=("Sutjandra 2011", "Gibiansky 2012 (doi:10.2165/11598090-000000000-00000)"),
)


@hookimpl
def register_parts() -> list[Part]:
    """Offer denosumab."""
    return [DENOSUMAB]
