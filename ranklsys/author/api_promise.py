"""Promises: what the contract offers to plugins, written down once per api, and what would break it.

``models/contract_api1.toml`` is what parts of api 1 may rely on. ``ranklsys build`` adds to it what is new, and refuses
to build when something in it has gone or means something else while the api number is the same.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ranklsys.errors import DataError, nearest
from ranklsys.plugins.contract import BODY, EVERY_SITE, Contract, read_contract
from ranklsys.sbml.naming import at_lesion
from ranklsys.tables import output

if TYPE_CHECKING:
    from ranklsys.sbml.facts import Element, Unit

Offer = dict[str, str | float]
Promise = dict[str, dict[str, Offer]]
"""By group (slots, shares, reads, units) and id: what a part relies on, e.g. unit, rule and place."""

GROUPS = ("slots", "shares", "reads", "units")
HEAD = """# What api {api} promises to plugins. `ranklsys build` adds what is new; what is here stays until api rises.
api = {api}
"""


def promise(contract: Contract, host: str) -> Promise:
    """Return what a contract and the SBML of a host offer."""
    from ranklsys.sbml.facts import facts

    held, units = facts(host).elements, facts(host).units
    slots: dict[str, Offer] = {
        slot.id: {"rule": slot.rule, "unit": slot.unit, "at": slot.at, "neutral": slot.neutral, "most": slot.most}
        for slot in contract.slots.values()
    }
    shares, reads = ({name: _offer(name, held) for name in group} for group in (contract.shares, contract.reads))
    offers = (*slots.values(), *shares.values(), *reads.values())
    used = sorted({str(offer["unit"]) for offer in offers} & units.keys())
    means: dict[str, Offer] = {unit: {"means": _spelt(units[unit])} for unit in used}
    return {"slots": slots, "shares": shares, "reads": reads, "units": means}


def read(path: Path) -> Promise:
    """Return what an api has promised; nothing before its file is written."""
    if not path.is_file():
        return {group: {} for group in GROUPS}
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {group: table.get(group, {}) for group in GROUPS}


def file(folder: Path, api: int) -> Path:
    """Return where the promise of an api is kept."""
    return folder / f"contract_api{api}.toml"


def broken(old: Promise, new: Promise) -> Iterator[str]:
    """Yield a sentence for each thing that parts rely on and that is gone, or means something else; never for more."""
    for group in GROUPS:
        for name, before in old[group].items():
            after = new[group].get(name)
            if after is None:
                yield f"the {group[:-1]} '{name}' is gone{nearest(name, new[group].keys() - old[group].keys())}"
                continue
            for what, value in before.items():
                if after.get(what) != value and not _wider(what, value, after.get(what)):
                    yield f"the {group[:-1]} '{name}' had {what} {value}, and now {after.get(what)}"


def keep(folder: Path, host: str) -> Path:
    """Add what is new to the promise of the present api, kept in a folder of models, and return its file.

    host: SBML as it is now built.

    Raises DataError if the promise would be broken: the remedy is another way, or another api number.
    """
    contract = read_contract(folder)
    api, now = contract.api, promise(contract, host)
    path = file(folder, api)
    if found := list(broken(read(path), now)):
        what = f"api {api} would be broken: {found[0]}" + (f", and {len(found) - 1} more" if len(found) > 1 else "")
        hint = "Keep it beside the new one, or raise api (docs/contract-policy.md)"
        raise DataError(what, where="contract.toml", hint=hint)
    return output.write(path, write(api, now), own=True)


def write(api: int, promised: Promise) -> str:
    """Return a promise as TOML, sorted."""
    lines = [HEAD.format(api=api)]
    for group in GROUPS:
        lines.append(f"[{group}]")
        for name, offer in sorted(promised[group].items()):
            cells = ", ".join(f"{what} = {_toml(value)}" for what, value in offer.items())
            lines.append(f"{name} = {{ {cells} }}")
        lines.append("")
    return "\n".join(lines)


def _wider(what: str, before: object, after: object) -> bool:
    """Whether a limit is only lifted: what was allowed still is."""
    return what == "most" and isinstance(before, float | int) and isinstance(after, float | int) and after > before


def _offer(name: str, held: Mapping[str, Element]) -> Offer:
    return {"kind": held[name].kind, "unit": held[name].unit_id, "at": _place(name, held)}


def _place(name: str, held: Mapping[str, Element]) -> str:
    """Return the compartment of a species; of the rest, whether each site has its own."""
    if compartment := held[name].compartment:
        return str(compartment)
    return EVERY_SITE if at_lesion(name) in held else BODY


def _spelt(unit: Unit) -> str:
    """Return a unit as its SBML kinds, e.g. ``1 * 10^-12 mole^1; 1 * 10^0 litre^-1``."""
    return "; ".join(f"{size:g} * 10^{scale} {kind}^{exponent:g}" for kind, exponent, scale, size in unit)


def _toml(value: str | float) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)
