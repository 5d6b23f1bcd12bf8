"""Covariates: what the parts of a model say that a virtual person has besides parameters, drawn and at the start."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from ranklsys.errors import DataError
from ranklsys.model.levels import HOST, core_levels
from ranklsys.plugins.covariate import Covariate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

    from ranklsys.model.model import Model

Covariates = Mapping[str, Covariate]


def of_model(model: Model) -> dict[str, Covariate]:
    """Return the covariates of all parts by name, and last the levels of people that differ between them.

    Raises DataError for a name that the model or another part has too, and if two covariates are lived.
    """
    declared: dict[str, Covariate] = {}
    taken = set(model.facts.elements)
    for part in model.parts:
        for name in sorted(names(part.covariates)):
            if name in taken:
                what = f"the covariate '{name}' has the name of something else in this model"
                raise DataError(what, where=part.id, hint="A parameter varies by the column cv; rename a covariate")
            taken.add(name)
        declared |= part.covariates
    if len(several := [name for name, covariate in declared.items() if covariate.lived]) > 1:
        what = f"{' and '.join(several)} are both lived before the trial"
        raise DataError(what, where="before", hint="Leave one of their parts out")
    return declared | _levels(model, names(declared))


def _levels(model: Model, told: Collection[str]) -> dict[str, Covariate]:
    """Return the levels that are drawn for people, but for those that parts tell. Raises DataError as ``of_model``."""
    if model.host != HOST:
        return {}
    found = {level.id: Covariate(level.spread) for level in core_levels().values() if level.spread}
    for name in found:
        if name in model.facts.elements:
            what = f"the level '{name}' has the name of something else in this model"
            raise DataError(what, where="levels.csv", hint="Rename it in the part")
    return {name: covariate for name, covariate in found.items() if name not in told}


def lived(covariates: Covariates) -> str:
    """Return the name of the covariate that is the time before the trial, or nothing."""
    return next((name for name, covariate in covariates.items() if covariate.lived), "")


def names(covariates: Covariates) -> set[str]:
    """Return the names of covariates as they are drawn and as they are at the start."""
    return {*covariates, *kept(covariates)}


def kept(covariates: Covariates) -> tuple[str, ...]:
    """Return the names under which covariates are kept of a patient, and may be asked for."""
    return tuple(covariate.grows_into or name for name, covariate in covariates.items())


def at_start(drawn: Mapping[str, Array], covariates: Covariates, before: float, number: int) -> dict[str, Array]:
    """Return what is drawn of patients, columns by name, with their covariates as they are at the start of the trial.

    before: time before the trial [d]; not used if a covariate that was drawn says it. number: of patients.
    """
    import numpy as np

    from ranklsys.units import YEAR  # pint takes a third of a second to import

    result = dict(drawn)
    time = lived(covariates)
    years = result[time] if time in result else np.full(number, before / YEAR)
    if time:
        result[time] = years
    for name, covariate in covariates.items():
        if covariate.grows_into:
            result[covariate.grows_into] = result.pop(name) + years
    return result
