"""Experiments: arms simulated side by side, and compared with what was observed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ranklsys.errors import DataError, UnitError, UnknownName, nearest
from ranklsys.model.model import POINTS, Model
from ranklsys.plugins.scenario import Arm, Observable, Scenario
from ranklsys.tables import formula
from ranklsys.tables.changes import read_changes
from ranklsys.tables.measure import FIRST_ARM, MEASURES

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.model.solver import Solver


@dataclass(frozen=True)
class Experiment:
    """What came of a scenario.

    runs: by arm, the simulation (DataFrame indexed by time [d]). observed: the dataset in long form, or None. bands: of
    observables by the doubt about numbers: arm, observable, time [d], low, high (5 and 95 % of ``members``); or None.
    """

    scenario: Scenario
    runs: Mapping[str, pd.DataFrame]
    observed: pd.DataFrame | None = None
    bands: pd.DataFrame | None = None
    members: int = 0

    @cached_property
    def predicted(self) -> pd.DataFrame:
        """The scenario's observables in long form: arm, observable, time [d], value."""
        import pandas as pd

        pieces = [
            pd.DataFrame(
                {
                    "arm": arm.id,
                    "observable": seen.id,
                    "time": run.index,
                    "value": self.measured(arm.id, seen).to_numpy(),
                }
            )
            for arm, run in self._arms()
            for seen in self.scenario.observables
        ]
        return pd.concat(pieces, ignore_index=True)

    @cached_property
    def compared(self) -> pd.DataFrame:
        """Each observation of an observable with its prediction: columns of the dataset, predicted, residual."""
        import pandas as pd

        if self.observed is None:
            return pd.DataFrame(columns=["arm", "observable", "time", "value", "error", "predicted", "residual"])
        wanted = [seen.id for seen in self.scenario.observables]
        rows = self.observed[self.observed["observable"].isin(wanted)]
        keys = ["arm", "observable", "time"]
        merged = rows.merge(self.predicted.rename(columns={"value": "predicted"}), on=keys, validate="many_to_one")
        return merged.assign(residual=merged["predicted"] - merged["value"])

    @property
    def left_out(self) -> list[str]:
        """Say which observations are of what the scenario does not observe, and how many they are."""
        if self.observed is None:
            return []
        known = [seen.id for seen in self.scenario.observables]
        rows = self.observed.loc[~self.observed["observable"].isin(known), "observable"].value_counts(sort=False)
        return [f"{count} rows of '{id}', which the scenario does not observe" for id, count in rows.items()]

    @cached_property
    def summary(self) -> pd.DataFrame:
        """A row per arm and observable: final value, number of observations and root mean square error.

        With bands also low and high, of the final value.
        """
        import pandas as pd

        rows = []
        for arm in self.scenario.arms:
            for seen in self.scenario.observables:
                here = self.compared[(self.compared["arm"] == arm.id) & (self.compared["observable"] == seen.id)]
                error = float((here["residual"] ** 2).mean() ** 0.5) if len(here) else float("nan")
                final = float(self.measured(arm.id, seen).iloc[-1])
                rows.append((arm.id, seen.id, final, seen.unit, len(here), error))
        found = pd.DataFrame(rows, columns=["arm", "observable", "final", "unit", "observations", "rmse"])
        if self.bands is None:
            return found
        last = self.bands.groupby(["arm", "observable"])[["low", "high"]].last()
        return found.join(last, on=["arm", "observable"])

    def measured(self, arm: str, seen: Observable) -> pd.Series[float]:
        """Return an observable of an arm as its measure has it. Raises UnknownName or DataError."""
        values = evaluate(self.runs[arm], seen)
        measure = MEASURES[seen.measure]
        first = measure.against == FIRST_ARM
        reference = evaluate(self.runs[self.scenario.arms[0].id], seen) if first else values.iloc[0]
        told: pd.Series[float] = measure.of(values, reference)
        return told

    def rmse(self, observable: str) -> float:
        """Return the root mean square error over all arms, in the unit of the observable; NaN without observations."""
        here = self.compared[self.compared["observable"] == observable]
        return float((here["residual"] ** 2).mean() ** 0.5)

    def tidy(self) -> pd.DataFrame:
        """Return all numbers in long form: scenario, source, arm, time [d], quantity, value, error, unit.

        With bands also low and high, of observables.
        """
        import pandas as pd

        from ranklsys import frame

        pieces = [frame.tidy(run, scenario=self.scenario.id, arm=arm.id, source="model") for arm, run in self._arms()]
        units = {seen.id: seen.unit for seen in self.scenario.observables}
        shown = self.predicted
        if self.bands is not None:
            shown = shown.merge(self.bands, on=["arm", "observable", "time"], validate="one_to_one")
        shown = shown.rename(columns={"observable": "quantity"})
        shown = shown.assign(quantity="seen: " + shown["quantity"], unit=shown["quantity"].map(units))
        pieces.append(shown.assign(scenario=self.scenario.id, source="model"))
        if self.observed is not None:
            seen = self.observed.rename(columns={"observable": "quantity"}).drop(columns="note")
            pieces.append(
                seen.assign(scenario=self.scenario.id, source="observed", quantity="seen: " + seen["quantity"])
            )
        table = pd.concat(pieces, ignore_index=True)
        table.attrs = {"made_by": {arm.id: run.attrs["made_by"] for arm, run in self._arms()}}
        ends = [] if self.bands is None else ["low", "high"]
        order = ["scenario", "source", "arm", "time", "quantity", "value", *ends, "error", "unit"]
        return table.reindex(columns=order)

    def _arms(self) -> Iterator[tuple[Arm, pd.DataFrame]]:
        return ((arm, self.runs[arm.id]) for arm in self.scenario.arms)


def run(
    scenario: str | Scenario,
    *,
    points: int = POINTS,
    solver: Solver | None = None,
    report: Callable[[str], None] | None = None,
    uncertainty: int = 0,
) -> Experiment:
    """Compose and simulate each arm of a scenario (an installed one by its id) and join what was observed.

    points: rows, evenly spaced, besides the times of the observations. report: gets the title of each arm as it starts.
    uncertainty: members of the shipped ensembles that run it too, for bands of the doubt about numbers.
    Raises UnknownName for a scenario, part or quantity that does not exist, DataError for a dataset that does not fit.
    """
    found, observed = with_data(scenario)
    rows = _rows(found, observed, points)
    runs = {}
    for arm in found.arms:
        if report:
            report(arm.title)
        runs[arm.id] = composed(found, arm).simulate(found.until, doses=arm.doses, times=rows, solver=solver)
    done = Experiment(found, runs, observed)
    return with_bands(done, {arm.id: _begun(found, arm) for arm in found.arms}, uncertainty) if uncertainty else done


def with_bands(done: Experiment, models: Mapping[str, Model], members: int) -> Experiment:
    """Return an experiment with the bands of its observables.

    models: of the arms, before what goes first. members: of the shipped ensembles. Raises DataError for models none of
    whose numbers was fitted, SimulationError where too many members fail.
    """
    from ranklsys.study import bands

    scenario = done.scenario
    then = read_changes(scenario.then)
    series = {
        arm.id: bands.of_arm(
            models[arm.id],
            members,
            done.runs[arm.id].index.to_numpy(dtype=float),
            bands.read_by(scenario.observables, models[arm.id].observables),
            doses=arm.doses,
            before=scenario.before,
            then=then,
        )
        for arm in scenario.arms
    }
    found = bands.of_arms(series, lambda runs: Experiment(scenario, runs).predicted)
    return replace(done, bands=found, members=members)


def with_data(scenario: str | Scenario) -> tuple[Scenario, pd.DataFrame | None]:
    """Return a scenario (an installed one by its id) and what was observed, if there is a dataset.

    Raises UnknownName for a scenario or dataset that does not exist, DataError for a dataset that does not fit.
    """
    from ranklsys.plugins import registry

    if not isinstance(scenario, str | Scenario):
        raise DataError(f"{scenario!r} is no scenario", hint='Give a Scenario, or the id of one: run("canon2008")')
    found = registry().scenario(scenario) if isinstance(scenario, str) else scenario
    observed = registry().dataset(found.dataset).frame() if found.dataset else None
    if observed is not None:
        _require_known(found, observed)
    return found, observed


def composed(scenario: Scenario, arm: Arm) -> Model:
    """Return the model of an arm as it stands at time 0, without doses."""
    model = _begun(scenario, arm)
    model = model.after(scenario.before) if scenario.before else model
    return model.set(read_changes(scenario.then))


def _begun(scenario: Scenario, arm: Arm) -> Model:
    """Return the model of an arm before what goes first."""
    from ranklsys.model.compose import compose

    return compose(scenario.host, *scenario.parts, *arm.parts).set(read_changes(scenario.changes))


def evaluate(run: pd.DataFrame, observable: Observable) -> pd.Series[float]:
    """Return an observable of a run, from its formula over the model's ids. Raises UnknownName or DataError."""
    import pandas as pd

    text = observable.formula
    if text in run.columns:
        return run[text].astype(float)
    try:
        read = formula.names(text)
        for name in sorted(read - set(run.columns)):
            what = f"its formula reads '{name}', which the model does not have{nearest(name, run.columns)}"
            raise UnknownName(what, where=observable.id, hint="See: ranklsys show human")
        return pd.Series(formula.compute(text, {name: run[name].to_numpy() for name in read}), run.index, float)
    except DataError as problem:
        raise DataError(problem.what, where=observable.id, hint=problem.hint) from None


def _require_known(scenario: Scenario, observed: pd.DataFrame) -> None:
    """Raise DataError for an arm of a dataset that a scenario lacks, or an observable in another unit."""
    arms = [arm.id for arm in scenario.arms]
    for arm in observed["arm"].unique():
        if arm not in arms:
            what = f"dataset {scenario.dataset} has an arm '{arm}' that the scenario lacks{nearest(arm, arms)}"
            raise DataError(what, where=scenario.id, hint=f"Its arms: {', '.join(arms)}")
    units = observed.groupby("observable")["unit"].first()
    for seen in scenario.observables:
        if seen.id in units and not _same_unit(units[seen.id], seen.unit):
            what = f"dataset {scenario.dataset} has '{seen.id}' in '{units[seen.id]}', the scenario in '{seen.unit}'"
            raise DataError(what, where=scenario.id, hint="Convert the table, or name its unit in the scenario")


def _same_unit(one: str, other: str) -> bool:
    """Whether two texts name one unit: to the letter, or by its size; what is in % may say of what."""
    from ranklsys import units

    if one == other or (one.startswith("%") and other.startswith("%")):
        return True
    try:
        return units.same(units.unit(one), units.unit(other))
    except UnitError:
        return False


def _rows(scenario: Scenario, observed: pd.DataFrame | None, points: int) -> Sequence[float]:
    import numpy as np

    from ranklsys import units
    from ranklsys.model.times import rows

    grid = rows(units.days(scenario.until), points)
    if observed is None:
        return list(grid)
    seen = observed["time"].to_numpy(dtype=float)
    if (seen < 0).any() or (seen > grid[-1]).any():
        raise DataError(
            f"observations lie outside 0 to {scenario.until}", where=scenario.id, hint="Simulate for longer"
        )
    return list(np.unique(np.concatenate([grid, seen])))
