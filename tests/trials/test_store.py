"""A store that was damaged after it was written says which file it is, and how to mend it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import ranklsys as rk
from ranklsys.errors import DataError
from ranklsys.trials.store import Store


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four patients in two blocks."""
    folder = tmp_path_factory.mktemp("store") / "runs"
    simulate(folder)
    return folder


@pytest.fixture
def store(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "runs"))


def simulate(folder: Path) -> rk.Trial:
    people = rk.cohort(rk.compose("human"), 4, seed=1)
    return people.simulate("30 d", every="15 d", columns=["CTX"], store=folder, processes=1, block=2)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def turn_a_byte(path: Path) -> None:
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 1
    path.write_bytes(held)


def swap(path: Path) -> None:
    path.write_bytes(path.with_name("part-000000.parquet").read_bytes())


DAMAGES = [cut, turn_a_byte, swap, Path.unlink]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("table", ["runs", "outcomes", "patients"])
def test_a_damaged_part_is_named_and_simulated_anew(damage: Callable[[Path], object], table: str, store: Path) -> None:
    before = (store / table / "part-000001.parquet").read_bytes()
    damage(store / table / "part-000001.parquet")
    with pytest.raises(DataError) as problem:
        rk.Trial.open(store).store.read(table)
    assert f"{table}/part-000001.parquet" in str(problem.value)
    assert "Remove sums/part-000001.json" in str(problem.value)
    (store / "sums" / "part-000001.json").unlink()
    assert len(simulate(store).store.read(table)) > 0
    assert (store / table / "part-000001.parquet").read_bytes() == before


def test_lost_sums_are_a_block_that_is_not_done(store: Path) -> None:
    (store / "sums" / "part-000001.json").unlink()
    assert Store.open(store).missing() == [1]


def test_sums_that_cannot_be_read_are_named(store: Path) -> None:
    (store / "sums" / "part-000001.json").write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match=r"part-000001\.json.*cannot be read"):
        Store.open(store).read("patients")


@pytest.mark.parametrize("key", ["hash", "block", "recipe"])
def test_an_edited_manifest_is_refused(key: str, store: Path) -> None:
    path = store / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    if key == "recipe":
        manifest["recipe"]["patients"] = 40
    else:
        manifest[key] = 1 if key == "block" else "0" * 64
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(DataError, match=r"manifest\.json.*was changed after it was written"):
        rk.Trial.open(store)
    with pytest.raises(DataError, match="was changed"):
        simulate(store)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"hash": 1}', "[" * 100_000], ids=lambda text: text[:12])
def test_a_manifest_that_is_none_is_refused(text: str, store: Path) -> None:
    (store / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"manifest\.json.*cannot be read"):
        rk.Trial.open(store)


def test_a_store_of_an_earlier_version_is_still_read(store: Path) -> None:
    path = store / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["sum"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    shutil.rmtree(store / "sums")
    assert len(rk.Trial.open(store).patients) == 4
