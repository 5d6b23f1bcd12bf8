"""What the tumours must show: both loops between them and bone (mouse; SC-01 to SC-17 of the editorial)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import ranklsys as rk
from ranklsys import Claims, Finding, curves, growth_rate, integral, percent, rises, rounded, table

if TYPE_CHECKING:
    import pandas as pd

CLAIMS = Claims()
MDA, MCF, PTHRP, B16 = "mda-mb-231", "mcf-7", "mcf-7-pthrp", "b16f10"
TUMOUR_TO_RANKL = {
    "tumour_contact": 0.0,
    "tumour_RANKL": 0.0,
    "PTHrP_RANKL_gain": 0.0,
    "PTHrP_OPG_gain": 0.0,
    "IL6_RANKL_gain": 0.0,
    "tumour_RANK_uptake": 0.0,
}
RANKL_AS_IN_HEALTH = {
    "RANKL_induction_lesion": 1.0,
    "OPG_suppression_lesion": 1.0,
    "tumour_RANKL_expressed": 0.0,
    "osteoblasts_in_contact": 0.0,
}
"""The cut of all by which a tumour changes RANKL and OPG."""
BLIND = {"RANK_occupancy_lesion": 1.0}
"""The cut of what RANKL does at the lesion."""
NOT_FED = {"slot_factor_growth": 0.0}
TUMOUR_TO_BONE = {
    **TUMOUR_TO_RANKL,
    "tumour_PTHrP": 0.0,
    "tumour_PTHrP_TGF": 0.0,
    "tumour_DKK1": 0.0,
    "tumour_toxicity": 0.0,
    "tumour_precursors": 0.0,
}


EDGES: dict[str, dict[str, dict[str, float]]] = {
    "PTHrP": {
        "PTHrP, direct": {"factor_PTHrP": 0.0},
        "PTHrP, by RANKL and OPG": {"PTHrP_RANKL_gain": 0.0, "PTHrP_OPG_gain": 0.0},
    },
    "IL-6": {"IL-6, direct": {"factor_IL6": 0.0}, "IL-6, by RANKL": {"IL6_RANKL_gain": 0.0}},
    "TGF-beta": {"TGF-beta, direct": {"factor_TGF_beta": 0.0}, "TGF-beta, by PTHrP": {"tumour_PTHrP_TGF": 0.0}},
}
"""What a factor does to the tumour, and what it does to RANKL and OPG, each as it is cut."""


def run(line: str, days: float, columns: Sequence[str], changes: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Return a run of the mouse with a cell line."""
    return rk.compose("mouse", line).set(changes or {}).simulate(days, columns=columns)


@CLAIMS.add(
    "SC-01",
    "Bone metastasis is mostly osteolytic, with more and more active osteoclasts",
    "osteoclasts >= 1.5 of healthy, each more active by 5 % or more, bone falls all along, and CTX, "
    "of which lesions are a part, rises by 2 % or more (28 d)",
    needs=[MDA],
    mechanism="the tumour raises RANKL, which makes more osteoclasts and makes each work more",
    cuts={"RANKL as in health": RANKL_AS_IN_HEALTH, "osteoclasts blind to RANK": BLIND},
)
def osteolytic() -> Finding:
    done = run(MDA, 28, ["osteoclasts_lesion", "activity_lesion", "bone_volume_lesion", "CTX"])
    last = done.iloc[-1]
    falls = bool((done["bone_volume_lesion"].diff().dropna() <= 1e-9).all())
    holds = last["osteoclasts_lesion"] >= 1.5 and last["activity_lesion"] >= 1.05 and falls and last["CTX"] >= 1.02
    measured = (
        f"osteoclasts {last['osteoclasts_lesion']:.2f}, activity {last['activity_lesion']:.2f}, "
        f"bone {last['bone_volume_lesion']:.2f}, CTX {last['CTX']:.3f}"
    )
    done.attrs["unit"] = "relative to healthy"
    return Finding(measured, bool(holds), done)


@CLAIMS.add(
    "SC-02",
    "Osteoclasts are needed for the destruction of bone by tumour",
    "without RANK in the host no bone is lost, and dBV/dt stays within 5 % of that without tumour (28 d)",
    needs=[MDA],
    by_construction="nothing but osteoclasts removes bone, and without RANK there are none",
)
def osteoclasts_are_needed() -> Finding:
    columns = ["bone_volume_lesion", "tumour"]
    runs = {
        "tumour": run(MDA, 28, columns),
        "tumour, no RANK": run(MDA, 28, columns, {"slot_RANK_gene": 0.0}),
        "no tumour, no RANK": run(MDA, 28, columns, {"slot_RANK_gene": 0.0, "seed_circulating": 0.0}),
    }
    daily = {label: each["bone_volume_lesion"].diff() for label, each in runs.items()}
    without = daily["no tumour, no RANK"]
    apart = (daily["tumour, no RANK"] - without).abs()
    share, of_loss = float((apart / without.abs()).max()), float(apart.max() / daily["tumour"].abs().max())
    lost = float(runs["tumour, no RANK"]["bone_volume_lesion"].min())
    measured = (
        f"dBV/dt differs by up to {100 * share:.0f} % ({100 * of_loss:.1f} % of the tumour's rate of loss with RANK); "
        f"least bone {lost:.3f}"
    )
    return Finding(measured, share < 0.05 and lost >= 1 - 1e-9, curves(runs, "bone_volume_lesion"))


@CLAIMS.add(
    "SC-03",
    "Tumour cells activate osteoclasts by a factor of theirs",
    "osteoclasts are 1.5 of healthy or more where tumour fills a tenth of the marrow, rise by 10 % or"
    " more at each doubling (mice differ by as much), and do not move when its links to bone are cut",
    needs=[MDA],
    mechanism="what the tumour makes raises RANKL, by PTHrP and by contact",
    cuts={"RANKL as in health": RANKL_AS_IN_HEALTH, "osteoclasts blind to RANK": BLIND},
)
def tumour_activates_osteoclasts() -> Finding:
    sizes = (0.0, 0.1, 0.2, 0.4, 0.8)
    still = {"growth_scale": 0.0, "seed_circulating": 0.0}
    linked, cut = (
        [run(MDA, 14, ["osteoclasts_lesion"], {**still, **links, "seed_bone": size}).iloc[-1].item() for size in sizes]
        for links in ({}, TUMOUR_TO_BONE)
    )
    holds = linked[1] >= 1.5 and all(more >= 1.1 * less for less, more in pairwise(linked))
    holds = holds and all(abs(cells - 1) < 1e-6 for cells in cut)
    drawn = table({"linked": linked, "links cut": cut}, "osteoclasts [relative to healthy]", over="tumour", at=sizes)
    return Finding(f"osteoclasts {rounded(linked)}; links cut {rounded(cut, 4)}", holds, drawn)


@CLAIMS.add(
    "SC-05",
    "Released factors feed the tumour (second loop)",
    "growth in bone is faster with them by 5 % or more (a day in three weeks), and without them as in"
    " soft tissue (within 1 %; as many cells placed in both)",
    needs=[MDA],
    mechanism="factors released from the matrix add to growth in bone",
    cuts={"factors feed no tumour": NOT_FED},
)
def factors_feed_the_tumour() -> Finding:
    columns = ["tumour", "tumour_soft_tissue"]
    placed = {"seed_circulating": 0.0, "seed_bone": 1e-4, "tumour_soft_tissue": 1e-4}
    runs = {
        "fed": run(MDA, 25, columns, placed),
        "not fed": run(MDA, 25, columns, {**placed, "slot_factor_growth": 0.0}),
    }
    fed, unfed = (growth_rate(each, "tumour", 4, 8) for each in runs.values())
    soft = growth_rate(runs["not fed"], "tumour_soft_tissue", 4, 8)
    measured = f"growth in bone {fed:.3f}/d, without factors {unfed:.3f}/d, in soft tissue {soft:.3f}/d"
    return Finding(
        measured, fed >= 1.05 * unfed and abs(unfed / soft - 1) < 0.01, curves(runs, "tumour", "of a full marrow")
    )


@CLAIMS.add(
    "SC-06",
    "The two loops form a vicious circle",
    "cutting any edge lowers both tumour and resorption by 5 % or more (28 d; less would be lost between mice)",
    needs=[MDA],
    mechanism="tumour raises RANKL, RANKL osteoclasts, osteoclasts release factors, factors feed the tumour",
    cuts={
        "RANKL as in health": RANKL_AS_IN_HEALTH,
        "factors feed no tumour": NOT_FED,
        "osteoclasts blind to RANK": BLIND,
    },
)
def vicious_circle() -> Finding:
    edges: dict[str, dict[str, float]] = {
        "full circle": {},
        "tumour to RANKL cut": TUMOUR_TO_RANKL,
        "factors to tumour cut": {"slot_factor_growth": 0.0},
        "RANK on osteoclasts cut": {"slot_RANK": 0.0, "slot_RANK_lesion": 0.0},
    }
    runs = {label: run(MDA, 28, ["tumour", "resorption_lesion"], edge) for label, edge in edges.items()}
    tumour = {label: float(each["tumour"].iloc[-1]) for label, each in runs.items()}
    lysis = {label: integral(each, "resorption_lesion") for label, each in runs.items()}
    cut = [label for label in runs if label != "full circle"]
    holds = all(ends[label] <= 0.95 * ends["full circle"] for label in cut for ends in (tumour, lysis))
    measured = "; ".join(
        f"{label}: tumour {percent(tumour[label], tumour['full circle']):.0f} %, "
        f"resorption {percent(lysis[label], lysis['full circle']):.0f} %"
        for label in cut
    )
    return Finding(measured, holds, curves(runs, "tumour", "of a full marrow"))


@CLAIMS.add(
    "SC-12",
    "MCF-7 leaves bone alone; MCF-7 that makes PTHrP raises RANKL, osteoclasts, lesions and calcium",
    "with PTHrP the ratio is 2 or more and osteoclasts are 1.5 of healthy or more, lesions take 10 % "
    "or more of bone (42 d), and calcium passes 2.65 mM at high burden; the parental line leaves "
    "ratio and bone as they are (2 %)",
    needs=[MCF, PTHRP],
    mechanism="PTHrP of the tumour raises RANKL and lowers OPG beside it, and calcium by the kidney and gut",
    cuts={
        "no PTHrP": {"PTHrP_made": 0.0},
        "PTHrP moves no RANKL, no OPG": {"RANKL_induction_lesion": 1.0, "OPG_suppression_lesion": 1.0},
        "PTHrP unseen by the body": {"PTHrP_signal": 0.0},
    },
)
def pthrp_makes_mcf7_osteolytic() -> Finding:
    columns = ["RANKL_OPG_ratio_lesion", "osteoclasts_lesion", "lesion_fraction", "calcium"]
    runs = {line: run(line, 56, columns) for line in (MCF, PTHRP)}
    quiet, lytic = (each.loc[:42.0].iloc[-1] for each in runs.values())
    top = float(runs[PTHRP]["calcium"].max())
    alone = abs(quiet["RANKL_OPG_ratio_lesion"] - 1) < 0.02 and abs(quiet["lesion_fraction"]) < 0.02
    lysis = lytic["osteoclasts_lesion"] >= 1.5 and lytic["lesion_fraction"] >= 0.1
    holds = alone and lytic["RANKL_OPG_ratio_lesion"] >= 2 and lysis and top > 2.65
    measured = (
        f"ratio {quiet.iloc[0]:.2f} and {lytic.iloc[0]:.1f}, osteoclasts {quiet.iloc[1]:.2f} and {lytic.iloc[1]:.2f}, "
        f"lesion {quiet.iloc[2]:.2f} and {lytic.iloc[2]:.2f}, highest calcium {top:.2f} mM"
    )
    return Finding(measured, bool(holds), curves(runs, "calcium", "mM"))


@CLAIMS.add(
    "SC-13",
    "MDA-MB-231 grows bone metastases without added PTHrP",
    "lesions take 5 % or more of bone, and RANKL in tumour bone is twice that of tumour-free bone or more (25 d)",
    needs=[MDA],
    mechanism="MDA-MB-231 raises RANKL by touching osteoblasts, and by PTHrP of its own",
    cuts={"RANKL as in health": RANKL_AS_IN_HEALTH},
)
def mda_is_osteolytic_by_itself() -> Finding:
    done = run(MDA, 25, ["lesion_fraction", "RANKL_lesion", "RANKL"])
    last = done.iloc[-1]
    holds = last["lesion_fraction"] >= 0.05 and last["RANKL_lesion"] >= 2 * last["RANKL"]
    measured = (
        f"lesion {last['lesion_fraction']:.2f}, RANKL {last['RANKL_lesion'] / last['RANKL']:.2f} of tumour-free bone"
    )
    return Finding(measured, bool(holds), curves({"lesion": done}, "lesion_fraction"))


@CLAIMS.add(
    "SC-15",
    "The local ratio of RANKL to OPG is key to growth in bone",
    "doubling time falls by 2 % or more at every step of the ratio (less is under a tenth more tumour in ten days), "
    "and a tumour that cannot raise it ends 5 % smaller or more",
    mechanism=(
        "the ratio sets osteoclasts, they what is released, and that growth; RANK of the tumour hears RANKL too"
    ),
    cuts={"osteoclasts blind to RANK": BLIND, "factors feed no tumour": NOT_FED},
)
def ratio_is_key() -> Finding:
    levels = (4.0, 2.0, 1.0, 0.5, 0.25)
    seeded = {"seed_circulating": 0.0, "seed_bone": 1e-4}
    runs = [
        run(MDA, 25, ["tumour", "RANKL_OPG_ratio_lesion"], {**seeded, "slot_OPG_production_lesion": level})
        for level in levels
    ]
    ratio = [float(each["RANKL_OPG_ratio_lesion"].loc[:10.0].iloc[-1]) for each in runs]
    doubling = [math.log(2) / growth_rate(each, "tumour", 10, 15) for each in runs]
    free, clamped = (
        run(MDA, 25, ["tumour"], links)["tumour"].iloc[-1] for links in ({}, {**TUMOUR_TO_RANKL, "tumour_DKK1": 0.0})
    )
    slower = all(less <= 0.98 * more for more, less in pairwise(doubling))
    holds = rises(ratio) and slower and clamped <= 0.95 * free
    drawn = table({"doubling time": doubling}, "doubling time [d]", over="RANKL:OPG", at=ratio)
    steps = f"ratio {rounded(ratio)}: {rounded(doubling)} d"
    measured = f"{steps}; clamped {percent(clamped, free):.0f} % burden"
    return Finding(measured, holds, drawn)


@CLAIMS.add(
    "SC-17",
    "PTHrP, IL-6 and TGF-beta act on the tumour directly, and through RANKL and OPG",
    "cutting either edge of any of the three lowers the tumour by 1 % or more (28 d; less a hundred "
    "mice would not show), and both edges of one more than either",
    needs=[MDA],
    mechanism="each of the three feeds the tumour; PTHrP and IL-6 raise RANKL, TGF-beta the PTHrP of the tumour",
    cuts={label: edge for pair in EDGES.values() for label, edge in pair.items()},
    reason=(
        "IL-6 of the matrix rises little where osteoclasts dig, and of RANKL it adds at most a third; "
        "PTHrP does the work"
    ),
)
def direct_and_indirect() -> Finding:
    model = rk.compose("mouse", MDA)
    edges = {label: edge for pair in EDGES.values() for label, edge in pair.items()}
    for name, pair in EDGES.items():
        edges[f"{name}, both"] = {id: value for edge in pair.values() for id, value in edge.items()}
    runs = {label: model.set(edge).simulate(28, columns=["tumour"]) for label, edge in {"full": {}, **edges}.items()}
    ends = {label: float(each["tumour"].iloc[-1]) for label, each in runs.items()}
    lost = {label: percent(ends[label], ends["full"]) for label in edges}
    holds = all(lost[label] <= -1 for pair in EDGES.values() for label in pair)
    holds = holds and all(lost[f"{name}, both"] < min(lost[label] for label in pair) for name, pair in EDGES.items())
    measured = ", ".join(f"{label} {value:.1f} %" for label, value in lost.items())
    return Finding(f"tumour without an edge: {measured}", holds, curves(runs, "tumour", "of a full marrow"))
