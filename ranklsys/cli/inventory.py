"""Inventory: what is installed, and what a host, a part or a scenario holds, as tables for the terminal."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.table import Table

from ranklsys.plugins import library
from ranklsys.plugins.contract import core_contract
from ranklsys.plugins.part import HOSTS, Part, Value
from ranklsys.sbml.naming import bare, is_at_lesion
from ranklsys.show import number, table, with_unit
from ranklsys.trials import variation

if TYPE_CHECKING:
    from ranklsys.plugins.catalogue import Registry
    from ranklsys.plugins.scenario import Scenario
    from ranklsys.sbml.facts import Element

PARAMETERS = ("id", "value", "unit", "cv", "name; source")


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

    held, contract = facts(library.host_sbml(name)), core_contract()
    states = [held.elements[state] for state in held.states]
    computed = [
        element for element in held.elements.values() if element.kind == "parameter" and element.rule == "assignment"
    ]
    constants = [
        element for element in held.of_kind("parameter") if not element.rule and bare(element.id) not in contract.slots
    ]
    slots = [(slot.id, slot.rule, slot.at, with_unit(slot.title, slot.unit)) for slot in contract.slots.values()]
    shares = [(name, title) for name, title in contract.shares.items()]
    cvs = {row.id: row.cv for row in variation.of_core()}
    reads = [(name, held.elements[name].unit_id, title) for name, title in contract.reads.items()]
    return [
        table(f"{name}: states", ("id", "unit", "name"), map(_short, states)),
        table("computed quantities", ("id", "unit", "name"), map(_short, computed)),
        table("slots (a part may act on)", ("id", "rule", "at", "what"), slots),
        table("shares (a part's reactions may use)", ("id", "what"), shares),
        table("reads (a part's formulas may use)", ("id", "unit", "what"), reads),
        table("parameters", PARAMETERS, (_parameter(each, cvs) for each in constants)),
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
        ("one of", shown.one_of),
        ("routes", ", ".join(shown.routes)),
        ("molar mass", shown.molar_mass or ""),
        ("dose unit", shown.dose_unit),
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
            if element.id not in shown.shares and not element.rule and not _is_mention(element)
        ]
        cvs = {row.id: row.cv for row in variation.of_part(shown)}
        tables.append(table("parameters", PARAMETERS, (_parameter(each, cvs) for each in own)))
    return tables


def scenario(shown: Scenario) -> list[Table]:
    """Return a scenario: what it composes, its arms with their doses, what it shows."""
    facts_of = [
        ("title", shown.title),
        ("composition", " + ".join((shown.host, *shown.parts))),
        ("changes", shown.changes),
        ("before", shown.before),
        ("then", shown.then),
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


def _is_mention(element: Element) -> bool:
    """Whether a formula of a part names this copy at the lesion, which composition makes."""
    return is_at_lesion(element.id) and math.isnan(element.value)


def _short(element: Element) -> tuple[str, str, str]:
    return element.id, element.unit_id, element.name


def _parameter(element: Element, cvs: Mapping[str, float]) -> tuple[str, str, str, str, str]:
    """Return id, value, unit, coefficient of variation between subjects, and name with source."""
    cv = number(cvs[element.id]) if element.id in cvs else "-"
    said = "; ".join(filter(None, (element.name, element.note)))
    return element.id, number(element.value), element.unit_id, cv, said


def _value(item: tuple[str, Value | float]) -> tuple[str, str, str, str]:
    name, value = item
    if not isinstance(value, Value):
        return name, number(value), "", ""
    note = f" ({value.note})" if value.note else ""
    return name, number(value.value), value.unit, f"{value.kind}: {value.source}{note}" if value.kind else ""
