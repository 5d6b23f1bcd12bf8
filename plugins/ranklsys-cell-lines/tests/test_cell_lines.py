"""Cell lines: each is sound and grows; what tells them apart; the mice of Bennett 2024."""

from __future__ import annotations

from pathlib import Path

import pytest
import ranklsys_cell_lines

import ranklsys as rk
from ranklsys import Part, registry, run, score
from ranklsys.testing import assert_sound

LINES = ranklsys_cell_lines.register_parts()
MOUSE_LINES = [line.id for line in LINES if line.hosts == ("mouse",)]


@pytest.mark.parametrize(
    "line",
    [pytest.param(line, marks=[pytest.mark.thorough] if line.id != "mda-mb-231" else []) for line in LINES],
    ids=lambda line: line.id,
)
def test_a_line_is_sound(line: Part) -> None:
    """Beside OPG-Fc and another line, which excludes it."""
    other = next(each for each in LINES if each.hosts == line.hosts and each != line)
    assert_sound(line, siblings=[registry().part("opg-fc"), other])


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.id)
def test_every_value_has_its_unit_and_its_source(line: Part) -> None:
    settable = rk.compose(line.hosts[0]).facts
    for name, value in line.values.items():
        assert value.unit == settable.elements[name].unit_id, name
        assert value.source, name


@pytest.mark.parametrize("line", MOUSE_LINES)
def test_a_line_grows_in_bone(line: str) -> None:
    grown = rk.compose("mouse", line).simulate("40 d", columns=["tumour", "bone_volume_lesion"])
    assert grown["tumour"].iloc[-1] > 10 * grown["tumour"].iloc[0]
    assert (grown >= 0).all(axis=None)


@pytest.mark.parametrize("line", MOUSE_LINES)
def test_without_cells_there_is_no_tumour(line: str) -> None:
    """Exactly none, in three years."""
    model = rk.compose("mouse", line).set(seed_circulating=0.0, seed_bone=0.0)
    columns = ["tumour", "tumour_dormant", "tumour_circulating", "tumour_soft_tissue"]
    assert (model.simulate("3 y", points=13, columns=columns) == 0).all(axis=None)


@pytest.mark.parametrize(("variant", "line"), ranklsys_cell_lines.SAME_BUT.items())
def test_a_variant_differs_from_its_line_by_its_own_rows_alone(variant: str, line: str) -> None:
    own = rk.values_from_table(ranklsys_cell_lines.TABLE, variant)
    varied, usual = (ranklsys_cell_lines.values_of(each) for each in (variant, line))
    assert own
    assert {name for name in varied if varied[name] != usual.get(name)} == set(own)
    assert set(usual) <= set(varied)


def test_pthrp_makes_mcf7_osteolytic() -> None:
    quiet, lytic = (rk.compose("mouse", line).simulate("42 d").iloc[-1] for line in ("mcf-7", "mcf-7-pthrp"))
    assert quiet["bone_volume_lesion"] > 0.95
    assert lytic["bone_volume_lesion"] < 0.8
    assert lytic["calcium"] > quiet["calcium"]


def test_tumours_of_patients_grow_over_months() -> None:
    """Doubling in 100 to 400 d, from 3 % of the sites."""
    size = rk.compose("human", "patient-breast").simulate("100 d", points=2, columns=["tumour"])["tumour"]
    assert 2 ** (100 / 400) < size.iloc[-1] / size.iloc[0] < 2.5


@pytest.mark.thorough
def test_a_subtype_that_grows_faster_is_survived_for_a_shorter_time() -> None:
    """Predicted from growth alone; of six medians, those of the two subtypes with most visceral disease are missed."""
    found = score(Path(ranklsys_cell_lines.__file__).parent / "survival.csv").table
    assert set(found.loc[~found["within"], "study"].str.split(", ").str[-1]) == {"HER2-enriched", "basal-like"}


def test_an_osteoblastic_tumour_makes_bone_and_raises_both_markers() -> None:
    columns = ["bone_volume_lesion", "P1NP", "CTX"]
    lytic, blastic = (
        rk.compose("human", f"patient-breast{kind}").simulate("2 y", points=2, columns=columns).iloc[-1]
        for kind in ("", "-osteoblastic")
    )
    assert lytic["bone_volume_lesion"] < 0.7 < 1 < blastic["bone_volume_lesion"]
    assert blastic["P1NP"] > 1.2
    assert blastic["CTX"] > 1.1


def test_bennett_2024_is_met() -> None:
    """Cells, bone and tumour over three weeks, each within two standard errors."""
    found = score(Path(ranklsys_cell_lines.__file__).parent / "training.csv").table
    assert len(found) == 16
    assert found["within"].all(), found[~found["within"]]


def test_the_scenario_shows_what_the_table_scores() -> None:
    compared = run("bennett2024").compared
    assert len(compared) == 16
    assert (compared["residual"].abs() <= 2 * compared["error"]).all()
