"""Contract: what a plugin may touch of the core: slots to act on, shares to react with, quantities to read."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ranklsys.plugins import library
from ranklsys.sbml.cache import recalled
from ranklsys.sbml.naming import at_lesion

PRODUCT, SUM = "product", "sum"
EVERY_SITE, BODY = "every site", "body"


@dataclass(frozen=True)
class Slot:
    """A neutral parameter of the core that parts may act on.

    rule: product (neutral at 1) or sum (neutral at 0): how the effects of several parts combine.
    at: every site (with a copy at the lesion) or body. most: the largest value that means something; the least is 0.
    """

    id: str
    title: str
    rule: str
    at: str
    unit: str = "dimensionless"
    most: float = math.inf

    @property
    def neutral(self) -> float:
        """The value at which the slot does nothing."""
        return 1.0 if self.rule == PRODUCT else 0.0

    def allows(self, value: float) -> bool:
        """Whether a value is within the slot's range."""
        return 0.0 <= value <= self.most


@dataclass(frozen=True)
class Contract:
    """What a plugin may touch: slots to act on, shares to react with, quantities to read."""

    api: int
    slots: dict[str, Slot]
    shares: dict[str, str]
    reads: dict[str, str]

    @property
    def targets(self) -> dict[str, Slot]:
        """What an effect may name: each slot, which is all of its copies, and the copy at the lesion alone."""
        copies = {at_lesion(slot.id): slot for slot in self.slots.values() if slot.at == EVERY_SITE}
        return {**self.slots, **copies}


@recalled(8)
def core_contract() -> Contract:
    """Return the contract of the installed core."""
    return read_contract(library.folder())


def read_contract(folder: Path) -> Contract:
    """Return the contract in a folder of models."""
    table: dict[str, Any] = tomllib.loads((folder / "contract.toml").read_text(encoding="utf-8"))
    slots = {name: Slot(id=name, **entry) for name, entry in table["slots"].items()}
    return Contract(api=table["api"], slots=slots, shares=table["shares"], reads=table["reads"])
