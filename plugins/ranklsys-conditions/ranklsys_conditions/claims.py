"""What the conditions must show."""

from __future__ import annotations

import ranklsys as rk
from ranklsys import Claims, Finding, curves

CLAIMS = Claims()
SHOWN = ["RANKL_OPG_ratio", "RANKL_OPG_ratio_lesion", "bone_mineral_density_spine", "bone_volume", "bone_volume_lesion"]


@CLAIMS.add(
    "SC-40",
    "RANKL out of balance with OPG underlies osteoporosis, rheumatoid arthritis and bone metastasis",
    "RANKL:OPG is above healthy and bone density falls in each (human, 3 years); arthritis erodes the joint more",
    needs=["menopause", "rheumatoid-arthritis"],
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
    holds = min(ratio.values()) > 1 and max(density.values()) < 1 and local
    measured = "; ".join(f"{label}: ratio {ratio[label]:.2f}, density {density[label]:.3f}" for label in diseases)
    return Finding(measured, bool(holds), curves(runs, "bone_mineral_density_spine"))
