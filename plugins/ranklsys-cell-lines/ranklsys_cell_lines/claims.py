"""What the tumours must show: both loops, homing, contact, space (mouse; SC-01 to SC-38 of the editorial)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import ranklsys as rk
from ranklsys import Claims, Finding, curves, falls, growth_rate, integral, percent, rises, rounded, table

if TYPE_CHECKING:
    import pandas as pd

CLAIMS = Claims()
MDA, MCF, PTHRP, B16 = "mda-mb-231", "mcf-7", "mcf-7-pthrp", "b16f10"
TUMOUR_TO_RANKL = {
    "tumour_contact": 0.0,
    "tumour_RANKL": 0.0,
    "PTHrP_RANKL_gain": 0.0,
    "PTHrP_OPG_gain": 0.0,
    "IL6_RANKL_gain": 0.0,
    "tumour_RANK_uptake": 0.0,
}
TUMOUR_TO_BONE = {
    **TUMOUR_TO_RANKL,
    "tumour_PTHrP": 0.0,
    "tumour_PTHrP_TGF": 0.0,
    "tumour_DKK1": 0.0,
    "tumour_toxicity": 0.0,
    "tumour_precursors": 0.0,
}


def run(line: str, days: float, columns: Sequence[str], changes: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Return a run of the mouse with a cell line."""
    return rk.compose("mouse", line).set(changes or {}).simulate(days, columns=columns)


@CLAIMS.add(
    "SC-01",
    "Bone metastasis is mostly osteolytic, with more and more active osteoclasts",
    "osteoclasts >= 1.5 of healthy, each more active, bone falls all along, CTX rises (28 d)",
    needs=[MDA],
)
def osteolytic() -> Finding:
    done = run(MDA, 28, ["osteoclasts_lesion", "activity_lesion", "bone_volume_lesion", "CTX"])
    last = done.iloc[-1]
    falls = bool((done["bone_volume_lesion"].diff().dropna() <= 1e-9).all())
    holds = last["osteoclasts_lesion"] >= 1.5 and last["activity_lesion"] > 1 and falls and last["CTX"] > 1
    measured = (
        f"osteoclasts {last['osteoclasts_lesion']:.2f}, activity {last['activity_lesion']:.2f}, "
        f"bone {last['bone_volume_lesion']:.2f}, CTX {last['CTX']:.3f}"
    )
    done.attrs["unit"] = "relative to healthy"
    return Finding(measured, bool(holds), done)


@CLAIMS.add(
    "SC-02",
    "Osteoclasts are needed for the destruction of bone by tumour",
    "without RANK in the host no bone is lost, and dBV/dt stays within 5 % of that without tumour (28 d)",
    needs=[MDA],
)
def osteoclasts_are_needed() -> Finding:
    columns = ["bone_volume_lesion", "tumour"]
    runs = {
        "tumour": run(MDA, 28, columns),
        "tumour, no RANK": run(MDA, 28, columns, {"slot_RANK_gene": 0.0}),
        "no tumour, no RANK": run(MDA, 28, columns, {"slot_RANK_gene": 0.0, "seed_circulating": 0.0}),
    }
    daily = {label: each["bone_volume_lesion"].diff() for label, each in runs.items()}
    without = daily["no tumour, no RANK"]
    apart = (daily["tumour, no RANK"] - without).abs()
    share, of_loss = float((apart / without.abs()).max()), float(apart.max() / daily["tumour"].abs().max())
    lost = float(runs["tumour, no RANK"]["bone_volume_lesion"].min())
    measured = (
        f"dBV/dt differs by up to {100 * share:.0f} % ({100 * of_loss:.1f} % of the tumour's rate of loss with RANK); "
        f"least bone {lost:.3f}"
    )
    return Finding(measured, share < 0.05 and lost >= 1 - 1e-9, curves(runs, "bone_volume_lesion"))


@CLAIMS.add(
    "SC-03",
    "Tumour cells activate osteoclasts by a factor of theirs",
    "osteoclasts rise with the tumour, and do not when its links to bone are cut",
    needs=[MDA],
)
def tumour_activates_osteoclasts() -> Finding:
    sizes = (0.0, 0.1, 0.2, 0.4, 0.8)
    still = {"growth_scale": 0.0, "seed_circulating": 0.0}
    linked, cut = (
        [run(MDA, 14, ["osteoclasts_lesion"], {**still, **links, "seed_bone": size}).iloc[-1].item() for size in sizes]
        for links in ({}, TUMOUR_TO_BONE)
    )
    holds = rises(linked) and all(abs(cells - 1) < 1e-6 for cells in cut)
    drawn = table({"linked": linked, "links cut": cut}, "osteoclasts [relative to healthy]", over="tumour", at=sizes)
    return Finding(f"osteoclasts {rounded(linked)}; links cut {rounded(cut, 4)}", holds, drawn)


@CLAIMS.add(
    "SC-05",
    "Released factors feed the tumour (second loop)",
    "without them growth in bone falls to the rate in soft tissue (within 1 %; as many cells placed in both)",
    needs=[MDA],
)
def factors_feed_the_tumour() -> Finding:
    columns = ["tumour", "tumour_soft_tissue"]
    placed = {"seed_circulating": 0.0, "seed_bone": 1e-4, "tumour_soft_tissue": 1e-4}
    runs = {
        "fed": run(MDA, 25, columns, placed),
        "not fed": run(MDA, 25, columns, {**placed, "slot_factor_growth": 0.0}),
    }
    fed, unfed = (growth_rate(each, "tumour", 4, 8) for each in runs.values())
    soft = growth_rate(runs["not fed"], "tumour_soft_tissue", 4, 8)
    measured = f"growth in bone {fed:.3f}/d, without factors {unfed:.3f}/d, in soft tissue {soft:.3f}/d"
    return Finding(
        measured, fed > 1.05 * unfed and abs(unfed / soft - 1) < 0.01, curves(runs, "tumour", "of a full marrow")
    )


@CLAIMS.add(
    "SC-06",
    "The two loops form a vicious circle",
    "cutting any edge lowers both tumour and resorption (28 d)",
    needs=[MDA],
)
def vicious_circle() -> Finding:
    edges: dict[str, dict[str, float]] = {
        "full circle": {},
        "tumour to RANKL cut": TUMOUR_TO_RANKL,
        "factors to tumour cut": {"slot_factor_growth": 0.0},
        "RANK on osteoclasts cut": {"slot_RANK": 0.0, "slot_RANK_lesion": 0.0},
    }
    runs = {label: run(MDA, 28, ["tumour", "resorption_lesion"], edge) for label, edge in edges.items()}
    tumour = {label: float(each["tumour"].iloc[-1]) for label, each in runs.items()}
    lysis = {label: integral(each, "resorption_lesion") for label, each in runs.items()}
    cut = [label for label in runs if label != "full circle"]
    holds = all(tumour[label] < tumour["full circle"] and lysis[label] < lysis["full circle"] for label in cut)
    measured = "; ".join(
        f"{label}: tumour {percent(tumour[label], tumour['full circle']):.0f} %, "
        f"resorption {percent(lysis[label], lysis['full circle']):.0f} %"
        for label in cut
    )
    return Finding(measured, holds, curves(runs, "tumour", "of a full marrow"))


@CLAIMS.add(
    "SC-12",
    "MCF-7 leaves bone alone; MCF-7 that makes PTHrP raises RANKL, osteoclasts, lesions and calcium",
    "with PTHrP all four are higher, calcium passes 2.65 mM at high burden; the parental line is as tumour-free (2 %)",
    needs=[MCF, PTHRP],
)
def pthrp_makes_mcf7_osteolytic() -> Finding:
    columns = ["RANKL_OPG_ratio_lesion", "osteoclasts_lesion", "lesion_fraction", "calcium"]
    runs = {line: run(line, 56, columns) for line in (MCF, PTHRP)}
    quiet, lytic = (each.loc[:42.0].iloc[-1] for each in runs.values())
    top = float(runs[PTHRP]["calcium"].max())
    alone = abs(quiet["RANKL_OPG_ratio_lesion"] - 1) < 0.02 and abs(quiet["lesion_fraction"]) < 0.02
    holds = alone and all(lytic[name] > quiet[name] for name in columns) and top > 2.65
    measured = (
        f"ratio {quiet.iloc[0]:.2f} and {lytic.iloc[0]:.1f}, osteoclasts {quiet.iloc[1]:.2f} and {lytic.iloc[1]:.2f}, "
        f"lesion {quiet.iloc[2]:.2f} and {lytic.iloc[2]:.2f}, highest calcium {top:.2f} mM"
    )
    return Finding(measured, bool(holds), curves(runs, "calcium", "mM"))


@CLAIMS.add(
    "SC-13",
    "MDA-MB-231 grows bone metastases without added PTHrP",
    "lesions form, and RANKL in tumour bone is above tumour-free (25 d)",
    needs=[MDA],
)
def mda_is_osteolytic_by_itself() -> Finding:
    done = run(MDA, 25, ["lesion_fraction", "RANKL_lesion", "RANKL"])
    last = done.iloc[-1]
    holds = last["lesion_fraction"] > 0.05 and last["RANKL_lesion"] > last["RANKL"]
    measured = (
        f"lesion {last['lesion_fraction']:.2f}, RANKL {last['RANKL_lesion'] / last['RANKL']:.2f} of tumour-free bone"
    )
    return Finding(measured, bool(holds), curves({"lesion": done}, "lesion_fraction"))


@CLAIMS.add(
    "SC-15",
    "The local ratio of RANKL to OPG is key to growth in bone",
    "doubling time falls at every step of the ratio; a tumour that cannot raise it grows slower",
    needs=[MDA],
)
def ratio_is_key() -> Finding:
    levels = (4.0, 2.0, 1.0, 0.5, 0.25)
    seeded = {"seed_circulating": 0.0, "seed_bone": 1e-4}
    runs = [
        run(MDA, 25, ["tumour", "RANKL_OPG_ratio_lesion"], {**seeded, "slot_OPG_production_lesion": level})
        for level in levels
    ]
    ratio = [float(each["RANKL_OPG_ratio_lesion"].loc[:10.0].iloc[-1]) for each in runs]
    doubling = [math.log(2) / growth_rate(each, "tumour", 10, 15) for each in runs]
    free, clamped = (
        run(MDA, 25, ["tumour"], links)["tumour"].iloc[-1] for links in ({}, {**TUMOUR_TO_RANKL, "tumour_DKK1": 0.0})
    )
    holds = rises(ratio) and falls(doubling) and clamped < free
    drawn = table({"doubling time": doubling}, "doubling time [d]", over="RANKL:OPG", at=ratio)
    steps = f"ratio {rounded(ratio)}: {rounded(doubling)} d"
    measured = f"{steps}; clamped {percent(clamped, free):.0f} % burden"
    return Finding(measured, holds, drawn)


@CLAIMS.add(
    "SC-17",
    "PTHrP, IL-6 and TGF-beta act on the tumour directly, and through RANKL and OPG",
    "cutting the direct and the indirect edge each lowers the tumour, both together more",
    needs=[MDA],
)
def direct_and_indirect() -> Finding:
    direct, indirect = {"slot_factor_growth": 0.0}, TUMOUR_TO_RANKL
    edges = {"full": {}, "direct cut": direct, "indirect cut": indirect, "both cut": {**direct, **indirect}}
    runs = {label: run(MDA, 28, ["tumour"], edge) for label, edge in edges.items()}
    full, one, other, both = (float(each["tumour"].iloc[-1]) for each in runs.values())
    cuts = {"direct": one, "indirect": other, "both": both}
    measured = ", ".join(f"{label} cut {percent(value, full):.1f} %" for label, value in cuts.items())
    return Finding(
        measured, both < min(one, other) and max(one, other) < full, curves(runs, "tumour", "of a full marrow")
    )


@CLAIMS.add(
    "SC-37",
    "Some tumours raise RANKL by touching osteoblast-lineage cells",
    "without contact RANKL and osteoclasts fall in MDA-MB-231, and stay (0.1 %) in MCF-7 with PTHrP",
    needs=[MDA, PTHRP],
)
def contact_raises_rankl() -> Finding:
    columns = ["RANKL_lesion", "osteoclasts_lesion"]
    change = {}
    for line, days in ((MDA, 25), (PTHRP, 42)):
        touching, apart = (run(line, days, columns, edge).iloc[-1] for edge in ({}, {"slot_contact": 0.0}))
        change[line] = [percent(float(apart[name]), float(touching[name])) for name in columns]
    holds = max(change[MDA]) < -1 and max(map(abs, change[PTHRP])) < 0.1
    measured = "; ".join(
        f"{line}: RANKL {rankl:.1f} %, osteoclasts {cells:.1f} %" for line, (rankl, cells) in change.items()
    )
    return Finding(measured, holds)


@CLAIMS.add(
    "SC-38",
    "Degraded bone makes space for the tumour",
    "the plateau is higher with space than without, also without factor-fed growth (60 d)",
    needs=[MDA],
)
def space_for_the_tumour() -> Finding:
    edges = {
        "space": {},
        "no space": {"slot_space": 0.0},
        "space, not fed": {"slot_factor_growth": 0.0},
        "no space, not fed": {"slot_space": 0.0, "slot_factor_growth": 0.0},
    }
    runs = {label: run(MDA, 60, ["tumour"], edge) for label, edge in edges.items()}
    top = {label: float(each["tumour"].iloc[-1]) for label, each in runs.items()}
    holds = top["space"] > 1.2 * top["no space"] and top["space, not fed"] > 1.2 * top["no space, not fed"]
    measured = ", ".join(f"{label} {value:.2f}" for label, value in top.items())
    return Finding(f"plateau: {measured}", holds, curves(runs, "tumour", "of a full marrow"))


@CLAIMS.add(
    "TU-01",
    "A tumour that makes endothelin-1 makes bone where it grows (Yin 2003)",
    "bone at the lesion >= 1.3 of healthy by day 42; without what the tumour adds to osteoblasts within 5 % of healthy",
    needs=["zr-75-1"],
)
def osteoblastic() -> Finding:
    columns = ["bone_volume_lesion", "osteoblasts_lesion"]
    runs = {
        "ZR-75-1": run("zr-75-1", 42, columns),
        "cut": run("zr-75-1", 42, columns, {"tumour_osteoblast_growth": 0.0}),
    }
    bone = {name: float(each["bone_volume_lesion"].iloc[-1]) for name, each in runs.items()}
    return Finding(
        f"bone {bone['ZR-75-1']:.2f}, cut {bone['cut']:.2f}",
        bone["ZR-75-1"] >= 1.3 and abs(bone["cut"] - 1) < 0.05,
        curves(runs, "bone_volume_lesion"),
    )
