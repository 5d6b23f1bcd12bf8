"""Quantities in the units of a clinic: by name and unit, of the woman in the middle and of each in a trial."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import ranklsys as rk
from ranklsys.model import levels, read_outs
from ranklsys.model.levels import core_correlations, core_levels, together
from ranklsys.model.read_outs import core_read_outs, needed, read_out
from ranklsys.plugins import library
from ranklsys.trials.noise import core_noise
from tests.conftest import Say

MODEL = rk.compose("human", "menopause")


def test_a_run_tells_a_marker_in_its_unit() -> None:
    run = MODEL.simulate("1 y", points=3, columns=["CTX [ng/mL]", "CTX"])
    assert list(run) == ["CTX [ng/mL]", "CTX"]
    assert run.attrs["units"] == {"CTX [ng/mL]": "ng/mL", "CTX": "dimensionless"}
    assert run["CTX [ng/mL]"].to_numpy() == pytest.approx(core_levels()["CTX_in_health"].value * run["CTX"].to_numpy())


def test_another_unit_of_the_same_dimension_is_converted() -> None:
    one, other = read_out("CTX [ng/mL]"), read_out("CTX [pg/mL]")
    values = {"CTX_in_health": 0.25, "CTX": 2.0}
    assert (one.of(values), other.of(values)) == (0.5, pytest.approx(500.0))
    assert read_out("calcium [mg/dL]").of({"calcium": 2.35, "calcium_mass": 4.008}) == pytest.approx(9.42, abs=0.01)


def test_a_woman_as_dense_as_young_ones_has_a_t_score_of_zero() -> None:
    """In health relative density is 1, and the woman in the middle has the mean of the densitometer's reference."""
    wanted = [f"bone_mineral_density_{site} [{unit}]" for site in ("spine", "hip") for unit in ("g/cm^2", "T-score")]
    found = rk.compose("human").simulate("1 d", points=2, columns=wanted).iloc[0]
    assert found.tolist() == pytest.approx([1.047, 0.0, 0.942, 0.0])
    assert MODEL.after("20 y").simulate("1 d", points=2, columns=wanted).iloc[0].to_numpy()[[1, 3]].max() < -0.5


@pytest.mark.parametrize("text", [each.label for each in core_read_outs()])
def test_every_read_out_is_made_of_what_the_model_and_the_levels_have(text: str) -> None:
    elements = rk.compose("human").facts.elements
    assert set(needed([text])) <= set(elements)
    assert read_out(text).reads - set(elements) <= set(core_levels())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("CTY [ng/mL]", r"there is no quantity .* 'CTY' \(did you mean 'CTX'\?\)"),
        ("CTX [mM]", r"'CTX' is not told in 'mM'.*It is told as: CTX \[ng/mL\]"),
        ("CTX [ng/mL", r"is not a quantity with a unit"),
    ],
)
def test_what_is_no_read_out_is_told_the_nearest(text: str, problem: str) -> None:
    with pytest.raises(rk.RanklsysError, match=problem):
        MODEL.simulate("1 d", columns=[text])


def test_a_mouse_has_no_levels_of_people() -> None:
    with pytest.raises(rk.UnknownName, match="the mouse has no levels"):
        rk.compose("mouse").simulate("1 d", columns=["CTX [ng/mL]"])


def test_what_varies_in_a_follower_comes_from_its_leaders(monkeypatch: pytest.MonkeyPatch) -> None:
    """c follows b, which follows a: a and c go together by as much as that makes, so nothing contradicts itself."""
    rows = [levels.Correlation("a", "b", 0.8, "assumed", "", ""), levels.Correlation("b", "c", 0.5, "assumed", "", "")]
    monkeypatch.setattr(levels, "core_correlations", lambda: rows)
    assert together("abc", {}) == pytest.approx({("a", "b"): 0.8, ("b", "c"): 0.5, ("a", "c"): 0.4})
    assert together("ac", {}) == {}
    assert together("abc", {("b", "a"): 0.2}) == pytest.approx({("b", "a"): 0.2, ("b", "c"): 0.5, ("a", "c"): 0.1})
    monkeypatch.setattr(levels, "core_correlations", lambda: [*rows, replace(rows[1], leader="a", value=-0.9)])
    with pytest.raises(rk.DataError, match="'c' leave it no room"):
        together("abc", {})


def test_each_level_correlation_and_noise_says_whence_it_is() -> None:
    told = [*core_levels().values(), *core_correlations(), *core_noise().values()]
    assert all(
        each.kind in levels.EVIDENCE and (each.source and (each.note or each.kind != "assumed")) for each in told
    )
    free = {*rk.compose("human").facts.settable, *core_levels(), "years_since_menopause"}
    assert {each.leader for each in core_correlations()} | {each.follower for each in core_correlations()} <= free
    assert set(core_noise()) <= set(rk.compose("human").facts.elements)


def test_a_table_that_is_wrong_is_refused_with_its_line(tmp_path: Path) -> None:
    text = (library.folder() / "levels.csv").read_text(encoding="utf-8")
    (tmp_path / "levels.csv").write_text(text.replace(",fitted,", ",fited,", 1), encoding="utf-8")
    with pytest.raises(rk.DataError, match=r"levels\.csv:2: there is no kind 'fited' \(did you mean 'fitted'\?\)"):
        levels.read_levels(tmp_path)
    (tmp_path / "absolute.csv").write_text("quantity,unit,formula,note\nCTX,ng/mL,CTX ^ 2,\n", encoding="utf-8")
    with pytest.raises(rk.DataError, match=r"absolute\.csv:2: .*Write a power as"):
        read_outs.read(tmp_path)


def test_commands_tell_a_quantity_in_its_unit(say: Say) -> None:
    run = say("run", "human", "--until", "1d", "--points", "2", "--show", "CTX [ng/mL]", "--show", "CTX")
    assert [line.split()[2:] for line in run.out.splitlines()[3:]] == [["ng/mL", "0.25"], ["dimensionless", "1"]]
    shown = say("show", "CTX").out
    assert "CTX_in_health*CTX" in shown
    assert "noise of one measurement" in shown
    assert "did you mean 'CTX'" in say("show", "CTXX").err
    scan = say("scan", "human", "--vary", "body_weight=50,60", "--until", "1d", "--show", "CTX [ng/mL]")
    assert "a scan shows ids of the model" in scan.err


def test_numbers_stand_in_a_formula_for_their_ids() -> None:
    assert read_out("CTX [ng/mL]").in_numbers({"CTX_in_health": 0.25}) == "0.25*CTX"
    assert np.isclose(read_out("CTX [pg/mL]").of({"CTX_in_health": 0.25, "CTX": 1.0}), 250.0)
