"""Patients and mice with bone metastases on a drug of bone, on one that kills tumour, and on both."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.properties.courses import MONTHS, YEAR, mouse, patient
from tests.properties.order import higher_at_every_time, lower_at_every_time, never_higher

BONE = {
    "denosumab": "denosumab 120 mg sc q4w",
    "zoledronic-acid": "zoledronic-acid 4 mg iv q4w",
    "pamidronate": "pamidronate 90 mg iv q4w",
    "ibandronate": "ibandronate 6 mg iv q4w",
}
KILL = {
    "docetaxel": "docetaxel 75 mg/m^2 iv q3w x 6",
    "capecitabine": "capecitabine 2000 mg oral q12h x 28",
    "radiotherapy": "radiotherapy 8 Gy local",
    "endocrine-therapy": "endocrine-therapy 2.5 mg oral qd x 180",
}
WORSE = (
    "tumour",
    "skeletal_event_incidence",
    "fracture_incidence",
    "hypercalcaemia_incidence",
    "bone_pain",
    "death_hazard",
)
"""What a treatment is given against."""


ESTROGEN_GOES = pytest.mark.xfail(
    strict=True,
    reason="before menopause it takes estrogen from bone too: events in month 3 are 2 % more than with nothing, and in month 5 "
    "15 % more than with zoledronic acid alone (0.172 against 0.150); later they are fewer",
)


def worse_than(treated: pd.DataFrame, others: list[pd.DataFrame]) -> list[str]:
    """Return what is anywhere worse in the first course than in any other."""
    return [name for name in WORSE if not never_higher([treated, *others], name)]


@pytest.mark.thorough
@pytest.mark.parametrize(
    "drug", [*BONE, "docetaxel", "capecitabine", "radiotherapy", pytest.param("endocrine-therapy", marks=ESTROGEN_GOES)]
)
def test_no_treatment_is_worse_than_none_at_any_time(drug: str) -> None:
    assert worse_than(patient({**BONE, **KILL}[drug]), [patient()]) == []


@pytest.mark.parametrize(
    ("bone", "kill"),
    [
        *(("denosumab", kill) for kill in KILL),
        *(("zoledronic-acid", kill) for kill in ("docetaxel", "capecitabine", "radiotherapy")),
        pytest.param("zoledronic-acid", "endocrine-therapy", marks=ESTROGEN_GOES),
    ],
)
def test_both_are_never_worse_than_either(bone: str, kill: str) -> None:
    """For the tumour, events, pain and death."""
    both = patient(BONE[bone], KILL[kill])
    assert worse_than(both, [patient(BONE[bone]), patient(KILL[kill])]) == []


@pytest.mark.parametrize("kill", ["docetaxel", "radiotherapy"])
def test_bone_under_both_is_never_less_than_under_either(kill: str) -> None:
    both = patient(BONE["denosumab"], KILL[kill])
    for one in (patient(BONE["denosumab"]), patient(KILL[kill])):
        assert never_higher([one, both], "bone_volume_lesion")


def test_a_second_drug_of_bone_is_never_worse_than_one() -> None:
    both = patient(BONE["denosumab"], BONE["zoledronic-acid"])
    assert worse_than(both, [patient(BONE["denosumab"]), patient(BONE["zoledronic-acid"])]) == []


@pytest.mark.parametrize(
    ("regimen", "amounts"),
    [
        ("denosumab {} mg sc q4w", (1, 10, 120)),
        ("zoledronic-acid {} mg iv q4w", (0.4, 1, 4)),
        ("pamidronate {} mg iv q4w", (10, 30, 90)),
    ],
)
def test_more_of_a_bone_drug_means_fewer_events_at_every_time(regimen: str, amounts: tuple[float, ...]) -> None:
    runs = [patient(), *(patient(regimen.format(amount)) for amount in amounts)]
    assert lower_at_every_time(runs, "skeletal_event_incidence")
    assert lower_at_every_time(runs, "tumour")


@pytest.mark.parametrize(
    ("regimen", "amounts"),
    [
        ("docetaxel {} mg/m^2 iv q3w x 6", (25, 50, 75, 100)),
        ("capecitabine {} mg oral q12h x 28", (500, 1000, 2000)),
        ("radiotherapy {} Gy local", (2, 4, 8)),
        ("endocrine-therapy {} mg oral qd x 180", (0.1, 0.5, 2.5)),
    ],
)
def test_more_of_what_kills_leaves_less_tumour_at_every_time(regimen: str, amounts: tuple[float, ...]) -> None:
    runs = [patient(), *(patient(regimen.format(amount)) for amount in amounts)]
    assert lower_at_every_time(runs, "tumour")
    assert lower_at_every_time(runs, "death_hazard")


@pytest.mark.parametrize("drug", ["denosumab", "zoledronic-acid"])
def test_a_bone_drug_given_earlier_is_better_at_every_time(drug: str) -> None:
    runs = [patient(), *(patient(f"{BONE[drug]} from {start} d") for start in (360, 180, 0))]
    for quantity in ("skeletal_event_incidence", "tumour", "death_hazard"):
        assert lower_at_every_time(runs, quantity, skip=MONTHS.index(YEAR / 12 * 15)), quantity


def test_doses_further_apart_prevent_fewer_events() -> None:
    runs = [patient(f"zoledronic-acid 4 mg iv q{weeks}w") for weeks in (4, 12, 26, 52)]
    assert higher_at_every_time(runs, "skeletal_event_incidence", skip=MONTHS.index(YEAR / 12 * 15))


def test_a_tumour_that_no_drug_reaches_is_not_killed() -> None:
    usual, deaf = (patient("docetaxel 75 mg/m^2 iv q3w x 6", tumour_drug_sensitivity=share) for share in (1.0, 0.0))
    assert lower_at_every_time([deaf, usual], "tumour")
    assert not lower_at_every_time([patient(), deaf], "tumour")


def test_endocrine_therapy_reaches_a_tumour_by_its_receptor_alone() -> None:
    """It takes growth from it by estrogen; what is left of the effect is that of estrogen on bone."""
    runs = [patient(KILL["endocrine-therapy"], tumour_hormone_dependence=share) for share in (0.0, 0.3, 0.7)]
    assert lower_at_every_time(runs, "tumour")


def test_radiotherapy_eases_pain_within_weeks() -> None:
    runs = [patient(), patient(KILL["radiotherapy"])]
    assert lower_at_every_time(runs, "bone_pain")


@pytest.mark.thorough
@pytest.mark.parametrize("bone", ["opg-fc 3 mg/kg sc tiw from 7 d", "zoledronic-acid 0.1 mg/kg iv qw from 7 d"])
def test_both_are_never_worse_than_either_in_mice(bone: str) -> None:
    kill = "docetaxel 10 mg/kg iv qw from 7 d"
    both, *each = mouse(bone, kill), mouse(bone), mouse(kill), mouse()
    assert never_higher([both, *each], "tumour")
    assert never_higher([both, *each], "paralysis_hazard")
