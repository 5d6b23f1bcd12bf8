"""Subjects: what is examined, a part with its hosts, siblings and doses, or a whole model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ranklsys.model.compose import compose
from ranklsys.model.dose import Dose
from ranklsys.model.model import Model
from ranklsys.plugins.contract import core_contract
from ranklsys.plugins.part import Part

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.model.dose_courses import Doses
    from ranklsys.sbml.facts import Facts
    from ranklsys.sbml.labels import Labels

LONG = 1000.0
"""How long a whole model is run, in its own unit of time."""


@dataclass(frozen=True)
class Subject:
    """A part under examination.

    siblings: parts that it must compose with. regimen: doses of it; empty for doses made up.
    """

    part: Part
    siblings: tuple[Part, ...] = ()
    regimen: Doses = ()

    @cached_property
    def text(self) -> str:
        """Its SBML, empty if it has none. Raises PartError when the file is missing."""
        return self.part.sbml_text() or ""

    @property
    def facts(self) -> Facts:
        """What its SBML holds. Raises SBMLError if it cannot be read."""
        from ranklsys.sbml.facts import facts

        return facts(self.text)

    @property
    def molecules(self) -> tuple[str, ...]:
        """The species of the core that its reactions may bind."""
        if not self.text:
            return ()
        shared = core_contract().shares
        return tuple(each.id for each in self.facts.of_kind("species") if each.id in shared)

    @property
    def doses(self) -> Doses:
        """The regimen asked for, or one made up."""
        return self.regimen or self.dosed(1.0)

    def dosed(self, amount: float) -> tuple[Dose, ...]:
        """Return four weekly doses into each route: in mg/kg where the part has a molar mass, else in its own unit."""
        return tuple(
            Dose(drug=self.part.id, amount=amount, unit=self._unit(target), route=route, every=7.0, count=4)
            for route, target in self.part.routes.items()
        )

    def hosts(self) -> Iterator[tuple[str, Model]]:
        """Yield each host that the part is for, with the model of both, and of what the part needs beside it."""
        for host in self.part.hosts:
            yield host, compose(host, self.part, *self.part.company(host))

    def _unit(self, target: str) -> str:
        from ranklsys import units

        if self.part.dose_unit or self.part.molar_mass:
            return self.part.dose_unit or "mg/kg"
        return "" if units.from_sbml(self.facts.elements[target].substance).dimensionless else "nmol/kg"


@dataclass(frozen=True)
class Whole:
    """A model under examination, whatever it is made of.

    model, doses: as it simulates. healthy: whether it is a host as it ships, and so at rest.
    """

    text: str
    model: Model
    healthy: bool = False
    doses: Doses = ()

    @cached_property
    def facts(self) -> Facts:
        """What it holds."""
        from ranklsys.sbml.facts import facts

        return facts(self.text)

    @cached_property
    def labels(self) -> Labels:
        """What it says of itself."""
        from ranklsys.sbml.labels import labels

        return labels(self.text)

    @cached_property
    def run(self) -> pd.DataFrame:
        """Its states over a long time, with its doses. Raises SimulationError."""
        columns = list(self.model.facts.states)
        return self.model.simulate(LONG, doses=self.doses, points=101, columns=columns)


Check = Callable[[Subject], str | None]
"""Returns what it found; None where it does not apply. Raises Wrong, Skipped or a RanklsysError."""
