"""Sensitivity: which numbers of a model decide an endpoint.  The only importer of SALib.

Local: each number moved a little both ways. Morris: elementary effects over the between-subject range, for many
numbers. Sobol: shares of the variance, for few. An endpoint is a quantity at the end of a simulation with its doses.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ranklsys.errors import DataError, SimulationError, nearest, require
from ranklsys.model.model import Model
from ranklsys.model.solver import Solver
from ranklsys.plugins.spread import REST, Spread
from ranklsys.trials.population import Population
from ranklsys.trials.variation import spreads, with_vary

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from ranklsys.model.dose_courses import Doses
    from ranklsys.model.series import Series
    from ranklsys.model.subjects import Subjects

    Array = NDArray[np.float64]
    Run = Callable[[Subjects], Array]

METHODS = ("local", "morris", "sobol")
STEP = 0.01
TIGHT = Solver(relative_tolerance=1e-10)
"""For local steps: the error of the solver is divided by twice the step."""
EDGE = 0.01
"""Morris and Sobol cover the quantiles from here to 1 - EDGE of each number."""


def sensitivity(
    model: Model,
    endpoint: str,
    until: str | float,
    *,
    doses: Doses = (),
    method: str = METHODS[0],
    vary: Mapping[str, float | Spread | None] | Sequence[str] | None = None,
    samples: int = 16,
    seed: int = 0,
    before: str | float = 0.0,
    then: Mapping[str, float | str] | None = None,
    engine: str = "auto",
    exact: bool = False,
    progress: bool = False,
) -> pd.DataFrame:
    """Return how an endpoint depends on each number: index parameter; columns index and error, largest first.

    endpoint: id of a quantity, at ``until``. method: local (relative change of the endpoint per relative change of the
    number; error 0), morris (mean absolute elementary effect, in the endpoint's unit, with its spread in ``sigma``), or
    sobol (total share of the variance, and ``first`` order). vary: as for ``cohort``. samples: trajectories of Morris,
    or a power of 2 for Sobol. seed: of the samples. before, then: as for ``cohort``. error: half of a 95 % interval.
    engine: ``lanes``, which run all subjects side by side; ``roadrunner``; or ``auto``, the faster one that can. exact:
    lanes within 1e-7 of the endpoint instead of 1e-5; local is always exact. progress: show a bar on the terminal.
    ``attrs["made_by"]`` names the engine.
    Raises UnknownName or DataError for bad input, NotForLanes if lanes were asked for and cannot, SimulationError if a
    run fails.
    """
    import numpy as np

    from ranklsys.model.record import record
    from ranklsys.model.series import choice, run_series
    from ranklsys.show import moving

    if method not in METHODS:
        raise DataError(
            f"there is no method '{method}'{nearest(method, METHODS)}", hint=f"Methods: {', '.join(METHODS)}"
        )
    local = method == METHODS[0]
    protocol = _protocol(model, endpoint, until, doses, before, then or {})
    solver, used = TIGHT if local else Solver(), {}

    def run(subjects: Subjects) -> Array:
        with moving("sensitivity", progress) as move:
            asked = [replace(protocol, subjects=subjects)]
            # RoadRunner is tight where the step is small, which is no reason against exact lanes
            (runs,) = run_series(
                asked,
                engine=engine,
                chosen=choice(engine, asked),
                exact=exact or local,
                solver=solver,
                lean=True,
                progress=move,
            )
        for words in runs.failures.values():
            raise SimulationError(words)
        used.update(record([runs]))
        return runs.array[:, -1, 0]

    chosen = {name: each for name, each in with_vary(spreads(model), model, vary).items() if name != REST}
    table = _local(run, chosen) if local else _global(method, run, chosen, samples, seed)
    order = np.argsort(-table["index"].abs().to_numpy(), kind="stable")
    table = table.iloc[order].rename_axis("parameter")
    table.attrs = {"endpoint": endpoint, "method": method, "made_by": {**model.made_by(solver), **used}}
    return table


def _protocol(
    model: Model,
    endpoint: str,
    until: str | float,
    doses: Doses,
    before: str | float,
    then: Mapping[str, float | str],
) -> Series:
    """Return what every subject goes through."""
    import numpy as np

    from ranklsys import units
    from ranklsys.model.dose_courses import read_doses
    from ranklsys.model.series import Series, nothing
    from ranklsys.model.subjects import Subjects

    model.require([endpoint])
    first = units.days(before)
    start = model.with_free_state()[0] if first else model
    return Series(
        model,
        nothing(1),
        np.array([0.0, units.days(until)]),
        (endpoint,),
        doses=read_doses(doses),
        before=first,
        then=Subjects.of([{name: start.number_of(name, value) for name, value in then.items()}]),
    )


def _local(run: Run, chosen: Mapping[str, Spread]) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    from ranklsys.model.subjects import Subjects

    number = len(chosen)
    values = np.full((1 + 2 * number, number), np.nan)  # what is not moved is as the model has it
    for place, each in enumerate(chosen.values()):
        values[1 + place, place], values[1 + number + place, place] = each.median * (1 + STEP), each.median * (1 - STEP)
    centre, *ends = run(Subjects(tuple(chosen), values)).tolist()
    if centre == 0 or not math.isfinite(centre):
        raise SimulationError(
            f"the endpoint is {centre:g}, of which there is no relative change", hint="Choose another"
        )
    up, down = np.split(np.array(ends), 2)
    index = (up - down) / (2 * STEP * centre)
    return pd.DataFrame({"index": index, "error": 0.0}, index=list(chosen))


def _global(method: str, run: Run, chosen: Mapping[str, Spread], samples: int, seed: int) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    from ranklsys.model.subjects import Subjects

    sample, analyze = _salib(method)
    names = list(chosen)
    problem = {"num_vars": len(names), "names": names, "bounds": [[EDGE, 1 - EDGE]] * len(names)}
    order = {} if method == "morris" else {"calc_second_order": False}
    points = sample.sample(problem, samples, seed=seed, **order)
    found = run(Subjects(tuple(names), Population(chosen, seed, len(points)).values(points)))
    if method == "morris":
        result = analyze.analyze(problem, points, found, seed=seed)
        columns = {"index": result["mu_star"], "error": result["mu_star_conf"], "sigma": result["sigma"]}
    else:
        result = analyze.analyze(problem, found, seed=seed, **order)
        columns = {"index": result["ST"], "error": result["ST_conf"], "first": result["S1"]}
    return pd.DataFrame({name: np.asarray(column) for name, column in columns.items()}, index=names)


def _salib(method: str) -> tuple[Any, Any]:
    sample, analyze = (require(f"SALib.{step}.{method}", extra="sensitivity") for step in ("sample", "analyze"))
    return sample, analyze
