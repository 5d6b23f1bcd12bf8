"""Distributions of the plugins: what their claims, scenarios and tables compose is declared as a dependency."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from ranklsys.plugins import registry
from ranklsys.study.observations import observations

ROOT = Path(__file__).parent.parent.parent
FOLDERS = sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))


@cache
def declared(distribution: str) -> frozenset[str]:
    """The distribution itself and all that it depends on in this repository, through others too."""
    text = (ROOT / "plugins" / distribution / "pyproject.toml").read_text(encoding="utf-8")
    direct = [re.split(r"[^a-z-]", name)[0] for name in tomllib.loads(text)["project"].get("dependencies", [])]
    others = [name for name in direct if (ROOT / "plugins" / name).is_dir()]
    return frozenset({distribution, *direct}).union(*map(declared, others))


def composed(folder: Path) -> set[str]:
    """The parts that the claims, scenarios and tables of a plugin compose."""
    plugin = next(each for each in registry().plugins if each.distribution == folder.name)
    found = {need for claim in plugin.claims for need in claim.needs}
    for scenario in plugin.scenarios:
        found |= {*scenario.parts, *(part for arm in scenario.arms for part in arm.parts)}
    for table in (*folder.glob("*/training.csv"), *folder.glob("*/events.csv")):
        found |= {part for row in observations(table) for part in row.parts}
    return found


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_a_plugin_composes_is_declared(folder: Path) -> None:
    needed = {registry().owner(part).distribution for part in composed(folder)} | {"ranklsys"}
    assert needed <= declared(folder.name)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_plugin_has_a_readme_with_an_example_and_its_picture_and_tests(folder: Path) -> None:
    text = (folder / "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+\.png)\)", text)
    assert "$ ranklsys run " in text
    assert pictures
    assert all((folder / picture).stat().st_size > 5000 for picture in pictures)
    assert list((folder / "tests").glob("test_*.py"))
