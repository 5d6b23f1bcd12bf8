"""What a release says of itself is one thing everywhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import ranklsys as rk

ROOT = Path(__file__).parent.parent
PLUGINS = sorted(ROOT.glob("plugins/*/pyproject.toml"))


def project(path: Path) -> dict[str, object]:
    return dict(tomllib.loads(path.read_text(encoding="utf-8"))["project"])


def test_the_citation_is_of_this_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    ours = project(ROOT / "pyproject.toml")
    assert re.search(r"^version: (.+)$", citation, re.MULTILINE)[1] == ours["version"] == rk.__version__  # type: ignore[index]
    assert re.search(r"^license: (.+)$", citation, re.MULTILINE)[1] == ours["license"]  # type: ignore[index]


@pytest.mark.parametrize("path", PLUGINS, ids=lambda path: path.parent.name)
def test_a_shipped_plugin_has_the_licence_and_python_of_the_core_and_can_be_described(path: Path) -> None:
    ours, core = project(path), project(ROOT / "pyproject.toml")
    assert (ours["license"], ours["requires-python"]) == (core["license"], core["requires-python"])
    assert ours["readme"] == "README.md"
    assert len(str(ours["description"])) > 20


def test_the_workflow_calls_what_is_called_by_hand() -> None:
    assert "- run: .ci/run\n" in (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
