"""ranklsys: breast cancer in bone as a model that runs.

>>> import ranklsys as rk
>>> model = rk.compose("mouse", "mda-mb-231", "opg-fc")
>>> run = model.simulate("25 d", doses=rk.dose("opg-fc", "3 mg/kg sc q2d from 0 d"))

Importing it is light: roadrunner, pandas and matplotlib are imported by what needs them.
"""

from ranklsys.agree import agree
from ranklsys.cohort import Cohort, cohort
from ranklsys.compose import compose
from ranklsys.dosing import Dose, dose
from ranklsys.errors import RanklsysError
from ranklsys.exchange.export import export
from ranklsys.experiment import run
from ranklsys.foreign import load
from ranklsys.hookspecs import hookimpl
from ranklsys.model import Model
from ranklsys.part import Part, Value
from ranklsys.plugins import use
from ranklsys.population import Spread
from ranklsys.scan import logspace, scan
from ranklsys.scenario import Arm, Dataset, Observable, Scenario
from ranklsys.sensitivity import sensitivity
from ranklsys.solver import Solver
from ranklsys.surface import surface
from ranklsys.trial import Trial

__all__ = [
    "Arm",
    "Cohort",
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
