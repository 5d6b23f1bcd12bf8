"""The files of models/composed: what they hold is composed now, and their certificates are theirs."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from ranklsys.author import compositions
from ranklsys.author.compositions import Composition
from ranklsys.errors import DataError, RanklsysError
from ranklsys.plugins import library
from tests.conftest import Say
from tests.selection import quick_if

FOLDER = library.folder() / "composed"
ALL = compositions.compositions()
QUICK = "mouse-mda-mb-231-opg-fc"
COMPARED = ["human-healthy", QUICK, "mouse-h1299-docetaxel-opg-fc"]
NUMBER = re.compile(r'(?<=")-?\d[\d.]*(?:[eE][-+]?\d+)?(?=")')
INTEGRATED = 1e-6
"""How far a number may be from the file's where years before were simulated: solvers differ by this between machines."""


def each(name: str) -> Composition:
    return next(one for one in ALL if one.id == name)


def certificate(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def test_there_are_twelve_or_more_and_no_other_file() -> None:
    assert len(ALL) >= 12
    expected = {f"{one.id}.{ending}" for one in ALL for ending in ("xml", "json")} | {"README.md"}
    assert {path.name for path in FOLDER.iterdir()} == expected


@pytest.mark.parametrize("one", quick_if(lambda one: one.id == QUICK, ALL), ids=lambda one: one.id)
def test_a_file_is_what_is_composed_now(one: Composition) -> None:
    filed, now = (FOLDER / f"{one.id}.xml").read_text(encoding="utf-8"), one.sbml()
    if not one.before:
        assert filed == now, "type: ranklsys build --composed"
        return
    assert NUMBER.sub("#", filed) == NUMBER.sub("#", now), "type: ranklsys build --composed"
    numbers = [float(text) for text in NUMBER.findall(now)]
    assert [float(text) for text in NUMBER.findall(filed)] == pytest.approx(numbers, rel=INTEGRATED, abs=1e-12)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
def test_a_certificate_is_that_of_its_file(one: Composition) -> None:
    written = certificate(one.id)
    assert written["sha256"] == hashlib.sha256((FOLDER / f"{one.id}.xml").read_bytes()).hexdigest()
    assert written["agrees"] is True
    assert written["compared"]["copasi"]["largest_relative_difference"] <= 1e-4
    amici = written["compared"]["amici"]
    assert amici.get("agrees") is True or "root after reinitialization" in amici["could_not"]
    assert {"ranklsys", "roadrunner", "copasi"} <= set(written["versions"])


@pytest.mark.parametrize("name", quick_if(QUICK.__eq__, COMPARED))
def test_copasi_still_agrees_on_a_file(name: str) -> None:
    pytest.importorskip("basico")
    found = compositions.compare(each(name), (FOLDER / f"{name}.xml").read_text(encoding="utf-8"), "copasi")
    assert found["agrees"], found
    assert found["states"] == certificate(name)["compared"]["copasi"]["states"]


def test_the_page_of_the_folder_is_made_from_the_table_and_the_certificates() -> None:
    page = compositions.readme(ALL, {one.id: certificate(one.id) for one in ALL})
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == page


@pytest.mark.thorough
def test_a_file_that_another_engine_reads_otherwise_is_said_to_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ranklsys.model import other_engines

    pytest.importorskip("basico")
    true = other_engines.copasi
    monkeypatch.setattr(other_engines, "copasi", lambda *given, **settings: true(*given, **settings) * 1.01)
    (tmp_path / "composed.toml").write_text(TABLE, encoding="utf-8")
    lines: list[str] = []
    assert not compositions.build_composed(lines.append, tmp_path)
    assert "DIFFERS" in lines[0]
    written = json.loads((tmp_path / "composed" / "a.json").read_text(encoding="utf-8"))
    assert written["agrees"] is False


@pytest.mark.thorough
def test_without_copasi_no_file_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "basico", None)
    (tmp_path / "composed.toml").write_text(TABLE, encoding="utf-8")
    with pytest.raises(RanklsysError, match="basico is not installed"):
        compositions.build_composed(print, tmp_path)
    assert not list((tmp_path / "composed").iterdir())


@pytest.mark.thorough
def test_a_file_that_the_table_no_longer_has_is_removed(tmp_path: Path) -> None:
    pytest.importorskip("basico")
    (tmp_path / "composed.toml").write_text(TABLE, encoding="utf-8")
    (tmp_path / "composed").mkdir()
    (tmp_path / "composed" / "old.xml").write_text("", encoding="utf-8")
    lines: list[str] = []
    assert compositions.build_composed(lines.append, tmp_path)
    assert "removed old.xml, which composed.toml does not have" in lines
    assert {path.name for path in (tmp_path / "composed").iterdir()} == {"a.xml", "a.json", "README.md"}


def test_an_id_used_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "composed.toml").write_text(TABLE + TABLE, encoding="utf-8")
    with pytest.raises(DataError, match=r"composed.toml: two compositions have the id 'a'"):
        compositions.compositions(tmp_path)


def test_a_folder_without_the_table_says_where_to_go_and_is_left_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"composed.toml: there is no table of compositions. .* In a checkout type: uv"):
        compositions.build_composed(print, tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_command_refuses_words_that_mean_nothing(say: Say) -> None:
    for words in (("build", "--amici"), ("build", "--composed", ".")):
        said = say(*words)
        assert said.code == 2
        assert "--composed takes no notation, and --amici goes with --composed" in said.err


TABLE = """\
[[compositions]]
id = "a"
title = "A mouse with a tumour"
host = "mouse"
parts = ["mda-mb-231"]
until = "3 d"
show = ["tumour"]
"""
