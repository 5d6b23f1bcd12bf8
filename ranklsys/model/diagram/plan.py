"""Plan: where everything in the picture of a network is, by the table of places ``layout.toml``."""

from __future__ import annotations

import itertools
import math
import textwrap
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ranklsys.errors import DataError, nearest
from ranklsys.model.diagram.influences import Influence, influences, one_site
from ranklsys.model.diagram.routing import Box, Route, Router
from ranklsys.plugins import library
from ranklsys.plugins.part import HOSTS
from ranklsys.sbml.facts import Facts, facts
from ranklsys.sbml.naming import at_lesion, is_own

RISE, FALL = "#4a5a68", "#c0304a"
"""The colours of what makes rise, and of what makes fall."""
COLUMN, ROW, LEFT, TOP = 140.0, 60.0, 78.0, 92.0
WIDTH, LINE, LETTERS = 128.0, 13.0, 21
CANVAS, EDGE = 1560, 14
BELOW = 90
"""Room for arrows below the lowest box, in pixels."""
TAG = 13.0
"""The height of the box of a copy at the lesion."""
LEGEND = Box(123.0, 816.0, 214.0, 216.0)
ACROSS = 8
"""How many states of parts stand in a row."""
APART = 1.4
"""How many rows their rows are apart, with room for reactions between them."""
PARTS = "parts"
TABLE = "layout.toml"


@dataclass(frozen=True)
class Node:
    """A state, or a computed quantity, in its place; ``lesion`` is the place of its copy there, if that is drawn."""

    id: str
    lines: tuple[str, ...]
    group: str
    computed: bool
    box: Box
    lesion: Box | None = None

    @property
    def area(self) -> Box:
        """Its box with that of its copy."""
        if self.lesion is None:
            return self.box
        height = self.lesion.bottom - self.box.top
        return Box(self.box.x, self.box.top + height / 2, self.box.width, height)


@dataclass(frozen=True)
class Group:
    """A subsystem: the area around its nodes."""

    title: str
    colour: str
    box: Box

    @property
    def caption(self) -> Box:
        """Where its title stands."""
        width = 7.0 * len(self.title)
        return Box(self.box.left + 9 + width / 2, self.box.top + 11, width, 14)


@dataclass(frozen=True)
class Arrow:
    """An influence as a curve; bands are the colours of the loops that it belongs to."""

    influence: Influence
    route: Route
    bands: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """The table of places: groups (title, colour), nodes (group, at) and loops (title, colour, through)."""

    groups: Mapping[str, Mapping[str, str]]
    nodes: Mapping[str, Mapping[str, Any]]
    loops: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Plan:
    """Where everything of a picture is."""

    places: Layout
    groups: Sequence[Group]
    nodes: Sequence[Node]
    arrows: Sequence[Arrow]

    @property
    def height(self) -> int:
        """The height of the whole picture."""
        return math.ceil(max(group.box.bottom for group in self.groups)) + EDGE


def layout(folder: Path) -> Layout:
    """Return the table of places of a folder of models."""
    return Layout(**tomllib.loads((folder / TABLE).read_text(encoding="utf-8")))


def host_plan(folder: Path) -> Plan:
    """Return where everything of the core in a folder of models is drawn.

    Raises DataError if a state has no place or a place no quantity, if boxes or groups overlap, and if a loop is broken
    or does not reinforce itself.
    """
    text, places = (folder / f"{HOSTS[0]}.xml").read_text(encoding="utf-8"), layout(folder)
    held = facts(text)
    check_places(places, held)
    found = _influences(text, places, held)
    check_loops(places, found)
    return _plan(places, held, found)


def plan(text: str, *, twice: bool = False, folder: Path | None = None) -> Plan:
    """Return where everything of a host with its parts is drawn; the states of parts stand below.

    twice: with a box for the copy at the lesion, below that of what exists at both sites. folder: of the places.
    Raises DataError if a state of the core has no place.
    """
    held = facts(text)
    places = _with_parts(layout(folder or library.folder()), held)
    check_places(places, held)
    return _plan(places, held, _influences(text, places, held), twice=twice)


def check_places(places: Layout, held: Facts) -> None:
    """Raise DataError unless each state has a place, and each place a quantity, a group and room."""
    if missing := [name for name in _states(held) if name not in places.nodes]:
        what = f"no place in the picture for {', '.join(missing)}"
        raise DataError(what, where=TABLE, hint="Give each a group, and a column and row, under [nodes]")
    for name, place in places.nodes.items():
        if name not in held.elements:
            raise DataError(f"the model has no '{name}'{nearest(name, held.elements)}", where=TABLE)
        if place["group"] not in places.groups:
            raise DataError(
                f"{name}: there is no group '{place['group']}'{nearest(place['group'], places.groups)}", where=TABLE
            )
    nodes = _nodes(places, held)
    areas = {"the legend": LEGEND, **{group.title: group.box for group in _groups(places, nodes)}}
    for boxes in ({node.id: node.box for node in nodes}, areas):
        for (one, box), (other, second) in itertools.combinations(boxes.items(), 2):
            if box.overlaps(second):
                raise DataError(f"{one} and {other} overlap in the picture", where=TABLE, hint="Move one of them")


def check_loops(places: Layout, found: Iterable[Influence]) -> None:
    """Raise DataError unless each loop goes through influences that together reinforce."""
    signs = {(each.source, each.target): each.sign for each in found}
    for name, loop in places.loops.items():
        steps = _steps(loop)
        if broken := [step for step in steps if step not in signs]:
            raise DataError(f"loop '{name}': {broken[0][0]} does not act on {broken[0][1]}", where=TABLE)
        if math.prod(signs[step] for step in steps) <= 0:
            raise DataError(f"loop '{name}' does not reinforce itself", where=TABLE)


def _states(held: Facts) -> list[str]:
    """Return what needs a place: states, and other species, whose number follows from a rule or from nothing."""
    species = [each.id for each in held.of_kind("species") if each.id not in held.states]
    return list(dict.fromkeys(one_site(name, held) for name in (*held.states, *species)))


def _influences(text: str, places: Layout, held: Facts) -> tuple[Influence, ...]:
    return influences(text, [name for name in places.nodes if name not in held.states])


def _steps(loop: Mapping[str, Any]) -> list[tuple[str, str]]:
    through = loop["through"]
    return list(zip(through, [*through[1:], through[0]], strict=True))


def _with_parts(places: Layout, held: Facts) -> Layout:
    """Return the places with a group of their own for the states of parts."""
    names = [name for name in _states(held) if is_own(name)]
    if not names:
        return places
    below = max(place["at"][1] for place in places.nodes.values()) + 1.6
    added = {
        name: {"group": PARTS, "at": [number % ACROSS * 1.1, below + number // ACROSS * APART]}
        for number, name in enumerate(names)
    }
    groups = {**places.groups, PARTS: {"title": "Parts", "colour": "#333333"}}
    return Layout(groups, {**places.nodes, **added}, places.loops)


def _nodes(places: Layout, held: Facts, *, twice: bool = False) -> list[Node]:
    nodes = []
    for name, place in places.nodes.items():
        column, row = place["at"]
        label = held.elements[name].name.removesuffix(", relative")
        capitals = sum(letter.isupper() for letter in label)  # wider than other letters
        wide = LETTERS - capitals // 4
        too_long = any(len(word) > wide for word in label.split())
        lines = tuple(textwrap.wrap(label, wide, break_on_hyphens=too_long))
        box = Box(LEFT + column * COLUMN, TOP + row * ROW, WIDTH, 8 + LINE * len(lines))
        computed = name not in held.states
        copied = twice and _stands_twice(name, held) and at_lesion(name) in held.elements
        below = Box(box.x, box.bottom + TAG / 2, box.width, TAG) if copied else None
        nodes.append(Node(name, lines, place["group"], computed, box, below))
    return nodes


def _stands_twice(name: str, held: Facts) -> bool:
    """Whether something has a glyph of its own at each site: a state or a species, not what only a formula says."""
    return name in held.states or held.elements[name].kind == "species"


def _groups(places: Layout, nodes: Sequence[Node]) -> list[Group]:
    groups = []
    for name, entry in places.groups.items():
        boxes = [node.area for node in nodes if node.group == name]
        left, right = min(box.left for box in boxes) - 8, max(box.right for box in boxes) + 8
        top, bottom = min(box.top for box in boxes) - 24, max(box.bottom for box in boxes) + 8
        box = Box((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
        groups.append(Group(entry["title"], entry["colour"], box))
    return groups


def _plan(places: Layout, held: Facts, found: Iterable[Influence], *, twice: bool = False) -> Plan:
    nodes = _nodes(places, held, twice=twice)
    groups = _groups(places, nodes)
    arrows = _arrows(places, found, nodes, [LEGEND, *(group.caption for group in groups)])
    return Plan(places, groups, nodes, arrows)


def _arrows(places: Layout, found: Iterable[Influence], nodes: Sequence[Node], others: Sequence[Box]) -> list[Arrow]:
    """Return the arrows, routed one after another: the loops first, then from short to long."""
    boxes = {node.id: node.area for node in nodes}
    bands = {
        (each.source, each.target): tuple(
            loop["colour"] for loop in places.loops.values() if (each.source, each.target) in _steps(loop)
        )
        for each in found
    }

    def order(each: Influence) -> tuple[bool, float]:
        one, other = boxes[each.source], boxes[each.target]
        return not bands[each.source, each.target], (one.x - other.x) ** 2 + (one.y - other.y) ** 2

    router = Router([*boxes.values(), *others], CANVAS, max(box.bottom for box in boxes.values()) + BELOW)
    return [
        Arrow(each, router.route(boxes[each.source], boxes[each.target]), bands[each.source, each.target])
        for each in sorted(found, key=order)
    ]
