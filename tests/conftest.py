"""Fixtures: a plugin that is installed for one test, and the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from ranklsys.cli import main
from ranklsys.plugins import finder
from ranklsys.testing import Install

HEADER = "from ranklsys.plugins.hooks import hookimpl\nfrom ranklsys.plugins.part import Part\n"


@pytest.fixture
def plugin_from_source(temporary_plugin: Install) -> Install:
    """Give ``install(source, name="guest")`` as ``temporary_plugin`` does; the source follows HEADER."""

    def install(source: str, name: str = "guest") -> None:
        temporary_plugin(HEADER + dedent(source), name)

    return install


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


Say = Callable[..., Said]


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Say]:
    """Give ``say("run", ...)``, which runs a command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(finder, "_used", {})

    def run(*words: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            main(words)
        return Said(int(ended.value.code or 0), *capsys.readouterr())

    yield run
    for module in [name for name in sys.modules if name.startswith("ranklsys_file_")]:
        del sys.modules[module]
