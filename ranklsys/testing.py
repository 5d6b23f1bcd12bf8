"""For the tests of plugins: fixtures (a pytest plugin, loaded by its entry point), and checks of a part and its files.

isolated_plugins: in this test no plugin is installed; ``rk.use`` adds parts for this test only.
temporary_plugin: ``temporary_plugin(source, name="guest")`` installs a plugin for this test, alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from ranklsys.plugins import finder

if TYPE_CHECKING:
    from ranklsys.author.checks import Judgement
    from ranklsys.model.dose_courses import Doses
    from ranklsys.plugins.part import Part

__all__ = ["Install", "assert_built", "assert_sound", "check_part", "isolated_plugins", "temporary_plugin"]

Install = Callable[..., None]
"""``install(source, name="guest")``: the entry point is ``name``, its distribution ``ranklsys-name`` 1.0."""

VARIABLES = ("RANKLSYS_PLUGINS", "RANKLSYS_STRICT", "RANKLSYS_TRACE")


def check_part(part: Part, *, doses: Doses = (), siblings: Sequence[Part] | None = None) -> list[Judgement]:
    """Return what every check that applies to a part found: check, expected, why, found, ok.

    doses: a regimen, as text or from ``rk.dose``; one is made up if none is given.
    siblings: parts to compose it with; None for every installed one that fits, which takes a second each.
    """
    from ranklsys.author.checks import check_part as check

    return check(part, doses=doses, siblings=siblings)


def assert_sound(part: Part, *, doses: Doses = (), siblings: Sequence[Part] | None = None) -> None:
    """Raise AssertionError that says what each failed check of a part found, expected, and why."""
    __tracebackhide__ = True
    failed = [finding for finding in check_part(part, doses=doses, siblings=siblings) if finding.ok is False]
    if not failed:
        return
    said = [f"{each.check}: {each.found}\n  expected: {each.expected}\n  why: {each.why}" for each in failed]
    raise AssertionError("\n".join([f"{part.id} is not sound", *said]))


def assert_built(notation: Path) -> None:
    """Raise AssertionError if the SBML beside a notation ``x.ant`` is not what this and its table ``x.csv`` give."""
    __tracebackhide__ = True
    from ranklsys.author.build import part_files

    for path, text in part_files(notation).items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            raise AssertionError(f"{path.name} is not what {notation.name} gives. Type: ranklsys build {notation}")


@pytest.fixture
def isolated_plugins(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Give the finder of plugins, which discovers nothing; ``use`` adds parts for this test only."""
    monkeypatch.setattr(finder, "entry_points", list)
    monkeypatch.setattr(finder, "_used", {})
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    before = set(sys.modules)
    finder.refresh()
    yield finder
    finder.refresh()
    for module in [name for name in set(sys.modules) - before if name.startswith(("guest_plugin_", "ranklsys_file_"))]:
        del sys.modules[module]


@pytest.fixture
def temporary_plugin(isolated_plugins: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Give ``install(source, name="guest")``; in this test nothing else is installed."""
    installed: list[metadata.EntryPoint] = []

    def install(source: str, name: str = "guest") -> None:
        installed.extend(_distribution(tmp_path, dedent(source), name))
        isolated_plugins.refresh()

    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(finder, "entry_points", lambda: sorted(installed, key=lambda point: point.name))
    return install


def _distribution(folder: Path, source: str, name: str) -> Sequence[metadata.EntryPoint]:
    """Write a module and what an installer would write about it; return its entry points."""
    module = f"guest_plugin_{name}"
    (folder / f"{module}.py").write_text(source, encoding="utf-8")
    info = folder / f"ranklsys_{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: ranklsys-{name}\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[{finder.GROUP}]\n{name} = {module}\n", encoding="utf-8")
    return tuple(metadata.PathDistribution(info).entry_points)
