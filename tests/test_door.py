"""The door: scripts, plugins and pages import from ``ranklsys`` alone, and each of its names is one thing."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import symtable
import sys
from pathlib import Path
from types import ModuleType

import jinja2
import pytest

import ranklsys
from ranklsys import testing
from ranklsys.author import new_plugin
from ranklsys.cli.author import KINDS
from tests.pages import blocks
from tests.scripts import script

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("plugins/*/README.md"))]
PLUGINS = sorted(ROOT.glob("plugins/*/ranklsys_*/**/*.py"))
TESTS_OF_PLUGINS = sorted(ROOT.glob("plugins/*/tests/*.py"))
HEAVY = "numpy pandas scipy roadrunner libsbml antimony matplotlib pyarrow lifelines pypesto petab tellurium basico"


def modules(package: ModuleType) -> list[str]:
    """Return the names of the modules and packages in a package, but for those that are to be run."""
    return [found.name for found in pkgutil.iter_modules(package.__path__) if not found.name.startswith("__")]


def packages() -> list[ModuleType]:
    """Return the package and every package in it."""
    found = [each.name for each in pkgutil.walk_packages(ranklsys.__path__, "ranklsys.") if each.ispkg]
    return [ranklsys, *map(importlib.import_module, found)]


def bound(package: ModuleType) -> set[str]:
    """Return the names that a package gives to anything but its own modules."""
    path = Path(str(package.__file__))
    source = path.read_text(encoding="utf-8")
    symbols = symtable.symtable(source, str(path), "exec").get_symbols()
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    own = {each.asname or each.name for node in imports if node.module == package.__name__ for each in node.names}
    return {each.get_name() for each in symbols if each.is_assigned() or each.is_imported()} - own


def behind_the_door(source: str, *, of_a_test: bool = False) -> list[str]:
    """Return what a source imports or reads of the package that is not a name of its door."""
    doors = {"ranklsys": {*ranklsys.__all__}} | ({"ranklsys.testing": {*testing.__all__}} if of_a_test else {})
    allowed = {f"{door}.{name}" for door, names in doors.items() for name in names} | {*doors}
    nodes = list(ast.walk(ast.parse(source)))
    imported = [each for node in nodes if isinstance(node, ast.Import) for each in node.names]
    called = {each.asname or each.name for each in imported if each.name == "ranklsys"}
    read = {each.name for each in imported}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            read |= {f"{node.module}.{each.name}" for each in node.names}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in called:
            read.add(f"ranklsys.{node.attr}")
    return sorted(name for name in read if name.partition(".")[0] == "ranklsys" and name not in allowed)


def identity(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_public_name_is_a_module_too() -> None:
    assert not {*ranklsys.__all__} & {*modules(ranklsys)}


@pytest.mark.parametrize("package", packages(), ids=lambda package: package.__name__)
def test_no_module_is_hidden_behind_another_thing_of_its_name(package: ModuleType) -> None:
    assert not bound(package) & {*modules(package)}


@pytest.mark.parametrize("name", modules(ranklsys))
def test_the_name_of_a_room_gives_the_room(name: str) -> None:
    room = importlib.import_module(f"ranklsys.{name}")
    assert getattr(ranklsys, name) is room


@pytest.mark.parametrize("path", PLUGINS, ids=identity)
def test_a_plugin_imports_from_the_door_alone(path: Path) -> None:
    assert behind_the_door(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", TESTS_OF_PLUGINS, ids=identity)
def test_a_test_of_a_plugin_imports_from_the_door_and_from_testing(path: Path) -> None:
    assert behind_the_door(path.read_text(encoding="utf-8"), of_a_test=True) == []


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=identity)
def test_a_page_imports_from_the_door_alone(page: Path) -> None:
    for block in blocks(page):
        if block.language == "python":
            assert behind_the_door(block.text, of_a_test=Path(block.file).name.startswith("test_")) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_template_imports_from_the_door_alone(kind: str) -> None:
    words = {"name": "my-thing", "kind": kind, "title": "A", "snake": "my_thing", "module": "ranklsys_my_thing"}
    templates = sorted(new_plugin.FOLDER.rglob("*.py.jinja"))
    assert len(templates) == 2
    for path in templates:
        source = jinja2.Template(path.read_text(encoding="utf-8")).render(words)
        assert behind_the_door(source, of_a_test=path.name.startswith("test_")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from ranklsys.plugins.part import Part", "ranklsys.plugins.part.Part"),
        ("def hook():\n    from ranklsys.errors import DataError", "ranklsys.errors.DataError"),
        ("import ranklsys.study.fit", "ranklsys.study.fit"),
        ("from ranklsys import study", "ranklsys.study"),
        ("import ranklsys as rk\nrk.study.fit.fit()", "ranklsys.study"),
        ("def later():\n    import ranklsys\nranklsys.frame.save()", "ranklsys.frame"),
        ("from ranklsys.testing import check_part", "ranklsys.testing.check_part"),
    ],
)
def test_what_lies_behind_the_door_is_found(source: str, found: str) -> None:
    assert behind_the_door(source) == [found]


def test_the_door_and_other_packages_are_not_behind_it() -> None:
    source = "import ranklsys as rk\nfrom ranklsys import Part\nimport ranklsys_opg.claims\nrk.compose('mouse')"
    assert behind_the_door(source) == []
    assert behind_the_door("from ranklsys.testing import check_part", of_a_test=True) == []
    assert behind_the_door("from ranklsys.testing import pytest", of_a_test=True) == ["ranklsys.testing.pytest"]


@pytest.mark.parametrize("name", ranklsys.__all__)
def test_a_public_name_is_there_and_says_what_it_is(name: str) -> None:
    thing = getattr(ranklsys, name)
    said = thing.__doc__
    assert said
    assert not said.startswith(f"{name}("), "the signature that a dataclass writes says nothing"


def test_the_docstring_has_every_public_name_once_by_its_subject() -> None:
    listed = re.findall(r"^\* .+?: (.+(?:\n  .+)*)$", inspect.getdoc(ranklsys) or "", re.MULTILINE)
    assert sorted(re.findall(r"\w+", ", ".join(listed))) == sorted(ranklsys.__all__)


def test_every_public_name_is_on_the_page_of_the_site() -> None:
    pytest.importorskip("sphinx", reason="Sphinx makes the page: uv sync --group docs")
    inventory = script("docs/inventory.py")
    assert "{public-names}" in (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
    said = re.findall(r":: ranklsys\.(\w+)$", "\n".join(inventory.public_names()), re.MULTILINE)
    assert sorted(set(said) - {"testing"}) == sorted(ranklsys.__all__)


def test_what_is_asked_for_by_a_wrong_name_is_not_there() -> None:
    assert dir(ranklsys) == sorted(ranklsys.__all__)
    assert ranklsys.fit is importlib.import_module("ranklsys.study.fit").fit
    with pytest.raises(AttributeError, match="has no attribute 'compse'"):
        ranklsys.compse  # noqa: B018


def test_the_door_opens_without_heavy_modules() -> None:
    code = f"import sys, ranklsys; sys.exit(' '.join(m for m in '{HEAVY}'.split() if m in sys.modules) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
