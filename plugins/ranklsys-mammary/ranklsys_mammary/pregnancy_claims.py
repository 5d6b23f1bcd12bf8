"""When and how much RANKL the gland needs: dose and time, beside its want (SC-51 of the editorial)."""

from __future__ import annotations

import ranklsys as rk
from ranklsys import Claims, Finding, curves

CLAIMS = Claims()
GLAND, DECOY = "mammary-gland", "opg-fc"
MILK = "mammary_gland__milk"
COURSE = "opg-fc 10 mg/kg sc q2d x 10"
ARMS: dict[str, tuple[dict[str, float], str]] = {
    "untreated": ({}, ""),
    "half of RANKL": ({"slot_RANKL_gene": 0.5}, ""),
    "half of RANK": ({"slot_RANK_gene": 0.5}, ""),
    "decoy in pregnancy": ({}, COURSE),
    "decoy in lactation": ({}, f"{COURSE} from 20 d"),
}


@CLAIMS.add(
    "SC-51",
    "RANKL and RANK of the mammary epithelium make the lactating gland, in pregnancy",
    "milk is over half of a full gland's untreated, over half in mice with half of the gene of RANKL or of RANK (who "
    "feed their pups, Fata 2000) and where a decoy begins after birth; under a tenth where it is given in pregnancy "
    "(a tenth feeds no litter)",
    needs=[GLAND, DECOY],
    mechanism="hormones of pregnancy let the epithelium make RANKL, whose signal by RANK makes alveoli grow",
    cuts={
        "alveoli grow without RANK": {"mammary_gland__alveolar_signal": 1.0},
        "hormones make no RANKL": {"mammary_gland__hormone_signal": 0.0},
    },
)
def gland_needs_rankl_in_pregnancy() -> Finding:
    mouse = rk.compose("mouse", GLAND, DECOY)
    runs = {
        arm: mouse.set(changes).simulate("40 d", points=401, doses=doses or (), columns=[MILK])
        for arm, (changes, doses) in ARMS.items()
    }
    most = {arm: float(run[MILK].max()) for arm, run in runs.items()}
    fed = [milk for arm, milk in most.items() if arm != "decoy in pregnancy"]
    measured = ", ".join(f"{arm} {milk:.2f}" for arm, milk in most.items())
    return Finding(f"most milk: {measured}", min(fed) > 0.5 and most["decoy in pregnancy"] < 0.1, curves(runs, MILK))
