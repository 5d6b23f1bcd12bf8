"""Compose: host + parts -> one flat model.  The order of the parts never matters."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ranklsys.errors import (
    CompositionError,
    DataError,
    Excluded,
    PartError,
    RanklsysError,
    UnitError,
    ValueClash,
    unknown,
)
from ranklsys.model import load
from ranklsys.model.model import Model
from ranklsys.plugins import library
from ranklsys.plugins.contract import EVERY_SITE, Slot, core_contract
from ranklsys.plugins.cut import active
from ranklsys.plugins.part import API, Part, Value
from ranklsys.sbml.cache import recalled

if TYPE_CHECKING:
    from ranklsys.sbml.flatten import SlotRule
    from ranklsys.sbml.fragment import Fragment


def compose(host: str | Model, *parts: str | Part) -> Model:
    """Return the model of a host, ``human`` or ``mouse``, with installed parts (by id) or Part objects, in any order.

    A model from ``rk.load`` takes no parts: the error lists every share and slot that it lacks for them.

    Raises UnknownName for a host or part that does not exist, PartError for a part that breaks the contract, and
    CompositionError for parts that do not fit the host or each other.
    """
    if isinstance(host, Model):
        raise load.refuse(host, map(_part, parts))
    library.host_sbml(host)
    found = tuple(sorted((_part(part) for part in parts), key=lambda part: part.id))
    for part in found:
        _require_host(part, host)
        _require_company(part, host, [other.id for other in found])
    if double := [name for name, number in Counter(part.prefix for part in found).items() if number > 1]:
        raise CompositionError(f"'{double[0].replace('_', '-')}' is given twice", hint="Name each part once")
    require_one_of_each(found)
    try:
        base = _composed(host, found)
    except RanklsysError as problem:
        raise _with_distribution(problem, [part for part in parts if isinstance(part, str)]) from problem
    return _as_cut(Model(base=base, host=host, parts=found))


def _as_cut(model: Model) -> Model:
    """Return the model without what is cut meanwhile (see ``ranklsys.plugins.cut``)."""
    cut = active()
    if cut is None:
        return model
    from ranklsys.sbml.held import held

    elements, settable = model.facts.elements, model.facts.settable
    found = {
        # what the model computes has no number that could be set, and so no unit to convert from
        name: model.number_of(name, value) if name in settable else float(value)
        for name, value in cut.among(elements).items()
    }
    return replace(model, base=held(model.base, found)) if found else model


def _part(part: str | Part) -> Part:
    if isinstance(part, Part):
        return part
    if not isinstance(part, str):
        raise DataError(f"{part!r} is neither the id of a part nor a Part", hint='Give e.g. compose("mouse", "opg-fc")')
    from ranklsys.plugins import registry

    return registry().part(part)


def _with_distribution(problem: RanklsysError, names: Sequence[str]) -> RanklsysError:
    """Return an error about an installed part with the distribution to turn to."""
    from ranklsys.plugins import registry

    if problem.where not in names:
        return problem
    where = f"{problem.where} ({registry().owner(problem.where).distribution})"
    return type(problem)(problem.what, where=where, hint=problem.hint)


def _require_host(part: Part, host: str) -> None:
    if host not in part.hosts:
        reason = f": {part.host_reason}" if part.host_reason else ""
        raise CompositionError(f"{part.id} is not for the {host}{reason}", hint=f"It works in: {', '.join(part.hosts)}")


def _require_company(part: Part, host: str, ids: list[str]) -> None:
    """Refuse a part that works in this host only beside another, which is not there."""
    reason = f": {part.host_reason}" if part.host_reason else ""
    for other in part.company(host):
        if other not in ids:
            what = f"{part.id} is not for the {host} without {other}{reason}"
            alone = [name for name in part.hosts if not part.company(name)]
            hint = f"Add {other}" + (f", or take the {' or '.join(alone)}" if alone else "")
            raise CompositionError(what, hint=hint)


def require_one_of_each(parts: Sequence[Part]) -> None:
    """Refuse parts of which a model has one, such as two tumours, even where their values agree."""
    for what in sorted({part.one_of for part in parts if part.one_of}):
        if len(same := [part.id for part in parts if part.one_of == what]) > 1:
            said = f"{' and '.join(same)} do not go together: each is the {what}, and a model has one"
            raise Excluded(said, hint="Compose one of them")


@recalled(32)
def _composed_of(host: str, keys: tuple[tuple[object, ...], ...], parts: tuple[Part, ...]) -> str:
    from ranklsys.sbml import disk

    key = (library.host_sbml(host), repr(core_contract()), repr(keys))
    return disk.text("composition", *key, make=lambda: assembled(host, parts))


def assembled(host: str, parts: Sequence[Part]) -> str:
    """Return the flat SBML of a host and parts put together in this very order, checked before and after.

    ``compose`` sorts and remembers; this does neither, so that the order can be shown not to matter.
    """
    from ranklsys.sbml.flatten import flatten

    core = library.host_sbml(host)
    fragments, slots = pieces(host, parts)
    return flatten(core, fragments, slots, merged_values(parts, core))


def pieces(host: str, parts: Sequence[Part]) -> tuple[list[Fragment], dict[str, SlotRule]]:
    """Return the fragments that a composition is made of, checked, and how effects combine on each slot."""
    from ranklsys.sbml.flatten import SlotRule

    checked = [_fragment(host, _key(part), part) for part in parts]
    targets = core_contract().targets
    slots = {name: SlotRule(slot.rule, slot.at == EVERY_SITE) for name, slot in targets.items()}
    return [fragment for fragment in checked if fragment is not None], slots


@recalled(256)
def _fragment(host: str, key: tuple[object, ...], part: Part) -> Fragment | None:
    """Return what composition needs of a part, checked against the host and the contract; None if it has no SBML."""
    from ranklsys.sbml.fragment import Fragment
    from ranklsys.sbml.rules import check

    contract = core_contract()
    require_slots(part, contract.targets)
    if (text := part.sbml_text()) is None:
        return None
    targets = tuple(dict.fromkeys(part.routes.values()))
    fragment = Fragment(part.prefix, text, part.shares, part.effects, targets)
    check(fragment, library.host_sbml(host), contract.shares, contract.reads)
    require_range(part, text, contract.targets)
    return fragment


def _composed(host: str, parts: tuple[Part, ...]) -> str:
    """Compose, or recall it; parts are compared by all that they hold, not by id alone."""
    return _composed_of(host, tuple(_key(part) for part in parts), parts)


def _key(part: Part) -> tuple[object, ...]:
    return (
        part.id,
        part.sbml_text(),
        part.shares,
        tuple(part.effects.items()),
        tuple(part.values.items()),
        tuple(part.routes.items()),
    )


def require_slots(part: Part, slots: Mapping[str, Slot]) -> None:
    """Raise PartError for an effect on a slot that the contract does not have."""
    for effect, slot in part.effects.items():
        if slot not in slots:
            error = unknown("slot", slot, slots)
            older = f" It was written for api {part.api}, and this is api {API}" if part.api < API else ""
            hint = f"See: ranklsys show human.{older}" if older else "See: ranklsys show human"
            raise PartError(f"effect '{effect}': {error.what}", where=part.id, hint=hint)


def require_range(part: Part, text: str, slots: Mapping[str, Slot]) -> None:
    """Refuse a constant effect that its slot does not allow; of a computed one nothing is known here."""
    from ranklsys.sbml.facts import facts

    for name, slot in part.effects.items():
        effect = facts(text).elements[name]
        if effect.constant and not effect.initial and not effect.rule and not slots[slot].allows(effect.value):
            what = f"effect '{name}' is {effect.value:g}, but {slot} goes from 0 to {slots[slot].most:g}"
            raise PartError(what, where=part.id, hint="Change its value")


def merged_values(parts: Sequence[Part], core: str) -> dict[str, float]:
    """Return the values that parts set, in the core's units; two different ones for a parameter are an error."""
    from ranklsys.sbml.facts import facts

    settable, elements = facts(core).settable, facts(core).elements
    merged: dict[str, tuple[float, str]] = {}
    for part in parts:
        for name, value in part.values.items():
            if name in core_contract().targets:
                raise PartError(f"value '{name}': this is a slot", where=part.id, hint="Act on it by an effect")
            if name in elements and name not in settable:
                hint = "Act on a slot. See: ranklsys show human"
                raise PartError(f"value '{name}': the core computes it", where=part.id, hint=hint)
            if name not in settable:
                error = unknown("parameter of the core", name, settable)
                raise PartError(f"value '{name}': {error.what}", where=part.id, hint="See: ranklsys show human")
            number = _in_unit(part, name, value, elements[name].unit_id)
            other = merged.setdefault(name, (number, part.id))
            if not math.isclose(other[0], number, rel_tol=1e-12):
                what = f"{other[1]} sets {name} to {other[0]:g}, {part.id} to {number:g}"
                raise ValueClash(what, hint="Compose one of them, or make their values agree")
    return {name: number for name, (number, _) in merged.items()}


def _in_unit(part: Part, name: str, value: Value | float, unit: str) -> float:
    if not isinstance(value, Value):
        return float(value)
    if value.unit and value.unit != unit:
        raise UnitError(f"{name} is in {unit}, not in {value.unit}", where=part.id, hint=f"Give it in {unit}")
    return value.value
