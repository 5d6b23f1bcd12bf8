"""What the mammary gland must show (SC-20 and SC-21 of the editorial)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ranklsys as rk
from ranklsys import Claims, Finding, curves

if TYPE_CHECKING:
    import pandas as pd

CLAIMS = Claims()
NEEDS = ("mammary-gland", "rankl-knockout", "rank-knockout")


def pregnancies(column: str) -> pd.DataFrame:
    """Return 45 d from conception in the wild type and in both knock-outs."""
    name = f"mammary_gland__{column}"
    mice: dict[str, tuple[str, ...]] = {"wild type": (), "no RANKL": ("rankl-knockout",), "no RANK": ("rank-knockout",)}
    gland = {label: rk.compose("mouse", "mammary-gland", *parts) for label, parts in mice.items()}
    runs = {label: model.simulate("45 d", columns=[name]) for label, model in gland.items()}
    return curves(runs, name, "of a full gland")


@CLAIMS.add(
    "SC-20",
    "RANKL and RANK are needed for the lactating mammary gland",
    "at term alveoli fill more than half of the gland in the wild type, and less than 1 % in both knock-outs",
    needs=NEEDS,
)
def alveoli_need_rankl_and_rank() -> Finding:
    table = pregnancies("alveoli")
    term = table.loc[:19.4].iloc[-1]
    holds = term["wild type"] > 0.5 and term.drop("wild type").max() < 0.01
    return Finding(", ".join(f"{label} {value:.2f}" for label, value in term.items()), bool(holds), table)


@CLAIMS.add(
    "SC-21",
    "Mice without RANKL or RANK cannot feed their pups",
    "milk flows in the wild type and is 0 in both knock-outs",
    needs=NEEDS,
)
def no_milk_without_rankl_or_rank() -> Finding:
    table = pregnancies("milk")
    most = table.max()
    holds = most["wild type"] > 0.5 and most.drop("wild type").max() == 0
    return Finding(", ".join(f"{label} {value:.2f}" for label, value in most.items()), bool(holds), table)
