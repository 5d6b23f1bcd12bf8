"""The healthy state holds: small disturbances fade, blocks recover, virtual subjects integrate."""

from __future__ import annotations

import math

import numpy as np
import pytest

import ranklsys as rk
from ranklsys import library
from ranklsys.part import read_table
from ranklsys.sbml.facts import facts
from ranklsys.stability import slowest_mode

TEN_YEARS = 3652.5


@pytest.mark.parametrize("host", ["human", "mouse"])
def test_small_disturbances_of_the_healthy_state_fade(host: str) -> None:
    assert slowest_mode(rk.compose(host)).rate < 0


def test_a_growing_mode_is_seen() -> None:
    """The measure can say no: a little tumour grows at the rate of a tumour."""
    growing = rk.compose("mouse", "mda-mb-231").set(seed_circulating=0.0, seed_bone=1e-3)
    mode = slowest_mode(growing)
    assert mode.rate == pytest.approx(0.419, abs=0.03)


def test_bone_recovers_from_ten_years_without_rankl() -> None:
    released = rk.compose("human").set(slot_RANKL_gene=0.0).after("10 y").set(slot_RANKL_gene=1.0)
    run = released.simulate("60 y", points=601, columns=["osteoclasts", "bone_volume", "CTX"])
    assert run["osteoclasts"].iloc[0] < 0.01
    assert run["osteoclasts"].iloc[-1] == pytest.approx(1.0, abs=0.05)  # human bone takes 27 years to turn over
    assert (run > -1e-9).all(axis=None)


def subjects(host: str, number: int) -> list[dict[str, float]]:
    """Return parameters drawn from the spread of the table: lognormal, shares kept below 0.95."""
    random, drawn = np.random.default_rng(20), []
    rows = [row for _, row in read_table(library.folder() / "parameters.csv", ("id", host, "unit", "cv")) if row["cv"]]
    for _ in range(number):
        subject = {}
        for row in rows:
            value, cv = float(row[host]), float(row["cv"])
            spread = math.sqrt(math.log(1 + cv**2))
            new = value * float(np.exp(random.normal(-(spread**2) / 2, spread)))
            subject[row["id"]] = min(new, 0.95) if 0 < value < 1 and row["unit"] == "dimensionless" else new
        excess = subject["RANKL_from_precursors"] + subject["RANKL_from_osteocytes"]
        for name in ("RANKL_from_precursors", "RANKL_from_osteocytes"):
            subject[name] *= min(1.0, 0.95 / excess)
        drawn.append(subject)
    return drawn


@pytest.mark.parametrize(("host", "parts"), [("human", ["patient-breast", "menopause"]), ("mouse", ["mda-mb-231"])])
def test_virtual_subjects_with_tumours_integrate_for_ten_years_without_negative_states(host: str, parts: list) -> None:
    model = rk.compose(host, *parts)
    columns = [name for name in facts(model.base).states if name != "paralysis_hazard"]
    lowest = min(
        float(model.set(subject).simulate(TEN_YEARS, points=41, columns=columns).min(axis=None))
        for subject in subjects(host, 250)
    )
    assert lowest > -1e-9
