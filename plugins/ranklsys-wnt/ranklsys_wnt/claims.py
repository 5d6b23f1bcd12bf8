"""What modulators of Wnt must show (SC-18 of the editorial)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ranklsys as rk
from ranklsys import Claims, Finding, curves, percent

if TYPE_CHECKING:
    import pandas as pd

CLAIMS = Claims()
MDA, MORE, ANTIBODY, AGONIST = "mda-mb-231", "dkk1-secretion", "dkk1-antibody", "wnt-agonist"
ROMOSOZUMAB = "romosozumab"
COLUMNS = ["osteoblasts_lesion", "OPG_lesion", "RANKL_OPG_ratio_lesion"]


def dkk1_of_a_tumour() -> dict[str, pd.DataFrame]:
    """Return 14 d beside a tumour of fixed size: without DKK1 of its own, with much of it, and this treated."""
    still = {"growth_scale": 0.0, "seed_circulating": 0.0, "seed_bone": 0.3}
    model = rk.compose("mouse", MDA, MORE, ANTIBODY, AGONIST).set(still)
    more = model.set(dkk1_secretion__fold=3.0)
    return {
        "no DKK1": model.set(dkk1_secretion__fold=0.0).simulate("14 d", columns=COLUMNS),
        "DKK1": more.simulate("14 d", columns=COLUMNS),
        "DKK1, antibody": more.simulate("14 d", doses=f"{ANTIBODY} 10 mg/kg sc biw", columns=COLUMNS),
        "DKK1, Wnt agonist": more.simulate("14 d", doses=f"{AGONIST} 1 mg/kg po daily", columns=COLUMNS),
    }


def romosozumab_beside_a_tumour() -> dict[str, pd.DataFrame]:
    """Return a month with and without romosozumab, 12 years after menopause, with a metastasis in bone."""
    model = rk.compose("human", "menopause", "patient-breast", ROMOSOZUMAB).set(seed_bone=0.0).after("12 y")
    columns = ["formation_lesion", "RANKL_OPG_ratio_lesion"]
    return {
        label: model.set(tumour=0.03).simulate("28 d", doses=doses, columns=columns)
        for label, doses in (("untreated", ()), ("romosozumab", f"{ROMOSOZUMAB} 210 mg sc monthly"))
    }


@CLAIMS.add(
    "SC-18",
    "Inhibitors and activators of Wnt act on the unit of tumour and bone, and converge on RANKL and OPG",
    "with more DKK1 of the tumour osteoblasts fall by 2 % or more, OPG by 5 % or more, and RANKL:OPG "
    "rises by 10 % or more; an antibody to DKK1 takes each back by half, and a Wnt agonist moves each"
    " back (mouse, 14 d); romosozumab raises formation at the lesion and lowers RANKL:OPG, both by 10"
    " % or more (human, 28 d; a marker varies by as much from day to day)",
    needs=[MDA, MORE, ANTIBODY, AGONIST, "menopause", "patient-breast", ROMOSOZUMAB],
    mechanism="DKK1 and sclerostin lower Wnt, by which osteoblasts grow and make OPG rather than RANKL",
    cuts={
        "Wnt moves no RANKL, no OPG": {"Wnt_RANKL_power": 0.0, "Wnt_OPG_power": 0.0},
        "DKK1 moves no Wnt": {"Wnt_DKK1": 0.0},
        "sclerostin moves no Wnt": {"Wnt_sclerostin": 0.0},
        "agonist moves no Wnt": {"wnt_agonist__tone_gain": 0.0},
    },
)
def wnt_converges_on_rankl() -> Finding:
    runs = dkk1_of_a_tumour()
    without, much, antibody, agonist = (each.iloc[-1] for each in runs.values())
    moved, back, lifted = (each / without - 1 for each in (much, antibody, agonist))
    directions = moved["osteoblasts_lesion"] <= -0.02 and moved["OPG_lesion"] <= -0.05
    directions = directions and moved["RANKL_OPG_ratio_lesion"] >= 0.1
    taken_back = all(back[name] / moved[name] < 0.5 and lifted[name] / moved[name] < 1 for name in COLUMNS)
    bare, given = (each.iloc[-1] for each in romosozumab_beside_a_tumour().values())
    formation = percent(given["formation_lesion"], bare["formation_lesion"])
    ratio = percent(given["RANKL_OPG_ratio_lesion"], bare["RANKL_OPG_ratio_lesion"])
    measured = "; ".join(
        f"{name} {100 * moved[name]:+.0f} %, antibody {100 * back[name]:+.0f} %, agonist {100 * lifted[name]:+.0f} %"
        for name in COLUMNS
    )
    measured += f"; romosozumab: formation {formation:+.0f} %, RANKL:OPG {ratio:+.0f} %"
    holds = directions and taken_back and formation >= 10 and ratio <= -10
    return Finding(measured, bool(holds), curves(runs, "RANKL_OPG_ratio_lesion"))
