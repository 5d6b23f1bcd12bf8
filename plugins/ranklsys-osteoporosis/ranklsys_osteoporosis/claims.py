"""What osteoporotic fractures must show."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ranklsys import Claims, Finding, curves, once, percent, rounded
from ranklsys_osteoporosis.women import (
    HAZARDS,
    MONTH,
    RISKS,
    SITES,
    by_turnover,
    courses,
    differing,
    next_fracture,
    slope,
    woman,
)

if TYPE_CHECKING:
    import pandas as pd

CLAIMS = Claims()
NEEDS = ["menopause", "osteoporosis", "denosumab", "zoledronic-acid", "alendronate"]
VERTEBRAL = "vertebral_fracture_risk"
YEARS = (1, 2, 5, 10)
EXIT = 54
"""Month of the last of ten doses."""
RALOXIFENE = 0.4
"""Estrogen from outside that lowers CTX and keeps density as raloxifene 60 mg did in MORE."""
SD_OF_CTX = 0.48
"""Of its mean, in women after menopause (doi:10.1097/gme.0b013e31821d7ff7)."""


@once
def stopped() -> dict[str, pd.DataFrame]:
    """Return ten years of denosumab and less, stopped, and no drug, monthly over 13 years."""
    doses = {f"{years} y": f"denosumab 60 mg sc q6mo x {2 * years}" for years in YEARS}
    return courses({"untreated": "", **doses}, 156)


def against_untreated(runs: dict[str, pd.DataFrame], name: str) -> pd.Series[float]:
    """Return the hazard of vertebral fracture over that of untreated women, by month."""
    ratio: pd.Series[float] = runs[name][VERTEBRAL] / runs["untreated"][VERTEBRAL]
    return ratio


@CLAIMS.add(
    "FX-01",
    "After denosumab vertebral fractures come in a wave, the higher the longer it was given",
    "after 1, 2, 5 and 10 years the hazard of vertebral fracture is highest 8 to 16 months after the "
    "last dose, and then 10 % or more above that of untreated women; 5 % or more higher after 2 years"
    " than after 1, and after 5 and 10 than after 2 (less no trial would see)",
    needs=NEEDS,
    mechanism="bone ages on the drug, and calls osteoclasts when it ends: many cavities at once, in bone that is due",
    cuts={"drug never meets RANKL": {"denosumab__marrow_access": 0.0}, "bone does not age": {"aged_bone": 1.0}},
    reason="ten years of the drug have added density, which takes back most of what bone that aged so long adds: 1.65 "
    "times the untreated, 4 % above 1.59 after two years",
)
def wave_after_denosumab() -> Finding:
    runs = stopped()
    peaks: list[float] = []
    times: list[int] = []
    for years in YEARS:
        last = 12 * years - 6
        after = against_untreated(runs, f"{years} y").loc[last + 6 :]
        peaks.append(float(after.max()))
        times.append(int(after.to_numpy().argmax()) + 6)
    grows = 1.05 * peaks[0] <= peaks[1] and 1.05 * peaks[1] <= min(peaks[2:])
    measured = f"highest {rounded(peaks, 2)} times the untreated, {rounded(times, 0)} months after the last dose"
    holds = min(peaks) >= 1.1 and all(8 <= time <= 16 for time in times) and grows
    return Finding(measured, holds, curves(runs, VERTEBRAL))


@CLAIMS.add(
    "FX-02",
    "Zoledronic acid after denosumab prevents the wave, if it is not late",
    "after five years of denosumab the highest hazard of vertebral fracture in the two years after "
    "the last dose is below that of untreated women with zoledronic acid 6 or 7 months after it, 5 % "
    "or more higher with it after 9, and without 5 % or more higher again (less no trial would see)",
    needs=NEEDS,
    mechanism=(
        "zoledronic acid on bone holds back the osteoclasts that come when denosumab is gone, if it is there by then"
    ),
    cuts={"zoledronic acid does nothing": {"zoledronic_acid__effect": 0.0}},
)
def exits() -> Finding:
    course = "denosumab 60 mg sc q6mo x 10"
    late = {f"{month} months": f"{course}; zoledronic-acid 5 mg iv from {EXIT + month} mo" for month in (6, 7, 9)}
    runs = courses({"untreated": "", **late, "none": course}, EXIT + 24)
    highest = [float(against_untreated(runs, name).loc[EXIT:].max()) for name in (*late, "none")]
    measured = f"{rounded(highest, 2)} times the untreated, with it after 6, 7 and 9 months and without"
    holds = max(highest[:2]) < 1 and 1.05 * max(highest[:2]) <= highest[2] and 1.05 * highest[2] <= highest[3]
    return Finding(measured, holds, curves(runs, VERTEBRAL))


@CLAIMS.add(
    "FX-03",
    "Ten years of denosumab go on preventing fractures; alendronate that is stopped goes on for a while",
    "a tenth fewer vertebral fractures or more in ten years on denosumab than with alendronate for "
    "five, and with that than untreated (less no trial would see); on denosumab the hazard in year 10"
    " is no higher than in year 3; after alendronate it rises by a tenth or more and stays below the "
    "untreated for five years",
    needs=NEEDS,
    mechanism=(
        "denosumab holds resorption back for as long as it is given; alendronate leaves bone slowly, and "
        "acts as it leaves"
    ),
    cuts={
        "drug never meets RANKL": {"denosumab__marrow_access": 0.0},
        "alendronate does nothing": {"alendronate__effect": 0.0},
    },
)
def ten_years() -> Finding:
    arms = {"untreated": "", "alendronate": "alendronate 70 mg oral qw x 260", "denosumab": "denosumab 60 mg sc q6mo"}
    runs = courses(arms, 120)
    untreated, alendronate, denosumab = (float(run["vertebral_fracture_hazard"].iloc[-1]) for run in runs.values())
    early, late = (float(runs["denosumab"][VERTEBRAL].loc[year - 11 : year].mean()) for year in (36, 120))
    left = against_untreated(runs, "alendronate")
    each = rounded([100 * count for count in (untreated, alendronate, denosumab)], 1)
    measured = (
        f"{each} fractures per 100 women, untreated, with alendronate and with denosumab; denosumab in year 10 "
        f"{late / early:.2f} of year 3; alendronate {left.loc[60]:.2f} of untreated after 5 years, {left.loc[120]:.2f} "
        "after 10"
    )
    holds = denosumab <= 0.9 * alendronate and alendronate <= 0.9 * untreated and late <= early
    holds = holds and 1.1 * left.loc[60] <= left.loc[120] < 1
    return Finding(measured, bool(holds), curves(runs, VERTEBRAL))


@CLAIMS.add(
    "FX-04",
    "Bone density tells who breaks a bone, with the gradients of Marshall 1996",
    "200 women 23 years after menopause: per SD of density less, 2.3 times the vertebral fractures by the spine (1.9 "
    "to 2.8), 2.6 times those of the hip by the hip (2.0 to 3.5), 1.5 times the non-vertebral by the hip (1.4 to 1.6)",
    needs=["menopause"],
    mechanism="each fracture has its gradient with density of its site",
    cuts={f"{site} fractures blind to density": {f"{site}_fracture_gradient": 1.0} for site in SITES},
    fitted=(
        "Marshall 1996: the gradients are numbers of the model, and differences of turnover between women add to them"
    ),
)
def gradients() -> Finding:
    sites, bounds = ("spine", "hip", "hip"), ((1.9, 2.8), (2.0, 3.5), (1.4, 1.6))
    columns = [*RISKS, "T_score_spine", "T_score_hip"]
    found = dict(zip(columns, differing(200, "23 y", [0.0], columns, seed=4)[:, 0, :].T, strict=True))
    ratios = []
    for risk, site in zip(RISKS, sites, strict=True):
        less = -found[f"T_score_{site}"]
        ratios.append(math.exp(slope(found[risk], less) * float(less.std())))
    holds = all(low <= ratio <= high for ratio, (low, high) in zip(ratios, bounds, strict=True))
    return Finding(f"{rounded(ratios, 2)} per SD", holds)


@CLAIMS.add(
    "FX-05",
    "Markers of turnover tell who breaks a bone up to the middle of their range, and no more above it",
    "women 23 years after menopause whose turnover differs, per SD of CTX (48 %): hip fracture 1.52 (1.10 to 2.09) in "
    "the lower half of CTX and 0.80 (0.63 to 1.01) in the upper (Massera 2019); any fracture, here a non-vertebral, "
    "1.20 (1.05 to 1.37) over both (Johansson 2014); CTX above the range of premenopausal women (one SD above the "
    "mean, against half a SD below): hip 2.2 (1.3 to 3.6; EPIDOS), non-vertebral 2.1 (1.1 to 3.6; OFELY)",
    needs=["menopause"],
    reason="in the upper half the risk rises on, less steeply: cavities saturate, but who resorbs more has lost more "
    "bone after three years too; nothing in the model makes it fall",
    mechanism="cavities of resorption are risers of stress, whose effect saturates",
    cuts={"cavities break no bone": {"cavity_risk": 1.0}},
    fitted="Massera 2019, the lower half",
)
def markers() -> Finding:
    import numpy as np

    rows = by_turnover(23, [float(level) for level in np.geomspace(0.3, 4.0, 15)])
    mean = float(np.interp(1.0, np.geomspace(0.3, 4.0, 15), rows["CTX"]))
    size = SD_OF_CTX * mean

    def ratio(risk: str, low: float, high: float) -> float:
        """Return the hazard at a CTX so many SD from the mean, over that at another."""
        at = np.interp([mean + low * size, mean + high * size], rows["CTX"], np.log(rows[risk]))
        return float(np.exp(at[1] - at[0]))

    _, hip, other = RISKS
    asked = (
        (ratio(hip, -1, 0), 1.10, 2.09),
        (ratio(hip, 0, 1), 0.63, 1.01),
        (ratio(other, -1, 1) ** 0.5, 1.05, 1.37),
        (ratio(hip, -0.5, 1), 1.3, 3.6),
        (ratio(other, -0.5, 1), 1.1, 3.6),
    )
    found = rounded([each for each, _, _ in asked], 2)
    measured = f"{found}: hip, lower half and upper; any; hip and non-vertebral above the premenopausal range"
    return Finding(measured, all(low <= each <= high for each, low, high in asked))


@CLAIMS.add(
    "FX-06",
    "Raloxifene prevents vertebral fractures by less turnover, hardly by more density, and few others",
    "in women with osteoporosis, with estrogen from outside in its place that lowers CTX as it did (by 34 %, within 10 "
    "points): four years' vertebral fractures 0.64 (0.53 to 0.76) of placebo, non-vertebral 0.93 (0.81 to 1.06); half "
    "or more of what it does to the hazard of vertebral fracture after a year is by turnover (Bjarnason 2001)",
    needs=NEEDS,
    mechanism="less turnover digs fewer cavities, which break vertebrae more than other bones",
    cuts={"cavities break no bone": {"cavity_risk": 1.0}, "estrogen moves no RANKL, no OPG": {"estrogen_lack": 0.5}},
    fitted="MORE, both kinds of fractures",
)
def raloxifene() -> Finding:
    (placebo,) = courses({"placebo": ""}, 48).values()
    (drug,) = courses({"raloxifene": ""}, 48, slot_estrogen_given=RALOXIFENE).values()
    marker = percent(drug["CTX"].loc[36], drug["CTX"].loc[0])
    ratios = [float(drug[name].iloc[-1] / placebo[name].iloc[-1]) for name in (HAZARDS[0], HAZARDS[2])]
    share = woman().facts.elements["vertebral_fracture_by_turnover"].value
    fallen, by_cavities = (
        math.log(value)
        for value in (
            drug[VERTEBRAL].loc[12] / placebo[VERTEBRAL].loc[12],
            (1 - share + share * drug["cavity_risk"].loc[12]) / (1 - share + share * placebo["cavity_risk"].loc[12]),
        )
    )
    measured = (
        f"CTX {marker:.0f} %; vertebral {ratios[0]:.2f}, non-vertebral {ratios[1]:.2f} of placebo; "
        f"{100 * by_cavities / fallen:.0f} % by turnover"
    )
    holds = abs(marker + 34) <= 10 and 0.53 <= ratios[0] <= 0.76 and 0.81 <= ratios[1] <= 1.06
    return Finding(
        measured, holds and by_cavities / fallen >= 0.5, curves({"placebo": placebo, "drug": drug}, VERTEBRAL)
    )


@CLAIMS.add(
    "FX-07",
    "Who has broken vertebrae will break more",
    "200 women, untreated, by the vertebrae that they broke in the 12 years since menopause: 7, 16 and 23 % break one "
    "in the next 21 months after one, two, and three or more, each within 25 % (Gallagher 2005)",
    needs=["menopause"],
    mechanism="women differ in frailty, so that who broke a bone is likely to be frail",
    cuts={"all equally frail": {"event_frailty": 1e-6}},
)
def prior_fractures() -> Finding:
    columns = [HAZARDS[0]]
    found = differing(200, "12 y", [0.0, 21 * MONTH], columns, seed=7)[:, :, 0]
    variance = woman().facts.elements["event_frailty"].value
    shares = next_fracture(found[:, 0], found[:, 1] - found[:, 0], ([1], [2], range(3, 30)), variance)
    holds = all(abs(share - seen) <= 0.25 * seen for share, seen in zip(shares, (7, 16, 23), strict=True))
    return Finding(f"{rounded(shares, 1)} %", holds)
