"""Visits: how a schedule is read, and on which days they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ranklsys as rk
from ranklsys.trials import visits


def test_visits_go_on_to_the_end() -> None:
    assert visits.read(56.0).days(168.0).tolist() == [0.0, 56.0, 112.0, 168.0]
    assert visits.read("8 w").days(167.0).tolist() == [0.0, 56.0, 112.0]


def test_what_is_between_visits_may_change() -> None:
    weeks = visits.read("8w for 24w, then 12w").days(60 * 7.0) / 7
    assert weeks.tolist() == [0, 8, 16, 24, 36, 48, 60]
    assert (visits.read("4 w for 8 w, 8 w for 16 w, 12 w").days(50 * 7.0) / 7).tolist() == [0, 4, 8, 16, 24, 36, 48]


def test_a_trial_may_end_before_it_changes() -> None:
    assert (visits.read("8w for 24w, then 12w").days(20 * 7.0) / 7).tolist() == [0, 8, 16]


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 5)), max_size=3), st.integers(1, 12))
def test_its_words_give_it_back(steps: list[tuple[int, int]], last: int) -> None:
    said = ", then ".join([*(f"{every} w for {every * times} w" for every, times in steps), f"{last} w"])
    found = visits.read(said)
    assert visits.read(found.text) == found
    assert visits.read(found.plain) == found


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("8w fro 24w, then 12w", r"no schedule of visits \(did you mean 'for'\?\)"),
        ("8w for 24w, than 12w", r"no schedule of visits \(did you mean 'then'\?\)"),
        ("8 weaks", "'weaks' is not a unit of time"),
        ("8w for 20w, then 12w", "140 d is no whole number of times 56 d"),
        ("8w for 24w", "the last has no end"),
        ("8w, then 12w", "the last, and no other"),
        ("0 w", "visits every 0 d cannot be"),
    ],
)
def test_what_is_no_schedule_is_refused(said: str, words: str) -> None:
    with pytest.raises(rk.DataError, match=words):
        visits.read(said)


def test_days_may_be_of_any_library() -> None:
    assert visits.read(timedelta(days=56)) == visits.read(56) == visits.read("8w")


def test_visits_of_which_none_fits_are_refused() -> None:
    with pytest.raises(rk.DataError, match="visits every 60 d do not fit into 56 d"):
        visits.read(60.0).days(56.0)
