"""OPG-Fc in mice: it is sound, slows tumours through bone alone, and its effect passes."""

from __future__ import annotations

from pathlib import Path

import pytest
import ranklsys_opg

import ranklsys as rk
from ranklsys import Part, score
from ranklsys.testing import assert_sound

DOSE = "{} 3 mg/kg sc tiw"


@pytest.mark.thorough
@pytest.mark.parametrize(
    "part",
    [
        pytest.param(part, marks=[pytest.mark.thorough] if part.id != "opg-fc" else [])
        for part in ranklsys_opg.register_parts()
    ],
    ids=lambda part: part.id,
)
def test_both_constructs_are_sound(part: Part) -> None:
    """SBML, units, no effect of a dose of zero, no negative amount, COPASI, order beside each other."""
    assert_sound(part, doses=DOSE.format(part.id), siblings=ranklsys_opg.register_parts())


@pytest.mark.parametrize(
    "line", ["mda-mb-231", *(pytest.param(line, marks=pytest.mark.thorough) for line in ("b16f10", "h1299"))]
)
def test_bone_tumours_grow_slower_but_go_on_and_soft_tissue_is_left_alone(line: str) -> None:
    model = rk.compose("mouse", line, "opg-fc")
    bare, treated = (
        model.simulate("20 d", doses=doses, times=[10.0, 20.0], columns=["tumour", "tumour_soft_tissue"])
        for doses in ((), DOSE.format("opg-fc"))
    )
    assert treated["tumour"].iloc[0] < treated["tumour"].iloc[1] < 0.95 * bare["tumour"].iloc[1]
    assert treated["tumour_soft_tissue"].iloc[1] == pytest.approx(bare["tumour_soft_tissue"].iloc[1], rel=0.05)


def test_osteoclasts_come_back_when_it_is_stopped() -> None:
    """After four weeks of doses: none at the end, a few percent more than before within two months."""
    run = rk.compose("mouse", "opg-fc").simulate(
        "90 d", doses="opg-fc 3 mg/kg sc tiw x 12", points=91, columns=["osteoclasts"]
    )["osteoclasts"]
    assert run.loc[27.0] < 0.05
    assert 1.02 < run.loc[28.0:].max() < 1.5


def test_the_training_table_is_predicted() -> None:
    """All 22 rows in mice. Women of Bekker 2001 fell more by day 4 (NTX -80 %, here -66)."""
    found = score(Path(ranklsys_opg.__file__).parent / "training.csv").table
    assert len(found) == 25
    wrong = found[~found["within"]]
    assert list(zip(wrong["study"].str[:11], wrong["observable"], strict=True)) == [
        ("Bekker 2001", "NTX"),
    ]
