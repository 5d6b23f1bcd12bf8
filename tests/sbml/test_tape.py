"""Tapes: each feature of SBML runs in lanes as in RoadRunner, or is refused by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import antimony
import libsbml
import numpy as np
import pytest

from ranklsys.errors import NotForLanes, UnknownName
from ranklsys.model import engine
from ranklsys.model.solver import Solver
from ranklsys.sbml.tapes.tape import tapes

pytest.importorskip("llvmlite")

from ranklsys.model.lanes.arithmetic import LONGEST_STRAIGHT

TIGHT = Solver(relative_tolerance=1e-11, absolute_tolerance=1e-16)
AGREE = 2e-7
"""Of each value, and of 1e-3 of the most there is of it: twenty times the tolerance of a step."""


def model(body: str) -> str:
    """Return the SBML of a model in Antimony."""
    antimony.clearPreviousLoads()
    functions, _, rest = body.rpartition("---")
    if antimony.loadAntimonyString(f"{functions}\nmodel m\n{rest}\nend") == -1:
        raise ValueError(antimony.getLastError())
    return str(antimony.getSBMLString("m"))


def edited(text: str, edit: Callable[[libsbml.Model], object]) -> str:
    """Return SBML with a change that Antimony has no words for."""
    document = libsbml.readSBMLFromString(text)
    edit(document.getModel())
    return str(libsbml.writeSBMLToString(document))


def in_lanes(text: str, columns: list[str], times: np.ndarray, values: Mapping[str, float]) -> np.ndarray:
    """Return what lanes give, at a tolerance of 1e-8."""
    from ranklsys.model.lanes import batch

    taped = tapes(text, tuple(columns))
    found = batch.simulate(taped, [values], times[None, :], 1e-8, np.full(len(taped.states), 1e-18))
    assert found.failures == {}
    return found.array[0]


def assert_same(text: str, columns: str, end: float = 10.0, **values: float) -> None:
    """Compare lanes with RoadRunner, at rows on and beside whole times."""
    names, times = columns.split(), np.union1d(np.linspace(0.0, end, 11), np.linspace(0.05, end, 7))
    expected = engine.simulate(text, values, times, names, TIGHT)
    found = in_lanes(text, names, times, values)
    assert found == pytest.approx(expected, rel=AGREE, abs=AGREE * 1e-3 * max(1e-9, float(np.abs(expected).max())))


SAME = {
    "decay": ("species a in c; compartment c = 2; a = 5; k = 0.3; J: a -> ; c*k*a", "a J"),
    "amounts": ("substanceOnly species a in c; compartment c = 2; a = 5; k = 0.3; J: a -> ; k*a", "a J"),
    "substance and concentration": (
        "compartment c = 2; substanceOnly species a in c; species b in c; a = 5; b = 1; k = 0.3; J: a -> b; k*a",
        "a b",
    ),
    "two compartments": (
        "compartment c = 2; compartment d = 0.5; species a in c = 4; species b in d = 0; J: a -> b; 0.4*a - 0.1*b",
        "a b",
    ),
    "stoichiometry": ("species a = 1; species b = 0; J: 2 a -> 3 b; 0.3*a^2", "a b"),
    "a species on both sides": ("species a = 1; J: a -> 2 a; 0.3*a*(2 - a)", "a"),
    "boundary species": ("species $s = 2; species a = 0; J: $s -> a; 0.3*s; K: a -> ; 0.1*a", "s a"),
    "constant species": ("const species s = 2; species a = 0; J: s -> a; 0.3*s", "s a"),
    "initial assignment": ("species a; k = 0.3; a = 2*k + 1; J: a -> ; k*a", "a"),
    "initial assignment from a rule": ("species a; r := 2*k; k = 0.3; a = r + 1; J: a -> ; k*a", "a r"),
    "memory of the start": ("species a = 4; p = 2*a; const p; J: a -> ; 0.1*p*a", "a p"),
    "assignment rules, in any order": ("species a = 1; y := 2*x; x := a + 1; J: a -> ; 0.1*y", "a x y"),
    "a rule for a species": ("species a = 1; species $b; b := a^2; J: a -> ; 0.2*b", "a b"),
    "rate rule of a parameter": ("p = 1; p' = -0.3*p + 0.1", "p"),
    "rate rule of a species": ("compartment c = 3; species $a in c = 2; a' = -0.3*a", "a"),
    "rate rule of an amount": ("compartment c = 3; substanceOnly species $a in c = 2; a' = -0.3*a", "a"),
    "a reaction's rate in a formula": ("species a = 1; p = 0; J: a -> ; 0.3*a; p' = 2*J; q := J/2", "a p q"),
    "function definitions": (
        "function f(x, y)\n x*y/(1 + x)\nend\nfunction g(x)\n f(x, 2) + 1\nend\n---species a = 3; J: a -> ; 0.1*g(a)",
        "a",
    ),
    "functions of mathematics": (
        "p = 0.5; p' = 0.1*(exp(-p) + ln(1 + p) + log10(2 + p) + sqrt(p) + root(3, p) - p^1.7 - p^-2/9 + pi - exponentiale)",
        "p",
    ),
    "an exponent that is a number of the model": ("species a = 2; n = 2.5; J: a -> ; 0.1*a^n/(1 + a^n)", "a"),
    "an exponent that moves": ("p = 1; q = 1; p' = 0.1; q' = 0.1*p^q", "p q"),
    "a whole exponent of a negative base": ("p = -2; n = 3; p' = 0.01*p^n", "p"),
    "time in a rate": ("p = 1; p' = 0.1*time - 0.2*p", "p"),
    "time in a rule": ("species a = 1; k := 0.1*exp(-time); J: a -> ; k*a", "a k"),
    "an event at a time": ("species a = 1; J: a -> ; 0.3*a; at time >= 3: a = a + 2", "a"),
    "an event just after a time": ("p = 1; p' = -0.3*p; at time > 3.3: p = p + 2", "p"),
    "an event that acts at the start": ("species a = 1; J: a -> ; 0.3*a; at time >= 0, t0=false: a = a + 2", "a"),
    "an event that held before the start": ("species a = 1; J: a -> ; 0.3*a; at time >= 0, t0=true: a = a + 2", "a"),
    "an event that changes a constant": ("p = 1; k = 0.1; p' = -k*p; at time >= 4: k = 2*k + p", "p k"),
    "doses by a counter": (
        "species a = 1; n = 0; J: a -> ; 0.3*a; at (time >= 1 + 2*n) && (n < 3): a = a + 2, n = n + 1",
        "a n",
    ),
    "an event that swaps": ("p = 1; q = 2; p' = 0; q' = 0.1; at time >= 3: p = q, q = p", "p q"),
    "events that follow one another": (
        "p = 1; s = 0; p' = -0.1*p; at time >= 3: s = 1; at time >= 0 && s > 0.5: p = p + 1",
        "p s",
    ),
    "a window": ("p = 1; s = 0; p' = s - 0.1*p; at time >= 2 && time < 4: s = 1; at 4 <= time: s = 0", "p s"),
    "an event that never comes": ("p = 1; p' = -0.1*p; q = 5; at time >= 3 && q < 2: p = 7", "p"),
    "stiff": ("species a = 1; species b = 0; J: a -> b; 1e6*a - 1e5*b; K: b -> ; 0.5*b", "a b"),
    "numbers of all sizes": ("species a = 1e-9; J: -> a; 2e-9 - 1e9*a^2*1e-3", "a"),
}


@pytest.mark.parametrize("name", SAME)
def test_lanes_do_what_roadrunner_does(name: str) -> None:
    body, columns = SAME[name]
    assert_same(model(body), columns)


@pytest.mark.parametrize(
    ("body", "values"),
    [
        ("compartment c = 2; species a in c = 4; k = 0.3; J: a -> ; c*k*a", {"k": 0.5, "a": 3.0}),
        ("compartment c = 2; species a in c; a has concentration; J: a -> ; a", {"a": 3.0}),
        ("compartment c; v = 2; c = v; species a in c = 4; J: a -> ; a", {"v": 3.0}),
    ],
)
def test_numbers_of_a_subject_take_the_place_of_what_is_written(body: str, values: dict[str, float]) -> None:
    text = model(body.replace("a has concentration;", ""))
    names, times = ["a"], np.linspace(0.0, 5.0, 6)
    written = edited(text, lambda found: [_write(found, name, value) for name, value in values.items()])
    expected = engine.simulate(written, {}, times, names, TIGHT)
    assert in_lanes(text, names, times, values) == pytest.approx(expected, rel=AGREE)


def _write(found: libsbml.Model, name: str, value: float) -> None:
    element = found.getElementBySId(name)
    (element.setInitialConcentration if isinstance(element, libsbml.Species) else element.setValue)(value)


def test_a_species_given_by_its_amount_starts_at_its_concentration() -> None:
    text = edited(
        model("compartment c = 4; species a in c = 1; J: a -> ; 0.3*a"),
        lambda found: found.getSpecies("a").setInitialAmount(2.0),
    )
    assert_same(text, "a")
    assert in_lanes(text, ["a"], np.array([0.0, 1.0]), {})[0, 0] == 0.5
    assert in_lanes(text, ["a"], np.array([0.0, 1.0]), {"a": 3.0})[0, 0] == 3.0


def test_an_amount_given_as_a_concentration_starts_at_its_amount() -> None:
    text = edited(
        model("compartment c = 4; substanceOnly species a in c = 1; J: a -> ; 0.3*a"),
        lambda found: found.getSpecies("a").setInitialConcentration(2.0),
    )
    assert in_lanes(text, ["a"], np.array([0.0, 1.0]), {})[0, 0] == 8.0
    assert_same(text, "a")


def test_parameters_of_a_reaction_come_before_those_of_the_model() -> None:
    def own(found: libsbml.Model) -> None:
        for reaction, value in (("J", 0.4), ("K", 0.2)):
            parameter = found.getReaction(reaction).getKineticLaw().createLocalParameter()
            parameter.setId("k")
            parameter.setValue(value)

    text = edited(model("species a = 1; species b = 0; k = 9; J: a -> b; k*a; K: b -> ; k*b"), own)
    assert_same(text, "a b")


def test_conversion_factors_count() -> None:
    def convert(found: libsbml.Model) -> None:
        found.setConversionFactor("f")
        found.getSpecies("b").setConversionFactor("g")

    text = edited(model("species a = 1; species b = 0; f = 2; g = 0.5; const f, g; J: a -> b; 0.1*a"), convert)
    assert_same(text, "a b")


def test_values_of_the_moment_of_the_trigger_are_those_before_other_events() -> None:
    body = "p = 1; q = 1; p' = 0; q' = 0; at time >= 2: p = p + 1; at time >= 2: q = p"

    def at_trigger(found: libsbml.Model, told: bool) -> None:
        for event in found.getListOfEvents():
            event.setUseValuesFromTriggerTime(told)

    times = np.array([0.0, 3.0])
    told = in_lanes(edited(model(body), lambda found: at_trigger(found, True)), ["p", "q"], times, {})
    later = in_lanes(edited(model(body), lambda found: at_trigger(found, False)), ["p", "q"], times, {})
    assert told[1].tolist() == [2.0, 1.0]
    assert later[1].tolist() == [2.0, 2.0]


def test_a_subject_whose_events_never_end_fails_alone() -> None:
    """Two events that trigger each other come before the one that all wait for."""
    from ranklsys.model.lanes import batch

    body = "p = 1; q = 0; s = 0; k = 0; p' = -0.1*p; at time >= 2 && s < 0.5: s = k; at time >= 2 && s > 0.5: s = 0"
    taped, rows = tapes(model(f"{body}; at time >= 2: q = p"), ("p", "q", "s")), np.array([0.0, 1.0, 3.0])
    subjects = [{"k": float(place == 5)} for place in range(12)]
    found = batch.simulate(taped, subjects, np.tile(rows, (12, 1)), 1e-8, np.full(1, 1e-18))
    alone = batch.simulate(taped, subjects[:1], rows[None, :], 1e-8, np.full(1, 1e-18))
    assert all(found.array[place].tobytes() == alone.array[0].tobytes() for place in range(12) if place != 5)
    assert {place: each.time for place, each in found.failures.items()} == {5: 2.0}


def test_an_event_that_does_not_persist_is_stopped_by_another() -> None:
    body = "p = 1; s = 0; p' = 0; at time >= 2: s = 1; at time >= 2 && s < 0.5, persistent=false: p = 5"
    assert in_lanes(model(body), ["p"], np.array([0.0, 3.0]), {})[1, 0] == 1.0
    persistent = body.replace("persistent=false", "persistent=true")
    assert in_lanes(model(persistent), ["p"], np.array([0.0, 3.0]), {})[1, 0] == 5.0


def _algebraic(found: libsbml.Model) -> None:
    found.createAlgebraicRule().setMath(libsbml.parseL3Formula("a - 1"))


def _computed_stoichiometry(found: libsbml.Model) -> None:
    found.getReaction("J").getReactant(0).setId("n")
    found.getReaction("J").getReactant(0).setConstant(False)
    rule = found.createAssignmentRule()
    rule.setVariable("n")
    rule.setMath(libsbml.parseL3Formula("2"))


def _stoichiometry_in_a_formula(found: libsbml.Model) -> None:
    found.getReaction("J").getReactant(0).setId("n")
    found.getReaction("J").getKineticLaw().setMath(libsbml.parseL3Formula("n*a"))


def _constraint(found: libsbml.Model) -> None:
    found.createConstraint().setMath(libsbml.parseL3Formula("a > 0"))


DECAY = "species a = 1; compartment c = 1; J: a -> ; 0.1*a;"
REFUSED = {
    "a piecewise": ("species a = 1; J: a -> ; piecewise(1, a > 2, 0)", None, "'J': has a piecewise"),
    "a piecewise in a function": (
        "function f(x)\n piecewise(1, x > 2, 0)\nend\n---species a = 1; J: a -> ; f(a)",
        None,
        "'J': has a piecewise",
    ),
    "another function": ("p = 1; p' = sin(p)", None, "'p': has the function 'sin'"),
    "an absolute value": ("p = 1; p' = abs(p)", None, "'p': has the function 'abs'"),
    "a delay": (f"{DECAY} E: at 1 after time >= 3: a = 2", None, "'E': has a delay"),
    "a priority": (f"{DECAY} E: at time >= 3, priority=2: a = 2", None, "'E': has a priority"),
    "an event that waits for a state": (f"{DECAY} E: at a < 0.5: a = 2", None, "'E': has a trigger that waits"),
    "a rule in a trigger": (f"{DECAY} r := 2*a; E: at time >= r: a = 2", None, "'E': has a trigger that waits"),
    "or": (f"{DECAY} E: at time >= 3 || time >= 5: a = 2", None, "'E': has a trigger with 'or'"),
    "a volume that changes": (
        "compartment c = 1; c' = 0.1; species a in c = 1; J: a -> ; a",
        None,
        "'c': has a size that changes",
    ),
    "a volume that an event changes": (
        "compartment c = 1; species a in c = 1; J: a -> ; a; E: at time >= 1: c = 2",
        None,
        "'c': has a size that changes",
    ),
    "an algebraic rule": (DECAY, _algebraic, "has an algebraic rule"),
    "a computed stoichiometry": (DECAY, _computed_stoichiometry, "'J': has a stoichiometry of 'a' that is computed"),
    "a stoichiometry in a formula": (DECAY, _stoichiometry_in_a_formula, "'n': has a meaning in formulas"),
    "a constraint": (DECAY, _constraint, "has constraints"),
    "no size": (
        "compartment c = 1; species a in c = 1; J: a -> ; a",
        lambda found: found.getCompartment("c").unsetSize(),
        "'a': has a concentration in 'c', which has no size",
    ),
    "nothing that moves": ("p = 1; q := 2*p; at time >= 3: p = 4", None, "'m': has nothing that moves"),
    "no rate": (DECAY, lambda found: found.getReaction("J").unsetKineticLaw(), "'J': has no rate"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_lanes_do_not_do_is_refused_by_name(name: str) -> None:
    body, edit, words = REFUSED[name]
    text = model(body)
    with pytest.raises(NotForLanes, match=words.replace("(", r"\(")):
        tapes(edited(text, edit) if edit else text, ())


def test_equations_of_which_each_depends_on_each_run() -> None:
    """A matrix of 24 by 24, all of it filled."""
    total = " + ".join(f"{1 + place % 5}*z{place}*z{(7 * place + 1) % 24}" for place in range(24))
    text = model("; ".join(f"z{place} = {1 + place}; z{place}' = 1e-4*({total}) - 3*z{place}" for place in range(24)))
    assert len(tapes(text, ("z0", "z23")).elimination.factor) > LONGEST_STRAIGHT
    assert_same(text, "z0 z23", end=2.0)


def test_a_fast_reaction_is_refused() -> None:
    text = model(DECAY).replace('<reaction id="J" reversible="true"', '<reaction id="J" reversible="true" fast="true"')
    with pytest.raises(NotForLanes, match="'J': has the attribute 'fast'"):
        tapes(text.replace("version2", "version1").replace('version="2"', 'version="1"'), ())


def test_a_number_that_nobody_gives_is_asked_for() -> None:
    text = model("p = 1; p' = -k*p; const k")
    with pytest.raises(NotForLanes, match="'k': has no value"):
        in_lanes(text, ["p"], np.array([0.0, 1.0]), {})
    assert in_lanes(text, ["p"], np.array([0.0, 1.0]), {"k": 0.0})[1, 0] == 1.0


def test_a_column_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownName, match="there is no quantity 'b'"):
        tapes(model(DECAY), ("b",))


def test_the_jacobian_is_that_of_differences() -> None:
    """All operations, at a point where each counts."""
    from ranklsys.sbml.tapes import expressions as ex

    made = ex.Expressions()
    x, y = made.state(0), made.state(1)
    node = made.add(made.power(x, y), made.divide(made.function(ex.EXPONENTIAL, x), made.add(y, made.one)))
    node = made.subtract(node, made.multiply(made.function(ex.LOGARITHM, x), made.negate(made.function(ex.ROOT, y))))
    for place, other in ((0, x), (1, y)):
        slope = made.derivatives([node], place)[node]
        step = 1e-6
        point = {x: 1.3, y: 0.7}
        high, low = ({**point, other: point[other] + sign * step} for sign in (1, -1))
        difference = (_value(made, node, high) - _value(made, node, low)) / (2 * step)
        assert _value(made, slope, point) == pytest.approx(difference, rel=1e-8)


def _value(made: object, node: int, point: Mapping[int, float]) -> float:
    """Return the value of a node."""
    if node in point:
        return point[node]
    found = made[node]
    if not found.parts:
        return float(found.value)
    parts = [_value(made, part, point) for part in found.parts]
    operations = (
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a * b,
        lambda a, b: a / b,
        lambda a, b: a**b,
        np.exp,
        np.log,
        np.sqrt,
        lambda a: -a,
        lambda a, b: a / b,
    )
    return float(operations[found.kind](*parts))
