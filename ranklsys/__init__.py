"""ranklsys: breast cancer in bone as a model that runs.

>>> import ranklsys as rk
>>> model = rk.compose("mouse", "mda-mb-231", "opg-fc")
>>> run = model.simulate("25 d", doses=rk.dose("opg-fc", "3 mg/kg sc q2d from 0 d"))

This is the one door: scripts and plugins import from here alone, and tests of plugins from ``ranklsys.testing`` too.
What is behind it may change without notice. By subject:

* Models: compose, load, Model, dose, Dose, Solver
* Runs: run, Experiment, bands, scan, logspace, surface, side_by_side, agree, export
* Observations and claims judged: score, Score, fit, Fit, ensemble, leave_out, LeftOut, judge,
  Verdict
* Tables of doses and observations as NONMEM has them: events, as_events, EventUnits
* Virtual patients: cohort, Cohort, Trial, spreads, Spread, Population, sensitivity, metastases
* Survival: hazard_ratio, Ratio, event_free, median_time, strata, Strata
* Plugins: hookimpl, use, registry, Registry, Plugin
* What a plugin offers: Part, Value, Covariate, values_from_table, Scenario, Arm, Observable, Dataset, Claim, Claims,
  Finding
* Experiments of claims, their numbers and what is drawn: curves, table, integral, growth_rate, percent, rises, falls,
  rounded, once
* Errors: RanklsysError, UnknownName, DoseError, UnitError, SBMLError, NotationError, PartError, CompositionError,
  ValueClash, Excluded, PluginError, DataError, MissingLibrary, SimulationError
* Memory: forget

Importing it is light: numpy, pandas, roadrunner, libsbml and matplotlib are imported by what needs them.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from pathlib import PurePath
from typing import TYPE_CHECKING

_started = PurePath(sys.argv[0]).stem if getattr(sys, "argv", None) else ""
if _started in ("ranklsys", "-m") and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # a command starts for a quarter of a second, in which Ctrl-C ends it without a traceback; then ``main`` takes over
    with contextlib.suppress(ValueError):  # signals are for the first thread
        signal.signal(signal.SIGINT, signal.SIG_DFL)

from ranklsys.errors import (
    CompositionError,
    DataError,
    DoseError,
    Excluded,
    MissingLibrary,
    NotationError,
    PartError,
    PluginError,
    RanklsysError,
    SBMLError,
    SimulationError,
    UnitError,
    UnknownName,
    ValueClash,
)
from ranklsys.exchange.export import export
from ranklsys.model.compose import compose
from ranklsys.model.dose import Dose, dose
from ranklsys.model.load import load
from ranklsys.model.model import Model
from ranklsys.model.side_by_side import side_by_side
from ranklsys.model.solver import Solver
from ranklsys.plugins.catalogue import Plugin, Registry
from ranklsys.plugins.claims import (
    Claim,
    Claims,
    Finding,
    Verdict,
    curves,
    falls,
    growth_rate,
    integral,
    judge,
    percent,
    rises,
    rounded,
    table,
)
from ranklsys.plugins.covariate import Covariate
from ranklsys.plugins.cut import once
from ranklsys.plugins.finder import registry, use
from ranklsys.plugins.hooks import hookimpl
from ranklsys.plugins.part import Part, Value, values_from_table
from ranklsys.plugins.scenario import Arm, Dataset, Observable, Scenario
from ranklsys.plugins.spread import Spread
from ranklsys.sbml.cache import forget
from ranklsys.study.agree import agree
from ranklsys.study.experiment import Experiment, run
from ranklsys.study.scan import logspace, scan
from ranklsys.study.score import Score, score
from ranklsys.study.surface import surface
from ranklsys.trials.cohort import Cohort, cohort
from ranklsys.trials.metastases import metastases
from ranklsys.trials.population import Population
from ranklsys.trials.sensitivity import sensitivity
from ranklsys.trials.strata import Strata, strata
from ranklsys.trials.survival import Ratio, event_free, hazard_ratio, median_time
from ranklsys.trials.trial import Trial
from ranklsys.trials.variation import spreads

if TYPE_CHECKING:
    from ranklsys.exchange.event_table import EventUnits, events
    from ranklsys.exchange.event_writer import as_events
    from ranklsys.study.bands import bands
    from ranklsys.study.ensemble import ensemble
    from ranklsys.study.fit import fit
    from ranklsys.study.fit_result import Fit
    from ranklsys.study.left_out import LeftOut, leave_out

    __version__: str
else:
    LATER = {
        "EventUnits": "exchange.event_table",
        "events": "exchange.event_table",
        "as_events": "exchange.event_writer",
        "Fit": "study.fit",
        "fit": "study.fit",
        "LeftOut": "study.left_out",
        "leave_out": "study.left_out",
        "bands": "study.bands",
        "ensemble": "study.ensemble",
    }

    def __getattr__(name: str) -> object:
        """Give what cannot be imported without numpy once it is asked for; and the version that is installed."""
        from importlib import import_module, metadata

        if name == "__version__":
            return metadata.version("ranklsys")
        if name in LATER:
            return getattr(import_module(f"ranklsys.{LATER[name]}"), name)
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


__all__ = [
    "Arm",
    "Claim",
    "Claims",
    "Cohort",
    "CompositionError",
    "Covariate",
    "DataError",
    "Dataset",
    "Dose",
    "DoseError",
    "EventUnits",
    "Excluded",
    "Experiment",
    "Finding",
    "Fit",
    "LeftOut",
    "MissingLibrary",
    "Model",
    "NotationError",
    "Observable",
    "Part",
    "PartError",
    "Plugin",
    "PluginError",
    "Population",
    "RanklsysError",
    "Ratio",
    "Registry",
    "SBMLError",
    "Scenario",
    "Score",
    "SimulationError",
    "Solver",
    "Spread",
    "Strata",
    "Trial",
    "UnitError",
    "UnknownName",
    "Value",
    "ValueClash",
    "Verdict",
    "agree",
    "as_events",
    "bands",
    "cohort",
    "compose",
    "curves",
    "dose",
    "ensemble",
    "event_free",
    "events",
    "export",
    "falls",
    "fit",
    "forget",
    "growth_rate",
    "hazard_ratio",
    "hookimpl",
    "integral",
    "judge",
    "leave_out",
    "load",
    "logspace",
    "median_time",
    "metastases",
    "once",
    "percent",
    "registry",
    "rises",
    "rounded",
    "run",
    "scan",
    "score",
    "sensitivity",
    "side_by_side",
    "spreads",
    "strata",
    "surface",
    "table",
    "use",
    "values_from_table",
]


def __dir__() -> list[str]:
    return list(__all__)
