"""What only a simulation shows: composition, doses, another engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranklsys.author.checks.dynamics import NEGATIVE, NOTHING
from ranklsys.author.checks.judgement import Skipped, Wrong
from ranklsys.author.checks.order import order_never_matters
from ranklsys.author.checks.subject import Check, Subject
from ranklsys.model.compose import compose
from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.model.model import Model
from ranklsys.model.solver import Solver
from ranklsys.plugins.part import Part
from ranklsys.study.agree import agree

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.model.dose_courses import Doses

TIGHT = Solver(relative_tolerance=1e-12, absolute_tolerance=1e-18)
UNTOUCHED = 1e-9
"""Part of its largest value by which an untouched state may differ: with more states a solver takes other steps."""
FELT = 1e-6
"""Part of its largest value by which a dose must move some state: far above what solvers differ by."""
UNSETTLED = {"seed_bone": 0.01, "estrogen": 0.5}
"""A host that is not at rest, with a tumour: at rest, much of what a part could disturb is hidden."""
DAYS = 28


def composes_cleanly(subject: Subject) -> str:
    """With each host it makes valid SBML without a warning, and every element of the core is what it was.

    It is what COPASI and other tools are given, and no part may take the core's place.
    """
    return "; ".join(f"{host}: {len(model.facts.states)} states" for host, model in subject.hosts())


def a_dose_of_zero_does_nothing(subject: Subject) -> str | None:
    """Without a dose, and with doses of 0, each state of the core is as without the part, to 1e-9 of its largest value.

    Who adds a drug and gives none must get the untreated course. (The solver is tight, the host not at rest.)
    """
    if not subject.part.routes:
        return None
    largest = []
    for host, model in subject.hosts():
        bare = _core(_unsettled(_valued(host, subject.part)))
        for doses in ((), subject.dosed(0.0)):
            apart = _apart(bare, _core(_unsettled(model), bare, doses))
            if apart.max() > UNTOUCHED:
                what = f"{'a dose of 0' if doses else 'no dose'} moves '{apart.idxmax()}' by {apart.max():.2g}"
                raise Wrong(f"{host}: {what} of its largest value. Make the effect vanish with the drug")
            largest.append(apart.max())
    return f"moved by at most {max(largest):.1e}"


def a_dose_does_something(subject: Subject) -> str | None:
    """A dose moves at least one state of the core by more than 1e-6 of its largest value.

    A drug that is felt nowhere is a slip: an effect that is not listed, or a unit that is off.
    """
    part = subject.part
    if not part.routes or not (part.effects or subject.molecules):
        return None
    said = []
    for host, model in subject.hosts():
        bare = _core(_unsettled(_valued(host, part)))
        apart = _apart(bare, _core(_unsettled(model), bare, subject.doses))
        if apart.max() < FELT:
            raise Wrong(f"{host}: it moves '{apart.idxmax()}' most, by {apart.max():.1e}. Look at effects and doses")
        said.append(f"{host}: {apart.idxmax()} by {apart.max():.2g}")
    return "; ".join(said)


def no_state_is_negative(subject: Subject) -> str:
    """No species and no state of the core falls below 0, with or without a tumour.

    There are no negative amounts, and rate laws mean nothing there. A colony may shrink, though.
    """
    lowest = 0.0
    for host, model in subject.hosts():
        elements, core = model.facts.elements, compose(host).facts.states
        names = [state for state in model.facts.states if state in core or elements[state].kind == "species"]
        for each in (model, _unsettled(model)):
            run = each.simulate(DAYS, doses=subject.doses, points=DAYS + 1, columns=names)
            size = run.abs().max()
            relative = (run.min() / size.where(size > NOTHING, 1.0)).drop(
                core_endpoints().colonies.growth, errors="ignore"
            )
            if relative.min() < -NEGATIVE:
                name = str(relative.idxmin())
                raise Wrong(f"{host}: '{name}' falls to {run[name].min():.3g}. Let its losses vanish with it")
            lowest = min(lowest, float(relative.min()))
    return f"the lowest is {lowest:.1g} of its largest value"


def copasi_agrees(subject: Subject) -> str:
    """COPASI gives the same course as RoadRunner, to 1e-4 of each value or 1e-6 of its largest.

    A model that two engines read differently is not what its author thinks it is.
    """
    from ranklsys.model import other_engines

    if not other_engines.has_copasi():
        raise Skipped("COPASI is not installed: pip install ranklsys[peers]")
    said = []
    for host, model in subject.hosts():
        verdict = agree(_unsettled(model), DAYS, doses=subject.doses)
        name, worst = verdict.index[0], verdict.iloc[0]
        if not verdict["within"].all():
            raise Wrong(f"{host}: '{name}' differs by {worst['relative']:.1e} at {worst['at_time']:g} d")
        said.append(f"{host}: {len(verdict)} states within {worst['relative']:.1e}")
    return "; ".join(said)


SIMULATED: tuple[Check, ...] = (
    composes_cleanly,
    a_dose_of_zero_does_nothing,
    a_dose_does_something,
    no_state_is_negative,
    order_never_matters,
    copasi_agrees,
)


def _valued(host: str, part: Part) -> Model:
    """Return the host with the values that a part sets, without its SBML, and with what the part needs there."""
    return compose(host, Part(id=part.id, kind=part.kind, values=part.values), *part.company(host))


def _unsettled(model: Model) -> Model:
    return model.set(UNSETTLED)


def _core(model: Model, like: pd.DataFrame | None = None, doses: Doses = ()) -> pd.DataFrame:
    """Return a run of all states, or of those that another run has."""
    columns = list(model.facts.states) if like is None else list(like.columns)
    return model.simulate(DAYS, doses=doses, points=DAYS + 1, columns=columns, solver=TIGHT)


def _apart(one: pd.DataFrame, other: pd.DataFrame) -> pd.Series[float]:
    """Return how far each state is apart, relative to its largest value; of one that stays 0, absolutely."""
    size = one.abs().max()
    return (one - other).abs().max() / size.where(size > 0, 1.0)
