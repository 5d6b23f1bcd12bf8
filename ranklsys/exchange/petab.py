"""PEtab: the only importer of petab; problems as PEtab version 1, a YAML file with its tables and model beside it.

A fitted number stands in the condition table, in place of the parameter that it is in a condition: so one may differ
between parts and studies. Scales are natural logarithms, as in ``ranklsys fit``, and a prior is normal on that scale.
"""

from __future__ import annotations

import contextlib
import io
import logging
import math
import tempfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ranklsys.errors import DataError, require
from ranklsys.exchange.contents import sid
from ranklsys.exchange.problem import Problem
from ranklsys.tables import output

petab = require("petab.v1", extra="exchange")
SbmlModel = require("petab.v1.models.sbml_model", extra="exchange").SbmlModel

OPTIONAL = "Visualization table not available"
"""What the linter says of every problem without pictures, which is no fault."""
TABLES = ("condition", "observable", "measurement", "parameter")


def write(problems: Sequence[Problem], path: Path) -> list[Path]:
    """Write each problem, as ``path`` if there is one, else ``path`` with its name; return the paths of all files.

    A number that several problems have carries its prior in the first, so that the sum of their objectives has it once.
    Raises DataError if petab's own linter finds something, which it then says.
    """
    written, held = list[Path](), set[str]()
    for problem in problems:
        target = path if len(problems) == 1 else path.with_stem(f"{path.stem}_{problem.name}")
        written += _write(problem, target, held)
        held |= set(problem.quantities)
    return written


def lint(path: Path | str) -> list[str]:
    """Return what petab's linter says of a problem; nothing where all is well."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setLevel(logging.WARNING)
    with _logging_to(handler):
        wrong = petab.lint_problem(petab.Problem.from_yaml(str(path)))
    found = [line for line in said.getvalue().splitlines() if line and OPTIONAL not in line]
    return found or (["petab finds an error that it does not describe"] if wrong else [])


@contextlib.contextmanager
def _logging_to(handler: logging.Handler) -> Iterator[None]:
    logger = logging.getLogger("petab")
    shown, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = shown


def _write(problem: Problem, path: Path, held: Collection[str]) -> list[Path]:
    made = petab.Problem(
        model=SbmlModel.from_string(problem.sbml),
        condition_df=_conditions(problem),
        observable_df=_observables(problem),
        measurement_df=_measurements(problem),
        parameter_df=_parameters(problem, held),
    )
    names = [path.name, f"{path.stem}.xml", *(f"{path.stem}_{table}s.tsv" for table in TABLES)]
    with tempfile.TemporaryDirectory() as aside:
        drafts = [Path(aside, name) for name in names]
        tables = {f"{table}_file": draft for table, draft in zip(TABLES, drafts[2:], strict=True)}
        made.to_files(yaml_file=drafts[0], model_file=drafts[1], **tables)
        drafts[1].write_text(problem.sbml, encoding="utf-8")  # ours byte for byte, not as petab writes it again
        if found := lint(drafts[0]):
            raise DataError(f"petab refuses the problem: {found[0]}", where=str(path), hint="Please report this")
        return [output.write(path.with_name(draft.name), draft.read_bytes()) for draft in drafts]


def _conditions(problem: Problem) -> pd.DataFrame:
    rows = [
        {"conditionId": id, "conditionName": problem.titles[id], **given} for id, given in problem.conditions.items()
    ]
    return pd.DataFrame(rows).set_index("conditionId")


def _observables(problem: Problem) -> pd.DataFrame:
    logs = {each.observable for each in problem.measurements if each.target.log}
    rows = [
        {
            "observableId": _observable(id),
            "observableName": formula,
            "observableFormula": formula.replace("**", "^"),
            "observableTransformation": "log" if id in logs else "lin",
            "noiseFormula": f"noiseParameter1_{_observable(id)}",
            "noiseDistribution": "normal",
        }
        for id, formula in problem.observables.items()
    ]
    return pd.DataFrame(rows).set_index("observableId")


def _observable(id: str) -> str:
    return f"seen_{id}"


def _measurements(problem: Problem) -> pd.DataFrame:
    rows = [
        {
            "observableId": _observable(each.observable),
            "simulationConditionId": each.condition,
            "measurement": math.exp(each.target.value) if each.target.log else each.target.value,
            "time": each.time,
            "noiseParameters": each.target.sd,
            "datasetId": sid(each.row.study),
        }
        for each in problem.measurements
    ]
    return pd.DataFrame(rows)


def _parameters(problem: Problem, held: Collection[str]) -> pd.DataFrame:
    rows = []
    for id, quantity in problem.quantities.items():
        row: dict[str, Any] = {
            "parameterId": id,
            "parameterName": quantity.name,
            "parameterScale": "log",
            "lowerBound": quantity.low,
            "upperBound": quantity.high,
            "nominalValue": quantity.value,
            "estimate": 1,
        }
        if not math.isnan(quantity.prior_sd) and id not in held:
            row["objectivePriorType"] = "parameterScaleNormal"
            row["objectivePriorParameters"] = f"{math.log(quantity.prior)!r};{quantity.prior_sd!r}"
        rows.append(row)
    columns = ["parameterId", "parameterScale", "lowerBound", "upperBound", "nominalValue", "estimate"]
    return pd.DataFrame(rows, columns=None if rows else columns).set_index("parameterId")
