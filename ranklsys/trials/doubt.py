"""Doubt: what of a trial the doubt about the model's numbers leaves open, beside the error of having so many people.

Each member of an ensemble runs the trial with the same people, and so does the model as it is: what differs between the
two is the doubt about numbers, with little of the error that comes of fewer people. It is added to what the whole
trial gave.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.model.ensemble import band, members
from ranklsys.plugins.spread import LOGNORMAL, PART, REST, SHARE
from ranklsys.trials.summary import Doubt
from ranklsys.trials.trial import FIRST_EVENT, METASTASIS

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from ranklsys.model.model import Model
    from ranklsys.trials.population import Population
    from ranklsys.trials.trial import Trial

    Array = NDArray[np.float64]

PEOPLE = 200
"""Whom each member is given, at most: the first of the trial."""
MEMBERS = 30
"""Of a trial's bands, if not asked otherwise: each takes as long as a trial of so many people."""
TIMES = 60
"""Of a curve of the share without events."""
RATIO, SHARE_OF_ALL, PLAIN = "ratio", "share", "plain"
NARROWER = 1.6449 / 1.96
"""What makes an interval of 95 % one of 90 %."""


class Measure(NamedTuple):
    """A number of a trial with its 95 % interval by people. scale: where intervals of it add up."""

    scale: str
    value: float
    low: float
    high: float


def doubt(
    found: Trial,
    model: Model,
    people: Population,
    then: Collection[str],
    simulate: Callable[[Model, Population], Trial],
    number: int,
) -> Doubt:
    """Return the doubt about what a trial gave.

    model, people: of the trial. then: ids set at its start. simulate: runs another as it was run. number: of members.
    Raises DataError for a model none of whose numbers was fitted, or more members than there are.
    """
    few = replace(people, size=min(people.size, PEOPLE))
    subjects = members(model, number)
    rows = [{name: value for name, value in subjects.row(place).items() if name not in then} for place in range(number)]
    trials = [simulate(model.set(row), around(few, model, row)) for row in rows]
    reference = simulate(model, few)
    return Doubt(number, few.size, _table(found, reference, trials), _curves(found, reference, trials))


def around(people: Population, model: Model, numbers: Mapping[str, float]) -> Population:
    """Return the same people around other numbers than those of a model; what they differ by stays."""
    elements, spreads = model.facts.elements, dict(people.spreads)
    for name, value in numbers.items():
        old = spreads.get(name)
        if old is None or not math.isclose(old.median, elements[name].value, rel_tol=1e-9):
            continue  # nobody differs in it, or a caller has said around what
        kind = LOGNORMAL if old.kind == SHARE and value >= 1 else old.kind
        spreads[name] = replace(old, median=min(max(value, old.low), old.high), kind=kind)
    parts = [each.median for name, each in spreads.items() if each.kind == PART and name != REST]
    if REST in spreads and (left := 1 - sum(parts)) > 0:
        spreads[REST] = replace(spreads[REST], median=left)
    return replace(people, spreads=spreads)


def _table(found: Trial, reference: Trial, trials: list[Trial]) -> pd.DataFrame:
    import pandas as pd

    whole, of_few, of_members = _measures(found), _measures(reference), [_measures(each) for each in trials]
    rows = []
    for place, (scale, value, low, high) in whole.items():
        moved = [_to(scale, each[place].value) - _to(scale, of_few[place].value) for each in of_members]
        ends = [float(end) for end in band(np.array(moved))]
        at, people = _to(scale, value), [_to(scale, end) for end in (low, high)]
        both = _both(float(np.nanmedian(moved)), ends, [end - at for end in people])
        numbers = [_from(scale, at + end) for end in ends]
        rows.append((value, low, high, *numbers, *(_from(scale, at + end) for end in both)))
    names = ["value", "people_low", "people_high", "numbers_low", "numbers_high", "low", "high"]
    return pd.DataFrame(rows, pd.MultiIndex.from_tuples(list(whole), names=["what", "arm"]), names)


def _both(middle: float, numbers: Sequence[float], people: Sequence[float]) -> tuple[float, float]:
    """Return the interval of a sum, as if both were normal on either side; all from the value of the whole trial."""
    low, high = (math.hypot(NARROWER * own, end - middle) for own, end in zip(people, numbers, strict=True))
    return middle - low, middle + high


def _measures(found: Trial) -> dict[tuple[str, str], Measure]:
    """Return what a trial gave, by what it is and arm."""
    summary = found.summary()
    measures: dict[tuple[str, str], Measure] = {}
    for event in found.happens:
        for arm in found.arms:
            if event == FIRST_EVENT:
                share = _three(summary.counts.loc[[arm]], f"first {event}")
                measures[f"share with a first {event}", arm] = Measure(SHARE_OF_ALL, *share)
            measures[f"mean days without {event}, alive", arm] = Measure(PLAIN, *_mean_free(found, arm, event))
        for arm in found.arms[1:]:
            row = summary.comparisons.loc[[(arm, event)]]
            ratio, reduction, gained = (_three(row, of) for of in ("hazard ratio", "risk reduction", "time gained"))
            measures[f"hazard ratio, {event}", arm] = Measure(RATIO, *ratio)
            measures[f"risk reduction, {event}", arm] = Measure(PLAIN, *reduction)
            measures[f"days gained without {event}", arm] = Measure(PLAIN, *gained)
    if FIRST_EVENT in found.happens:
        rates = found.recurrent().table
        for arm in found.arms:
            measures[f"{FIRST_EVENT}s a patient-year", arm] = Measure(RATIO, *_three(rates.loc[[arm]], "rate"))
    for name in core_endpoints().seen:
        for arm in found.arms:
            if (name, arm) in summary.changes.index:
                changes = np.array(found.changes(arm, name), dtype=np.float64)
                measures[f"{name}, median change, %", arm] = Measure(PLAIN, *_median(changes))
    return measures


def _three(row: pd.DataFrame, name: str) -> tuple[float, float, float]:
    """Return a number and its interval from a table of one row."""
    value, low, high = (float(row[f"{name}{end}"].iloc[0]) for end in ("", " low", " high"))
    return value, low, high


def _mean_free(found: Trial, arm: str, event: str) -> tuple[float, float, float]:
    """Return the restricted mean time to an event or death [d], with its 95 % interval by people."""
    from ranklsys.trials.comparison import interval_of_mean

    kinds = None if event == FIRST_EVENT else [METASTASIS]
    times = found.first_events(arm, kinds=kinds)["time"].to_numpy(dtype=float)
    return (float(times.mean()), *interval_of_mean(times))


def _median(values: Array) -> tuple[float, float, float]:
    """Return a median and its 95 % interval, by the ranks between which it lies (Conover 1999, section 3.2)."""
    half = 0.98 / math.sqrt(max(len(values), 1))
    low, middle, high = np.nanquantile(values, [max(0.5 - half, 0.0), 0.5, min(0.5 + half, 1.0)])
    return float(middle), float(low), float(high)


def _curves(found: Trial, reference: Trial, trials: list[Trial]) -> dict[tuple[str, str], pd.DataFrame]:
    import pandas as pd

    event, end = found.happens[0], found.until
    times = np.linspace(0.0, end, TIMES)
    curves = {}
    for arm in found.arms:
        whole, few = (_free(each, arm, event, times) for each in (found, reference))
        low, high = band(np.array([_free(each, arm, event, times) - few for each in trials]))
        ends = {"low": np.clip(whole + low, 0, 1), "high": np.clip(whole + high, 0, 1)}
        curves[arm, event] = pd.DataFrame(ends, pd.Index(times, name="time"))
    for quantity in core_endpoints().quantities:
        if quantity.band and quantity.id in found.store.recipe["columns"]:
            of_all, of_few = (each.bands(quantity.id)["median"] for each in (found, reference))
            low, high = band(np.array([(each.bands(quantity.id)["median"] - of_few).to_numpy() for each in trials]))
            moved = pd.DataFrame({"low": of_all + low, "high": of_all + high})
            curves |= {(arm, quantity.id): pd.DataFrame(moved.xs(arm)) for arm in found.arms}
    return curves


def _free(trial: Trial, arm: str, event: str, times: Array) -> Array:
    """Return the share without an event at times."""
    curve = trial.event_free(arm, event)["share"]
    places = np.searchsorted(curve.index.to_numpy(dtype=float), times, side="right") - 1
    return np.asarray(curve.to_numpy(dtype=float)[np.maximum(places, 0)])


def _to(scale: str, value: float) -> float:
    """Return a value where intervals add up: a ratio as its logarithm."""
    if scale != RATIO:
        return value
    return math.log(value) if value > 0 else math.nan


def _from(scale: str, value: float) -> float:
    if scale == RATIO:
        return math.exp(value)
    return min(max(value, 0.0), 1.0) if scale == SHARE_OF_ALL else value
