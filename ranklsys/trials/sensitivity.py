"""Sensitivity: which numbers of a model decide an endpoint.  The only importer of SALib.

Local: each number moved a little both ways. Morris: elementary effects over the between-subject range, for many
numbers. Sobol: shares of the variance, for few. An endpoint is a quantity at the end of a simulation with its doses.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
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

    Array = NDArray[np.float64]
    Run = Callable[[Mapping[str, float]], float]

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
    progress: bool = False,
) -> pd.DataFrame:
    """Return how an endpoint depends on each number: index parameter; columns index and error, largest first.

    endpoint: id of a quantity, at ``until``. method: local (relative change of the endpoint per relative change of the
    number; error 0), morris (mean absolute elementary effect, in the endpoint's unit, with its spread in ``sigma``), or
    sobol (total share of the variance, and ``first`` order). vary: as for ``cohort``. samples: trajectories of Morris,
    or a power of 2 for Sobol. seed: of the samples. before, then: as for ``cohort``. error: half of a 95 % interval.
    Raises UnknownName or DataError for bad input, SimulationError if a run fails.
    """
    import numpy as np

    if method not in METHODS:
        raise DataError(
            f"there is no method '{method}'{nearest(method, METHODS)}", hint=f"Methods: {', '.join(METHODS)}"
        )
    run = _runner(model, endpoint, until, doses, before, then or {}, TIGHT if method == "local" else Solver())
    chosen = {name: each for name, each in with_vary(spreads(model), model, vary).items() if name != REST}
    table = (
        _local(model, run, chosen, progress)
        if method == "local"
        else _global(method, run, chosen, samples, seed, progress)
    )
    order = np.argsort(-table["index"].abs().to_numpy(), kind="stable")
    table = table.iloc[order].rename_axis("parameter")
    table.attrs = {"endpoint": endpoint, "method": method, "made_by": model.made_by(Solver())}
    return table


def _runner(
    model: Model,
    endpoint: str,
    until: str | float,
    doses: Doses,
    before: str | float,
    then: Mapping[str, float | str],
    solver: Solver,
) -> Run:
    import numpy as np

    from ranklsys import units
    from ranklsys.model.dose_courses import read_doses

    model.require([endpoint])
    times = np.array([0.0, units.days(until)])
    given, first = read_doses(doses), units.days(before)

    def run(numbers: Mapping[str, float]) -> float:
        changed = model.set(numbers)
        if first:
            changed = changed.after(first, solver=solver)
        return float(changed.set(then).numbers(times, [endpoint], doses=given, solver=solver, lean=True)[-1, 0])

    return run


def _local(model: Model, run: Run, chosen: Mapping[str, Spread], progress: bool) -> pd.DataFrame:
    import pandas as pd

    centre = run({})
    if centre == 0 or not math.isfinite(centre):
        raise SimulationError(
            f"the endpoint is {centre:g}, of which there is no relative change", hint="Choose another"
        )
    rows = {}
    for name in _tracked([*chosen], progress):
        value = chosen[name].median
        up, down = run({name: value * (1 + STEP)}), run({name: value * (1 - STEP)})
        rows[name] = ((up - down) / (2 * STEP * centre), 0.0)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["index", "error"])


def _global(
    method: str, run: Run, chosen: Mapping[str, Spread], samples: int, seed: int, progress: bool
) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    sample, analyze = _salib(method)
    names = list(chosen)
    problem = {"num_vars": len(names), "names": names, "bounds": [[EDGE, 1 - EDGE]] * len(names)}
    order = {} if method == "morris" else {"calc_second_order": False}
    points = sample.sample(problem, samples, seed=seed, **order)
    values = Population(chosen, seed, len(points)).values(points)
    found = np.array([run(dict(zip(names, row.tolist(), strict=True))) for row in _tracked(values, progress)])
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


def _tracked(runs: Any, progress: bool) -> Any:
    from rich.console import Console
    from rich.progress import track

    return track(runs, description="sensitivity", disable=not progress, console=Console(stderr=True))
