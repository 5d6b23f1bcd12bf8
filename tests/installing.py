"""Plugins installed for a test as pip would: a wheel is built, and unpacked where only this test looks."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


def installed(source: Path, site: Path) -> dict[str, str]:
    """Build the wheel of a distribution, unpack it, and return the environment in which it is installed."""
    pytest.importorskip("hatchling", reason="hatchling builds the wheel of a plugin: uv sync")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(site / "wheels"), cwd=source)
    for wheel in (site / "wheels").glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)
    return {**os.environ, "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}


def run(*words: str, cwd: Path, env: dict[str, str] | None = None) -> str:
    """Run a command to its end and return what it printed; a failure shows all of it."""
    done = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def ranklsys(*words: str, cwd: Path, env: dict[str, str]) -> str:
    """Run a command of ranklsys in an environment."""
    return run(sys.executable, "-m", "ranklsys.cli", *words, cwd=cwd, env=env)


def pytest_in(folder: Path, env: dict[str, str]) -> str:
    """Run the tests of a plugin."""
    return run(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", cwd=folder, env=env)
