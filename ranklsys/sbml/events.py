"""Events: courses of doses as SBML, so that a regimen runs in every tool.

Each course has its numbers as parameters (amount, start, every, count), a counter (given) and one event: at
``start + given * every`` its amount is added and the counter rises, until ``count``. An infusion adds a rate, switched
by an on/off pair of events. Courses that differ only in numbers share their structure. Times are products of the
counter, not sums, so that the third dose every 7/3 d falls on day 7 and not one rounding error beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

import libsbml

from ranklsys.errors import DoseError
from ranklsys.sbml.annotation import belong
from ranklsys.sbml.cache import recalled
from ranklsys.sbml.course import Course
from ranklsys.sbml.document import read, succeed, write
from ranklsys.sbml.naming import SEPARATOR
from ranklsys.sbml.sites import mark_plain_numbers

FAR = 1e6
"""Where the end of an infusion that does not run is put; to end nothing once more does no harm. No further off: AMICI
adds the differences of what an event changes, and beside 1e12 d a quarter of an hour is lost in rounding."""


def with_courses(text: str, courses: Sequence[Course]) -> str:
    """Return the model with its courses. Raises DoseError if something cannot be infused into its target."""
    if not courses:
        return text
    document = read(text)
    add_courses(document.getModel(), courses)
    return write(document)


def add_courses(model: libsbml.Model, courses: Sequence[Course]) -> None:
    """Add courses to a model, or to the definition of a submodel. Raises DoseError as ``with_courses`` does."""
    for course in courses:
        target = model.getSpecies(course.target)
        amount_unit = target.getSubstanceUnits() or model.getSubstanceUnits()
        for name, value in course.values.items():
            kind = name.removeprefix(f"{course.id}_")
            unit = {"amount": amount_unit, "count": "dimensionless"}.get(kind, model.getTimeUnits())
            _parameter(model, name, value, unit, f"{course.target} dose: {kind}")
        (_infusion if course.duration else _bolus)(model, course, target)
        for element in (*model.getListOfParameters(), *model.getListOfReactions()):
            if element.getId().startswith(f"{course.id}_"):
                belong(element, target)
    mark_plain_numbers(model)


def with_values(text: str, values: dict[str, float]) -> str:
    """Return the model with new values of parameters, and initial values of species, written into it."""
    document = read(text)
    for name, value in values.items():
        set_value(document.getModel(), name, value)
    return write(document)


def set_value(model: libsbml.Model, name: str, value: float) -> None:
    """Write the value of a parameter, or the initial value of a species, into a model."""
    element = model.getElementBySId(name)
    if isinstance(element, libsbml.Species):
        (element.setInitialAmount if element.getHasOnlySubstanceUnits() else element.setInitialConcentration)(value)
    else:
        succeed(element.setValue(value), f"set {name}")


def with_state(text: str, state: dict[str, float]) -> str:
    """Return the model with its states at these values from the start, instead of their initial assignments."""
    document = read(text)
    model = document.getModel()
    for name in state:
        if model.getInitialAssignment(name) is not None:
            model.removeInitialAssignment(name)
    return with_values(write(document), state)


@recalled(64)
def with_free_state(text: str, names: tuple[str, ...]) -> str:
    """Return the model with these ids free to be set, at 1, instead of their initial assignments."""
    return with_state(text, dict.fromkeys(names, 1.0))


def _bolus(model: libsbml.Model, course: Course, target: libsbml.Species) -> None:
    given = (
        f"{course.id}_amount" if target.getHasOnlySubstanceUnits() else f"{course.id}_amount/{target.getCompartment()}"
    )
    _event(model, course, {course.target: f"{course.target} + {given}"}, "bolus")


def _infusion(model: libsbml.Model, course: Course, target: libsbml.Species) -> None:
    if model.getRule(course.target) is not None or not _same_units(model, target):
        raise DoseError(
            f"'{course.target}' cannot be infused: it is not an amount that reactions change", where=course.id
        )
    rate, stop = f"{course.id}_rate", f"{course.id}_stop"
    _parameter(model, rate, 0.0, _rate_unit(model), f"{course.target} infusion: rate")
    _parameter(model, stop, FAR, model.getTimeUnits(), f"{course.target} infusion: end")
    reaction = model.createReaction()
    reaction.setId(f"{course.id}_infused")
    reaction.setName(f"infusion into {course.target}")
    reaction.setReversible(False)
    reaction.setSBOTerm("SBO:0000185")  # translocation
    product = reaction.createProduct()
    product.setSpecies(course.target)
    product.setStoichiometry(1)
    product.setConstant(True)
    succeed(reaction.createKineticLaw().setMath(libsbml.parseL3Formula(rate)), "set the rate of an infusion")
    begin = {rate: f"{course.id}_amount/{course.id}_duration", stop: f"time + {course.id}_duration"}
    end = {rate: f"0 * {rate}", stop: f"{stop} + {FAR:g} * {course.id}_duration"}
    _event(model, course, begin, "infusion_begun")
    _add_event(model, f"{course.id}_infusion_ended", f"time >= {stop}", end)


def _event(model: libsbml.Model, course: Course, changes: dict[str, str], verb: str) -> None:
    given = f"{course.id}_given"
    _parameter(model, given, 0.0, "dimensionless", f"{course.target} dose: given so far")
    # half a dose aside, so that equal numbers are never compared: AMICI takes them as below, and gives one dose more
    trigger = f"(time >= {course.id}_start + {given} * {course.id}_every) && ({given} + 0.5 < {course.id}_count)"
    _add_event(model, f"{course.id}_{verb}", trigger, {**changes, given: f"{given} + 1"})


def _add_event(model: libsbml.Model, name: str, trigger: str, changes: dict[str, str]) -> None:
    """Add a persistent event that is also seen at time 0 and adds to what other events do at the same time."""
    event = model.createEvent()
    event.setId(name)
    event.setName(name.replace(SEPARATOR, ": ").replace("_", " "))
    event.setUseValuesFromTriggerTime(False)
    when = event.createTrigger()
    when.setPersistent(True)
    when.setInitialValue(False)
    succeed(when.setMath(libsbml.parseL3Formula(trigger)), f"set the trigger of {name}")
    for variable, formula in changes.items():
        assignment = event.createEventAssignment()
        assignment.setVariable(variable)
        succeed(assignment.setMath(libsbml.parseL3Formula(formula)), f"set {variable} in {name}")


def _parameter(model: libsbml.Model, name: str, value: float, unit: str, title: str) -> None:
    parameter = model.createParameter()
    parameter.setId(name)
    parameter.setName(title)
    parameter.setValue(value)
    parameter.setUnits(unit)
    parameter.setConstant(not name.endswith(("_given", "_rate", "_stop")))
    parameter.setSBOTerm("SBO:0000002")


def _same_units(model: libsbml.Model, target: libsbml.Species) -> bool:
    own = target.getSubstanceUnits() or model.getSubstanceUnits()
    first, second = (model.getUnitDefinition(name) for name in (own, model.getExtentUnits()))
    return first is not None and second is not None and libsbml.UnitDefinition.areIdentical(first, second)


def _rate_unit(model: libsbml.Model) -> str:
    """Return the unit of extent per time, added if the model has none."""
    name = "extent_per_time"
    if model.getUnitDefinition(name) is None:
        unit = libsbml.UnitDefinition.divide(model.getUnitDefinition(model.getExtentUnits()), _time_definition(model))
        unit.setId(name)
        model.addUnitDefinition(unit)
    return name


def _time_definition(model: libsbml.Model) -> libsbml.UnitDefinition:
    return model.getUnitDefinition(model.getTimeUnits())
