"""PEtab problems of ours: petab's linter finds nothing, and AMICI evaluates them to our own objective."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import ranklsys as rk
from ranklsys.errors import DataError
from ranklsys.exchange.petab import lint
from ranklsys.exchange.problem import problems
from ranklsys.model import amici_models, other_engines
from ranklsys.sbml.document import complaints
from ranklsys.study.calibration import Calibration
from ranklsys.study.objective import Objective
from ranklsys.study.observations import observations

if TYPE_CHECKING:  # it takes two seconds to import, wherever tests are collected
    import petab.v1 as petab

pytestmark = pytest.mark.thorough
ROOT = Path(__file__).parent.parent.parent
OPG = ROOT / "plugins/ranklsys-opg/ranklsys_opg/training.csv"
HEADER = "study,host,parts,changes,before,before_doses,then,doses,observable,measure,time,value,low,high,error,unit,rule,note\n"
CONTROL = "Control,mouse,mda-mb-231,seed_circulating=0,2 d,,tumour_circulating=1e-2,,"
TREATED = (
    "Treated,mouse,mda-mb-231 opg-fc,seed_circulating=0,2 d,opg-fc 3 mg/kg sc qd,tumour_circulating=1e-2,"
    "opg-fc 3 mg/kg sc q2d; opg-fc 1 mg/kg iv over 6 h from 5 d,"
)
TABLE = HEADER + "\n".join(
    (
        CONTROL + "log10(light),value,9,5.5,,,0.2,log10 photon/s,,",
        CONTROL + "tumour,value,14,0.01,,,,,1.5 fold,",
        TREATED + "log10(light),value,9,5,,,0.3,log10 photon/s,,",
        TREATED + "osteoclasts_lesion,change,12,-90,,,,%,10 points,",
        TREATED + "bone_volume_lesion,percent,14,110,,,5,%,,",
        TREATED + "tumour,effect,14,,-80,-40,,%,,",
    )
)
FIT = f"""
title = "A fit with all that a row may ask for"
host = "mouse"
tables = ["table.csv"]
[[parameter]]
id = "tumour_growth"
table = "{ROOT}/plugins/ranklsys-cell-lines/ranklsys_cell_lines/cell_lines.csv"
part = "mda-mb-231"
low = 0.05
high = 1.0
[[parameter]]
id = "bone_turnover_lesion"
table = "{ROOT}/models/parameters.csv"
low = 0.003
high = 0.3
prior = 0.03
prior_sd = 1.0
[[nuisance]]
study = "*"
id = "tumour_circulating"
low = 1e-4
high = 1e-1
[[error]]
study = "Treated"
observable = "log10(light)"
sd = 0.25
"""


@dataclass(frozen=True)
class Fitted:
    """A fit and the problem that was made of it."""

    objective: Objective
    calibration: Calibration
    path: Path


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    folder = tmp_path_factory.mktemp("petab")
    (folder / "table.csv").write_text(TABLE, encoding="utf-8")
    (folder / "fit.toml").write_text(FIT, encoding="utf-8")
    written = rk.export(folder / "fit.toml", folder / "problem.yaml")
    assert [path.name for path in written] == [
        "problem.yaml",
        "problem.xml",
        *(f"problem_{table}s.tsv" for table in ("condition", "observable", "measurement", "parameter")),
    ]
    calibration = Calibration(folder / "fit.toml")
    return Fitted(Objective(calibration, engine="roadrunner"), calibration, folder / "problem.yaml")


def test_the_linter_finds_nothing(fitted: Fitted) -> None:
    import petab.v1 as petab

    assert lint(fitted.path) == []
    assert not petab.lint_problem(petab.Problem.from_yaml(str(fitted.path)))
    assert complaints(fitted.path.with_suffix(".xml").read_text(encoding="utf-8")) == []


def test_petab_turns_it_into_version_2_without_a_fault(fitted: Fitted, tmp_path: Path) -> None:
    import petab.v2 as v2
    from petab.v2.petab1to2 import petab1to2

    petab1to2(fitted.path, tmp_path)
    assert list(v2.Problem.from_yaml(str(tmp_path / fitted.path.name)).validate()) == []


def test_the_linter_sees_a_fault(fitted: Fitted, tmp_path: Path) -> None:
    for file in fitted.path.parent.glob("problem*"):
        text = file.read_text(encoding="utf-8")
        (tmp_path / file.name).write_text(text.replace("fitted_tumour_growth", "fitted_other", 1), encoding="utf-8")
    assert lint(tmp_path / "problem.yaml")


def test_the_tables_hold_the_fit(fitted: Fitted) -> None:
    import petab.v1 as petab

    problem = petab.Problem.from_yaml(str(fitted.path))
    table = problem.parameter_df
    assert table.index.tolist() == [
        "fitted_tumour_growth_mda_mb_231",
        "fitted_bone_turnover_lesion",
        "fitted_tumour_circulating",
    ]
    assert table["nominalValue"].tolist() == [each.value for each in fitted.calibration.quantities]
    assert table["objectivePriorParameters"].tolist()[1] == f"{math.log(0.03)!r};1.0"
    assert (problem.condition_df["time_before"] == 2).all()
    assert (problem.condition_df["tumour_circulating_then"] == "fitted_tumour_circulating").all()
    assert problem.measurement_df["time"].tolist() == [11, 16, 11, 14, 16, 16]
    assert problem.measurement_df["noiseParameters"].tolist()[2] == 0.25


@pytest.mark.skipif(importlib.util.find_spec("amici") is None, reason="AMICI is not installed: uv sync --group amici")
def test_amici_evaluates_the_problem_to_our_objective(fitted: Fitted, tmp_path: Path) -> None:
    """At the values before and at two others: the likelihood without its constants is our cost without the priors."""
    import petab.v1 as petab

    problem = petab.Problem.from_yaml(str(fitted.path))
    likelihood = with_amici(problem, tmp_path)
    measured = problem.measurement_df
    deviations = measured["noiseParameters"].astype(float)
    constants = np.sum(np.log(deviations) + 0.5 * np.log(2 * np.pi))
    logs = problem.observable_df.loc[measured["observableId"], "observableTransformation"].to_numpy() == "log"
    assert logs.tolist() == [False, True, False, False, False, False]
    constants += np.sum(np.log(measured["measurement"][logs]))
    rows = len(fitted.calibration.rows)
    costs = []
    for shift in ([0.0, 0.0, 0.0], [0.1, -0.2, 0.3], [-0.3, 0.4, -0.5]):
        x = fitted.objective.start + np.array(shift)
        costs.append(0.5 * float(np.sum(fitted.objective.residuals(x)[:rows] ** 2)))
        # 1e-5: two engines at 1e-8 and 1e-10 a step, and a percentage of a percentage in the effect
        assert -likelihood(x) - constants == pytest.approx(costs[-1], rel=1e-5)
    assert max(costs) > 2 * min(costs)


def with_amici(problem: petab.Problem, folder: Path) -> Any:
    """Return the logarithm of the likelihood that AMICI gives, as a function of the fitted numbers' logarithms."""

    from amici.importers.petab.v1 import import_petab_problem
    from amici.sim.sundials.petab.v1 import LLH, simulate_petab

    with amici_models.tools_beside_python():
        amici_models.check_swig()
        model = import_petab_problem(
            problem,
            output_dir=folder / "model",
            model_name="problem",
            generate_sensitivity_code=False,
            compute_conservation_laws=False,
            verbose=False,
        )
    solver = model.create_solver()
    solver.set_relative_tolerance(1e-10)
    solver.set_absolute_tolerance(1e-14)
    solver.set_max_steps(other_engines.MAXIMUM_STEPS)

    def likelihood(x: np.ndarray) -> float:
        numbers = dict(zip(problem.x_ids, x, strict=True))
        done = simulate_petab(
            problem, amici_model=model, solver=solver, problem_parameters=numbers, scaled_parameters=True
        )
        return float(done[LLH])

    return likelihood


def test_a_shipped_table_becomes_three_problems_without_faults(tmp_path: Path) -> None:
    """Mice with one line share a model whatever they are given; the other line has its own, and women theirs."""
    import petab.v1 as petab

    written = rk.export(OPG, tmp_path / "opg.yaml")
    paths = [path for path in written if path.suffix == ".yaml"]
    assert [path.name for path in paths] == ["opg_model1.yaml", "opg_model2.yaml", "opg_model3.yaml"]
    assert [lint(path) for path in paths] == [[], [], []]
    first = petab.Problem.from_yaml(str(paths[0]))
    assert first.condition_df["opg_fc__dose_1_count"].tolist() == [0, 1e9]
    assert len(first.measurement_df) == sum(
        row.host == "mouse" and row.study != "Jones 2006" for row in observations(OPG)
    )


def test_a_row_that_the_exported_model_would_not_predict_is_named(tmp_path: Path) -> None:
    """In one run the start is before a dose at time 0, and so the drug is not there yet."""
    row = "Jump,mouse,opg-fc,,1 d,opg-fc 1 mg/kg iv,,opg-fc 3 mg/kg iv,opg_fc__drug,percent,3,50,,,5,%,,"
    (tmp_path / "table.csv").write_text(HEADER + row, encoding="utf-8")
    with pytest.raises(DataError, match=r"table\.csv:2: opg_fc__drug is .* here and .* in the exported model"):
        problems(list(observations(tmp_path / "table.csv")))


def test_only_tables_become_problems(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="becomes PEtab, and nothing else does"):
        rk.export(OPG, tmp_path / "opg.omex")
    with pytest.raises(DataError, match="becomes PEtab, and nothing else does"):
        rk.export("canon2008", tmp_path / "canon.yaml")
