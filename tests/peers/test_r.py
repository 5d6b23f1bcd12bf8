"""R: the example of the docs, run by R itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parent.parent.parent / "docs" / "other-tools.md"


def test_r_prints_what_the_page_shows(tmp_path: Path) -> None:
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("R is not installed (apt-get install r-base-core r-cran-reticulate)")
    if subprocess.run([rscript, "-e", "library(reticulate)"], capture_output=True, check=False).returncode:
        pytest.skip("R has no reticulate (apt-get install r-cran-reticulate)")
    code, shown = re.search(
        r"```r\n(.*?)```\n\n```output\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL
    ).groups()
    (tmp_path / "page.R").write_text(code, encoding="utf-8")
    environment = {**os.environ, "RETICULATE_PYTHON": sys.executable}
    done = subprocess.run(
        [rscript, "page.R"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert [line.rstrip() for line in done.stdout.splitlines()] == [line.rstrip() for line in shown.splitlines()]
