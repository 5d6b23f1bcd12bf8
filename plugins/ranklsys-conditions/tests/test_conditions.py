"""Conditions: each is sound, and does to bone what it is known to do."""

from __future__ import annotations

from pathlib import Path

import pytest
import ranklsys_conditions

import ranklsys as rk
from ranklsys import Part, registry, score
from ranklsys.testing import assert_sound

CONDITIONS = ranklsys_conditions.register_parts()
TABLE = Path(ranklsys_conditions.__file__).parent / "training.csv"


def end(host: str, *parts: str, days: float, **changes: float) -> dict[str, float]:
    return rk.compose(host, *parts).set(changes).simulate(days, points=2).iloc[-1].to_dict()


@pytest.mark.thorough
@pytest.mark.parametrize(
    "condition",
    [
        pytest.param(condition, marks=[pytest.mark.thorough] if condition.id != "menopause" else [])
        for condition in CONDITIONS
    ],
    ids=lambda condition: condition.id,
)
def test_a_condition_is_sound(condition: Part) -> None:
    """Beside a condition more and a drug."""
    others = [CONDITIONS[0], CONDITIONS[1], registry().part("opg-fc")]
    assert_sound(condition, siblings=others)


@pytest.mark.parametrize("host", ["human", "mouse"])
@pytest.mark.parametrize("gene", ["rankl", "rank"])
def test_without_rankl_or_rank_there_are_no_osteoclasts_and_bone_rises(host: str, gene: str) -> None:
    last = end(host, f"{gene}-knockout", days=60 if host == "mouse" else 1000)
    assert last["osteoclasts"] < 0.01
    assert last["bone_volume"] > 1.02


def test_without_opg_bone_is_lost() -> None:
    last = end("mouse", "opg-knockout", days=60)
    assert last["osteoclasts"] > 1.5
    assert last["bone_volume"] < 0.8


def test_a_heterozygote_lies_between() -> None:
    none, half, whole = (
        end("mouse", "opg-knockout", days=60, opg_knockout__left=left)["osteoclasts"] for left in (0, 0.5, 1)
    )
    assert none > half > whole == pytest.approx(1.0)


def test_menopause_raises_markers_within_the_range_seen() -> None:
    """Garnero 1996: resorption +79 to +97 %, formation +37 to +52 %; placebo arms; Sowers 2010: the last period.

    All rows are right but one: -5.1 % of the spine in the two years after the last period, where -6.6 % was seen."""
    found = score(TABLE).table
    of_menopause = found[~found["study"].str.startswith("Hershman")]
    assert len(of_menopause) == 10
    wrong = of_menopause[~of_menopause["within"]]
    assert list(zip(wrong["study"], wrong["value"], strict=True)) == [("Sowers 2010", -6.6)]


def test_ovarian_failure_is_right_at_the_spine_and_costs_too_much_at_the_hip() -> None:
    """Hershman 2010: spine -5.5 % in a year and -6.3 % in two, both right; hip -2.6 % in two, here -4.4 %."""
    found = score(TABLE).table
    rows = found[found["study"].str.startswith("Hershman")]
    assert len(rows) == 3
    wrong = rows[~rows["within"]]
    assert list(zip(wrong["observable"], wrong["value"], strict=True)) == [("bone_mineral_density_hip", -2.6)]
    assert (wrong["predicted"] < wrong["value"]).all()


def test_ovarian_failure_costs_most_at_the_spine_and_in_the_first_year() -> None:
    """Whether the numbers of Hershman 2010 are met, the score of the rows says."""
    columns = ["bone_mineral_density_spine", "bone_mineral_density_hip"]
    run = 100 * (rk.compose("human", "ovarian-failure").simulate("24 mo", points=3, columns=columns) - 1)
    spine, hip = run["bone_mineral_density_spine"], run["bone_mineral_density_hip"]
    assert -8 < spine.iloc[2] < spine.iloc[1] < -1.5
    assert spine.iloc[1] < 0.5 * spine.iloc[2]
    assert spine.iloc[2] < hip.iloc[2] < 0
    assert hip.iloc[2] > -5


@pytest.mark.parametrize(("host", "days"), [("human", 91), ("mouse", 14)])
def test_ovarian_failure_acts_within_weeks_and_leaves_what_other_tissue_makes(host: str, days: float) -> None:
    """Menopause has hardly begun by then."""
    sudden, slow = (end(host, part, days=days)["estrogen"] for part in ("ovarian-failure", "menopause"))
    assert 0.1 < sudden < 0.5
    assert slow > 0.9
    assert end(host, "ovarian-failure", days=20 * days)["estrogen"] == pytest.approx(0.1, abs=1e-3)


def test_bone_is_lost_after_menopause() -> None:
    assert end("human", "menopause", days=8 * 365.25)["bone_mineral_density_spine"] < 0.95


def test_menopause_comes_when_it_is_set() -> None:
    run = rk.compose("human", "menopause").set(menopause__start="1 y").simulate("3 y", points=4, columns=["CTX"])
    assert run["CTX"].iloc[1] == pytest.approx(1.0)
    assert 1.05 < run["CTX"].iloc[2] < run["CTX"].iloc[3]  # the fall is half done after 1.2 y
    assert run["CTX"].iloc[3] > 1.5


def test_arthritis_is_worst_in_the_joint() -> None:
    last = end("human", "rheumatoid-arthritis", days=3 * 365.25)
    assert last["bone_volume_lesion"] < last["bone_volume"] < 1.0


def test_an_effect_may_name_one_site() -> None:
    held = rk.compose("human", "rheumatoid-arthritis").facts.elements
    assert held["slot_RANKL_other_cells"].formula == "rheumatoid_arthritis__RANKL_skeleton"
    assert "RANKL_joint" in held["slot_RANKL_other_cells_lesion"].formula
