"""What the tumours must show on their way to bone: RANK, RANKL and homing (mouse; SC-19 to SC-29 of the editorial)."""

from __future__ import annotations

from itertools import pairwise

import ranklsys as rk
from ranklsys import Claims, Finding, curves, percent, rounded, table
from ranklsys_cell_lines import early_disease
from ranklsys_cell_lines.claims import B16, BLIND, MCF, MDA, run

CLAIMS = Claims()
EARLY = "early-breast"
DEAF = {"homing_basal": 1.0}
"""The cut of RANK from homing: all of it is basal."""


def homing(rank: float, rankl: float) -> float:
    """Return the homing to bone of cells with so much RANK, where so much RANKL is made."""
    changes = {"tumour_RANK": rank, "slot_RANKL_production_lesion": rankl, "seed_circulating": 0.0}
    return float(run(MDA, 5, ["homing_bone"], changes)["homing_bone"].iloc[-1])


@CLAIMS.add(
    "SC-19",
    "RANKL and RANK direct tumour cells into bone",
    "homing rises by 2 % or more at each step of RANK and of RANKL (0, 0.5, 1, 2), and is the basal "
    "share alone when either is 0",
    needs=[MDA],
    mechanism="RANK of tumour cells hears RANKL of bone, and adds to what homes without it",
    cuts={"homing deaf to RANK": DEAF},
)
def homing_by_rank_and_rankl() -> Finding:
    levels = (0.0, 0.5, 1.0, 2.0)
    basal = rk.compose("mouse", MDA).facts.elements["homing_basal"].value
    flux = [[homing(rank, rankl) for rankl in levels] for rank in levels]
    columns = list(zip(*flux, strict=True))
    series = (*flux[1:], *columns[1:])
    steps_up = all(more >= 1.02 * less for each in series for less, more in pairwise(each))
    basal_only = all(abs(each - basal) < 1e-3 for each in (*flux[0], *columns[0]))
    drawn = table(
        {f"RANKL x {level:g}": list(column) for level, column in zip(levels, columns, strict=True)},
        "homing [relative]",
        over="RANK",
        at=levels,
    )
    least, most = min(min(row) for row in flux), max(max(row) for row in flux)
    return Finding(f"homing from {least:.2f} (basal {basal:.2f}) to {most:.2f}", steps_up and basal_only, drawn)


@CLAIMS.add(
    "SC-22",
    "Breast cancer lines have constitutive RANK",
    "RANK > 0 in the tables of MCF-7, MDA-MB-231 and B16F10",
    needs=[MCF, MDA, B16],
    by_construction="it reads the tables of the lines",
)
def lines_have_rank() -> Finding:
    rank = {line: rk.compose("mouse", line).facts.elements["tumour_RANK"].value for line in (MCF, MDA, B16)}
    return Finding(", ".join(f"{line} {value:g}" for line, value in rank.items()), min(rank.values()) > 0)


def preference(line: str, days: float) -> tuple[float, float, float, float]:
    """Return bone : soft tissue with and without RANK on the tumour, and soft tissue with and without."""
    ends = [
        run(line, days, ["tumour", "tumour_soft_tissue"], changes).iloc[-1] for changes in ({}, {"tumour_RANK": 0.0})
    ]
    ratios = [float(end["tumour"] / end["tumour_soft_tissue"]) for end in ends]
    soft = [float(end["tumour_soft_tissue"]) for end in ends]
    return ratios[0], ratios[1], soft[0], soft[1]


@CLAIMS.add(
    "SC-23",
    "RANK on the tumour decides whether it goes to bone",
    "bone : soft tissue is >= 1.5-fold higher with RANK than without; soft tissue changes by <= 10 %",
    needs=[MDA, B16],
    mechanism="cells with RANK home to where RANKL is",
    cuts={"homing deaf to RANK": DEAF},
)
def rank_decides_the_site() -> Finding:
    found = {line: preference(line, days) for line, days in ((MDA, 20), (B16, 12))}
    holds = all(
        high >= 1.5 * low and abs(percent(soft, soft_null)) <= 10 for high, low, soft, soft_null in found.values()
    )
    measured = "; ".join(
        f"{line}: {high:.2f} and {low:.2f} without RANK, soft tissue {percent(soft, null):+.1f} %"
        for line, (high, low, soft, null) in found.items()
    )
    return Finding(measured, holds)


@CLAIMS.add(
    "SC-24",
    "RANKL is abundant in bone, so bone is preferred",
    "homing prefers bone by a fifth or more, and with as much RANKL in soft tissue by less than 5 %",
    needs=[MDA],
    mechanism="homing hears RANKL, of which bone has more than soft tissue",
    cuts={"homing deaf to RANK": DEAF},
)
def preference_needs_rankl_in_bone() -> Finding:
    columns = ["homing_bone", "homing_soft_tissue"]
    usual, equal = (run(MDA, 1, columns, changes).iloc[0] for changes in ({}, {"RANKL_soft_tissue": 1.0}))
    before, after = (float(row["homing_bone"] / row["homing_soft_tissue"]) for row in (usual, equal))
    return Finding(
        f"bone over soft tissue {before:.2f}, with equal RANKL {after:.3f}", before >= 1.2 and abs(after - 1) < 0.05
    )


@CLAIMS.add(
    "SC-25",
    "RANK leads to bone in breast cancer and in melanoma",
    "both lines prefer bone more by a fifth or more with RANK than without, under the same homing constants",
    needs=[MDA, B16],
    mechanism="homing hears RANK, whatever the line",
    cuts={"homing deaf to RANK": DEAF},
)
def breast_and_melanoma_alike() -> Finding:
    constants = [
        {name: rk.compose("mouse", line).facts.elements[name].value for name in ("homing_basal", "homing_rate")}
        for line in (MDA, B16)
    ]
    fold = {line: preference(line, days) for line, days in ((MDA, 20), (B16, 12))}
    gains = {line: high / low for line, (high, low, _, _) in fold.items()}
    measured = ", ".join(f"{line} {gain:.2f}-fold" for line, gain in gains.items())
    return Finding(measured, constants[0] == constants[1] and min(gains.values()) >= 1.2)


@CLAIMS.add(
    "SC-29",
    "RANKL and RANK explain both homing and destruction",
    "blocking homing alone or osteoclasts alone lowers the burden by 5 % or more (less would be lost "
    "between mice), and both together by 5 % more than either (B16F10, 14 d)",
    needs=[B16],
    mechanism="RANK of the tumour leads it to bone; RANK of osteoclasts has them release what feeds it there",
    cuts={"tumour without RANK": {"tumour_RANK": 0.0}, "osteoclasts blind to RANK": BLIND},
)
def two_roles() -> Finding:
    homing, bone = {"tumour_RANK": 0.0}, {"slot_RANK_gene": 0.0}
    edges = {"neither": {}, "homing blocked": homing, "osteoclasts blocked": bone, "both blocked": {**homing, **bone}}
    runs = {label: run(B16, 14, ["tumour"], edge) for label, edge in edges.items()}
    full, one, other, both = (float(each["tumour"].iloc[-1]) for each in runs.values())
    measured = (
        f"homing {percent(one, full):.0f} %, osteoclasts {percent(other, full):.0f} %, both {percent(both, full):.0f} %"
    )
    return Finding(
        measured,
        both <= 0.95 * min(one, other) and max(one, other) <= 0.95 * full,
        curves(runs, "tumour", "of a full marrow"),
    )


@CLAIMS.add(
    "SC-30",
    "High RANK in the primary tumour may identify patients at risk of bone metastases",
    "the share of women with bone metastases 10 years after surgery rises from tercile to tercile of RANK, by a fifth "
    "or more each (600 virtual patients)",
    needs=["menopause", EARLY],
    mechanism="cells of a tumour with more RANK home to bone more",
    cuts={"homing deaf to RANK": DEAF},
)
def rank_identifies_patients() -> Finding:
    """RANK varies as a lognormal with sd 0.8 of the logarithm, independently of all else; no chance is drawn."""
    import numpy as np

    terciles = ("low RANK", "middle RANK", "high RANK")
    model = rk.compose("human", "menopause", EARLY)
    women = early_disease.women(model, 600, seed=30)
    found = early_disease.relapse(model, women, 20.0)
    groups = np.array_split(np.argsort([traits["tumour_RANK"] for traits in women]), 3)
    years = list(range(21))
    at = np.searchsorted(found.years, years)
    free = {
        name: [float(each) for each in found.free[group].mean(axis=0)[at]]
        for name, group in zip(terciles, groups, strict=True)
    }
    shares = [100 * (1 - course[10]) for course in free.values()]
    drawn = table(free, "free of bone metastases [share of patients]", over="years", at=years)
    rises = all(more >= 1.2 * less for less, more in pairwise(shares))
    return Finding(f"with bone metastases at 10 years, by tercile of RANK: {rounded(shares, 1)} %", rises, drawn)
