"""The README and docs say what is true: their code runs, their commands exist, their picture is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from ranklsys.cli import cli

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("plugins/*/README.md"))]


def blocks(language: str) -> list[tuple[Path, str]]:
    pattern = re.compile(rf"^```{language}\n(.*?)^```", re.MULTILINE | re.DOTALL)
    return [(page, found) for page in PAGES for found in pattern.findall(page.read_text(encoding="utf-8"))]


def identity(block: object) -> str:
    return str(block.relative_to(ROOT)) if isinstance(block, Path) else ""


@pytest.mark.parametrize(("page", "code"), blocks("python"), ids=identity)
def test_python_blocks_run(page: Path, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(code, str(page), "exec"), {})


def commands() -> list[tuple[str, ...]]:
    """Each command of the pages, after those of its block that write a file which it names."""
    found = []
    for _, block in blocks("console"):
        lines = [line.removeprefix("$ ").split("  #")[0].split("uv run ")[-1].strip() for line in block.splitlines()]
        here = [line for line in lines if line.startswith("ranklsys ")]
        for number, command in enumerate(here):
            written = [other for other in here[:number] if needs(command, other)]
            found.append((*written, command))
    return found


def needs(command: str, other: str) -> bool:
    """Whether a command reads the file that another one writes."""
    words = shlex.split(other)
    return "-o" in words and words[words.index("-o") + 1] in shlex.split(command)[2:3]


@pytest.mark.parametrize("lines", commands(), ids=lambda lines: lines[-1])
def test_commands_of_the_pages_run(lines: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for line in lines:
        result = CliRunner().invoke(cli, shlex.split(line.replace(" plugins/", f" {ROOT}/plugins/"))[1:])
        assert result.exit_code == 0, result.output


def test_the_pages_show_code_and_commands() -> None:
    assert len(blocks("python")) >= 2
    assert len(commands()) >= 5


@pytest.mark.parametrize("page", PAGES, ids=identity)
def test_links_and_pictures_exist(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_every_command_is_documented() -> None:
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    listed = re.search(r"^- Commands: (.*?)\.$", log, re.MULTILINE)
    assert listed is not None
    assert set(listed[1].split(", ")) == set(cli.commands)
