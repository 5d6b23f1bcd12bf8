"""A plugin from the template installs, is found, passes its own tests, is sound and draws a picture at once."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from ranklsys.author import new_plugin
from ranklsys.cli.author import KINDS
from ranklsys.errors import DataError, RanklsysError
from tests.conftest import Say
from tests.installing import installed, pytest_in, ranklsys, run

pytest.importorskip("copier", reason="copier renders the template: pip install ranklsys[author]")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the repository of the template be a new one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "ranklsys" / "plugin-template"


@pytest.mark.thorough
@pytest.mark.parametrize("kind", KINDS)
def test_a_rendered_plugin_does_all_that_its_readme_says(cache: Path, tmp_path: Path, kind: str) -> None:
    made = new_plugin.render("my-thing", kind, tmp_path / "made")
    env = {**installed(made, tmp_path / "site"), "RANKLSYS_PLUGINS": "my-thing,opg"}
    listed = ranklsys("plugins", cwd=tmp_path, env=env)
    assert re.search(r"^my-thing +ranklsys-my-thing +0\.1\.0 +1 +parts +my-thing +ok$", listed, re.MULTILINE)
    assert "test_it_is_sound PASSED" in pytest_in(made, env)
    commands = re.findall(r"^\$ ranklsys (.*)$", (made / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["run", "check"]
    alone = {**env, "RANKLSYS_PLUGINS": "my-thing"}
    said = [ranklsys(*shlex.split(command), cwd=tmp_path, env=alone) for command in commands]
    assert "wrote my-thing.png" in said[0]
    assert (tmp_path / "my-thing.png").stat().st_size > 10_000
    assert " 0 fail\n" in said[1]


@pytest.mark.parametrize("kind", KINDS)
def test_copier_renders_the_folder_of_the_template_directly(cache: Path, tmp_path: Path, kind: str) -> None:
    import copier

    data = {"name": "my-thing", "kind": kind}
    copier.run_copy(str(new_plugin.FOLDER), tmp_path / "direct", data=data, defaults=True, quiet=True)
    made = new_plugin.render("my-thing", kind, tmp_path / "made")
    files = {path.relative_to(made) for path in made.rglob("*") if path.is_file() and path.suffix != ".xml"}
    assert {
        path.relative_to(tmp_path / "direct") for path in (tmp_path / "direct").rglob("*") if path.is_file()
    } == files
    for path in files - {Path(".copier-answers.yml")}:
        assert (tmp_path / "direct" / path).read_text(encoding="utf-8") == (made / path).read_text(encoding="utf-8")


def committed(folder: Path) -> None:
    for words in (
        ("init", "-q"),
        ("add", "-A"),
        ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "made"),
    ):
        run("git", *words, cwd=folder)


def test_an_update_brings_what_is_new_and_keeps_what_was_changed(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = new_plugin.render("my-thing", "therapy", tmp_path / "made")
    table = made / "ranklsys_my_thing" / "my_thing.csv"
    table.write_text(
        table.read_text(encoding="utf-8").replace("elimination from plasma,0.3", "elimination from plasma,0.6")
    )
    committed(made)
    newer = tmp_path / "newer"
    shutil.copytree(new_plugin.FOLDER, newer)
    with (newer / "project" / ".gitignore.jinja").open("a") as file:
        file.write("/novelty\n")
    monkeypatch.setattr(new_plugin, "FOLDER", newer)
    tag = new_plugin.update(made)
    assert tag.endswith(".post1")
    assert "/novelty\n" in (made / ".gitignore").read_text(encoding="utf-8")
    assert "elimination from plasma,0.6" in table.read_text(encoding="utf-8")
    assert f"_commit: {tag}\n" in (made / ".copier-answers.yml").read_text(encoding="utf-8")


def test_the_same_template_is_kept_once(cache: Path) -> None:
    first, second = new_plugin.repository(), new_plugin.repository()
    assert first == second == (cache, first[1])
    assert run("git", "tag", cwd=cache).split() == [first[1]]


def test_what_is_remembered_of_the_cache_holds_on_other_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    made = new_plugin.render("my-thing", "modulator", tmp_path / "made")
    assert "_src_path: ~/.cache/ranklsys/plugin-template\n" in (made / ".copier-answers.yml").read_text(
        encoding="utf-8"
    )
    committed(made)
    assert new_plugin.update(made) == new_plugin.repository()[1]


@pytest.mark.parametrize("name", ["My-therapy", "my_therapy", "-x", "2x", "x-", ""])
def test_an_illegal_name_is_refused(cache: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="not lower-case words joined by hyphens"):
        new_plugin.render(name, "therapy", tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_a_folder_that_is_there_is_left_alone(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match="this is there already"):
        new_plugin.render("my-thing", "therapy", tmp_path)


def test_an_update_with_open_changes_is_refused(cache: Path, tmp_path: Path) -> None:
    made = new_plugin.render("my-thing", "cell line", tmp_path / "made")
    committed(made)
    (made / "README.md").write_text("changed", encoding="utf-8")
    with pytest.raises(DataError, match=r"made: .*Commit all changes first"):
        new_plugin.update(made)


def test_an_update_of_something_else_is_refused(cache: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no \.copier-answers\.yml here"):
        new_plugin.update(tmp_path)


def test_an_update_from_a_template_that_never_was_here_says_what_to_do(cache: Path, tmp_path: Path) -> None:
    (tmp_path / ".copier-answers.yml").write_text("_commit: v0.0.9\n_src_path: ~/x\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"template v0\.0\.9 .* pip install ranklsys==0\.0\.9"):
        new_plugin.update(tmp_path)


def test_without_git_the_way_without_it_is_told(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RanklsysError, match=r"git is not installed\. Install it, or type: copier copy "):
        new_plugin.render("my-thing", "therapy", tmp_path / "made")


def test_the_command_writes_a_plugin_and_says_what_to_type_next(cache: Path, say: Say) -> None:
    said = say("new-plugin", "my-thing", "--kind", "cell line")
    assert said.code == 0, said.err
    assert "wrote ranklsys-my-thing/ranklsys_my_thing/my_thing.csv\n" in said.out
    assert said.out.splitlines()[-1].startswith("next: cd ranklsys-my-thing; ")
    assert say("new-plugin").code == 2
    assert say("new-plugin", "x", "--update", ".").code == 2
