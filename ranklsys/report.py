"""Reports: what the terminal shows, as tables."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ranklsys import library
from ranklsys.part import HOSTS, Part, Value

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.experiment import Experiment
    from ranklsys.fit import Fit
    from ranklsys.plugins import Registry
    from ranklsys.sbml.facts import Element
    from ranklsys.scenario import Scenario
    from ranklsys.score import Score

ENDLESS, NARROWEST = 10_000, 12
LONGEST_WHOLE = 20


def text(shown: Table) -> str:
    """Return a table as lines: wrapped and in bold on a terminal, one line a row in a pipe or file."""
    terminal = Console()
    if not terminal.is_terminal:
        terminal = Console(width=ENDLESS)
    needed = sum((column.min_width or NARROWEST) + 2 for column in shown.columns)
    terminal.width = max(terminal.width, needed)  # rich would cut a table where a terminal wraps it
    with terminal.capture() as captured:
        terminal.print(shown)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a plain table that wraps between words, so that an id stays whole; no header if all columns are blank."""
    # as Text because rich reads square brackets and colons in plain strings as its markup
    result = Table(
        title=Text(title),
        title_justify="left",
        title_style="bold",
        show_header=any(columns),
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    kept = list(rows)
    for position, column in enumerate(columns):
        cells = [row[position] for row in kept]
        longest = max(map(len, [column, *cells]))
        wraps = position == len(columns) - 1 or " " in column or (longest > LONGEST_WHOLE and " " in "".join(cells))
        result.add_column(
            Text(column), header_style="dim", no_wrap=not wraps, min_width=None if wraps else longest, overflow="fold"
        )
    for row in kept:
        result.add_row(*map(Text, row))
    return result


def number(value: float, digits: int = 4) -> str:
    """Return a number with few digits; NaN is a dash."""
    return "-" if math.isnan(value) else f"{value:.{digits}g}"


def inventory(registry: Registry) -> list[Table]:
    """Return what is installed: hosts, parts, scenarios, datasets."""
    parts = [(part.id, part.kind, _hosts(part), part.title) for part in registry.parts.values()]
    scenarios = [(scenario.id, scenario.host, scenario.title) for scenario in registry.scenarios.values()]
    datasets = [(dataset.id, dataset.title) for dataset in registry.datasets.values()]
    return [
        table("hosts", ("id",), [(host,) for host in HOSTS]),
        table("parts", ("id", "kind", "hosts", "title"), parts),
        table("scenarios", ("id", "host", "title"), scenarios),
        table("datasets", ("id", "title"), datasets),
    ]


def plugins(registry: Registry) -> list[Table]:
    """Return the plugins: what each offers, or why it is left out."""
    rows = [
        (
            plugin.name,
            plugin.distribution,
            plugin.version,
            "-" if plugin.api is None else str(plugin.api),
            ", ".join(hook.removeprefix("register_") for hook in plugin.hooks) or "-",
            ", ".join(part.id for part in plugin.parts) or "-",
            plugin.error or "ok",
        )
        for plugin in registry.plugins
    ]
    tables = [table("plugins", ("name", "distribution", "version", "api", "hooks", "parts", "status"), rows)]
    if registry.clashes:
        tables.append(table("clashes", ("what",), [(clash,) for clash in registry.clashes]))
    return tables


def plugins_as_json(registry: Registry) -> str:
    """Return the plugins as JSON: ``plugins``, each with what it offers or where and why it fails, and ``clashes``."""
    offers = ("hooks", "parts", "scenarios", "datasets", "claims")
    rows = [
        {
            **{name: getattr(plugin, name) for name in ("name", "distribution", "version", "api")},
            **{offer: [getattr(each, "id", each) for each in getattr(plugin, offer)] for offer in offers},
            "status": "broken" if plugin.error else "ok",
            "reason": plugin.reason,
            "file": plugin.file,
            "line": plugin.line or None,
            "seconds": round(plugin.seconds, 3),
        }
        for plugin in registry.plugins
    ]
    return json.dumps({"plugins": rows, "clashes": list(registry.clashes)}, indent=2)


def host(name: str) -> list[Table]:
    """Return what a host's model holds: states, computed quantities, slots, shares, parameters."""
    from ranklsys.sbml.facts import facts

    held, contract = facts(library.host_sbml(name)), library.contract()
    states = [held.elements[state] for state in held.states]
    computed = [
        element for element in held.elements.values() if element.kind == "parameter" and element.rule == "assignment"
    ]
    constants = [
        element
        for element in held.of_kind("parameter")
        if not element.rule and element.id.removesuffix("_lesion") not in contract.slots
    ]
    slots = [(slot.id, slot.rule, slot.at, _with_unit(slot.title, slot.unit)) for slot in contract.slots.values()]
    shares = [(name, title) for name, title in contract.shares.items()]
    reads = [(name, held.elements[name].unit_id, title) for name, title in contract.reads.items()]
    return [
        table(f"{name}: states", ("id", "unit", "name"), map(_short, states)),
        table("computed quantities", ("id", "unit", "name"), map(_short, computed)),
        table("slots (a part may act on)", ("id", "rule", "at", "what"), slots),
        table("shares (a part's reactions may use)", ("id", "what"), shares),
        table("reads (a part's formulas may use)", ("id", "unit", "what"), reads),
        table("parameters", ("id", "value", "unit", "name; source"), map(_parameter, constants)),
    ]


def _hosts(shown: Part) -> str:
    """Return the hosts of a part, each with what it needs there: ``human, mouse + humanised-rankl``."""
    return ", ".join(" + ".join((host, *shown.company(host))) for host in shown.hosts)


def part(shown: Part) -> list[Table]:
    """Return a part: what it is, what it uses, its values and parameters with their sources."""
    facts_of = [
        ("kind", shown.kind),
        ("title", shown.title),
        ("hosts", _hosts(shown) + (f" ({shown.host_reason})" if shown.host_reason else "")),
        ("routes", ", ".join(shown.routes)),
        ("molar mass", shown.molar_mass or ""),
        ("shares", ", ".join(shown.shares)),
        ("effects", ", ".join(f"{name} -> {slot}" for name, slot in shown.effects.items())),
        ("sources", "; ".join(shown.cite)),
    ]
    tables = [table(shown.id, ("", ""), [row for row in facts_of if row[1]])]
    if shown.values:
        tables.append(
            table("values", ("parameter", "value", "unit", "kind: source"), map(_value, shown.values.items()))
        )
    if (text := shown.sbml_text()) is not None:
        from ranklsys.sbml.facts import facts

        own = [
            element
            for element in facts(text).of_kind("parameter")
            if element.id not in shown.shares and not element.rule
        ]
        tables.append(table("parameters", ("id", "value", "unit", "name; source"), map(_parameter, own)))
    return tables


def scenario(shown: Scenario) -> list[Table]:
    """Return a scenario: what it composes, its arms with their doses, what it shows."""
    facts_of = [
        ("title", shown.title),
        ("composition", " + ".join((shown.host, *shown.parts))),
        ("before", shown.before),
        ("until", shown.until),
        ("dataset", shown.dataset or ""),
        ("sources", "; ".join(shown.cite)),
    ]
    arms = [(arm.id, " + ".join(arm.parts) or "-", "; ".join(arm.doses) or "-", arm.title) for arm in shown.arms]
    seen = [(each.id, each.formula, each.measure, each.unit, each.title) for each in shown.observables]
    return [
        table(shown.id, ("", ""), [row for row in facts_of if row[1]]),
        table("arms", ("id", "parts", "doses", "title"), arms),
        table("observables", ("id", "formula", "measure", "unit", "title"), seen),
    ]


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
    return table(f"after {until}", (*varied, *(_with_unit(name, units[name]) for name in map(str, last.columns))), rows)


def experiment(done: Experiment) -> list[Table]:
    """Return, per arm, the final value of each observable and the error against what was observed."""
    arms = {arm.id: arm.title for arm in done.scenario.arms}
    finals = done.summary.set_index(["observable", "arm"])["final"]
    rows = [
        (
            seen.title or seen.id,
            seen.unit,
            *(number(finals[seen.id, arm]) + _last_seen(done, seen.id, arm) for arm in arms),
        )
        for seen in done.scenario.observables
    ]
    tables = [table(f"after {done.scenario.until}", ("quantity", "unit", *arms.values()), rows)]
    if done.observed is not None:
        measured = done.summary[done.summary["observations"] > 0]
        errors = [
            (row["observable"], arms[row["arm"]], str(row["observations"]), number(row["rmse"], 3), row["unit"])
            for _, row in measured.iterrows()
        ]
        overall = [
            (seen.id, "all arms", str(len(here)), number(done.rmse(seen.id), 3), seen.unit)
            for seen in done.scenario.observables
            if len(here := done.compared[done.compared["observable"] == seen.id])
        ]
        columns = ("observable", "arm", "points", "RMSE", "unit")
        tables.append(table(f"against {done.scenario.dataset}", columns, errors + overall))
    return tables


def score(found: Score, every: bool) -> list[Table]:
    """Return the rows that are wrong, or all, and per study how many are right."""
    chosen = found.table if every else found.table[~found.table["within"]]
    rows = [
        (
            row["where"],
            row["study"],
            f"{row['observable']} ({row['measure']})",
            number(row["time"]),
            number(row["value"]),
            number(row["predicted"]),
            row["rule"],
            "yes" if row["within"] else "NO",
        )
        for _, row in chosen.iterrows()
    ]
    columns = ("row", "study", "what", "day", "observed", "predicted", "rule", "right")
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
    profiled = found.profiles is not None
    rows = []
    for _, row in found.table.iterrows():
        bounds = f"{number(row['low'])} to {number(row['high'])}"
        bound = f"at bound ({row['at_bound']})" if row["at_bound"] else ""
        interval = (_interval(row["interval_low"], row["interval_high"], row["prior_share"]),) if profiled else ()
        rows.append((row["name"], number(row["before"]), number(row["after"]), bounds, bound, *interval))
    columns = ("number", "before", "after", "low to high", "", *(("95 %",) if profiled else ()))
    before, after = (score.studies for score in found.scores)
    studies = []
    for name in before.index:
        both = before.loc[name], after.loc[name]
        right = (f"{each['right']:.0f} of {each['rows']:.0f}" for each in both)
        studies.append((str(name), *right, *(number(float(each["rmse"]), 3) for each in both)))
    costs = [("half the sum of squared residuals", number(found.cost_before), number(found.cost_after))]
    return [
        table("numbers", columns, rows),
        table("cost", ("", "before", "after"), costs),
        table("studies", ("study", "right before", "right after", "RMSE before", "RMSE after"), studies),
    ]


def _interval(low: float, high: float, prior_share: float) -> str:
    """Return an interval in words, where an end may lie outside the bounds (NaN)."""
    from ranklsys.fit import MOSTLY_PRIOR

    if math.isnan(low) and math.isnan(high):
        return "not identified"
    if math.isnan(low):
        return f"not identified below, up to {number(high)}"
    if math.isnan(high):
        return f"from {number(low)}, not identified above"
    return f"{number(low)} to {number(high)}{', mostly the prior' if prior_share > MOSTLY_PRIOR else ''}"


def _last_seen(done: Experiment, observable: str, arm: str) -> str:
    """Return what was observed at the end, in brackets, if anything was."""
    here = done.compared[(done.compared["observable"] == observable) & (done.compared["arm"] == arm)]
    last = here[here["time"] == done.runs[arm].index[-1]]
    return f" (observed {number(float(last['value'].iloc[0]))})" if len(last) else ""


def _with_unit(name: str, unit: str) -> str:
    return name if unit in ("", "dimensionless") else f"{name} [{unit}]"


def _rounded(key: float | str) -> str:
    """Return a value of a grid, such as ``0.28284271247461906 1/d``, with few digits; a regimen or ``4w`` as it is."""
    digits, space, unit = str(key).partition(" ")
    try:
        float(digits)
    except ValueError:
        return str(key)
    return f"{number(float(digits))}{space}{unit}"


def _short(element: Element) -> tuple[str, str, str]:
    return element.id, element.unit_id, element.name


def _parameter(element: Element) -> tuple[str, str, str, str]:
    return element.id, number(element.value), element.unit_id, "; ".join(filter(None, (element.name, element.note)))


def _value(item: tuple[str, Value | float]) -> tuple[str, str, str, str]:
    name, value = item
    if not isinstance(value, Value):
        return name, number(value), "", ""
    note = f" ({value.note})" if value.note else ""
    return name, number(value.value), value.unit, f"{value.kind}: {value.source}{note}" if value.kind else ""
