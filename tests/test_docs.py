"""The README and docs say what is true: their code runs and prints what is shown, their pictures are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ranklsys.cli import cli
from tests.conftest import Say
from tests.pages import Session, alike, blocks, compare, typed
from tests.selection import quick_if

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("plugins/*/README.md"))]
LONG = {
    *("antibody.md", "export.md", "fitting.md", "oral.md", "other-tools.md"),
    *("population.md", "scenario.md", "trial.md", "tutorial.md"),
}
"""Pages that take more than two seconds; so do many of the plugins, which their own tests run too."""


def is_quick(page: Path) -> bool:
    return page.name not in LONG and "plugins" not in page.parts


def identity(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", quick_if(is_quick, [page for page in PAGES if blocks(page)]), ids=identity)
def test_a_page_does_and_prints_what_it_shows(
    page: Path, tmp_path: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("calibration", "models", "plugins"):  # pages name tables of the repository
        (tmp_path / name).symlink_to(ROOT / name)
    session = Session(page, tmp_path, say, monkeypatch)
    for block in blocks(page):
        session.run(block)


def test_the_pages_show_code_and_commands() -> None:
    languages = [block.language for page in PAGES for block in blocks(page)]
    assert languages.count("python") >= 2
    assert languages.count("console") >= 5


def test_numbers_are_compared_as_they_are_shown() -> None:
    assert alike("light  0.14 (3 mg/kg)", "light 0.1449 (3 mg/kg)")
    assert not alike("light 0.14", "light 0.16")
    assert not alike("3 parts", "4 parts")
    assert not alike("bone 0.14", "bone volume 0.14")
    assert alike("1.2e-05 pM", "1.24e-05 pM")
    assert not alike("1.2e-05 pM", "1.24e-04 pM")


def test_what_is_left_out_of_a_page_is_said_by_dots() -> None:
    compare(["first", "...", "last"], ["first", "a", "b", "last"], "here")
    for shown in (["first"], ["last"], ["first", "last"], ["...", "second", "..."]):
        with pytest.raises(AssertionError):
            compare(shown, ["first", "a", "b", "last"], "here")


@pytest.mark.parametrize("page", PAGES, ids=identity)
def test_links_and_pictures_exist(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_every_command_is_documented() -> None:
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    listed = re.search(r"^- Commands: (.*?)\.$", log, re.MULTILINE)
    assert listed is not None
    assert set(listed[1].split(", ")) == set(cli.commands)


def test_a_command_ends_before_its_comment_and_its_output() -> None:
    assert list(typed("$ pip install uv && uv run ranklsys list  # all\nhosts\n$ pytest\n")) == [
        ("ranklsys list", ["hosts"]),
        ("pytest", []),
    ]
