"""Timing: what a part may not do with time, one function each, as in ``rules``; its docstring says why."""

from __future__ import annotations

from collections.abc import Callable

import libsbml

from ranklsys.sbml.document import elements, symbols
from ranklsys.sbml.fragment import Case

LOWER_BOUNDS = {  # the comparison, and whether time stands on its left
    libsbml.AST_RELATIONAL_GEQ: True,
    libsbml.AST_RELATIONAL_GT: True,
    libsbml.AST_RELATIONAL_LEQ: False,
    libsbml.AST_RELATIONAL_LT: False,
}
STEPS = (
    libsbml.AST_FUNCTION_PIECEWISE,
    libsbml.AST_FUNCTION_FLOOR,
    libsbml.AST_FUNCTION_CEILING,
    libsbml.AST_FUNCTION_QUOTIENT,
    libsbml.AST_FUNCTION_REM,
)


def portable_events(case: Case) -> None:
    """An event has one threshold, is seen at time 0, and has no delay or priority.

    Only this is done alike by every tool.
    """
    for rule in case.model.getListOfRules():
        if rule.isAlgebraic():
            raise case.refuse("has an algebraic rule", "Write an assignment rule")
    for event in case.model.getListOfEvents():
        trigger = event.getTrigger()
        if event.isSetDelay() or event.isSetPriority():
            raise case.refuse(f"event '{event.getId()}' has a delay or priority", "Use two events instead")
        if trigger is None or not trigger.getPersistent() or trigger.getInitialValue():
            hint = 'Set persistent="true" and initialValue="false", or it misses time 0'
            raise case.refuse(f"event '{event.getId()}' is not a persistent threshold", hint)
        if not _is_threshold(trigger.getMath(), following_time(case.model)):
            what = f"event '{event.getId()}' may hold for a moment of time only, which solvers step over"
            raise case.refuse(what, "Read time once, as time >= t; write a second event for the end")


def no_steps_in_time(case: Case) -> None:
    """No delay, and no step of a function of time, outside events.

    Solvers step over it, unless by luck.
    """
    clocks = following_time(case.model)
    for element in elements(case.model):
        math = getattr(element, "getMath", lambda: None)()
        if math is None or isinstance(element, libsbml.Trigger):
            continue
        if _has(math, lambda node: node.getType() == libsbml.AST_FUNCTION_DELAY):
            raise case.refuse("uses a delay", "Use a chain of states")
        if _has(math, lambda node: node.getType() in STEPS and reads_time(node, clocks)):
            raise case.refuse("has a step (piecewise, floor) of time, which solvers step over", "Use events")


def _has(math: libsbml.ASTNode, condition: Callable[[libsbml.ASTNode], bool]) -> bool:
    return condition(math) or any(_has(math.getChild(number), condition) for number in range(math.getNumChildren()))


def following_time(model: libsbml.Model) -> set[str]:
    """Return the ids that are assigned from time, directly or through others."""
    rules = [rule for rule in model.getListOfRules() if rule.isAssignment() and rule.getMath() is not None]
    found: set[str] = set()
    while more := {rule.getVariable() for rule in rules if reads_time(rule.getMath(), found)} - found:
        found |= more
    return found


def reads_time(math: libsbml.ASTNode, clocks: set[str]) -> bool:
    """Whether a formula reads time, or one of the ids that follow it."""
    return bool(symbols(math) & clocks) or _has(math, lambda node: node.getType() == libsbml.AST_NAME_TIME)


def _is_threshold(math: libsbml.ASTNode, clocks: set[str]) -> bool:
    """Whether a trigger reads time at most once, as ``time >= something`` (or >) that no ``not`` turns round."""
    comparisons = _comparisons_with_time(math, clocks)
    return len(comparisons) <= 1 and all(comparisons)


def _comparisons_with_time(math: libsbml.ASTNode, clocks: set[str]) -> list[bool]:
    """Return for each place where a formula reads time whether it is a plain lower bound."""
    if not reads_time(math, clocks):
        return []
    children = [math.getChild(number) for number in range(math.getNumChildren())]
    if math.getType() in (libsbml.AST_LOGICAL_AND, libsbml.AST_LOGICAL_OR):
        return [found for child in children for found in _comparisons_with_time(child, clocks)]
    if math.getType() not in LOWER_BOUNDS or len(children) != 2:
        return [False]
    clock, bound = children if LOWER_BOUNDS[math.getType()] else reversed(children)
    return [clock.getType() == libsbml.AST_NAME_TIME and not reads_time(bound, clocks)]
