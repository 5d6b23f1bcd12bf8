"""The rooms of the package, as its imports make them: ``uv run --group quality python docs/rooms.py``.

Writes docs/rooms.svg, the table of rooms in docs/design.md, and says how many imports run down, up or in a circle.
Rows are the layers that pyproject.toml asks for; an arrow means that modules of a room import modules of another, and
is left out where a longer way leads there too. The drawing is plain text, so that its bytes depend on no library.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import grimp

ROOT = Path(__file__).parent.parent
PACKAGE = "ranklsys"
PICTURE, PAGE = ROOT / "docs" / "rooms.svg", ROOT / "docs" / "design.md"
BEGIN, END = "<!-- rooms: written by docs/rooms.py -->", "<!-- rooms: end -->"
FONT = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans Condensed', sans-serif"
WIDTH, ROW, BOX, HIGH, TOP = 760, 84, 150, 46, 30
ACROSS = {
    **{"cli": 0.5, "testing": 0.86, "exchange": 0.12, "author": 0.66, "trials": 0.3, "study": 0.66, "model": 0.42},
    **{"plugins": 0.42, "frame": 0.14, "show": 0.86, "sbml": 0.38, "tables": 0.38, "units": 0.72, "errors": 0.55},
}
"""Where a room stands across the picture, for few crossings; one that is not named stands in the middle."""
Edges = Mapping[tuple[str, str], int]
Places = Mapping[str, tuple[float, float]]


def layers() -> list[list[str]]:
    """Return the rooms from top to bottom as pyproject.toml has them, those that do not know each other in one row."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]
    return [[room.strip() for room in layer.split("|")] for layer in contract["layers"]]


def imports() -> tuple[Edges, list[list[str]]]:
    """Return how many modules of each room import from another room, and the circles of modules, if there are any."""
    graph = grimp.build_graph(PACKAGE)
    edges: Counter[tuple[str, str]] = Counter()
    for module in graph.modules:
        for other in graph.find_modules_directly_imported_by(module):
            one, two = room_of(module), room_of(other)
            if one and two and one != two:
                edges[one, two] += 1
    return edges, circles({module: graph.find_modules_directly_imported_by(module) for module in graph.modules})


def room_of(module: str) -> str:
    """Return the room of a module: the word behind the package's name; empty for the door itself."""
    return module.removeprefix(PACKAGE).removeprefix(".").partition(".")[0]


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules each of which imports itself through the others."""
    reach = {one: reached(graph, one) for one in graph}
    groups = {frozenset(other for other in reach[one] if one in reach[other]) for one in graph if one in reach[one]}
    return sorted(sorted(group) for group in groups)


def reached(graph: Mapping[str, set[str]], start: str) -> set[str]:
    """Return all that a module imports, directly or through others."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = set(graph.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found


def upward(edges: Edges, rows: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Return the imports that run up, or between rooms that should not know each other."""
    level = {room: number for number, row in enumerate(rows) for room in row}
    return sorted((one, two) for one, two in edges if level[two] <= level[one])


def reduced(edges: Edges) -> list[tuple[str, str]]:
    """Return the arrows to draw: those from which no longer way leads to the same room."""
    graph: dict[str, set[str]] = {}
    for one, two in edges:
        graph.setdefault(one, set()).add(two)
    return sorted(
        (one, two) for one, two in edges if not any(two in reached(graph, other) for other in graph[one] - {two})
    )


def modules_of(room: str) -> list[Path]:
    """Return the files of a room."""
    folder = ROOT / PACKAGE / room
    files = folder.rglob("*.py") if folder.is_dir() else [folder.with_suffix(".py")]
    return sorted(path for path in files if "template" not in path.parts)


def purpose(room: str) -> str:
    """Return what the first sentence of a room says of it, without its name."""
    folder = ROOT / PACKAGE / room
    file = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return " ".join(said.partition("\n\n")[0].split()).partition(": ")[2].rstrip(".")


def picture(rows: Sequence[Sequence[str]], edges: Edges) -> str:
    """Return the drawing as SVG text."""
    places = {
        room: (WIDTH * ACROSS.get(room, 0.5), TOP + ROW * level) for level, row in enumerate(rows) for room in row
    }
    drawn = reduced(edges)
    shapes = [
        _arrow(_port(one, two, drawn, places), _port(two, one, drawn, places), edges[one, two]) for one, two in drawn
    ]
    shapes += [_box(room, *places[room]) for room in places]
    height = TOP + ROW * len(rows)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="{FONT}">'
    return "\n".join([head, f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>', *shapes, "</svg>", ""])


def _port(room: str, other: str, drawn: Sequence[tuple[str, str]], places: Places) -> tuple[float, float]:
    """Return where the arrow between two rooms leaves or reaches the first: side by side with its others, in order."""
    below = places[other][1] > places[room][1]
    others = [two for one, two in drawn if one == room] if below else [one for one, two in drawn if two == room]
    ordered = sorted(others, key=lambda each: places[each])
    x, y = places[room]
    apart = min(24.0, BOX * 0.8 / len(ordered))
    return x + apart * (ordered.index(other) - (len(ordered) - 1) / 2), y + HIGH * below


def _arrow(start: tuple[float, float], end: tuple[float, float], count: int) -> str:
    (x1, y1), (x2, y2) = start, end
    bend = (y2 - y1) / 2
    way = f"M{x1:.0f} {y1:.0f} C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2 - 5:.0f}"
    head = f"M{x2 - 4:.0f} {y2 - 7:.0f} L{x2:.0f} {y2:.0f} L{x2 + 4:.0f} {y2 - 7:.0f} Z"
    width = 1 + min(count, 40) / 16
    return (
        f'<path d="{way}" fill="none" stroke="#7d8a97" stroke-width="{width:.1f}"/>\n<path d="{head}" fill="#7d8a97"/>'
    )


def _box(room: str, x: float, y: float) -> str:
    files = modules_of(room)
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)
    words = f"{len(files)} files, {lines} lines" if len(files) > 1 else f"{lines} lines"
    size = f'x="{x - BOX / 2:.0f}" y="{y:.0f}" width="{BOX}" height="{HIGH}" rx="6"'
    return (
        f'<rect {size} fill="#eef2f6" stroke="#3b5b92"/>\n'
        f'<text x="{x:.0f}" y="{y + 20:.0f}" text-anchor="middle" font-size="15" fill="#222222">{escape(room)}</text>\n'
        f'<text x="{x:.0f}" y="{y + 37:.0f}" text-anchor="middle" font-size="11" fill="#5f6b6d">{words}</text>'
    )


def arrows(picture: str) -> list[str]:
    """Return the boxes and arrows of a drawing without what changes with every line: counts and widths."""
    kept = re.sub(r' stroke-width="[^"]*"|[0-9]+ files, [0-9]+ lines|[0-9]+ lines', "", picture)
    return kept.splitlines()


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return the table of rooms in Markdown, from top to bottom."""
    lines = [f"| `{room}` | {purpose(room)} |" for row in rows for room in row]
    return "\n".join(["| room | what it is for, and what comes in |", "|---|---|", *lines])


def page(text: str, rows: Sequence[Sequence[str]]) -> str:
    """Return the page with the table of now between its marks."""
    marked = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    return marked.sub(lambda _: f"{BEGIN}\n\n{table(rows)}\n\n{END}", text)


def main() -> None:
    """Write the picture and the table, and say what the imports are like; the exit code is 1 if one runs up."""
    rows = layers()
    edges, rings = imports()
    wrong = upward(edges, rows)
    PICTURE.write_text(picture(rows, edges), encoding="utf-8", newline="\n")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), rows), encoding="utf-8", newline="\n")
    rooms = sum(map(len, rows))
    print(f"{rooms} rooms on {len(rows)} levels, {len(edges)} arrows, {len(reduced(edges))} of them drawn")
    print(f"imports that run up: {', '.join(map(' -> '.join, wrong)) or 'none'}")
    print(f"circles of modules: {'; '.join(map(' -> '.join, rings)) or 'none'}")
    sys.exit(1 if wrong or rings else 0)


if __name__ == "__main__":
    main()
