"""A composition as a scenario: one arm, with the quantities that are worth showing of it."""

from __future__ import annotations

from collections.abc import Sequence

from ranklsys.model import read_outs
from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.model.model import Model
from ranklsys.plugins.scenario import Arm, Observable, Scenario
from ranklsys.sbml.naming import parted


def simple(
    model: Model, *, until: str, doses: Sequence[str] = (), show: Sequence[str] = (), title: str = ""
) -> Scenario:
    """Return the scenario of one composition: one arm, the quantities to show (ids or read-outs; usual ones if none).

    title: of a model that was loaded; a composition has its own. Raises UnknownName for a quantity that it lacks.
    """
    names = tuple(show) or _usual(model)
    model.require(read_outs.needed(names))
    observables = tuple(_observable(model, name) for name in names)
    title = title or model.title
    arm = Arm("run", "; ".join(doses) or ("untreated" if model.host else "as in the file"), doses=tuple(doses))
    return Scenario(
        id="run",
        title=title,
        host=model.host,
        parts=tuple(part.id for part in model.parts),
        until=until,
        arms=(arm,),
        observables=observables,
    )


def _observable(model: Model, name: str) -> Observable:
    """Return a quantity as something that is observed: by its id, or in the unit of a clinic (see ``read_outs``)."""
    elements = model.facts.elements
    if not read_outs.is_read_out(name):
        # a unit of a part has its prefix in a composed model, which says nothing here
        return Observable(name, elements[name].name, name, parted(elements[name].unit_id)[1])
    read_outs.require_people(model.host)
    each = read_outs.read_out(name)
    fixed = {id: model.changes.get(id, elements[id].value) for id in each.reads & set(model.facts.settable)}
    fixed = {id: value for id, value in fixed.items() if id not in model.observables}
    title = (
        elements[each.quantity].name.removesuffix(", relative")
        if each.quantity in elements
        else each.quantity.replace("_", " ")
    )
    return Observable(each.label, title, each.in_numbers({**read_outs.in_health(), **fixed}), each.unit)


def _usual(model: Model) -> tuple[str, ...]:
    """Return what is worth showing of a composition; of a model that has none of it, the first states."""
    elements, table = model.facts.elements, core_endpoints()
    has_tumour = any(name in elements and elements[name].value > 0 for name in table.seeds)
    without = table.shown_in_people if model.host == "human" else table.shown_without_tumour
    shown = table.shown_with_tumour if has_tumour else without
    known = tuple(name for name in shown if name in elements)
    return known or (model.facts.states or model.observables)[: len(shown)]
