"""A broken plugin is named and skipped; the rest works."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from ranklsys.cli.inventory import plugins_as_json
from ranklsys.errors import PluginError, UnknownName
from ranklsys.plugins import finder
from ranklsys.plugins.catalogue import Plugin
from ranklsys.plugins.finder import entry_points, registry
from ranklsys.plugins.part import Part
from tests.conftest import Install

OPG = """
    @hookimpl
    def register_parts():
        return [Part(id="opg-fc", kind="therapy")]
"""
PTH = OPG.replace("opg-fc", "pth")


def returning(expression: str, hook: str = "register_parts") -> str:
    return f"""
    @hookimpl
    def {hook}():
        return {expression}
    """


def only_plugin() -> Plugin:
    (plugin,) = registry().plugins
    return plugin


def test_a_plugin_is_listed_with_name_distribution_version_and_hooks(plugin_from_source: Install) -> None:
    plugin_from_source(OPG, "opg")
    plugin = only_plugin()
    assert (plugin.name, plugin.distribution, plugin.version) == ("opg", "ranklsys-opg", "1.0")
    assert plugin.hooks == ("register_parts",)
    assert plugin.error == ""


def test_an_installed_distribution_is_found_by_its_entry_point(plugin_from_source: Install) -> None:
    plugin_from_source(OPG, "statement")
    assert "statement" in [point.name for point in entry_points()]


def test_what_a_plugin_offers_is_found_by_id(plugin_from_source: Install) -> None:
    plugin_from_source(OPG, "opg")
    assert registry().part("opg-fc").kind == "therapy"
    assert registry().owner("opg-fc").name == "opg"
    assert list(registry().parts) == ["opg-fc"]


def test_scenarios_datasets_and_claims_are_found_by_id(plugin_from_source: Install) -> None:
    plugin_from_source(
        """
        from pathlib import Path
        from ranklsys.plugins.claims import Claim, Finding
        from ranklsys.plugins.scenario import Arm, Dataset, Observable, Scenario

        @hookimpl
        def register_scenarios():
            arms, seen = (Arm("vehicle", "Vehicle"),), (Observable("light", "Light", "light", "photon/s"),)
            yield Scenario(id="canon", title="Canon", host="mouse", until="1 d", arms=arms, observables=seen)

        @hookimpl
        def register_datasets():
            return (Dataset("canon", Path("canon.csv")),)

        @hookimpl
        def register_claims():
            return [Claim("falls", "It falls.", "below 1", lambda: Finding("0.5", True))]
        """
    )
    found = registry()
    assert found.scenario("canon").host == "mouse"
    assert found.dataset("canon").table == Path("canon.csv")
    assert found.claim("falls").run().holds
    assert [list(found.scenarios), list(found.datasets), list(found.claims)] == [["canon"], ["canon"], ["falls"]]


def test_plugins_are_called_once_until_refresh(plugin_from_source: Install) -> None:
    plugin_from_source("calls = []\n@hookimpl\ndef register_parts():\n    calls.append(1)\n    return []\n", "counting")
    registry()
    registry()
    assert len(sys.modules["guest_plugin_counting"].calls) == 1
    finder.refresh()
    registry()
    assert len(sys.modules["guest_plugin_counting"].calls) == 2


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("def (", "SyntaxError: invalid syntax"),
        (returning("1 / 0"), "ZeroDivisionError: division by zero"),
        (returning("[Part(id='OPG', kind='therapy')]"), "PartError: part 'OPG': "),
        (returning("[]", "register_part"), "there is no hook 'register_part' (did you mean 'register_parts'?)"),
        (returning("[]", "unheard_of"), "there is no hook 'unheard_of'"),
        ("@hookimpl\ndef register_parts(host):\n    return []\n", "PluginValidationError: Plugin 'broken' for hook"),
        (OPG + "\n    def register_claims(): return []\n", "register_claims is not marked as a hook. Write @hookimpl"),
        ("", "it offers nothing. Mark a function @hookimpl"),
        (returning("None"), "register_parts gives None, not an iterable of Part"),
        (returning("Part(id='x', kind='therapy')"), "register_parts gives Part, not an iterable of Part"),
        (returning("['opg-fc']"), "register_parts gives str among its items, not a Part"),
        (returning("[Part]", "register_claims"), "register_claims gives type among its items, not a Claim"),
        (returning("[Part(id='x', kind='therapy')] * 2"), "register_parts gives the part 'x' twice"),
    ],
)
def test_a_broken_plugin_is_skipped_and_named_and_the_rest_works(
    plugin_from_source: Install, source: str, error: str
) -> None:
    plugin_from_source(source, "broken")
    plugin_from_source(PTH, "pth")
    found = registry()
    assert list(found.parts) == ["pth"]
    (broken,) = found.broken
    assert broken.name == "broken"
    assert error in broken.error
    assert "\n" not in broken.error


def test_one_broken_hook_takes_the_whole_plugin_out(plugin_from_source: Install) -> None:
    plugin_from_source(OPG + returning("None", "register_claims"))
    assert only_plugin().parts == ()
    assert only_plugin().hooks == ("register_claims", "register_parts")


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("import json\njson.loads('{')\n", 4),
        ("def (\n", 3),
        ("@hookimpl\ndef register_parts():\n    return [\n        Part(id='x', kind='?')\n    ]\n", 6),
    ],
)
def test_the_error_ends_with_the_innermost_line_of_the_plugin(
    plugin_from_source: Install, source: str, line: int
) -> None:
    plugin_from_source(source)
    assert only_plugin().error.endswith(f"guest_plugin_guest.py:{line})")


def test_ctrl_c_is_not_swallowed(plugin_from_source: Install) -> None:
    plugin_from_source("raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        registry()


def test_strict_raises_the_error_of_a_broken_plugin(
    plugin_from_source: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin_from_source("1 / 0", "broken")
    monkeypatch.setenv("RANKLSYS_STRICT", "1")
    with pytest.raises(PluginError, match="ranklsys-broken: ZeroDivisionError") as caught:
        registry()
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize(
    ("names", "parts"),
    [("opg", ["opg-fc"]), ("ranklsys_opg", ["opg-fc"]), (" pth , opg", ["opg-fc", "pth"]), ("", [])],
)
def test_only_the_named_plugins_are_loaded(
    plugin_from_source: Install, monkeypatch: pytest.MonkeyPatch, names: str, parts: list[str]
) -> None:
    plugin_from_source(OPG, "opg")
    plugin_from_source(PTH, "pth")
    monkeypatch.setenv("RANKLSYS_PLUGINS", names)
    assert list(registry().parts) == parts


def test_a_plugin_that_is_not_named_is_not_imported(
    plugin_from_source: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin_from_source(OPG, "opg")
    monkeypatch.setenv("RANKLSYS_PLUGINS", "")
    registry()
    assert "guest_plugin_opg" not in sys.modules


def test_an_unknown_plugin_name_is_an_error(plugin_from_source: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin_from_source(OPG, "opg")
    monkeypatch.setenv("RANKLSYS_PLUGINS", "ranklsys-ogp")
    with pytest.raises(
        PluginError, match=r"RANKLSYS_PLUGINS: there is no plugin 'ranklsys-ogp' \(did you mean 'ranklsys-opg'"
    ):
        registry()


def test_an_unknown_part_names_the_nearest_one_and_the_next_step(plugin_from_source: Install) -> None:
    plugin_from_source(OPG, "opg")
    with pytest.raises(UnknownName, match=r"no part 'opgfc' \(did you mean 'opg-fc'\?\)\. See: ranklsys list$"):
        registry().part("opgfc")


def test_an_unknown_part_also_names_the_plugins_that_were_skipped(plugin_from_source: Install) -> None:
    plugin_from_source("1 / 0", "opg")
    with pytest.raises(UnknownName, match="for skipped: opg"):
        registry().part("opg-fc")


def test_a_part_that_two_plugins_offer_belongs_to_neither(plugin_from_source: Install) -> None:
    plugin_from_source(OPG, "opg")
    plugin_from_source(OPG, "other")
    plugin_from_source(PTH, "pth")
    found = registry()
    assert list(found.parts) == ["pth"]
    assert found.clashes == ("the part 'opg-fc' is offered by ranklsys-opg (opg) and ranklsys-other (other)",)
    for ask in (found.part, found.owner):
        with pytest.raises(PluginError, match=r"offered by ranklsys-opg .* and ranklsys-other"):
            ask("opg-fc")


def test_a_used_part_lasts_for_the_process(plugin_from_source: Install) -> None:
    finder.use(Part(id="trial", kind="therapy"))
    finder.refresh()
    assert registry().owner("trial").distribution == "rk.use"


def test_a_part_used_again_replaces_the_earlier_one(plugin_from_source: Install) -> None:
    finder.use(Part(id="trial", kind="therapy"))
    finder.use(Part(id="trial", kind="organ"))
    assert registry().part("trial").kind == "organ"


def test_a_used_part_does_not_replace_an_installed_one(plugin_from_source: Install) -> None:
    plugin_from_source(OPG, "opg")
    finder.use(Part(id="opg-fc", kind="therapy"))
    with pytest.raises(PluginError, match=r"offered by ranklsys-opg \(opg\) and rk.use"):
        registry().part("opg-fc")


def test_use_takes_only_parts_and_files(plugin_from_source: Install) -> None:
    with pytest.raises(PluginError, match="use takes parts and files, not int"):
        finder.use(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["PARTS", "parts"])
def test_a_file_with_a_list_of_parts_can_be_used(plugin_from_source: Install, tmp_path: Path, name: str) -> None:
    path = tmp_path / "trial.py"
    path.write_text(
        f"from ranklsys.plugins.part import Part\n{name} = [Part(id='trial', kind='therapy')]\n", encoding="utf-8"
    )
    finder.use(path)
    assert registry().owner("trial").distribution == str(path)


def test_a_file_with_hooks_can_be_used(plugin_from_source: Install, tmp_path: Path) -> None:
    path = tmp_path / "trial.py"
    path.write_text(
        "from ranklsys.plugins.hooks import hookimpl\nfrom ranklsys.plugins.part import Part\n"
        "@hookimpl\ndef register_parts():\n    return [Part(id='trial', kind='therapy')]\n",
        encoding="utf-8",
    )
    assert [part.id for part in finder.load_file(path).parts] == ["trial"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("1 / 0", r"ZeroDivisionError: division by zero \(.*trial.py:1\)"),
        ("", "it offers nothing"),
        ("PARTS = 3", "PARTS gives int"),
    ],
)
def test_a_broken_file_is_an_error_at_once(tmp_path: Path, source: str, message: str) -> None:
    path = tmp_path / "trial.py"
    path.write_text(source, encoding="utf-8")
    with pytest.raises(PluginError, match=message):
        finder.load_file(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"trial.py: .*there is no such file"):
        finder.load_file(tmp_path / "trial.py")


def command(name: str, *more: str) -> str:
    lines = [
        "import click",
        "@hookimpl",
        "def register_commands(cli):",
        f"    cli.add_command(click.Command({name!r}))",
    ]
    return "\n".join([*lines, *(f"    {line}" for line in more)])


def test_a_plugin_adds_a_command(plugin_from_source: Install) -> None:
    plugin_from_source(command("opg"))
    cli = click.Group()
    assert finder.commands(cli).broken == ()
    assert list(cli.commands) == ["opg"]


def test_commands_may_be_added_twice(plugin_from_source: Install) -> None:
    plugin_from_source(command("opg"))
    cli = click.Group()
    finder.commands(cli)
    assert finder.commands(cli).broken == ()


@pytest.mark.parametrize(
    ("source", "error"),
    [
        (command("extra", "cli.add_command(click.Command('list'))"), "register_commands replaces the command 'list'"),
        (command("extra", "cli.commands.pop('list')"), "register_commands replaces the command 'list'"),
        (command("extra", "raise SystemExit(3)"), "SystemExit: 3"),
    ],
)
def test_a_plugin_that_fails_or_replaces_a_command_adds_none(
    plugin_from_source: Install, source: str, error: str
) -> None:
    plugin_from_source(source, "broken")
    plugin_from_source(command("pth"), "pth")
    builtin = click.Command("list")
    cli = click.Group(commands={"list": builtin})
    (broken,) = finder.commands(cli).broken
    assert broken.name == "broken"
    assert error in broken.error
    assert cli.commands["list"] is builtin
    assert sorted(cli.commands) == ["list", "pth"]


def test_trace_tells_what_each_plugin_offers_and_the_traceback_of_a_broken_one(
    plugin_from_source: Install, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plugin_from_source(OPG, "opg")
    plugin_from_source("1 / 0", "broken")
    monkeypatch.setenv("RANKLSYS_TRACE", "1")
    registry()
    broken, *traceback, opg = capsys.readouterr().err.splitlines()
    assert broken.startswith("trace: ranklsys-broken (broken) ")
    assert "ZeroDivisionError: division by zero" in traceback
    assert opg.startswith("trace: ranklsys-opg (opg) ")
    assert opg.endswith(" ms: 1 parts")


def test_plugins_as_json_name_file_line_and_reason(plugin_from_source: Install) -> None:
    plugin_from_source(OPG, "opg")
    plugin_from_source("1 / 0", "broken")
    broken, opg = json.loads(plugins_as_json(registry()))["plugins"]
    assert (broken["status"], broken["distribution"]) == ("broken", "ranklsys-broken")
    assert (broken["reason"], broken["line"]) == ("ZeroDivisionError: division by zero", 3)
    assert broken["file"].endswith("guest_plugin_broken.py")
    assert (opg["status"], opg["api"], opg["hooks"], opg["parts"]) == ("ok", 1, ["register_parts"], ["opg-fc"])


def test_listing_plugins_imports_nothing_heavy() -> None:
    heavy = "pandas numpy roadrunner tellurium matplotlib libsbml"
    code = f"import sys, ranklsys.plugins; sys.exit(' '.join(m for m in '{heavy}'.split() if m in sys.modules) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
