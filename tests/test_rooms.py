"""The rooms of the package are as they are drawn: one way down, no circle, few doors, no long file."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.scripts import script

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "ranklsys"


@pytest.fixture(scope="module")
def rooms() -> ModuleType:
    """Give ``docs/rooms.py``."""
    return script("docs/rooms.py")


def test_imports_run_down_and_never_in_a_circle(rooms: ModuleType) -> None:
    edges, circles = rooms.imports()
    assert rooms.upward(edges, rooms.layers()) == []
    assert circles == []


def test_a_circle_and_an_import_that_runs_up_would_be_seen(rooms: ModuleType) -> None:
    assert rooms.circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]
    assert rooms.upward({("low", "high"): 1, ("high", "low"): 2}, [["high"], ["low"]]) == [("low", "high")]
    assert rooms.upward({("one", "other"): 1}, [["one", "other"]]) == [("one", "other")]


def test_the_picture_and_the_table_show_the_rooms_as_they_are(rooms: ModuleType) -> None:
    edges, layers = rooms.imports()[0], rooms.layers()
    text = rooms.PAGE.read_text(encoding="utf-8")
    assert rooms.page(text, layers) == text, "type: uv run --group quality python docs/rooms.py"
    drawn = rooms.PICTURE.read_text(encoding="utf-8")
    assert rooms.arrows(rooms.picture(layers, edges)) == rooms.arrows(drawn), "type: python docs/rooms.py"


def test_a_reader_meets_sixteen_entries_at_most() -> None:
    entries = [path.name for path in PACKAGE.iterdir() if path.name not in ("__pycache__", "models")]
    assert len(entries) <= 16, sorted(entries)


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in PACKAGE.rglob("*.py")}
    assert len(lengths) > 100
    assert {str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > 300} == {}


def test_each_room_says_what_it_is_for(rooms: ModuleType) -> None:
    said = {room: rooms.purpose(room) for layer in rooms.layers() for room in layer}
    assert [room for room, words in said.items() if len(words.split()) < 5] == []
