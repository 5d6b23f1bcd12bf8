"""Tables of a trial, a sensitivity or strata for the terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

from ranklsys.show import table
from ranklsys.trials.progression import EITHER, ENDS, PROGRESSION
from ranklsys.trials.recurrence import WINDOW
from ranklsys.trials.trial import FIRST_EVENT
from ranklsys.units import YEAR

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from ranklsys.trials.progression import Progression
    from ranklsys.trials.strata import Strata
    from ranklsys.trials.summary import Doubt
    from ranklsys.trials.trial import Trial

NO_CHANGE = 1e-9
"""Percent below which a change is what the solver leaves of none: far above its error, and below what is shown."""


def trial(found: Trial) -> list[Table]:
    """Return what a trial gave: events, times, changes, responses, comparisons, and who failed."""
    summary, size = found.summary(), found.store.size
    left = sum(len(found.store.members(block)) for block in found.store.missing())
    words = [f"{size - left - len(summary.failed)} of {size} patients, {found.until / YEAR:.3g} years"]
    words += [f"{len(summary.failed)} failed"] * bool(len(summary.failed)) + [f"{left} still to do"] * bool(left)
    shares = [name for name in summary.counts.columns if name != "patients" and not name.endswith((" low", " high"))]
    tables = [
        table(
            "; ".join(words),
            ("share of patients with", *found.arms),
            [_shares(summary.counts, name) for name in shares],
        ),
        table(
            "change from the start, % (median, 5 to 95 % of patients)",
            ("quantity", "when", *found.arms),
            _changes(summary.changes, found.arms),
        ),
    ]
    if FIRST_EVENT in found.happens:
        rows = [(str(arm), _interval(row, 1 / YEAR)) for arm, row in summary.times.iterrows()]
        tables.insert(1, table("years to a first skeletal event (median, 95 % interval)", ("arm", "years"), rows))
        tables.insert(2, _recurrent(found))
    if len(summary.responders):
        tables.append(
            table(
                "responders (share, 95 % interval)",
                ("quantity", "change", "when", *found.arms),
                _responders(summary.responders, found.arms),
            )
        )
    for place, row in summary.comparisons.iterrows():
        arm, event = cast("tuple[str, str]", place)
        rows = [(name, _three(row, name)) for name in ("hazard ratio", "risk reduction", "number needed to treat")]
        gained = [row[f"time gained{end}"] for end in ("", " low", " high")]
        rows.append(("days gained without it", "{:.3g} ({:.3g} to {:.3g})".format(*gained)))
        rows += [(name, f"{row[name]:.2g}") for name in ("p", "p of proportional hazards")]
        title = f"{arm} against {found.arms[0]}, a first {event} (95 % interval)"
        tables.append(table(title, ("", ""), rows))
    if found.doubt is not None:
        tables.append(doubt(found.doubt))
    if len(summary.failed):
        reasons = summary.failed["problem"].str.slice(0, 100).value_counts().head(5)
        tables.append(table("why patients failed", ("", ""), [(str(n), str(why)) for why, n in reasons.items()]))
    return tables


def doubt(found: Doubt) -> Table:
    """Return intervals by people, by the doubt about numbers, and by both."""
    ends = ("people", "numbers", "")
    rows = []
    for place, row in found.table.iterrows():
        what, arm = cast("tuple[str, str]", place)
        intervals = (f"{row[_end(of, 'low')]:.3g} to {row[_end(of, 'high')]:.3g}" for of in ends)
        rows.append((what, arm, f"{row['value']:.3g}", *intervals))
    words = f"doubt about numbers: {found.members} sets that the observations allow, {found.people} people each"
    columns = ("", "arm", "of all", "by people, 95 %", "by numbers, 90 %", "by both, 90 %")
    return table(words, columns, rows)


def _end(of: str, end: str) -> str:
    return f"{of}_{end}" if of else end


def _recurrent(found: Trial) -> Table:
    """Return all skeletal events by arm, in windows and each counted."""
    windowed, each = (found.recurrent(window=window).table for window in (WINDOW, 0.0))
    words = f"{WINDOW} apart"
    asked = [("a patient-year", "rate", windowed, words), ("a patient-year", "rate", each, "all")]
    asked += [("a patient, by the end", "mean", windowed, words), ("a patient, by the end", "mean", each, "all")]
    if len(found.arms) > 1:
        rate = f"rate over that of {found.arms[0]}"
        asked += [(rate, "ratio", windowed, words), (rate, "ratio", each, "all")]
    rows = [(title, kind, *(_three(row, name) for _, row in of.iterrows())) for title, name, of, kind in asked[:4]]
    rows += [
        (title, kind, "1", *(_three(row, name) for _, row in of.iloc[1:].iterrows()))
        for title, name, of, kind in asked[4:]
    ]
    return table("skeletal events (95 % interval)", ("", "counted", *found.arms), rows)


def progression(found: Progression, until: float) -> Table:
    """Return progression and death by arm, and each arm against the first. until: how long the trial lasts [d]."""
    arms = list(found.table.index)
    rows = _of_progression(found, until, "")
    if found.second:
        rows += _of_progression(found.second, until, "second ")
        medians = [dict(zip(("median", "low", "high"), found.after[arm], strict=True)) for arm in arms]
        rows.append(("years from the first to it or death, median", *(_interval(each, 1 / YEAR) for each in medians)))
    return table(f"progression, by imaging every {found.imaging} (95 % interval)", ("", *arms), rows)


def _of_progression(found: Progression, until: float, which: str) -> list[tuple[str, ...]]:
    """Return the rows of the first progression or the second. which: before its name."""
    arms = list(found.table.index)
    share = f"{which}{PROGRESSION} within {until / YEAR:.3g} years, death competing"
    rows = [(share, *(_three(row, "progressed") for _, row in found.table.iterrows()))]
    medians = {"to progression": f"years to {which}{PROGRESSION}, median", "free": f"years to {which}{EITHER}, median"}
    for name, words in medians.items():
        of = found.table[[f"{name}{end}" for end in ENDS]].set_axis(["median", "low", "high"], axis=1)
        rows.append((words, *(_interval(row, 1 / YEAR) for _, row in of.iterrows())))
    for event in (PROGRESSION, EITHER) if len(arms) > 1 else ():
        ratios = (_three(found.comparisons.loc[(arm, event)], "hazard ratio") for arm in arms[1:])
        rows.append((f"hazard of {which}{event}, over {arms[0]}", "1", *ratios))
    return rows


def strata(found: Strata, until: float) -> Table:
    """Return what a drawn number says of an event: a row a stratum, the hazard ratio and the concordance."""
    rows = [
        (
            f"{stratum} ({row['from']:.3g} to {row['to']:.3g})",
            f"{row['patients']:.0f}",
            _years(row["median"] / YEAR),
            f"{row['incidence']:.3f} ({row['low']:.3f} to {row['high']:.3f})",
        )
        for stratum, row in found.table.iterrows()
    ]
    ratio, (share, low, high) = found.ratio, found.concordance
    rows += [
        ("hazard, highest over lowest", "", "", f"{ratio.value:.2f} ({ratio.low:.2f} to {ratio.high:.2f})"),
        ("concordance (0.5 is chance)", "", "", f"{share:.3f} ({low:.3f} to {high:.3f})"),
    ]
    names = (found.name, "patients", "median, years", f"within {until / YEAR:.3g} years (95 % interval)")
    return table(f"{found.event} by {found.name}", names, rows)


def strata_recurrent(found: Strata) -> list[Table]:
    """Return skeletal events by stratum and arm after the number was measured, if there are any."""
    tables = {stratum: each.table for stratum, each in found.recurrent.items()}
    if not any(of["events"].any() for of in tables.values()):
        return []
    arms = list(next(iter(tables.values())).index)
    rows = []
    for stratum, of in tables.items():
        ratios = [_three(of.loc[arm], "ratio") for arm in arms[1:]]
        rows.append((stratum, f"{of['patients'].iloc[0]}", *(_three(of.loc[arm], "rate") for arm in arms), *ratios))
    names = (found.name, "patients", *arms, *(f"{arm} over {arms[0]}" for arm in arms[1:]))
    after = f", after day {found.landmark:.0f}" if found.landmark else ""
    return [table(f"skeletal events a patient-year, {WINDOW} apart{after}", names, rows)]


def absolute(found: Trial) -> Table:
    """Return what was kept in the units of a clinic: at the start and at the end, by arm."""
    from ranklsys.trials import clinical

    shown = clinical.shown(found.patients, found.store.recipe)
    told = {
        place: f"{row['median']:.3g} ({row['low']:.3g} to {row['high']:.3g})"
        for place, row in clinical.at_ends(found.runs(*shown)).iterrows()
    }
    rows = [(name, when, *(told[name, when, arm] for arm in found.arms)) for name in shown for when in ("start", "end")]
    return table("in the units of a clinic (median, 5 to 95 % of patients)", ("read-out", "when", *found.arms), rows)


def frame(title: str, found: pd.DataFrame) -> Table:
    """Return a table of numbers with its index as the first column."""
    names = (str(found.index.name or ""), *map(str, found.columns))
    rows = [
        (str(name), *(_cell(value) for value in row)) for name, row in zip(found.index, found.to_numpy(), strict=True)
    ]
    return table(title, names, rows)


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, (int, float)) else str(value)


def _shares(counts: pd.DataFrame, name: str) -> tuple[str, ...]:
    bounds = (
        [f" ({counts[f'{name} low'][arm]:.3f} to {counts[f'{name} high'][arm]:.3f})" for arm in counts.index]
        if (f"{name} low" in counts)
        else [""] * len(counts)
    )
    return (name, *(f"{counts[name][arm]:.3f}{bound}" for arm, bound in zip(counts.index, bounds, strict=True)))


def _interval(row: pd.Series[float] | dict[str, float], scale: float) -> str:
    return " ".join([_years(row["median"] * scale), f"({_years(row['low'] * scale)} to {_years(row['high'] * scale)})"])


def _years(value: float) -> str:
    return "beyond" if math.isinf(value) else f"{value:.2f}"


def _changes(changes: pd.DataFrame, arms: tuple[str, ...]) -> list[tuple[str, ...]]:
    rows = []
    for (name, when), group in changes.reset_index().groupby(["quantity", "when"], sort=False):
        by_arm = group.set_index("arm")
        cells = ["{} ({} to {})".format(*map(_percent, by_arm.loc[arm, ["median", "low", "high"]])) for arm in arms]
        rows.append((str(name), str(when), *cells))
    return rows


def _percent(value: float) -> str:
    """Return a change in percent; what the solver leaves of none is none."""
    return "0" if abs(value) < NO_CHANGE else f"{value:.3g}"


def _responders(responders: pd.DataFrame, arms: tuple[str, ...]) -> list[tuple[str, ...]]:
    rows = []
    for (name, change, when), group in responders.groupby(["quantity", "change", "when"], sort=False):
        by_arm = group.set_index("arm")
        cells = [f"{by_arm['share'][arm]:.3f} ({by_arm['low'][arm]:.3f} to {by_arm['high'][arm]:.3f})" for arm in arms]
        rows.append((str(name), f"{change:+g} %", str(when), *cells))
    return rows


def _three(row: pd.Series[float], name: str) -> str:
    if math.isnan(row[name]):
        return "-"
    return f"{row[name]:.3g} ({row[f'{name} low']:.3g} to {row[f'{name} high']:.3g})"
