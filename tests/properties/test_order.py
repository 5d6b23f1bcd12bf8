"""What orders runs can say no."""

from __future__ import annotations

import pandas as pd

from tests.properties.order import falls_always, higher_at_every_time, lower_at_every_time, never_higher, rises_always

LOW, HIGH, CROSSING = (pd.DataFrame({"x": levels}) for levels in ([1.0, 2.0, 3.0], [1.0, 2.5, 3.5], [1.0, 2.5, 2.9]))


def test_runs_are_ordered_only_if_they_are_at_every_time() -> None:
    assert higher_at_every_time([LOW, HIGH], "x")
    assert lower_at_every_time([HIGH, LOW], "x")
    assert not higher_at_every_time([LOW, CROSSING], "x")
    assert not lower_at_every_time([LOW, CROSSING], "x")


def test_equal_runs_are_not_ordered_and_neither_is_ever_higher() -> None:
    assert not higher_at_every_time([LOW, LOW], "x")
    assert never_higher([LOW, LOW], "x")
    assert not never_higher([CROSSING, LOW], "x")
    assert not never_higher([LOW, CROSSING], "x")


def test_a_quantity_that_turns_neither_rises_nor_falls_always() -> None:
    assert rises_always(LOW["x"])
    assert falls_always(-LOW["x"])
    assert not rises_always(pd.Series([1.0, 2.0, 1.9]))
    assert not falls_always(pd.Series([1.0, 2.0, 1.9]))
