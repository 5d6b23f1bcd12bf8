"""The doctor knows the combinations that do not work, and says what to do."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ranklsys.author import doctor
from ranklsys.author.doctor import Environment, troubles
from tests.conftest import Install, Say

SOUND = Environment(
    python="3.12.4",
    installed={"libroadrunner": "2.11.0", "antimony": "3.1.0", "copasi-basico": "0.85", "copier": "9.4"},
    requirements=(
        "libroadrunner==2.10.*; python_version < '3.12'",
        "libroadrunner>=2.11; python_version >= '3.12'",
        "antimony>=3.0",
        "copasi-basico>=0.85; extra == 'peers'",
    ),
    tools=("git",),
)


def whats(here: Environment) -> str:
    return "\n".join(f"{trouble.what} | {trouble.remedy} | {trouble.serious}" for trouble in troubles(here))


def test_a_sound_environment_has_no_trouble() -> None:
    assert troubles(SOUND) == []


@pytest.mark.parametrize(
    ("python", "changed", "what"),
    [
        (
            "3.11.9",
            {},
            'libroadrunner 2.11.0 needs Python 3.12, and this is 3.11.9 | pip install "libroadrunner==2.10.*"',
        ),
        (
            "3.12.4",
            {"antimony": "2.15"},
            'antimony is 2.15, and ranklsys needs >=3.0 | pip install "antimony>=3.0" | True',
        ),
        ("3.12.4", {"antimony": ""}, "antimony is not installed"),
        ("3.12.4", {"copasi-basico": "0.50"}, "copasi-basico is 0.50, and ranklsys needs >=0.85 | "),
        ("3.12.4", {"copasi-basico": ""}, "COPASI is not installed: no agree | pip install ranklsys[peers] | False"),
        ("3.12.4", {"tellurium": "2.2.10"}, "tellurium imports six, which is not installed | pip install six | False"),
        ("3.12.4", {"amici": "1.0"}, "AMICI needs swig, which is not here | pip install swig | False"),
        ("3.12.4", {"python-libsbml": "5.20", "python-libsbml-experimental": "5.20"}, "overwrite each other"),
        ("3.12.4", {"copier": ""}, "copier is not installed: no new-plugin"),
    ],
)
def test_a_combination_that_does_not_work_is_known(python: str, changed: dict[str, str], what: str) -> None:
    assert what in whats(replace(SOUND, python=python, installed={**SOUND.installed, **changed}))


def test_six_makes_tellurium_work() -> None:
    assert troubles(replace(SOUND, installed={**SOUND.installed, "tellurium": "2.2.10", "six": "1.16"})) == []


def test_what_is_serious_comes_first() -> None:
    found = troubles(replace(SOUND, installed={"libroadrunner": "2.11.0"}))
    assert [trouble.serious for trouble in found] == [True, False, False]


def test_this_environment_can_simulate(say: Say) -> None:
    said = say("doctor", "--json")
    found = json.loads(said.out)
    assert said.code == 0
    assert [trouble for trouble in found["troubles"] if trouble["serious"]] == []
    assert {"ranklsys", "libroadrunner", "ranklsys-opg"} <= set(found["versions"])


def test_an_engine_that_cannot_be_imported_is_serious(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "ENGINES", ("no_such_engine",))
    said = say("doctor")
    assert said.code == 1
    assert "TROUBLE  no_such_engine cannot be imported: ModuleNotFoundError" in said.out
    assert said.out.endswith("ranklsys does not work here\n")


def test_broken_plugins_are_told(plugin_from_source: Install, say: Say) -> None:
    plugin_from_source("1 / 0", "broken")
    said = say("doctor")
    assert "note  the plugin broken is left out: ZeroDivisionError: division by zero (" in said.out
    assert said.out.endswith("ranklsys works here\n")
