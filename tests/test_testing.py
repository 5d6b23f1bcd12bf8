"""The kit for plugin authors is loaded by pytest itself, and a temporary plugin is found as an installed one is."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import ModuleType

import pytest

import ranklsys as rk
from ranklsys.plugins import registry
from ranklsys.testing import Install, assert_built

SOURCE = """
    from ranklsys import Part, hookimpl

    @hookimpl
    def register_parts():
        return [Part(id="trial", kind="therapy")]
"""


def test_isolated_plugins_are_none_but_those_that_are_used(isolated_plugins: ModuleType) -> None:
    assert registry().plugins == ()
    isolated_plugins.use(rk.Part(id="trial", kind="therapy"))
    assert list(registry().parts) == ["trial"]


def test_what_was_used_in_isolation_is_gone_afterwards() -> None:
    assert "trial" not in registry().parts
    assert "opg-fc" in registry().parts


def test_a_temporary_plugin_is_the_only_one(temporary_plugin: Install) -> None:
    temporary_plugin(SOURCE, "trial")
    (plugin,) = registry().plugins
    assert (plugin.distribution, plugin.version, plugin.hooks) == ("ranklsys-trial", "1.0", ("register_parts",))
    assert registry().owner("trial") is plugin


def test_a_file_that_its_notation_does_not_give_is_named(tmp_path: Path) -> None:
    package = Path(str(registry().part("opg-fc").sbml)).parent
    for name in ("opg_fc.ant", "opg_fc.csv"):
        shutil.copy(package / name, tmp_path)
    built = tmp_path / "opg_fc.xml"
    with pytest.raises(AssertionError, match=r"^opg_fc\.xml is not what opg_fc\.ant gives\. Type: ranklsys build "):
        assert_built(tmp_path / "opg_fc.ant")
    shutil.copy(package / "opg_fc.xml", built)
    assert_built(tmp_path / "opg_fc.ant")
    built.write_text(built.read_text(encoding="utf-8").replace("depot", "depott"), encoding="utf-8")
    with pytest.raises(AssertionError, match="opg_fc"):
        assert_built(tmp_path / "opg_fc.ant")
