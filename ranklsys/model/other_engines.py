"""Peers: the same flat SBML in COPASI and AMICI, and how far two engines are apart.

Every engine gives one row for each time and one column for each species and each parameter with a rate rule, in the
quantity that the id means in a formula: a concentration, or an amount where a species has only substance units.
A row at the time of an event holds the values after all events of that time, as ``engine.simulate`` gives them.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import logging
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ranklsys.errors import DataError, RanklsysError, SBMLError, SimulationError, nearest
from ranklsys.frame import frame
from ranklsys.sbml.facts import Element, facts

RELATIVE = 1e-4
"""Two engines agree at a time if they differ by no more than this part of the reference, ..."""
NEGLIGIBLE = 1e-6
"""... or by no more than this part of the column's largest value."""
NOISE = 1e-15
"""Below this an amount is round-off: COPASI's LSODA now and then turns a state of exactly 0 into 1e-24 (seen)."""
LATE = 1e-12
"""AMICI's rows are this part of their time late; see ``amici``."""
MAXIMUM_STEPS = 1_000_000
RECIPE = "1"
"""Raised when the code below would compile the same SBML differently."""

log = logging.getLogger(__name__)
Array = NDArray[np.float64]


def has_copasi() -> bool:
    """Whether COPASI is installed."""
    return importlib.util.find_spec("COPASI") is not None and importlib.util.find_spec("basico") is not None


def copasi(sbml: str, times: Sequence[float], *, rtol: float, atol: float) -> pd.DataFrame:
    """Return a run of COPASI (LSODA with root finding) as a DataFrame indexed by time [d].

    times: ascending [d], 0 or later; the run always starts at 0. COPASI itself gives a row at the time of an event
    after the event. RADAU5 is no choice: it refuses models with events.

    Raises RanklsysError if basico is missing, SBMLError if COPASI cannot read the model, SimulationError with COPASI's
    own words if it cannot integrate it.
    """
    try:
        import basico
        import COPASI
    except ImportError:
        raise RanklsysError("COPASI is not installed", hint="pip install ranklsys[peers]") from None
    rows, columns = _rows(times), _columns(sbml)
    late = int(rows[0] > 0)
    asked = [0.0] * late + rows.tolist()
    data = COPASI.CRootContainer.addDatamodel()
    try:
        if not data.importSBMLFromString(sbml):
            reason = _last_sentence(COPASI.CCopasiMessage.getAllMessageText())
            raise SBMLError(f"COPASI cannot read the model: {reason}", hint="Check the file with: ranklsys check")
        quantities = _copasi_quantities(data.getModel(), columns)
        settings = {"method": "lsoda", "r_tol": rtol, "a_tol": atol, "max_steps": MAXIMUM_STEPS, "output_event": False}
        with _complaints("basico.task_timecourse") as complaints:
            result = basico.run_time_course_with_output(
                [name for name, _ in quantities], values=asked, model=data, use_initial_values=True, **settings
            )
    finally:
        COPASI.CRootContainer.removeDatamodel(data)
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

    Raises RanklsysError if AMICI or its compiler is missing, SBMLError if AMICI refuses the model, SimulationError if
    it cannot integrate it.
    """
    try:
        from amici.sim import sundials
    except ImportError:
        hint = "pip install amici (it needs a C++ compiler, CMake, SWIG and BLAS)"
        raise RanklsysError("AMICI is not installed", hint=hint) from None
    rows, columns = _rows(times), [element.id for element in _columns(sbml)]
    model = _compiled(sbml, columns)
    model.set_timepoints(late(rows).tolist())
    solver = model.create_solver()
    solver.set_relative_tolerance(rtol)
    solver.set_absolute_tolerance(atol)
    solver.set_max_steps(MAXIMUM_STEPS)
    with _complaints("amici.sim.sundials") as complaints:
        result = sundials.run_simulation(model, solver)
    if result.status != sundials.AMICI_SUCCESS:
        reason = f"{sundials.simulation_status_to_str(result.status)} {' '.join(complaints)[:400]}".strip()
        raise SimulationError(f"AMICI could not integrate the model: {reason}", hint="Simulate until a little earlier")
    return _finite(frame(np.array(result.y), rows, columns, {}), "AMICI")


def late(rows: Sequence[float] | Array) -> Array:
    """Return the times at which AMICI's rows are taken, see ``amici``."""
    return np.asarray(rows, dtype=np.float64) * (1 + LATE)


def difference(reference: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return how far a run is from a reference run, one row for each column, the worst first.

    largest_difference: max over times of ``|reference - other|``. scale: max over times of ``|reference|``.
    relative: max over times of ``|reference - other| / max(|reference|, scale / 100)``; at_time: when [d].
    within: whether ``relative`` is 1e-4 or less. That is so if at every time the difference is at most 1e-4 of the
    reference, or else at most 1e-6 of the scale: what has all but vanished is compared with what it was. Differences
    below 1e-15 are round-off and count as none.

    Raises DataError if columns or times are not the same; the order of columns is free.
    """
    _same_columns(reference, other)
    times = _same_times(reference, other)
    expected = reference.to_numpy(dtype=np.float64)
    apart = np.abs(expected - other[reference.columns].to_numpy(dtype=np.float64))
    apart[np.isnan(apart)] = np.inf
    apart[apart < NOISE] = 0.0
    scale = np.abs(expected).max(axis=0)
    yardstick = np.maximum(np.abs(expected), scale * NEGLIGIBLE / RELATIVE)
    relative = np.divide(apart, yardstick, out=np.where(apart > 0, np.inf, 0.0), where=yardstick > 0)
    table = pd.DataFrame(
        {
            "largest_difference": apart.max(axis=0),
            "scale": scale,
            "relative": relative.max(axis=0),
            "at_time": times[relative.argmax(axis=0)],
            "within": relative.max(axis=0) <= RELATIVE,
        },
        index=pd.Index(reference.columns, name="id"),
    )
    return table.sort_values("relative", ascending=False, kind="stable")


def _rows(times: Sequence[float]) -> Array:
    rows = np.asarray(times, dtype=np.float64)
    if rows.ndim != 1 or not len(rows) or not (rows[0] >= 0 and rows[-1] > 0 and (np.diff(rows) > 0).all()):
        raise DataError("times must ascend from 0 or later to more than 0", hint="Sort them, and leave out doubles")
    return rows


def _columns(sbml: str) -> list[Element]:
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


def _compiled(sbml: str, columns: Sequence[str]) -> Any:
    """Return AMICI's model of an SBML text, from the cache or compiled into it."""
    import amici

    text = "\n".join((RECIPE, amici.__version__, sys.implementation.cache_tag or "", sbml))
    name = f"ranklsys_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ranklsys" / "amici"
    folder = home / name
    if not folder.is_dir():
        home.mkdir(parents=True, exist_ok=True)
        # built aside and moved in one step: what stands in the cache is complete, whoever else compiles the same model
        with tempfile.TemporaryDirectory(dir=home) as workshop:
            _compile(sbml, columns, name, Path(workshop) / name)
            try:
                (Path(workshop) / name).rename(folder)
            except OSError:
                if not folder.is_dir():
                    raise
    return amici.import_model_module(name, folder).get_model()


def _compile(sbml: str, columns: Sequence[str], name: str, folder: Path) -> None:
    from amici.exporters.sundials.compile import build_model_extension
    from amici.importers.sbml import SBMLException, SbmlImporter
    from amici.importers.utils import MeasurementChannel

    channels = [MeasurementChannel(f"row_{column}", formula=column) for column in columns]
    with tools_beside_python():
        check_swig()
        log.info("AMICI compiles a model with %d states; later runs take it from the cache", len(columns))
        try:
            SbmlImporter(sbml, from_file=False).sbml2amici(
                name,
                folder,
                observation_model=channels,
                compute_conservation_laws=False,
                generate_sensitivity_code=False,
                compile=False,
            )
        except SBMLException as problem:
            raise SBMLError(f"AMICI refuses the model: {problem}", hint="Compare with COPASI instead") from problem
        said = io.StringIO()
        try:
            with redirect_stdout(said):
                build_model_extension(folder)
        except subprocess.CalledProcessError:
            tail = " ".join(said.getvalue().split())[-600:]
            hint = "AMICI needs a C++ compiler, CMake, SWIG and BLAS"
            raise RanklsysError(f"AMICI could not compile the model: ... {tail}", hint=hint) from None
    log.info("AMICI has compiled the model")


@contextmanager
def tools_beside_python() -> Iterator[None]:
    """Let CMake and SWIG that are installed beside this Python come before those of the system."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join((sysconfig.get_path("scripts"), before))
    try:
        yield
    finally:
        os.environ["PATH"] = before


def check_swig() -> None:
    """Raise RanklsysError unless SWIG is the version that AMICI was built with; models of another one do not load."""
    from amici.sim import sundials

    needed = ".".join(str(number) for number in sundials._SWIG_VERSION)
    swig = shutil.which(os.environ.get("SWIG") or "swig")
    said = subprocess.run([swig, "-version"], capture_output=True, text=True, check=False).stdout if swig else ""
    found = re.search(r"SWIG Version (\S+)", said)
    if found is None or found[1] != needed:
        what = f"AMICI was built with SWIG {needed}, and this machine has {f'SWIG {found[1]}' if found else 'no SWIG'}"
        raise RanklsysError(what, hint=f"pip install swig=={needed}")


def _same_columns(reference: pd.DataFrame, other: pd.DataFrame) -> None:
    ours, theirs = set(map(str, reference.columns)), set(map(str, other.columns))
    for name in sorted(ours - theirs):
        raise DataError(
            f"the other run has no column '{name}'{nearest(name, theirs - ours)}", hint="Give both the same"
        )
    for name in sorted(theirs - ours):
        raise DataError(
            f"the reference has no column '{name}'{nearest(name, ours - theirs)}", hint="Give both the same"
        )


def _same_times(reference: pd.DataFrame, other: pd.DataFrame) -> Array:
    ours, theirs = reference.index.to_numpy(dtype=np.float64), other.index.to_numpy(dtype=np.float64)
    if len(ours) != len(theirs) or not len(ours):
        raise DataError(
            f"the reference has {len(ours)} rows, the other run {len(theirs)}", hint="Give both the same times"
        )
    wrong = np.flatnonzero(ours != theirs)
    if len(wrong):
        row = wrong[0]
        what = f"row {row} is at {float(ours[row])} d in the reference and at {float(theirs[row])} d in the other run"
        raise DataError(what, hint="Give both the same times")
    return ours
