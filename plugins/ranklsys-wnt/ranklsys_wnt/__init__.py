"""Wnt: romosozumab, an antibody to DKK1, a Wnt agonist, tumours that secrete more DKK1; and a trap of activin."""

from __future__ import annotations

from pathlib import Path

from ranklsys import Claim, Dataset, Part, Scenario, hookimpl

HERE = Path(__file__).parent
LABEL = "Evenity label (USPI)"
MCCLUNG = "McClung 2014 (doi:10.1056/NEJMoa1305224)"

ROMOSOZUMAB = Part(
    id="romosozumab",
    kind="therapy",
    title="Romosozumab, an antibody to sclerostin",
    sbml=HERE / "romosozumab.xml",
    shares=("serum", "sclerostin"),
    routes={"sc": "depot", "iv": "drug"},
    molar_mass="149 kDa",
    hosts=("human",),
    host_reason="its pharmacokinetics are those of women, and no data on it in mice were used",
    cite=(LABEL, MCCLUNG, "Padhi 2011 (doi:10.1002/jbmr.173)", "Stein and Peletier 2018"),
)
DKK1_ANTIBODY = Part(
    id="dkk1-antibody",
    kind="therapy",
    title="An antibody to DKK1, of tumour and host (assumed: a typical IgG1)",
    sbml=HERE / "dkk1_antibody.xml",
    shares=("body_weight",),
    effects={"faster_clearance": "slot_DKK1_clearance"},
    routes={"sc": "depot", "iv": "drug"},
    molar_mass="147 kDa",
    cite=("Yaccoby 2007", "Fulciniti 2009"),
)
WNT_AGONIST = Part(
    id="wnt-agonist",
    kind="modulator",
    title="A Wnt agonist (assumed: a small molecule)",
    sbml=HERE / "wnt_agonist.xml",
    shares=("body_weight",),
    effects={"more_tone": "slot_Wnt_tone"},
    routes={"po": "swallowed", "iv": "drug"},
    molar_mass="400 Da",
)
DKK1_SECRETION = Part(
    id="dkk1-secretion",
    kind="modulator",
    title="A tumour that secretes more DKK1",
    sbml=HERE / "dkk1_secretion.xml",
    effects={"made": "slot_DKK1_secretion"},
)
ACTIVIN_TRAP = Part(
    id="activin-trap",
    kind="modulator",
    title="A trap of activin, always on: more osteoblasts, and less that feeds a tumour in bone",
    sbml=HERE / "activin_trap.xml",
    effects={"tone": "slot_BMP_tone", "feeding_left": "slot_factor_growth"},
    cite=("Chantry 2010 (doi:10.1002/jbmr.142)",),
)


@hookimpl
def register_parts() -> list[Part]:
    """Offer the modulators of Wnt, and the trap of activin."""
    return [ROMOSOZUMAB, DKK1_ANTIBODY, WNT_AGONIST, DKK1_SECRETION, ACTIVIN_TRAP]


@hookimpl
def register_datasets() -> list[Dataset]:
    """Offer what was seen under romosozumab 210 mg monthly."""
    title = "Romosozumab 210 mg monthly in women after menopause: markers, density, peak in serum"
    return [
        Dataset(id="romosozumab-210mg", table=HERE / "romosozumab_210mg.csv", title=title, cite=(LABEL, MCCLUNG)),
        Dataset(id="wnt-rows", table=HERE / "training.csv", title="Romosozumab: rows that are scored and fitted"),
    ]


@hookimpl
def register_scenarios() -> list[Scenario]:
    """Offer a year of romosozumab and the year after it."""
    return [Scenario.from_toml(HERE / "romosozumab.toml")]


@hookimpl
def register_claims() -> list[Claim]:
    """Offer what these parts must show."""
    from ranklsys_wnt import activin_claims, claims

    return [*claims.CLAIMS, *activin_claims.CLAIMS]
