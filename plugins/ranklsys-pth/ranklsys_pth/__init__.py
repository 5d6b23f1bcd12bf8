"""Parathyroid hormone from outside: teriparatide and abaloparatide, one structure for both."""

from __future__ import annotations

from pathlib import Path

from ranklsys import Part, hookimpl

HERE = Path(__file__).parent
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
            cite=("Forteo label",),
        ),
        analogue(
            "abaloparatide",
            title="Abaloparatide, an analogue of PTHrP",
            molar_mass="3960.6 Da",
            hormone={"as_PTHrP": "slot_PTHrP"},
            cite=("Tymlos label",),
        ),
    ]
