"""Side by side: one protocol with the numbers of many subjects, as arrays, for who makes something of them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ranklsys.errors import SimulationError
from ranklsys.tables.scalars import by_id, items

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ranklsys.model.dose_courses import Doses
    from ranklsys.model.model import Model


def side_by_side(
    model: Model,
    subjects: Sequence[Mapping[str, float]],
    times: Sequence[float],
    columns: Sequence[str],
    *,
    doses: Doses = (),
    before: str | float = 0.0,
    then: Mapping[str, float | str] | None = None,
    engine: str = "auto",
    exact: bool = False,
) -> NDArray[np.float64]:
    """Return what each subject goes through: an array (subjects x times x columns), in the model's units.

    subjects: numbers by id. times: ascending [d], from 0 on; a row at a dose is after it. columns: ids. doses: given to
    all, per weight if they say so. before: time that goes before, without doses; then: numbers set after it. engine:
    ``lanes``, ``roadrunner``, or ``auto``, the faster one by how much there is to run. exact: lanes within 1e-7 of each
    quantity instead of 1e-5.
    Raises UnknownName for an id that does not exist or cannot be set, DoseError, NotForLanes if lanes were asked for
    and cannot, SimulationError, which says whose, if a run fails.
    """
    import numpy as np

    from ranklsys.model.dose_courses import read_doses
    from ranklsys.model.series import Series, run_series
    from ranklsys.model.subjects import Subjects

    days = model.time(before)
    start = model.with_free_state()[0] if days else model
    later = Subjects.of([{name: start.number_of(name, value) for name, value in (then or {}).items()}])
    series = Series(
        model,
        Subjects.of([_numbers(model, each) for each in subjects]),
        np.array([model.time(each) for each in items(times, "times", "times")]),
        tuple(model.require(columns)),
        doses=read_doses(doses),
        before=days,
        then=later,
    )
    (runs,) = run_series([series], engine=engine, exact=exact, lean=True)
    for place, words in sorted(runs.failures.items()):
        raise SimulationError(words, where=f"subject {place}")
    return runs.array


def _numbers(model: Model, subject: Mapping[str, float]) -> dict[str, float]:
    """Return the numbers of a subject, those with a unit, or of another library, as the model has them."""
    found = by_id(subject, "subjects")
    return {name: value if type(value) is float else model.number_of(name, value) for name, value in found.items()}
