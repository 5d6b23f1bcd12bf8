"""Bands: what of a simulation the doubt about its numbers leaves open, from members of an ensemble side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ranklsys.errors import SimulationError
from ranklsys.model.ensemble import MEMBERS, band, members
from ranklsys.model.model import POINTS
from ranklsys.tables import formula

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from ranklsys.model.dose_courses import Doses
    from ranklsys.model.many import Runs
    from ranklsys.model.model import Model
    from ranklsys.model.series import Series
    from ranklsys.plugins.scenario import Observable

    Array = NDArray[np.float64]

FAILED = 0.2
"""Of the members: if more fail, what is left is no band."""


def bands(
    model: Model,
    until: str | float,
    *,
    doses: Doses = (),
    points: int = POINTS,
    times: Sequence[float] | None = None,
    columns: Sequence[str] | None = None,
    uncertainty: int = MEMBERS,
    engine: str = "auto",
) -> pd.DataFrame:
    """Return 5, 50 and 95 % of what members of the shipped ensembles say, over time [d].

    until, doses, points, times, columns: as of ``Model.simulate``. uncertainty: how many members. Columns: pairs of an
    id and ``low``, ``median`` or ``high``; ``attrs["units"]`` by id. What was set in the model stays as it is set.
    Raises what ``Model.simulate`` does, and DataError for a model none of whose numbers was fitted.
    """
    import numpy as np
    import pandas as pd

    from ranklsys.model import times as clock
    from ranklsys.model.series import run_series

    names = tuple(model.require(columns))
    rows = clock.rows(model.time(until), points, times)
    series = of_arm(model, uncertainty, rows, names, doses=doses)
    (runs,) = run_series([series], engine=engine)
    require_most(runs, model.title)
    low, high = band(runs.array)
    values = np.stack([low, np.nanmedian(runs.array, axis=0), high], axis=2).reshape(len(rows), -1)
    index = pd.MultiIndex.from_product([names, ["low", "median", "high"]], names=["quantity", "of members"])
    found = pd.DataFrame(values, pd.Index(rows, name="time"), index)
    found.attrs["units"] = {name: model.facts.elements[name].unit_id for name in names}
    return found


def of_arm(
    model: Model,
    number: int,
    times: Array,
    columns: Sequence[str],
    *,
    doses: Doses = (),
    before: str = "",
    then: Mapping[str, float | str] | None = None,
) -> Series:
    """Return the runs of so many members in one arm. before: what goes first, without doses; then: set after it."""
    from ranklsys.model.dose_courses import read_doses
    from ranklsys.model.series import Series
    from ranklsys.model.subjects import Subjects

    started = model.with_free_state()[0] if before else model
    later = Subjects.of([{name: started.number_of(name, value) for name, value in (then or {}).items()}])
    days = model.time(before) if before else 0.0
    return Series(model, members(model, number), times, tuple(columns), read_doses(doses), days, then=later)


def of_arms(
    series: Mapping[str, Series], predicted: Callable[[Mapping[str, pd.DataFrame]], pd.DataFrame]
) -> pd.DataFrame:
    """Return the bands of observables in the arms of a scenario: arm, observable, time [d], low, high.

    predicted: gives the observables of one member from its runs by arm: arm, observable, time, value.
    Raises SimulationError where too many members fail.
    """
    import numpy as np

    from ranklsys import frame
    from ranklsys.model.series import run_series

    runs = dict(zip(series, run_series([*series.values()]), strict=True))
    for arm, found in runs.items():
        require_most(found, arm)
    number = len(next(iter(series.values())))
    tables = [
        predicted(
            {arm: frame.frame(runs[arm].array[member], own.times, own.columns, {}) for arm, own in series.items()}
        )
        for member in range(number)
    ]
    low, high = band(np.array([table["value"].to_numpy(dtype=float) for table in tables]))
    return tables[0].drop(columns="value").assign(low=low, high=high)


def read_by(observables: Sequence[Observable], known: Sequence[str]) -> tuple[str, ...]:
    """Return the ids that observables read of those a model has."""
    texts = [seen.formula for seen in observables]
    read = {name for text in texts for name in ({text} if text in known else formula.names(text))}
    return tuple(name for name in known if name in read)


def require_most(runs: Runs, what: str) -> None:
    """Raise SimulationError if so many members failed that the others are no band."""
    number = len(runs.array)
    if len(runs.failures) > FAILED * number:
        first = next(iter(runs.failures.values()))
        hint = "Their numbers lie far from the fit's; ask for the run without its band"
        raise SimulationError(
            f"{len(runs.failures)} of {number} members fail; the first: {first}", where=what, hint=hint
        )
