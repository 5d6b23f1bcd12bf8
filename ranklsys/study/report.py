"""Reports: what the terminal shows, as tables."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.table import Table

from ranklsys.show import number, table, with_unit

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.study.comparison import Comparison
    from ranklsys.study.ensemble import Drawn
    from ranklsys.study.experiment import Experiment
    from ranklsys.study.fit_result import Fit
    from ranklsys.study.left_out import LeftOut
    from ranklsys.study.score import Score


def agreement(engine: str, verdict: pd.DataFrame) -> Table:
    """Return the quantities that differ most between RoadRunner and another engine."""
    worst = verdict.head(8)
    rows = [
        (str(name), *(number(float(value), 3) for value in row[:4]), "yes" if row[4] else "NO")
        for name, row in zip(worst.index, worst.to_numpy(), strict=True)
    ]
    columns = ("id", "largest difference", "scale", "relative", "at [d]", "within")
    agreed = f"{int(verdict['within'].sum())} of {len(verdict)} quantities agree"
    return table(f"RoadRunner and {engine}: {agreed}; those that differ most", columns, rows)


def scanned(runs: pd.DataFrame, until: str) -> Table:
    """Return where each run of a scan ends."""
    varied = [str(name) for name in runs.index.names[:-1]]
    units = runs.attrs["units"]
    last = runs.groupby(level=varied, sort=False).last()
    keys = [key if isinstance(key, tuple) else (key,) for key in last.index]
    rows = [
        (*map(_rounded, key), *(number(float(value)) for value in row))
        for key, row in zip(keys, last.to_numpy(), strict=True)
    ]
    return table(f"after {until}", (*varied, *(with_unit(name, units[name]) for name in map(str, last.columns))), rows)


def experiment(done: Experiment) -> list[Table]:
    """Return, per arm, the final value of each observable and the error against what was observed."""
    arms = {arm.id: arm.title for arm in done.scenario.arms}
    finals = done.summary.set_index(["observable", "arm"])
    rows = [
        (
            seen.title or seen.id,
            seen.unit,
            *(cell for arm in arms for cell in _final(finals.loc[[(seen.id, arm)]], _last_seen(done, seen.id, arm))),
        )
        for seen in done.scenario.observables
    ]
    ends = ("5 %", "95 %") if done.members else ()
    title = f"after {done.scenario.until}"
    title += f", with 5 to 95 % of {done.members} sets of numbers that the observations allow" if done.members else ""
    columns = ("quantity", "unit", *(name for arm in arms.values() for name in (arm, *ends)))
    tables = [table(title, columns, rows)]
    if done.observed is not None:
        measured = done.summary[done.summary["observations"] > 0]
        errors = [
            (row["observable"], arms[row["arm"]], str(row["observations"]), number(row["rmse"], 3), row["unit"])
            for _, row in measured.iterrows()
        ]
        overall = [
            (seen.id, "all arms", str(len(here)), number(done.rmse(seen.id), 3), seen.unit)
            for seen in done.scenario.observables
            if len(arms) > 1 and len(here := done.compared[done.compared["observable"] == seen.id])
        ]
        columns = ("observable", "arm", "points", "RMSE", "unit")
        against = done.scenario.dataset or "what was observed"
        tables.append(table(f"against {against}", columns, errors + overall))
    return tables


def _final(row: pd.DataFrame, seen: str) -> tuple[str, ...]:
    """Return the final value with what was observed, and its band if there is one, from a table of one row."""
    value, *ends = (number(float(row[name].iloc[0])) for name in ("final", "low", "high") if name in row)
    return (value + seen, *ends)


def comparison(found: Comparison, done: Experiment) -> list[Table]:
    """Return the studies whose observations are shown, and how many of these the model is right about."""
    if done.observed is None:
        return []
    predicted = done.compared.set_index("note")["predicted"]
    rows = []
    for study in dict.fromkeys(row.study for row in found.rows):
        own = [row for row in found.rows if row.study == study and row.where in predicted.index]
        if own:
            right = sum(row.allows(float(predicted[row.where])) for row in own)
            quantities = ", ".join(dict.fromkeys(row.observable for row in own))
            rows.append((study, own[0].where, quantities, f"{right} of {len(own)}"))
    return [table("observations shown", ("study", "from", "quantities", "right"), rows)]


def events(found: pd.DataFrame) -> Table:
    """Return what was observed of each subject beside what is predicted."""
    rows = [
        (
            str(row["ID"]),
            number(row["TIME"]),
            row["observable"],
            f"{row['limit']}{number(row['DV'])}",
            number(row["predicted"]),
        )
        for _, row in found.iterrows()
    ]
    return table("observations", ("ID", "time", "what", "observed", "predicted"), rows)


def score(found: Score, every: bool) -> list[Table]:
    """Return the rows that are wrong, or all, and per study how many are right."""
    chosen = found.table if every else found.table[~found.table["within"]]
    ends = [end for end in ("low", "high") if f"predicted_{end}" in found.table]
    rows = [
        (
            row["where"],
            row["study"],
            f"{row['observable']} ({row['measure']})",
            number(row["time"]),
            f"{row['limit']}{number(row['value'])}",
            number(row["predicted"]),
            *(number(row[f"predicted_{end}"]) for end in ends),
            row["rule"],
            "yes" if row["within"] else "NO",
        )
        for _, row in chosen.iterrows()
    ]
    columns = ("row", "study", "what", "day", "observed", "predicted", *("5 %", "95 %")[: len(ends)], "rule", "right")
    tables = [table("all rows" if every else "rows that are wrong", columns, rows)] if rows else []
    studies = [
        (str(name), f"{row['right']:.0f} of {row['rows']:.0f}", f"{100 * row['share']:.0f} %", number(row["rmse"], 3))
        for name, row in found.studies.iterrows()
    ]
    right, total = int(found.table["within"].sum()), len(found.table)
    studies.append(("all", f"{right} of {total}", f"{100 * found.share:.0f} %", ""))
    return [*tables, table("studies", ("study", "right", "share", "RMSE"), studies)]


def fit(found: Fit) -> list[Table]:
    """Return the numbers of a fit before and after, its cost, and per study how many rows are right."""
    by = "profile" if found.profiles is not None else "curvature"
    rows = []
    for _, row in found.table.iterrows():
        bounds = f"{number(row['low'])} to {number(row['high'])}"
        bound = f"at bound ({row['at_bound']})" if row["at_bound"] else ""
        interval = _interval(row["interval_low"], row["interval_high"], (row["low_by"], row["high_by"]))
        rows.append((row["name"], number(row["before"]), number(row["after"]), bounds, bound, interval))
    columns = ("number", "before", "after", "low to high", "", f"95 % by {by}")
    before, after = (score.studies for score in found.scores)
    studies = []
    for name in before.index:
        both = before.loc[name], after.loc[name]
        right = (f"{each['right']:.0f} of {each['rows']:.0f}" for each in both)
        studies.append((str(name), *right, *(number(float(each["rmse"]), 3) for each in both)))
    costs = [("half the sum of squared residuals", number(found.cost_before), number(found.cost_after))]
    reached = f"cost; {found.reached} of {len(found.starts)} starts found the least"
    return [
        table("numbers", columns, rows),
        table(reached, ("", "before", "after"), costs),
        table("studies", ("study", "right before", "right after", "RMSE before", "RMSE after"), studies),
        *_collinear(found),
    ]


def left_out(found: LeftOut) -> list[Table]:
    """Return for each trial how many rows are right with it in the fit and without, and how far they are off."""
    rows = [
        (
            str(trial),
            f"{row['fitted_right']:.0f} of {row['rows']:.0f}",
            f"{row['right']:.0f} of {row['rows']:.0f}",
            number(float(row["fitted_distance"]), 3),
            number(float(row["distance"]), 3),
            str(row["own"]),
        )
        for trial, row in found.trials.iterrows()
    ]
    fitted, right = (f"{found.predicted[of].sum()} of {len(found.predicted)}" for of in ("fitted_within", "within"))
    rows.append(("all predictions", fitted, right, "", "", ""))
    columns = ("trial", "right with it", "right without", "off with it, SE", "off without, SE", "numbers of its own")
    return [table("each trial, predicted by the fit to all others", columns, rows)]


def ensemble(found: Drawn) -> list[Table]:
    """Return how an ensemble was drawn, and its numbers: those of the tables, and 5, 50 and 95 % of the members."""
    import numpy as np

    sample, posterior = found.sample, found.posterior
    told = [
        ("members", f"{len(sample.points)}"),
        ("chi-square of rows, degrees of freedom", f"{posterior.chi_square:.4g}, {posterior.freedom:.4g}"),
        ("errors of rows widened by", number(posterior.scale**0.5, 3)),
        (f"worth of the first {sample.first} points, Pareto k", f"{sample.effective:.3g}, {sample.pareto_k:.2f}"),
        ("stages to the posterior", f"{sample.stages}"),
        ("moves accepted at the last, points renewed", f"{sample.accepted:.0%}, {sample.renewed:.2f}"),
    ]
    rows = []
    for each in found.ensemble.numbers:
        name = each.id + (f" ({each.study})" if each.study else f" ({each.parts[0]})" if each.parts else "")
        rows.append((name, number(each.value), *map(number, np.quantile(each.members, [0.05, 0.5, 0.95]).tolist())))
    return [
        table("ensemble", ("", ""), told),
        table("numbers", ("number", "in the tables", "5 %", "median", "95 %"), rows),
    ]


def _collinear(found: Fit) -> list[Table]:
    """Return the pairs of numbers that are told apart badly, if there are any."""
    pairs = [(one, other, f"{value:+.2f}") for one, other, value in found.collinear]
    return [table("numbers told apart badly", ("", "", "correlation"), pairs)] if pairs else []


def _interval(low: float, high: float, given_by: tuple[str, str]) -> str:
    """Return an interval in words, where an end may lie outside the bounds (NaN)."""
    from ranklsys.study.fit_result import PRIOR

    if math.isnan(low) and math.isnan(high):
        return "not identified"
    if math.isnan(low):
        return f"not identified below, up to {number(high)}{_mostly(given_by[1] == PRIOR)}"
    if math.isnan(high):
        return f"from {number(low)}{_mostly(given_by[0] == PRIOR)}, not identified above"
    if given_by[0] == given_by[1]:
        return f"{number(low)} to {number(high)}{_mostly(given_by[0] == PRIOR)}"
    return f"{number(low)} to {number(high)}, {'below' if given_by[0] == PRIOR else 'above'} mostly the prior"


def _mostly(by_prior: bool) -> str:
    return ", mostly the prior" if by_prior else ""


def _last_seen(done: Experiment, observable: str, arm: str) -> str:
    """Return what was observed at the end, in brackets, if anything was."""
    here = done.compared[(done.compared["observable"] == observable) & (done.compared["arm"] == arm)]
    last = here[here["time"] == done.runs[arm].index[-1]]
    return f" (observed {number(float(last['value'].iloc[0]))})" if len(last) else ""


def _rounded(key: float | str) -> str:
    """Return a value of a grid, such as ``0.28284271247461906 1/d``, with few digits; a regimen or ``4w`` as it is."""
    digits, space, unit = str(key).partition(" ")
    try:
        float(digits)
    except ValueError:
        return str(key)
    return f"{number(float(digits))}{space}{unit}"
