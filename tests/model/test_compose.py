"""Composition: order never matters, nothing of the core is lost, both sites are reached, misfits are refused."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ranklsys as rk
from ranklsys.errors import CompositionError, Excluded, PartError, RanklsysError, UnknownName, ValueClash
from ranklsys.plugins import registry
from ranklsys.sbml.document import complaints
from ranklsys.sbml.facts import facts
from tests.fragments import KILLER, SHIELD, TRAP, part_of


def test_order_of_parts_never_matters() -> None:
    for one, other in itertools.combinations(("opg-fc", "mda-mb-231", TRAP, KILLER, SHIELD), 2):
        first, second = rk.compose("mouse", one, other), rk.compose("mouse", other, one)
        assert first.sbml == second.sbml
        assert first.hash == second.hash


@settings(max_examples=15, deadline=None)
@given(st.permutations(["opg-fc", "mda-mb-231", TRAP, KILLER, SHIELD]), st.integers(2, 5))
@pytest.mark.thorough
def test_order_never_matters_in_random_subsets(order: list, number: int) -> None:
    chosen = order[:number]
    assert rk.compose("mouse", *chosen).hash == rk.compose("mouse", *reversed(chosen)).hash


def test_a_composition_is_clean_sbml() -> None:
    assert complaints(rk.compose("mouse", "mda-mb-231", "opg-fc", TRAP, KILLER).sbml) == []


def test_ids_of_a_part_are_prefixed_and_those_of_the_core_stay_bare() -> None:
    core, composed = (set(facts(model.sbml).elements) for model in (rk.compose("mouse"), rk.compose("mouse", "opg-fc")))
    assert core < composed
    assert all(name.startswith("opg_fc__") for name in composed - core)


def test_a_binder_written_once_binds_at_every_site() -> None:
    held = facts(rk.compose("mouse", "opg-fc").sbml).elements
    assert held["opg_fc__binds"].formula.startswith("marrow *")
    assert "RANKL_lesion" in held["opg_fc__binds_lesion"].formula
    assert "opg_fc__drug_RANKL_lesion" in held


@pytest.mark.parametrize("site", ["", "_lesion"])
def test_a_binder_lowers_rankl_at_every_site(site: str) -> None:
    run = rk.compose("mouse", "opg-fc").simulate("7 d", doses="opg-fc 3 mg/kg sc q2d", columns=[f"RANKL{site}"])
    assert run.iloc[-1, 0] < 0.1


def test_an_undosed_part_leaves_the_core_as_it_is() -> None:
    model, treated = rk.compose("mouse", "mda-mb-231"), rk.compose("mouse", "mda-mb-231", "opg-fc", TRAP)
    columns = list(facts(model.sbml).states)
    tight = rk.Solver(relative_tolerance=1e-13, absolute_tolerance=1e-18)
    bare, added = (each.simulate("25 d", columns=columns, solver=tight) for each in (model, treated))
    relative = (bare - added).abs() / (bare.abs() + 1e-3)
    assert relative.max(axis=None) < 1e-9  # not zero: with more states the solver takes other steps


def test_effects_on_one_slot_combine_by_product() -> None:
    twice = rk.compose("mouse", SHIELD, part_of(SHIELD, id="other-shield"))
    formula = facts(twice.sbml).elements["slot_osteoclast_apoptosis"].formula
    assert formula == "other_shield__block * shield__block"
    assert twice.simulate("1 d", columns=["slot_osteoclast_apoptosis_lesion"]).iloc[0, 0] == pytest.approx(9.0)


def test_effects_on_one_slot_combine_by_sum() -> None:
    twice = rk.compose("mouse", KILLER, part_of(KILLER, id="other-killer"))
    assert facts(twice.sbml).elements["slot_tumour_kill"].formula == "killer__kill + other_killer__kill"


def test_values_of_a_cell_line_are_in_the_model() -> None:
    elements = facts(rk.compose("mouse", "mda-mb-231").sbml).elements
    values = registry().part("mda-mb-231").values
    assert values
    assert all(elements[name].value == value.value for name, value in values.items())


def test_two_parts_clash_over_their_values() -> None:
    two = [rk.Part(id=id, kind="condition", values={"RANKL_loss": value}) for id, value in (("one", 2.0), ("two", 3.0))]
    with pytest.raises(ValueClash, match="one sets RANKL_loss to 2, two to 3"):
        rk.compose("mouse", *two)


def test_a_host_gate_gives_its_reason() -> None:
    with pytest.raises(
        CompositionError, match="mda-mb-231 is not for the human: its growth and inoculum are those of mice"
    ):
        rk.compose("human", "mda-mb-231")


def test_an_unknown_host_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"no host 'mose' \(did you mean 'mouse'\?\)"):
        rk.compose("mose")


def test_an_unknown_part_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"'opg-fcc' \(did you mean 'opg-fc'\?\)"):
        rk.compose("mouse", "opg-fcc")


def test_a_part_given_twice_is_refused() -> None:
    with pytest.raises(CompositionError, match="'opg-fc' is given twice"):
        rk.compose("mouse", "opg-fc", "opg-fc")


def test_an_unknown_slot_is_named_with_the_nearest() -> None:
    wrong = replace(KILLER, effects={"kill": "slot_tumor_kill"})
    with pytest.raises(
        PartError, match=r"killer: effect 'kill': there is no slot 'slot_tumor_kill' \(did you mean 'slot_tumour_kill'"
    ):
        rk.compose("mouse", wrong)


@pytest.mark.parametrize(("name", "value"), [("RANKL_los", 1.0), ("OPG_kon", 1.0), ("slot_RANK", 0.0)])
def test_values_are_only_for_settable_parameters(name: str, value: float) -> None:
    with pytest.raises(PartError, match=f"value '{name}'"):
        rk.compose("mouse", rk.Part(id="wrong", kind="condition", values={name: value}))


def test_a_value_in_another_unit_is_refused() -> None:
    part = rk.Part(id="wrong", kind="condition", values={"RANKL_loss": rk.Value(1.0, unit="pM")})
    with pytest.raises(RanklsysError, match="RANKL_loss is in per_day, not in pM"):
        rk.compose("mouse", part)


def test_equal_values_of_two_parts_are_no_clash() -> None:
    same = [rk.Part(id=name, kind="condition", values={"RANKL_loss": 2.0}) for name in ("one", "two")]
    assert facts(rk.compose("mouse", *same).sbml).elements["RANKL_loss"].value == 2.0


def test_a_changed_part_with_the_same_id_is_composed_anew() -> None:
    first, second = (rk.Part(id="same", kind="condition", values={"RANKL_loss": value}) for value in (2.0, 3.0))
    assert rk.compose("mouse", first).hash != rk.compose("mouse", second).hash


def company(**more: object) -> rk.Part:
    return rk.Part(id="antibody", kind="therapy", values={"RANKL_loss": 2.0}, needs_in={"mouse": "knock-in"}, **more)


def test_a_part_may_need_another_in_a_host() -> None:
    beside = rk.Part(id="knock-in", kind="condition", hosts=("mouse",))
    assert [part.id for part in rk.compose("mouse", company(), beside).parts] == ["antibody", "knock-in"]
    assert [part.id for part in rk.compose("human", company()).parts] == ["antibody"]


def test_without_it_the_error_names_both_and_why() -> None:
    message = (
        "antibody is not for the mouse without knock-in: it sees human RANKL only. Add knock-in, or take the human"
    )
    with pytest.raises(RanklsysError, match=message):
        rk.compose("mouse", company(host_reason="it sees human RANKL only"))


@pytest.mark.parametrize(
    ("host", "parts", "what"),
    [
        ("human", ("breast", "brca1-carrier"), "brca1-carrier and breast do not go together: each is the breast"),
        ("human", ("patient-breast", "early-breast"), "each is the tumour, and a model has one. Compose one of them"),
        ("human", ("patient-breast-her2", "menopause", "patient-breast"), "patient-breast and patient-breast-her2 do"),
        ("human", ("menopause", "ovarian-failure"), "each is the end of ovarian estrogen"),
        ("mouse", ("mcf-7", "zr-75-1"), "mcf-7 and zr-75-1 do not go together: each is the tumour"),
    ],
)
def test_of_what_a_model_has_one_two_parts_are_refused_in_any_order(host: str, parts: tuple, what: str) -> None:
    for order in (parts, parts[::-1]):
        with pytest.raises(Excluded, match=what):
            rk.compose(host, *order)


def test_parts_of_other_plugins_exclude_each_other_by_the_words_alone() -> None:
    one, other, third = (
        rk.Part(id=id, kind="condition", values={"RANKL_loss": 2.0}, one_of=what)
        for id, what in (("one", "kidney"), ("other", " kidney "), ("third", "liver"))
    )
    with pytest.raises(Excluded, match="one and other do not go together: each is the kidney"):
        rk.compose("human", one, third, other)
    assert len(rk.compose("human", one, third).parts) == 2


def test_a_cell_line_is_the_tumour_whoever_wrote_it() -> None:
    line = rk.Part(id="line", kind="cell line", values={"seed_bone": 1e-3})
    with pytest.raises(Excluded, match="line and mcf-7 do not go together"):
        rk.compose("mouse", "mcf-7", line)


def test_what_excludes_nothing_still_composes() -> None:
    """A woman's breast after menopause with a tumour: three different things."""
    assert len(rk.compose("human", "breast", "menopause", "patient-breast").parts) == 3
