"""What denosumab must show in women (SC-33 to 36 and SC-41 of the editorial)."""

from __future__ import annotations

import math
from statistics import mean, median
from typing import TYPE_CHECKING

import ranklsys as rk
from ranklsys import Claims, CompositionError, Finding, curves, once, percent, registry, rounded, table
from ranklsys_denosumab.cohort import adjuvant, benefit, treated_over_untreated, women

if TYPE_CHECKING:
    import pandas as pd

CLAIMS = Claims()
DRUG, DECOY, MENOPAUSE, PATIENT = "denosumab", "opg-fc-human", "menopause", "patient-breast"
MONTH = 30.4375
HELD = {
    DRUG: ("clearance_per_weight", "exchange_per_weight", "target_healthy", "target_internalisation"),
    DECOY: ("clearance", "saturable_clearance", "near_exchange", "far_exchange"),
}
"""What is set to 0 so that a drug given into plasma stays there."""
POOLED = ("30 mg sc q4w x 6", "120 mg sc q4w x 6", "180 mg sc q4w x 6", "60 mg sc q12w x 2", "180 mg sc q12w x 2")
"""The arms of Lipton 2007 and 2008 that were pooled, 21 weeks of dosing each."""


@once
def woman(*parts: str) -> rk.Model:
    """Return a woman 12 years after menopause."""
    return rk.compose("human", MENOPAUSE, *parts).after("12 y")


@once
def patient(*parts: str) -> rk.Model:
    """Return a woman 12 years after menopause, from now on with metastases that fill 3 % of the sites."""
    return rk.compose("human", MENOPAUSE, PATIENT, *parts).set(seed_bone=0.0).after("12 y").set(tumour=0.03)


def held(drug: str, level: float, days: float) -> pd.DataFrame:
    """Return daily rows at a constant level of a drug in plasma [pM]."""
    prefix = drug.replace("-", "_")
    changes = {f"{prefix}__{name}": 0.0 for name in HELD[drug]} | {f"{prefix}__drug": level}
    if drug == DRUG:
        changes[f"{prefix}__target"] = 0.0
    columns = ["RANKL", "OPG", "osteoclasts", "CTX"]
    return woman(drug).set(changes).simulate(days, points=int(days) + 1, columns=columns)


def level_for(drug: str, rankl: float) -> float:
    """Return the level in plasma [pM] at which free RANKL is this after 4 weeks, by bisection."""
    low, high = 1e-2, 1e6
    while high / low > 1 + 1e-6:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if held(drug, middle, 28)["RANKL"].iloc[-1] > rankl else (low, middle)
    return high


@CLAIMS.add(
    "SC-33",
    "Denosumab binds RANKL and prevents RANK activation, like OPG",
    "levels of denosumab and of OPG-Fc with equal free RANKL at 4 weeks (a quarter of untreated) give"
    " the same osteoclasts and CTX over a year, within 2 points, and halve both or more; OPG changes "
    "by less than 2 %, and neither drug acts on a slot; the mouse is refused",
    needs=[MENOPAUSE, DRUG, DECOY],
    mechanism="both bind RANKL, and nothing else of the core",
    cuts={
        "denosumab never meets RANKL": {"denosumab__marrow_access": 0.0},
        "OPG-Fc never meets RANKL": {"opg_fc_human__marrow_access": 0.0},
        "osteoclasts blind to RANK": {"RANK_occupancy": 1.0},
    },
)
def same_course_as_a_decoy() -> Finding:
    quarter = float(woman().simulate(28, points=2, columns=["RANKL"])["RANKL"].iloc[-1]) / 4
    runs = {drug: held(drug, level_for(drug, quarter), 365) for drug in (DRUG, DECOY)}
    one, other = (100 * run[["osteoclasts", "CTX"]] / run[["osteoclasts", "CTX"]].iloc[0] for run in runs.values())
    left = max(float(end.max()) for end in (one.iloc[-1], other.iloc[-1]))
    apart = float((one - other).abs().max().max())
    opg = max(abs(percent(run["OPG"].iloc[1], run["OPG"].iloc[0])) for run in runs.values())
    slots = [slot for drug in (DRUG, DECOY) for slot in registry().part(drug).effects.values()]
    refused = _refused("mouse", DRUG)
    measured = (
        f"osteoclasts and CTX differ by at most {apart:.2f} points, at most {left:.0f} % is left; OPG within a day "
        f"by at most {opg:.2f} %; acts on {len(slots)} slots; mouse {'refused' if refused else 'accepted'}"
    )
    holds = left <= 50 and apart <= 2 and opg < 2 and not slots and refused
    return Finding(measured, holds, curves(runs, "CTX"))


def _refused(host: str, part: str) -> bool:
    try:
        rk.compose(host, part)
    except CompositionError:
        return True
    return False


@CLAIMS.add(
    "SC-34",
    "Denosumab protects postmenopausal women from bone loss",
    "40 virtual women, 60 mg every 6 months: spine density falls without it, and with it gains 4.55 % within 2 SE "
    "(0.86) at month 12; CTX falls by over 80 % at month 1 and after the second dose, and by less before each dose",
    needs=[MENOPAUSE, DRUG],
    mechanism="denosumab binds RANKL, and resorption stops until it is cleared",
    cuts={"drug never meets RANKL": {"denosumab__marrow_access": 0.0}},
    fitted="McClung 2006: CTX and density",
)
def protects_from_bone_loss() -> Finding:
    model = rk.compose("human", MENOPAUSE, DRUG)
    times, columns = [MONTH * month for month in (0, 1, 6, 7, 12)], ["bone_mineral_density_spine", "CTX"]
    arms: dict[str, list[pd.DataFrame]] = {"placebo": [], "denosumab": []}
    for traits in women(model, 40, seed=34):
        each = model.set(traits).after("12 y")
        for arm, doses in zip(arms.values(), ((), "denosumab 60 mg sc q6mo"), strict=True):
            run = each.simulate("12 mo", doses=doses, times=times, columns=columns)
            arm.append(100 * run / run.iloc[0] - 100)
    placebo, gain = (float(mean(run[columns[0]].iloc[-1] for run in arm)) for arm in arms.values())
    shown = {name: [median(run["CTX"].iloc[row] for run in arm) for row in range(5)] for name, arm in arms.items()}
    _, peak, trough, again, last = shown["denosumab"]
    pattern = max(peak, again) < -80 and peak < trough and again < last
    measured = (
        f"spine {placebo:+.2f} % with placebo, {gain:+.2f} % with denosumab; CTX {rounded(shown['denosumab'], 1)} %"
    )
    drawn = table(shown, "CTX, change [%]", over="time", at=times)
    return Finding(measured, bool(placebo < 0 and abs(gain - 4.55) <= 0.86 and pattern), drawn)


@CLAIMS.add(
    "SC-35",
    "RANKL inhibition suppresses bone turnover in women with breast cancer in bone",
    "median of urinary NTX over the five pooled regimens: -70 to -75 % at weeks 13 and 25",
    needs=[MENOPAUSE, PATIENT, DRUG],
    reason="all five regimens shut resorption off, at the lesions too; what is left of NTX is the share that is not "
    "from bone, and one share has to leave 19 % in healthy women (-81 %, Bekker 2004) and 25 to 30 % in these patients",
    mechanism="denosumab binds RANKL, at lesions too",
    cuts={"drug never meets RANKL": {"denosumab__marrow_access": 0.0}},
    fitted="Lipton 2007 and 2008: NTX",
)
def turnover_in_metastatic_disease() -> Finding:
    model = patient(DRUG)
    times = [0.0, 91.0, 175.0]
    runs = [model.simulate(175, doses=f"denosumab {arm}", times=times, columns=["NTX"])["NTX"] for arm in POOLED]
    changes = [[percent(run.loc[day], run.loc[0.0]) for run in runs] for day in times[1:]]
    medians = [median(each) for each in changes]
    widest = max(max(each) - min(each) for each in changes)
    measured = f"{rounded(medians, 1)} %; the five regimens differ by {widest:.1f} points"
    drawn = table({arm: run / run.iloc[0] for arm, run in zip(POOLED, runs, strict=True)}, "NTX [of the start]")
    return Finding(measured, all(-75 <= each <= -70 for each in medians), drawn)


@CLAIMS.add(
    "SC-36",
    "RANKL inhibition suppresses skeletal events",
    "a quarter fewer women with an event than untreated, or more, at weeks 13 and 25 (less the 255 "
    "women of the trial could not tell; against an intravenous bisphosphonate: reported; seen in the "
    "trial were 9 and 16 % at week 13, with 43 women on the bisphosphonate)",
    needs=[MENOPAUSE, PATIENT, DRUG, "zoledronic-acid"],
    mechanism="what osteoclasts erode at lesions breaks bone, and feeds the tumour",
    cuts={
        "drug never meets RANKL": {"denosumab__marrow_access": 0.0},
        "erosion and loss break no bone": {"lesion_erosion": 1.0, "lesion_weakness": 1.0},
    },
)
def fewer_skeletal_events() -> Finding:
    model = patient(DRUG, "zoledronic-acid")
    arms = {
        "untreated": (),
        "denosumab 120 mg q4w": "denosumab 120 mg sc q4w x 6",
        "zoledronic acid 4 mg q4w": "zoledronic-acid 4 mg iv over 15 min q4w x 6",
    }
    columns = ["skeletal_event_incidence"]
    runs = {name: 100 * model.simulate(175, doses=doses, points=26, columns=columns) for name, doses in arms.items()}
    seen = {name: rounded(run[columns[0]].loc[[91.0, 175.0]], 1) for name, run in runs.items()}
    untreated, antibody, _ = seen.values()
    measured = "; ".join(f"{name} {values} %" for name, values in seen.items())
    fewer = all(less <= 0.75 * more for less, more in zip(antibody, untreated, strict=True))
    return Finding(measured, fewer, curves(runs, columns[0], "% of women"))


@CLAIMS.add(
    "SC-41",
    "Whether denosumab prevents metastasis is an open question",
    "a prediction, 1,000 virtual women after surgery for early breast cancer, 60 mg every 6 months "
    "for 10 years against nothing: hazard ratio of bone metastasis with its 95 % interval, share of "
    "relapsing women spared, delay of those who relapse all the same (median), and time free of it "
    "gained within 10 years (restricted mean). It holds if the ratio is 0.1 or more, its interval "
    "ends below 1 (else the trial shows nothing), and 5 % of those who relapse are spared or more",
    needs=[MENOPAUSE, "early-breast", DRUG],
    mechanism="resorption wakes cells that sleep in bone and feeds those that grow, and denosumab stops it",
    cuts={
        "drug never meets RANKL": {"denosumab__marrow_access": 0.0},
        "resorption wakes and feeds nothing": {"waking_basal": 1.0, "slot_factor_growth": 0.0},
    },
)
def adjuvant_prediction() -> Finding:
    times = adjuvant("denosumab 60 mg sc q6mo", 1000, 10.0)
    ratio = treated_over_untreated(times, 10.0)
    years = list(range(11))
    free = {
        name: [float((found > year).mean()) for year in years]
        for name, found in (("untreated", times["untreated"]), ("denosumab", times["treated"]))
    }
    events = (times < 10).sum()
    spared, delay, gained = benefit(times, 10.0)
    measured = (
        f"hazard ratio {ratio.value:.2f} ({ratio.low:.2f} to {ratio.high:.2f}); {events['untreated']} and "
        f"{events['treated']} of 1,000 with bone metastases within 10 y: {100 * spared:.0f} % of those who relapse are "
        f"spared, the others relapse {delay:.2f} y later; {12 * gained:.1f} months free of them gained a woman"
    )
    drawn = table(free, "free of bone metastases [share of women]", over="years", at=years)
    return Finding(measured, ratio.value >= 0.1 and ratio.high < 1 and spared >= 0.05, drawn)
