"""What tumours that make RANKL themselves must show (mouse; SC-46 and SC-47 of the editorial)."""

from __future__ import annotations

import ranklsys as rk
from ranklsys import Claims, Finding, curves, percent

CLAIMS = Claims()
MDA, MDA_RANKL, MCF_RANKL = "mda-mb-231", "mda-mb-231-rankl", "mcf-7-pthrp-rankl"
NO_RANKL_IN_HOST = {"slot_RANKL_gene": 0.0}
CELLS = "osteoclasts_lesion"


@CLAIMS.add(
    "SC-46",
    "Some tumours express RANKL themselves, and call osteoclasts by it",
    "MDA-MB-231 that makes RANKL in place of calling for it: RANKL:OPG at the lesion and osteoclasts are over "
    "10 % above the same tumour without RANKL and contact (28 d; the error of counts in Bennett 2024 is 9 %). Where "
    "the host has no RANKL gene, osteoclasts at the lesion are over 5 % of healthy and ten times those of the "
    "skeleton (a hundredth of healthy is none, SC-07)",
    needs=[MDA, MDA_RANKL],
    mechanism="the tumour adds RANKL at the lesion, as much as there is of it",
    cuts={"the tumour makes no RANKL": {"tumour_RANKL": 0.0}},
)
def tumour_makes_rankl() -> Finding:
    columns = ["RANKL_OPG_ratio_lesion", CELLS, "osteoclasts", "bone_volume_lesion"]
    makes, neither = rk.compose("mouse", MDA_RANKL), rk.compose("mouse", MDA).set(tumour_contact=0.0)
    runs = {
        "RANKL of the tumour": makes.simulate("28 d", columns=columns),
        "neither RANKL nor contact": neither.simulate("28 d", columns=columns),
        "RANKL of the tumour alone": makes.set(NO_RANKL_IN_HOST).simulate("28 d", columns=columns),
    }
    with_it, without, alone = (run.iloc[-1] for run in runs.values())
    ratio, cells = (percent(with_it[name], without[name]) for name in columns[:2])
    holds = min(ratio, cells) > 10 and alone[CELLS] > 0.05 and alone[CELLS] > 10 * alone["osteoclasts"]
    measured = (
        f"RANKL:OPG {ratio:+.0f} %, osteoclasts {cells:+.0f} %; in a host without RANKL osteoclasts {alone[CELLS]:.3f} "
        f"of healthy at the lesion, {alone['osteoclasts']:.4f} in the skeleton"
    )
    return Finding(measured, bool(holds), curves(runs, CELLS))


@CLAIMS.add(
    "SC-47",
    "PTHrP makes MCF-7 express RANKL, with which it activates osteoclasts, costs bone and raises calcium",
    "where the host has no RANKL gene, so that all RANKL is the tumour's, osteoclasts at the lesion are over a fifth "
    "of healthy by day 42 and RANKL:OPG above healthy; with PTHrP neutralised both are below a hundredth (none, "
    "SC-07). In a whole mouse over a fifth of bone is lost (its error in Bennett 2024 is 17 %) and calcium passes "
    "2.65 mM",
    needs=[MCF_RANKL],
    mechanism="PTHrP that the tumour makes lets it express RANKL, half of the most at PTHrP_half",
    cuts={
        "PTHrP induces no RANKL in the tumour": {"tumour_RANKL_PTHrP": 0.0},
        "the tumour makes no PTHrP": {"tumour_PTHrP": 0.0},
        "RANKL of the tumour without PTHrP": {"tumour_RANKL_expressed": 1.0},
    },
)
def pthrp_makes_the_tumour_express_rankl() -> Finding:
    columns = ["RANKL_OPG_ratio_lesion", CELLS, "lesion_fraction", "calcium"]
    model = rk.compose("mouse", MCF_RANKL)
    alone = model.set(NO_RANKL_IN_HOST)
    runs = {
        "whole mouse": model.simulate("42 d", columns=columns),
        "host without RANKL": alone.simulate("42 d", columns=columns),
        "host without RANKL, PTHrP neutralised": alone.set(slot_PTHrP_activity=0.0).simulate("42 d", columns=columns),
    }
    whole, tumour, neutralised = (run.iloc[-1] for run in runs.values())
    lytic = whole["lesion_fraction"] > 0.2 and whole["calcium"] > 2.65
    fed = tumour[CELLS] > 0.2 and tumour["RANKL_OPG_ratio_lesion"] > 1
    none = max(neutralised[CELLS], neutralised["RANKL_OPG_ratio_lesion"]) < 0.01
    measured = (
        f"in a host without RANKL osteoclasts {tumour[CELLS]:.2f} of healthy, RANKL:OPG "
        f"{tumour['RANKL_OPG_ratio_lesion']:.1f}; PTHrP neutralised {neutralised[CELLS]:.4f}; "
        f"whole mouse: {100 * whole['lesion_fraction']:.0f} % of bone lost, calcium {whole['calcium']:.2f} mM"
    )
    return Finding(measured, bool(lytic and fed and none), curves(runs, CELLS))
