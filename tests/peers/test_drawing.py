"""Other tools read the drawing: COPASI takes all of it, and SBMLNetwork makes a picture of it."""

from __future__ import annotations

from pathlib import Path

import libsbml
import matplotlib.image
import numpy as np
import pytest
from numpy.typing import NDArray

import ranklsys as rk
from ranklsys.model.diagram.glyphs import scene
from ranklsys.sbml.drawing import Drawing, Glyph


@pytest.fixture(scope="module")
def model() -> rk.Model:
    return rk.compose("mouse", "mda-mb-231", "opg-fc")


@pytest.fixture(scope="module")
def drawing(model: rk.Model) -> Drawing:
    return scene(model.sbml)


@pytest.fixture(scope="module")
def path(model: rk.Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return model.save(tmp_path_factory.mktemp("drawn") / "model.xml", doses="opg-fc 3 mg/kg sc q2d x 3")


def curves(layout: libsbml.Layout) -> int:
    """Return how many arrows and bands, and lines of reactions, a layout has."""
    general = [layout.getGeneralGlyph(number) for number in range(layout.getNumGeneralGlyphs())]
    reactions = [layout.getReactionGlyph(number) for number in range(layout.getNumReactionGlyphs())]
    ends = [each.getSpeciesReferenceGlyph(n) for each in reactions for n in range(each.getNumSpeciesReferenceGlyphs())]
    return sum(glyph.isSetCurve() and glyph.getCurve().getNumCurveSegments() for glyph in [*general, *ends])


def test_copasi_takes_all_of_the_drawing_and_writes_it_again(model: rk.Model, path: Path) -> None:
    """COPASI's own SBML, made of what it has read, draws the same species in the same places."""
    copasi = pytest.importorskip("COPASI")
    data = copasi.CRootContainer.addDatamodel()
    assert data.importSBML(str(path))
    assert data.getListOfLayouts().size() == 1
    assert data.exportSBML(str(path.with_name("again.xml")), True, 3, 1)
    copasi.CRootContainer.removeDatamodel(data)
    ours, theirs = (libsbml.readSBMLFromFile(str(each)) for each in (path, path.with_name("again.xml")))
    own, again = (each.getModel().getPlugin("layout").getLayout(0) for each in (ours, theirs))
    assert placed(again) == placed(own)
    assert len(placed(own)) == len(model.facts.of_kind("species"))
    assert again.getNumReactionGlyphs() == len(model.facts.of_kind("reaction"))
    assert again.getNumTextGlyphs() == own.getNumTextGlyphs()
    assert curves(again) == curves(own) > 150
    looks = again.getPlugin("render").getRenderInformation(0)
    assert looks.getNumStyles() == own.getPlugin("render").getRenderInformation(0).getNumStyles()


def placed(layout: libsbml.Layout) -> dict[str, tuple[float, ...]]:
    """Return where the species of a layout stand."""
    glyphs = [layout.getSpeciesGlyph(number) for number in range(layout.getNumSpeciesGlyphs())]
    boxes = {glyph.getSpeciesId(): glyph.getBoundingBox() for glyph in glyphs}
    return {name: (box.getX(), box.getY(), box.getWidth(), box.getHeight()) for name, box in boxes.items()}


def test_sbmlnetwork_makes_a_picture_with_every_box_in_its_place(
    model: rk.Model, drawing: Drawing, path: Path, tmp_path: Path
) -> None:
    sbmlnetwork = pytest.importorskip("sbmlnetwork")
    network = sbmlnetwork.load(str(path))
    assert tuple(network.get_size()) == drawing.size
    assert len(network.get_species_list()) == len(model.facts.of_kind("species"))
    assert len(network.get_reactions_list()) == len(model.facts.of_kind("reaction"))
    network.draw(str(tmp_path / "model.png"))
    picture = matplotlib.image.imread(tmp_path / "model.png")[..., :3]
    boxes = [glyph for glyph in drawing.glyphs if glyph.kind == "species"]
    assert all(has_side(picture, drawing, glyph, 0) for glyph in boxes)
    elsewhere = [glyph.of for glyph in boxes if has_side(picture, drawing, glyph, 12)]
    assert len(elsewhere) < len(boxes) / 3, "so much ink that the test above shows nothing"


def has_side(picture: NDArray[np.float32], drawing: Drawing, glyph: Glyph, away: int) -> bool:
    """Return whether the left side of a box has its colour, within 0.45 of 1: the tool paints the area over it.

    away: look so many pixels beside it. The tool's own margin is 25 pixels, and its lines are one pixel wide.
    """
    left, top, _, height = glyph.span
    colour = drawing.palette[drawing.looks[glyph.look].stroke]
    ink = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    x, y = round(left) + 25 - away, round(top + height / 2) + 25
    return bool((np.abs(picture[y, x - 3 : x + 4] - ink).max(axis=1) < 0.45).any())
