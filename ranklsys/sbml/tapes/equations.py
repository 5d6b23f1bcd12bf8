"""Equations: a flat SBML model as expressions: where it starts, how it moves, what is seen, what events do.

Each feature of SBML is here either done or refused by name: what is not mentioned here does not change a number.
A state is what its id means, an amount or a concentration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import libsbml

from ranklsys.errors import UnknownName
from ranklsys.sbml.document import named, read
from ranklsys.sbml.tapes import features
from ranklsys.sbml.tapes.expressions import Expressions
from ranklsys.sbml.tapes.formulas import Formulas, Meaning, refusal
from ranklsys.sbml.tapes.triggers import Comparison, comparisons

TIME = "time"
OWN = " "
"""Begins names that no id can be: of the state that is the time, of a reaction's own parameters, of given amounts."""


@dataclass(frozen=True)
class Change:
    """What an event does. at_trigger: with values of the moment it was triggered. targets: places."""

    event: str
    when: tuple[Comparison, ...]
    held_before: bool
    persistent: bool
    at_trigger: bool
    targets: tuple[int, ...]
    values: tuple[int, ...]


@dataclass(frozen=True)
class Equations:
    """A model as nodes. starts: of states, then switches. numbers: values of the leaves of that name.

    volumes: of each state that is a concentration, else 1. amounts: leaves that stand in for species given by amount.
    """

    expressions: Expressions
    states: tuple[str, ...]
    switches: tuple[str, ...]
    starts: tuple[int, ...]
    slopes: tuple[int, ...]
    volumes: tuple[int, ...]
    seen: tuple[int, ...]
    changes: tuple[Change, ...]
    numbers: dict[str, float]
    amounts: dict[str, str]


def equations(text: str, columns: Sequence[str]) -> Equations:
    """Return the equations of a flat model. columns: ids of what is seen.

    Raises NotForLanes for what lanes do not do, UnknownName for a column that does not exist, SBMLError for no SBML.
    """
    document = read(text)
    features.check(document)
    try:
        return _Reader(document.getModel()).equations(columns)
    except RecursionError:
        raise refusal(document.getModel().getId() or "model", "formulas that are nested too deeply") from None


@dataclass
class _Reader:
    """A model while it is read; nothing of libsbml is left in what it gives."""

    model: libsbml.Model
    made: Expressions = field(default_factory=Expressions)
    numbers: dict[str, float] = field(default_factory=dict)
    amounts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.elements = named(self.model)
        self.rules = {rule.getVariable(): rule for rule in self.model.getListOfRules()}
        self.initial = {each.getSymbol(): each.getMath() for each in self.model.getListOfInitialAssignments()}
        definitions = {each.getId(): each for each in self.model.getListOfFunctionDefinitions()}
        self.formulas = Formulas(self.made, definitions)
        self._moving: dict[str, int] = {}
        self._first: dict[str, int] = {}
        changed = [each.getVariable() for event in self.model.getListOfEvents() for each in features.assigned(event)]
        states = [name for name, rule in self.rules.items() if rule.isRate()]
        states += [name for name in features.reacting(self.model) if name not in self.rules]
        self.state_names = [*dict.fromkeys(states)]
        self.switch_names = sorted(set(changed) - set(self.state_names))
        if features.reads_time(self.model):
            self.state_names.append(f"{OWN}{TIME}")
        self.place = {name: place for place, name in enumerate([*self.state_names, *self.switch_names])}

    def equations(self, columns: Sequence[str]) -> Equations:
        for name in columns:
            if name not in self.elements:
                raise UnknownName(f"there is no quantity '{name}'")
        if not self.state_names:
            raise refusal(self.model.getId() or "model", "nothing that moves")
        slopes = tuple(self._slope(name) for name in self.state_names)
        return Equations(
            expressions=self.made,
            states=tuple(self.state_names),
            switches=tuple(self.switch_names),
            starts=tuple(self.first(name) for name in self.place),
            slopes=slopes,
            volumes=tuple(self._volume(name) for name in self.state_names),
            seen=tuple(self.moving(name) for name in columns),
            changes=tuple(self._change(event) for event in self.model.getListOfEvents()),
            numbers=self.numbers,
            amounts=self.amounts,
        )

    def moving(self, name: str) -> int:
        """Return what an id means during a run."""
        if name not in self._moving:
            self._moving[name] = self._meaning(name)
        return self._moving[name]

    def first(self, name: str) -> int:
        """Return what an id means at the start."""
        if name not in self._first:
            self._first[name] = self._start(name)
        return self._first[name]

    def _meaning(self, name: str) -> int:
        if name in self.place:
            place = self.place[name]
            moves = place < len(self.state_names)
            return self.made.state(place) if moves else self.made.switch(place)
        if name in self.rules:
            return self.formulas.node(self.rules[name].getMath(), self.moving, self._time, name)
        if self._is_reaction(name):
            return self._rate(name, self.moving, self._time)
        return self.first(name)

    def _start(self, name: str) -> int:
        if name == f"{OWN}{TIME}":
            return self.made.zero
        if name in self.initial:
            return self.formulas.node(self.initial[name], self.first, self._no_time, name)
        if name in self.rules and self.rules[name].isAssignment():
            return self.formulas.node(self.rules[name].getMath(), self.first, self._no_time, name)
        if self._is_reaction(name):
            return self._rate(name, self.first, self._no_time)
        element = self.elements.get(name)
        if element is None:
            raise refusal(name, "a meaning in formulas, though it is no quantity (a stoichiometry?)")
        return self._given(name, element)

    def _given(self, name: str, element: libsbml.SBase) -> int:
        """Return a leaf with the number that is written; of a species given otherwise than its id means, a formula."""
        leaf = self.made.number(name)
        self.numbers[name] = features.written(element)
        if not isinstance(element, libsbml.Species) or features.given_as_meant(element):
            return leaf
        # either the leaf is 0 and the number written counts, or a subject has its own value and what is written is 0
        other, volume = f"{OWN}{name}", self.first(element.getCompartment())
        self.amounts[name] = other
        self.numbers[other], self.numbers[name] = self.numbers[name], 0.0
        combine = self.made.multiply if element.getHasOnlySubstanceUnits() else self.made.divide
        return self.made.add(leaf, combine(self.made.number(other), volume))

    def _is_reaction(self, name: str) -> bool:
        return isinstance(self.elements.get(name), libsbml.Reaction)

    def _rate(self, name: str, meaning: Meaning, time: Callable[[], int]) -> int:
        """Return the rate of a reaction, in which its own parameters come before those of the model."""
        law = self.elements[name].getKineticLaw()
        own = features.own_parameters(law)

        def inside(symbol: str) -> int:
            if symbol in own:
                return self.made.constant(own[symbol])
            return meaning(symbol)

        return self.formulas.node(law.getMath(), inside, time, name)

    def _no_time(self) -> int:
        return self.made.zero

    def _time(self) -> int:
        return self.made.state(self.place[f"{OWN}{TIME}"])

    def _slope(self, name: str) -> int:
        made = self.made
        if name == f"{OWN}{TIME}":
            return made.one
        if name in self.rules:
            return self.formulas.node(self.rules[name].getMath(), self.moving, self._time, name)
        total = made.zero
        for reaction, turns in self._turns.get(name, ()):
            total = made.add(total, made.multiply(made.constant(turns), self.moving(reaction)))
        if factor := self.elements[name].getConversionFactor() or self.model.getConversionFactor():
            total = made.multiply(total, self.moving(factor))
        return total if self.elements[name].getHasOnlySubstanceUnits() else made.divide(total, self._volume(name))

    @cached_property
    def _turns(self) -> dict[str, list[tuple[str, float]]]:
        """How much of each species one turn of each reaction makes."""
        found: dict[str, list[tuple[str, float]]] = {}
        for reaction in self.model.getListOfReactions():
            for sign, references in ((-1.0, reaction.getListOfReactants()), (1.0, reaction.getListOfProducts())):
                for each in references:
                    found.setdefault(each.getSpecies(), []).append((reaction.getId(), sign * each.getStoichiometry()))
        return found

    def _volume(self, name: str) -> int:
        """Return the volume that a state is a concentration in, or 1."""
        element = self.elements.get(name)
        if not isinstance(element, libsbml.Species) or element.getHasOnlySubstanceUnits():
            return self.made.one
        return self.first(element.getCompartment())

    def _change(self, event: libsbml.Event) -> Change:
        name = event.getId() or "event"
        clock, trigger = self.made.clock, event.getTrigger()

        def node(formula: libsbml.ASTNode) -> int:
            return self.formulas.node(formula, self.moving, lambda: clock, name)

        when = comparisons(trigger.getMath(), self.made, node, name)
        assignments = features.assigned(event)
        return Change(
            event=name,
            when=tuple(when),
            held_before=bool(trigger.getInitialValue()),
            persistent=bool(trigger.getPersistent()),
            at_trigger=bool(event.getUseValuesFromTriggerTime()),
            targets=tuple(self.place[each.getVariable()] for each in assignments),
            values=tuple(node(each.getMath()) for each in assignments),
        )
