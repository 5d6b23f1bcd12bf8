"""Conditions: menopause, rheumatoid arthritis, and knock-outs of OPG, RANKL and RANK."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ranklsys import Part, hookimpl
from ranklsys.claims import Claim

HERE = Path(__file__).parent


def _condition(name: str, title: str, effects: Mapping[str, str], cite: tuple[str, ...]) -> Part:
    sbml = HERE / f"{name.replace('-', '_')}.xml"
    return Part(id=name, kind="condition", title=title, sbml=sbml, effects=effects, cite=cite)


@hookimpl
def register_parts() -> list[Part]:
    """Offer the conditions, for both hosts."""
    return [
        _condition(
            "menopause",
            "Menopause: estrogen is lost from its start on",
            {"made": "slot_estrogen"},
            ("Garnero 1996", "Eghbali 2003 (doi:10.1172/JCI17215)"),
        ),
        _condition(
            "rheumatoid-arthritis",
            "Rheumatoid arthritis: RANKL in inflamed joints (the lesion sites) and, less, in the skeleton",
            {
                "RANKL_skeleton": "slot_RANKL_production",
                "RANKL_joint": "slot_RANKL_production_lesion",
                "OPG_left": "slot_OPG_production",
            },
            ("Geusens 2006 (doi:10.1002/art.21896)",),
        ),
        _condition(
            "opg-knockout",
            "OPG knock-out",
            {"left": "slot_OPG_production"},
            ("Bucay 1998 (doi:10.1101/gad.12.9.1260)",),
        ),
        _condition(
            "rankl-knockout",
            "RANKL knock-out of the host",
            {"left": "slot_RANKL_gene"},
            ("Kong 1999 (doi:10.1038/16852)",),
        ),
        _condition("rank-knockout", "RANK knock-out of the host", {"left": "slot_RANK_gene"}, ("Dougall 1999",)),
    ]


@hookimpl
def register_claims() -> list[Claim]:
    """Offer what these parts must show."""
    from ranklsys_conditions.claims import CLAIMS

    return CLAIMS
