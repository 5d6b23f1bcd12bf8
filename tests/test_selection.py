"""The quick run leaves out no room and no plugin, and says what it leaves out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.selection import quick_if

ROOT = Path(__file__).parent.parent
ROOMS = sorted(path.parent.name for path in ROOT.glob("ranklsys/*/__init__.py"))
PLUGINS = sorted(path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml"))
TESTS = """
import pytest

def test_quick(): pass

@pytest.mark.thorough
def test_thorough(): pass
"""


def test_each_folder_has_a_quick_test(folders: dict[Path, bool]) -> None:
    """Each of which tests are collected in this very run: in a whole one, all rooms, all plugins and the peers."""
    assert [folder for folder, quick in folders.items() if not quick] == []


@pytest.mark.parametrize(
    "folder", [*(f"tests/{room}" for room in ROOMS), *(f"plugins/{each}/tests" for each in PLUGINS)]
)
def test_each_room_and_each_plugin_has_a_folder_of_tests(folder: str) -> None:
    assert list((ROOT / folder).glob("test_*.py"))


def test_parameters_are_quick_if_they_are_chosen() -> None:
    one, two = quick_if("one".__eq__, ["one", "two"])
    assert one == "one"
    assert (two.values, [mark.name for mark in two.marks]) == (("two",), ["thorough"])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["test_x.py", "-n0"], "thorough tests left out: 1 (pytest --all runs them too)\n1 passed"),
        (["test_x.py", "-n1"], "thorough tests left out: 1 (pytest --all runs them too)\n1 passed"),
        (["test_x.py", "-n0", "--all"], "\n2 passed"),
        (["test_x.py::test_thorough", "-n0"], "\n1 passed"),
    ],
    ids=["quick", "quick in processes", "all", "named"],
)
def test_what_is_left_out_is_said(tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "conftest.py").write_text((ROOT / "conftest.py").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "test_x.py").write_text(TESTS, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "--rootdir", str(tmp_path), *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said in done.stdout, done.stdout + done.stderr
