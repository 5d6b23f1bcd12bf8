"""Foreign: any valid SBML model, from a file or a text, and what it lacks to take parts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ranklsys.errors import CompositionError, SBMLError
from ranklsys.model.model import Model
from ranklsys.tables.scalars import file_path

if TYPE_CHECKING:
    from ranklsys.plugins.part import Part


def load(source: Path | str) -> Model:
    """Return any valid SBML model, from a file or from its text, to simulate, scan and compare.

    Time is in the model's own unit: a bare number is in it, text such as ``"2 h"`` is converted to it. Parameters that
    belong to one reaction get an id of their own, ``reaction_parameter``, so that they can be set.
    Raises SBMLError if it is no valid SBML.
    """
    from ranklsys.sbml.document import whole

    if isinstance(source, str) and source.lstrip().startswith("<"):
        return Model(base=whole(source, "SBML"))
    path = file_path(source, "load")
    if not path.is_file():
        raise SBMLError("there is no such file", where=str(path), hint="Check the path")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise SBMLError("this is not text in UTF-8", where=str(path), hint="Save it as UTF-8") from None
    return Model(base=whole(text, str(path)))


def refuse(model: Model, parts: Iterable[Part]) -> CompositionError:
    """Return the error for parts on a loaded model, with every share and slot that it lacks for each of them."""
    known = model.facts.elements
    lacking = []
    for part in parts:
        shares = [name for name in part.shares if name not in known]
        slots = [name for name in part.effects.values() if name not in known]
        values = [name for name in part.values if name not in known]
        found = {"shares": shares, "slots": slots, "values": values}
        if said := "; ".join(f"{kind} {', '.join(dict.fromkeys(names))}" for kind, names in found.items() if names):
            lacking.append(f"{part.id} needs {said}")
    if not lacking:
        what = "this is a whole model, which has all that the parts name, but parts go with a host"
        return CompositionError(what, hint="Compose them with a host: ranklsys compose human PART -o FILE")
    what = f"the loaded model lacks what the parts need: {' | '.join(lacking)}"
    hint = (
        "Compose them with human or mouse. Or give the model these ids in the meaning of the contract "
        "(ranklsys show human), build it as a part, and share what both have"
    )
    return CompositionError(what, hint=hint)
