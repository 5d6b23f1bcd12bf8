"""Trials by their name: shipped, read from a file, and run by one command."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

import ranklsys as rk
from ranklsys.cli import cohort as commands
from ranklsys.tables.changes import read_change, read_changes
from ranklsys.trials import named_trial
from ranklsys.trials.arms import read_arms
from tests.conftest import Say
from tests.selection import quick_if


@pytest.mark.parametrize("name", quick_if("rank-expression".__eq__, named_trial.names()))
def test_a_shipped_trial_can_be_drawn_and_its_arms_fit_its_model(name: str) -> None:
    plan = named_trial.read(name)
    cohort = plan.cohort()
    assert cohort.population.size == 1000
    assert (
        cohort.protocol(plan.until, read_arms(plan.arms), plan.every, None, rk.Solver()).arms.keys()
        == read_arms(plan.arms).keys()
    )


def test_a_trial_is_run_by_one_command(say: Say, tmp_path: Path) -> None:
    said = say("trial", "rank-expression", "--patients", "6", "--processes", "1", "--plot", "rank.png")
    assert said.code == 0
    assert "6 of 6 patients, 10 years" in said.out
    assert "bone metastasis by tumour_RANK" in said.out
    assert (tmp_path / "rank.png").stat().st_size > 10_000


def test_an_unknown_trial_is_told_the_nearest(say: Say) -> None:
    said = say("trial", "rank-expresion")
    assert said.code != 0
    assert "did you mean 'rank-expression'" in said.err


def test_a_trial_of_ones_own_is_a_file_whose_mistakes_are_named(say: Say, tmp_path: Path) -> None:
    text = 'title = "mine"\nhost = "human"\nuntil = "8 w"\narms = ["none:"]\npatient = 5\n'
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    said = say("trial", "mine.toml")
    assert said.code != 0
    assert "did you mean 'patients'" in said.err


def test_the_keys_of_a_file_are_the_options_of_the_command() -> None:
    """Besides what the command takes as words, and what says how it is run and told."""
    keys = {field.name for field in fields(named_trial.NamedTrial)}
    options = {"set" if each.name == "changes" else each.name for each in commands.cohort.params}
    running = {"store", "processes", "dask", "engine", "exact", "uncertainty", "picture"}
    told = {"keep", "absolute", "noise", "force"}
    assert keys - {"title", "host", "parts", "cite"} == options - {"names", *running, *told}


def test_a_trial_of_a_file_is_the_one_of_the_command(say: Say, tmp_path: Path) -> None:
    (tmp_path / "trials").mkdir()
    (tmp_path / "trials" / "matrix.csv").write_text(
        ",tumour_RANK,tumour_growth\ntumour_RANK,1,0.9\ntumour_growth,0.9,1\n", encoding="utf-8"
    )
    text = """
title = "mine"
host = "mouse"
parts = ["mda-mb-231"]
patients = 4
seed = 3
until = "2 d"
every = "1 d"
design = "sobol"
correlation = "matrix.csv"
vary = ["tumour_RANK=0.8", "body_weight=0"]
set = ["tumour_growth=0.9"]
"""
    (tmp_path / "trials" / "mine.toml").write_text(text, encoding="utf-8")
    words = ["cohort", "mouse", "mda-mb-231", "--patients", "4", "--seed", "3", "--until", "2d", "--every", "1d"]
    words += ["--design", "sobol", "--correlation", "trials/matrix.csv", "--set", "tumour_growth=0.9"]
    words += ["--vary", "tumour_RANK=0.8", "--vary", "body_weight=0"]
    for where, command in (("one", ["trial", "trials/mine.toml"]), ("other", words)):
        said = say(*command, "--store", where, "--processes", "1")
        assert said.code == 0, said.err
    one, other = (rk.Trial.open(tmp_path / where) for where in ("one", "other"))
    assert one.patients.equals(other.patients)
    assert one.store.recipe == other.store.recipe
    assert one.store.recipe["design"] == "sobol"
    assert one.store.recipe["correlation"]


@pytest.mark.parametrize("text", ["tumour", "=2", "tumour=", "tumour=nan", "tumour=inf", ""])
def test_a_change_without_id_or_finite_value_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(rk.RanklsysError, match=f"then: '{text}' is not ID=VALUE"):
        read_change(text, "then")


def test_changes_are_numbers_or_texts_with_a_unit() -> None:
    assert read_changes("RANKL_loss = 2 1/d; tumour=0.03;") == {"RANKL_loss": "2 1/d", "tumour": 0.03}
    assert read_changes(["tumour=3e-2"]) == {"tumour": 0.03}
    with pytest.raises(rk.RanklsysError, match="'tumour' is given twice"):
        read_changes("tumour=1; tumour=2")


@pytest.mark.parametrize("text", ["tumour_RANK=-1", "tumour_RANK=0.5 1/d"])
def test_a_coefficient_that_is_none_is_refused(say: Say, text: str) -> None:
    said = say("cohort", "human", "--until", "1d", "--vary", text)
    assert said.code == 2
    assert "is not ID=CV" in said.err


@pytest.mark.parametrize(
    ("stratify", "said"),
    [("NTX at 12 parsecs", "parsecs"), ("NTXX at 12w", "NTX"), ("tumour_RANKK", "tumour_RANK")],
)
def test_a_number_that_cannot_group_patients_is_told_before_anything_runs(
    stratify: str, said: str, tmp_path: Path
) -> None:
    plan = replace(named_trial.read("denosumab-zoledronic-acid"), patients=2, stratify=stratify)
    with pytest.raises(rk.RanklsysError, match=said):
        plan.simulate(store=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()
