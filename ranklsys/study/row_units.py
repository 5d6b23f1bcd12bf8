"""Row units: the column ``unit`` of a table of observations against the unit of what is observed in the model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ranklsys.errors import DataError, UnitError
from ranklsys.sbml.naming import parted
from ranklsys.study.observations import Observation
from ranklsys.tables.measure import MEASURES
from ranklsys.tables.rule import POINTS

if TYPE_CHECKING:
    from ranklsys.model.model import Model

NO_UNIT = ("", "dimensionless", "1")


def in_row_unit(model: Model, row: Observation) -> float:
    """Return how many of a row's unit one of the model's is, 1 where they are the same or the row names none.

    What is told in percent of something has the unit ``%``, with words behind it if they help. The unit of a formula
    over several quantities is for people: what units it has is not worked out. Raises DataError, with file and line,
    for a unit that is none, or that the model's cannot be converted into.
    """
    if row.unit in NO_UNIT:
        return 1.0
    if MEASURES[row.measure].against:
        if row.unit.startswith("%"):
            return 1.0
        what = f"a row in {row.measure} is in %, not in '{row.unit}'"
        raise DataError(what, where=row.where, hint="Write %, or give the measure value")
    element = model.facts.elements.get(row.observable)
    if element is None or row.unit == parted(element.unit_id)[1]:
        return 1.0
    return _converted(model, row)


def in_model_unit(model: Model, row: Observation) -> Observation:
    """Return a row with its numbers in the unit of the model. Raises as ``in_row_unit``."""
    size = in_row_unit(model, row)
    if size == 1.0:
        return row
    numbers = {name: getattr(row, name) / size for name in ("value", "low", "high", "error")}
    rules = tuple(replace(rule, size=rule.size / size) if rule.kind == POINTS else rule for rule in row.rules)
    return replace(row, **numbers, rules=rules, unit="")


def _converted(model: Model, row: Observation) -> float:
    from ranklsys import units

    element = model.facts.elements[row.observable]
    own = units.from_sbml(element.unit)
    if row.unit == "%" and own.dimensionless:
        return 100.0 * float(own.to("dimensionless").magnitude)
    try:
        return units.convert(own, units.unit(row.unit.replace(" ", "*")))
    except UnitError:
        name = parted(element.unit_id)[1]
        what = f"'{row.observable}' is in {name} in the model, which cannot be converted to '{row.unit}'"
        raise DataError(what, where=row.where, hint=f"Give the row in {name}; unit may then be empty") from None
