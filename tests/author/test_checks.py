"""The checks of a part: sound parts pass, and each check fails for what it is there to find."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import ranklsys as rk
from ranklsys.author import checks
from ranklsys.author.checks import Judgement, check_part
from ranklsys.author.checks.simulated import SIMULATED
from ranklsys.author.checks.static import STATIC
from ranklsys.model import other_engines
from ranklsys.plugins import registry
from ranklsys.plugins.part import HOSTS
from ranklsys.sbml.rules import RULES
from ranklsys.testing import Install, assert_sound
from tests.fragments import KILLER, MARROW, SHIELD, TRAP, TRAP_BODY, part_of, sbml
from tests.selection import quick_if

BLOOD = "compartment blood = 1 volume; species drug in blood = 0 pM; const k = 1 per_day; gone: drug => ; blood*k*drug;"
POT = "const kill = 0.1 per_day; const half = 1 pM, tiny = 1e-12 dimensionless;"
DRUG = f"{BLOOD} {POT} var effect has per_day;"


ONE = {"hosts": ("mouse",), "host_reason": "one host takes half the time"}


def drug(body: str, **fields: object) -> rk.Part:
    """Return a drug in blood of the mouse with an effect on the tumour."""
    given = {"effects": {"effect": "slot_tumour_kill"}, "routes": {"iv": "drug"}, **ONE, **fields}
    return rk.Part(id="drug", kind="therapy", sbml=sbml(body), **given)  # type: ignore[arg-type]


GOOD = drug(f"{DRUG} effect := kill*drug/(drug + half);")


def named(findings: Sequence[Judgement], check: str) -> Judgement:
    (found,) = [finding for finding in findings if finding.check == check]
    return found


def failing(part: rk.Part, siblings: Sequence[rk.Part] = ()) -> dict[str, str]:
    """Return what each failed check found; COPASI, which takes long, is not asked."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(other_engines, "has_copasi", lambda: False)
        return {each.check: each.found for each in check_part(part, siblings=siblings) if each.ok is False}


SOUND = {
    "drug": GOOD,
    "drug in both hosts": part_of(GOOD, hosts=HOSTS, host_reason=""),
    "killer": KILLER,
    "shield": SHIELD,
    "values": rk.Part(id="v", kind="condition", values={"RANKL_loss": 2.0}),
}


@pytest.mark.parametrize("part", quick_if("drug".__eq__, SOUND))
def test_a_sound_part_passes_every_check(part: str) -> None:
    assert {finding.word for finding in check_part(SOUND[part], siblings=(TRAP,))} == {"pass"}


def test_a_part_that_needs_another_is_judged_beside_it() -> None:
    found = check_part(
        drug(f"{DRUG} effect := kill*drug/(drug + half);", needs_in={"mouse": "humanised-rankl"}), siblings=()
    )
    assert {finding.word for finding in found} == {"pass"}
    alone = failing(drug(f"{DRUG} effect := kill*drug/(drug + half);", needs_in={"mouse": "humanized-rankl"}))
    assert "did you mean 'humanised-rankl'?" in alone["composes cleanly"]


@pytest.mark.thorough
def test_a_shipped_part_is_sound_with_shipped_siblings() -> None:
    some = [registry().part(name) for name in ("mda-mb-231", "zoledronic-acid", "patient-breast")]
    found = check_part(registry().part("opg-fc"), siblings=some, doses="opg-fc 3 mg/kg sc q2d")
    assert all(finding.ok for finding in found)
    assert named(found, "order never matters").found == "with 3 parts"
    assert named(found, "bound molecules balance").found == "drug_RANKL holds 1 RANKL"


def test_every_finding_says_what_is_expected_and_why() -> None:
    for check in (*STATIC, *SIMULATED, *RULES, checks.static.sbml_can_be_read):
        expected, _, why = (check.__doc__ or "").partition("\n\n")
        assert expected.strip().endswith("."), check
        assert why.strip(), check


@pytest.mark.parametrize(
    ("part", "check", "found"),
    [
        (rk.Part(id="x", kind="therapy", sbml=Path("none.xml")), "sbml can be read", "there is no SBML file"),
        (
            rk.Part(id="x", kind="therapy", sbml="<sbml"),
            "sbml can be read",
            "not a readable SBML model: line 2, column 0",
        ),
        (drug(DRUG.replace("k = 1 per_day", "k = 1 day") + "effect := kill;"), "sbml is valid", "with id 'gone'"),
        (part_of(GOOD, effects={"effect": "slot_tumor_kill"}), "slots exist", "did you mean 'slot_tumour_kill'"),
        (part_of(GOOD, effects={"effect": "slot_homing"}), "effects fit", "slot_homing is in"),
        (part_of(GOOD, routes={"iv": "drugs"}), "targets fit", "did you mean 'drug'"),
        (part_of(TRAP, shares=("marrow",)), "nothing of the core by accident", "'RANKL' is also in the core"),
        (drug(DRUG.replace("kill", "my__kill") + "effect := my__kill;"), "legal ids", "'my__kill' has '__'"),
        (rk.Part(id="x", kind="cell line", values={"OPG_kon": 1.0}), "values fit", "OPG_kon"),
        (rk.Part(id="x", kind="cell line", hosts=("mouse",)), "another host has its reason", "host_reason is empty"),
    ],
)
def test_a_broken_part_fails_the_check_that_is_about_it(part: rk.Part, check: str, found: str) -> None:
    failures = failing(part)
    assert found in failures[check]


def test_a_part_that_does_not_compose_is_not_simulated() -> None:
    found = check_part(part_of(GOOD, routes={"iv": "drugs"}), siblings=())
    assert {each.word for each in found if each.check in {c.__name__.replace("_", " ") for c in SIMULATED}} == {
        "skipped"
    }


@pytest.mark.thorough
@pytest.mark.parametrize("effect", quick_if("kill".__eq__, ["kill", "kill*(drug + half)/half"]))
def test_an_effect_without_a_dose_is_found(effect: str) -> None:
    failures = failing(drug(f"{DRUG} effect := {effect};"))
    assert "no dose moves" in failures["a dose of zero does nothing"]


@pytest.mark.thorough
def test_a_dose_that_is_felt_nowhere_is_found() -> None:
    failures = failing(drug(f"{DRUG} effect := kill*drug/(drug + half)*tiny;"))
    assert set(failures) == {"a dose does something"}


@pytest.mark.thorough
def test_a_negative_state_is_found() -> None:
    failures = failing(
        drug(f"{DRUG} effect := kill*drug/(drug + half); const loss = 1 pM; away: drug => ; blood*k*loss;")
    )
    assert "'drug__drug' falls to -" in failures["no state is negative"]


@pytest.mark.parametrize(
    ("old", "new", "check", "found"),
    [
        ("RANKL => bound", "RANKL => 2 bound", "bound molecules balance", "'bound' would hold 0.5 of RANKL"),
        ("cleared:", "freed: bound => 3 RANKL; marrow*loss*bound; cleared:", "bound molecules balance", "gives 3"),
        ("eliminated: bound => ;", "freed: bound => RANKL;", "complexes are eliminated", "nothing eliminates 'bound'"),
    ],
)
def test_binding_that_makes_or_keeps_molecules_is_found(old: str, new: str, check: str, found: str) -> None:
    assert old in TRAP_BODY
    failures = failing(part_of(TRAP, sbml=sbml(TRAP_BODY.replace(old, new))))
    assert found in failures[check]


def test_two_molecules_in_one_complex_are_counted() -> None:
    body = TRAP_BODY + (
        "species pair in marrow = 0 pM; const both = 1 per_pM_per_day;"
        "twice: RANKL + bound => pair; marrow*both*RANKL*bound; lost: pair => bound; marrow*loss*pair;"
    )
    found = check_part(part_of(TRAP, sbml=sbml(body)), siblings=())
    assert "'lost' takes 2 of RANKL and gives 1" in named(found, "bound molecules balance").found


@pytest.mark.thorough
def test_a_sibling_that_cannot_be_composed_with_it_is_named() -> None:
    """Both give the lesion's copy of one slot an effect of the body; only the pair is wrong."""
    twin = part_of(GOOD, id="drug-two", values={"RANKL_loss": 2.0})
    found = check_part(part_of(GOOD, values={"RANKL_loss": 3.0}), siblings=(twin,))
    assert named(found, "order never matters").found == "with 0 parts; other values are set by drug-two"


@pytest.mark.thorough
def test_a_sibling_that_is_the_same_thing_is_no_failure() -> None:
    one, other = (part_of(GOOD, id=id, one_of="kidney") for id in ("drug", "drug-two"))
    found = named(check_part(one, siblings=(other,)), "order never matters")
    assert found.found == "with 0 parts; each is the kidney, as is drug-two"


def test_a_broken_sibling_is_not_held_against_the_part() -> None:
    broken = part_of(GOOD, id="broken", routes={"iv": "drugs"})
    assert "broken by themselves: broken" in named(check_part(GOOD, siblings=(broken,)), "order never matters").found


def test_without_copasi_the_check_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(other_engines, "has_copasi", lambda: False)
    assert named(check_part(part_of(KILLER, **ONE), siblings=()), "copasi agrees").word == "skipped"


def test_a_part_that_another_distribution_offers_too_is_found(plugin_from_source: Install) -> None:
    for name in ("one", "other"):
        plugin_from_source("PARTS = [Part(id='twin', kind='therapy', values={'RANKL_loss': 2.0})]", name)
    (twin, _) = (plugin.parts[0] for plugin in registry().plugins)
    assert "offered by ranklsys-one (one) and ranklsys-other (other)" in failing(twin)["id is its own"]


def test_assert_sound_says_what_is_wrong_and_why() -> None:
    assert_sound(part_of(KILLER, **ONE), siblings=())
    with pytest.raises(AssertionError, match=r"drug is not sound\ntargets fit: drug: route to 'drugs'[\s\S]*why: "):
        assert_sound(part_of(GOOD, routes={"iv": "drugs"}), siblings=())


@pytest.mark.thorough
def test_binding_in_the_marrow_needs_no_second_writing() -> None:
    assert MARROW in TRAP_BODY
    assert_sound(part_of(TRAP, **ONE), siblings=())
