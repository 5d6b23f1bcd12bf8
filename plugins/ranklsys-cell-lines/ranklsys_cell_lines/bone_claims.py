"""What tumours must show of bone beside them: contact, space, and bone that they make (mouse; SC-37, SC-38, TU-01)."""

from __future__ import annotations

from ranklsys import Claims, Finding, curves, percent
from ranklsys_cell_lines.claims import MDA, PTHRP, run

CLAIMS = Claims()


@CLAIMS.add(
    "SC-37",
    "Some tumours raise RANKL by touching osteoblast-lineage cells",
    "without contact RANKL and osteoclasts fall by 5 % or more in MDA-MB-231 (less would be lost "
    "between mice), and stay (0.1 %) in MCF-7 with PTHrP",
    needs=[MDA, PTHRP],
    mechanism="osteoblasts that MDA-MB-231 touches make RANKL",
    cuts={"no contact": {"osteoblasts_in_contact": 0.0}},
)
def contact_raises_rankl() -> Finding:
    columns = ["RANKL_lesion", "osteoclasts_lesion"]
    change = {}
    for line, days in ((MDA, 25), (PTHRP, 42)):
        touching, apart = (run(line, days, columns, edge).iloc[-1] for edge in ({}, {"slot_contact": 0.0}))
        change[line] = [percent(float(apart[name]), float(touching[name])) for name in columns]
    holds = max(change[MDA]) <= -5 and max(map(abs, change[PTHRP])) < 0.1
    measured = "; ".join(
        f"{line}: RANKL {rankl:.1f} %, osteoclasts {cells:.1f} %" for line, (rankl, cells) in change.items()
    )
    return Finding(measured, holds)


@CLAIMS.add(
    "SC-38",
    "Degraded bone makes space for the tumour",
    "the plateau is higher by a fifth or more with space than without, also without factor-fed growth (60 d)",
    needs=[MDA],
    mechanism="a tumour grows to the space that there is, and bone that is gone makes space",
    cuts={"no space made": {"slot_space": 0.0}, "bone of the lesion stays": {"bone_volume_lesion": 1.0}},
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
    mechanism="endothelin-1 of the tumour draws osteoblasts",
    cuts={"osteoblasts not drawn": {"osteoblast_attraction_lesion": 0.0}},
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
