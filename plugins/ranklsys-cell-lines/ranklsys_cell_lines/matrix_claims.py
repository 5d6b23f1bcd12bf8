"""What bone loses and gives beside a tumour: who takes it, what osteoblasts laid down in it (mouse; SC-53, SC-55)."""

from __future__ import annotations

import ranklsys as rk
from ranklsys import Claims, Finding, curves, percent
from ranklsys_cell_lines.claims import MDA, TUMOUR_TO_RANKL, run

CLAIMS = Claims()
NO_LINK_TO_OSTEOCLASTS = {**TUMOUR_TO_RANKL, "tumour_precursors": 0.0}
EFFECTS_OF_RANK = ("maturation", "activity", "survival")
SITES = ("", "_lesion")


@CLAIMS.add(
    "SC-53",
    "The osteoclasts that a tumour calls destroy bone, not the tumour itself",
    "a tumour that calls none is over half as large and poisons osteoblasts all the same, but costs over a quarter "
    "less bone (28 d; the error of bone volume in Bennett 2024 is 17 %)",
    needs=[MDA],
    mechanism="RANKL that the tumour calls for makes osteoclasts, which take the bone",
    cuts={
        "osteoclasts blind to RANK": {
            f"slot_RANK_on_{effect}{site}": 0.0 for effect in EFFECTS_OF_RANK for site in SITES
        },
        "osteoclasts take no bone": {"bone_removal_lesion": 1.0},
    },
)
def osteoclasts_destroy_bone() -> Finding:
    columns = ["lesion_fraction", "tumour", "osteoclasts_lesion", "osteoblasts_lesion"]
    runs = {"tumour": run(MDA, 28, columns), "calls no osteoclasts": run(MDA, 28, columns, NO_LINK_TO_OSTEOCLASTS)}
    whole, unlinked = (each.iloc[-1] for each in runs.values())
    change = {name: percent(unlinked[name], whole[name]) for name in columns}
    measured = ", ".join(f"{name} {value:+.0f} %" for name, value in change.items())
    holds = change["lesion_fraction"] < -25 and change["tumour"] > -50 and unlinked["osteoblasts_lesion"] < 0.5
    return Finding(f"where it calls none: {measured}", bool(holds), curves(runs, "lesion_fraction", "share of bone"))


@CLAIMS.add(
    "SC-55",
    "What osteoblasts lay down in the matrix feeds the tumour later",
    "where osteoblasts have laid down no factors for 60 d, cells that come then make a tumour of less than two thirds "
    "(less would be lost between mice), with less than a tenth of the PTHrP at the lesion (28 d)",
    needs=[MDA],
    mechanism="osteoblasts deposit factors in the matrix, resorption releases them, and they feed the tumour",
    cuts={
        "factors laid down all the same": {"slot_matrix_deposition_lesion": 1.0},
        "factors do not feed the tumour": {"slot_factor_growth": 0.0},
        "TGF-beta makes no PTHrP in the tumour": {"tumour_PTHrP_TGF": 0.0},
    },
)
def deposits_feed_the_tumour() -> Finding:
    columns = ["tumour", "PTHrP_lesion", "matrix_store_lesion"]
    model = rk.compose("mouse", MDA)
    cells = model.facts.elements["seed_circulating"].value
    runs = {}
    for label, deposit in (("laid down", 1.0), ("none laid down", 0.0)):
        mouse = model.set(seed_circulating=0.0, slot_matrix_deposition_lesion=deposit).after("60 d")
        runs[label] = mouse.set(tumour_circulating=cells).simulate("28 d", columns=columns)
    laid, none = (each.iloc[-1] for each in runs.values())
    tumour, pthrp = (percent(none[name], laid[name]) for name in columns[:2])
    measured = f"without: tumour {tumour:+.0f} %, PTHrP {pthrp:+.0f} %"
    return Finding(measured, tumour < -100 / 3 and pthrp < -90, curves(runs, "tumour", "of a full marrow"))
