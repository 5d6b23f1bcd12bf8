"""Who makes what a tumour meets in bone: factors of osteoblasts beside those of matrix, RANKL that is shed."""

from __future__ import annotations

import ranklsys as rk
from ranklsys import Claims, Finding, curves, percent, rounded
from ranklsys_cell_lines.claims import B16, MDA, run

CLAIMS = Claims()
OSTEOBLASTS_MAKE_NONE = {"slot_osteoblast_IL6": 0.0, "slot_osteoblast_PTHrP": 0.0}
UNSHED = {"slot_RANKL_shedding": 0.0}


@CLAIMS.add(
    "TU-02",
    "Osteoblasts themselves make PTHrP and IL-6 that act on the tumour, directly and by RANKL and OPG",
    "without either the tumour is over 2 % smaller and RANKL:OPG at the lesion over 10 % lower (28 d; the solver is "
    "exact to 1e-6), and without both more so",
    needs=[MDA],
    mechanism="osteoblasts that a tumour leaves make both; they feed it, and act on RANKL and OPG",
    cuts={
        "no IL-6 of osteoblasts": {"slot_osteoblast_IL6": 0.0},
        "no PTHrP of osteoblasts": {"slot_osteoblast_PTHrP": 0.0},
        "RANKL does not hear of them": {"RANKL_induction_lesion": 1.0},
        "they do not feed the tumour": {"slot_factor_growth": 0.0},
    },
)
def osteoblasts_make_factors() -> Finding:
    edges: dict[str, dict[str, float]] = {
        "both made": {},
        "no IL-6": {"slot_osteoblast_IL6": 0.0},
        "no PTHrP": {"slot_osteoblast_PTHrP": 0.0},
        "neither": OSTEOBLASTS_MAKE_NONE,
    }
    runs = {label: run(MDA, 28, ["tumour", "RANKL_OPG_ratio_lesion"], edge) for label, edge in edges.items()}
    full, no_il6, no_pthrp, neither = (run.iloc[-1] for run in runs.values())
    least = {"tumour": 0.02, "RANKL_OPG_ratio_lesion": 0.1}
    holds = all(
        neither[name] < min(no_il6[name], no_pthrp[name])
        and max(no_il6[name], no_pthrp[name]) < (1 - share) * full[name]
        for name, share in least.items()
    )
    measured = "; ".join(
        f"{label}: tumour {percent(each['tumour'].iloc[-1], full['tumour']):.1f} %, "
        f"ratio {each['RANKL_OPG_ratio_lesion'].iloc[-1]:.1f}"
        for label, each in runs.items()
    )
    return Finding(measured, bool(holds), curves(runs, "tumour", "of a full marrow"))


@CLAIMS.add(
    "TU-03",
    "RANKL that is shed draws tumour cells with RANK to bone; bone itself does without it (Asano 2019)",
    "without shedding homing is the basal share alone, metastases in bone fall by a third or more, in soft tissue by "
    "less than 5 %, osteoclasts at the lesion by less than 5 %, and tumour-free bone differs by less than 1 % (12 d)",
    needs=[MDA, B16],
    mechanism="circulating cells follow by their RANK the RANKL that is shed; osteoclasts take it from membranes too",
    cuts={
        "homing does not hear of shedding": {"slot_RANKL_shedding": 1.0},
        "osteoclasts are without any RANK signal": {"RANK_occupancy_lesion": 0.0},
    },
)
def shed_rankl_draws_tumours() -> Finding:
    names = ["tumour", "tumour_soft_tissue", "osteoclasts_lesion"]
    runs = {line: [run(line, 12, [*names, "homing_bone"], edge) for edge in ({}, UNSHED)] for line in (MDA, B16)}
    fallen = {
        line: [percent(float(unshed[name].iloc[-1]), float(usual[name].iloc[-1])) for name in names]
        for line, (usual, unshed) in runs.items()
    }
    basal = rk.compose("mouse", MDA).facts.elements["homing_basal"].value
    drawn = max(float((unshed["homing_bone"] - basal).abs().max()) for _, unshed in runs.values())
    healthy = run(MDA, 60, ["osteoclasts_lesion", "bone_volume_lesion"], {**UNSHED, "seed_circulating": 0.0})
    bone = max(float((healthy[name] - 1).abs().max()) for name in healthy)
    holds = drawn < 1e-9 and bone < 0.01
    holds &= all(tumour < -100 / 3 and abs(soft) < 5 and abs(cells) < 5 for tumour, soft, cells in fallen.values())
    found = "; ".join(f"{line}: bone, soft tissue, osteoclasts {rounded(each, 1)} %" for line, each in fallen.items())
    return Finding(f"{found}; tumour-free bone differs by {100 * bone:.2g} %", bool(holds))
