"""Facts: what an SBML model holds, read once for a text and kept, in memory and on disk."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from ranklsys.sbml import disk
from ranklsys.sbml.cache import recalled
from ranklsys.sbml.element import Element, Facts, Unit

__all__ = ["Element", "Facts", "Unit", "facts"]

_FIELDS = tuple(field.name for field in fields(Element))


@recalled(64)
def facts(text: str) -> Facts:
    """Return the facts of an SBML text. Raises SBMLError if it cannot be read."""
    return _unpacked(disk.text("facts", text, make=lambda: _packed(_read(text))))


def _read(text: str) -> Facts:
    from ranklsys.sbml.facts_reader import read_facts  # libsbml takes a tenth of a second to import

    return read_facts(text)


def _packed(found: Facts) -> str:
    """Return facts as JSON, in which every float keeps its last bit."""
    elements = [[getattr(element, name) for name in _FIELDS] for element in found.elements.values()]
    return json.dumps({"elements": elements, "units": found.units, "time": found.time})


def _unpacked(text: str) -> Facts:
    found = json.loads(text)
    elements = (Element(*map(_frozen, values)) for values in found["elements"])
    units = {name: _frozen(unit) for name, unit in found["units"].items()}
    return Facts({element.id: element for element in elements}, units, _frozen(found["time"]))


def _frozen(value: Any) -> Any:
    """Return lists of JSON, inner ones too, as the tuples that they were."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
