"""RANKL of stroma and T cells beside that of the osteoblast lineage (SC-52 of the editorial)."""

from __future__ import annotations

import ranklsys as rk
from ranklsys import Claims, Finding, curves

CLAIMS = Claims()
ARTHRITIS = "rheumatoid-arthritis"
NO_LINEAGE = {"slot_RANKL_lineage": 0.0, "slot_RANKL_lineage_lesion": 0.0}
JOINT = ["osteoclasts_lesion", "bone_volume_lesion", "bone_volume"]


@CLAIMS.add(
    "SC-52",
    "Stroma and T cells are sources of RANKL too: in arthritis theirs erodes the joint",
    "human, 3 years: in arthritis the joint loses over 10 % of its bone and more than the skeleton, and over 5 % (a "
    "densitometer tells 3 %) where the osteoblast lineage makes no RANKL at all; without arthritis no bone is lost "
    "then",
    needs=[ARTHRITIS],
    mechanism="T cells and synovium add RANKL to what the osteoblast lineage makes",
    cuts={"other cells make no RANKL in the joint": {"slot_RANKL_other_cells_lesion": 0.0}},
)
def other_cells_make_rankl() -> Finding:
    """Kong 1999 (doi:10.1038/46303): T cells by themselves make enough RANKL for osteoclasts."""
    models = {"arthritis": rk.compose("human", ARTHRITIS)}
    models["arthritis, none of the lineage"] = models["arthritis"].set(NO_LINEAGE)
    models["none of the lineage"] = rk.compose("human").set(NO_LINEAGE)
    runs = {label: model.simulate("3 y", columns=JOINT) for label, model in models.items()}
    last = {label: run.iloc[-1] for label, run in runs.items()}
    lost = {label: 100 * (1 - float(end["bone_volume_lesion"])) for label, end in last.items()}
    joint, alone, without = lost.values()
    local = last["arthritis"]["bone_volume_lesion"] < last["arthritis"]["bone_volume"]
    measured = "; ".join(f"{label}: {value:+.1f} % of the joint lost" for label, value in lost.items())
    holds = joint > 10 and alone > 5 and without <= 0 and local
    return Finding(measured, bool(holds), curves(runs, "bone_volume_lesion"))
