"""Lemaire 2004 beside the core: writes docs/peers.md with its table, and docs/lemaire.png.

Run it with ``uv run python benchmarks/lemaire.py``; it takes some twenty seconds.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes

from ranklsys.show import COLOURS, drawing
from tests.peers import lemaire
from tests.peers.lemaire import EXTREME, LARGE, MODELS, SMALL, Perturbation

DOCS = Path(__file__).parent.parent / "docs"
TEXT = Path(__file__).parent / "peers_page.md"
SURVIVAL = "here RANK also keeps osteoclasts alive: see c"
CANCEL = "two differences nearly cancel: see a"
PTH = "PTH acts in proportion there, saturates here: see d"
SHOWN = (
    (SMALL[0], SURVIVAL),
    (SMALL[2], CANCEL),
    (SMALL[4], PTH),
    (LARGE[0], SURVIVAL),
    (LARGE[1], SURVIVAL),
    (LARGE[2], CANCEL),
    (LARGE[3], CANCEL),
    (LARGE[4], PTH),
    (LARGE[5], SURVIVAL),
    (EXTREME[0], "here RANK also keeps osteoclasts alive, and precursors run short: see c"),
    (EXTREME[1], SURVIVAL),
    (EXTREME[2], PTH),
)


def main() -> None:
    """Write the page and its picture."""
    page = TEXT.read_text(encoding="utf-8")
    (DOCS / "peers.md").write_text(page.format(rows="\n".join(rows()), **numbers()), encoding="utf-8")
    picture(DOCS / "lemaire.png")
    print("wrote peers.md and lemaire.png")


def rows() -> list[str]:
    """Return the rows of the table."""
    return [row(perturbation, why) for perturbation, why in SHOWN]


def row(perturbation: Perturbation, why: str) -> str:
    """Return one row: each model's osteoclasts and osteoblasts after a year."""
    digits = 3 if perturbation in SMALL else 2
    ends = {model: lemaire.run(model, perturbation, points=2).iloc[-1] for model in MODELS}
    cells = {name: f"{end['osteoclasts']:.{digits}f} / {end['osteoblasts']:.{digits}f}" for name, end in ends.items()}
    gap = f"{100 * lemaire.gap(perturbation).max():.2g} %"
    columns = (
        perturbation.title,
        cells["Lemaire"],
        cells["limiting case"],
        gap,
        cells["core"],
        why,
    )
    return "| " + " | ".join(columns) + " |"


def numbers() -> dict[str, float]:
    """Return every number in the text of the page."""
    at = lemaire.healthy()
    through = at["RANKL_through_OPG"] / (1 + at["RANKL_through_OPG"] + at["RANKL_through_RANK"])
    here = {name: element.value for name, element in lemaire.core().facts.elements.items()}
    kept = {
        "slope": at["TGF_slope"],
        "h": at["TGF_slope"],
        "w": through,
        "OPG": at["OPG"] / 1000,
        "fold": 150 / at["PTH"],
        "share_there": 100 * through,
        "share_here": 100 * here["ratio_OPG"] / (1 + here["ratio_OPG"] + here["ratio_RANK"]),
        "affinity": here["OPG_affinity_fold"],
        "OPG_here": here["OPG_healthy"] / 1000,
        "PTH_most": 100 * here["PTH_RANKL_gain"],
    }
    return {**kept, **gaps(), **elasticities(), **rebound(), **doubled(), **speed(), **bone()}


def gaps() -> dict[str, float]:
    """Return how far the limiting case is off Lemaire, in percent, at most."""
    groups = {"small": SMALL, "large": LARGE, "extreme": EXTREME}
    return {name: 100 * max(lemaire.gap(each).max() for each in group) for name, group in groups.items()}


def elasticities() -> dict[str, float]:
    """Return what 1 % of RANKL, OPG and PTH does to osteoclasts, there and here."""
    sources = {"rankl": SMALL[0], "opg": SMALL[2], "pth": SMALL[4]}
    places = {"there": "Lemaire", "here": "core"}
    return {
        f"{source}_{place}": lemaire.elasticity(model, change, 1.05)
        for source, change in sources.items()
        for place, model in places.items()
    }


def rebound() -> dict[str, float]:
    """Return what a block leaves, and the peaks after its release."""
    there, here = lemaire.released("Lemaire")["osteoclasts"], lemaire.released("core")["osteoclasts"]
    fixed = lemaire.released("core", precursor_share_maturing=0.0)["osteoclasts"]
    neither = lemaire.released("core", precursor_share_maturing=0.0, aged_bone_weight=0.0)["osteoclasts"]
    pool = lemaire.core().facts.elements["precursor_share_maturing"].value
    filled = lemaire.released("limiting case", precursor_share_maturing=pool)["osteoclasts"]
    return {
        "left_there": there.iloc[0],
        "left_here": here.iloc[0],
        "peak_here": here.max(),
        "day_here": here.idxmax(),
        "peak_fixed": fixed.max(),
        "peak_neither": neither.max(),
        "peak_limit": filled.max(),
    }


def doubled() -> dict[str, float]:
    """Return the core's osteoclasts after a year of RANKL doubled, without each of its mechanisms."""
    variants = {
        "core": {},
        "survival": {"slot_RANK_on_survival": 0.0},
        "fixed": {"precursor_share_maturing": 0.0},
        "uncalled": {"aged_bone_weight": 0.0},
        "neither": {"precursor_share_maturing": 0.0, "aged_bone_weight": 0.0},
    }
    return {name: lemaire.doubled(**more) for name, more in variants.items()}


def speed() -> dict[str, float]:
    """Return when osteoblasts are half-way, and how far they dip before, after a doubling of RANKL."""
    found = {}
    for place, model in (("there", "Lemaire"), ("here", "core")):
        blasts = lemaire.run(model, LARGE[0])["osteoblasts"]
        found[f"half_{place}"] = ((blasts - 1) >= (blasts.max() - 1) / 2).idxmax()
        found[f"dip_{place}"] = 100 * (1 - blasts.min())
    return found


def bone() -> dict[str, float]:
    """Return where the core ends when bone has settled too."""
    end = lemaire.settled(LARGE[0])
    return {"settled_clasts": end["osteoclasts"], "settled_blasts": end["osteoblasts"]}


def picture(path: Path) -> None:
    """Draw cells after a doubling of RANKL, and osteoclasts after a release."""
    runs = {model: lemaire.run(model, LARGE[0]) for model in MODELS}
    releases = {model: lemaire.released(model, days=lemaire.YEAR) for model in MODELS}
    panels = {
        "Osteoclasts, RANKL production x 2": {model: run["osteoclasts"] for model, run in runs.items()},
        "Osteoblasts, RANKL production x 2": {model: run["osteoblasts"] for model, run in runs.items()},
        "Osteoclasts, after two years at 2 % of RANKL": {model: run["osteoclasts"] for model, run in releases.items()},
    }
    with drawing(path, 3, size=(3.8, 3.4), more=(0.0, 0.0)) as (figure, axes):
        for axis, (title, curves) in zip(axes, panels.items(), strict=True):
            panel(axis, title, curves)
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)


def panel(axis: Axes, title: str, curves: dict[str, pd.Series]) -> None:
    """Draw a line for each model, the limiting case dashed over Lemaire."""
    for (model, curve), colour in zip(curves.items(), COLOURS, strict=False):
        dashes = (3, 2) if model == "limiting case" else (None, None)
        axis.plot(curve.index, curve, label=model, color=colour, linewidth=1.8, dashes=dashes)
    axis.axhline(1.0, color="#999999", linewidth=0.8)
    axis.set_title(title)
    axis.set_xlabel("time [d]")
    axis.set_ylabel("relative to healthy")
    axis.set_ylim(bottom=0.0)


if __name__ == "__main__":
    main()
