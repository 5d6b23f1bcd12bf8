"""Virtual subjects: parameters drawn from the spread of the table (column cv), around the values of a composed model."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

import ranklsys as rk
from ranklsys import library
from ranklsys.part import read_table

WITH_TUMOUR = {"human": ("patient-breast", "menopause"), "mouse": ("mda-mb-231",)}
TEN_YEARS = 3652.5
WIDEST = 1.0  # standard deviation of a logit; a share of 0.9 with cv 0.3 would need 3, and would be 0 or 1 as a rule
RANKL_SOURCES = ("RANKL_from_precursors", "RANKL_from_osteocytes")


@dataclass(frozen=True)
class Outcome:
    """Ten years of a subject.

    lowest: of all states and days. seconds: taken. problem: what went wrong, or empty.
    """

    lowest: float
    seconds: float
    problem: str = ""


def compose(host: str, *, tumour: bool) -> rk.Model:
    """Return a host, alone or with its tumour."""
    return rk.compose(host, *(WITH_TUMOUR[host] if tumour else ()))


def subjects(model: rk.Model, number: int, seed: int = 20) -> Iterator[dict[str, float]]:
    """Yield the parameters of each subject: lognormal with the median of the model; shares logit-normal, below 1."""
    random = np.random.default_rng(seed)
    elements = model.facts.elements
    rows = [row for _, row in read_table(library.folder() / "parameters.csv", ("id", "name", "cv")) if row["cv"]]
    spreads = [(row["id"], elements[row["id"]].value, float(row["cv"]), _is_share(row)) for row in rows]
    for _ in range(number):
        drawn = {name: _draw(random, value, cv, share) for name, value, cv, share in spreads if value}
        yield {**drawn, **_sources(random, elements, {row["id"]: float(row["cv"]) for row in rows})}


def ten_years(model: rk.Model, subject: dict[str, float]) -> Outcome:
    """Return how ten years of a subject went, every quarter."""
    start = time.perf_counter()
    try:
        run = model.set(subject).simulate(TEN_YEARS, points=41, columns=list(model.facts.states))
    except rk.RanklsysError as problem:
        return Outcome(math.nan, time.perf_counter() - start, str(problem))
    lowest = float(run.to_numpy().min())  # NaN if there is one, which pandas would pass over
    return Outcome(lowest, time.perf_counter() - start, "" if math.isfinite(lowest) else "a state is not a number")


def _is_share(row: dict[str, str]) -> bool:
    return row["name"].startswith(("share ", "part of ")) or " share of " in row["name"] or row["id"] == "lining_at_hip"


def _draw(random: np.random.Generator, value: float, cv: float, share: bool) -> float:
    if not share:
        return value * math.exp(random.normal(0.0, _log_spread(cv)))
    logit = math.log(value / (1 - value)) + random.normal(0.0, min(cv / (1 - value), WIDEST))
    return 1 / (1 + math.exp(-logit))


def _log_spread(cv: float) -> float:
    return math.sqrt(math.log(1 + cv**2))


def _sources(random: np.random.Generator, elements: dict, cvs: dict[str, float]) -> dict[str, float]:
    """Return the shares of RANKL by source: three amounts drawn, then divided by their sum, so that they add up."""
    shares = {name: elements[name].value for name in RANKL_SOURCES}
    shares["osteoblasts"] = 1 - sum(shares.values())
    amounts = {name: _draw(random, value, cvs.get(name, 0.3), False) for name, value in shares.items()}
    return {name: amounts[name] / sum(amounts.values()) for name in RANKL_SOURCES}
