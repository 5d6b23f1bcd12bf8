"""Pictures are made without touching what the user has set up for pictures of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ranklsys.errors import DataError
from ranklsys.show import drawing, moving

USER = """
import matplotlib
matplotlib.use("svg")
matplotlib.rcParams["font.size"] = 31
from matplotlib import pyplot
mine = pyplot.figure()
import pandas as pd
from ranklsys.study import plot
curves = pd.DataFrame({"a": [1.0, 2.0]}, index=[0.0, 1.0])
text = plot.lines(curves)
grid = plot.surface(curves, "surface.png", title="t", unit="u")
print(matplotlib.get_backend(), matplotlib.rcParams["font.size"], pyplot.get_fignums(), pyplot.gcf() is mine, text[:4])
"""


def test_backend_style_and_open_figures_of_the_user_stay(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", USER], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["svg", "31.0", "[1]", "True", "<svg"]


def test_drawing_imports_no_pyplot() -> None:
    code = "from io import StringIO\nfrom ranklsys.show import drawing\nwith drawing(StringIO()): pass\nimport sys\n"
    code += "print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize(("panels", "across", "rows"), [(1, 3, 1), (3, 3, 1), (4, 2, 2), (5, 3, 2)])
def test_panels_stand_in_rows(tmp_path: Path, panels: int, across: int, rows: int) -> None:
    with drawing(tmp_path / "new" / "x.png", panels, across=across) as (figure, axes):
        assert len(axes) == panels
    grid = figure.axes[0].get_subplotspec().get_gridspec()
    assert (grid.nrows, grid.ncols) == (rows, min(panels, across))
    assert (tmp_path / "new" / "x.png").stat().st_size > 1000


def test_a_picture_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("one.svg", "other.svg"):
        with drawing(tmp_path / name) as (_, (axis,)):
            axis.plot([1, 2], [3, 4])
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()


def test_a_drawing_that_fails_or_has_another_ending_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'\.jpg' is not a kind of picture"), drawing(tmp_path / "x.jpg"):
        pass
    with pytest.raises(ZeroDivisionError), drawing(tmp_path / "x.png"):
        _ = 1 / 0
    assert not list(tmp_path.iterdir())


def test_a_bar_moves_where_it_is_wanted_and_nowhere_else(capsys: pytest.CaptureFixture[str]) -> None:
    for shown in (False, True):
        with moving("simulated", shown) as move:
            move(0.5)
        captured = capsys.readouterr()
        assert ("simulated" in captured.err) == shown
        assert ("50%" in captured.err) == shown
        assert not captured.out
