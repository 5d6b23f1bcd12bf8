"""What minerals must show: calcium on denosumab by kidney function and supplements, and in hyperparathyroidism."""

from __future__ import annotations

import ranklsys as rk
from ranklsys import Claims, Finding, curves, rounded, table
from ranklsys_minerals.cohort import DAYS, DENOSUMAB, FAILING, NORMAL, PARTS, TABLET, TWO_TABLETS, below, courses

CLAIMS = Claims()
GLANDS = "primary-hyperparathyroidism"


@CLAIMS.add(
    "MN-1",
    "Hypocalcaemia after denosumab is rare with good kidneys and common with failing ones (Cowan 2023, Bird 2024)",
    "800 virtual women each, 60 mg once. With good kidneys and calcium and vitamin D, at most 2 % fall below 2.0 mM "
    "(0.6 % in Ontario). With 10 mL/min and one tablet of 500 mg a day, as many as were seen: 18.1 to 30.7 % below 2.0 "
    "mM (Cowan 2023), 41.1 % below 1.88 mM within a quarter (Bird 2024); fewer with two tablets, more with none",
    needs=PARTS,
    reason="more than twice as many fall below 2.0 mM as in Ontario, where calcium was measured in a third of them and "
    "what they took is not said; below 1.88 mM the model agrees with women on dialysis",
    mechanism=(
        "bone that is not resorbed gives no calcium, and a failing kidney makes no calcitriol to take it up instead"
    ),
    cuts={"drug never meets RANKL": {"denosumab__marrow_access": 0.0}},
    fitted="Bird 2024, the fall on dialysis",
)
def hypocalcaemia_by_kidney_function() -> Finding:
    arms = {
        "good kidneys, two tablets": courses(NORMAL, TWO_TABLETS),
        "10 mL/min, none": courses(FAILING),
        "10 mL/min, one tablet": courses(FAILING, TABLET),
        "10 mL/min, two tablets": courses(FAILING, TWO_TABLETS),
    }
    shares = {arm: below(calcium) for arm, calcium in arms.items()}
    good, bare, one, two = shares.values()
    holds = good[2.0] <= 2 and 18.1 <= one[2.0] <= 30.7 and abs(one[1.88] - 41.1) <= 0.25 * 41.1
    holds = holds and all(two[limit] < one[limit] < bare[limit] for limit in bare)
    measured = "; ".join(f"{arm} {rounded(share.values(), 1)} %" for arm, share in shares.items())
    typical = {arm: [float(each) for each in calcium.T.mean(axis=1)] for arm, calcium in arms.items()}
    return Finding(
        f"below 2.0, 1.88 and 1.8 mM: {measured}",
        bool(holds),
        table(typical, "calcium, mean [mM]", over="days", at=DAYS),
    )


@CLAIMS.add(
    "MN-2",
    "The lowest calcium on dialysis comes two weeks to two months after denosumab (Thongprayoon 2018)",
    "the typical woman with 10 mL/min, without tablets and with one of 500 mg a day: lowest between day 14 and day 60; "
    "sooner by three days or more with good kidneys, which weekly visits can tell",
    needs=PARTS,
    mechanism="resorption stops within days; where kidneys fail PTH and calcitriol cannot make up for it",
    cuts={
        "drug never meets RANKL": {"denosumab__marrow_access": 0.0},
        "kidneys as in health": {"slot_kidney_function": 1.0, "slot_PTH_secretion": 1.0, "slot_PTH_response": 1.0},
    },
)
def lowest_calcium_comes_late() -> Finding:
    runs = {}
    for arm, egfr, doses in (
        ("good kidneys", NORMAL, DENOSUMAB),
        ("10 mL/min", FAILING, DENOSUMAB),
        ("10 mL/min, one tablet", FAILING, f"{DENOSUMAB}; {TABLET}"),
    ):
        model = rk.compose("human", *PARTS).set(chronic_kidney_disease__eGFR=egfr).after("12 y")
        runs[arm] = model.simulate("120 d", doses=doses, points=121, columns=["calcium"])
    good, *failing = (float(run.index[int(run["calcium"].to_numpy().argmin())]) for run in runs.values())
    measured = f"lowest on day {good:.0f} with good kidneys, {failing[0]:.0f} and {failing[1]:.0f} with 10 mL/min"
    return Finding(
        measured, good <= min(failing) - 3 and all(14 <= day <= 60 for day in failing), curves(runs, "calcium", "mM")
    )


@CLAIMS.add(
    "MN-3",
    "In primary hyperparathyroidism calcium and PTH are both high, and bone pays (Schwarz 1994)",
    "three years: calcium 109 to 118 % of healthy (113.6 seen), PTH over 10 % above healthy, CTX over"
    " 5 % up and density of the hip over 0.5 % down (what a hundred women can tell)",
    needs=[GLANDS],
    mechanism=(
        "glands that are set to more calcium secrete PTH at any that there is, and PTH acts on bone, kidney and gut"
    ),
    cuts={"set point as in health": {"slot_PTH_set_point": 1.0}, "PTH does nothing": {"PTH_effect": 1.0}},
    fitted="Schwarz 1994, calcium",
)
def calcium_and_pth_are_high() -> Finding:
    columns = ["calcium", "PTH", "CTX", "bone_mineral_density_hip"]
    run = rk.compose("human", GLANDS).simulate("3 y", points=100, columns=columns)
    calcium, pth, marker, hip = 100 * run.iloc[-1] / run.iloc[0]
    holds = 109 <= calcium <= 118 and pth > 110 and marker > 105 and hip < 99.5
    measured = f"calcium {calcium:.0f} %, PTH {pth:.0f} %, CTX {marker:.0f} %, hip {hip:.1f} % of healthy"
    return Finding(measured, bool(holds), curves({"untreated": run / run.iloc[0]}, "calcium"))
