"""Scene: the network of a model as SBML's layout draws it, in the places of ``layout.toml``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ranklsys.model.diagram.influences import Influence
from ranklsys.model.diagram.plan import CANVAS, EDGE, FALL, LEGEND, LINE, PARTS, RISE, Arrow, Group, Node, Plan, plan
from ranklsys.model.diagram.routing import Box, Route, Router
from ranklsys.sbml.cache import recalled
from ranklsys.sbml.drawing import Drawing, End, Glyph, Line, Look, Words
from ranklsys.sbml.facts import Facts, facts
from ranklsys.sbml.naming import at_lesion

DOT = 10.0
"""The side of the box of a reaction."""
INSIDE = 8.0
"""How far an area reaches beyond what is in it."""
AWAY, FAR, STEP, REACH = 6.0, 19.0, 6.0, 40
"""How far a reaction stays from all boxes and stands from its own; the grid of places tried for it, in steps."""
LETTERS, SMALL = 10.5, 8.5
AT_LESION = "at the lesion"
INK = "#111111"
BACK, BAND, FRONT = -3, -2, 1


@recalled(16)
def scene(text: str, folder: Path | None = None) -> Drawing:
    """Return the drawing of a host with its parts: each species and reaction once, and what acts on what.

    What exists at both sites has two boxes, one below the other. An influence that a reaction shows is drawn as the
    reaction alone, unless a loop goes through it. folder: with the table of places; the installed one if None.
    Raises DataError if a state of the core has no place.
    """
    held, found = facts(text), plan(text, twice=True, folder=folder)
    reactions = list(_reactions(found, held))
    bottom = max([found.height - EDGE, *(glyph.span[1] + glyph.span[3] + INSIDE for glyph in reactions)])
    shown = {pair for each in held.of_kind("reaction") for pair in _shown(each.changes, each.modifiers)}
    arrows = [arrow for arrow in found.arrows if arrow.bands or not shown.issuperset(arrow.influence.pairs)]
    ids = {name for node in found.nodes for name in (node.id, *([at_lesion(node.id)] if node.lesion else []))}
    glyphs = [
        *(_area(name, group, bottom) for name, group in zip(found.places.groups, found.groups, strict=True)),
        *(band for arrow in arrows for band in _bands(arrow, found, ids)),
        *(_arrow(arrow, ids) for arrow in arrows),
        *reactions,
        *(glyph for node in found.nodes for glyph in _boxes(node, held)),
    ]
    glyphs.extend(_legend(found))
    return Drawing("what acts on what", (float(CANVAS), bottom + EDGE), tuple(glyphs), _looks(found), _palette(found))


def _shown(changes: Iterable[tuple[str, float]], modifiers: Iterable[str]) -> set[tuple[str, str]]:
    """Return which influences a reaction shows: of what it uses up or only reads, on what it changes."""
    changed = dict(changes)
    causes = [*(name for name, amount in changed.items() if amount < 0), *modifiers]
    return {(cause, name) for cause in causes for name in changed}


def _id(name: str) -> str:
    return f"drawn_{name}"


def _span(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.width, box.height


def _line(route: Route) -> Line:
    return Line(route.start, route.handles, route.end)


def _around(route: Route) -> tuple[float, float, float, float]:
    """Return the box of a curve by its ends."""
    (left, top), (right, bottom) = route.start, route.end
    return min(left, right), min(top, bottom), abs(right - left), abs(bottom - top)


def _area(name: str, group: Group, bottom: float) -> Glyph:
    """Return the area of a group; that of the parts goes down to the last of their reactions."""
    words = Words(text=group.title, span=_span(group.caption), look=f"caption_{name}")
    left, top, width, height = _span(group.box)
    look, span = f"area_{name}", (left, top, width, bottom - top if name == PARTS else height)
    return Glyph(id=_id(f"area_{name}"), kind="general", look=look, span=span, words=(words,), depth=BACK)


def _boxes(node: Node, held: Facts) -> Iterator[Glyph]:
    """Yield the boxes of a quantity: its own, and that of its copy at the lesion."""
    species = held.elements[node.id].kind == "species"
    kind, look = "species" if species else "general", f"{'computed' if node.computed else 'state'}_{node.group}"
    middle, letters = (len(node.lines) - 1) / 2, "italic" if node.computed else "plain"
    words = tuple(
        Words(
            text=line,
            span=(node.box.left, node.box.y + (number - middle - 0.5) * LINE, node.box.width, LINE),
            look=letters,
        )
        for number, line in enumerate(node.lines)
    )
    yield Glyph(id=_id(node.id), kind=kind, of=node.id, look=look, span=_span(node.box), words=words, depth=FRONT)
    if node.lesion is not None:
        name, span = at_lesion(node.id), _span(node.lesion)
        words = (Words(text=AT_LESION, span=span, look="small"),)
        yield Glyph(id=_id(name), kind=kind, of=name, look=f"lesion_{node.group}", span=span, words=words, depth=FRONT)


def _legend(found: Plan) -> Iterator[Glyph]:
    """Yield what the colours of lines mean, where the picture of the documentation has its legend."""
    loops = {f"loop_{name}": (loop["title"], 9.0) for name, loop in found.places.loops.items()}
    meanings = {"grey": ("activates: makes it rise", 2.0), "red": ("inhibits: makes it fall", 2.0), **loops}
    for number, (colour, (text, thick)) in enumerate(meanings.items()):
        left, y = LEGEND.left, LEGEND.top + 65 + 22 * number
        words = Words(text=text, span=(left + 46, y - LINE / 2, LEGEND.width - 46, LINE), look="legend")
        span = (left, y - thick / 2, 34.0, thick)
        yield Glyph(id=_id(f"legend_{colour}"), kind="general", look=f"line_{colour}", span=span, words=(words,))


def _bands(arrow: Arrow, found: Plan, ids: set[str]) -> Iterator[Glyph]:
    """Yield the coloured bands under an arrow of the loops."""
    each = arrow.influence
    colours = {loop["colour"]: name for name, loop in found.places.loops.items()}
    for number, colour in enumerate(arrow.bands):
        look = f"loop_{colours[colour]}" + ("_wide" if len(arrow.bands) > 1 and not number else "")
        name = _id(f"{colours[colour]}_{each.source}_to_{each.target}")
        span, line = _around(arrow.route), _line(arrow.route)
        yield Glyph(id=name, kind="general", look=look, span=span, line=line, ends=_ends(each, ids), depth=BAND)


def _arrow(arrow: Arrow, ids: set[str]) -> Glyph:
    each = arrow.influence
    sense = "activates" if each.sign > 0 else "inhibits" if each.sign < 0 else "acts_on"
    name = _id(f"{each.source}_{sense}_{each.target}")
    return Glyph(
        id=name,
        kind="general",
        look=sense + ("_in_loop" if arrow.bands else ""),
        span=_around(arrow.route),
        line=_line(arrow.route),
        ends=_ends(each, ids),
    )


def _ends(each: Influence, ids: set[str]) -> tuple[End, ...]:
    """Return what an influence joins, at the sites where it is one; COPASI takes no curve that joins nothing."""
    role = "activator" if each.sign > 0 else "inhibitor" if each.sign < 0 else "modifier"
    sources = dict.fromkeys(one if one in ids else each.source for one, _ in each.pairs)
    targets = dict.fromkeys(other if other in ids else each.target for _, other in each.pairs)
    return (*(End(_id(name), role) for name in sources), *(End(_id(name), "product") for name in targets))


def _reactions(found: Plan, held: Facts) -> Iterator[Glyph]:
    """Yield the reactions, each as a dot in the nearest free place, with its curves."""
    nodes = {node.id: node.box for node in found.nodes}
    boxes = nodes | {at_lesion(node.id): node.lesion for node in found.nodes if node.lesion is not None}
    taken = [*boxes.values(), *(group.caption for group in found.groups)]
    router = Router([*taken], CANVAS)
    for each in held.of_kind("reaction"):
        parts = [(name, "substrate" if amount < 0 else "product") for name, amount in each.changes]
        ends = [*parts, *((name, "modifier") for name in each.modifiers)]
        if len(ends) == 1:
            (name, role), alone = ends[0], boxes[ends[0][0]]
            dot = _beside(alone, name in nodes, taken)
            joined = [End(_id(name), role, _straight(alone, dot, role), role)]
        else:
            dot = _between([boxes[name] for name, _ in parts], [boxes[name] for name in each.modifiers], taken)
            joined = [_end(name, role, boxes[name], dot, router) for name, role in ends]
        taken.append(dot)
        name, span = _id(each.id), _span(dot)
        yield Glyph(id=name, kind="reaction", of=each.id, look="reaction", span=span, ends=tuple(joined), depth=FRONT)


def _end(name: str, role: str, box: Box, dot: Box, router: Router) -> End:
    route = router.route(dot, box) if role == "product" else router.route(box, dot)
    return End(_id(name), role, _line(route), role)


def _straight(box: Box, dot: Box, role: str) -> Line:
    """Return the line between a box and a dot above or below it."""
    above = dot.y < box.y
    at_box, at_dot = (dot.x, box.top if above else box.bottom), (dot.x, dot.bottom if above else dot.top)
    start, end = (at_dot, at_box) if role == "product" else (at_box, at_dot)
    return _line(Route(start, (dot.x, (start[1] + end[1]) / 2), end))


def _beside(box: Box, above: bool, taken: list[Box]) -> Box:
    """Return the first free place above a box or below it, from its left on: arrows leave from its middle."""
    across = range(int(2 * DOT), int(box.width - DOT), int(STEP))
    for row in range(REACH):
        y = box.top - FAR - row * STEP if above else box.bottom + FAR + row * STEP
        for x in (box.left + step for step in across):
            if _is_free(x, y, taken):
                return Box(x, y, DOT, DOT)
    return Box(box.x, y, DOT, DOT)


def _between(boxes: list[Box], modifiers: list[Box], taken: list[Box]) -> Box:
    """Return the free place nearest to the middle of what reacts, drawn a third of the way to what only acts on it."""
    x, y = _middle(boxes or modifiers)
    if modifiers:
        there = _middle(modifiers)
        x, y = x + (there[0] - x) / 3, y + (there[1] - y) / 3
    steps = range(-REACH, REACH + 1)
    for across, down in sorted(((i, j) for i in steps for j in steps), key=lambda at: (at[0] ** 2 + at[1] ** 2, at)):
        if _is_free(x + across * STEP, y + down * STEP, taken):
            return Box(x + across * STEP, y + down * STEP, DOT, DOT)
    return Box(x, y, DOT, DOT)


def _middle(boxes: list[Box]) -> tuple[float, float]:
    return sum(box.x for box in boxes) / len(boxes), sum(box.y for box in boxes) / len(boxes)


def _is_free(x: float, y: float, taken: list[Box]) -> bool:
    room = Box(x, y, DOT + 2 * AWAY, DOT + 2 * AWAY)
    return room.left > 0 and room.top > 0 and not any(room.overlaps(box) for box in taken)


def _palette(found: Plan) -> dict[str, str]:
    """Return the colours by name; an area has a tenth of its group's."""
    colours = {name: entry["colour"] for name, entry in found.places.groups.items()}
    return {
        "white": "#ffffff",
        "ink": INK,
        "grey": RISE,
        "red": FALL,
        **colours,
        **{f"{name}_area": f"{colour}1a" for name, colour in colours.items()},
        **{f"loop_{name}": loop["colour"] for name, loop in found.places.loops.items()},
    }


def _looks(found: Plan) -> dict[str, Look]:
    looks = {
        "plain": Look(stroke="ink", size=LETTERS),
        "italic": Look(stroke="ink", size=LETTERS, italic=True),
        "legend": Look(stroke="ink", size=LETTERS, middle=False),
        "small": Look(stroke="ink", size=SMALL),
        "acts_on": Look(stroke="grey", width=1.1),
        "activates": Look(stroke="grey", width=1.1, head="activates"),
        "inhibits": Look(stroke="red", width=1.1, head="inhibits"),
        "activates_in_loop": Look(stroke="grey", width=2, head="activates"),
        "inhibits_in_loop": Look(stroke="red", width=2, head="inhibits"),
        "reaction": Look(stroke="ink", width=1.1, fill="white", radius=2),
        "substrate": Look(stroke="ink", width=1.1),
        "product": Look(stroke="ink", width=1.1, head="makes"),
        "modifier": Look(stroke="ink", width=1.1, head="catalyses"),
    }
    for name in found.places.groups:
        looks[f"area_{name}"] = Look(stroke=f"{name}_area", width=0, fill=f"{name}_area", radius=10)
        looks[f"caption_{name}"] = Look(stroke=name, size=12.5, bold=True, middle=False)
        looks[f"state_{name}"] = Look(stroke=name, width=1.4, fill="white", radius=8)
        looks[f"computed_{name}"] = Look(stroke=name, width=1.4, fill="white", radius=2, dash=(4, 3))
        looks[f"lesion_{name}"] = Look(stroke=name, width=1, fill="white", radius=4)
    for colour in ("red", "grey", *(f"loop_{name}" for name in found.places.loops)):
        looks[f"line_{colour}"] = Look(stroke=colour, width=0, fill=colour, radius=0)
    for name in found.places.loops:
        looks[f"loop_{name}"] = Look(stroke=f"loop_{name}", width=9)
        looks[f"loop_{name}_wide"] = Look(stroke=f"loop_{name}", width=13)
    return looks
