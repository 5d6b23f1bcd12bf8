"""Surface: where a scan over two numbers ends, e.g. over dose and interval, as a table and a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ranklsys.errors import DataError, unknown

if TYPE_CHECKING:
    import pandas as pd


def surface(table: pd.DataFrame, quantity: str, *, path: Path | str | None = None) -> pd.DataFrame:
    """Return where a scan over two numbers ends: the values of the first as rows, of the second as columns.

    quantity: a column of the scan. path: of a picture to write, .png, .svg or .pdf. Raises DataError for a scan over
    one number or over three, UnknownName for a quantity that it lacks.
    """
    names = [str(name) for name in table.index.names[:-1]]
    if len(names) != 2:
        raise DataError(
            f"a surface needs two varied numbers, not {len(names)}", hint="Scan over two, or choose a slice"
        )
    if quantity not in table.columns:
        raise unknown("column", quantity, map(str, table.columns), hint="Scan with columns=[...]")
    found = table[quantity].groupby(level=names, sort=False).last().unstack(names[1], sort=False)
    found.attrs = {"unit": table.attrs["units"][quantity]}
    if path is not None:
        from ranklsys.study import plot

        plot.surface(found, path, title=quantity, unit=str(found.attrs["unit"]))
    return found
