"""What metastases in bone must do to a patient: fractures, pain, quality of life (human; SC-43 to SC-45)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranklsys import Claims, Finding, curves
from ranklsys_denosumab.claims import DRUG, patient

if TYPE_CHECKING:
    import pandas as pd

CLAIMS = Claims()
NEEDS = ("menopause", "patient-breast", "denosumab")
DOSE = "denosumab 120 mg sc q4w"
LEAST_PAIN = 2.0
"""Points of 10 by which pain has to fall that patients call themselves much better (Farrar 2001,
doi:10.1016/S0304-3959(01)00349-9)."""
LEAST_QUALITY = 0.074
"""Of a utility from 0 to 1: the least difference that patients notice in EQ-5D (Walters 2005,
doi:10.1007/s11136-004-7713-0)."""
YEAR = 365.25


def two_years(*columns: str, **changes: float) -> dict[str, pd.DataFrame]:
    """Return two years of her, untreated and on denosumab, and with no tumour."""
    model = patient(DRUG).set(changes)
    arms = {"untreated": (model, ""), "denosumab": (model, DOSE), "no tumour": (model.set(tumour=0.0), "")}
    return {
        label: arm.simulate(2 * YEAR, points=25, doses=doses or (), columns=list(columns))
        for label, (arm, doses) in arms.items()
    }


@CLAIMS.add(
    "SC-43",
    "Bone metastases bring pathological fractures, by the resorption that they call for",
    "over a tenth of patients have a pathological fracture in the first year, none without tumour; on denosumab at "
    "most four fifths as many (as pamidronate left of placebo's patients with an event, Lipton 2000)",
    needs=NEEDS,
    mechanism="osteoclasts erode the bone that a tumour sits in, and what is eroded and thin breaks",
    cuts={
        "a tumour threatens no bone": {"event_level": 0.0},
        "erosion takes no part in the threat": {"event_by_resorption": 0.0},
    },
)
def metastases_break_bone() -> Finding:
    runs = two_years("fracture_incidence")
    untreated, treated, none = (float(run["fracture_incidence"].loc[:YEAR].iloc[-1]) for run in runs.values())
    measured = (
        f"in a year {100 * untreated:.0f} %, on denosumab {100 * treated:.0f} %, without tumour {100 * none:.0f} %"
    )
    holds = untreated > 0.1 and treated < 0.8 * untreated and none == 0
    return Finding(measured, holds, curves(runs, "fracture_incidence", "share of patients"))


@CLAIMS.add(
    "SC-44",
    "Bone metastases bring pain that does not go away by itself",
    f"without treatment pain is moderate (4 of 10) within a year and no less in the second, and 0 without tumour; "
    f"denosumab leaves at least {LEAST_PAIN:g} points less after a year (what patients call much better, Farrar 2001)",
    needs=NEEDS,
    mechanism="pain follows the threat to bone, half of which hangs on erosion",
    cuts={
        "bone does not hurt": {"slot_bone_pain": 0.0},
        "erosion takes no part in the threat": {"event_by_resorption": 0.0},
    },
)
def metastases_hurt() -> Finding:
    runs = two_years("bone_pain")
    pain = {label: run["bone_pain"] for label, run in runs.items()}
    after = {label: float(each.loc[:YEAR].iloc[-1]) for label, each in pain.items()}
    stays = float(pain["untreated"].loc[YEAR:].min()) >= after["untreated"]
    relief = after["untreated"] - after["denosumab"]
    measured = f"after a year {after['untreated']:.1f} of 10, on denosumab {after['denosumab']:.1f}"
    holds = after["untreated"] >= 4 and stays and relief >= LEAST_PAIN and float(pain["no tumour"].max()) == 0
    return Finding(measured, holds, curves(runs, "bone_pain", "0 to 10"))


@CLAIMS.add(
    "SC-45",
    "Bone metastases lower quality of life, by pain and by skeletal events",
    f"over two years a patient loses more than {LEAST_QUALITY:g} of a utility of 1 (the least that patients notice, "
    "Walters 2005); pain alone takes as much, skeletal events alone half as much (not all patients have one), and "
    "denosumab gives as much back; without tumour nothing is lost",
    needs=NEEDS,
    mechanism="of a healthy woman's quality of life, pain and events that she has not recovered from take their shares",
    cuts={
        "pain takes nothing": {"quality_by_pain": 0.0},
        "events take nothing": {"quality_by_event": 0.0},
        "erosion takes no part in the threat": {"event_by_resorption": 0.0},
    },
)
def metastases_lower_quality_of_life() -> Finding:
    runs = two_years("quality_of_life")
    end = {label: float(run["quality_of_life"].iloc[-1]) for label, run in runs.items()}
    lost, back = 1 - end["untreated"], end["denosumab"] - end["untreated"]
    by_pain, by_events = (
        two_years("quality_of_life", **{name: 0.0})["untreated"]["quality_of_life"].iloc[-1] - end["untreated"]
        for name in ("quality_by_pain", "quality_by_event")
    )
    holds = min(lost, back, by_pain) > LEAST_QUALITY and by_events > LEAST_QUALITY / 2 and end["no tumour"] == 1
    shares = f"by pain {by_pain:.2f}, by events {by_events:.2f}"
    measured = f"{lost:.2f} lost in two years, {shares}; denosumab gives {back:.2f} back"
    return Finding(measured, bool(holds), curves(runs, "quality_of_life", "of a healthy woman's"))
