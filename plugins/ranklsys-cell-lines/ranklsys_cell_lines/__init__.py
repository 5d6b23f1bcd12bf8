"""Cell lines: what tells one tumour from another, as values of the core's parameters."""

from __future__ import annotations

from pathlib import Path

from ranklsys import Claim, Dataset, Part, Scenario, Value, hookimpl, values_from_table

HERE = Path(__file__).parent
TABLE = HERE / "cell_lines.csv"
TITLES = {
    "mda-mb-231": "MDA-MB-231: human breast cancer, osteolytic by itself",
    "mda-mb-231-rankl": "MDA-MB-231 read otherwise: it makes RANKL itself, in place of calling for it by contact",
    "mcf-7": "MCF-7: human breast cancer, leaves bone alone",
    "mcf-7-pthrp": "MCF-7 that makes PTHrP: osteolytic, hypercalcaemic",
    "mcf-7-pthrp-rankl": "MCF-7 that makes PTHrP, and RANKL where its PTHrP acts on it",
    "b16f10": "B16F10: mouse melanoma that homes to bone by its RANK",
    "zr-75-1": "ZR-75-1: human breast cancer, osteoblastic by endothelin-1",
    "h1299": "H1299: human lung cancer, placed in bone",
    "patient-breast": "Breast cancer of a patient, with established bone metastases (assumed)",
    "patient-breast-osteoblastic": "The same, but osteoblastic: new bone beside what osteoclasts take",
    "patient-breast-her2": "The same with HER2, without treatment against it: it grows half as fast again",
    "patient-breast-negative": "The same, triple negative: it grows more than twice as fast",
    "early-breast": "Early breast cancer with hormone receptors: what surgery leaves of it in bone",
    "early-breast-negative": "Early breast cancer without hormone receptors: what surgery leaves of it in bone",
}
SAME_BUT = {"mda-mb-231-rankl": "mda-mb-231", "mcf-7-pthrp-rankl": "mcf-7-pthrp"}
"""Lines that have all values of another but those of their own rows."""
PATIENTS = tuple(line for line in TITLES if line.startswith(("patient-", "early-")))
SOURCES = {
    "mda-mb-231": ("Canon 2008 (doi:10.1007/s10585-007-9127-1)", "Bennett 2024", "Morony 2001"),
    "mcf-7": ("Thomas 1999 (doi:10.1210/endo.140.10.7037)",),
    "mcf-7-pthrp": ("Thomas 1999 (doi:10.1210/endo.140.10.7037)",),
    "mda-mb-231-rankl": ("Morony 2001", "Bennett 2024", "Canon 2008 (doi:10.1007/s10585-007-9127-1)"),
    "mcf-7-pthrp-rankl": ("Thomas 1999 (doi:10.1210/endo.140.10.7037)",),
    "zr-75-1": ("Yin 2003 (doi:10.1073/pnas.1834652100)",),
    "h1299": ("Miller 2014",),
    "b16f10": ("Jones 2006 (doi:10.1038/nature04524)",),
}


def values_of(line: str) -> dict[str, Value]:
    """Return the values of a line: those of the line that it is a variant of, and its own in their place."""
    own = values_from_table(TABLE, line)
    return {**values_of(SAME_BUT[line]), **own} if line in SAME_BUT else own


@hookimpl
def register_parts() -> list[Part]:
    """Offer the cell lines of the table: for the mouse, and one of a patient."""
    return [
        Part(
            id=line,
            kind="cell line",
            title=title,
            values=values_of(line),
            hosts=("human",) if line in PATIENTS else ("mouse",),
            host_reason=f"its growth and inoculum are those of {'patients' if line in PATIENTS else 'mice'}",
            cite=SOURCES.get(line, ()),
        )
        for line, title in TITLES.items()
    ]


@hookimpl
def register_datasets() -> list[Dataset]:
    """Offer cells, bone and tumour of Bennett 2024."""
    title = "Bennett 2024: MDA-MB-231 in mouse bone, cells, bone volume and tumour"
    return [
        Dataset(id="bennett2024", table=HERE / "bennett2024.csv", title=title, cite=("Bennett 2024",)),
        Dataset(id="survival-by-subtype", table=HERE / "survival.csv", title="Survival by subtype, predicted"),
        Dataset(id="cell-lines-rows", table=HERE / "training.csv", title="Cell lines: rows that are scored and fitted"),
    ]


@hookimpl
def register_scenarios() -> list[Scenario]:
    """Offer the experiment of Bennett 2024."""
    return [Scenario.from_toml(HERE / "bennett2024.toml")]


@hookimpl
def register_claims() -> list[Claim]:
    """Offer what these parts must show."""
    from ranklsys_cell_lines import (
        bone_claims,
        claims,
        homing_claims,
        matrix_claims,
        source_claims,
        tumour_rankl_claims,
    )

    modules = (claims, bone_claims, matrix_claims, homing_claims, source_claims, tumour_rankl_claims)
    return [claim for module in modules for claim in module.CLAIMS]
