"""Drawing: how a network is drawn, stored in its SBML by the packages layout and render; the model stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import libsbml

from ranklsys.sbml.document import read, succeed, write

PACKAGES = ("layout", "render")
LAYOUT = "drawn"
Point = tuple[float, float]
Span = tuple[float, float, float, float]
"""Left, top, width and height, in pixels."""


@dataclass(frozen=True)
class Line:
    """A curve of two handles."""

    start: Point
    handles: tuple[Point, Point]
    end: Point


@dataclass(frozen=True, kw_only=True)
class Look:
    """How glyphs of a kind are drawn: colours are of the palette.

    radius: of the corners of a box; None for what has no box. dash: lengths of a dashed line. head: of an arrow.
    size: of letters; 0 for what has none.
    """

    stroke: str
    width: float = 1.0
    fill: str = ""
    radius: float | None = None
    dash: tuple[int, ...] = ()
    head: str = ""
    size: float = 0.0
    bold: bool = False
    italic: bool = False
    middle: bool = True


@dataclass(frozen=True, kw_only=True)
class Words:
    """A line of text on a glyph."""

    text: str
    span: Span
    look: str


@dataclass(frozen=True, kw_only=True)
class Glyph:
    """Something drawn: a box or a curve.

    of: the id of the species, reaction or parameter that it stands for; empty for what stands for nothing.
    ends: what a reaction or an influence joins. depth: from back to front.
    """

    id: str
    kind: str
    look: str
    span: Span
    of: str = ""
    words: tuple[Words, ...] = ()
    line: Line | None = None
    ends: tuple[End, ...] = ()
    depth: int = 0


@dataclass(frozen=True)
class End:
    """What a reaction or an influence joins: the id of a glyph, and the role of what that stands for."""

    glyph: str
    role: str
    line: Line | None = None
    look: str = ""


@dataclass(frozen=True)
class Drawing:
    """All of a picture: glyphs from back to front, their looks, colours by name, and the heads of arrows."""

    title: str
    size: Point
    glyphs: tuple[Glyph, ...]
    looks: dict[str, Look]
    palette: dict[str, str]


def draw(text: str, drawing: Drawing) -> str:
    """Return an SBML text with a drawing, in place of one that it may have; both packages are optional for a reader."""
    document = read(undraw(text))
    for name, extension in zip(PACKAGES, (libsbml.LayoutExtension, libsbml.RenderExtension), strict=True):
        succeed(document.enablePackage(extension.getXmlnsL3V1V1(), name, True), f"use {name}")
        succeed(document.setPackageRequired(name, False), f"let readers go without {name}")
    layout = document.getModel().getPlugin("layout").createLayout()
    layout.setId(LAYOUT)
    layout.setName(drawing.title)
    layout.setDimensions(libsbml.Dimensions(_layout_names(), *drawing.size))
    add = {"species": _add_species, "reaction": _add_reaction, "general": _add_general}
    for glyph in drawing.glyphs:
        add[glyph.kind](layout, glyph)
    _add_looks(layout, drawing)
    return write(document)


def undraw(text: str) -> str:
    """Return an SBML text without drawings; one that has none is returned as it is."""
    if not any(f"{name}:required" in text for name in PACKAGES):
        return text
    document = read(text)
    without_drawing(document)
    return write(document)


def without_drawing(document: libsbml.SBMLDocument) -> None:
    """Leave out of a document how the network is drawn."""
    for name in reversed(PACKAGES):  # render stands inside layout
        plugin = document.getPlugin(name)
        if plugin is not None:
            succeed(document.disablePackage(plugin.getURI(), name), f"leave out {name}")


def _layout_names() -> libsbml.LayoutPkgNamespaces:
    return libsbml.LayoutPkgNamespaces(3, 1, 1)


def _add_species(layout: libsbml.Layout, glyph: Glyph) -> None:
    made = layout.createSpeciesGlyph()
    made.setSpeciesId(glyph.of)
    _place(layout, made, glyph)


def _add_reaction(layout: libsbml.Layout, glyph: Glyph) -> None:
    made = layout.createReactionGlyph()
    made.setReactionId(glyph.of)
    _place(layout, made, glyph)
    for end in glyph.ends:
        part = made.createSpeciesReferenceGlyph()
        part.setId(f"{glyph.id}_{end.role}_{end.glyph}")
        part.setSpeciesGlyphId(end.glyph)
        part.setRole(end.role)
        _bend(part, end.line)


def _add_general(layout: libsbml.Layout, glyph: Glyph) -> None:
    made = layout.createGeneralGlyph()
    if glyph.of:
        made.setReferenceId(glyph.of)
    _place(layout, made, glyph)
    _bend(made, glyph.line)
    for end in glyph.ends:
        part = made.createReferenceGlyph()
        part.setId(f"{glyph.id}_{end.role}_{end.glyph}")
        part.setGlyphId(end.glyph)
        part.setRole(end.role)
        part.setBoundingBox(_box(glyph.span))


def _place(layout: libsbml.Layout, made: libsbml.GraphicalObject, glyph: Glyph) -> None:
    """Give a glyph its id, its place and its words."""
    made.setId(glyph.id)
    made.setBoundingBox(_box(glyph.span, glyph.depth))
    for number, words in enumerate(glyph.words, start=1):
        text = layout.createTextGlyph()
        text.setId(f"{glyph.id}_text_{number}")
        text.setGraphicalObjectId(glyph.id)
        text.setText(words.text)
        text.setBoundingBox(_box(words.span, glyph.depth))


def _box(span: Span, depth: int = 0) -> libsbml.BoundingBox:
    box = libsbml.BoundingBox(_layout_names())
    left, top, width, height = (round(number, 1) for number in span)
    box.setPosition(libsbml.Point(_layout_names(), left, top))
    if depth:
        box.setZ(depth)
    box.setDimensions(libsbml.Dimensions(_layout_names(), width, height))
    return box


def _bend(made: libsbml.GraphicalObject, line: Line | None) -> None:
    """Give a glyph its curve."""
    if line is None:
        return
    segment = made.createCubicBezier()
    points = (line.start, *line.handles, line.end)
    for setter, (x, y) in zip(
        (segment.setStart, segment.setBasePoint1, segment.setBasePoint2, segment.setEnd), points, strict=True
    ):
        setter(libsbml.Point(_layout_names(), round(x, 1), round(y, 1)))


def _add_looks(layout: libsbml.Layout, drawing: Drawing) -> None:
    """Say how everything is drawn, in the layout's own render information."""
    info = layout.getPlugin("render").createLocalRenderInformation()
    info.setId(f"{LAYOUT}_looks")
    info.setBackgroundColor("#ffffff")
    for name, value in drawing.palette.items():
        colour = info.createColorDefinition()
        colour.setId(name)
        colour.setColorValue(value)
    for name in dict.fromkeys(look.head for look in drawing.looks.values() if look.head):
        stroke = next(look.stroke for look in drawing.looks.values() if look.head == name)
        _add_head(info, name, stroke)
    users = _users(drawing.glyphs)
    for name, look in drawing.looks.items():
        if name in users:
            _add_look(info, name, look, users[name])


def _users(glyphs: Iterable[Glyph]) -> dict[str, list[str]]:
    """Return the ids of the glyphs, words and ends of each look."""
    users: dict[str, list[str]] = {}
    for glyph in glyphs:
        users.setdefault(glyph.look, []).append(glyph.id)
        for number, words in enumerate(glyph.words, start=1):
            users.setdefault(words.look, []).append(f"{glyph.id}_text_{number}")
        for end in glyph.ends:
            if end.look:
                users.setdefault(end.look, []).append(f"{glyph.id}_{end.role}_{end.glyph}")
    return users


def _add_look(info: libsbml.LocalRenderInformation, name: str, look: Look, ids: Sequence[str]) -> None:
    style = info.createLocalStyle()
    style.setId(f"look_{name}")
    for glyph in ids:
        style.addId(glyph)
    group = style.getGroup()
    group.setStroke(look.stroke)
    group.setStrokeWidth(look.width)
    if look.head:
        group.setEndHead(look.head)
    if look.fill:
        group.setFillColor(look.fill)
    for length in look.dash:
        group.addDash(length)
    if look.size:
        _set_letters(group, look)
    if look.radius is not None:
        _add_rectangle(group, look)


def _set_letters(group: libsbml.RenderGroup, look: Look) -> None:
    group.setFontFamily("sans-serif")
    group.setFontSize(libsbml.RelAbsVector(look.size))
    group.setFontWeight("bold" if look.bold else "normal")
    group.setFontStyle("italic" if look.italic else "normal")
    group.setTextAnchor("middle" if look.middle else "start")
    group.setVTextAnchor("middle")


def _add_rectangle(group: libsbml.RenderGroup, look: Look) -> None:
    shape = group.createRectangle()
    zero, whole, radius = libsbml.RelAbsVector(0, 0), libsbml.RelAbsVector(0, 100), libsbml.RelAbsVector(look.radius, 0)
    shape.setCoordinates(zero, zero, zero)
    shape.setSize(whole, whole)
    shape.setRadii(radius, radius)
    shape.setStroke(look.stroke)
    shape.setStrokeWidth(look.width)
    shape.setFillColor(look.fill)
    for length in look.dash:
        shape.addDash(length)


HEADS: dict[str, tuple[Point, ...]] = {
    "activates": ((-8.0, -3.4), (0.0, 0.0), (-8.0, 3.4)),
    "makes": ((-8.0, -3.4), (0.0, 0.0), (-8.0, 3.4)),
    "inhibits": ((-2.4, -5.0), (0.0, -5.0), (0.0, 5.0), (-2.4, 5.0)),
    "catalyses": ((-6.0, 0.0), (-3.0, -3.0), (0.0, 0.0), (-3.0, 3.0)),
}
"""The heads of arrows by their corners, from the tip, which points to the right."""


def _add_head(info: libsbml.LocalRenderInformation, name: str, stroke: str) -> None:
    head = info.createLineEnding()
    head.setId(name)
    head.setEnableRotationalMapping(True)
    points = HEADS[name]
    left, top = min(x for x, _ in points), min(y for _, y in points)
    width, height = max(x for x, _ in points) - left, max(y for _, y in points) - top
    head.setBoundingBox(_box((left, top, width, height)))
    group = head.getGroup()
    group.setStroke(stroke)
    group.setFillColor(stroke)
    shape = group.createPolygon()
    shape.setFillColor(stroke)
    for x, y in points:
        point = shape.createPoint()
        point.setX(libsbml.RelAbsVector(x - left, 0))
        point.setY(libsbml.RelAbsVector(y - top, 0))
