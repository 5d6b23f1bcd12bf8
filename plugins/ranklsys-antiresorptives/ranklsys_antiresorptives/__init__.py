"""Antiresorptives by mouth or patch: odanacatib (cathepsin K), raloxifene (a weak estrogen), estradiol."""

from __future__ import annotations

from pathlib import Path

from ranklsys import Claim, Dataset, Part, Scenario, hookimpl

HERE = Path(__file__).parent
EISMAN = "Eisman 2011 (doi:10.1002/jbmr.212)"
SINGLE_DOSES = "single doses of odanacatib (PMC3635595, table 3)"
MORE = "MORE (doi:10.1001/jama.282.7.637)"
PRESTWOOD = "Prestwood 2003 (doi:10.1001/jama.290.8.1042)"
ULTRA = "ULTRA 2004 (doi:10.1097/01.AOG.0000137833.43248.79)"
OF_WOMEN = "its doses and kinetics are those of people, and no data on it in mice were used"

ODANACATIB = Part(
    id="odanacatib",
    kind="therapy",
    title="Odanacatib, by mouth: an inhibitor of cathepsin K",
    sbml=HERE / "odanacatib.xml",
    shares=("body_weight",),
    effects={"collagen_left": "slot_collagen_degradation"},
    routes={"po": "swallowed"},
    molar_mass="525.6 Da",
    hosts=("human",),
    host_reason=OF_WOMEN,
    cite=(EISMAN, SINGLE_DOSES),
)
RALOXIFENE = Part(
    id="raloxifene",
    kind="therapy",
    title="Raloxifene (hydrochloride), by mouth: a weak estrogen in bone, in the place of estrogen",
    sbml=HERE / "raloxifene.xml",
    shares=("body_weight",),
    effects={"estrogen_heard": "slot_estrogen", "estrogen_like": "slot_estrogen_given"},
    routes={"po": "swallowed"},
    molar_mass="510.0 Da",
    hosts=("human",),
    host_reason=OF_WOMEN,
    cite=(MORE, "Evista label (USPI)"),
)
ESTRADIOL = Part(
    id="estradiol",
    kind="therapy",
    title="Estradiol, by mouth or through the skin",
    sbml=HERE / "estradiol.xml",
    effects={"given": "slot_estrogen_given"},
    routes={"po": "swallowed", "transdermal": "in_skin"},
    molar_mass="272.4 Da",
    hosts=("human",),
    host_reason=OF_WOMEN,
    cite=(PRESTWOOD, ULTRA, "Climara label (USPI)"),
)


@hookimpl
def register_parts() -> list[Part]:
    """Offer odanacatib, raloxifene and estradiol."""
    return [ODANACATIB, RALOXIFENE, ESTRADIOL]


@hookimpl
def register_datasets() -> list[Dataset]:
    """Offer what was seen after three years of odanacatib, and on raloxifene and little estradiol."""
    eisman = "Eisman 2011: urinary NTX and density after three years of odanacatib 50 mg weekly"
    estrogens = (
        "MORE, Prestwood 2003, ULTRA 2004: CTX and density on raloxifene and on little estradiol, against placebo"
    )
    return [
        Dataset(id="eisman2011", table=HERE / "eisman2011.csv", title=eisman, cite=(EISMAN,)),
        Dataset(id="estrogens", table=HERE / "estrogens.csv", title=estrogens, cite=(MORE, PRESTWOOD, ULTRA)),
        Dataset(id="antiresorptives-rows", table=HERE / "training.csv", title="Antiresorptives: rows that are scored"),
    ]


@hookimpl
def register_scenarios() -> list[Scenario]:
    """Offer odanacatib and what follows it, and three years of raloxifene or estradiol."""
    return [Scenario.from_toml(HERE / f"{name}.toml") for name in ("eisman2011", "estrogens")]


@hookimpl
def register_claims() -> list[Claim]:
    """Offer what these parts must show."""
    from ranklsys_antiresorptives.claims import CLAIMS

    return CLAIMS
