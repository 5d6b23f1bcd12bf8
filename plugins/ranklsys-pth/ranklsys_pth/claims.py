"""What PTH analogues must show: pulses build bone, infusion costs it, and an analogue of PTHrP spares the hip."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import ranklsys as rk
from ranklsys import Claims, Finding, curves, percent, rounded

if TYPE_CHECKING:
    import pandas as pd

CLAIMS = Claims()
MONTH = 30.4375
SPINE, HIP = "bone_mineral_density_spine", "bone_mineral_density_hip"
TERIPARATIDE, ABALOPARATIDE = "teriparatide", "abaloparatide"
INFUSED = "teriparatide 336 pmol/kg iv over 7 d"
WITH_CALCIUM = 2.0
"""Calcium intake of the women of the trials, relative to healthy; all took calcium."""


def woman(*drugs: str) -> rk.Model:
    """Return a woman 12 years after menopause, who takes calcium from now on."""
    return rk.compose("human", "menopause", *drugs).after("12 y").set(slot_calcium_intake=WITH_CALCIUM)


def over(run: pd.DataFrame, bare: pd.DataFrame, name: str, time: float) -> float:
    """Return by how many percent a quantity is above that without the drug."""
    return percent(float(run[name].loc[time]), float(bare[name].loc[time]))


@CLAIMS.add(
    "PTH-1",
    "Teriparatide raises P1NP within a month, CTX later, spine density by about 9 % in 18 months, and calcium a little "
    "(Neer 2001; Forteo label)",
    "20 ug daily, 12 years after menopause, with calcium, against the same without: P1NP over 30 % up at month 1, and "
    "at least three times as far as CTX; CTX further up at month 18 than at month 1, and over 5 %; spine up by 9 +- 2 "
    "%, hip by less than half of it; calcium highest within 12 h of the first dose, by 0.05 to 0.2 mM, and 0.025 mM or "
    "nearer to that without it before the second",
    needs=["menopause", TERIPARATIDE],
    mechanism=(
        "pulses of PTH wake lining cells and keep osteoblasts alive; what stays between them resorbs, and opens pores"
    ),
    cuts={"pulses build nothing": {"teriparatide__anabolic": 0.0}, "nothing stays": {"teriparatide__sustained": 0.0}},
    fitted="Neer 2001 and the label of Forteo",
)
def pulses_build_bone() -> Finding:
    model = woman(TERIPARATIDE)
    columns = ["P1NP", "CTX", SPINE, HIP]
    times = [MONTH * month for month in (0, 1, 2, 3, 6, 9, 12, 15, 18)]
    arms = ("teriparatide 20 ug sc qd", ())
    given, bare = (model.simulate(times[-1], times=times, columns=columns, doses=doses) for doses in arms)
    first, last = MONTH, times[-1]
    p1np, ctx, late_ctx = (over(given, bare, *at) for at in (("P1NP", first), ("CTX", first), ("CTX", last)))
    spine, hip = (over(given, bare, name, last) for name in (SPINE, HIP))
    dosed, plain = (model.simulate("1 d", doses=doses, points=97, columns=["calcium"]) for doses in arms)
    rise = (dosed - plain)["calcium"].iloc[:-1]
    most, left, peak = float(rise.max()), float(rise.iloc[-1]), 24 * float(rise.index[int(rise.to_numpy().argmax())])
    holds = p1np > 30 and p1np > 3 * ctx and late_ctx > max(5.0, ctx)
    holds = holds and 7 <= spine <= 11 and hip < spine / 2
    holds = holds and 0.05 <= most <= 0.2 and peak <= 12 and abs(left) <= 0.025
    measured = (
        f"month 1: P1NP {p1np:+.0f} %, CTX {ctx:+.0f} %; month 18: CTX {late_ctx:+.0f} %, spine {spine:+.1f} %, "
        f"hip {hip:+.1f} %; calcium {most:+.3f} mM after {peak:.1f} h, {left:+.3f} mM after a day"
    )
    return Finding(measured, bool(holds), curves({"teriparatide": given / bare}, "P1NP"))


@CLAIMS.add(
    "PTH-2",
    "PTH without a pause costs bone where daily pulses of it build bone (Horwitz 2011)",
    "2 pmol/kg/h for a week in a healthy adult: P1NP down by 20 to 50 % and CTX up by day 7, CTX on the first day too; "
    "calcium 2.45 to 2.55 mM and own PTH below half; a week later P1NP is above its start. The same amount in daily "
    "injections: P1NP is not down. And 20 ug a day after menopause: infused for six months spine density falls "
    "below that without the drug, injected it rises",
    needs=["menopause", TERIPARATIDE],
    mechanism="pulses build, and what stays resorbs",
    cuts={"pulses build nothing": {"teriparatide__anabolic": 0.0}, "nothing stays": {"teriparatide__sustained": 0.0}},
    fitted="Horwitz 2011",
)
def pulses_build_and_infusion_costs() -> Finding:
    columns = ["P1NP", "CTX", "calcium", "PTH"]
    adult = rk.compose("human", TERIPARATIDE)
    week = {
        label: adult.simulate("14 d", doses=doses, points=15, columns=columns)
        for label, doses in (("infused", INFUSED), ("injected", "teriparatide 48 pmol/kg sc qd x 7"))
    }
    change = {label: 100 * (run / run.iloc[0] - 1) for label, run in week.items()}
    formation, rebound = (float(change["infused"]["P1NP"].loc[day]) for day in (7.0, 14.0))
    at_once, resorption = (float(change["infused"]["CTX"].loc[day]) for day in (1.0, 7.0))
    pulsed = float(change["injected"]["P1NP"].loc[7.0])
    calcium = float(week["infused"]["calcium"].loc[7.0])
    own = float(change["infused"]["PTH"].loc[7.0])
    model = woman(TERIPARATIDE)
    infused, injected, bare = (
        float(model.simulate("6 mo", doses=doses, points=2, columns=[SPINE])[SPINE].iloc[-1])
        for doses in ("teriparatide 3.65 mg iv over 182.5 d", "teriparatide 20 ug sc qd", ())
    )
    holds = -50 <= formation <= -20 and 0 < at_once < resorption and 2.45 <= calcium <= 2.55
    holds = holds and own < -50 and rebound > 0 and pulsed >= 0 and infused < bare < injected
    measured = (
        f"day 7: P1NP {formation:+.0f} % infused, {pulsed:+.0f} % injected, CTX {resorption:+.0f} % (day 1: "
        f"{at_once:+.0f} %), calcium {calcium:.2f} mM, own PTH {own:+.0f} %; P1NP a week later {rebound:+.1f} %; spine "
        f"after six months {percent(infused, bare):+.1f} % infused, {percent(injected, bare):+.1f} % injected"
    )
    return Finding(measured, bool(holds), curves(week, "P1NP"))


@CLAIMS.add(
    "PTH-3",
    "Abaloparatide gains more at the spine the higher its dose, more at the hip than teriparatide does (Leder 2015)",
    "24 weeks, 12 years after menopause, with calcium: spine against placebo is up by half a point "
    "and more at each step from 20 over 40 to 80 ug, 80 ug gain half a point more at the hip than 20 "
    "ug of teriparatide (less an arm of fifty cannot tell), and after the first dose of 80 ug calcium"
    " stays 0.02 mM lower than after that (what an assay can tell)",
    needs=["menopause", TERIPARATIDE, ABALOPARATIDE],
    mechanism=(
        "abaloparatide comes and goes sooner: as much pulse, and less that stays to open pores and let calcium out"
    ),
    cuts={
        "pulses build nothing": {"abaloparatide__anabolic": 0.0},
        "nothing of either stays": {"abaloparatide__sustained": 0.0, "teriparatide__sustained": 0.0},
    },
    fitted="Leder 2015",
)
def abaloparatide_spares_the_hip() -> Finding:
    model = woman(TERIPARATIDE, ABALOPARATIDE)
    columns = [SPINE, HIP, "calcium"]
    times = [0.0, *(hour / 24 for hour in range(1, 25)), *(7.0 * week for week in range(2, 25, 2))]
    arms = {"placebo": (), **{f"abaloparatide {dose} ug": f"abaloparatide {dose} ug sc qd" for dose in (20, 40, 80)}}
    arms["teriparatide 20 ug"] = "teriparatide 20 ug sc qd"
    runs = {arm: model.simulate(times[-1], times=times, doses=doses, columns=columns) for arm, doses in arms.items()}
    bare = runs.pop("placebo")
    spine, hip = ([over(run, bare, name, times[-1]) for run in runs.values()] for name in (SPINE, HIP))
    calcium = [float(run["calcium"].loc[:1.0].max()) for run in runs.values()]
    holds = all(more >= less + 0.5 for less, more in pairwise([0.0, *spine[:3]]))
    holds = holds and hip[2] >= hip[3] + 0.5 and calcium[2] <= calcium[3] - 0.02
    measured = f"{', '.join(runs)}: spine {rounded(spine, 1)} %, hip {rounded(hip, 1)} %"
    measured += f", highest calcium of the first day {rounded(calcium, 3)} mM"
    return Finding(measured, bool(holds), curves({arm: run / bare for arm, run in runs.items()}, SPINE))
