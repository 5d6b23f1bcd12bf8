"""Ensemble: sets of numbers that the observations leave possible, as tables, and what a model takes of them.

Each fit has a table in ``models/ensemble``: a row a number, a column a member. Fits are of different observations, so
members of different tables are put together as they come. ``ranklsys fit SPEC.toml --ensemble N`` makes a table.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import tomllib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ranklsys.errors import DataError
from ranklsys.model.subjects import Subjects
from ranklsys.plugins import library
from ranklsys.sbml.cache import digest, recalled
from ranklsys.tables.files import read_number
from ranklsys.tables.output import write

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ranklsys.model.model import Model

    Array = NDArray[np.float64]

FOLDER = "ensemble"
COLUMNS = ("id", "parts", "hosts", "study", "value")
DIGITS = 4
LEVEL = 0.9
"""Of a band of numbers: from 5 to 95 % of the members."""
MEMBERS = 50
"""Of a band, if not asked otherwise: two or three lie beyond each of its ends."""
SAME = 1e-3
"""A number is that of the fit within this part of it."""


class StaleEnsemble(UserWarning):
    """An ensemble was made with other tables or equations than those that run."""


@dataclass(frozen=True, eq=False)
class Number:
    """A number of an ensemble.

    id: in the model. parts: only models with one of these have it; none: all. hosts: likewise. study: the pattern of
    studies whose own number it is, else empty. value: that of the tables. members: values, in the model's unit.
    """

    id: str
    value: float
    members: Array
    parts: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    study: str = ""

    def belongs(self, model: Model) -> bool:
        """Whether a model has the number."""
        parts = {part.id for part in model.parts}
        return (
            (not self.parts or bool(parts & set(self.parts)))
            and (not self.hosts or model.host in self.hosts)
            and self.id in model.facts.elements
        )


@dataclass(frozen=True, eq=False)
class Ensemble:
    """The table of a fit. about: how it was made: ``fit``, the file that asked for it, and hashes of what it fitted."""

    numbers: tuple[Number, ...]
    about: Mapping[str, str | float] = field(default_factory=dict)
    path: Path = Path("ensemble.csv")

    def __len__(self) -> int:
        """How many members there are."""
        return len(self.numbers[0].members)

    def save(self, path: Path) -> Path:
        """Write the table, four digits each; return its path."""
        text = io.StringIO()
        for key, value in self.about.items():
            text.write(
                f"# {key} = {value:.4g}\n" if isinstance(value, float) else f"# {key} = {json.dumps(str(value))}\n"
            )
        cells = csv.writer(text, lineterminator="\n")
        cells.writerow([*COLUMNS, *range(1, len(self) + 1)])
        for each in self.numbers:
            values = [f"{value:.{DIGITS}g}" for value in each.members]
            cells.writerow(
                [each.id, " ".join(each.parts), " ".join(each.hosts), each.study, f"{each.value:.6g}", *values]
            )
        return write(path, text.getvalue())


def read(path: Path | str) -> Ensemble:
    """Return the ensemble in a file. Raises DataError with file and line for what cannot be read."""
    path = Path(path)
    if not path.is_file():
        raise DataError("there is no such file", where=str(path), hint="Make it: ranklsys fit SPEC.toml --ensemble 150")
    lines = path.read_text(encoding="utf-8").splitlines()
    said = [line.removeprefix("#") for line in lines if line.startswith("#")]
    try:
        about = tomllib.loads("\n".join(said))
    except tomllib.TOMLDecodeError as problem:
        raise DataError(f"its head is no TOML: {problem}", where=str(path)) from None
    header, *rows = [*csv.reader(line for line in lines if not line.startswith("#"))] or [[]]
    if tuple(header[: len(COLUMNS)]) != COLUMNS or len(header) == len(COLUMNS) or not rows:
        what = f"it is no ensemble: its columns are not {', '.join(COLUMNS)}, then one for each member"
        raise DataError(what, where=str(path))
    return Ensemble(
        tuple(_number(row, header, f"{path}:{len(said) + 2 + n}") for n, row in enumerate(rows)), about, path
    )


def _number(row: Sequence[str], header: Sequence[str], where: str) -> Number:
    if len(row) != len(header):
        raise DataError(f"the row does not have {len(header)} cells", where=where)
    id, parts, hosts, study, *values = row
    value, *members = (read_number(text, where) for text in values)
    return Number(id, value, np.array(members), tuple(parts.split()), tuple(hosts.split()), study)


@recalled(1)
def shipped() -> tuple[Ensemble, ...]:
    """Return the ensembles that come with the models, in the order of their names."""
    return tuple(read(path) for path in sorted((library.folder() / FOLDER).glob("*.csv")))


@recalled(1)
def core_hash() -> str:
    """Return the SHA-256 of the equations of the core, whatever its comments say."""
    text = (library.folder() / "core.ant").read_text(encoding="utf-8")
    return digest(re.sub(r"\s+", " ", re.sub(r"//[^\n]*", "", text)))


def members(
    model: Model, number: int = MEMBERS, *, study: str = "", ensembles: Sequence[Ensemble] | None = None
) -> Subjects:
    """Return the numbers of so many members that a model has (members x ids), in its units.

    What was set in the model stays as it is set, but for the own numbers of a study, if one is named. ensembles: those
    that come with the models, if not given. Warns (``StaleEnsemble``) of one that was made with other tables. Raises
    DataError for a model none of whose numbers was fitted, or more members than there are.
    """
    given = shipped() if ensembles is None else ensembles
    if number < 2:
        raise DataError(f"{number} members give no band", where="uncertainty", hint="Ask for at least 2")
    columns: dict[str, Array] = {}
    for each in given:
        own = [one for one in each.numbers if one.belongs(model) and _is_free(one, model, study)]
        if own and number > len(each):
            hint = f"Ask for fewer, or make more: {_again(each)}"
            raise DataError(f"it has {len(each)} members, not {number}", where=str(each.path), hint=hint)
        _tell_if_stale(each, [one for one in own if not one.study], model)
        columns |= {one.id: one.members[:number] for one in own if one.id not in columns or one.study}
    if not columns:
        hint = "Compose it from a host and parts, and leave what was fitted as it is: what is set by hand has no doubt"
        raise DataError(f"no number of {model.title or 'this model'} was fitted", where="uncertainty", hint=hint)
    return Subjects.columns(columns, number)


def band(values: Array, axis: int = 0) -> tuple[Array, Array]:
    """Return the ends of a band, 5 and 95 %, along an axis; what failed (NaN) is left out."""
    tail = (1 - LEVEL) / 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # numpy's, where nothing is there
        low, high = np.nanquantile(values, [tail, 1 - tail], axis=axis)
    return low, high


def _is_free(number: Number, model: Model, study: str) -> bool:
    """Whether a number may be changed: nobody has set it; a study's own is what its rows set."""
    if number.study:
        return bool(study) and fnmatchcase(study, number.study)
    return number.id not in model.changes


def _tell_if_stale(ensemble: Ensemble, numbers: Sequence[Number], model: Model) -> None:
    if not numbers:
        return
    elements = model.facts.elements
    moved = [one.id for one in numbers if not math.isclose(elements[one.id].value, one.value, rel_tol=SAME)]
    why = f"{', '.join(moved[:3])} {'has' if len(moved) == 1 else 'have'} other values now" if moved else ""
    if not why and ensemble.about.get("core", (now := core_hash())) != now:
        why = "the equations of the core have changed"
    if why:
        what = f"{ensemble.path.name} is out of date: {why}. Make it anew: {_again(ensemble)}"
        warnings.warn(what, StaleEnsemble, stacklevel=4)


def _again(ensemble: Ensemble) -> str:
    spec = ensemble.about.get("fit", "SPEC.toml")
    return f"ranklsys fit calibration/{spec} --ensemble {len(ensemble)} -o {ensemble.path.name}"
