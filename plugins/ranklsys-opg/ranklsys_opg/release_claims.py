"""What resorption sets free, by what is missing where OPG-Fc stops it (mouse; SC-54 of the editorial)."""

from __future__ import annotations

import ranklsys as rk
from ranklsys import Claims, Finding, curves, percent

CLAIMS = Claims()
MDA, OPG = "mda-mb-231", "opg-fc"
DOSE = "opg-fc 3 mg/kg sc tiw"
FACTORS = ("TGF_beta_lesion", "IL6_lesion", "PTHrP_lesion")
LEAST = (90, 50, 20)
"""Percent by which each falls where resorption stops: TGF-beta is of matrix alone, IL-6 and PTHrP are of cells too."""


@CLAIMS.add(
    "SC-54",
    "Resorption sets TGF-beta, IL-6 and PTHrP free, and TGF-beta lets the tumour make more PTHrP",
    "OPG-Fc, which stops resorption, lowers TGF-beta at the site by over 90 %, IL-6 by over half and PTHrP by over a "
    "fifth without tumour; beside MDA-MB-231, which makes PTHrP itself, PTHrP by over 90 % (28 d; the solver is exact "
    "to 1e-6)",
    needs=[MDA, OPG],
    mechanism="osteoclasts release what the matrix holds; TGF-beta of it makes the tumour's PTHrP",
    cuts={
        "nothing hangs on resorption": {"release_lesion": 1.0},
        "no IL-6 in matrix": {"matrix_IL6": 0.0},
        "no PTHrP in matrix": {"matrix_PTHrP": 0.0},
        # what it is in health, 1/(1 + tumour_TGF_half) with the table's 2
        "PTHrP of the tumour without TGF-beta": {"TGF_beta_response": 0.33},
    },
)
def resorption_sets_factors_free() -> Finding:
    model = rk.compose("mouse", MDA, OPG)
    bone = model.set(seed_circulating=0.0)
    runs = {
        f"{label}, {arm}": each.simulate("28 d", doses=doses, columns=list(FACTORS))
        for label, each in (("no tumour", bone), ("tumour", model))
        for arm, doses in (("vehicle", ()), ("OPG-Fc", DOSE))
    }
    bare, stopped, tumour, treated = (run.iloc[-1] for run in runs.values())
    change = [percent(stopped[name], bare[name]) for name in FACTORS]
    beside = percent(treated["PTHrP_lesion"], tumour["PTHrP_lesion"])
    measured = ", ".join(f"{name} {value:+.0f} %" for name, value in zip(FACTORS, change, strict=True))
    holds = all(-value > least for value, least in zip(change, LEAST, strict=True)) and beside < -90
    return Finding(f"{measured}; beside a tumour PTHrP {beside:+.0f} %", holds, curves(runs, "TGF_beta_lesion"))
