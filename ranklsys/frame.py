"""Frames: results as pandas tables indexed by time, with units and provenance, that survive a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ranklsys.errors import DataError, require, require_installed
from ranklsys.tables.files import require_ending
from ranklsys.tables.output import whole

MOST_OF_A_SHEET = 1_048_576
"""Rows of a sheet of .xlsx, the header included: a limit of the format."""
WRITERS = (".csv", ".parquet", ".tsv", ".xlsx")
DIGITS = "%.10g"


def frame(
    values: NDArray[np.float64], times: NDArray[np.float64], columns: Sequence[str], attrs: Mapping[str, Any]
) -> pd.DataFrame:
    """Return a DataFrame (times x columns); index ``time`` [d], ``attrs``: units (by column) and made_by."""
    index = pd.Index(times, name="time")
    result = pd.DataFrame(values, index=index, columns=list(columns), copy=False)
    result.attrs.update(attrs)
    return result


def save(table: pd.DataFrame, path: Path | str) -> Path:
    """Write a result as .parquet (with units and provenance), or .csv, .tsv or .xlsx (numbers only); return the path.

    Raises DataError for any other ending, MissingLibrary for .xlsx without openpyxl: ``pip install "ranklsys[excel]"``.
    """
    path, named = checked(path), table.index.name is not None
    if path.suffix == ".xlsx" and len(table) >= MOST_OF_A_SHEET:
        what = f"a sheet holds {MOST_OF_A_SHEET - 1:,} rows below its header, and this table has {len(table):,}"
        raise DataError(what, where=str(path), hint="End it in .parquet")
    with whole(path) as place:
        if path.suffix == ".parquet":
            table.to_parquet(place)
        elif path.suffix == ".xlsx":
            require("openpyxl", extra="excel", where=str(path))
            table.to_excel(place, index=named, engine="openpyxl")
        else:
            separator = "\t" if path.suffix == ".tsv" else ","
            table.to_csv(place, sep=separator, float_format=DIGITS, index=named, compression=None)
    return path


def checked(path: Path | str) -> Path:
    """Return the path if ``save`` can write it. Raises DataError, or MissingLibrary."""
    path = require_ending(path, WRITERS, "table")
    if path.suffix == ".xlsx":
        require_installed("openpyxl", extra="excel", where=str(path))
    return path


def tidy(table: pd.DataFrame, **labels: str) -> pd.DataFrame:
    """Return a result in long form: the labels, time, quantity, value and unit, one number a row."""
    long = table.reset_index().melt(id_vars="time", var_name="quantity", value_name="value")
    for position, (name, label) in enumerate(labels.items()):
        long.insert(position, name, label)
    long["unit"] = long["quantity"].map(table.attrs.get("units", {}))
    long.attrs.update(table.attrs)
    return long
