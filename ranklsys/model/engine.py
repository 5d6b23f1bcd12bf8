"""Engine: the only importer of roadrunner, and the only place that keeps state between runs.

One RoadRunner per SBML text and process, reused, by one thread at a time (it is not made for more). New numbers go in
by ``model["init(k)"]`` and ``resetAll``, so that initial assignments follow; numbers of an earlier run are put back
first. After any exception the runner is discarded. What RoadRunner has compiled is kept on disk as its own saved state;
to read it takes a tenth of the time, and gives the same machine code, so the same bits.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import platform
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import roadrunner
from numpy.typing import NDArray

from ranklsys.errors import SBMLError, SimulationError
from ranklsys.model.solver import Solver
from ranklsys.sbml import disk
from ranklsys.sbml.cache import emptied_by
from ranklsys.sbml.facts import Facts, facts

KEPT = 16
_RANDOM = "/distrib/"
"""In the namespace of what draws at random, whose generator a saved state does not hold."""
_ONE_AT_A_TIME = threading.RLock()
if hasattr(os, "register_at_fork"):  # a process that is forked while another thread simulates would wait for ever
    os.register_at_fork(
        before=_ONE_AT_A_TIME.acquire,
        after_in_parent=_ONE_AT_A_TIME.release,
        after_in_child=_ONE_AT_A_TIME.release,
    )

Array = NDArray[np.float64]

for _stream in ("WARNING", "ERROR"):  # CVODE writes past roadrunner's logger; what matters comes with the exception
    os.environ.setdefault(f"SUNLOGGER_{_stream}_FILENAME", os.devnull)


def simulate(sbml: str, values: Mapping[str, float], times: Array, columns: Sequence[str], solver: Solver) -> Array:
    """Return an array (times x columns) of a flat model from its initial state.

    values: numbers in place of those of the SBML, for ids in ``facts(sbml).settable``. times: ascending [d], from 0 on.
    columns: ids; a species gives what its id means in formulas, concentration or amount. A row at the time of an event
    holds the value after it. Raises SimulationError with time and state, SBMLError if the model cannot be loaded.
    """
    with _ONE_AT_A_TIME:
        runner = _runner(sbml)
        try:
            return runner.run(values, times, columns, solver)
        except BaseException as problem:
            _RUNNERS.pop(sbml, None)
            if isinstance(problem, RuntimeError):
                raise _failure(sbml, values, runner.time, problem) from None
            raise


@dataclass
class _Runner:
    """One RoadRunner with what is needed to put it back."""

    rr: Any
    facts: Facts
    changed: set[str] = field(default_factory=set)
    solver: Solver | None = None

    @property
    def time(self) -> float:
        """How far the last run came [d]."""
        return float(self.rr.model.getTime())

    def run(self, values: Mapping[str, float], times: Array, columns: Sequence[str], solver: Solver) -> Array:
        self._configure(solver)
        self._start(values)
        selections = [self._selection(name) for name in columns]
        late = int(times[0] > 0)
        rows = [0.0] * late + times.tolist()
        result = np.array(self.rr.simulate(times=rows, selections=selections), dtype=np.float64)[late:]
        if result.shape != (len(times), len(columns)) or not np.isfinite(result).all():
            raise RuntimeError("a value is not finite")
        return result

    def _configure(self, solver: Solver) -> None:
        if solver == self.solver:
            return
        integrator, model = self.rr.integrator, self.rr.model
        integrator.relative_tolerance = solver.relative_tolerance
        states = [model.getStateVectorId(place) for place in range(len(self.facts.states))]
        integrator.absolute_tolerance = solver.absolute(states)
        integrator.maximum_num_steps = solver.maximum_steps
        self.solver = solver

    def _start(self, values: Mapping[str, float]) -> None:
        """Write initial values: parameters first, then species as amounts, in volumes that may follow a parameter."""
        model, elements = self.rr.model, self.facts.elements
        back = self.changed - set(values)
        if (back | set(values)) & self.volume_makers:
            back |= set(self.in_computed_volumes) - set(values)
        numbers = {name: elements[name].value for name in back} | dict(values)
        species = [name for name in numbers if elements[name].kind == "species"]
        for name in numbers.keys() - set(species):
            model[f"init({name})"] = numbers[name]
        self.changed = self.changed | set(values)
        self.rr.resetAll()
        for name in species:
            given, volume = elements[name].initial_amount, elements[name].compartment
            if name in back and given is not None:
                model[f"init({name})"] = given
            else:
                model[f"init({name})"] = numbers[name] * (1.0 if elements[name].only_substance else model[volume])
        if species:
            self.rr.resetAll()
        self.changed = set(values)

    @cached_property
    def volume_makers(self) -> frozenset[str]:
        """What the volume of a compartment is computed from."""
        return self.facts.volume_makers

    @cached_property
    def in_computed_volumes(self) -> tuple[str, ...]:
        """Species given as concentrations, whose amounts at the start follow a computed volume."""
        elements = self.facts.elements
        return tuple(
            species.id
            for species in self.facts.of_kind("species")
            if not species.only_substance and not species.initial and species.rule != "assignment"
            if species.initial_amount is None and elements[species.compartment].initial
        )

    def _selection(self, name: str) -> str:
        element = self.facts.elements.get(name)
        return f"[{name}]" if element and element.kind == "species" and not element.only_substance else name


_RUNNERS: OrderedDict[str, _Runner] = OrderedDict()
emptied_by(_RUNNERS.clear)
_kept = KEPT


def keep(number: int) -> None:
    """Keep at least this many models loaded, for what runs more than ``KEPT`` in turn."""
    global _kept
    _kept = max(_kept, number)


def _runner(sbml: str) -> _Runner:
    """Return the runner of a model, loaded once per process; the least recently used goes when there are many."""
    if sbml not in _RUNNERS:
        _RUNNERS[sbml] = _Runner(_load(sbml), facts(sbml))
        while len(_RUNNERS) > _kept:
            _RUNNERS.popitem(last=False)
    _RUNNERS.move_to_end(sbml)
    return _RUNNERS[sbml]


def _load(sbml: str) -> Any:
    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_FATAL)
    # LLJIT loads faster, but its code reaches 2 GB: in a process that spans more it crashes, or takes a wrong number
    roadrunner.Config.setValue(roadrunner.Config.LLVM_BACKEND, roadrunner.Config.MCJIT)
    compiler = _compiler()
    state = disk.content("engine", sbml, compiler)
    runner = _restored(state) if state else None
    if runner is not None:  # asked for its truth, RoadRunner would count all that it can select
        return runner
    try:
        runner = roadrunner.RoadRunner(sbml)
    except RuntimeError as problem:
        raise SBMLError(f"roadrunner cannot load the model: {' '.join(str(problem).split())[:300]}") from None
    if _RANDOM not in sbml:
        disk.keep(runner.saveStateS("b"), "engine", sbml, compiler)
    return runner


def _restored(state: bytes) -> Any:
    """Return the RoadRunner that was saved, as it was when it had just been loaded; None if this one cannot read it."""
    runner = roadrunner.RoadRunner()
    try:
        runner.loadStateS(state)
    except RuntimeError:
        return None
    return runner


def _compiler() -> str:
    """Return what compiled code depends on besides the model: RoadRunner's settings and build, the processor."""
    settings = [str(roadrunner.Config.getValue(number)) for number in range(roadrunner.Config.CONFIG_END)]
    return repr((settings, _machine()))


@cache
def _machine() -> str:
    library = Path(roadrunner._roadrunner.__file__).stat()
    processor = platform.node()
    with contextlib.suppress(OSError), Path("/proc/cpuinfo").open(encoding="utf-8") as told:
        first = itertools.takewhile(str.strip, told)
        processor = "".join(line for line in first if line.startswith(("model name", "flags", "Features", "CPU")))
    built = (roadrunner.getVersionStr(), library.st_size, library.st_mtime_ns)
    return repr((built, platform.system(), platform.machine(), processor))


def _failure(sbml: str, values: Mapping[str, float], time: float, problem: RuntimeError) -> SimulationError:
    """Return the error with the time that was reached, and the state that changed most just before it."""
    try:
        names = facts(sbml).states
        times = np.array([0.98, 0.999]) * time
        before, after = _Runner(_load(sbml), facts(sbml)).run(values, times, names, Solver())
        growth = np.abs(after - before) / (np.abs(before) + 1e-9)
        state = int(np.argmax(growth))
        where = f"at {time:.6g} d, where '{names[state]}' goes from {before[state]:.4g} to {after[state]:.4g}"
    except RuntimeError:
        where = f"at {time:.6g} d"
    return SimulationError(
        f"the integration failed {where}: {' '.join(str(problem).split('; In ')[0].split())}",
        hint="Look at the parameters and doses that drive this state, or at the solver's settings",
    )
