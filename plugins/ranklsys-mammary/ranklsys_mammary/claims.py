"""What the gland must show: that it needs RANKL and RANK (SC-20, SC-21), what milk costs, what decoys prevent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ranklsys as rk
from ranklsys import Claims, Finding, curves, once

if TYPE_CHECKING:
    import pandas as pd

CLAIMS = Claims()
NEEDS = ("mammary-gland", "rankl-knockout", "rank-knockout")
TERM, BIRTH, WEANING = 19.4, 19.5, 40.5
"""Days after conception of the mouse: the last row before birth, birth, weaning."""
BIRTH_OF_WOMAN, WEANING_OF_WOMAN = 266.0, 446.0


@once
def pregnancies(column: str) -> pd.DataFrame:
    """Return 45 d from conception in the wild type and in both knock-outs."""
    name = f"mammary_gland__{column}"
    mice: dict[str, tuple[str, ...]] = {"wild type": (), "no RANKL": ("rankl-knockout",), "no RANK": ("rank-knockout",)}
    gland = {label: rk.compose("mouse", "mammary-gland", *parts) for label, parts in mice.items()}
    runs = {label: model.simulate("45 d", columns=[name]) for label, model in gland.items()}
    return curves(runs, name, "of a full gland")


def hazard(*parts: str, doses: str = "") -> pd.DataFrame:
    """Return five years of a woman before menopause with one of both breasts, the first part."""
    name = f"{parts[0].replace('-', '_')}__breast_cancer_hazard"
    run = rk.compose("human", *parts).simulate("5 y", doses=doses or (), columns=[name])
    return run.rename(columns={name: "hazard"})


@CLAIMS.add(
    "SC-20",
    "RANKL and RANK are needed for the lactating mammary gland",
    "at term alveoli fill more than half of the gland in the wild type, and less than 1 % in both knock-outs",
    needs=NEEDS,
    by_construction=(
        "alveoli grow by a signal that is RANKL times RANK of the gland, and the knock-outs have none of one"
    ),
)
def alveoli_need_rankl_and_rank() -> Finding:
    table = pregnancies("alveoli")
    term = table.loc[:TERM].iloc[-1]
    holds = term["wild type"] > 0.5 and term.drop("wild type").max() < 0.01
    return Finding(", ".join(f"{label} {value:.2f}" for label, value in term.items()), bool(holds), table)


@CLAIMS.add(
    "SC-21",
    "Mice without RANKL or RANK cannot feed their pups",
    "milk flows in the wild type and is 0 in both knock-outs",
    needs=NEEDS,
    by_construction="milk is what alveoli make, which do not grow without RANKL or RANK",
)
def no_milk_without_rankl_or_rank() -> Finding:
    table = pregnancies("milk")
    most = table.max()
    holds = most["wild type"] > 0.5 and most.drop("wild type").max() == 0
    return Finding(", ".join(f"{label} {value:.2f}" for label, value in most.items()), bool(holds), table)


@CLAIMS.add(
    "MG-1",
    "What binds RANKL keeps alveoli from growing in pregnancy, as progesterone acts by RANKL of the epithelium "
    "(Beleut 2010, Gonzalez-Suarez 2010)",
    "at term alveoli fill less than 5 % of the gland on OPG-Fc, and on denosumab in the mouse with human RANKL, and "
    "more than half without",
    needs=("mammary-gland", "opg-fc", "denosumab", "humanised-rankl"),
    mechanism="the drug takes RANKL that the epithelium makes for itself away from RANK",
    cuts={
        "OPG-Fc never meets RANKL": {"opg_fc__marrow_access": 0.0},
        "denosumab never meets RANKL": {"denosumab__marrow_access": 0.0},
        "drugs spare RANKL of the gland": {"mammary_gland__unbound_share": 1.0},
    },
)
def decoys_block_alveoli() -> Finding:
    name = "mammary_gland__alveoli"
    mice: dict[str, tuple[tuple[str, ...], str]] = {
        "no drug": ((), ""),
        "OPG-Fc": (("opg-fc",), "opg-fc 10 mg/kg sc q2d x 10"),
        "denosumab": (("humanised-rankl", "denosumab"), "denosumab 5 mg/kg sc biw x 6"),
    }
    runs = {
        label: rk.compose("mouse", "mammary-gland", *parts).simulate(
            f"{TERM} d", points=195, doses=doses or (), columns=[name]
        )
        for label, (parts, doses) in mice.items()
    }
    table = curves(runs, name, "of a full gland")
    term = table.iloc[-1]
    holds = term["no drug"] > 0.5 and term.drop("no drug").max() < 0.05
    return Finding(", ".join(f"{label} {value:.4f}" for label, value in term.items()), bool(holds), table)


@CLAIMS.add(
    "MG-2",
    "A mouse spends bone on milk, and has it back after weaning (Ardeshirpour 2010: 23 % of the spine in ten days)",
    "bone volume falls by 15 to 45 % from birth to weaning, half of what is lost is back four weeks later, and calcium "
    "of serum stays within 10 % of healthy",
    needs=("mammary-gland",),
    mechanism="milk takes calcium, and PTHrP of the gland and want of estrogen take it from bone",
    cuts={
        "no milk": {"mammary_gland__milk": 0.0},
        "milk moves no hormone": {"mammary_gland__PTHrP_of_milk": 0.0, "mammary_gland__estrogen_suppression": 0.0},
    },
)
def a_mouse_spends_bone_on_milk() -> Finding:
    run = rk.compose("mouse", "mammary-gland").simulate("70 d", points=701, columns=["bone_volume", "calcium"])
    return _spent(run, "bone_volume", (BIRTH, WEANING, WEANING + 28), (0.15, 0.45))


@CLAIMS.add(
    "MG-3",
    "A woman spends bone on milk, and has it back after weaning (Kovacs 2016: 5 to 10 % of the spine in six months)",
    "density of the spine falls by 2 to 12 % in six months, half of what is lost is back a year after weaning, and "
    "calcium of serum stays within 10 % of healthy",
    needs=("breast",),
    mechanism="milk takes calcium, and PTHrP of the gland and want of estrogen take it from bone",
    cuts={
        "no milk": {"breast__milk": 0.0},
        "milk moves no hormone": {"breast__PTHrP_of_milk": 0.0, "breast__estrogen_suppression": 0.0},
    },
)
def a_woman_spends_bone_on_milk() -> Finding:
    woman = rk.compose("human", "breast").set(breast__conception=0.0)
    run = woman.simulate("830 d", points=831, columns=["bone_mineral_density_spine", "calcium"])
    times = (BIRTH_OF_WOMAN, WEANING_OF_WOMAN, WEANING_OF_WOMAN + 365)
    return _spent(run, "bone_mineral_density_spine", times, (0.02, 0.12))


@CLAIMS.add(
    "MG-4",
    "RANKL drives the risk of carriers of BRCA1, and denosumab lowers it (Nolan 2016, Sigl 2016; what BRCA-P asks)",
    "over five years before menopause a carrier's hazard is twice that of other women or more, 120 mg of denosumab "
    "every 6 months leaves less than 0.8 of it, and of hers 0.05 less than of theirs (less no trial would find)",
    needs=("breast", "brca1-carrier", "denosumab"),
    mechanism=(
        "RANKL has progenitors of the gland proliferate, the more so with the RANK of carriers, until a drug binds it"
    ),
    cuts={
        "drug never meets RANKL": {"denosumab__marrow_access": 0.0},
        "carriers with RANK and rate of other women": {
            "brca1_carrier__RANK_expressed": 1.0,
            "brca1_carrier__cancer_rate": 9.88e-06,
        },
        "progenitors blind to RANK": {
            "brca1_carrier__proliferation_by_RANK": 0.0,
            "breast__proliferation_by_RANK": 0.0,
        },
    },
)
def denosumab_lowers_the_hazard_of_carriers() -> Finding:
    runs = {"carrier": hazard("brca1-carrier"), "other women": hazard("breast")}
    doses = "denosumab 120 mg sc q6mo x 10"
    runs["carrier, denosumab"] = hazard("brca1-carrier", "denosumab", doses=doses)
    runs["other women, denosumab"] = hazard("breast", "denosumab", doses=doses)
    last = {label: float(run["hazard"].iloc[-1]) for label, run in runs.items()}
    ratio = {who: last[f"{who}, denosumab"] / last[who] for who in ("carrier", "other women")}
    holds = last["carrier"] >= 2 * last["other women"] and ratio["carrier"] < 0.8
    holds = holds and ratio["carrier"] <= ratio["other women"] - 0.05
    measured = (
        f"hazard {last['carrier']:.3f} in carriers, {last['other women']:.4f} in other women; "
        f"hazard ratio of denosumab {ratio['carrier']:.2f} and {ratio['other women']:.2f}"
    )
    return Finding(measured, holds, curves(runs, "hazard", "expected cancers a woman"))


def _spent(run: pd.DataFrame, bone: str, times: tuple[float, float, float], wanted: tuple[float, float]) -> Finding:
    """Return what milk costs: bone from birth to weaning, what is back at a later time, and calcium meanwhile."""
    before, weaned, later = (run[bone].iloc[run.index.searchsorted(time - 1e-6)] for time in times)
    calcium = run["calcium"] / run["calcium"].iloc[0] - 1
    lost, left = 1 - weaned / before, 1 - later / before
    holds = wanted[0] < lost < wanted[1] and left < lost / 2 and calcium.abs().max() < 0.1
    serum = f"calcium {100 * calcium.min():.1f} to {100 * calcium.max():.1f} %"
    measured = f"{100 * lost:.1f} % lost, later {100 * left:.1f} %; {serum}"
    return Finding(measured, bool(holds), curves({"bone": run}, bone, "relative to healthy"))
