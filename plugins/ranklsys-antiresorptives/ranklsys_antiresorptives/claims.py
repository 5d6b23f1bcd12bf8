"""What odanacatib, raloxifene and estradiol must show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ranklsys as rk
from ranklsys import Claims, Finding, curves, percent

if TYPE_CHECKING:
    import pandas as pd

CLAIMS = Claims()
MONTH, YEAR = 30.4375, 365.25
ODANACATIB = "odanacatib 50 mg po qw"
SPINE = "bone_mineral_density_spine"
COLUMNS = ["CTX", "NTX", "BSAP", "formation", "osteoclasts", SPINE]


def after_menopause(*parts: str) -> rk.Model:
    """Return a woman 12 years after menopause."""
    return rk.compose("human", "menopause", *parts).after("12 y")


def changes(run: pd.DataFrame, day: float) -> dict[str, float]:
    """Return by what percentage each column has changed on this day since the start."""
    return {name: percent(run[name].loc[day], run[name].iloc[0]) for name in COLUMNS}


@CLAIMS.add(
    "odanacatib-spares-formation",
    "Odanacatib lowers resorption and spares formation, as osteoclasts stay and work (Eisman 2011)",
    "after 3 years of 50 mg weekly CTX and urinary NTX have fallen by over 30 %, BSAP is within 10 points of its start "
    "and osteoclasts are no fewer; on alendronate 70 mg weekly BSAP has fallen by over 10 points (12 years after "
    "menopause)",
    needs=["menopause", "odanacatib", "alendronate"],
    mechanism="odanacatib holds back what osteoclasts degrade, not what they tell osteoblasts",
    cuts={
        "odanacatib does nothing": {"odanacatib__collagen_share": 0.0},
        "alendronate does nothing": {"alendronate__effect": 0.0},
    },
    fitted="Eisman 2011, NTX and density",
)
def odanacatib_spares_formation() -> Finding:
    model = after_menopause("odanacatib", "alendronate")
    regimens = {"odanacatib": ODANACATIB, "alendronate": "alendronate 70 mg oral qw"}
    runs = {drug: model.simulate(3 * YEAR, points=13, doses=doses, columns=COLUMNS) for drug, doses in regimens.items()}
    spared, coupled = (changes(run, 3 * YEAR) for run in runs.values())
    holds = max(spared["CTX"], spared["NTX"]) < -30 and abs(spared["BSAP"]) <= 10 and spared["osteoclasts"] >= 0
    measured = "; ".join(
        f"{drug}: CTX {seen['CTX']:+.0f} %, NTX {seen['NTX']:+.0f} %, BSAP {seen['BSAP']:+.0f} %, "
        f"osteoclasts {seen['osteoclasts']:+.0f} %"
        for drug, seen in (("odanacatib", spared), ("alendronate", coupled))
    )
    return Finding(measured, holds and coupled["BSAP"] < -10, curves(runs, "BSAP"))


@CLAIMS.add(
    "odanacatib-stopped",
    "After odanacatib markers rise above baseline for a while; density falls, but not below baseline (Eisman 2011)",
    "after 3 years of 50 mg weekly: CTX is 2 % or more above its start at month 3 after the last "
    "dose, and by month 12 within 10 points of it and lower than then; spine density is a point or "
    "more lower at month 12 than at the end of treatment (what arms of a hundred can tell), and not "
    "below its start",
    needs=["menopause", "odanacatib"],
    mechanism="osteoclasts, which stayed, dig in the bone that was gained, and bone that aged on the drug calls more",
    cuts={
        "odanacatib does nothing": {"odanacatib__collagen_share": 0.0},
        "bone neither gained nor aged": {"bone_volume": 1.0, "bone_volume_lesion": 1.0, "aged_bone": 1.0},
    },
)
def odanacatib_stopped() -> Finding:
    stop = 156 * 7.0
    days = [0.0, stop, *(stop + MONTH * month for month in (1, 2, 3, 6, 9, 12))]
    run = after_menopause("odanacatib").simulate(days[-1], times=days, doses=f"{ODANACATIB} x 156", columns=COLUMNS)
    end, quarter, year = (changes(run, day) for day in (stop, stop + 3 * MONTH, stop + 12 * MONTH))
    marker = 2 <= quarter["CTX"] > year["CTX"] and abs(year["CTX"]) <= 10
    density = 0 <= year[SPINE] <= end[SPINE] - 1
    measured = (
        f"CTX {end['CTX']:+.0f} % at the end, {quarter['CTX']:+.0f} % at month 3, {year['CTX']:+.0f} % at month 12; "
        f"spine {end[SPINE]:+.1f} %, then {year[SPINE]:+.1f} %"
    )
    return Finding(measured, marker and density, curves({"odanacatib, then none": run}, "CTX"))


@CLAIMS.add(
    "raloxifene-is-a-weak-estrogen",
    "Raloxifene is a weak estrogen in bone: it saves bone after menopause, not before; 120 mg does what 60 mg does",
    "over 3 years of 60 mg a day spine density rises by a point or more (what DXA can tell) against "
    "placebo after menopause and falls by one before it; 120 mg changes it by at most half a point "
    "more (MORE: +2.6 and +2.7 %)",
    needs=["menopause", "raloxifene"],
    mechanism="raloxifene takes the receptors of estrogen, and does on them a quarter of what estrogen does",
    cuts={
        "raloxifene is no estrogen": {"raloxifene__efficacy": 0.0},
        "it takes no receptor": {"raloxifene__estrogen_heard": 1.0},
    },
    fitted="MORE, density",
)
def raloxifene_is_a_weak_estrogen() -> Finding:
    older, younger = after_menopause("raloxifene"), rk.compose("human", "raloxifene")
    asked = {
        "placebo": (older, ()),
        "60 mg": (older, 60),
        "120 mg": (older, 120),
        "60 mg before menopause": (younger, 60),
    }
    runs = {
        label: model.simulate(
            3 * YEAR, points=7, doses=f"raloxifene {dose} mg po daily" if dose else (), columns=COLUMNS
        )
        for label, (model, dose) in asked.items()
    }
    placebo, usual, twice, early = (float(run[SPINE].iloc[-1]) for run in runs.values())
    gained = {
        "60 mg": percent(usual, placebo),
        "120 mg": percent(twice, placebo),
        "before menopause": percent(early, 1.0),
    }
    holds = gained["60 mg"] >= 1 and gained["before menopause"] <= -1 and abs(gained["120 mg"] - gained["60 mg"]) <= 0.5
    measured = "spine: " + ", ".join(f"{label} {gain:+.1f} %" for label, gain in gained.items())
    return Finding(measured, holds, curves(runs, SPINE))


@CLAIMS.add(
    "little-estradiol-does-much",
    "Little estradiol gives bone more than its share of what a usual dose gives (Prestwood 2003, ULTRA 2004)",
    "over 3 years 0.25 mg a day by mouth gains more than a quarter of what 1 mg gains at the spine against placebo, "
    "and over 1 %, as does a patch of 14 ug a day (12 years after menopause)",
    needs=["menopause", "estradiol"],
    mechanism="what estrogen does to RANKL and OPG saturates",
    cuts={"estradiol reaches no bone": {"estradiol__given": 0.0}, "no saturation": {"estrogen_half": 1e6}},
    fitted="Prestwood 2003 and ULTRA 2004",
)
def little_estradiol_does_much() -> Finding:
    model = after_menopause("estradiol")
    regimens = {
        "placebo": "",
        "0.25 mg": "0.25 mg po daily",
        "patch 14 ug": "14 ug transdermal daily",
        "1 mg": "1 mg po daily",
    }
    runs = {
        label: model.simulate(3 * YEAR, points=7, doses=rk.dose("estradiol", dose) if dose else (), columns=COLUMNS)
        for label, dose in regimens.items()
    }
    placebo, tablet, patch, usual = (float(run[SPINE].iloc[-1]) for run in runs.values())
    gained = {"0.25 mg": percent(tablet, placebo), "patch": percent(patch, placebo), "1 mg": percent(usual, placebo)}
    holds = gained["0.25 mg"] > 0.25 * gained["1 mg"] > 0 and min(gained["0.25 mg"], gained["patch"]) > 1
    measured = "spine against placebo: " + ", ".join(f"{label} {gain:+.1f} %" for label, gain in gained.items())
    return Finding(measured, holds, curves(runs, SPINE))
