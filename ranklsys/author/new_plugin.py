"""The template of a plugin: rendered with copier, from a repository that keeps what each version shipped.

copier can update what it has rendered only from a git repository, so that it can compare the template of then with that
of now. An installed package is none. The template is therefore kept in a repository of the user's cache, with a tag for
each version that came along.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from ranklsys.errors import DataError, RanklsysError, require
from ranklsys.model.solver import installed_version
from ranklsys.tables import output

FOLDER = Path(__file__).parent / "template"
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
AUTHOR = ("-c", "user.name=ranklsys", "-c", "user.email=ranklsys@localhost", "-c", "commit.gpgsign=false")


def render(name: str, kind: str, folder: Path, title: str = "") -> Path:
    """Write a new plugin into a folder, build its SBML, and return the folder.

    name: id of its part, e.g. ``my-therapy``. Raises DataError for an illegal name or a folder that is not empty, and
    RanklsysError if copier or git is missing.
    """
    if not NAME.fullmatch(name):
        raise DataError(f"'{name}' is not lower-case words joined by hyphens", hint="Names look like: my-therapy")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DataError("this is there already", where=str(folder), hint="Choose another folder with --into")
    answers = {"name": name, "kind": kind, **({"title": title} if title else {})}
    source, tag = repository()
    _copier().run_copy(_from_home(source), folder, data=answers, vcs_ref=tag, defaults=True, quiet=True)
    _build(folder)
    return folder


def update(folder: Path) -> str:
    """Bring the present template into a plugin that was made from an earlier one; return its tag.

    Raises DataError where that cannot be done: not made from the template, not in git, or with open changes.
    """
    made_from = _made_from(folder)
    home, tag = repository()
    copier = _copier()
    if made_from not in _git(home, "tag").split():
        what = f"the template {made_from} that it was made from has never been on this machine"
        hint = f"pip install ranklsys=={made_from.removeprefix('v')}, try this there, then upgrade and try again"
        raise DataError(what, where=str(folder), hint=hint)
    try:
        copier.run_update(folder, vcs_ref=tag, defaults=True, overwrite=True, quiet=True)
    except copier.errors.UserMessageError as problem:
        what = " ".join(str(problem).split()).rstrip(".")
        raise DataError(what, where=str(folder), hint="Commit all changes first, then try again") from None
    return tag


def repository() -> tuple[Path, str]:
    """Return the repository of the template, brought up to this version of ranklsys, and the tag of this version."""
    home = output.home() / "plugin-template"
    if not (home / ".git").is_dir():
        home.mkdir(parents=True, exist_ok=True)
        _git(home, "init", "--quiet", "--initial-branch=main")
    for path in home.iterdir():
        if path.name != ".git":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(FOLDER, home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    _git(home, "add", "--all")
    if _git(home, "status", "--porcelain"):
        _git(
            home, *AUTHOR, "commit", "--quiet", "--no-verify", "--message", f"ranklsys {installed_version('ranklsys')}"
        )
        _git(home, "tag", _free_tag(_git(home, "tag").split()))
    return home, _git(home, "describe", "--tags", "--exact-match")


def _made_from(folder: Path) -> str:
    """Return the tag of the template that a plugin was made from."""
    answers = folder / ".copier-answers.yml"
    found = (
        re.search(r"^_commit: (\S+)$", answers.read_text(encoding="utf-8"), re.MULTILINE) if answers.is_file() else None
    )
    if found is None:
        hint = "Only what ranklsys new-plugin has made can be updated so"
        raise DataError(
            "no .copier-answers.yml here says which template it was made from", where=str(folder), hint=hint
        )
    return found[1]


def _free_tag(taken: list[str]) -> str:
    """Return a tag for this version; a checkout whose template changes within a version gets ``.post1`` and so on."""
    version = f"v{installed_version('ranklsys')}"
    number = sum(tag == version or tag.startswith(f"{version}.post") for tag in taken)
    return f"{version}.post{number}" if number else version


def _from_home(path: Path) -> str:
    """Return a path as copier shall remember it: from ``~``, so that it holds for other users and machines."""
    home = Path.home()
    return f"~/{path.relative_to(home).as_posix()}" if path.is_relative_to(home) else str(path)


def _build(folder: Path) -> None:
    from ranklsys.author.build import build_folder

    if any(folder.rglob("*.ant")):
        build_folder(folder, lambda _: None)


def _git(folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=True)
    except FileNotFoundError:
        raise RanklsysError("git is not installed", hint=f"Install it, or type: copier copy {FOLDER} FOLDER") from None
    except subprocess.CalledProcessError as problem:
        what = f"git {words[0]} failed: {' '.join(problem.stderr.split())}"
        raise RanklsysError(what, where=str(folder), hint="Remove this folder; it is made again") from None
    return done.stdout.strip()


def _copier() -> Any:
    require("copier.errors", extra="author")
    return require("copier", extra="author")
