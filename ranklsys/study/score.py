"""Score: predictions against a table of observations, each row by its own rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ranklsys.study.observations import Observation, observations
from ranklsys.study.prediction import doubted, predictions
from ranklsys.tables.scalars import file_path

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Score:
    """Observations with their predictions: columns study, where, observable, time, value, predicted, within, ..."""

    table: pd.DataFrame

    @cached_property
    def studies(self) -> pd.DataFrame:
        """A row per study: number of rows, how many are right, their share, and the root mean square error."""
        grouped = self.table.assign(squared=self.table["distance"] ** 2).groupby("study", sort=False)
        result = grouped.agg(rows=("within", "size"), right=("within", "sum"), rmse=("squared", "mean"))
        return result.assign(share=result["right"] / result["rows"], rmse=result["rmse"] ** 0.5)

    @property
    def share(self) -> float:
        """Share of all rows that are right."""
        return float(self.table["within"].mean())


def score(
    *tables: Path | str,
    engine: str = "auto",
    exact: bool = False,
    report: Callable[[str], object] | None = None,
    progress: bool = False,
    uncertainty: int = 0,
) -> Score:
    """Predict every row of tables of observations and judge it.

    engine: ``lanes``, ``roadrunner``, or ``auto``, the faster one, by how much there is. exact: lanes within 1e-7 of
    each quantity instead of 1e-5. report: gets each study as it is composed. progress: show a bar on the terminal.
    ``attrs["made_by"]`` of the table names the engine. uncertainty: members of the shipped ensembles that predict the
    rows too: columns predicted_low and predicted_high, 5 and 95 % of them. Columns: study, host, observable, time,
    value are needed; the others that ``Observation`` names may be there. Raises DataError with file and line for a row
    that cannot be read, composed or simulated. Of several tables, the folder of each is named too.
    """
    from ranklsys.model.ensemble import band
    from ranklsys.show import moving

    rows = []
    for path in map(file_path, tables):
        folder = f"{path.resolve().parent.name}/" if len(tables) > 1 else ""
        rows += [replace(row, where=folder + row.where) for row in observations(path)]
    with moving("score", progress) as move:
        predicted, made_by = predictions(rows, engine=engine, exact=exact, report=report, progress=move)
    found = judged(rows, predicted)
    if uncertainty:
        with moving("bands", progress) as move:
            of_members = doubted(rows, uncertainty, engine=engine, exact=exact, progress=move)
        low, high = band(of_members)
        found = Score(found.table.assign(predicted_low=low, predicted_high=high))
    found.table.attrs["made_by"] = made_by
    return found


def judged(rows: Sequence[Observation], predicted: Sequence[float]) -> Score:
    """Return observations with their predictions, in the same order, each judged by its rule."""
    import pandas as pd

    records = [
        {
            "study": row.study,
            "where": row.where,
            "parts": " ".join(row.parts),
            "doses": row.doses,
            "observable": row.observable,
            "measure": row.measure,
            "time": row.time,
            "value": row.value,
            "low": row.low,
            "high": row.high,
            "error": row.error,
            "unit": row.unit,
            "limit": row.limit,
            "predicted": number,
            "distance": row.seen.distance(number),
            "rule": row.rule,
            "within": row.allows(number),
        }
        for row, number in zip(rows, predicted, strict=True)
    ]
    return Score(pd.DataFrame(records))
