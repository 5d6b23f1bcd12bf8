"""Comparison: a composition is shown beside what the tables have of the same parts, doses and time before."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import ranklsys as rk
from ranklsys.model.dose_courses import read_doses
from ranklsys.plugins import registry
from ranklsys.study import comparison as of
from ranklsys.study import plot
from ranklsys.study.comparison import agreed, compared, comparison

DENOSUMAB = "denosumab 60 mg sc q6mo"
MONTH = 30.4375


@cache
def women(*parts: str) -> rk.Model:
    return rk.compose("human", "menopause", *parts)


def studies(found: of.Comparison) -> set[str]:
    return {row.study.partition(" (")[0] for row in found.rows}


def test_rows_of_the_same_parts_and_doses_are_shown_and_what_went_before_goes_before() -> None:
    found = comparison(women("denosumab"), "3 y", DENOSUMAB)
    assert found.before == "12 y"
    assert studies(found) >= {"McClung 2006, denosumab 60 mg", "DECIDE 2009"}
    assert {read_doses(row.doses)[0].amount for row in found.rows} == {60.0}
    assert {row.observable for row in found.rows} >= {"CTX", "BSAP", "bone_mineral_density_spine"}


def test_rows_later_than_the_run_are_not_shown() -> None:
    found = comparison(women("denosumab"), "6 mo", DENOSUMAB)
    assert max(row.time for row in found.rows) == 6 * MONTH


def test_a_row_is_shown_as_long_as_the_same_was_given() -> None:
    """The label's women stopped after four doses: their markers two years on are not those of women who go on."""
    times = [row.time for row in comparison(women("denosumab"), "4 y", DENOSUMAB).rows if "label, stop" in row.study]
    assert times == []
    stopped = comparison(women("denosumab"), "4 y", f"{DENOSUMAB} x 4").rows
    assert [row.time / MONTH for row in stopped if "label, stop" in row.study] == [27, 36]
    assert any("McClung" in row.study and row.time == 24 * MONTH for row in stopped)


@pytest.mark.parametrize(
    ("one", "other", "until"),
    [
        ("denosumab 60 mg sc q6mo", "denosumab 60 mg sc q6mo", math.inf),
        ("denosumab 60 mg sc q6mo", "denosumab 60 mg sc q6mo x 4", 24 * MONTH),
        ("denosumab 60 mg sc q6mo", "denosumab 60 mg sc", 6 * MONTH),
        ("denosumab 60 mg sc q6mo", "denosumab 0.06 g sc q6mo x 2; denosumab 60 mg sc q6mo from 12 mo", math.inf),
        ("denosumab 60 mg sc q6mo", "denosumab 60 mg sc q3mo", 3 * MONTH),
        ("denosumab 60 mg sc q6mo", "denosumab 60 mg iv q6mo", 0.0),
        ("denosumab 60 mg sc q6mo", "denosumab 61 mg sc q6mo", 0.0),
        ("denosumab 60 mg sc", "", 0.0),
        ("denosumab 60 mg iv over 15 min", "denosumab 60 mg iv", math.inf),
        ("denosumab 60 mg iv over 7 d", "denosumab 60 mg iv", 0.0),
    ],
)
def test_regimens_agree_until_they_differ(one: str, other: str, until: float) -> None:
    courses = [women("denosumab").courses(read_doses(doses or ())) for doses in (one, other)]
    assert agreed(*courses, 1461.0) == agreed(*courses[::-1], 1461.0) == until


def test_a_drug_that_nobody_is_given_counts_as_absent() -> None:
    bare, idle = (comparison(women(*parts), "3 y", before="12 y") for parts in ((), ("denosumab",)))
    assert bare.rows == idle.rows
    assert {"McClung 2006, placebo", "McClung 2014, placebo"} <= studies(bare)


def test_what_the_user_says_of_the_time_before_wins() -> None:
    assert comparison(women("denosumab"), "3 y", DENOSUMAB, before="").rows == ()
    assert comparison(women("denosumab"), "3 y", DENOSUMAB, before="144 mo").rows


def test_nothing_goes_first_where_a_row_starts_at_once() -> None:
    found = comparison(women(), "8 y")
    assert found.before == ""
    assert studies(found) == {"Garnero 1996", "Sowers 2010"}


def test_other_numbers_of_the_model_are_another_experiment() -> None:
    assert comparison(women("denosumab").set(RANKL_loss=2.0), "3 y", DENOSUMAB).rows == ()


def test_doses_that_the_tables_have_instead_are_named() -> None:
    found = comparison(women("denosumab"), "1 y", "denosumab 61 mg sc q6mo")
    assert (found.rows, found.before) == ((), "12 y")
    assert DENOSUMAB in found.other_doses


def test_a_table_that_cannot_be_read_is_left_out_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = rk.Dataset(id="broken", table=tmp_path / "broken.csv")
    broken.table.write_text("study,host,observable,time,value\nX,human,CTX,soon,1\n", encoding="utf-8")
    missing = rk.Dataset(id="missing", table=tmp_path / "missing.csv")
    plugin = replace(registry().plugins[0], name="odd", datasets=(broken, missing))
    known = rk.Registry((*registry().plugins, plugin))
    monkeypatch.setattr(of, "registry", lambda: known)
    found = comparison(women("denosumab"), "3 y", DENOSUMAB)
    assert found.rows
    assert [each.partition(":")[0] for each in found.skipped] == ["broken", "missing"]


@pytest.mark.thorough
def test_each_quantity_is_told_as_it_was_observed_and_no_treatment_is_run_where_that_is_compared_with() -> None:
    model, doses = women("zoledronic-acid"), ("zoledronic-acid 5 mg iv over 15 min",)
    done = compared(model, comparison(model, "2 y", doses), until="2 y", doses=doses, points=5)
    told = {(each.formula, each.measure) for each in done.scenario.observables}
    spine = "bone_mineral_density_spine"
    assert {("CTX", "change"), ("P1NP", "change"), (spine, "change"), (spine, "contrast")} <= told
    assert [arm.id for arm in done.scenario.arms] == ["untreated", "run"]
    seen = done.compared.set_index("study")
    assert seen.loc["Grey 2017 (doi:10.1503/cmaj.161207)", "value"].tolist() == [5.7, 4.7]
    assert set(seen["arm"]) == {"run"}
    assert (done.compared["low"] < done.compared["high"]).sum() == 2


@pytest.mark.thorough
def test_studies_are_drawn_as_points_and_named(tmp_path: Path) -> None:
    model = women("denosumab")
    found = comparison(model, "2 y", DENOSUMAB)
    done = compared(model, found, until="2 y", doses=(DENOSUMAB,), show=("CTX", "P1NP"), points=9)
    drawn = plot.draw(done, tmp_path / "run.svg").read_text(encoding="utf-8")
    assert "<!-- McClung 2006, denosumab 60 mg -->" in drawn
    assert "DECIDE" not in drawn  # it has density alone
    assert [(each.id, each.measure) for each in done.scenario.observables] == [("CTX", "change"), ("P1NP", "change")]


def test_without_observations_a_run_is_as_it_was() -> None:
    model = rk.compose("human")
    done = compared(model, comparison(model, "1 y"), until="1 y", points=3)
    assert done.observed is None
    assert {each.measure for each in done.scenario.observables} == {"value"}
