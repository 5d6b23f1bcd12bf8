"""Reduction: the smaller model that gives the same numbers of an arm of a trial.

A drug that an arm does not get is left out: by contract a part at dose 0 leaves the core as it is (``ranklsys check``
proves it for each part), so only time is lost with it. ``Model.numbers(lean=True)`` leaves out the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ranklsys.model.compose import compose
from ranklsys.sbml.naming import is_own

if TYPE_CHECKING:
    from ranklsys.model.dose import Dose
    from ranklsys.model.model import Model
    from ranklsys.plugins.part import Part


def without_undosed(model: Model, doses: Sequence[Dose], used: Collection[str], *, free: bool) -> Model:
    """Return the model without the drugs that it is not dosed with, and without changes.

    used: ids that are read or set, besides parameters that only vary; a part that has one of them stays. free: the
    patient's whole state will be set, as after ``Model.after``. A model that is no plain composition stays whole.
    """
    free = free or _is_free(model)
    given = {dose.drug for dose in doses}
    kept = [part for part in model.parts if part.id in given or not _idle(part, used)]
    needed = {other for part in kept for other in part.company(model.host)}
    kept = [part for part in model.parts if part in kept or part.id in needed]
    whole = len(kept) == len(model.parts) or not _is_composed(model)
    small = replace(model, changes={}) if whole else compose(model.host, *kept)
    return small.with_free_state()[0] if free else small


def on(small: Model, changes: Mapping[str, float]) -> Model:
    """Return a reduced model with the numbers that are set in the full one, as far as it has them."""
    known = small.facts.elements
    return replace(small, changes={name: value for name, value in changes.items() if name in known})


def _idle(part: Part, used: Collection[str]) -> bool:
    """Whether a part does nothing until it is dosed."""
    return bool(part.routes) and not part.values and not any(is_own(name, part.prefix) for name in used)


def _is_composed(model: Model) -> bool:
    """Whether a model is what ``compose`` gives, with or without a free state."""
    return bool(model.host) and (_is_free(model) or model.base == compose(model.host, *model.parts).base)


def _is_free(model: Model) -> bool:
    return bool(model.host) and model.base == compose(model.host, *model.parts).with_free_state()[0].base
