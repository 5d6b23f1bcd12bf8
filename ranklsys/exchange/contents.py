"""Contents: what is exported, arms with their models and doses, and how long they run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ranklsys.model.model import Model
from ranklsys.plugins.scenario import Arm, Observable, Scenario
from ranklsys.study.composition import simple
from ranklsys.study.experiment import composed, with_data
from ranklsys.tables.measure import MEASURES, START, VALUE

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Contents:
    """A scenario with the model of each arm, without doses, in the order of its arms, and what was observed."""

    scenario: Scenario
    models: tuple[Model, ...]
    observed: pd.DataFrame | None = None

    @property
    def arms(self) -> Iterator[tuple[Arm, Model]]:
        """Each arm with its model."""
        return zip(self.scenario.arms, self.models, strict=True)

    @property
    def until(self) -> float:
        """How long it runs [d]."""
        from ranklsys import units

        return units.days(self.scenario.until)

    def sbml(self, arm: Arm, model: Model) -> str:
        """Return the SBML of an arm with its doses, and with what is observed where that is more than an id."""
        from ranklsys.sbml.observables import Computed, with_computed

        computed = [
            Computed(
                shown(seen),
                seen.title,
                seen.formula,
                seen.measure if MEASURES[seen.measure].against == START else VALUE.id,
            )
            for seen in self.scenario.observables
            if shown(seen) != seen.formula
        ]
        return with_computed(model.sbml_with(arm.doses, drawn=True), computed)

    def table(self) -> str:
        """Return the observations of what is shown as CSV text, with arms and observables by their ids in SED-ML."""
        assert self.observed is not None
        known = [seen.id for seen in self.scenario.observables]
        rows = self.observed[self.observed["observable"].isin(known)]
        rows = rows.assign(arm=rows["arm"].map(sid), observable=rows["observable"].map(sid))
        return rows.to_csv(index=False, lineterminator="\n")


def shown(seen: Observable) -> str:
    """Return the id in the SBML of what is observed: its formula if that is an id, else one of its own."""
    plain = re.fullmatch(r"[A-Za-z_]\w*", seen.formula) and MEASURES[seen.measure].against != START
    return seen.formula if plain else f"seen_{sid(seen.id)}"


def of_model(model: Model, *, until: str = "1 d", doses: Sequence[str] = (), show: Sequence[str] = ()) -> Contents:
    """Return the study of one composition, as ``ranklsys run`` does it."""
    return Contents(simple(model, until=until, doses=doses, show=show), (model,))


def of_scenario(scenario: str | Scenario) -> Contents:
    """Return the study of a scenario, an installed one by its id. Raises what ``rk.run`` raises."""
    found, observed = with_data(scenario)
    return Contents(found, tuple(composed(found, arm) for arm in found.arms), observed)


def sid(text: str) -> str:
    """Return an id of ours, such as ``opg-fc`` or ``6-mg``, as an SBML or SED-ML id: ``opg_fc``, ``id_6_mg``."""
    name = re.sub(r"\W", "_", text, flags=re.ASCII)
    return name if re.match(r"[A-Za-z_]", name) else f"id_{name}"


def _computed_as(seen: Observable) -> str:
    """Return the measure that the SBML itself computes: what is against another run, it cannot."""
    return seen.measure if MEASURES[seen.measure].against == START else VALUE.id
