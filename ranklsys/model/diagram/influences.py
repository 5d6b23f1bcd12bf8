"""Network: which quantity of a model acts on which, and with what sign, measured on its equations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ranklsys.model.solver import Solver
from ranklsys.sbml.facts import Facts, facts
from ranklsys.sbml.naming import at_lesion, bare

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILLED = 0.3
"""What a state that is 0 in health, such as the tumour, is set to: a third of the marrow."""
STEP = 0.01


@dataclass(frozen=True, order=True)
class Influence:
    """One quantity in the rate or the formula of another.

    sign: 1 if more of the source makes the target rise, -1 if it makes it fall, 0 if this differs between the sites.
    pairs: the ids of source and target at the sites where it is so.
    """

    source: str
    target: str
    sign: int
    pairs: tuple[tuple[str, str], ...] = ()


def influences(text: str, computed: Sequence[str] = ()) -> tuple[Influence, ...]:
    """Return the influences among the states of an SBML model and some of its computed quantities, sorted.

    Each source is moved by 1 % both ways, all others stay, and the rates of the states and the formulas of the computed
    quantities tell; a way through other computed quantities belongs to the influence. The point is the start of the
    model with 0.3 for states that are 0, so with a tumour; a link whose parameter is 0 is no influence.
    What exists at both sites is one quantity, by its bare name. The effect of a state on itself is left out.
    """
    held = facts(text)
    names = [*held.states, *(copy for name in computed for copy in (name, at_lesion(name)) if copy in held.elements)]
    signs: dict[tuple[str, str], dict[tuple[str, str], int]] = {}
    for source, responses in zip(names, _responses(text, names, held), strict=True):
        for target, response in zip(names, responses, strict=True):
            pair = one_site(source, held), one_site(target, held)
            if response and pair[0] != pair[1]:
                signs.setdefault(pair, {})[source, target] = 1 if response > 0 else -1
    return tuple(sorted(Influence(*pair, sum(set(found.values())), tuple(found)) for pair, found in signs.items()))


def one_site(name: str, held: Facts) -> str:
    """Return the bare name of what exists at both sites; other names, such as those of the lesion alone, stay."""
    found = held.elements.get(bare(name))
    return found.id if found and (found.id in held.states or found.rule) else name


def _responses(text: str, names: Sequence[str], held: Facts) -> list[NDArray[np.float64]]:
    """Return for each quantity how the changes of all of them differ when it is a little more and a little less."""
    import numpy as np

    from ranklsys.model import engine
    from ranklsys.sbml.events import with_state
    from ranklsys.sbml.perturbable import CHANGE, probe

    now = np.array([0.0, 1e-9])

    def start(sbml: str, columns: Sequence[str], **values: float) -> NDArray[np.float64]:
        return np.asarray(engine.simulate(sbml, values, now, columns, Solver())[0])

    states = dict(zip(held.states, start(text, held.states).tolist(), strict=True))
    filled = with_state(text, {name: value or FILLED for name, value in states.items()})
    point = dict(zip(names, start(filled, names).tolist(), strict=True))
    opened = with_state(probe(text, [name for name in names if name not in states]), point)
    changes = [name + CHANGE for name in names]
    return [
        start(opened, changes, **{name: value * (1 + STEP)}) - start(opened, changes, **{name: value * (1 - STEP)})
        for name, value in point.items()
    ]
