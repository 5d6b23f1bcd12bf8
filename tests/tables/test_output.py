"""Files are written whole or not at all, and what ranklsys did not write is not written over unasked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import ranklsys as rk
from ranklsys import frame, show
from ranklsys.errors import DataError
from ranklsys.model.diagram.picture import write_picture
from ranklsys.tables import output
from tests.conftest import Say

OLD = b"what was there before"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"></svg>'
TABLE = pd.DataFrame({"RANKL": [1.0, 2.0]}, index=pd.Index([0.0, 1.0], name="time"))


def draw(path: Path) -> None:
    with show.drawing(path) as (_, (axis,)):
        axis.plot([1, 2])


def draw_network(path: Path) -> None:
    write_picture(SVG, path)


def save_table(path: Path) -> None:
    frame.save(TABLE, path)


def save_model(path: Path) -> None:
    rk.compose("human").save(path)


def export(path: Path) -> None:
    rk.export(rk.compose("human"), path, until="1 d", show=["RANKL"], points=3)


WRITERS = pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.csv", save_table),
        ("a.tsv", save_table),
        ("a.parquet", save_table),
        ("a.png", draw),
        ("a.svg", draw),
        ("a.pdf", draw),
        ("net.svg", draw_network),
        ("a.xml", export),
        ("a.sedml", export),
        ("a.omex", export),
    ],
)


@WRITERS
def test_what_fails_halfway_leaves_the_old_file_whole(
    name: str, write: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full when the file is brought to it."""
    (tmp_path / name).write_bytes(OLD)

    def full(path: Path) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(output, "_to_disk", full)
    with pytest.raises(OSError, match="No space"):
        write(tmp_path / name)
    assert (tmp_path / name).read_bytes() == OLD
    assert [path.name for path in tmp_path.iterdir()] == [name]


@WRITERS
def test_a_file_takes_the_place_of_the_old_one(name: str, write: Callable[[Path], None], tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(OLD)
    write(tmp_path / name)
    assert (tmp_path / name).read_bytes() != OLD
    assert not list(tmp_path.glob(".*"))


def test_killed_while_writing_the_old_file_stays(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(OLD)
    program = (
        "import os, signal; from pathlib import Path; from ranklsys.tables import output\n"
        "with output.whole(Path('a.csv')) as beside:\n"
        "    beside.write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (tmp_path / "a.csv").read_bytes() == OLD
    left = [path for path in tmp_path.iterdir() if path.name != "a.csv"]
    assert len(left) == 1
    os.utime(left[0], (0, 0))  # a day later, the next one clears it
    output.write(tmp_path / "a.csv", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link.csv").symlink_to(tmp_path / "elsewhere" / "real.csv")
    output.write(tmp_path / "link.csv", "new")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "elsewhere" / "real.csv").read_text(encoding="utf-8") == "new"


def test_what_is_no_file_is_written_to() -> None:
    output.write(Path(os.devnull), "gone")
    assert not Path(os.devnull).is_file()


def test_the_rights_of_a_file_stay(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(OLD)
    (tmp_path / "a.csv").chmod(0o640)
    output.write(tmp_path / "a.csv", "new")
    assert (tmp_path / "a.csv").stat().st_mode & 0o777 == 0o640


RUN = ("run", "human", "--until", "1d", "--points", "3", "--show", "RANKL")


def test_a_file_of_others_is_not_written_over(say: Say) -> None:
    Path("data.csv").write_bytes(OLD)
    refused = say(*RUN, "-o", "data.csv")
    assert refused.code == 2
    assert "data.csv" in refused.err
    assert "--force" in refused.err
    assert Path("data.csv").read_bytes() == OLD
    assert say(*RUN, "-o", "data.csv", "--force").code == 0
    assert b"RANKL" in Path("data.csv").read_bytes()


def test_what_ranklsys_wrote_it_writes_again_until_somebody_changes_it(say: Say) -> None:
    assert say(*RUN, "-o", "run.csv", "--plot", "run.png").code == 0
    assert say(*RUN, "-o", "run.csv", "--plot", "run.png").code == 0
    Path("run.csv").write_bytes(Path("run.csv").read_bytes() + b"a note of mine\n")
    assert say(*RUN, "-o", "run.csv").code == 2


def test_files_beside_an_export_are_guarded_too(say: Say) -> None:
    Path("study_run.xml").write_bytes(OLD)
    refused = say("export", "human", "--until", "1d", "-o", "study.sedml")
    assert refused.code == 2
    assert "study_run.xml" in refused.err
    assert Path("study_run.xml").read_bytes() == OLD


def test_without_a_cache_nothing_is_known_as_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(output.CACHE, "0")
    output.write(tmp_path / "a.csv", "ours")
    output.write(tmp_path / "a.csv", "ours again")  # in Python nothing is guarded
    with output.guarded(force=False), pytest.raises(DataError, match="--force"):
        output.require_free(tmp_path / "a.csv")


def test_what_is_noted_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(output.CACHE, str(tmp_path / "cache"))
    monkeypatch.setattr(output, "MOST_NOTED", 650)
    for number in range(40):
        output.write(tmp_path / "a.csv", str(number))
    assert (tmp_path / "cache" / output.NOTED).stat().st_size < 800
    with output.guarded(force=False):
        output.require_free(tmp_path / "a.csv")
