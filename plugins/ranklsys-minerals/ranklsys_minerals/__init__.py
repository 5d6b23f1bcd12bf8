"""Minerals: calcium and vitamin D, chronic kidney disease, primary hyperparathyroidism."""

from __future__ import annotations

from pathlib import Path

from ranklsys import Claim, Dataset, Part, Scenario, hookimpl

HERE = Path(__file__).parent
ARMAS = "Armas 2013 (doi:10.2215/CJN.08610812)"
COWAN = "Cowan 2023 (doi:10.1002/jbmr.4804)"
DAVE = "Dave 2015 (Am J Nephrol 41:129)"
SCHWARZ = "Schwarz 1994 (Eur J Clin Invest 24:553)"

CALCIUM = Part(
    id="calcium-vitamin-d",
    kind="therapy",
    title="Calcium and vitamin D, by mouth; doses are of calcium, 20 ug of vitamin D going with 1000 mg",
    sbml=HERE / "calcium_vitamin_d.xml",
    effects={"intake": "slot_calcium_intake", "calcitriol_made": "slot_calcitriol"},
    routes={"po": "swallowed"},
    molar_mass="40.08 Da",
    hosts=("human",),
    host_reason="what is eaten, and levels of 25-hydroxyvitamin D, are those of women",
    cite=("Heaney 2003 (doi:10.1093/ajcn/77.1.204)", "Need 2008 (doi:10.1359/jbmr.080607)"),
)
KIDNEY = Part(
    id="chronic-kidney-disease",
    kind="condition",
    title="Chronic kidney disease, by glomerular filtration rate",
    sbml=HERE / "chronic_kidney_disease.xml",
    effects={
        "filtered": "slot_kidney_function",
        "glands": "slot_PTH_secretion",
        "response": "slot_PTH_response",
    },
    hosts=("human",),
    host_reason="filtration is that of women, per 1.73 m2",
    cite=(COWAN, DAVE, ARMAS),
)
HYPERPARATHYROIDISM = Part(
    id="primary-hyperparathyroidism",
    kind="condition",
    title="Primary hyperparathyroidism: calcium is held at a higher set point",
    sbml=HERE / "primary_hyperparathyroidism.xml",
    effects={"set_point_held": "slot_PTH_set_point", "glands": "slot_PTH_secretion"},
    cite=(SCHWARZ,),
)


@hookimpl
def register_parts() -> list[Part]:
    """Offer the three parts."""
    return [CALCIUM, KIDNEY, HYPERPARATHYROIDISM]


@hookimpl
def register_datasets() -> list[Dataset]:
    """Offer the rows that are scored."""
    return [Dataset(id="minerals-rows", table=HERE / "training.csv", title="Minerals: rows that are scored and fitted")]


@hookimpl
def register_scenarios() -> list[Scenario]:
    """Offer denosumab by kidney function, tablets for who lacks them, and hyperparathyroidism."""
    names = ("hypocalcaemia", "calcium_vitamin_d", "hyperparathyroidism")
    return [Scenario.from_toml(HERE / f"{name}.toml") for name in names]


@hookimpl
def register_claims() -> list[Claim]:
    """Offer what these parts must show."""
    from ranklsys_minerals.claims import CLAIMS

    return CLAIMS
