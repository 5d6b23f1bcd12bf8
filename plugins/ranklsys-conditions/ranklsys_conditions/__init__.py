"""Conditions: menopause, ovarian failure, rheumatoid arthritis, and knock-outs of OPG, RANKL and RANK."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ranklsys import Claim, Covariate, Dataset, Part, Scenario, Spread, hookimpl

HERE = Path(__file__).parent
GARNERO = "Garnero 1996"
YEARS = Covariate(Spread(12.0, 0.6, low=1.0, high=40.0), lived=True)
"""Years since menopause of the women of a trial (assumed)."""
AGE_THEN = Covariate(Spread(51.0, 0.08, low=40.0, high=60.0, kind="normal"), grows_into="age")
"""Age at menopause (assumed)."""

OVARIES_STOP = "end of ovarian estrogen"
"""What ovaries make is lost once: two parts that take it would take it twice."""


def _condition(
    name: str,
    title: str,
    effects: Mapping[str, str],
    cite: tuple[str, ...],
    covariates: Mapping[str, Covariate] | None = None,
    one_of: str = "",
) -> Part:
    return Part(
        id=name,
        kind="condition",
        title=title,
        sbml=HERE / f"{name.replace('-', '_')}.xml",
        effects=effects,
        covariates=covariates or {},
        one_of=one_of,
        cite=cite,
    )


@hookimpl
def register_parts() -> list[Part]:
    """Offer the conditions, for both hosts."""
    return [
        _condition(
            "menopause",
            "Menopause: estrogen is lost from its start on",
            {"made": "slot_estrogen"},
            (GARNERO, "Eghbali 2003 (doi:10.1172/JCI17215)"),
            {"age_at_menopause": AGE_THEN, "years_since_menopause": YEARS},
            one_of=OVARIES_STOP,
        ),
        _condition(
            "ovarian-failure",
            "Ovarian failure, by surgery or chemotherapy: estrogen of the ovaries is lost within weeks",
            {"made": "slot_estrogen"},
            ("Hershman 2010 (doi:10.1210/jc.2009-1366)",),
            one_of=OVARIES_STOP,
        ),
        _condition(
            "rheumatoid-arthritis",
            "Rheumatoid arthritis: T cells and synovium make RANKL in joints (the lesion sites), less in the skeleton",
            {
                "RANKL_skeleton": "slot_RANKL_other_cells",
                "RANKL_joint": "slot_RANKL_other_cells_lesion",
                "OPG_left": "slot_OPG_production",
            },
            ("Geusens 2006 (doi:10.1002/art.21896)", "Kong 1999 (doi:10.1038/46303)"),
        ),
        _condition(
            "opg-knockout",
            "OPG knock-out",
            {"left": "slot_OPG_production"},
            ("Bucay 1998 (doi:10.1101/gad.12.9.1260)",),
        ),
        _condition(
            "rankl-knockout",
            "RANKL knock-out of the host",
            {"left": "slot_RANKL_gene"},
            ("Kong 1999 (doi:10.1038/16852)",),
        ),
        _condition("rank-knockout", "RANK knock-out of the host", {"left": "slot_RANK_gene"}, ("Dougall 1999",)),
    ]


@hookimpl
def register_datasets() -> list[Dataset]:
    """Offer the markers of Garnero 1996."""
    title = "Garnero 1996: markers of bone turnover after menopause"
    rows = "Women after menopause, untreated: rows that are scored and fitted"
    return [
        Dataset(id="garnero1996", table=HERE / "garnero1996.csv", title=title, cite=(GARNERO,)),
        Dataset(id="conditions-rows", table=HERE / "training.csv", title=rows),
    ]


@hookimpl
def register_scenarios() -> list[Scenario]:
    """Offer eight years with and without menopause."""
    return [Scenario.from_toml(HERE / "garnero1996.toml")]


@hookimpl
def register_claims() -> list[Claim]:
    """Offer what these parts must show."""
    from ranklsys_conditions import arthritis_claims, claims

    return [*claims.CLAIMS, *arthritis_claims.CLAIMS]
