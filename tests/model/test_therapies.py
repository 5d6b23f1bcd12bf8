"""Every installed therapy: without a dose there is no effect, and none makes tumour cells where there are none."""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import ranklsys as rk
from ranklsys.author.checks.subject import Subject
from ranklsys.model.dose import Dose
from ranklsys.plugins import registry
from ranklsys.plugins.part import EVIDENCE, Part
from tests.peers.combinations import at_once

TIGHT = rk.Solver(relative_tolerance=1e-12, absolute_tolerance=1e-18)
UNTREATED = {"human": ("menopause", "patient-breast"), "mouse": ("mda-mb-231", "humanised-rankl")}
DAYS = {"human": [0.0, 1.0, 30.0, 365.0], "mouse": [0.0, 1.0, 10.0, 30.0]}
QUICK = {("human", "denosumab"), ("mouse", "opg-fc")}
THERAPIES = [(host, part) for part in registry().parts.values() if part.routes for host in part.hosts]
TUMOUR = ("tumour", "tumour_dormant", "tumour_circulating", "tumour_soft_tissue")


def doses(part: Part, amount: float, count: int = 4) -> list[Dose]:
    """A dose a week into every route, in mg/kg or the unit of the part."""
    return [replace(dose, count=count) for dose in Subject(part).dosed(amount)]


@cache
def untreated(host: str) -> pd.DataFrame:
    model = rk.compose(host, *UNTREATED[host])
    return model.simulate(DAYS[host][-1], times=DAYS[host], columns=list(model.facts.states), solver=TIGHT)


@pytest.mark.parametrize(
    ("host", "part"),
    [
        pytest.param(host, part, marks=[] if (host, part.id) in QUICK else [pytest.mark.thorough])
        for host, part in THERAPIES
    ],
    ids=lambda each: each if isinstance(each, str) else each.id,
)
def test_a_dose_of_zero_leaves_the_untreated_model_as_it_is(host: str, part: Part) -> None:
    """To 1e-9 of each state's largest value; each dose restarts the solver, which is therefore held to 1e-12.

    The tumour grows and bone turns over: a real dose moves some state a thousand times further.
    """
    bare = untreated(host)
    model = rk.compose(host, *UNTREATED[host], part)
    size = bare.abs().max().clip(lower=1e-12)
    apart = []
    for regimen in ((), doses(part, 0.0), doses(part, 1.0)):
        run = model.simulate(DAYS[host][-1], doses=regimen, times=DAYS[host], columns=list(bare.columns), solver=TIGHT)
        apart.append(((run - bare).abs() / size).max(axis=None))
    assert max(apart[:2]) < 1e-9
    assert apart[2] > 1e-6


def table(part: Part) -> list[dict[str, str]]:
    """The rows from which the part's SBML is built, of its own table or of one for several parts."""
    own = Path(str(part.sbml)).with_suffix(".csv")
    for path in [own] if own.is_file() else sorted(own.parent.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row.get("part", "") in ("", part.id) and "cv" in row]
        if rows:
            return rows
    return []


@pytest.mark.parametrize("part", {part.id: part for _, part in THERAPIES}.values(), ids=lambda part: part.id)
def test_every_parameter_has_its_evidence_and_kinetics_differ_between_subjects(part: Part) -> None:
    rows = table(part)
    assert rows
    for row in rows:
        assert row["unit"], row["id"]
        assert row["kind"] in EVIDENCE, row["id"]
        assert row["source"], row["id"]
        if row["cv"]:
            assert 0 < float(row["cv"]) <= 1.5, row["id"]
        else:
            rate = any(unit in row["unit"] for unit in ("per_day", "litre"))
            fixed = float(row["value"]) == 0 or row["source"].startswith("by definition")
            fixed |= "physical constant" in row["note"]
            assert not rate or fixed, f"{row['id']} is a rate or a volume, and does not vary"


@pytest.mark.thorough
@pytest.mark.parametrize(("host", "last"), [("human", False), ("human", True), ("mouse", False)])
def test_where_there_is_no_tumour_none_comes_with_all_parts_at_once(host: str, last: bool) -> None:
    """Exactly none, in three years of doses; only a cell line brings cells."""
    parts = [part for part in at_once(host, last) if part.kind != "cell line"]
    regimen = [dose for part in parts for dose in doses(part, 1.0, count=150)]
    run = rk.compose(host, *parts).simulate("3 y", doses=regimen, points=13, columns=TUMOUR)
    assert (run == 0).all(axis=None)
