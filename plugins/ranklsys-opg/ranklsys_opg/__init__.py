"""OPG-Fc: a decoy receptor of RANKL, with its pharmacokinetics and the mice of Canon 2008."""

from __future__ import annotations

from pathlib import Path

from ranklsys import Claim, Dataset, Part, Scenario, hookimpl

HERE = Path(__file__).parent
CANON = ("Canon 2008 (doi:10.1007/s10585-007-9127-1)",)

OPG_FC = Part(
    id="opg-fc",
    kind="therapy",
    title="OPG-Fc, a decoy receptor of RANKL",
    sbml=HERE / "opg_fc.xml",
    shares=("marrow", "RANKL", "body_weight", "OPG_kon", "OPG_koff", "complex_elimination"),
    routes={"sc": "depot", "iv": "drug"},
    molar_mass="90 kDa",
    cite=(*CANON, "Morony 2001"),
)
OPG_FC_HUMAN = Part(
    id="opg-fc-human",
    kind="therapy",
    title="OPG-Fc with the pharmacokinetics of women",
    sbml=HERE / "opg_fc_human.xml",
    shares=("marrow", "RANKL", "OPG_kon", "OPG_koff", "complex_elimination"),
    routes={"sc": "depot", "iv": "drug"},
    molar_mass="90 kDa",
    hosts=("human",),
    host_reason="its pharmacokinetics are those of women; opg-fc is for the mouse",
    cite=("Zierhut 2008",),
)


@hookimpl
def register_parts() -> list[Part]:
    """Offer OPG-Fc, for the mouse and for women."""
    return [OPG_FC, OPG_FC_HUMAN]


@hookimpl
def register_datasets() -> list[Dataset]:
    """Offer the light signals and osteoclast scores of Canon 2008."""
    title = "Canon 2008: MDA-MB-231 in mouse bone, vehicle and OPG-Fc"
    return [
        Dataset(id="canon2008", table=HERE / "canon2008.csv", title=title, cite=CANON),
        Dataset(id="opg-rows", table=HERE / "training.csv", title="OPG-Fc: rows that are scored and fitted"),
    ]


@hookimpl
def register_scenarios() -> list[Scenario]:
    """Offer the experiment of Canon 2008, and the doses of the human construct."""
    return [Scenario.from_toml(HERE / f"{name}.toml") for name in ("canon2008", "opg-fc-doses")]


@hookimpl
def register_claims() -> list[Claim]:
    """Offer what these parts must show."""
    from ranklsys_opg import claims, release_claims

    return [*claims.CLAIMS, *release_claims.CLAIMS]
