"""Levels: a flat model in an older SBML, for tools that read no other; the same numbers, or an error that says why not.

Level 3 Version 1 differs in spelling only. Level 2 Version 4 has no trigger that counts as false before time 0, so what
happens at time 0 becomes initial assignments, and events act on values of their own moment only behind a delay, which
is 0 here.
"""

from __future__ import annotations

import libsbml

from ranklsys.errors import SBMLError, unknown
from ranklsys.sbml.document import problems, read, succeed, write
from ranklsys.sbml.drawing import without_drawing

LEVELS = {"L3V2": (3, 2), "L3V1": (3, 1), "L2V4": (2, 4)}


def at_level(text: str, level: str) -> str:
    """Return a flat model in ``L3V2``, ``L3V1`` or ``L2V4``; units stay strict.

    Raises UnknownName for another level, SBMLError that names each element which the level cannot express.
    """
    if level not in LEVELS:
        raise unknown("SBML level", level, LEVELS, hint=f"Levels: {', '.join(LEVELS)}")
    document = read(text)
    if (document.getLevel(), document.getVersion()) == LEVELS[level]:
        return text
    if LEVELS[level] < (3, 0):
        without_drawing(document)  # level 2 has no packages, and the drawing is not the model
        _start_events_at_zero(document.getModel(), level)
    described = _take_description(document.getModel()) if LEVELS[level] < (3, 0) else None
    wanted = libsbml.ConversionProperties(libsbml.SBMLNamespaces(*LEVELS[level]))
    wanted.addOption("setLevelAndVersion", True)
    wanted.addOption("strict", True)
    document.getErrorLog().clearLog()
    if document.convert(wanted) != libsbml.LIBSBML_OPERATION_SUCCESS:
        raise SBMLError(f"{level} cannot express {_reasons(document)}", where="export", hint="Write L3V2")
    if described:
        _describe(document.getModel(), *described)
    return write(document)


def _take_description(model: libsbml.Model) -> tuple[libsbml.ModelHistory | None, list[libsbml.CVTerm]]:
    """Take what a model says of itself out of it: libsbml would convert it into XML without its namespaces."""
    history = model.getModelHistory().clone() if model.isSetModelHistory() else None
    terms = [model.getCVTerm(number).clone() for number in range(model.getNumCVTerms())]
    model.unsetAnnotation()
    return history, terms


def _describe(model: libsbml.Model, history: libsbml.ModelHistory | None, terms: list[libsbml.CVTerm]) -> None:
    """Say it again in level 2, where a creator needs a family and a given name, and a licence has no place."""
    if history is not None:
        older = libsbml.ModelHistory()
        for number in range(history.getNumCreators()):
            known, creator = history.getCreator(number), libsbml.ModelCreator()
            creator.setFamilyName(known.getFamilyName() or known.getName())
            creator.setGivenName(known.getGivenName() or known.getOrganization() or known.getName())
            creator.setOrganization(known.getOrganization())
            succeed(older.addCreator(creator), "name a creator")
        older.setCreatedDate(history.getCreatedDate())
        older.setModifiedDate(history.getModifiedDate(0))
        succeed(model.setModelHistory(older), "give the model a history")
    for term in terms:
        succeed(model.addCVTerm(term, True), "annotate the model")


def _start_events_at_zero(model: libsbml.Model, level: str) -> None:
    """Let initial assignments do what events do at time 0, and level 2 have its own reading of the other events."""
    begun: dict[str, libsbml.ASTNode] = {}
    for event in model.getListOfEvents():
        trigger = event.getTrigger()
        if trigger.isSetInitialValue() and not trigger.getInitialValue():
            if _holds_at_zero(model, event, level):
                _begin(model, event, begun)
            trigger.setInitialValue(True)
        if not event.getUseValuesFromTriggerTime():
            _delay_by_nothing(model, event)
    for name, math in begun.items():
        assignment = model.getInitialAssignment(name) or model.createInitialAssignment()
        assignment.setSymbol(name)
        succeed(assignment.setMath(math), f"start {name}")


def _holds_at_zero(model: libsbml.Model, event: libsbml.Event, level: str) -> bool:
    value = float(libsbml.SBMLTransforms.evaluateASTNode(event.getTrigger().getMath(), model))
    if value != value:
        what = f"{level} cannot express the event '{event.getId()}', whose trigger may hold at time 0"
        raise SBMLError(what, where="export", hint="Write L3V2 or L3V1")
    return value > 0


def _begin(model: libsbml.Model, event: libsbml.Event, begun: dict[str, libsbml.ASTNode]) -> None:
    """Add what an event assigns at time 0 to the formulas of the start."""
    for assignment in event.getListOfEventAssignments():
        name, math = assignment.getVariable(), assignment.getMath().deepCopy()
        before = begun[name] if name in begun else _initial(model, name)
        math.replaceArgument(name, before)
        begun[name] = math


def _initial(model: libsbml.Model, name: str) -> libsbml.ASTNode:
    """Return the formula, or the number, that something starts at."""
    assignment, element = model.getInitialAssignment(name), model.getElementBySId(name)
    if assignment is not None:
        return assignment.getMath().deepCopy()
    value = element.getValue() if isinstance(element, libsbml.Parameter) else _start(element)
    node = libsbml.ASTNode(libsbml.AST_REAL)
    node.setValue(value)
    return node


def _start(species: libsbml.Species) -> float:
    if species.getHasOnlySubstanceUnits() or species.isSetInitialConcentration():
        given = species.isSetInitialConcentration()
        return float(species.getInitialConcentration() if given else species.getInitialAmount())
    return float(species.getInitialAmount() / species.getModel().getCompartment(species.getCompartment()).getSize())


def _delay_by_nothing(model: libsbml.Model, event: libsbml.Event) -> None:
    """Keep that events at one moment add up, which level 2 does only behind a delay."""
    node = libsbml.ASTNode(libsbml.AST_REAL)
    node.setValue(0.0)
    node.setUnits(model.getTimeUnits())
    succeed(event.createDelay().setMath(node), f"delay {event.getId()} by nothing")


def _reasons(document: libsbml.SBMLDocument) -> str:
    """Return what libsbml would not convert, a line each."""
    found = [problem for problem in problems(document) if problem.getSeverity() >= libsbml.LIBSBML_SEV_ERROR]
    said = [f"line {problem.getLine()}: {' '.join(problem.getMessage().split()).rstrip('.')}" for problem in found]
    return "; ".join(dict.fromkeys(said)) or "this model"
