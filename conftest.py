"""Which tests run: the quick ones, unless ``pytest --all`` asks for the thorough ones too, as CI does.

A test marked ``thorough`` takes long for what it adds to a quick one beside it. It is left out, but for a test that is
named on the command line (``pytest FILE::TEST``).
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

WAITING = pytest.StashKey[int]()
"""How many tests were left out."""
FOLDERS = pytest.StashKey[dict[Path, bool]]()
"""Each folder of tests, and whether one of them is quick."""


MODELS = pytest.StashKey[str]()
"""The folder of models of this run, which begins empty."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--all``."""
    parser.addoption("--all", action="store_true", help="Run the thorough tests too, as CI does.")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker; let the processes of the tests share what they compile."""
    config.addinivalue_line("markers", "thorough: takes long; runs with --all, or by its name")
    config.stash[WAITING] = 0
    if not hasattr(config, "workerinput"):  # what one test compiled, others read, in whatever process they run
        os.environ["RANKLSYS_CACHE"] = config.stash[MODELS] = tempfile.mkdtemp(prefix="ranklsys-models-")
    if sys.dont_write_bytecode:  # asked for so that no file appears beside a source; each process would compile it all
        sys.dont_write_bytecode = False
        sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(config.rootpath / ".pytest_cache" / "bytecode")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # `python -B` sets none


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the models of this run."""
    if MODELS in config.stash:
        shutil.rmtree(config.stash[MODELS], ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is thorough."""
    folders = config.stash.setdefault(FOLDERS, {})
    for item in items:
        folders[item.path.parent] = folders.get(item.path.parent, False) or not item.get_closest_marker("thorough")
    if config.getoption("--all") or any("::" in each for each in config.args):
        return
    waiting = [item for item in items if item.get_closest_marker("thorough")]
    config.stash[WAITING] = len(waiting)
    config.hook.pytest_deselected(items=waiting)
    items[:] = [item for item in items if not item.get_closest_marker("thorough")]


@pytest.fixture(scope="session", autouse=True)
def many_models() -> None:
    """Keep more models loaded than a user needs, 15 MB each: the tests of several files run the same ones."""
    from ranklsys.model import engine

    engine.keep(48)


@pytest.fixture(scope="session")
def folders(pytestconfig: pytest.Config) -> dict[Path, bool]:
    """Give each folder of which tests were collected, and whether one of them is quick."""
    return pytestconfig.stash[FOLDERS]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the process that shows the results, since its workers collect the tests."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["waiting"] = session.config.stash[WAITING]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Take the number from a worker; each collects the same tests."""
    config, output = node.config, getattr(node, "workeroutput", {})  # type: ignore[attr-defined]
    config.stash[WAITING] = max(config.stash[WAITING], output.get("waiting", 0))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how many tests were left out."""
    if number := config.stash[WAITING]:
        terminalreporter.write_line(f"thorough tests left out: {number} (pytest --all runs them too)")
