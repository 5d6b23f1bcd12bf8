"""Event writer: doses and what was seen as rows that NONMEM and its kin read; ``frame.save`` writes them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ranklsys.errors import DataError, DoseError
from ranklsys.exchange.event_rows import COLUMNS
from ranklsys.exchange.event_table import EventUnits
from ranklsys.model.dose import Dose
from ranklsys.model.dose_courses import Doses, read_doses

if TYPE_CHECKING:
    import pandas as pd


def as_events(
    id: str | int,
    doses: Doses,
    run: pd.DataFrame | None = None,
    *,
    into: Mapping[str, str],
    seen: Mapping[str, str],
    units: EventUnits,
    until: str | float | None = None,
) -> pd.DataFrame:
    """Return one subject's doses, and the rows of a run as observations, in the columns of a NONMEM-like table.

    doses: as for ``Model.simulate``. run: its result, of which the columns that ``seen`` names become observations, in
    the model's units. into, seen, units: as for ``rk.events``, which reads the same back. until: the end of doses
    without a number; the run's own if it is not given. Join subjects by ``pandas.concat``, and write them by
    ``to_csv(..., na_rep=".", index=False)``. Raises DoseError for a dose that such a table has no words for.
    """
    import pandas as pd

    from ranklsys import units as texts

    unit = texts.days(f"1 {units.time}")
    end = float(run.index[-1]) if until is None and run is not None else texts.days(until or 0.0)
    rows = [_dosed(dose, into, units, unit, end) for dose in read_doses(doses)]
    for compartment, name in seen.items() if run is not None else ():
        assert run is not None
        if name not in run.columns:
            raise DataError(f"the run has no '{name}'", where=f"CMT {compartment}", hint="Simulate it: columns=[...]")
        rows += [
            {"TIME": time / unit, "CMT": compartment, "EVID": 0, "DV": value, "MDV": 0}
            for time, value in zip(run.index.to_numpy(dtype=float), run[name], strict=True)
        ]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).assign(ID=id)
    # a row of a run at the time of a dose is of the moment after it
    table = table.sort_values(["TIME", "EVID"], ascending=[True, False], kind="stable", ignore_index=True)
    whole = {name: table[name].fillna(0).astype(int) for name in ("EVID", "ADDL", "SS", "MDV")}
    return table.assign(**whole, **{name: table[name].fillna(0.0) for name in ("AMT", "II", "RATE")})


def _dosed(dose: Dose, into: Mapping[str, str], units: EventUnits, unit: float, end: float) -> dict[str, object]:
    amount = _amount(dose, units.amount)
    count = dose.count
    if count is None:
        if end <= dose.start:
            hint = "Say until when"
            raise DoseError("the doses have no end", where=dose.drug, hint=hint)
        count = math.floor((end - dose.start) / (dose.every or 1.0) + 1e-9) + 1  # a run gives the dose at its end too
    more = count > 1
    return {
        "TIME": dose.start / unit,
        "AMT": amount,
        "CMT": _compartment(dose, into),
        "EVID": 1,
        "II": (dose.every or 0.0) / unit if more else 0.0,
        "ADDL": count - 1,
        "RATE": amount * unit / dose.duration if dose.duration else 0.0,
        "MDV": 1,
    }


def _amount(dose: Dose, unit: str) -> float:
    from ranklsys import units

    if dose.unit == unit:
        return dose.amount
    return units.convert(units.quantity(f"{dose.amount!r} {dose.unit}"), units.unit(unit))


def _compartment(dose: Dose, into: Mapping[str, str]) -> str:
    """Return the cell CMT of a dose; a dose without a route goes into the only one of its drug."""
    given = f"{dose.drug} {dose.route}".strip()
    found = [cell for cell, name in into.items() if name == given or (not dose.route and name.split()[0] == dose.drug)]
    if len(found) != 1:
        raise DoseError(f"no one CMT is said of '{given}'", where="into", hint=f'Say: into={{"1": "{given}"}}')
    return found[0]
