"""What denosumab must show in women with low bone mass (SC-50 of the editorial)."""

from __future__ import annotations

import ranklsys as rk
from ranklsys import Claims, Finding, curves, percent
from ranklsys_osteoporosis.women import HAZARDS, MONTH, NONE_YET

CLAIMS = Claims()
PARTS = ("menopause", "osteoporosis", "denosumab")
T_SCORE = "T_score_spine"
LOW = (-4.0, -1.8)
"""T-scores at the spine of the women of McClung 2006 (doi:10.1056/NEJMoa044459)."""


@CLAIMS.add(
    "SC-50",
    "Denosumab protects women with low bone mass: turnover falls, density rises",
    "a woman whose T-score at the spine lies where those of McClung 2006 did (-1.8 to -4.0): over two years it falls "
    "without treatment, and on 60 mg every 6 months gains over 0.3 of an SD (3 % of density, the least change "
    "that a densitometer tells), with CTX down by over half at month 12; she expects fewer than two thirds of the "
    "vertebral fractures",
    needs=PARTS,
    mechanism="denosumab binds RANKL of marrow; T-scores count from bone at its peak",
    cuts={
        "denosumab reaches no marrow": {"denosumab__marrow_access": 0.0},
        "a peak like that of others": {"peak_bone_density": 1.0},
    },
    fitted="gain and CTX on denosumab, of McClung 2006; not where the T-score begins, nor fractures",
)
def low_bone_mass_is_protected() -> Finding:
    woman = rk.compose("human", *PARTS).after("12 y").set(NONE_YET)
    runs = {
        arm: woman.simulate("24 mo", points=25, doses=doses or (), columns=[T_SCORE, "CTX", HAZARDS[0]])
        for arm, doses in (("no drug", ""), ("denosumab", "denosumab 60 mg sc q6mo"))
    }
    none, drug = runs.values()
    start = float(none[T_SCORE].iloc[0])
    lost, gained = (float(run[T_SCORE].iloc[-1]) - start for run in (none, drug))
    marker = percent(drug["CTX"].loc[: 12 * MONTH].iloc[-1], drug["CTX"].iloc[0])
    fractures = float(drug[HAZARDS[0]].iloc[-1] / none[HAZARDS[0]].iloc[-1])
    measured = (
        f"T-score {start:.2f}, without drug {lost:+.2f}, with it {gained:+.2f}; CTX {marker:.0f} %; "
        f"vertebral fractures {fractures:.2f} of untreated"
    )
    holds = LOW[0] <= start <= LOW[1] and lost < 0 and gained > 0.3 and marker < -50 and fractures < 2 / 3
    return Finding(measured, holds, curves(runs, T_SCORE, "SD of young women"))
