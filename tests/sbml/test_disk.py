"""What is kept on disk is what would be computed anew, to the last bit, and what is wrong with it is no error."""

from __future__ import annotations

import functools
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import ranklsys as rk
from ranklsys.model import compose as composing
from ranklsys.model import engine
from ranklsys.plugins import finder
from ranklsys.sbml import disk, facts
from tests.conftest import Say
from tests.fragments import sbml

DOSES = "opg-fc 3 mg/kg iv over 2 h q2d x 3; opg-fc 1 mg/kg sc q3d from 1 d"
PART = """
from ranklsys import Part
PARTS = [Part(id="guest", kind="modulator", values={{"RANKL_loss": {number}}})]
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of an empty cache, which is in use."""
    monkeypatch.delenv("RANKLSYS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    rk.forget()
    return tmp_path / "cache" / "ranklsys" / "models"


def anew() -> tuple[rk.Model, pd.DataFrame]:
    """Compose and simulate as a process does that has just started: with doses, other numbers between, and again."""
    rk.forget()
    model = rk.compose("mouse", "mda-mb-231", "opg-fc")
    model.set(RANKL_healthy=1.7, seed_bone=0.01).simulate("3 d", doses=DOSES, points=4)
    return model, model.simulate("10 d", doses=DOSES, points=21)


@functools.cache
def computed() -> tuple[rk.Model, pd.DataFrame]:
    """Return what comes without a cache."""
    with pytest.MonkeyPatch.context() as here:
        here.setenv("RANKLSYS_CACHE", "0")
        return anew()


def assert_as_computed(found: tuple[rk.Model, pd.DataFrame]) -> None:
    wanted = computed()
    assert found[0].sbml == wanted[0].sbml
    assert found[1].equals(wanted[1])
    assert found[1].attrs == wanted[1].attrs
    assert repr(found[0].facts) == repr(wanted[0].facts)


def test_a_later_start_computes_nothing_and_finds_the_same_bits(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_as_computed(anew())
    assert sorted({path.name.partition("-")[0] for path in cache.iterdir()}) == [
        "composition",
        "engine",
        "facts",
        "structure",
    ]

    def fail(*_: object) -> None:
        raise AssertionError("this is computed though it was kept")

    monkeypatch.setattr(composing, "assembled", fail)
    monkeypatch.setattr(facts, "_read", fail)
    monkeypatch.setattr(disk, "keep", fail)
    assert_as_computed(anew())


def test_what_is_kept_is_read_by_nobody_else_and_written_whole(cache: Path) -> None:
    rk.compose("mouse")
    assert rk.compose("mouse").facts.states
    assert cache.stat().st_mode & 0o777 == 0o700
    files = list(cache.iterdir())
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert all(len(path.name.rpartition("-")[2]) == 64 for path in files), "no file is left unfinished"


def damaged(content: bytes, foreign: bytes) -> dict[str, bytes]:
    """Return ways in which a file may not be as it was written."""
    middle = len(content) // 2
    changed = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    return {"cut": content[:middle], "changed": changed, "empty": b"", "of another key": foreign}


def test_a_file_that_is_not_as_it_was_written_is_not_found(cache: Path) -> None:
    disk.keep(b"of another key", "thing", "other key")
    (other,) = cache.iterdir()
    disk.keep(b"kept", "thing", "key")
    (path,) = set(cache.iterdir()) - {other}
    for how, content in damaged(path.read_bytes(), other.read_bytes()).items():
        path.write_bytes(content)
        assert disk.content("thing", "key") is None, how
        disk.keep(b"kept", "thing", "key")
        assert disk.content("thing", "key") == b"kept", how


@pytest.mark.thorough
def test_damaged_files_are_as_none_and_written_again(cache: Path) -> None:
    anew()
    for path in cache.iterdir():
        path.write_bytes(damaged(path.read_bytes(), b"")["changed"])
    assert_as_computed(anew())
    assert all(map(is_whole, cache.iterdir()))


def is_whole(path: Path) -> bool:
    content = path.read_bytes()
    return content[:32] == disk._digest_of(path.name, content[32:])


def test_a_plugin_edited_in_place_gives_no_stale_model(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finder, "_used", {})
    plugin = tmp_path / "guest.py"
    found = []
    for number in (2.0, 3.25, 2.0):  # of another length, which Python sees within a second
        plugin.write_text(PART.format(number=number), encoding="utf-8")
        rk.forget()
        rk.use(plugin)
        found.append(rk.compose("mouse", "guest"))
    assert [model.facts.elements["RANKL_loss"].value for model in found] == [2.0, 3.25, 2.0]
    assert found[0].sbml == found[2].sbml != found[1].sbml


@pytest.mark.parametrize(
    ("place", "kinds"), [("sbml.disk._program", ["engine", "facts"]), ("model.engine._machine", ["engine"])]
)
def test_another_program_or_processor_finds_nothing(
    cache: Path, place: str, kinds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = rk.load(sbml("compartment pot = 1; species fuel in pot = 1; burns: fuel => ; pot*fuel;"))
    added = []
    for _ in range(2):
        before = set(cache.iterdir()) if cache.exists() else set()
        rk.forget()
        model.simulate(1.0, points=2)
        added.append(sorted(path.name.partition("-")[0] for path in set(cache.iterdir()) - before))
        monkeypatch.setattr(f"ranklsys.{place}", lambda: "another")
    assert added == [["engine", "facts"], kinds]


def test_the_program_is_the_text_of_what_computes_and_the_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "installed", lambda name: f"{name} of another day")
    assert disk._program.__wrapped__() != disk._program()
    monkeypatch.undo()
    assert disk._program.__wrapped__() == disk._program()
    monkeypatch.setattr(disk, "_ROOMS", ("model", "sbml"))
    assert disk._program.__wrapped__() != disk._program()


def test_a_state_that_roadrunner_cannot_read_is_compiled_anew(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = rk.load(sbml("compartment pot = 1; species fuel in pot = 1; burns: fuel => ; pot*fuel;"))
    first = model.simulate(1.0, points=2)
    rk.forget()
    monkeypatch.setattr(disk, "content", lambda kind, *_: b"a state of long ago" if kind == "engine" else None)
    assert model.simulate(1.0, points=2).equals(first)


def test_random_numbers_are_compiled_anew(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_RANDOM", "/core")
    rk.compose("mouse").simulate("1 d", points=2)
    assert not list(cache.glob("engine-*"))


def test_a_folder_that_cannot_be_made_is_no_error(cache: Path) -> None:
    cache.parents[1].write_text("a file where a folder should be", encoding="utf-8")
    assert_as_computed(anew())
    assert "cannot be made" in disk.unused()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows knows neither groups nor others")
def test_a_folder_that_others_may_write_to_is_left_alone(cache: Path) -> None:
    cache.mkdir(parents=True)
    cache.chmod(0o777)
    rk.compose("mouse").simulate("1 d", points=2)
    assert not list(cache.iterdir())
    assert "others may write there" in disk.unused()


def test_a_folder_that_may_only_be_read_is_read(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk.keep(b"kept", "thing", "key")

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError("read only")

    for function in ("open", "utime"):
        monkeypatch.setattr(disk.os, function, forbidden)
    disk.keep(b"more", "thing", "other key")
    assert (disk.content("thing", "key"), disk.content("thing", "other key")) == (b"kept", None)


def test_what_was_not_used_for_longest_goes_when_there_is_too_much(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, key in enumerate("abc"):
        disk.keep(key.encode(), "thing", key)
        (path,) = (each for each in cache.iterdir() if each.stat().st_mtime > 1e6)
        os.utime(path, (number, number))
    assert disk.content("thing", "a") == b"a"  # used now
    monkeypatch.setattr(disk, "MOST", 3 * path.stat().st_size)  # which is less than was written since the last look
    disk.keep(b"d", "thing", "d")
    assert [disk.content("thing", key) for key in "abcd"] == [b"a", None, b"c", b"d"]


def test_nothing_is_kept_where_it_is_not_wanted(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANKLSYS_CACHE", "0")
    rk.compose("mouse").simulate("1 d", points=2)
    assert not cache.exists()
    assert disk.unused() == "RANKLSYS_CACHE is 0"


def test_models_are_kept_in_the_folder_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANKLSYS_CACHE", str(tmp_path / "here"))
    disk.keep(b"kept", "thing", "key")
    (tmp_path / "here" / "mine.txt").write_text("not of ranklsys", encoding="utf-8")
    (path,) = (tmp_path / "here" / "models").iterdir()
    assert disk.models() == path.parent
    assert disk.content("thing", "key") == b"kept"
    assert disk.size() == path.stat().st_size
    disk.clear()
    assert [each.name for each in (tmp_path / "here").iterdir()] == ["mine.txt"]


def test_the_doctor_tells_what_is_kept_and_clears_it(cache: Path, say: Say) -> None:
    disk.keep(random.Random(1).randbytes(2_000_000), "thing", "key")
    other = cache.parent / "mine.txt"
    other.write_text("not of ranklsys", encoding="utf-8")
    told = re.search(r"^kept on disk: (.+)$", say("doctor").out, re.MULTILINE)
    assert told
    assert re.fullmatch(rf"2\.[0-9] MB in {re.escape(str(cache))}", told[1])
    assert say("doctor", "--clear").out == f"emptied {told[1]}\n"
    assert list(cache.parent.iterdir()) == [other]
    assert say("doctor", "--clear").out == f"emptied 0.0 MB in {cache}\n"


@pytest.mark.thorough
def test_processes_that_keep_the_same_at_once_find_it_whole(cache: Path) -> None:
    code = "import ranklsys as rk; print(rk.compose('mouse').simulate('5 d', points=3)['RANKL'].tolist())"
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = {process.communicate()[0] for process in running}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert said == {f"{rk.compose('mouse').simulate('5 d', points=3)['RANKL'].tolist()}\n"}
    assert all(map(is_whole, cache.iterdir()))
