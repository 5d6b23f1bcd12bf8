"""Distributions: what a wheel holds, and that what plugins compose is declared as a dependency."""

from __future__ import annotations

import re
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from ranklsys.plugins import registry
from ranklsys.study.observations import observations
from tests.installing import installed, run

ROOT = Path(__file__).parent.parent.parent
FOLDERS = sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))


def rows_of(folder: Path) -> list[Path]:
    """The tables of a plugin that hold rows to score and that runs show."""
    return [path for name in ("training", "events", "survival") for path in folder.glob(f"*/{name}.csv")]


@cache
def declared(distribution: str) -> frozenset[str]:
    """The distribution itself and all that it depends on in this repository, through others too."""
    text = (ROOT / "plugins" / distribution / "pyproject.toml").read_text(encoding="utf-8")
    direct = [re.split(r"[^a-z-]", name)[0] for name in tomllib.loads(text)["project"].get("dependencies", [])]
    others = [name for name in direct if (ROOT / "plugins" / name).is_dir()]
    return frozenset({distribution, *direct}).union(*map(declared, others))


def composed(folder: Path) -> set[str]:
    """The parts that the claims, scenarios and tables of a plugin compose."""
    plugin = next(each for each in registry().plugins if each.distribution == folder.name)
    found = {need for claim in plugin.claims for need in claim.needs}
    for scenario in plugin.scenarios:
        found |= {*scenario.parts, *(part for arm in scenario.arms for part in arm.parts)}
    for table in rows_of(folder):
        found |= {part for row in observations(table) for part in row.parts}
    return found


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_a_plugin_composes_is_declared(folder: Path) -> None:
    needed = {registry().owner(part).distribution for part in composed(folder)} | {"ranklsys"}
    assert needed <= declared(folder.name)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_table_of_rows_is_offered_so_that_runs_show_it(folder: Path) -> None:
    plugin = next(each for each in registry().plugins if each.distribution == folder.name)
    offered = {dataset.table.resolve() for dataset in plugin.datasets if dataset.of_rows}
    assert set(rows_of(folder)) == offered


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_plugin_has_a_readme_with_an_example_and_its_picture_and_tests(folder: Path) -> None:
    text = (folder / "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+\.png)\)", text)
    assert "$ ranklsys run " in text
    assert pictures
    assert all((folder / picture).stat().st_size > 5000 for picture in pictures)
    assert list((folder / "tests").glob("test_*.py"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Return where the wheel of ranklsys is unpacked, and the environment in which it is installed."""
    folder = tmp_path_factory.mktemp("site")
    return folder, installed(ROOT, folder)


def test_a_wheel_holds_the_models_and_leaves_the_compositions_to_a_checkout(site: tuple[Path, dict[str, str]]) -> None:
    held, there = (
        {path.relative_to(models).as_posix() for path in models.rglob("*") if path.is_file()}
        for models in (site[0] / "ranklsys" / "models", ROOT / "models")
    )
    assert held == {name for name in there if not name.startswith("composed")} - {"editorial.csv"}
    assert {"human.xml", "mouse.xml", "parameters.csv", "contract.toml", "layout.toml"} < held


def test_a_wheel_is_less_than_750_kilobytes(site: tuple[Path, dict[str, str]]) -> None:
    """Of them 120 are the two hosts with their tables. 702 with event tables, read-outs, ensembles, cuts; 583 before."""
    (wheel,) = (site[0] / "wheels").glob("*.whl")
    assert wheel.stat().st_size < 750_000


@pytest.mark.thorough
def test_what_is_installed_composes_draws_and_knows_its_trials(site: tuple[Path, dict[str, str]]) -> None:
    folder, environment = site
    code = """
import ranklsys as rk
from ranklsys.plugins import library
from ranklsys.trials import named_trial
print(library.folder())
print(rk.compose("mouse").save("mouse.xml"))
print(*named_trial.names())
"""
    said = run(sys.executable, "-c", code, cwd=folder, env=environment).splitlines()
    assert said == [
        str(folder / "ranklsys" / "models"),
        "mouse.xml",
        "adjuvant adjuvant-premenopausal at-progression de-escalation denosumab-zoledronic-acid rank-expression switch",
    ]
