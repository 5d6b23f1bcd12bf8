"""Claims under cuts, as tables for the terminal and for files, and as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from ranklsys import show
from ranklsys.plugins.claims import Claim, Verdict
from ranklsys.plugins.cut_verdicts import CutVerdict

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

SHADES = {"falls": "#3b5b92", "STANDS": "#ece9e2", "fails anyway": "#b9b4a8", "error": "#c8553d"}
"""The colours of words; what a claim's models do not have stays white."""
CELL, MARGINS = 0.17, (2.0, 2.6)
"""Size of a square of the picture, and room for names across and down [inch]."""
LEAST = 2.5
"""Least length of a side, within which its legend finds room [inch]."""


def tables(under: Sequence[CutVerdict], *, every: bool = False) -> list[Table | str]:
    """Return a table of verdicts and, in a sentence, whether a claim stands without its mechanism.

    every: as a matrix of claims and cuts, in place of a row for each claim and cut.
    """
    own = [each for each in under if each.own and each.cut]
    holes = [f"{each.claim.id} ({each.word}: {each.cut})".replace(": )", ")") for each in under if each.hole]
    shown = _matrix(under) if every else _rows(under)
    fallen = sum(each.word == "falls" for each in own)
    said = f"{fallen} of {len(own)} cuts make their claim fall"
    if anyway := sum(each.word == "fails anyway" for each in own):
        said += f", {anyway} are of claims that fail anyway"
    return [shown, said + (f"; to mend: {', '.join(holes)}" if holes else "; no claim stands without its mechanism")]


def _rows(under: Sequence[CutVerdict]) -> Table:
    columns = ("claim", "judged on", "as it is", "cut", "under it", "measured under it")
    rows = [
        (each.claim.id, basis(each.claim), each.bare.word, each.cut, each.word, each.measured if each.cut else "")
        for each in under
    ]
    return show.table("Claims without their mechanism", columns, rows)


def _matrix(under: Sequence[CutVerdict]) -> Table:
    """Return a row for each cut, with the claims that fall under it and those that it leaves standing."""
    rows = []
    for cut in _in_order(each.cut for each in under if each.cut):
        words = {each.claim.id: each.word for each in under if each.cut == cut}
        fallen, standing = (
            ", ".join(claim for claim, each in words.items() if each == word) for word in ("falls", "STANDS")
        )
        rows.append((cut, fallen, standing))
    return show.table("What falls without what", ("cut", "falls", "stands"), rows)


def basis(claim: Claim) -> str:
    """Return what a claim is judged on: a prediction, fitted data, or nothing, for it is an identity."""
    return "identity" if claim.by_construction else "fitted data" if claim.fitted else "prediction"


def frame_of(verdicts: Sequence[Verdict], under: Sequence[CutVerdict]) -> pd.DataFrame:
    """Return a row for each claim as it is and for each claim under each cut.

    Columns: claim, basis, cut (empty: as it is), own (whether the cut is the claim's), held, verdict, measured.
    """
    import pandas as pd

    rows: list[dict[str, object]] = [
        {"claim": each.claim.id, "basis": basis(each.claim), "cut": "", "own": True, "held": "", "verdict": each.word}
        | {"measured": each.finding.measured if each.finding else each.error}
        for each in verdicts
    ]
    rows += [
        {"claim": each.claim.id, "basis": basis(each.claim), "cut": each.cut, "own": each.own}
        | {"held": held(each), "verdict": each.word, "measured": each.measured}
        for each in under
        if each.cut
    ]
    return pd.DataFrame(rows)


def held(each: CutVerdict) -> str:
    """Return what a cut holds, as text, e.g. ``slot_RANKL_gene=0``."""
    return "; ".join(f"{id}={value:g}" if isinstance(value, float) else f"{id}={value}" for id, value in each.held)


def draw(under: Sequence[CutVerdict], path: Path | str) -> Path:
    """Draw claims against cuts as squares, own cuts framed; return the path."""
    _draw(under, target := show.picture_path(path))
    return target


def drawn(under: Sequence[CutVerdict]) -> str:
    """Return the picture of ``draw`` as SVG."""
    _draw(under, target := StringIO())
    return target.getvalue()[target.getvalue().index("<svg") :]


def _draw(under: Sequence[CutVerdict], target: Path | StringIO) -> None:
    claims, cuts = _in_order(each.claim.id for each in under), _in_order(each.cut for each in under if each.cut)
    size = (max(CELL * len(cuts), LEAST), max(CELL * len(claims), LEAST))
    with show.drawing(target, size=size, more=MARGINS) as (_, (axis,)):
        for word, shade in SHADES.items():
            squares = [each for each in under if each.word == word and each.cut]
            axis.scatter(
                [cuts.index(each.cut) for each in squares],
                [claims.index(each.claim.id) for each in squares],
                marker="s",
                s=(60 * CELL) ** 2,
                color=shade,
                edgecolors=["black" if each.own else "none" for each in squares],
                label=word,
            )
        axis.set(xlim=(-0.6, len(cuts) - 0.4), ylim=(len(claims) - 0.4, -0.6))
        axis.set_xticks(range(len(cuts)), cuts, rotation=90, fontsize=6)
        axis.set_yticks(range(len(claims)), claims, fontsize=6)
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(SHADES), fontsize=7)


def _in_order(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
