"""What ``ranklsys run`` says and draws of a composition beside the observations that plugins have of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Say

WOMEN = ("run", "human", "menopause", "denosumab", "--until", "1y", "--points", "25")
USUAL = ("--dose", "denosumab 60 mg sc q6mo")


def test_a_run_is_drawn_with_its_trial_and_says_which(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = say(*WOMEN, *USUAL, "--plot")
    assert said.code == 0, said.err
    shown = [line for line in said.out.splitlines() if line.startswith(("serum", "bone mineral density"))]
    assert [line.split(", change")[0] for line in shown] == [
        "serum CTX",
        "serum P1NP",
        "serum bone-specific alkaline phosphatase",
        "bone mineral density, spine",
        "bone mineral density, hip",
    ]
    assert "human + denosumab + menopause, after 12 y" in said.out
    assert "McClung 2006, denosumab 60 mg (doi:10.1056/NEJMoa044459)" in said.out
    assert "starts after 12 y, as the tables have it; --after 0d starts at once" in said.out
    assert said.out.rstrip().endswith("wrote human-menopause-denosumab.png")
    assert (tmp_path / "human-menopause-denosumab.png").stat().st_size > 5000


def test_a_run_without_observations_says_so_and_names_the_doses_that_have_some(say: Say) -> None:
    said = say(*WOMEN, "--dose", "denosumab 61 mg sc q6mo")
    assert "no observations of this in the tables of the plugins; of the same parts they have 'denosumab 60" in said.out
    assert "starts after 12 y" in said.out


def test_a_time_before_that_is_asked_for_is_used_and_not_explained(say: Say) -> None:
    at_once, later = (say(*WOMEN, *USUAL, "--after", time).out for time in ("0d", "6y"))
    assert at_once.startswith("human + denosumab + menopause\n")
    assert later.startswith("human + denosumab + menopause, after 6y\n")
    assert "starts after" not in at_once + later
    assert "no observations" not in at_once  # which no picture was asked to show


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ((*WOMEN, "--after", "6 parsecs"), "--after: 'parsecs' is not a unit of time"),
        (("run", "canon2008", "--after", "1d"), "canon2008 is a scenario"),
        (("run", "--plot", "human", "menopause", "--until", "3d"), "needs a host"),
    ],
)
def test_what_cannot_be_is_an_error(say: Say, words: tuple[str, ...], error: str) -> None:
    said = say(*words)
    assert said.code != 0
    assert error in said.err
