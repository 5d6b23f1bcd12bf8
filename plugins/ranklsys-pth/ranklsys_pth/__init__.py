"""Parathyroid hormone from outside: teriparatide and abaloparatide, one structure for both."""

from __future__ import annotations

from pathlib import Path

from ranklsys import Claim, Dataset, Part, Scenario, hookimpl

HERE = Path(__file__).parent
FORTEO, TYMLOS = "Forteo label", "Tymlos label"
NEER = "Neer 2001 (doi:10.1056/NEJM200105103441904)"
LEDER = "Leder 2015 (doi:10.1210/jc.2014-3718)"
HORWITZ = "Horwitz 2011 (doi:10.1002/jbmr.415)"
ON_BONE = {
    "more_activation": "slot_lining_activation",
    "less_apoptosis": "slot_osteoblast_apoptosis",
    "collagen_left": "slot_osteoblast_formation",
    "cortical_left": "slot_cortical_bone",
}


def analogue(id: str, *, title: str, molar_mass: str, hormone: dict[str, str], cite: tuple[str, ...]) -> Part:
    """Return one of the drugs that pth_analogue.ant and pth_analogue.csv describe."""
    return Part(
        id=id,
        kind="therapy",
        title=title,
        sbml=HERE / f"{id}.xml",
        effects=ON_BONE | hormone,
        routes={"sc": "depot", "iv": "drug"},
        molar_mass=molar_mass,
        hosts=("human",),
        host_reason="its pharmacokinetics are those of women, and no data on it in mice were used",
        cite=cite,
    )


@hookimpl
def register_parts() -> list[Part]:
    """Offer teriparatide and abaloparatide."""
    return [
        analogue(
            "teriparatide",
            title="Teriparatide, PTH(1-34)",
            molar_mass="4117.8 Da",
            hormone={"as_PTH": "slot_PTH"},
            cite=(FORTEO, NEER, HORWITZ),
        ),
        analogue(
            "abaloparatide",
            title="Abaloparatide, an analogue of PTHrP",
            molar_mass="3960.6 Da",
            hormone={"as_PTHrP": "slot_PTHrP"},
            cite=(TYMLOS, LEDER),
        ),
    ]


@hookimpl
def register_datasets() -> list[Dataset]:
    """Offer density with both drugs, markers and calcium while teriparatide is infused, and all rows."""
    density = "Neer 2001: density after 19 months of teriparatide"
    doses = "Leder 2015: density after 24 weeks of abaloparatide and teriparatide, against placebo"
    infusion = "Horwitz 2011: formation markers and calcium after a week of PTH(1-34) without a pause"
    return [
        Dataset(id="neer2001", table=HERE / "neer2001.csv", title=density, cite=(NEER,)),
        Dataset(id="leder2015", table=HERE / "leder2015.csv", title=doses, cite=(LEDER,)),
        Dataset(id="horwitz2011", table=HERE / "horwitz2011.csv", title=infusion, cite=(HORWITZ,)),
        Dataset(id="pth-rows", table=HERE / "training.csv", title="PTH analogues: rows that are scored and fitted"),
    ]


@hookimpl
def register_scenarios() -> list[Scenario]:
    """Offer 19 months of teriparatide, 24 weeks of both drugs, and a week of teriparatide infused or injected."""
    return [Scenario.from_toml(HERE / f"{name}.toml") for name in ("neer2001", "leder2015", "horwitz2011")]


@hookimpl
def register_claims() -> list[Claim]:
    """Offer what they must show."""
    from ranklsys_pth.claims import CLAIMS

    return CLAIMS
