"""Calcium and vitamin D, kidney disease, hyperparathyroidism: sound, neutral, and what they are known for."""

from __future__ import annotations

from pathlib import Path

import pytest
import ranklsys_minerals
from ranklsys_minerals.cohort import DENOSUMAB, EGFR, FAILING, NORMAL, PARTS, TABLET, TWO_TABLETS, below, courses

import ranklsys as rk
from ranklsys import CompositionError, Part, score
from ranklsys.testing import assert_built, assert_sound

HERE = Path(ranklsys_minerals.__file__).parent
OFFERED = ranklsys_minerals.register_parts()
SHOWN = ["calcium", "PTH", "calcitriol"]


@pytest.fixture(scope="module")
def woman() -> rk.Model:
    """A woman with all that may be given or lacking, good kidneys, no doses."""
    return rk.compose("human", *PARTS).set({EGFR: NORMAL})


@pytest.mark.thorough
@pytest.mark.parametrize("part", OFFERED, ids=lambda part: part.id)
def test_a_part_is_sound(part: Part) -> None:
    """SBML, units, no effect of a dose of zero, COPASI, order beside the others."""
    doses = "calcium-vitamin-d 500 mg po bid" if part.routes else ""
    assert_sound(part, doses=doses, siblings=[each for each in OFFERED if each is not part])


@pytest.mark.parametrize("part", OFFERED, ids=lambda part: part.id)
def test_its_sbml_is_what_its_notation_gives(part: Part) -> None:
    assert_built(HERE / f"{part.id.replace('-', '_')}.ant")


def test_good_kidneys_and_no_tablets_change_nothing(woman: rk.Model) -> None:
    bare = rk.compose("human", "menopause").simulate("1 y", points=3, columns=SHOWN)
    run = woman.simulate("1 y", points=3, columns=SHOWN)
    assert run.to_numpy() == pytest.approx(bare.to_numpy(), rel=1e-6)


@pytest.mark.thorough
def test_the_training_table_is_predicted() -> None:
    """Brent 1988, Schwarz 1994: PTH by calcium, hyperparathyroidism; Dave 2015, Bird 2024: kidney disease."""
    found = score(HERE / "training.csv").table
    assert len(found) == 8
    assert found["within"].all(), found[~found["within"]]


def test_pth_rises_and_calcitriol_falls_with_every_stage(woman: rk.Model) -> None:
    """Calcium stays within normal limits meanwhile."""
    stages = (90.0, 60.0, 45.0, 22.0, 10.0)
    last = [woman.set({EGFR: rate}).simulate("3 y", points=2, columns=SHOWN).iloc[-1] for rate in stages]
    pth, calcitriol = [each["PTH"] for each in last], [each["calcitriol"] for each in last]
    assert pth == sorted(pth)
    assert calcitriol == sorted(calcitriol, reverse=True)
    assert calcitriol[-1] < 0.5 < 2.5 < pth[-1] / pth[0]
    assert all(2.2 < each["calcium"] < 2.6 for each in last)


@pytest.mark.thorough
def test_calcium_falls_further_on_denosumab_with_failing_kidneys_and_less_with_tablets(woman: rk.Model) -> None:
    lowest = {}
    for rate in (NORMAL, FAILING):
        model = woman.set({EGFR: rate}).after("12 y")
        for tablets in ("", f"; {TABLET}", f"; {TWO_TABLETS}"):
            run = model.simulate("90 d", doses=DENOSUMAB + tablets, points=91, columns=["calcium"])["calcium"]
            lowest[rate, tablets] = run.min() / run.iloc[0]
    good, failing = (list(lowest.values())[first : first + 3] for first in (0, 3))
    assert good == sorted(good)
    assert failing == sorted(failing)
    assert failing[0] < 0.82 < 0.92 < good[0] < 0.98
    assert failing[-1] > failing[0] + 0.08


@pytest.mark.thorough
def test_tablets_raise_vitamin_d_and_lower_pth_where_both_lack(woman: rk.Model) -> None:
    """20 ug of vitamin D a day raise 25-hydroxyvitamin D by 14 nM (Heaney 2003)."""
    poor = woman.set(calcium_vitamin_d__diet=0.5, calcium_vitamin_d__level_without=25.0).after("2 y")
    columns = ["calcium_vitamin_d__level", "PTH", "CTX"]
    none, tablets = (
        poor.simulate("1 y", doses=doses, points=2, columns=columns).iloc[-1] for doses in ((), TWO_TABLETS)
    )
    assert tablets[columns[0]] - none[columns[0]] == pytest.approx(14, rel=0.05)
    assert tablets["PTH"] < 0.9 * none["PTH"]
    assert tablets["CTX"] < none["CTX"]


@pytest.mark.thorough
def test_larger_glands_alone_raise_calcium_less_than_a_set_point() -> None:
    model = rk.compose("human", "primary-hyperparathyroidism")
    healthy = {"primary_hyperparathyroidism__set_point": 1.0, "primary_hyperparathyroidism__gland_size": 1.0}
    glands, both = (
        model.set(changes).simulate("3 y", points=2, columns=["calcium", "PTH"]).iloc[-1]
        for changes in ({"primary_hyperparathyroidism__set_point": 1.0}, {})
    )
    start = model.set(healthy).simulate("3 y", points=2, columns=["calcium", "PTH"]).iloc[-1]
    assert start["calcium"] < glands["calcium"] < start["calcium"] * 1.05 < both["calcium"]
    assert both["PTH"] > 1.3 * start["PTH"]


def test_kidney_disease_is_not_for_mice() -> None:
    with pytest.raises(CompositionError, match="filtration is that of women"):
        rk.compose("mouse", "chronic-kidney-disease")


@pytest.mark.thorough
def test_shares_of_virtual_women_below_each_limit_are_those_of_studies() -> None:
    """Cowan 2023 and Bird 2024; what the women took is not known, so tablets bracket what was seen.

    Of 800 women: a share of a quarter then has a standard error of 1.5 points, and with 200 of 3, too much beside 10.
    """
    good, bare, one, two = (
        below(courses(rate, tablets))
        for rate, tablets in ((NORMAL, TWO_TABLETS), (FAILING, ""), (FAILING, TABLET), (FAILING, TWO_TABLETS))
    )
    assert good[2.0] <= 2
    assert two[2.0] < one[2.0] < bare[2.0]
    assert two[2.0] - 10 <= 24.1 <= one[2.0] + 10
    assert two[1.88] <= 41.1 <= bare[1.88]
    assert two[1.8] <= 14.9 <= bare[1.8]


@pytest.mark.thorough
def test_copasi_agrees(woman: rk.Model) -> None:
    verdict = rk.agree(woman.set({EGFR: FAILING}), "120 d", doses=f"{DENOSUMAB}; {TWO_TABLETS}")
    assert verdict["within"].all(), verdict.head()
