"""Bisphosphonates: one structure for four drugs, which stay in bone long after they have left plasma."""

from __future__ import annotations

from pathlib import Path

from ranklsys import Claim, Dataset, Part, Scenario, hookimpl

HERE = Path(__file__).parent
INTRAVENOUS, ORAL = {"iv": "in_plasma"}, {"oral": "in_gut", "iv": "in_plasma"}
CHEN = "Chen 2002 (doi:10.1177/009127002762491316)"
LIPTON = "Lipton 2008 (doi:10.1158/1078-0432.CCR-07-5234)"
GREY = "Grey 2017 (doi:10.1503/cmaj.161207)"


def bisphosphonate(id: str, *, title: str, molar_mass: str, routes: dict[str, str], cite: tuple[str, ...] = ()) -> Part:
    """Return one of the drugs that bisphosphonate.ant and bisphosphonate.csv describe."""
    return Part(
        id=id,
        kind="therapy",
        title=f"{title}: less osteoclast function, more apoptosis, a store in bone",
        sbml=HERE / f"{id.replace('-', '_')}.xml",
        shares=("body_resorption", "body_formation", "body_turnover", "body_weight"),
        effects={"more_apoptosis": "slot_osteoclast_apoptosis", "less_activity": "slot_osteoclast_activity"},
        routes=routes,
        molar_mass=molar_mass,
        cite=cite,
    )


@hookimpl
def register_parts() -> list[Part]:
    """Offer zoledronic acid, pamidronate, ibandronate and alendronate."""
    return [
        bisphosphonate(
            "zoledronic-acid",
            title="Zoledronic acid",
            molar_mass="272.09 Da",
            routes=INTRAVENOUS,
            cite=(CHEN, GREY, "McClung 2009 (doi:10.1097/AOG.0b013e3181bdce0a)"),
        ),
        bisphosphonate(
            "pamidronate",
            title="Pamidronate (disodium)",
            molar_mass="279.03 Da",
            routes=INTRAVENOUS,
            cite=("pamidronate monograph", LIPTON, "Lipton 2000"),
        ),
        bisphosphonate(
            "ibandronate",
            title="Ibandronate (as the acid; its values are assumed)",
            molar_mass="319.23 Da",
            routes=INTRAVENOUS,
        ),
        bisphosphonate(
            "alendronate",
            title="Alendronate (as the acid), by mouth",
            molar_mass="249.10 Da",
            routes=ORAL,
            cite=("McClung 2006 (doi:10.1056/NEJMoa044459)",),
        ),
    ]


@hookimpl
def register_datasets() -> list[Dataset]:
    """Offer density after one dose of zoledronic acid, skeletal events with pamidronate, and bone of mice."""
    density = "Grey 2017: density after one dose of zoledronic acid 5 mg, against placebo"
    mice = "Johnson 2011: MDA-MB-231 in mouse bone, bone volume with vehicle and with zoledronic acid"
    events = "Lipton 2000: skeletal events with pamidronate 90 mg and with placebo"
    return [
        Dataset(id="grey2017", table=HERE / "grey2017.csv", title=density, cite=(GREY,)),
        Dataset(id="lipton2000", table=HERE / "lipton2000.csv", title=events, cite=("Lipton 2000",)),
        Dataset(id="johnson2011", table=HERE / "johnson2011.csv", title=mice, cite=("Johnson 2011",)),
        *(
            Dataset(id=f"bisphosphonates-{name}", table=HERE / f"{table}.csv", title=f"Bisphosphonates: {title}")
            for name, table, title in (
                ("rows", "training", "rows that are scored and fitted"),
                ("events", "events", "skeletal events, rows that are scored and fitted"),
            )
        ),
    ]


@hookimpl
def register_scenarios() -> list[Scenario]:
    """Offer one dose after menopause, a dose every four weeks in metastatic disease, and mice with a tumour."""
    return [Scenario.from_toml(HERE / f"{name}.toml") for name in ("grey2017", "lipton2000", "johnson2011")]


@hookimpl
def register_claims() -> list[Claim]:
    """Offer what they must show."""
    from ranklsys_bisphosphonates.claims import CLAIMS

    return CLAIMS
