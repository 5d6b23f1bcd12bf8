"""Read-outs: quantities of the model in the units of a clinic, by name and unit: ``CTX [ng/mL]``, ``PTH [pg/mL]``.

``models/absolute.csv`` says what each is of the model's quantities, its numbers, and a woman's levels (``levels``).
Other units of the same dimension are converted: ``CTX [pg/mL]``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, cast

from ranklsys.errors import DataError, UnitError, UnknownName, unknown
from ranklsys.model.levels import HOST, core_levels
from ranklsys.plugins import library
from ranklsys.sbml.cache import recalled
from ranklsys.tables import formula
from ranklsys.tables.files import read_table

if TYPE_CHECKING:
    import pandas as pd

Given = ParamSpec("Given")
_LABEL = re.compile(r"([A-Za-z_]\w*)\s*\[([^\]]+)\]")
HINT = "See: ranklsys show CTX, or docs/population.md"


@dataclass(frozen=True)
class ReadOut:
    """A quantity in the unit of a clinic.

    formula: over ids of the model and levels, in the unit of the table; factor: of that unit in this one.
    """

    quantity: str
    unit: str
    formula: str
    note: str = ""
    factor: float = 1.0

    @property
    def label(self) -> str:
        """What it is called: ``CTX [ng/mL]``."""
        return f"{self.quantity} [{self.unit}]"

    @property
    def reads(self) -> frozenset[str]:
        """The ids that its formula reads, levels among them."""
        return formula.names(self.formula)

    def of(self, values: Mapping[str, Any]) -> Any:
        """Return the read-out of values by id, each a number or an array. Raises UnknownName if one is missing."""
        return self.factor * formula.compute(self.formula, values)

    def in_numbers(self, numbers: Mapping[str, float]) -> str:
        """Return its formula with numbers in place of some of its ids."""
        told = {name: f"{value:.10g}" for name, value in numbers.items()}
        text = re.sub(r"[A-Za-z_]\w*", lambda id: told.get(id[0], id[0]), self.formula)
        return text if self.factor == 1 else f"{self.factor!r}*({text})"


def read(folder: Path) -> tuple[ReadOut, ...]:
    """Return the read-outs in a folder of models. Raises DataError, with file and line, for a formula that is none."""
    found = []
    for where, row in read_table(folder / "absolute.csv", ("quantity", "unit", "formula", "note")):
        each = ReadOut(row["quantity"], row["unit"], row["formula"], row["note"])
        try:
            _ = each.reads
        except DataError as problem:
            raise DataError(problem.what, where=where, hint=problem.hint) from None
        found.append(each)
    return tuple(found)


@recalled(1)
def core_read_outs() -> tuple[ReadOut, ...]:
    """Return the read-outs of the installed core."""
    return read(library.folder())


def quantities() -> tuple[str, ...]:
    """Return the quantities that are told in the units of a clinic."""
    return tuple(dict.fromkeys(each.quantity for each in core_read_outs()))


def is_read_out(column: str) -> bool:
    """Whether a column is asked for in a unit, as ``CTX [ng/mL]`` is."""
    return "[" in column


def read_out(column: str) -> ReadOut:
    """Return a read-out by its name and unit. Raises UnknownName for another quantity, UnitError for another unit."""
    match = _LABEL.fullmatch(column.strip())
    if match is None:
        raise UnknownName(f"'{column}' is not a quantity with a unit", hint='Write it like "CTX [ng/mL]"')
    name, wanted = match[1], match[2].strip()
    rows = [each for each in core_read_outs() if each.quantity == name]
    if not rows:
        raise unknown("quantity in the units of a clinic", name, quantities(), hint=HINT)
    same = next((each for each in rows if each.unit == wanted), None)
    return same or _converted(rows, wanted)


def _converted(rows: Sequence[ReadOut], wanted: str) -> ReadOut:
    """Return a read-out in a unit that the table does not have, from the first that can be converted."""
    from ranklsys import units

    for each in rows:
        try:
            factor = units.convert(units.quantity(f"1 {each.unit}"), units.unit(wanted))
        except UnitError:
            continue
        return replace(each, unit=wanted, factor=factor)
    of = rows[0].quantity
    known = ", ".join(each.label for each in rows)
    raise UnitError(f"'{of}' is not told in '{wanted}'", where=f"{of} [{wanted}]", hint=f"It is told as: {known}")


def needed(columns: Iterable[str]) -> list[str]:
    """Return the ids of the model that columns are made of: an id itself, and what a read-out reads of the model.

    Raises what ``read_out`` raises.
    """
    found: dict[str, None] = {}
    for column in columns:
        ids = sorted(read_out(column).reads - set(core_levels())) if is_read_out(column) else [column]
        found |= dict.fromkeys(ids)
    return list(found)


def in_health() -> dict[str, float]:
    """Return the levels of the woman in the middle, by id."""
    return {level.id: level.value for level in core_levels().values()}


def require_people(host: str) -> None:
    """Raise UnknownName for a host that has no levels."""
    if host != HOST:
        raise UnknownName(
            f"the {host or 'loaded model'} has no levels in the units of a clinic", hint=f"People: {HOST}"
        )


def among_columns(simulate: Callable[Given, pd.DataFrame]) -> Callable[Given, pd.DataFrame]:
    """Return what also gives read-outs, of the woman in the middle: the method of a model that simulates columns.

    It raises UnknownName for a host without levels, and what ``read_out`` raises.
    """

    @wraps(simulate)
    def with_read_outs(*model: Given.args, **how: Given.kwargs) -> pd.DataFrame:
        columns = cast("Sequence[str]", how.get("columns") or ())
        if not any(map(is_read_out, columns)):
            return simulate(*model, **how)
        require_people(getattr(model[0], "host", ""))
        how["columns"] = needed(columns) or ["body_weight"]  # a simulation has a column
        return _in_units(simulate(*model, **how), columns)

    return with_read_outs


def _in_units(run: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return columns, read-outs among them, of a simulation that has what they are made of."""
    values = {**in_health(), **{str(name): run[name].to_numpy() for name in run}}
    found, units = run[[]].copy(), {}
    for column in columns:
        each = read_out(column) if is_read_out(column) else None
        found[column] = run[column] if each is None else each.of(values)
        units[column] = run.attrs["units"][column] if each is None else each.unit
    found.attrs = {**run.attrs, "units": units}
    return found
