"""What a model does: whether it runs, rests, and stays positive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranklsys.author.checks.judgement import Wrong
from ranklsys.author.checks.subject import LONG
from ranklsys.model.endpoint_table import core_endpoints

if TYPE_CHECKING:
    from ranklsys.author.checks.subject import Whole

REST = 1e-6
NEGATIVE = 1e-9
"""Part of its largest value by which an amount may fall below 0: round-off of the solver."""
NOTHING = 1e-12
"""What is never more of than this is not there: the noise of a solver around 0."""


def it_runs(subject: Whole) -> str:
    """A thousand units of time are integrated, and every state is a finite number.

    Nothing else can be asked of a model that does not run.
    """
    run = subject.run
    return f"{run.shape[1]} states over {LONG:g} units of time"


def nothing_falls_below_zero(subject: Whole) -> str:
    """No species falls below zero, beyond round-off.

    A negative number of cells means a loss that does not stop when there is nothing left to lose.
    """
    run = subject.run
    species = [each.id for each in subject.facts.of_kind("species") if each.id in run.columns]
    if not species:
        return "there is no species"
    lowest = (run[species].min() / run[species].abs().max().clip(lower=NOTHING)).sort_values()
    below = [str(name) for name, value in lowest.items() if value < -NEGATIVE]
    if below:
        raise Wrong(
            f"{below[0]} falls to {run[below[0]].min():.3g}", share=1 - len(below) / len(species), items=tuple(below)
        )
    return f"none of {len(species)}"


def a_healthy_host_stays_as_it_is(subject: Whole) -> str:
    """A host without parts changes by no more than 1e-6 of itself; for other models it tells how far they go.

    A drift of the untreated model would be read as an effect. Cumulative hazards and the like grow in health too.
    """
    run = subject.run.drop(columns=list(core_endpoints().counts), errors="ignore")
    size = run.abs().max().clip(lower=1e-300)
    moved = ((run - run.iloc[0]).abs().max() / size).sort_values(ascending=False)
    state, most = str(moved.index[0]), float(moved.iloc[0])
    if subject.healthy and most > REST:
        raise Wrong(f"{state} moves by {most:.1e} of itself", items=tuple(moved[moved > REST].index))
    still = int((moved <= REST).sum())
    return f"the largest move is {most:.1e} of itself ({state}); {still} of {len(moved)} states stay"


def disturbances_of_a_healthy_host_fade(subject: Whole) -> str | None:
    """A small disturbance of the healthy state fades: the rate of its slowest mode is negative.

    A healthy body that does not return to itself is not a healthy body.
    """
    from ranklsys.study.stability import slowest_mode

    if not subject.healthy:
        return None
    mode = slowest_mode(subject.model)
    if mode.rate >= 0:
        raise Wrong(f"{mode.state} grows at {mode.rate:.2e} 1/d", items=(mode.state,))
    return f"the slowest mode ({mode.state}) fades at {-mode.rate:.2e} 1/d"


DYNAMICS = (it_runs, nothing_falls_below_zero, a_healthy_host_stays_as_it_is, disturbances_of_a_healthy_host_fade)
