"""The drawing in the SBML: all of the network, legible, optional for readers, and not a part of the model."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import libsbml
import pytest

import ranklsys as rk
from ranklsys.model.diagram.glyphs import scene
from ranklsys.model.diagram.routing import Box
from ranklsys.plugins import library
from ranklsys.sbml.document import complaints
from ranklsys.sbml.drawing import Drawing, Glyph, draw, undraw
from ranklsys.sbml.levels import at_level

HUMAN = rk.compose("human")
TREATED = rk.compose("mouse", "mda-mb-231", "opg-fc")
DOSE = "opg-fc 3 mg/kg sc q2d x 3"
BOTH = pytest.mark.parametrize(
    "model", [HUMAN, pytest.param(TREATED, marks=pytest.mark.thorough)], ids=["human", "treated mouse"]
)


def boxes(drawing: Drawing) -> dict[str, Box]:
    """Return the boxes of what stands for something in a model; arrows and areas are none."""
    spans = {glyph.id: glyph.span for glyph in drawing.glyphs if glyph.of}
    return {
        name: Box(left + width / 2, top + height / 2, width, height)
        for name, (left, top, width, height) in spans.items()
    }


def of_kind(model: rk.Model, kind: str) -> list[Glyph]:
    return [glyph for glyph in scene(model.sbml).glyphs if glyph.kind == kind]


@BOTH
@pytest.mark.parametrize("kind", ["species", "reaction"])
def test_each_species_and_each_reaction_is_drawn_once(model: rk.Model, kind: str) -> None:
    ids = [element.id for element in model.facts.of_kind(kind)]
    assert sorted(glyph.of for glyph in of_kind(model, kind)) == sorted(ids)


@BOTH
def test_a_reaction_joins_all_that_takes_part_in_it(model: rk.Model) -> None:
    held = model.facts.elements
    for glyph in of_kind(model, "reaction"):
        reaction = held[glyph.of]
        roles = [(name, "substrate" if amount < 0 else "product") for name, amount in reaction.changes]
        roles += [(name, "modifier") for name in reaction.modifiers]
        assert [(end.glyph, end.role) for end in glyph.ends] == [(f"drawn_{name}", role) for name, role in roles]
        assert all(end.line is not None for end in glyph.ends)


@BOTH
def test_no_two_boxes_overlap(model: rk.Model) -> None:
    found = boxes(scene(model.sbml))
    over = [(one, other) for one, other in itertools.combinations(found, 2) if found[one].overlaps(found[other])]
    assert over == []


@BOTH
def test_all_is_inside_the_picture(model: rk.Model) -> None:
    drawing = scene(model.sbml)
    for box in boxes(drawing).values():
        assert box.left >= 0
        assert box.top >= 0
        assert box.right <= drawing.size[0]
        assert box.bottom <= drawing.size[1]


def test_a_line_of_words_is_inside_its_box() -> None:
    for glyph in scene(HUMAN.sbml).glyphs:
        if glyph.id.startswith("drawn_legend_"):
            continue
        left, top, width, height = glyph.span
        for words in glyph.words:
            assert words.span[0] >= left
            assert words.span[0] + words.span[2] <= left + width + 1e-9
            assert top <= words.span[1] + words.span[3] / 2 <= top + height


def test_a_curve_begins_at_the_box_that_it_comes_from() -> None:
    """It starts within three pixels of the border: the router leaves one, its points are apart by less than two.

    The copy at the lesion is below, and both are one to the router.
    """
    drawing = scene(HUMAN.sbml)
    found = boxes(drawing)
    for arrow in (glyph for glyph in drawing.glyphs if glyph.line):
        name, (x, y) = arrow.ends[0].glyph, arrow.line.start if arrow.line else (math.nan, math.nan)
        box = found[name.removesuffix("_lesion") if name.removesuffix("_lesion") in found else name]
        bottom = found.get(f"{name.removesuffix('_lesion')}_lesion", box).bottom
        assert box.left - 3 <= x <= box.right + 3
        assert box.top - 3 <= y <= bottom + 3


@pytest.mark.parametrize(
    ("arrow", "ends"),
    [
        ("tumour_inhibits_osteoblasts", ["tumour", "osteoblasts_lesion"]),
        ("PTH_activates_calcium", ["PTH", "calcium"]),
        (
            "osteoclast_precursors_activates_fusing_early",
            ["osteoclast_precursors", "osteoclast_precursors_lesion", "fusing_early", "fusing_early_lesion"],
        ),
        ("osteocytes_activates_sclerostin", ["osteocytes", "osteocytes_lesion", "sclerostin"]),
    ],
)
def test_an_arrow_joins_what_acts_at_the_site_where_it_acts(arrow: str, ends: list[str]) -> None:
    glyph = next(glyph for glyph in scene(HUMAN.sbml).glyphs if glyph.id == f"drawn_{arrow}")
    assert [end.glyph for end in glyph.ends] == [f"drawn_{name}" for name in ends]


def test_the_loops_are_drawn_whole() -> None:
    """Each step of a loop of layout.toml has its band of colour, and an arrow on it."""
    bands = [glyph.id for glyph in scene(HUMAN.sbml).glyphs if glyph.look.startswith("loop_")]
    arrows = [glyph for glyph in scene(HUMAN.sbml).glyphs if glyph.look.endswith("_in_loop")]
    assert len([name for name in bands if name.startswith("drawn_factors_")]) == 9
    assert len([name for name in bands if name.startswith("drawn_space_")]) == 8
    assert len(arrows) == len({name.split("_", 2)[2] for name in bands})


@BOTH
def test_a_saved_file_has_no_complaint_and_readers_may_ignore_its_drawing(model: rk.Model, tmp_path: Path) -> None:
    text = model.save(tmp_path / "model.xml", doses=DOSE if model is TREATED else ()).read_text(encoding="utf-8")
    assert complaints(text) == []
    document = libsbml.readSBMLFromString(text)
    assert [document.getPackageRequired(name) for name in ("layout", "render")] == [False, False]
    assert document.getModel().getPlugin("layout").getNumLayouts() == 1


@pytest.mark.thorough
def test_the_drawing_is_no_part_of_the_model() -> None:
    text = TREATED.sbml_with(DOSE)
    assert undraw(TREATED.sbml_with(DOSE, drawn=True)) == text
    assert "layout:" not in TREATED.sbml


def test_drawing_twice_gives_the_same_text() -> None:
    once = HUMAN.sbml_with(drawn=True)
    scene.cache_clear()
    assert HUMAN.sbml_with(drawn=True) == once
    assert draw(once, scene(HUMAN.sbml)) == once


@pytest.mark.parametrize("host", ["human", "mouse"])
def test_a_host_is_kept_without_its_drawing_and_the_healthy_composition_is_that_host_drawn(host: str) -> None:
    plain, drawn = (
        (library.folder() / file).read_text(encoding="utf-8")
        for file in (f"{host}.xml", f"composed/{host}-healthy.xml")
    )
    assert "layout:" not in plain
    assert drawn.count("<layout:layout ") == 1
    assert undraw(drawn) == plain, "type: ranklsys build, then ranklsys build --composed"


@pytest.mark.thorough
def test_a_drawn_file_runs_as_one_without_drawing() -> None:
    plain, with_drawing = (
        rk.load(text).simulate("9 d", points=4)
        for text in (TREATED.sbml_with(DOSE), TREATED.sbml_with(DOSE, drawn=True))
    )
    assert with_drawing.equals(plain)


def test_a_loaded_file_keeps_its_drawing_when_it_is_changed_and_saved(tmp_path: Path) -> None:
    loaded = rk.load(HUMAN.save(tmp_path / "model.xml")).set(OPG_loss=1.0)
    text = loaded.save(tmp_path / "again.xml").read_text(encoding="utf-8")
    assert complaints(text) == []
    assert text.count("<layout:speciesGlyph ") == len(HUMAN.facts.of_kind("species"))


@pytest.mark.parametrize(("level", "layouts"), [("L3V2", 1), ("L3V1", 1), ("L2V4", 0)])
def test_each_level_3_is_drawn_and_level_2_is_not(level: str, layouts: int, tmp_path: Path) -> None:
    text = rk.export(HUMAN, tmp_path / "model.xml", level=level)[0].read_text(encoding="utf-8")
    assert text.count("<layout:layout ") == layouts
    assert text.count("layout") == 0 or layouts
    assert at_level(HUMAN.sbml, level) == undraw(text)


@pytest.mark.thorough
def test_a_study_holds_drawn_models(tmp_path: Path) -> None:
    written = rk.export(TREATED, tmp_path / "study.sedml", until="3 d", show=["osteoclasts"], doses=DOSE)
    assert sum("<layout:layout " in path.read_text(encoding="utf-8") for path in written) == 1
