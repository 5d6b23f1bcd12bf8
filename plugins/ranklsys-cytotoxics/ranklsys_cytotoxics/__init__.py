"""Cytotoxics: chemotherapy with a resistant clone, radiotherapy, radium-223, endocrine therapy, palbociclib."""

from __future__ import annotations

from pathlib import Path

from ranklsys import Claim, Dataset, Part, Scenario, hookimpl

HERE = Path(__file__).parent
MILLER = ("Miller 2014",)
SAITO = ("Saito 2019 (doi:10.1016/j.adro.2019.06.003)",)
FINN = ("Finn 2009 (doi:10.1186/bcr2419)",)
LASSMANN = ("Lassmann 2013 (doi:10.1007/s00259-012-2265-y)",)
OF_CELLS = ("body_weight", "tumour_drug_sensitivity")


@hookimpl
def register_parts() -> list[Part]:
    """Offer the drugs, radiotherapy and radium-223, for both hosts."""
    return [
        Part(
            id="docetaxel",
            kind="therapy",
            title="Docetaxel: kills tumour cells, but for a resistant clone",
            sbml=HERE / "docetaxel.xml",
            shares=OF_CELLS,
            effects={"kill_of_all": "slot_tumour_kill"},
            routes={"iv": "in_plasma"},
            molar_mass="807.9 Da",
            cite=MILLER,
        ),
        Part(
            id="capecitabine",
            kind="therapy",
            title="Capecitabine, by mouth: kills tumour cells, but for a resistant clone",
            sbml=HERE / "capecitabine.xml",
            shares=OF_CELLS,
            effects={"kill_of_all": "slot_tumour_kill"},
            routes={"oral": "in_gut"},
            molar_mass="359.4 Da",
        ),
        Part(
            id="radiotherapy",
            kind="therapy",
            title="Radiotherapy of bone by the linear-quadratic law, with relief of pain",
            sbml=HERE / "radiotherapy.xml",
            effects={"kill_of_all": "slot_tumour_kill_bone", "pain_left": "slot_bone_pain"},
            routes={"local": "unrepaired"},
            dose_unit="Gy",
            cite=SAITO,
        ),
        Part(
            id="endocrine-therapy",
            kind="therapy",
            title="Endocrine therapy: an aromatase inhibitor (letrozole)",
            sbml=HERE / "endocrine_therapy.xml",
            shares=("body_weight",),
            effects={"signal_left": "slot_tumour_hormone", "estrogen_left": "slot_estrogen"},
            routes={"oral": "in_gut"},
            molar_mass="285.3 Da",
        ),
        Part(
            id="palbociclib",
            kind="therapy",
            title="Palbociclib, by mouth: slows tumour growth by inhibition of CDK4 and CDK6",
            sbml=HERE / "palbociclib.xml",
            shares=("body_weight",),
            effects={"growth_left": "slot_tumour_growth"},
            routes={"oral": "in_gut"},
            molar_mass="447.5 Da",
            cite=FINN,
        ),
        Part(
            id="radium-223",
            kind="therapy",
            title="Radium-223 dichloride: alpha particles from bone, to cells of bone and to tumour within their reach",
            sbml=HERE / "radium_223.xml",
            shares=("marrow", "formation", "body_formation", "body_weight"),
            effects={
                "kill_of_all": "slot_tumour_kill_bone",
                "more_osteoblast_death": "slot_osteoblast_apoptosis",
                "more_osteoclast_death": "slot_osteoclast_apoptosis",
            },
            routes={"iv": "in_blood"},
            dose_unit="kBq",
            cite=LASSMANN,
        ),
    ]


@hookimpl
def register_datasets() -> list[Dataset]:
    """Offer the light signals of Miller 2014, and the responses of pain of Saito 2019."""
    light = "Miller 2014: H1299 in mouse bone, vehicle and docetaxel"
    pain = "Saito 2019: responses of pain to radiotherapy"
    return [
        Dataset(id="miller2014", table=HERE / "miller2014.csv", title=light, cite=MILLER),
        Dataset(id="saito2019", table=HERE / "saito2019.csv", title=pain, cite=SAITO),
        Dataset(id="cytotoxics-rows", table=HERE / "training.csv", title="Cytotoxics: rows that are scored and fitted"),
    ]


@hookimpl
def register_scenarios() -> list[Scenario]:
    """Offer Miller 2014 (OPG-Fc too, alone and with docetaxel), Saito 2019, and the drugs without rows."""
    names = ("miller2014", "saito2019", "radium_metastases", "palbociclib_metastases")
    return [Scenario.from_toml(HERE / f"{name}.toml") for name in names]


@hookimpl
def register_claims() -> list[Claim]:
    """Offer what these parts must show."""
    from ranklsys_cytotoxics import claims, protection_claims

    return [*claims.CLAIMS, *protection_claims.CLAIMS]
