"""Noise: what assays, scans and days add to a quantity when it is measured (``models/noise.csv``).

Each measurement is the true value times a lognormal number around 1. It depends on the seed, the patient, the quantity
and the place of the visit alone, so that arms, which are the same patients, differ by treatment.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ranklsys.errors import DataError
from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.plugins import library
from ranklsys.sbml.cache import recalled
from ranklsys.tables.files import read_number, read_table

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

COLUMNS = ("quantity", "cv", "kind", "source", "note")


@dataclass(frozen=True)
class Measurement:
    """What measuring a quantity adds. cv: coefficient of variation of one measurement, within a person."""

    cv: float
    kind: str
    source: str
    note: str


def read_noise(folder: Path) -> dict[str, Measurement]:
    """Return what measuring adds, by quantity. Raises DataError, with file and line, for a cv that is none."""
    found = {}
    for where, row in read_table(folder / "noise.csv", COLUMNS):
        cv = read_number(row["cv"], where, "cv")
        if not 0 < cv < 1:
            raise DataError(f"a cv cannot be {cv:g}", where=where, hint="Give a share, e.g. 0.15")
        found[row["quantity"]] = Measurement(cv, row["kind"], row["source"], row["note"])
    return found


@recalled(1)
def core_noise() -> Mapping[str, Measurement]:
    """Return the noise of the installed core."""
    return read_noise(library.folder())


def factors(seed: int, quantity: str, patients: NDArray[np.int64], visits: int) -> Array:
    """Return what measured values are over true ones: patients x visits. Ones for a quantity that has no noise.

    patients: their numbers. A patient's first visits are the same however many there are.
    """
    import numpy as np

    if quantity not in core_noise():
        return np.ones((len(patients), visits))
    width = math.sqrt(math.log(1 + core_noise()[quantity].cv ** 2))
    key = zlib.crc32(quantity.encode())
    drawn = np.empty((len(patients), visits))
    for place, patient in enumerate(patients.tolist()):
        stream = np.random.SeedSequence(seed, spawn_key=(patient, key))
        drawn[place] = np.random.Generator(np.random.PCG64(stream)).standard_normal(visits)
    return np.asarray(np.exp(width * drawn))


@dataclass(frozen=True)
class Noise:
    """What measuring adds to the tables of a trial; it does not change the tables that it is given."""

    seed: int

    def in_outcomes(self, rows: pd.DataFrame, times: Array) -> pd.DataFrame:
        """Return outcomes as they are measured: a visit is told as in the courses. times: rows of these [d]."""
        import numpy as np

        rows = rows.copy()
        visits = {"start": 0, "3mo": int(np.argmin(np.abs(times - 91.0))), "end": len(times) - 1}
        patients, place = np.unique(rows["patient"], return_inverse=True)
        for name in core_endpoints().seen:
            if f"{name}_start" in rows:
                noise = factors(self.seed, name, patients, len(times))[place]
                for when, visit in visits.items():
                    rows[f"{name}_{when}"] *= noise[:, visit]
        return rows

    def in_runs(self, rows: pd.DataFrame, times: Array) -> pd.DataFrame:
        """Return courses as they are measured. times: their rows [d]."""
        import numpy as np

        rows = rows.copy()
        patients, place = np.unique(rows["patient"], return_inverse=True)
        visit = np.searchsorted(times, rows["time"])
        for name in core_noise():
            if name in rows:
                rows[name] *= factors(self.seed, name, patients, len(times))[place, visit]
        return rows
