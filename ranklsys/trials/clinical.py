"""Clinical: the courses of a trial in the units of a clinic, by each patient's own levels (see ``model.read_outs``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ranklsys.errors import UnknownName
from ranklsys.model import read_outs
from ranklsys.model.levels import core_levels
from ranklsys.plugins import library

if TYPE_CHECKING:
    import pandas as pd


def runs(
    plain: Callable[..., pd.DataFrame], patients: pd.DataFrame, recipe: Mapping[str, Any], columns: Sequence[str]
) -> pd.DataFrame:
    """Return patient, arm, time [d] and columns, read-outs among them; ``attrs["units"]`` has the units of these.

    plain: gives these courses of ids. patients: what was drawn of each. recipe: of the store. Raises UnknownName for a
    host without levels, and for what the trial did not keep.
    """
    read_outs.require_people(str(recipe["made_by"]["host"]))
    wanted = {column: read_outs.read_out(column) for column in columns if read_outs.is_read_out(column)}
    ids = {name for each in wanted.values() for name in each.reads}
    others = [column for column in columns if column not in wanted]
    found = plain(*dict.fromkeys([*(name for name in recipe["columns"] if name in ids), *others]))
    known = _unchanged(found["patient"], patients, recipe)
    for name in sorted(ids - set(found.columns) - set(known)):
        hint = "Simulate the cohort anew, with this read-out in columns=[...]"
        raise UnknownName(f"the trial did not keep '{name}'", hint=hint)
    values = {**known, **{str(name): found[name] for name in found}}
    result = found[["patient", "arm", "time"]].copy()
    for column in columns:
        result[column] = wanted[column].of(values) if column in wanted else found[column]
    result.attrs = {**found.attrs, "units": {column: each.unit for column, each in wanted.items()}}
    return result


def shown(patients: pd.DataFrame, recipe: Mapping[str, Any]) -> list[str]:
    """Return the read-outs that a trial kept all of, but for what is the same at all times, such as age."""
    kept = set(recipe["columns"])
    known = {*kept, *_unchanged(patients.index.to_series(), patients, recipe)}
    return [each.label for each in read_outs.core_read_outs() if each.reads & kept and each.reads <= known]


def at_ends(courses: pd.DataFrame) -> pd.DataFrame:
    """Return median, 5 % and 95 % of courses at the start and at the end: index column, when, arm.

    courses: patient, arm, time [d] and columns.
    """
    import numpy as np
    import pandas as pd

    columns = [name for name in courses.columns if name not in ("patient", "arm", "time")]
    pieces = []
    for when, time in (("start", courses["time"].min()), ("end", courses["time"].max())):
        groups = courses[courses["time"] == time].groupby("arm", sort=False)
        for column in columns:
            of_arms = groups[column].quantile(np.array([0.05, 0.5, 0.95])).unstack()
            pieces.append(of_arms.set_axis(["low", "median", "high"], axis=1).assign(column=column, when=when))
    found: pd.DataFrame = pd.concat(pieces).set_index(["column", "when"], append=True)
    return found.reorder_levels(["column", "when", "arm"])


def _unchanged(numbers: pd.Series[int], patients: pd.DataFrame, recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Return what does not change in a trial: what all share, and what was drawn of patients with these numbers."""
    shared = {name: level.value for name, level in core_levels().items() if level.spread is None}
    drawn = {str(name): numbers.map(column) for name, column in patients.select_dtypes("float").items()}
    return {**_constants(recipe), **shared, **drawn}


def _constants(recipe: Mapping[str, Any]) -> Mapping[str, float]:
    """Return the numbers of the host that nothing changes, by id; not slots, which parts may change."""
    from ranklsys.plugins.contract import core_contract
    from ranklsys.sbml.facts import facts

    made_by = recipe["made_by"]
    host, slots = facts(library.host_sbml(made_by["host"])), core_contract().targets
    free = {name: host.elements[name] for name in host.settable if name not in slots}
    numbers = {name: each.value for name, each in free.items() if each.kind == "parameter" and not each.rule}
    changes = {**made_by["changes"], **recipe.get("then", {})}
    changes = {name: value for name, value in changes.items() if name in numbers}
    return {**numbers, **changes}
