"""ranklsys: breast cancer in bone as a model that runs.

>>> import ranklsys as rk
>>> model = rk.compose("mouse", "mda-mb-231", "opg-fc")
>>> run = model.simulate("25 d", doses=rk.dose("opg-fc", "3 mg/kg sc q2d from 0 d"))

Importing it is light: roadrunner, pandas and matplotlib are imported by what needs them.
"""

from ranklsys.errors import RanklsysError
from ranklsys.exchange.export import export
from ranklsys.model.compose import compose
from ranklsys.model.dose import Dose, dose
from ranklsys.model.load import load
from ranklsys.model.model import Model
from ranklsys.model.solver import Solver
from ranklsys.plugins import use
from ranklsys.plugins.covariate import Covariate
from ranklsys.plugins.hooks import hookimpl
from ranklsys.plugins.part import Part, Value
from ranklsys.plugins.scenario import Arm, Dataset, Observable, Scenario
from ranklsys.plugins.spread import Spread
from ranklsys.study.agree import agree
from ranklsys.study.experiment import run
from ranklsys.study.scan import logspace, scan
from ranklsys.study.surface import surface
from ranklsys.trials.cohort import Cohort, cohort
from ranklsys.trials.sensitivity import sensitivity
from ranklsys.trials.trial import Trial

__all__ = [
    "Arm",
    "Cohort",
    "Covariate",
    "Dataset",
    "Dose",
    "Model",
    "Observable",
    "Part",
    "RanklsysError",
    "Scenario",
    "Solver",
    "Spread",
    "Trial",
    "Value",
    "agree",
    "cohort",
    "compose",
    "dose",
    "export",
    "hookimpl",
    "load",
    "logspace",
    "run",
    "scan",
    "sensitivity",
    "surface",
    "use",
]
