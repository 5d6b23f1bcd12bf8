"""Metastases of single cells: how many imaging finds on average in each of many subjects, without chance drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.model.side_by_side import side_by_side

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ranklsys.model.dose_courses import Doses
    from ranklsys.model.model import Model

    Array = NDArray[np.float64]


def metastases(
    model: Model,
    subjects: Sequence[Mapping[str, float]],
    times: Sequence[float],
    *,
    doses: Doses = (),
    before: str | float = 0.0,
    then: Mapping[str, float | str] | None = None,
) -> tuple[Array, Array]:
    """Return the chance of each subject to have a metastasis at the start, and how many are found later on average.

    The second is subjects x times: exp(-it) of those without a metastasis at the start have none yet. The model has
    cells in bone (``tumour_cells_at_surgery``), as those with early breast cancer do. Arguments, and what is raised: as
    for ``side_by_side``.
    """
    import numpy as np

    from ranklsys.trials import colonies
    from ranklsys.trials.protocol import value_of

    ids = core_endpoints().colonies
    run = side_by_side(model, subjects, times, ids.courses, doses=doses, before=before, then=then)
    courses = dict(zip(ids.courses, np.moveaxis(run, 2, 0), strict=True))
    usual = {name: value_of(model, name) for name in ids.people}
    people = {name: np.array([each.get(name, value) for each in subjects]) for name, value in usual.items()}
    return colonies.at_start(courses, people, ids), colonies.expected(
        np.asarray(times, dtype=float), courses, people, ids
    )
