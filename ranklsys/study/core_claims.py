"""The core's own claims: healthy bone, without any part.  Numbers follow the editorial's statements, SC-04 to SC-39."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from ranklsys.model.compose import compose
from ranklsys.plugins.claims import Claim, Claims, Finding, curves, falls, integral, rounded
from ranklsys.plugins.hooks import hookimpl
from ranklsys.sbml.naming import bare

if TYPE_CHECKING:
    import pandas as pd

CLAIMS = Claims()
MOUSE = "mouse"


@hookimpl
def register_claims() -> list[Claim]:
    """Offer the claims on healthy bone."""
    return CLAIMS


def run(days: float, columns: list[str], **changes: float | str) -> pd.DataFrame:
    """Return a run of the healthy mouse with changes."""
    return compose(MOUSE).set(changes).simulate(days, columns=columns)


def correlation(one: list[float], other: list[float]) -> float:
    """Return Pearson's r."""
    from statistics import correlation as pearson

    return pearson(one, other)


@CLAIMS.add(
    "SC-04",
    "Resorption releases TGF-beta, IL-6 and PTHrP from the matrix",
    "released factors follow resorption: r > 0.99 with resorption at 0.5, 1 and 2",
    by_construction=(
        "what resorption releases is the only source of the three that bone has, each by an equation of its own"
    ),
)
def matrix_factors_follow_resorption() -> Finding:
    columns = ["resorption_lesion", "TGF_beta_lesion", "IL6_lesion", "PTHrP_lesion"]
    runs = {
        f"activity x {level:g}": run(5, columns, slot_osteoclast_activity_lesion=level) for level in (0.5, 1.0, 2.0)
    }
    ends = {name: [float(each[name].iloc[-1]) for each in runs.values()] for name in columns}
    r = {name: correlation(ends[name], ends["resorption_lesion"]) for name in columns[1:]}
    measured = ", ".join(f"{bare(name)} r = {value:.4f}" for name, value in r.items())
    return Finding(measured, min(r.values()) > 0.99, curves(runs, "TGF_beta_lesion"))


@CLAIMS.add(
    "SC-07",
    "RANKL is essential for osteoclasts",
    "without RANKL, osteoclasts fall below 1 % and bone volume rises by 5 % or more, which a scan of a mouse would see "
    "(mouse, 60 d)",
    mechanism="RANKL occupies RANK, by which osteoclasts mature, work and live",
    cuts={"RANK occupied as in health": {"RANK_occupancy": 1.0}, "maturation without RANK": {"maturation_basal": 1.0}},
)
def no_osteoclasts_without_rankl() -> Finding:
    without = run(60, ["osteoclasts", "bone_volume"], slot_RANKL_gene=0.0)
    cells, bone = without.iloc[-1]
    table = without.copy()
    table.attrs["unit"] = "relative to healthy"
    return Finding(f"osteoclasts {cells:.4f}, bone volume {bone:.2f}", bool(cells < 0.01 and bone >= 1.05), table)


@CLAIMS.add(
    "SC-08",
    "The osteoblast lineage is the abundant source of RANKL",
    "without its RANKL, the RANKL of tumour-free bone falls by 80 % or more",
    by_construction=(
        "nothing else makes RANKL in a host without tumour: other cells are a slot that is 0 until a part fills it"
    ),
)
def lineage_makes_rankl() -> Finding:
    without = run(30, ["RANKL"], slot_RANKL_lineage=0.0)
    left = float(without["RANKL"].iloc[-1])
    return Finding(f"RANKL left: {left:.2g} of healthy", left <= 0.2, curves({"ablated": without}, "RANKL", "pM"))


@CLAIMS.add(
    "SC-09",
    "RANKL stimulates commitment, activity and survival of osteoclasts",
    "with RANKL x 2 each rate moves by 5 % or more by day 1.5; holding any one takes 5 % or more of the rise of"
    " resorption (less would be lost between mice), and leaves 5 % or more of it",
    mechanism="three effects of RANK occupancy: on maturation, on activity and on death of osteoclasts",
    cuts={
        f"{effect} blind to RANK": {f"slot_RANK_on_{effect}": 0.0} for effect in ("maturation", "activity", "survival")
    },
)
def three_effects_of_rank() -> Finding:
    columns = ["maturation", "activity", "osteoclast_death", "resorption"]
    runs = {"all three": run(30, columns, slot_RANKL_production=2.0)}
    for effect in ("maturation", "activity", "survival"):
        held = {f"slot_RANK_on_{effect}": 0.0}
        runs[f"{effect} held"] = run(30, columns, slot_RANKL_production=2.0, **held)
    peak = {label: float(each["resorption"].max()) for label, each in runs.items()}
    first = runs["all three"].iloc[10]
    moves = first["maturation"] >= 1.05 and first["activity"] >= 1.05 and first["osteoclast_death"] <= 0.95
    left = {label: (value - 1) / (peak["all three"] - 1) for label, value in peak.items() if label != "all three"}
    blunted = all(0.05 <= share <= 0.95 for share in left.values())
    measured = ", ".join(f"{label} {value:.2f}" for label, value in peak.items())
    return Finding(f"peak resorption: {measured}", bool(moves and blunted), curves(runs, "resorption"))


@CLAIMS.add(
    "SC-10",
    "RANKL acts through RANK on the osteoclast lineage",
    "without RANK, osteoclasts fall below 1 % and bone rises by 5 % or more, and RANKL x 10 does not rescue",
    mechanism="osteoclasts see RANKL by RANK alone",
    cuts={"RANK occupied as in health": {"RANK_occupancy": 1.0}, "maturation without RANK": {"maturation_basal": 1.0}},
)
def rankl_needs_rank() -> Finding:
    columns = ["osteoclasts", "bone_volume"]
    runs = {
        "no RANK": run(60, columns, slot_RANK_gene=0.0),
        "no RANK, RANKL x 10": run(60, columns, slot_RANK_gene=0.0, slot_RANKL_production=10.0),
    }
    last = {label: each.iloc[-1] for label, each in runs.items()}
    holds = all(end["osteoclasts"] < 0.01 and end["bone_volume"] >= 1.05 for end in last.values())
    measured = "; ".join(f"{label}: osteoclasts {end['osteoclasts']:.4f}" for label, end in last.items())
    return Finding(measured, bool(holds), curves(runs, "osteoclasts"))


@CLAIMS.add(
    "SC-11",
    "OPG, made by osteoblasts, is the decoy that counter-balances RANKL",
    "from no OPG to OPG x 5 (mouse, 60 d), osteoclasts fall and bone volume rises by 5 % or more at "
    "every step, which is what tells knock-outs and transgenes from their litter mates",
    mechanism="OPG binds RANKL and takes it away from RANK",
    cuts={"OPG binds nothing": {"OPG_kon": 0.0}, "RANK occupied as in health": {"RANK_occupancy": 1.0}},
)
def opg_counterbalances() -> Finding:
    columns = ["osteoclasts", "bone_volume"]
    runs = {f"OPG x {level:g}": run(60, columns, slot_OPG_production=level) for level in (0.0, 0.5, 1.0, 2.0, 5.0)}
    cells, bone = ([float(each[name].iloc[-1]) for each in runs.values()] for name in columns)
    steps = [*pairwise(reversed(cells)), *pairwise(bone)]
    holds = all(more >= 1.05 * less for less, more in steps) and cells[0] > 1 > cells[-1]
    return Finding(f"osteoclasts {rounded(cells)}, bone {rounded(bone)}", holds, curves(runs, "bone_volume"))


@CLAIMS.add(
    "SC-39",
    "Osteoblasts deposit the factors in the matrix before osteoclasts release them",
    "without deposition for 60 d, release per resorbed bone falls with the stock, and the balance closes to 0.1 %",
    by_construction=(
        "release is what osteoclasts remove of the stock, and the stock is what was deposited less what was released"
    ),
)
def factors_are_deposited_first() -> Finding:
    columns = ["matrix_store", "bone_volume", "release", "resorption", "formation"]
    runs = {}
    for deposit in (1.0, 0.5, 0.0):
        model = compose(MOUSE).set(slot_matrix_deposition=deposit, slot_RANKL_production=1.3)
        runs[f"deposition x {deposit:g}"] = model.simulate(60, columns=columns, points=6001)
    turnover = compose(MOUSE).facts.elements["bone_turnover"].value
    gaps, per_bone, stock = [], [], []
    for deposit, each in zip((1.0, 0.5, 0.0), runs.values(), strict=True):
        put = turnover * (deposit * integral(each, "formation") - integral(each, "release"))
        first, last = each.iloc[0], each.iloc[-1]
        gaps.append(abs(last["matrix_store"] - first["matrix_store"] - put))
        per_bone.append(last["release"] / last["resorption"])
        stock.append(last["matrix_store"] / last["bone_volume"])
    follows = all(math.isclose(*pair, rel_tol=1e-6) for pair in zip(per_bone, stock, strict=True))
    measured = f"released per resorbed bone {rounded(per_bone, 3)}, balance within {max(gaps):.0e}"
    return Finding(measured, follows and falls(per_bone) and max(gaps) < 1e-3, curves(runs, "matrix_store"))


@CLAIMS.add(
    "SC-56",
    "Each stage of the osteoblast lineage makes RANKL: osteoclasts outlive osteoblasts that are killed (Corral 1998)",
    "28 d after osteoblasts are killed (under a tenth left) marrow has over three quarters of its RANKL, and no fewer "
    "osteoclasts; where their precursors have gone too, cells of the lineage make less than two thirds of it (mouse; a "
    "count of cells is good to 10 %)",
    mechanism="precursors, osteoblasts and osteocytes each make a share of RANKL",
    cuts={
        "osteoblasts alone make it": {"RANKL_from_precursors": 0.0, "RANKL_from_osteocytes": 0.0},
        "osteocytes make it all": {"RANKL_from_precursors": 0.0, "RANKL_from_osteocytes": 1.0},
    },
)
def each_stage_makes_rankl() -> Finding:
    """Corral 1998 (doi:10.1073/pnas.95.23.13835): ablation of osteoblasts left osteoclasts and their work."""
    columns = ["osteoblasts", "osteoclasts", "RANKL", "RANKL_lineage"]
    killed = {"slot_osteoblast_apoptosis": 20.0}
    runs = {"osteoblasts": run(28, columns, **killed), "precursors too": run(28, columns, **killed, slot_BMP_tone=0.0)}
    first, last = runs["osteoblasts"].iloc[0], runs["osteoblasts"].iloc[-1]
    kept, left = float(last["RANKL"] / first["RANKL"]), float(runs["precursors too"]["RANKL_lineage"].iloc[-1])
    measured = (
        f"osteoblasts {last['osteoblasts']:.2f}: RANKL {kept:.2f}, osteoclasts {last['osteoclasts']:.2f} of healthy; "
        f"without precursors too the lineage makes {left:.2f}"
    )
    holds = last["osteoblasts"] < 0.1 and kept > 0.75 and last["osteoclasts"] >= 1 and left < 2 / 3
    return Finding(measured, bool(holds), curves(runs, "RANKL_lineage"))
