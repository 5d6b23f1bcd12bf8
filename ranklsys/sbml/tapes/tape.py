"""Tapes: a flat SBML model as programs over registers; who runs them needs to know nothing else.

Flat SBML in, plain arrays out. A register holds a number for each lane; which register holds what is said here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranklsys.sbml.cache import recalled
from ranklsys.sbml.tapes import expressions as ex
from ranklsys.sbml.tapes.elimination import Elimination, elimination
from ranklsys.sbml.tapes.equations import OWN, Change, Equations, equations
from ranklsys.sbml.tapes.registers import Registers, Tape

Places = NDArray[np.int32]


@dataclass(frozen=True)
class Events:
    """Events one after another: comparisons of event k are those from ``first[k]`` to ``first[k + 1]``, and so on.

    relation, compared: of each comparison, see ``triggers``. tape: steps of all, from ``steps[k]`` on. targets, values:
    registers, from ``changes[k]`` on. held_before, persistent, at_trigger: of each event.
    """

    names: tuple[str, ...]
    first: Places
    relation: Places
    compared: Places
    steps: Places
    tape: Tape
    changes: Places
    targets: Places
    values: Places
    held_before: NDArray[np.bool_]
    persistent: NDArray[np.bool_]
    at_trigger: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Tapes:
    """A model for lanes.

    states: ids, the first registers from ``state`` on; switches follow them. constants: registers and their values.
    numbers: register and value as written of each id that a subject may set, one register after another. amounts: leaf
    to empty when it is set. start: what is computed once, after which ``starts`` holds the first values of states and
    switches. switched: what is computed after events. slopes, slope: the tape of the right side, and where it then
    stands. moves, move, jacobian: the same with the derivatives, at ``places`` (state, state). output, seen: of the
    columns.
    """

    states: tuple[str, ...]
    switches: tuple[str, ...]
    columns: tuple[str, ...]
    registers: int
    state: int
    clock: int
    constants: tuple[Places, NDArray[np.float64]]
    numbers: dict[str, tuple[int, float]]
    amounts: dict[str, str]
    start: Tape
    starts: Places
    switched: Tape
    slopes: Tape
    slope: Places
    moves: Tape
    move: Places
    jacobian: Places
    places: tuple[tuple[int, int], ...]
    output: Tape
    seen: Places
    volumes: Places
    elimination: Elimination
    events: Events


@recalled(32)
def tapes(text: str, columns: tuple[str, ...]) -> Tapes:
    """Return the tapes of a flat model. columns: ids of what is seen.

    Raises NotForLanes, which names the element and the feature, for what lanes do not do; UnknownName for a column that
    does not exist; SBMLError for what is no SBML.
    """
    model = equations(text, columns)
    made, states = model.expressions, len(model.states)
    slopes = list(model.slopes)
    derivatives = _derivatives(model)
    places = tuple(derivatives)
    roots = [*slopes, *derivatives.values(), *model.starts, *model.seen, *model.volumes]
    roots += [node for change in model.changes for node in (*change.values, *(part for _, part in change.when))]
    registers = Registers(made, roots, states, len(model.switches))
    place = registers.place
    by_row = [node for row in range(states) for node in _row(row, slopes, derivatives)]
    slope_tape, slope = registers.tape(slopes)
    move_tape, standing = registers.tape(by_row)
    where = dict(zip(by_row, standing.tolist(), strict=True))
    output, seen = registers.tape(model.seen)
    events = _events(model.changes, registers)
    leaves = {node: made[node] for node in place if not made[node].parts}
    constants = [(place[node], leaf.value) for node, leaf in leaves.items() if leaf.kind == ex.CONSTANT]
    numbers = {str(leaf.value): place[node] for node, leaf in leaves.items() if leaf.kind == ex.NUMBER}
    return Tapes(
        states=tuple(name.replace(OWN, "") for name in model.states),
        switches=model.switches,
        columns=columns,
        registers=registers.number,
        state=registers.first_state,
        clock=place[made.clock],
        constants=(_places(each for each, _ in constants), np.array([float(value) for _, value in constants])),
        numbers={name: (register, model.numbers[name]) for name, register in numbers.items()},
        amounts=model.amounts,
        start=registers.start(),
        starts=_places(place[node] for node in model.starts),
        switched=registers.switched(),
        slopes=slope_tape,
        slope=slope,
        moves=move_tape,
        move=_places(where[node] for node in slopes),
        jacobian=_places(where[node] for node in derivatives.values()),
        places=places,
        output=output,
        seen=seen,
        volumes=_places(place[node] for node in model.volumes),
        elimination=elimination(states, places),
        events=events,
    )


def _derivatives(model: Equations) -> dict[tuple[int, int], int]:
    """Return the entries of the Jacobian that are not 0, row by row."""
    made, found = model.expressions, {}
    for state in range(len(model.states)):
        known = made.derivatives(model.slopes, state)
        for row, slope in enumerate(model.slopes):
            if known.get(slope, made.zero) != made.zero:
                found[row, state] = known[slope]
    return dict(sorted(found.items()))


def _row(row: int, slopes: list[int], derivatives: dict[tuple[int, int], int]) -> list[int]:
    """Return the slope of a state and its derivatives, which have much in common."""
    return [slopes[row], *(node for (each, _), node in derivatives.items() if each == row)]


def _events(changes: tuple[Change, ...], registers: Registers) -> Events:
    taped = [registers.tape(change.values) for change in changes]
    empty = np.zeros((0, 5), np.int32)
    return Events(
        names=tuple(change.event for change in changes),
        first=_starts(len(change.when) for change in changes),
        relation=_places(relation for change in changes for relation, _ in change.when),
        compared=_places(registers.place[node] for change in changes for _, node in change.when),
        steps=_starts(len(tape) for tape, _ in taped),
        tape=np.concatenate([empty, *(tape for tape, _ in taped)]),
        changes=_starts(len(change.values) for change in changes),
        targets=_places(registers.first_state + target for change in changes for target in change.targets),
        values=_places(value for _, values in taped for value in values.tolist()),
        held_before=np.array([change.held_before for change in changes], np.bool_),
        persistent=np.array([change.persistent for change in changes], np.bool_),
        at_trigger=np.array([change.at_trigger for change in changes], np.bool_),
    )


def _places(numbers: Any) -> Places:
    return np.array(list(numbers), np.int32)


def _starts(lengths: Any) -> Places:
    """Return where each of some lists begins in one after another, and where the last ends."""
    return np.array([0, *np.cumsum(list(lengths), dtype=int)], np.int32)
