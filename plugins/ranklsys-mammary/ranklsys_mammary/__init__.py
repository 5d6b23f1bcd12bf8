"""The mammary gland: pregnancy makes alveoli and milk, if there are RANKL and RANK."""

from __future__ import annotations

from pathlib import Path

from ranklsys import Claim, Part, Scenario, hookimpl

HERE = Path(__file__).parent
FATA = "Fata 2000 (doi:10.1016/S0092-8674(00)00103-3)"


@hookimpl
def register_parts() -> list[Part]:
    """Offer the gland of a pregnant mouse."""
    return [
        Part(
            id="mammary-gland",
            kind="organ",
            title="Mammary gland in pregnancy and lactation",
            sbml=HERE / "mammary_gland.xml",
            shares=("slot_RANKL_gene", "slot_RANK_gene"),
            hosts=("mouse",),
            host_reason="gestation and lactation are those of the mouse",
            cite=(FATA,),
        )
    ]


@hookimpl
def register_scenarios() -> list[Scenario]:
    """Offer a pregnancy of the wild type and of both knock-outs."""
    return [Scenario.from_toml(HERE / "lactation.toml")]


@hookimpl
def register_claims() -> list[Claim]:
    """Offer what the gland must show."""
    from ranklsys_mammary.claims import CLAIMS

    return CLAIMS
