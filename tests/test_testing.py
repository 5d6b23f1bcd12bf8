"""The kit for plugin authors is loaded by pytest itself, and a temporary plugin is found as an installed one is."""

from __future__ import annotations

from types import ModuleType

import ranklsys as rk
from ranklsys.plugins import registry
from ranklsys.testing import Install

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
