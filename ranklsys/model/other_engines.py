"""Other engines: the same flat SBML in COPASI and AMICI.

Every engine gives one row for each time and one column for each species and each parameter with a rate rule, in the
quantity that the id means in a formula: a concentration, or an amount where a species has only substance units.
A row at the time of an event holds the values after all events of that time, as ``engine.simulate`` gives them.
"""

from __future__ import annotations

import importlib.util
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ranklsys.errors import DataError, SBMLError, SimulationError, require
from ranklsys.frame import frame
from ranklsys.sbml.facts import Element, facts

LATE = 1e-12
"""AMICI's rows are this part of their time late; see ``amici``."""
MAXIMUM_STEPS = 1_000_000
Array = NDArray[np.float64]


def has_copasi() -> bool:
    """Whether COPASI is installed."""
    return importlib.util.find_spec("COPASI") is not None and importlib.util.find_spec("basico") is not None


def copasi(sbml: str, times: Sequence[float], *, rtol: float, atol: float) -> pd.DataFrame:
    """Return a run of COPASI (LSODA with root finding) as a DataFrame indexed by time [d].

    times: ascending [d], 0 or later; the run always starts at 0. COPASI itself gives a row at the time of an event
    after the event. RADAU5 is no choice: it refuses models with events.

    Raises MissingLibrary if basico is missing, SBMLError if COPASI cannot read the model, SimulationError with COPASI's
    own words if it cannot integrate it.
    """
    basico, kernel = require("basico", extra="peers"), require("COPASI", extra="peers")
    rows, columns = _rows(times), reported(sbml)
    late = int(rows[0] > 0)
    asked = [0.0] * late + rows.tolist()
    data = kernel.CRootContainer.addDatamodel()
    try:
        if not data.importSBMLFromString(sbml):
            reason = _last_sentence(kernel.CCopasiMessage.getAllMessageText())
            raise SBMLError(f"COPASI cannot read the model: {reason}", hint="Check the file with: ranklsys check")
        quantities = _copasi_quantities(data.getModel(), columns)
        settings = {"method": "lsoda", "r_tol": rtol, "a_tol": atol, "max_steps": MAXIMUM_STEPS, "output_event": False}
        with _complaints("basico.task_timecourse") as complaints:
            result = basico.run_time_course_with_output(
                [name for name, _ in quantities], values=asked, model=data, use_initial_values=True, **settings
            )
    finally:
        kernel.CRootContainer.removeDatamodel(data)
    if complaints or result.shape != (len(asked), len(columns)):
        reason = _last_sentence(" ".join(complaints)) or f"it gave {len(result)} of {len(asked)} rows"
        raise SimulationError(f"COPASI could not integrate the model: {reason}", hint="Simulate until a little earlier")
    values = result.to_numpy(dtype=np.float64)[late:] * [factor for _, factor in quantities]
    return _finite(frame(values, rows, [element.id for element in columns], {}), "COPASI")


def amici(sbml: str, times: Sequence[float], *, rtol: float, atol: float) -> pd.DataFrame:
    """Return a run of AMICI (CVODES) as a DataFrame indexed by time [d].

    times: ascending [d], 0 or later; the run always starts at 0. The first run of a model compiles it (about half a
    minute), later runs take it from the cache. AMICI takes the SBML as it is: events at 0, ``initialValue="false"``,
    rate rules of parameters and of species with only substance units.

    AMICI finds an event by its root, and so some rounding errors before or after its time: a row at that very time
    shows now one side, now the other. Each row is therefore taken 1e-12 of its time late. This adds an error of at most
    1e-12 times the time times the rate of change, and an event within that span after a row counts as given.

    Raises MissingLibrary if AMICI is missing, RanklsysError if its compiler is, SBMLError if AMICI refuses the model,
    SimulationError if it cannot integrate it.
    """
    from ranklsys.model.amici_models import compiled, sundials

    engine = sundials()
    rows, columns = _rows(times), [element.id for element in reported(sbml)]
    model = compiled(sbml, columns)
    model.set_timepoints(late(rows).tolist())
    solver = model.create_solver()
    solver.set_relative_tolerance(rtol)
    solver.set_absolute_tolerance(atol)
    solver.set_max_steps(MAXIMUM_STEPS)
    with _complaints("amici.sim.sundials") as complaints:
        result = engine.run_simulation(model, solver)
    if result.status != engine.AMICI_SUCCESS:
        reason = f"{engine.simulation_status_to_str(result.status)} {' '.join(complaints)[:400]}".strip()
        raise SimulationError(f"AMICI could not integrate the model: {reason}", hint="Simulate until a little earlier")
    return _finite(frame(np.array(result.y), rows, columns, {}), "AMICI")


def late(rows: Sequence[float] | Array) -> Array:
    """Return the times at which AMICI's rows are taken, see ``amici``."""
    return np.asarray(rows, dtype=np.float64) * (1 + LATE)


def _rows(times: Sequence[float]) -> Array:
    rows = np.asarray(times, dtype=np.float64)
    if rows.ndim != 1 or not len(rows) or not (rows[0] >= 0 and rows[-1] > 0 and (np.diff(rows) > 0).all()):
        raise DataError("times must ascend from 0 or later to more than 0", hint="Sort them, and leave out doubles")
    return rows


def reported(sbml: str) -> list[Element]:
    """Return the elements that every engine reports: species, and parameters with a rate rule."""
    known = facts(sbml)
    return [*known.of_kind("species"), *(element for element in known.of_kind("parameter") if element.rule == "rate")]


def _finite(table: pd.DataFrame, engine: str) -> pd.DataFrame:
    lost = np.argwhere(~np.isfinite(table.to_numpy()))
    if len(lost):
        row, column = lost[0]
        what = f"{engine} gives no finite value for '{table.columns[column]}' at {table.index[row]:g} d"
        raise SimulationError(what, hint="Simulate until a little earlier")
    return table


def _copasi_quantities(model: Any, columns: Sequence[Element]) -> list[tuple[str, float]]:
    """Return for each column COPASI's name of a quantity, and the factor that turns it into the model's.

    COPASI knows concentrations and numbers of particles; an amount is a number over COPASI's own Avogadro constant.
    """
    found = {item.getSBMLId(): item for item in (*model.getMetabolites(), *model.getModelValues())}
    quantities = []
    for element in columns:
        item = found[element.id]
        as_number = element.only_substance or element.kind == "parameter"
        reference = item.getValueReference() if as_number else item.getConcentrationReference()
        factor = 1.0 / model.getQuantity2NumberFactor() if element.only_substance else 1.0
        quantities.append((reference.getCN().getString(), factor))
    return quantities


@contextmanager
def _complaints(name: str) -> Iterator[list[str]]:
    """Collect the warnings of a logger, which prints nothing meanwhile; basico hands on COPASI's messages only so."""
    said: list[str] = []
    listener = logging.Handler(logging.WARNING)
    listener.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger(name)
    logger.addHandler(listener)
    shown, logger.propagate = logger.propagate, False
    try:
        yield said
    finally:
        logger.removeHandler(listener)
        logger.propagate = shown


def _last_sentence(messages: str) -> str:
    """Return the last of COPASI's messages without its time stamp; the earlier ones are warnings about defaults."""
    return " ".join(re.split(r">\w+ [\dT:-]+<", messages)[-1].split())[:400]
