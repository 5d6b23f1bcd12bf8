"""Fixtures: a plugin that is installed for one test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from textwrap import dedent

import pytest

from ranklsys import plugins

HEADER = "from ranklsys.hookspecs import hookimpl\nfrom ranklsys.part import Part\n"
Install = Callable[..., None]


@pytest.fixture
def plugin_from_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Give ``install(source, name="guest")``; in this test nothing else is installed.

    The entry point is ``name``, its distribution ``ranklsys-name`` 1.0. The source follows HEADER.
    """
    installed: list[metadata.EntryPoint] = []

    def install(source: str, name: str = "guest") -> None:
        module = f"guest_plugin_{name}"
        (tmp_path / f"{module}.py").write_text(HEADER + dedent(source), encoding="utf-8")
        info = tmp_path / f"ranklsys_{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: ranklsys-{name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{plugins.GROUP}]\n{name} = {module}\n")
        installed.extend(metadata.PathDistribution(info).entry_points)
        plugins.refresh()

    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(plugins, "entry_points", lambda: sorted(installed, key=lambda point: point.name))
    monkeypatch.setattr(plugins, "_used", {})
    for variable in ("RANKLSYS_PLUGINS", "RANKLSYS_STRICT"):
        monkeypatch.delenv(variable, raising=False)
    plugins.refresh()
    yield install
    plugins.refresh()
    for module in [name for name in sys.modules if name.startswith(("guest_plugin_", "ranklsys_file_"))]:
        del sys.modules[module]
