"""The mammary gland of the mouse, a woman's breast, and that of a carrier of BRCA1: RANKL, RANK, milk, risk."""

from __future__ import annotations

from pathlib import Path

from ranklsys import Claim, Part, Scenario, hookimpl

HERE = Path(__file__).parent
FATA = "Fata 2000 (doi:10.1016/S0092-8674(00)00103-3)"
VANHOUTEN = "VanHouten 2003 (doi:10.1210/en.2003-0892)"
KOVACS = "Kovacs 2016 (doi:10.1152/physrev.00027.2015)"
NOLAN = "Nolan 2016 (doi:10.1038/nm.4123)"
SIGL = "Sigl 2016 (doi:10.1038/cr.2016.69)"
KUCHENBAECKER = "Kuchenbaecker 2017 (doi:10.1001/jama.2017.7112)"
READ = ("marrow", "RANKL", "serum", "estrogen", "lesion_share", "slot_RANKL_gene", "slot_RANK_gene")
COST_OF_MILK = {
    "PTHrP_secreted": "slot_PTHrP",
    "calcium_in_milk": "slot_calcium_spent",
    "estrogen_left": "slot_estrogen",
    "intake": "slot_calcium_intake",
}
SCENARIOS = ("lactation", "lactation-woman", "brca1-denosumab")


def _gland(id: str, kind: str, title: str, host: str, reason: str, cite: tuple[str, ...]) -> Part:
    return Part(
        id=id,
        kind=kind,
        title=title,
        sbml=HERE / f"{id.replace('-', '_')}.xml",
        shares=READ,
        effects=COST_OF_MILK,
        one_of="breast",
        hosts=(host,),
        host_reason=reason,
        cite=cite,
    )


@hookimpl
def register_parts() -> list[Part]:
    """Offer the gland of a pregnant mouse, a woman's breast, and the breast of a carrier of BRCA1."""
    of_women = "its cycle, pregnancy and risk are those of women; the mouse has mammary-gland"
    return [
        _gland(
            "mammary-gland",
            "organ",
            "Mammary gland of the mouse in pregnancy and lactation",
            "mouse",
            "gestation and lactation are those of the mouse; a woman has breast",
            (FATA, VANHOUTEN),
        ),
        _gland(
            "breast",
            "organ",
            "Breast of a woman: cycle, pregnancy, lactation, and the risk of cancer",
            "human",
            of_women,
            (KOVACS,),
        ),
        _gland(
            "brca1-carrier",
            "condition",
            "Carrier of a BRCA1 mutation: her breast, with more RANK and more risk; in the place of breast",
            "human",
            of_women,
            (NOLAN, SIGL, KUCHENBAECKER, KOVACS),
        ),
    ]


@hookimpl
def register_scenarios() -> list[Scenario]:
    """Offer pregnancy and lactation of mouse and woman, and carriers of BRCA1 on denosumab."""
    return [Scenario.from_toml(HERE / f"{name}.toml") for name in SCENARIOS]


@hookimpl
def register_claims() -> list[Claim]:
    """Offer what the gland must show."""
    from ranklsys_mammary import claims, pregnancy_claims

    return [*claims.CLAIMS, *pregnancy_claims.CLAIMS]
