"""Subjects: the numbers in which many runs of one model differ, as a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ranklsys.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Subjects:
    """Numbers of many subjects.

    names: ids, each once. values: subjects x names, in the model's units; NaN where a subject has it as it is written.
    """

    names: tuple[str, ...]
    values: Array

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, float]]) -> Subjects:
        """Return the table of numbers by id, which need not be the same ids for each subject.

        Raises DataError for a number that is not finite.
        """
        names = tuple(dict.fromkeys(name for row in rows for name in row))
        places = {name: place for place, name in enumerate(names)}
        values = np.full((len(rows), len(names)), np.nan)
        for number, row in enumerate(rows):
            for name, value in row.items():
                if not math.isfinite(value):
                    raise DataError(f"a value cannot be {value}", where=name, hint="Give a finite number")
                values[number, places[name]] = value
        return cls(names, values)

    @classmethod
    def columns(cls, columns: Mapping[str, Array], number: int) -> Subjects:
        """Return the table of columns by id: numbers, one a subject or one for all. number: of subjects."""
        values = np.empty((number, len(columns)))
        for place, column in enumerate(columns.values()):
            values[:, place] = column
        return cls(tuple(columns), values)

    def __len__(self) -> int:
        return len(self.values)

    def row(self, place: int) -> dict[str, float]:
        """Return the numbers of a subject by id."""
        numbers = zip(self.names, self.values[place].tolist(), strict=True)
        return {name: number for name, number in numbers if number == number}

    def column(self, name: str) -> Array:
        """Return a number of all subjects."""
        return self.values[:, self.names.index(name)]

    def at(self, places: Sequence[int] | NDArray[np.intp]) -> Subjects:
        """Return some of the subjects."""
        return Subjects(self.names, self.values[np.asarray(places, dtype=np.intp)])

    def among(self, known: Iterable[str]) -> Subjects:
        """Return the numbers with these ids alone."""
        wanted = set(known)
        places = [place for place, name in enumerate(self.names) if name in wanted]
        return Subjects(tuple(self.names[place] for place in places), self.values[:, places])

    def over(self, others: Subjects) -> Subjects:
        """Return the subjects with other numbers where they have none of their own.

        others: of each subject, or of one, for all.
        """
        added = [place for place, name in enumerate(others.names) if name not in self.names]
        theirs = np.broadcast_to(others.values, (len(self), len(others.names)))
        values = np.column_stack([self.values, theirs[:, added]])
        for place, name in enumerate(self.names):
            if name in others.names:
                own = values[:, place]
                values[:, place] = np.where(np.isnan(own), theirs[:, others.names.index(name)], own)
        return Subjects((*self.names, *(others.names[place] for place in added)), values)
