"""A behaviour: arms that are simulated side by side, and what must be true of their curves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import ranklsys as rk
from ranklsys.study.comparison import as_observed, comparison
from ranklsys.tables.measure import CHANGE

if TYPE_CHECKING:
    from ranklsys.study.observations import Observation

MONTH, ROWS_A_MONTH = 30.4375, 4
"""A month [d], and how many rows of a curve there are in one."""
SPINE, HIP = "bone_mineral_density_spine", "bone_mineral_density_hip"
SITES = {"spine": SPINE, "hip": HIP}


class Curves:
    """The curves of a behaviour: each quantity in percent change from its start, by month of the calendar."""

    def __init__(self, experiment: rk.Experiment) -> None:
        self.experiment = experiment

    def of(self, arm: str, quantity: str, start: float = 0.0, end: float | None = None) -> pd.Series[float]:
        """Return the changes of a quantity in an arm [%] from one month to another, both included."""
        seen = next(each for each in self.experiment.scenario.observables if each.id == quantity)
        changes = self.experiment.measured(arm, seen)
        rows = np.asarray(changes.index, dtype=float) * ROWS_A_MONTH / MONTH
        even = rows == rows.round()  # the other rows are visits of trials
        return pd.Series(changes.to_numpy()[even], index=rows[even] / ROWS_A_MONTH).loc[start:end]

    def at(self, arm: str, quantity: str, *months: float) -> list[float]:
        """Return the changes of a quantity in an arm [%] at some months."""
        changes = self.of(arm, quantity)
        return [float(changes.loc[month]) for month in months]

    def change(self, arm: str, quantity: str, start: float, end: float) -> float:
        """Return the change of a quantity from one month to another, in percent of the one."""
        return rk.percent(*(100 + each for each in self.at(arm, quantity, end, start)))

    def against(self, arm: str, other: str, quantity: str, *months: float) -> list[float]:
        """Return how far a quantity in one arm is from that in another, in percent of the other, at some months."""
        pairs = zip(self.at(arm, quantity, *months), self.at(other, quantity, *months), strict=True)
        return [rk.percent(100 + one, 100 + two) for one, two in pairs]

    def lost(self, arm: str, quantity: str, start: float, end: float) -> float:
        """Return what is lost from one month to the lowest point up to another, in percent of what was there."""
        stood = 100 + self.of(arm, quantity, start, end)
        return 100 * float(1 - stood.min() / stood.iloc[0])


Test = Callable[[Curves], rk.Finding]


@dataclass(frozen=True)
class Criterion:
    """What must be true of the curves.

    text: in words and numbers. test: gives what was measured, and whether it holds. fails: why it does not hold with
    the model of today; empty where it must hold.
    """

    text: str
    test: Test
    fails: str = ""


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """A behaviour of people on bone drugs.

    title: the statement. about: why it is so, and what was seen. parts, before: what is composed, and for how long it
    runs first. arms: what is given, by a title. until: how long they run [months]. quantities: ids, a panel each.
    """

    id: str
    title: str
    about: str
    parts: tuple[str, ...]
    before: str = "12 y"
    arms: Mapping[str, str]
    until: int
    quantities: tuple[str, ...]
    criteria: list[Criterion] = field(default_factory=list)

    def must(self, text: str, *, fails: str = "") -> Callable[[Test], Test]:
        """Return a decorator that makes a criterion of a test."""

        def collect(test: Test) -> Test:
            self.criteria.append(Criterion(text, test, fails))
            return test

        return collect

    @cached_property
    def curves(self) -> Curves:
        """What the model shows, simulated once, beside what the tables of plugins have of the same arms."""
        model = rk.compose("human", *self.parts)
        names = {each: model.facts.elements[each].name.removesuffix(", relative") for each in self.quantities}
        seen = [rk.Observable(each, f"{name}, change", each, "%", measure="change") for each, name in names.items()]
        arms = [rk.Arm(title, title, doses=(doses,) if doses else ()) for title, doses in self.arms.items()]
        scenario = rk.Scenario(
            id=self.id,
            title=self.title,
            host="human",
            parts=self.parts,
            before=self.before,
            until=f"{self.until} mo",
            arms=tuple(arms),
            observables=tuple(seen),
        )
        started = model.after(self.before) if self.before else model
        seen_of = {arm.id: self._seen(model, arm) for arm in arms}
        frames = [as_observed(rows, arm) for arm, rows in seen_of.items() if rows]
        observed = pd.concat(frames, ignore_index=True) if frames else None
        grid = [number * MONTH / ROWS_A_MONTH for number in range(self.until * ROWS_A_MONTH + 1)]
        runs = {}
        for arm in arms:
            times = sorted({*grid, *(row.time for row in seen_of[arm.id])})
            runs[arm.id] = started.simulate(grid[-1], doses=arm.doses, times=times, columns=list(self.quantities))
        return Curves(rk.Experiment(scenario, runs, observed))

    def _seen(self, model: rk.Model, arm: rk.Arm) -> list[Observation]:
        """Return what the tables of plugins have of an arm, as changes from the start."""
        found = comparison(model, f"{self.until} mo", arm.doses, self.before)
        return [row for row in found.rows if row.observable in self.quantities and row.measure == CHANGE.id]

    @cached_property
    def findings(self) -> list[rk.Finding]:
        """What was found by each criterion."""
        return [criterion.test(self.curves) for criterion in self.criteria]


def words(values: Sequence[float], digits: int = 1) -> str:
    """Return numbers as they are shown, e.g. ``-60.1, -58.3``."""
    return ", ".join(f"{value:.{digits}f}" for value in values)


def said(values: Mapping[str, float]) -> str:
    """Return named numbers as they are shown, e.g. ``spine 1.25, hip 0.64``."""
    return ", ".join(f"{name} {value:.2f}" for name, value in values.items())
