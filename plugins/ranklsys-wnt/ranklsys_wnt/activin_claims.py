"""What the TGF-beta superfamily beside TGF-beta itself must show: activin and BMP (SC-49 of the editorial)."""

from __future__ import annotations

import ranklsys as rk
from ranklsys import Claims, Finding, curves, percent

CLAIMS = Claims()
MDA, TRAP = "mda-mb-231", "activin-trap"


@CLAIMS.add(
    "SC-49",
    "Members of the TGF-beta superfamily act on the tumour directly, and through osteoblasts on OPG and bone",
    "MDA-MB-231 beside a trap of activin: on day 28 less than half as much bone is lost at the lesion (Chantry 2010 "
    "saw destruction prevented), and on day 19, while it is small, the tumour is over 10 % smaller (metastases were "
    "fewer) and OPG at the lesion over 10 % higher than without the trap (the error of counts in Bennett 2024 is 9 %)",
    needs=[MDA, TRAP],
    mechanism="activin holds down the recruitment of osteoblasts, which make OPG and bone, and feeds the tumour",
    cuts={
        "osteoblasts do not hear of it": {"slot_BMP_tone": 1.0, "slot_BMP_tone_lesion": 1.0},
        "it does not feed the tumour": {"slot_factor_growth": 1.0},
    },
)
def activin_acts_on_both() -> Finding:
    columns = ["lesion_fraction", "tumour", "OPG_lesion", "osteoblasts_lesion"]
    runs = {
        label: rk.compose("mouse", MDA, *parts).simulate("28 d", points=57, columns=columns)
        for label, parts in (("no trap", ()), ("trap of activin", (TRAP,)))
    }
    bare, trapped = (run.iloc[-1] for run in runs.values())
    early, early_trapped = (run.loc[:19.0].iloc[-1] for run in runs.values())
    lost = percent(trapped["lesion_fraction"], bare["lesion_fraction"])
    tumour, opg = (percent(early_trapped[name], early[name]) for name in ("tumour", "OPG_lesion"))
    measured = f"bone lost {lost:+.0f} %; on day 19 tumour {tumour:+.0f} %, OPG {opg:+.0f} %"
    return Finding(measured, lost < -50 and tumour < -10 and opg > 10, curves(runs, "lesion_fraction", "share of bone"))
