"""Variation: how the parameters of a model differ between subjects, as the tables say, and as a caller asks.

A table has two columns for it. ``cv`` is the coefficient of variation. ``spread`` is lognormal, which an empty cell or
a missing column means too; share, of what is below 1 by its nature; part, of what adds up to 1 with the other parts of
the core and a rest; or none, of a number of the population, such as the rates that its frailty spreads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ranklsys.errors import DataError, nearest, unknown
from ranklsys.plugins import library
from ranklsys.plugins.part import Part
from ranklsys.plugins.spread import LOGNORMAL, PART, REST, SHARE, Spread
from ranklsys.tables.files import columns, read_number, read_table

if TYPE_CHECKING:
    from ranklsys.model.model import Model

NONE = "none"
OF_PARTS, OF_CORE = (LOGNORMAL, SHARE, NONE), (LOGNORMAL, SHARE, PART, NONE)
"""What the column ``spread`` may say: only the core has a whole that its parameters are parts of."""
USUAL = 0.3
"""Coefficient of variation where nothing is known."""


@dataclass(frozen=True)
class Variation:
    """A row of a table whose parameter varies. spread: lognormal, share, part or none."""

    id: str
    cv: float
    spread: str


def of_core() -> Iterator[Variation]:
    """Yield the core's parameters that vary. Raises DataError, with file and line, for a cell that is wrong."""
    for where, row in read_table(library.folder() / "parameters.csv", ("id", "cv"), optional=("spread",)):
        if row["cv"]:
            yield _variation(row, OF_CORE, where)


def of_part(part: Part) -> Iterator[Variation]:
    """Yield the same of a part, from the table beside its SBML that the SBML is built from, with the part's own ids."""
    if part.sbml is None or str(part.sbml).lstrip().startswith("<"):
        return
    own = Path(part.sbml).with_suffix(".csv")
    shared = [path for path in sorted(own.parent.glob("*.csv")) if {"part", "id", "cv"} <= set(columns(path))]
    for path in [own] if own.is_file() else shared:
        for where, row in read_table(path, ("id", "cv"), optional=("part", "spread")):
            if row["cv"] and (path == own or row["part"] in ("", part.id)):
                yield _variation(row, OF_PARTS, where)


def _variation(row: Mapping[str, str], kinds: Sequence[str], where: str) -> Variation:
    spread = row["spread"] or LOGNORMAL
    if spread not in kinds:
        what = f"there is no spread '{spread}'{nearest(spread, kinds)}"
        raise DataError(what, where=where, hint=f"Spreads here: {', '.join(kinds)}")
    return Variation(row["id"], read_number(row["cv"], where, "cv"), spread)


def spreads(model: Model) -> dict[str, Spread]:
    """Return how the parameters of a model differ between subjects, by id, from the tables of its host and parts.

    Left out are parameters that are 0 and those that are numbers of the population as a whole.
    """
    rows = [(row.id, row) for row in of_core()]
    rows += [(f"{part.prefix}__{row.id}", row) for part in model.parts for row in of_part(part)]
    settable, elements = set(model.facts.settable), model.facts.elements
    values = {name: elements[name].value for name, _ in rows if name in settable} | dict(model.changes)
    found = {}
    for name, row in rows:
        if name in settable and row.spread != NONE and values[name] > 0:
            # a share that is set to all has no logit, and varies as any other number
            kind = LOGNORMAL if row.spread == SHARE and values[name] >= 1 else row.spread
            found[name] = Spread(values[name], row.cv, kind=kind)
    parts = [spread.median for spread in found.values() if spread.kind == PART]
    if parts and (left := 1 - sum(parts)) > 0:
        found[REST] = Spread(left, USUAL, kind=PART)
    return found


def with_vary(
    found: Mapping[str, Spread], model: Model, vary: Mapping[str, object] | Sequence[str] | None
) -> dict[str, Spread]:
    """Return spreads changed by what a caller asks.

    vary: ids, which alone vary then; or id -> coefficient of variation, Spread, or None for one that does not vary.
    Raises UnknownName for an id that the model lacks, DataError for a spread that is none.
    """
    if vary is None:
        return dict(found)
    settable = model.facts.settable
    for name in vary:
        if name not in settable and name != REST:
            raise unknown("parameter", name, settable, where="vary", hint=f"See: ranklsys show {model.host or 'human'}")
    if not isinstance(vary, Mapping):
        chosen = {name: found.get(name) or Spread(_value(model, name), USUAL) for name in vary}
        has_parts = any(spread.kind == PART for spread in chosen.values())
        return {**chosen, REST: found[REST]} if has_parts and REST in found else chosen
    result = dict(found)
    for name, asked in vary.items():
        if asked is None or asked == 0:
            result.pop(name, None)
        elif isinstance(asked, Spread):
            result[name] = asked
        elif isinstance(asked, (int, float)):
            known = result.get(name) or Spread(_value(model, name), 1.0)
            result[name] = replace(known, cv=float(asked))
        else:
            hint = "Give a coefficient of variation, a Spread, or None"
            raise DataError(f"{asked!r} does not say how it varies", where=f"vary: {name}", hint=hint)
    return result


def _value(model: Model, name: str) -> float:
    return model.changes.get(name, model.facts.elements[name].value)
