"""Cohorts: virtual women with denosumab and without, and what it does to the hazard of bone metastasis."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import ranklsys as rk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ranklsys.model.model import Model

DETECTABLE = 0.01
"""Share of the sites that a bone metastasis fills when it is found."""
BONE = {"body_weight": 0.2, "estrogen_loss_RANKL": 0.3, "turnover_spine": 0.3, "CTX_other_tissue": 0.3}
SPREAD = {"tumour_RANK": 0.8} | dict.fromkeys(
    (
        "tumour_growth",
        "tumour_growth_factors",
        "primary_shedding",
        "circulating_clearance",
        "homing_rate",
        "waking_rate",
    ),
    0.3,
)
"""Standard deviation of the logarithm of each trait, as in claim SC-30."""


def kinetics() -> dict[str, float]:
    """Return the between-subject coefficients of variation of denosumab's table, by id in a composed model."""
    with (Path(__file__).parent / "denosumab.csv").open(encoding="utf-8", newline="") as file:
        return {f"denosumab__{row['id']}": float(row["cv"]) for row in csv.DictReader(file) if row["cv"]}


def subjects(model: Model, spread: Mapping[str, float], number: int, seed: int) -> Iterator[dict[str, float]]:
    """Yield the traits of each subject: lognormal around the values of the model; bioavailability stays below 1."""
    import numpy as np

    usual = {name: model.facts.elements[name].value for name in spread}
    for scores in np.random.default_rng(seed).standard_normal((number, len(spread))):
        sizes = dict(zip(spread, scores.tolist(), strict=True))
        drawn = {name: usual[name] * math.exp(spread[name] * score) for name, score in sizes.items()}
        yield {name: min(value, 1.0) if "bioavailability" in name else value for name, value in drawn.items()}


def adjuvant(regimen: str, patients: int, years: float, seed: int = 41) -> tuple[NDArray[np.float64], ...]:
    """Return the times to bone metastasis [y] without and with a regimen; infinite if none is found in time.

    The patients have early breast cancer, whose primary tumour goes on shedding cells, and are past menopause from
    day 0 on; the same patients are in both arms.
    """
    import numpy as np

    model = rk.compose("human", "menopause", "early-breast", "denosumab")
    days = np.arange(0.0, years * 365.25, 30.0)
    arms: tuple[list[float], list[float]] = ([], [])
    for traits in subjects(model, SPREAD, patients, seed):
        patient = model.set(traits)
        for found, doses in zip(arms, ((), regimen), strict=True):
            size = patient.numbers(days, ["tumour"], doses=doses)[:, 0]
            seen = np.flatnonzero(size >= DETECTABLE)
            found.append(days[seen[0]] / 365.25 if len(seen) else math.inf)
    return tuple(np.array(found) for found in arms)


def hazard_ratio(control: Sequence[float], treated: Sequence[float]) -> tuple[float, float, float]:
    """Return the hazard ratio of treated to control with its 95 % interval, by Cox regression (Breslow's ties).

    control, treated: times to the event; infinite for those who had none while they were seen. Raises ValueError if
    an arm has no event.
    """
    import numpy as np

    times = np.concatenate([control, treated])
    arm = np.repeat([0.0, 1.0], [len(control), len(treated)])
    events = np.flatnonzero(np.isfinite(times))
    if len(set(arm[events])) < 2:
        raise ValueError("a hazard ratio needs events in both arms")
    at_risk = [arm[times >= times[event]] for event in events]
    slope = 0.0
    for _ in range(50):
        share = np.array([np.sum(risk * np.exp(slope)) / np.sum(np.exp(slope * risk)) for risk in at_risk])
        information = float(np.sum(share * (1 - share)))
        step = float(np.sum(arm[events] - share)) / information
        slope += max(-1.0, min(1.0, step))
        if abs(step) < 1e-9:
            break
    half = 1.96 / math.sqrt(information)
    return math.exp(slope), math.exp(slope - half), math.exp(slope + half)
