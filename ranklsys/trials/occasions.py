"""Occasions: what a visit may see in a patient that changes what she gets: progression, a second one, or a marker.

They are said in an arm, after ``until`` or ``from``: ``progression``, ``second progression``, ``NTX > 1.2``. Each comes
once, on the day of the first visit after the start that sees it. A second progression is looked for from the visit of
the first one on, which is what it is held against.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ranklsys.errors import DoseError
from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.trials import progression

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ranklsys.trials.endpoints import Chance

    Array = NDArray[np.float64]

SIGNS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
_LEVEL = r"(>=|<=|>|<)\s*([0-9.]+(?:e[-+]?[0-9]+)?)(?:\s*(%|[a-z]*/[a-z]+))?"
_MARKER = re.compile(rf"([a-z]\w*)\s*{_LEVEL}", re.IGNORECASE)
SAID = re.compile(
    r"\b(?P<word>until|from)\s+(?P<occasion>(?:second\s+)?progression\b|[a-z]\w*\s*" + _LEVEL + ")", re.IGNORECASE
)
"""In a text of doses: until or from, and an occasion."""


@dataclass(frozen=True)
class Occasion:
    """What a visit may see. what: ``progression``, ``second progression``, or the id of a quantity that is measured.

    sign, level: how the quantity stands, against which of its values.
    """

    what: str
    sign: str = ""
    level: float = 0.0

    @property
    def text(self) -> str:
        """The occasion in words, which give it back."""
        return f"{self.what} {self.sign} {self.level:.12g}" if self.sign else self.what


FIRST, SECOND = Occasion(progression.PROGRESSION), Occasion(f"second {progression.PROGRESSION}")


def read(text: str) -> Occasion:
    """Return the occasion that words say. Raises DoseError for a marker with a unit, or a level that is no number."""
    if not (found := _MARKER.fullmatch(text.strip())):
        return SECOND if text.lower().startswith("second") else FIRST
    name, sign, level, unit = found.groups()
    if unit:
        hint = f"Give {name} as the model has it, without a unit; a marker is 1 in health"
        raise DoseError(f"a level has no unit here, and '{unit}' is one", where=f"'{text}'", hint=hint)
    try:
        return Occasion(name, sign, float(level))
    except ValueError:
        raise DoseError(f"'{level}' is not a number", where=f"'{text}'", hint=f"Say e.g. {name} > 1.2") from None


def seen(
    known: Mapping[Occasion, Array], times: Array, courses: Mapping[str, Array], looked: Array, luck: Chance
) -> dict[Occasion, Array]:
    """Return at which visit each occasion is seen first [d], a number a patient, infinite where it is not.

    known: occasions, and when those that have changed treatment already came [d], infinite for the others. times: rows
    [d]. courses: by id, patients x rows. looked: visits [d], the first at the start.
    """
    import numpy as np

    from ranklsys.trials import endpoints

    detected = luck.people.get(core_endpoints().detected)
    found = {}
    for occasion in known:
        if occasion.sign:
            values = np.array([np.interp(looked[1:], times, course) for course in courses[occasion.what]])
            day = progression.first_visit(looked, SIGNS[occasion.sign](values, occasion.level))
        else:
            assert detected is not None  # each model of the core has it
            since = known[FIRST] if occasion == SECOND else None
            first = endpoints.metastasis(times, courses, luck)
            day = progression.seen(times, courses, looked, detected, first, since)
        found[occasion] = np.where(np.isnan(day), np.inf, day)
    return found
