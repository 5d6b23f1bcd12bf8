"""Trials by their name: shipped, read from a file, and run by one command."""

from __future__ import annotations

from pathlib import Path

import pytest

import ranklsys as rk
from ranklsys.trials import named_trial
from ranklsys.trials.cohort import read_arms
from tests.conftest import Say


@pytest.mark.parametrize("name", named_trial.names())
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
