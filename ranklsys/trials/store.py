"""Store: a cohort on disk, a folder that grows block by block and never holds half a block.

``manifest.json`` is the recipe with its hash. ``patients``, ``outcomes``, ``events`` and ``runs`` are Parquet datasets,
a file for each block of patients, written whole; a block whose last file is there is done. Who computes it again gets
the same numbers. ``sums`` has size and SHA-256 of each part: what was cut, swapped or lost is named when it is read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranklsys.errors import DataError
from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.tables.output import write
from ranklsys.trials import episodes
from ranklsys.trials.sums import SUMS, check_part, sums_path, write_sums

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from ranklsys.trials.patient import Patients
    from ranklsys.trials.protocol import Protocol

MANIFEST, LOCK = "manifest.json", ".lock"
PATIENTS, OUTCOMES, EVENTS, RUNS = "patients", "outcomes", "events", "runs"
TABLES = (RUNS, EVENTS, OUTCOMES, PATIENTS)
"""In the order in which they are written: the last one says that the block is done."""


class Store:
    """A folder with the results of one recipe.

    recipe: what decides the numbers, as JSON can hold it. size: of the cohort. block: patients a file.
    """

    def __init__(self, folder: Path, manifest: Mapping[str, Any]) -> None:
        self.folder, self.manifest = folder, manifest
        self.recipe: dict[str, Any] = manifest["recipe"]
        self.size, self.block = int(self.recipe["patients"]), int(manifest["block"])
        self.summed = "sum" in manifest or (folder / SUMS).is_dir()  # stores of earlier versions have none

    @classmethod
    def open(cls, folder: Path | str) -> Store:
        """Return a store that is there. Raises DataError if it is none."""
        path = Path(folder) / MANIFEST
        if not path.is_file():
            hint = "Name the folder that a cohort was simulated into"
            raise DataError("this folder holds no cohort", where=str(folder), hint=hint)
        return cls(Path(folder), _manifest(path))

    @classmethod
    def create(cls, folder: Path | str, recipe: Mapping[str, Any], block: int) -> Store:
        """Return the store of a recipe: a new one, or the one that is there. Raises DataError if it is of another."""
        folder = Path(folder)
        if (folder / MANIFEST).exists():
            store = cls.open(folder)
            store._require(recipe)
            return store
        if folder.is_dir() and any(not path.name.startswith(".") for path in folder.iterdir()):
            raise DataError("this folder holds something else", where=str(folder), hint="Name a new folder")
        for table in TABLES:
            (folder / table).mkdir(parents=True, exist_ok=True)
        manifest = {"hash": recipe_hash(recipe), "block": block, "recipe": json.loads(json.dumps(recipe))}
        manifest["sum"] = recipe_hash(manifest)
        write(folder / MANIFEST, json.dumps(manifest, indent=1) + "\n", own=True)
        return cls(folder, manifest)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep others from writing at the same time, and clear what a killed run has left half written."""
        with (self.folder / LOCK).open("w") as lock:
            _lock(lock, self.folder)
            for left in self.folder.rglob(".*.tmp*"):
                left.unlink(missing_ok=True)
            yield

    @property
    def blocks(self) -> range:
        """Numbers of all blocks."""
        return range(-(-self.size // self.block))

    def members(self, block: int) -> range:
        """Return the numbers of the patients of a block."""
        return range(block * self.block, min((block + 1) * self.block, self.size))

    def done(self, block: int) -> bool:
        """Whether a block is on the disk."""
        last = self._path(TABLES[-1], block)
        return last.exists() and (not self.summed or sums_path(self.folder, block).exists())

    def missing(self) -> list[int]:
        """Return the numbers of the blocks that are still to do."""
        return [block for block in self.blocks if not self.done(block)]

    def add(self, block: int, found: Patients, protocol: Protocol) -> None:
        """Write a block."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        about = {b"made_by": json.dumps({"recipe": self.manifest["hash"], **self.recipe["made_by"]}).encode()}
        tables = {PATIENTS: _patients(found), OUTCOMES: _outcomes(found, protocol)}
        tables |= {EVENTS: _events(found, protocol), RUNS: _runs(found, protocol)}
        contents = {}
        for name in TABLES:
            sink = pa.BufferOutputStream()
            pq.write_table(tables[name].replace_schema_metadata(about), sink)
            contents[name] = sink.getvalue().to_pybytes()
            write(self._path(name, block), contents[name], own=True)
        if self.summed:
            write_sums(self.folder, block, contents)

    def has_somebody(self) -> bool:
        """Whether any patient did not fail; looks no further than the first, however many there are."""
        import pyarrow.parquet as pq

        paths = (self._checked(PATIENTS, block) for block in self._there())
        return any("done" in pq.read_table(path, columns=["status"])["status"].to_pylist() for path in paths)

    def read(self, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return a table, or some of its columns, in the order of the patients' numbers.

        Raises DataError if nothing is simulated yet, or if the store is of a time that had no such table.
        """
        import pyarrow.dataset as ds

        there = self._there()
        if not there:
            raise DataError("nothing is simulated yet", where=str(self.folder), hint="Simulate the cohort first")
        if not self.summed and not (self.folder / table).is_dir():
            what = f"this store has no {table}: an earlier version of ranklsys wrote it"
            raise DataError(what, where=str(self.folder), hint="Simulate the cohort anew, into another folder")
        files = [str(self._checked(table, block)) for block in there]
        frame: pd.DataFrame = ds.dataset(files, format="parquet").to_table(columns=columns).to_pandas()
        frame.attrs["made_by"] = {"recipe": self.manifest["hash"], **self.recipe["made_by"]}
        return frame

    @cached_property
    def times(self) -> NDArray[np.float64]:
        """The rows of each course [d]."""
        import numpy as np

        return np.unique(self.read(RUNS, ["time"])["time"].to_numpy())

    def _there(self) -> list[int]:
        """Return the numbers of the blocks that were written, also of those of which a part was lost later."""
        return [block for block in self.blocks if self.done(block) or sums_path(self.folder, block).exists()]

    def _checked(self, table: str, block: int) -> Path:
        """Return the path of a part. Raises DataError, which names it, if it is not as it was written."""
        path = self._path(table, block)
        if self.summed:
            check_part(self.folder, block, table, path)
        return path

    def _path(self, table: str, block: int) -> Path:
        return self.folder / table / f"part-{block:06d}.parquet"

    def _require(self, recipe: Mapping[str, Any]) -> None:
        if recipe_hash(recipe) == self.manifest["hash"]:
            return
        asked = _flat(json.loads(json.dumps(recipe)))
        kept = _flat(self.recipe)
        differ = [name for name in {**kept, **asked} if kept.get(name) != asked.get(name)]
        shown = "; ".join(f"{name} is {_short(kept.get(name))}, not {_short(asked.get(name))}" for name in differ[:3])
        more = f", and {len(differ) - 3} more differ" if len(differ) > 3 else ""
        what = f"this store holds another cohort: {shown}{more}"
        raise DataError(what, where=str(self.folder), hint="Name another folder, or ask for the same cohort")


def _manifest(path: Path) -> dict[str, Any]:
    """Return a manifest. Raises DataError if it is not as it was written."""
    hint = "Bring the file back, or simulate the cohort anew, into another folder"
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        kept = {name: found[name] for name in ("hash", "block", "recipe")}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise DataError("the manifest of this cohort cannot be read", where=str(path), hint=hint) from None
    if kept["hash"] != recipe_hash(kept["recipe"]) or found.get("sum", recipe_hash(kept)) != recipe_hash(kept):
        raise DataError("the manifest of this cohort was changed after it was written", where=str(path), hint=hint)
    return found


def recipe_hash(recipe: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a recipe."""
    return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()


def _flat(recipe: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in recipe.items():
        if isinstance(value, dict) and value:
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def _short(value: object) -> str:
    text = "missing" if value is None else json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _lock(file: Any, folder: Path) -> None:
    """Lock a file for this process; the lock goes with the process, and is not inherited by workers."""
    try:
        import fcntl
    except ImportError:  # not on Windows, where two runs into one folder do each other's work again
        return
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        what = "another run is writing here"
        raise DataError(what, where=str(folder), hint="Wait for it, or name another folder") from None


def _patients(found: Patients) -> pa.Table:
    import pyarrow as pa

    columns: dict[str, Any] = {
        "patient": pa.array(found.numbers, pa.int32()),
        "status": pa.array(["failed" if problem else "done" for problem in found.problems], pa.string()),
        "problem": pa.array(found.problems, pa.string()),
        "engine": pa.array(found.engines, pa.string()),
        "taken_over": pa.array(found.taken_over, pa.string()),
        "draws": pa.array(found.draws, pa.int32()),
    }
    for name, column in found.drawn.items():
        columns[name] = pa.array(column, pa.float64())
    return pa.table(columns)


def _outcomes(found: Patients, protocol: Protocol) -> pa.Table:
    """Return a row for each patient who has not failed and arm."""
    import numpy as np
    import pyarrow as pa

    well, arms = _well(found), list(protocol.arms)
    columns: dict[str, Any] = {
        "patient": pa.array(np.repeat(found.numbers[well], len(arms)), pa.int32()),
        "arm": pa.array(arms * len(well), pa.string()),
    }
    for name in protocol.endpoints:
        by_arm = np.column_stack([found.outcomes[arm][name][well] for arm in arms])
        columns[name] = pa.array(by_arm.ravel(), pa.float64())
    return pa.table(columns)


def _events(found: Patients, protocol: Protocol) -> pa.Table:
    """Return a row for each skeletal event of a patient who has not failed and arm."""
    import numpy as np
    import pyarrow as pa

    arms, kinds = list(protocol.arms), [event.id for event in core_endpoints().skeletal]
    rows = [np.array([found.events[arm][name] for name in episodes.COLUMNS]) for arm in arms]
    patient, time, kind, opens = np.concatenate(rows, axis=1)
    arm = np.repeat(np.arange(len(arms)), [each.shape[1] for each in rows])
    order = np.lexsort((time, arm, patient))
    order = order[np.isin(patient[order], found.numbers[_well(found)])]
    return pa.table(
        {
            "patient": pa.array(patient[order], pa.int32()),
            "arm": pa.array([arms[place] for place in arm[order]], pa.string()),
            "time": pa.array(time[order], pa.float64()),
            "kind": pa.array([kinds[place] for place in kind[order].astype(int)], pa.string()),
            "opens": pa.array(opens[order] > 0, pa.bool_()),
        }
    )


def _runs(found: Patients, protocol: Protocol) -> pa.Table:
    """Return a row for each patient who has not failed, arm and time."""
    import numpy as np
    import pyarrow as pa

    well, arms, points = _well(found), list(protocol.arms), len(protocol.times)
    columns: dict[str, Any] = {
        "patient": pa.array(np.repeat(found.numbers[well], points * len(arms)), pa.int32()),
        "arm": pa.array(np.repeat(np.array(arms * len(well), dtype=object), points), pa.string()),
        "time": pa.array(np.tile(np.array(protocol.times, dtype=float), len(well) * len(arms)), pa.float64()),
    }
    for place, name in enumerate(protocol.columns):
        by_arm = np.stack([found.courses[arm][well, :, place] for arm in arms], axis=1)
        columns[name] = pa.array(by_arm.ravel(), pa.float64())
    return pa.table(columns)


def _well(found: Patients) -> NDArray[np.intp]:
    """Return the places of who has not failed."""
    import numpy as np

    return np.flatnonzero([not problem for problem in found.problems])
