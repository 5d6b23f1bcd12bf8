"""Bisphosphonates: zoledronic acid, which stays in bone for years."""

from __future__ import annotations

from pathlib import Path

from ranklsys import Part, hookimpl
from ranklsys.claims import Claim

HERE = Path(__file__).parent


@hookimpl
def register_parts() -> list[Part]:
    """Offer zoledronic acid."""
    return [
        Part(
            id="zoledronic-acid",
            kind="therapy",
            title="Zoledronic acid: less osteoclast function, more apoptosis, a store in bone",
            sbml=HERE / "zoledronic_acid.xml",
            shares=("body_resorption", "body_formation", "body_turnover", "body_weight"),
            effects={"more_apoptosis": "slot_osteoclast_apoptosis", "less_activity": "slot_osteoclast_activity"},
            routes={"iv": "in_plasma"},
            molar_mass="272.09 Da",
            cite=("Chen 2002", "Grey 2017 (doi:10.1503/cmaj.161207)"),
        )
    ]


@hookimpl
def register_claims() -> list[Claim]:
    """Offer what it must show."""
    from ranklsys_bisphosphonates.claims import CLAIMS

    return CLAIMS
