"""What the conditions must show."""

from __future__ import annotations

import ranklsys as rk
from ranklsys import Claims, Finding, curves

CLAIMS = Claims()
SHOWN = ["RANKL_OPG_ratio", "RANKL_OPG_ratio_lesion", "bone_mineral_density_spine", "bone_volume", "bone_volume_lesion"]


@CLAIMS.add(
    "SC-40",
    "RANKL out of balance with OPG underlies osteoporosis, rheumatoid arthritis and bone metastasis",
    "RANKL:OPG is 1.5 of healthy or more in each, and spine density falls by 1 % or more, which is "
    "what DXA can tell (human, 3 years); arthritis takes 5 points more bone from the joint than from "
    "the skeleton",
    needs=["menopause", "rheumatoid-arthritis"],
    mechanism="menopause, arthritis and tumour each raise RANKL over OPG, which makes osteoclasts",
    cuts={
        "estrogen moves no RANKL, no OPG": {"estrogen_loss_RANKL": 0.0, "estrogen_loss_OPG": 0.0},
        "arthritis moves no RANKL, no OPG": {
            "rheumatoid_arthritis__RANKL_joint": 0.0,
            "rheumatoid_arthritis__RANKL_skeleton": 0.0,
            "rheumatoid_arthritis__OPG_left": 1.0,
        },
        "osteoclasts blind to RANK": {"RANK_occupancy": 1.0, "RANK_occupancy_lesion": 1.0},
    },
)
def imbalance_underlies_disease() -> Finding:
    """Each disease against the healthy human; a metastasis acts where it is, so its ratio is read at the lesion."""
    diseases = {
        "menopause": rk.compose("human", "menopause"),
        "arthritis": rk.compose("human", "rheumatoid-arthritis"),
        "metastasis": rk.compose("human").set(seed_bone=0.03),
    }
    runs = {label: model.simulate("3 y", columns=SHOWN) for label, model in diseases.items()}
    last = {label: run.iloc[-1] for label, run in runs.items()}
    ratio = {label: max(end["RANKL_OPG_ratio"], end["RANKL_OPG_ratio_lesion"]) for label, end in last.items()}
    density = {label: float(end["bone_mineral_density_spine"]) for label, end in last.items()}
    local = last["arthritis"]["bone_volume_lesion"] < last["arthritis"]["bone_volume"] - 0.05
    holds = min(ratio.values()) >= 1.5 and max(density.values()) <= 0.99 and local
    measured = "; ".join(f"{label}: ratio {ratio[label]:.2f}, density {density[label]:.3f}" for label in diseases)
    return Finding(measured, bool(holds), curves(runs, "bone_mineral_density_spine"))
