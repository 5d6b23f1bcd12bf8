"""Lemaire 2004, the core, and the core brought to Lemaire's assumptions: three models under the same perturbations.

Each run gives osteoclasts, osteoblasts and osteoblast precursors relative to healthy, by day.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pandas as pd

import ranklsys as rk
from ranklsys.author.build import part_sbml
from ranklsys.sbml.notation import to_sbml

HERE = Path(__file__).parent
PUBLISHED = {"responding_osteoblasts": 7.734e-4, "active_osteoblasts": 7.282e-4, "active_osteoclasts": 9.127e-4}
CELLS = {
    "osteoclasts": "active_osteoclasts",
    "osteoblasts": "active_osteoblasts",
    "osteoblast_precursors": "responding_osteoblasts",
}
YEAR = 365.0
MODELS = ("Lemaire", "limiting case", "core")


@dataclass(frozen=True)
class Perturbation:
    """One change, held from day 0 on, in the parameters of each model.

    up: whether osteoclasts are expected to rise. A factor on OPG is written slot_OPG_production; see ``limit``.
    """

    title: str
    up: bool
    lemaire: Mapping[str, float]
    core: Mapping[str, float] = field(default_factory=dict)


def _RANKL(factor: float) -> Perturbation:
    """RANKL production times a factor: Lemaire's injection I_L, whose production is 1 + I_L/r_L."""
    change = {"RANKL_injected": 1e3 * (factor - 1)}
    return Perturbation(f"RANKL production x {factor:g}", factor > 1, change, {"slot_RANKL_production": factor})


def _OPG(factor: float) -> Perturbation:
    """OPG production times a factor."""
    change = {"OPG_per_cell": 2e5 * factor}
    return Perturbation(f"OPG production x {factor:g}", factor < 1, change, {"slot_OPG_production": factor})


def _PTH(factor: float) -> Perturbation:
    """PTH activity times a factor, continuously.

    In the core, PTH of the gland is held and PTHrP, which acts on the same receptor, is added: 0.2 x 0.5 of serum PTHrP
    per unit of spill, from a soft tissue that neither grows nor touches bone.
    """
    added = {"tumour_soft_tissue": 1.0, "tumour_shedding": 0.0, "PTHrP_spill": (factor - 1) / 0.5, "tumour_PTHrP": 0.5}
    return Perturbation(f"PTH activity x {factor:g}", factor > 1, {"PTH_injected": 250 * (factor - 1)}, added)


# estrogen lost at once; Lemaire's model gets the core's factors on the two productions
ESTROGEN_LOST = Perturbation(
    "estrogen lost (RANKL production x 3.34, OPG x 0.8)",
    True,
    {"RANKL_injected": 1e3 * 2.34, "OPG_per_cell": 2e5 * 0.8},
    {"slot_estrogen": 0.0, "estrogen_time": 1e-3, "estrogen_loss_RANKL": 2.34, "estrogen_loss_OPG": 0.2},
)
SMALL = (_RANKL(1.05), _RANKL(0.95), _OPG(1.05), _OPG(0.95), _PTH(1.05))
LARGE = (_RANKL(2), _RANKL(0.5), _OPG(2), _OPG(0.5), _PTH(2), ESTROGEN_LOST)
EXTREME = (_RANKL(11), _OPG(10), _PTH(5))
BLOCK = _RANKL(0.02)
BLOCKED_FOR = 730.0


@cache
def lemaire() -> rk.Model:
    """Return Lemaire's model, in its own units."""
    return rk.Model(to_sbml(HERE / "lemaire2004.ant"))


@cache
def core() -> rk.Model:
    """Return the human host as it is, with the PTH of the gland held: Lemaire has no calcium that would answer."""
    return rk.compose("human").set(PTH_rate=0.0)


@cache
def healthy() -> dict[str, float]:
    """Return what Lemaire's model has at its steady state: occupancies, and where free RANKL is lost."""
    steady = lemaire().steady()
    names = ("TGF_beta", "PTH_bound", "OPG", "PTH")
    found = lemaire().set(dict(steady)).simulate(1, columns=names, points=2).iloc[0]
    cells, half, basal = steady["active_osteoclasts"], 5e-3, 0.05 * 5e-3
    return {
        **{str(name): float(value) for name, value in found.items()},
        "TGF_slope": float(cells / (cells + basal) - cells / (cells + half)),
        "RANKL_through_OPG": float(1e-2 / 10 * found["OPG"]),  # relative to a RANKL that meets neither
        "RANKL_through_RANK": 5.8e-4 / 1.7e-2 * 10,
    }


@cache
def limit() -> rk.Model:
    """Return the core with Lemaire's assumptions and numbers, its TGF-beta law replaced by the tangent at health.

    What the core cannot take as a number, OPG from osteoblast precursors, comes as a part, ``precursor_opg``.
    """
    at = healthy()
    slope, precursors = at["TGF_slope"], 0.7 * 0.05 / at["TGF_beta"]
    part = rk.Part(
        id="precursor-opg",
        kind="modulator",
        sbml=part_sbml(HERE / "precursor_opg.ant"),
        shares=("marrow", "resorption"),
        effects={"made": "slot_OPG_production"},
    )
    return rk.compose("human", part).set(
        {
            # osteoclasts: RANK acts on maturation alone, in proportion; precursors are constant; TGF-beta kills
            "slot_RANK_on_activity": 0.0,
            "slot_RANK_on_survival": 0.0,
            "maturation_basal": 0.0,
            "precursor_share_maturing": 0.0,
            # ... and are osteoclasts at once; aged bone calls for none
            "osteoclast_fusion": 1e3,
            "osteoclast_fusion_death": 0.0,
            "aged_bone_weight": 0.0,
            "osteoclast_TGF_share": slope,
            "osteoclast_turnover": 0.7 * at["TGF_beta"],
            # osteoblasts: no lining cells; TGF-beta recruits precursors and holds them back by the same factor
            "lining_share": 0.0,
            "recruitment_share": 0.0,  # of a pool that does not run low
            "recruitment_basal": 1 - slope,
            "differentiation_half": 1 / slope - 1,
            "osteoblast_precursor_turnover": precursors,
            "osteoblast_turnover": 0.189,
            "precursor_opg__turnover": precursors,
            "precursor_opg__released_share": slope,
            # bone and osteocytes are held; TGF-beta follows osteoclasts at once
            "bone_turnover": 0.0,
            "osteocyte_turnover": 0.0,
            "factor_loss": 1e3,
            # RANKL from osteoblasts alone; OPG from precursors (the part); both follow at once
            "RANKL_from_precursors": 0.0,
            "RANKL_from_osteocytes": 0.0,
            "OPG_from_osteocytes": 1.0,
            "RANKL_loss": 1e2,
            "OPG_loss": 1e3,
            "complex_elimination": 1e6,
            # RANK far from full, and constant: its uptake is part of RANKL's own loss; OPG in excess
            "RANKL_healthy": 1e-3,
            "RANK_half": 1e6,
            "OPG_healthy": 3e4,
            "OPG_affinity_fold": 1.0,
            "ratio_RANK": 0.0,
            "ratio_OPG": at["RANKL_through_OPG"] / (1 + at["RANKL_through_RANK"]),
            # PTH: half effects as in its receptor balance
            "PTH_rate": 0.0,
            "PTH_RANKL_gain": 150 / at["PTH"] - 1,
            "PTH_OPG_gain": 1e4,
        }
    )


def changed(model: str, perturbation: Perturbation) -> rk.Model:
    """Return one of MODELS under a perturbation."""
    if model == "Lemaire":
        return lemaire().set(perturbation.lemaire)
    if model == "core":
        return core().set(perturbation.core)
    renamed = {"slot_OPG_production": "precursor_opg__level"}  # the part holds the slot
    return limit().set({renamed.get(name, name): value for name, value in perturbation.core.items()})


def run(model: str, perturbation: Perturbation, days: float = YEAR, points: int = 731) -> pd.DataFrame:
    """Return the cells over time, relative to healthy, under a perturbation from day 0 on."""
    return relative(model, changed(model, perturbation), days, points)


def relative(model: str, composed: rk.Model, days: float, points: int = 731) -> pd.DataFrame:
    """Return the cells of a run, relative to healthy."""
    if model != "Lemaire":
        return composed.simulate(days, columns=list(CELLS), points=points)
    steady = lemaire().steady()
    found = composed.simulate(days, columns=list(CELLS.values()), points=points)
    return pd.DataFrame({ours: found[theirs] / steady[theirs] for ours, theirs in CELLS.items()})


def released(model: str, days: float = 5 * YEAR, **more: float) -> pd.DataFrame:
    """Return the cells after two years with RANKL production at 2 %, then released; ``more`` changes the core."""
    blocked = changed(model, BLOCK).set(more).after(BLOCKED_FOR)
    undone = {"RANKL_injected": 0.0} if model == "Lemaire" else {"slot_RANKL_production": 1.0}
    return relative(model, blocked.set(undone), days, 1826)


def elasticity(model: str, small: Perturbation, factor: float) -> float:
    """Return the change of osteoclasts after a year, in percent per percent of the perturbed quantity."""
    return math.log(run(model, small, points=2)["osteoclasts"].iloc[-1]) / math.log(factor)


def doubled(**more: float) -> float:
    """Return the core's osteoclasts after a year of RANKL doubled; ``more`` changes the core."""
    run = core().set(slot_RANKL_production=2.0, **more).simulate(YEAR, columns=["osteoclasts"], points=2)
    return float(run["osteoclasts"].iloc[-1])


def gap(perturbation: Perturbation) -> pd.Series[float]:
    """Return how far the limiting case is off Lemaire at most during a year, relative to Lemaire, by cell."""
    theirs, ours = run("Lemaire", perturbation), run("limiting case", perturbation)
    return (ours / theirs - 1).abs().max()


def settled(perturbation: Perturbation) -> pd.Series[float]:
    """Return the core's cells once bone and osteocytes have settled too, after centuries."""
    return core().set(perturbation.core).steady()[list(CELLS)]
