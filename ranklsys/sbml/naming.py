"""Naming: the two rules by which ids of a composed model are made, of a copy at the lesion and of what is a part's own.

Without libsbml, so that whoever needs only a name does not wait for it.
"""

from __future__ import annotations

LESION = "_lesion"
SEPARATOR = "__"


def at_lesion(id: str) -> str:
    """Return what the copy at the lesion is called: ``RANKL`` is ``RANKL_lesion`` there."""
    return id + LESION


def is_at_lesion(id: str) -> bool:
    """Whether an id is that of something at the lesion."""
    return id.endswith(LESION)


def bare(id: str) -> str:
    """Return an id without its site, as that of the skeleton is written."""
    return id.removesuffix(LESION)


def prefix_of(part: str) -> str:
    """Return the id of a part as SBML can spell it: ``opg-fc`` is ``opg_fc``."""
    return part.replace("-", "_")


def own(prefix: str, id: str) -> str:
    """Return what an element of a part is called in a composed model: ``opg_fc__free``."""
    return prefix + SEPARATOR + id


def is_own(id: str, prefix: str = "") -> bool:
    """Whether an id of a composed model is of the part with a prefix, or of any part."""
    return id.startswith(own(prefix, "")) if prefix else SEPARATOR in id


def parted(id: str) -> tuple[str, str]:
    """Return the prefix of the part that an id is of, empty for what is of the host, and the id in that part."""
    prefix, separator, name = id.partition(SEPARATOR)
    return (prefix, name) if separator else ("", id)
