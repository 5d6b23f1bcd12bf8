"""Each foreign library has one place that asks for it, whether by an import or by ``require``."""

from __future__ import annotations

import ast
from fnmatch import fnmatchcase
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "ranklsys"
HOMES = {
    "COPASI": "model/other_engines.py",
    "SALib": "trials/sensitivity.py",
    "amici": "model/amici_models.py",
    "antimony": "sbml/notation.py",
    "basico": "model/other_engines.py",
    "copier": "author/new_plugin.py",
    "distributed": "trials/execution.py",
    "libcombine": "exchange/omex.py",
    "libsbml": "sbml/*",
    "libsedml": "exchange/sedml_*.py",
    "lifelines": "trials/survival.py",
    "petab": "exchange/petab.py",
    "llvmlite": "model/lanes/*",
    "pint": "units.py",
    "pypesto": "study/fit.py",
    "pytest": "testing.py",
    "resvg_py": "model/diagram/picture.py",
    "roadrunner": "model/engine.py",
    "tellurium": "model/model.py",
}


def asked_for(path: Path) -> set[str]:
    """Return the libraries that a file imports, requires or loads by name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in (
            "require",
            "importlib.import_module",
            "_library",
        ):
            names = [str(word.value) for word in node.args[:1] if isinstance(word, ast.Constant)]
            names += [str(word.values[0].value) for word in node.args[:1] if isinstance(word, ast.JoinedStr)]  # type: ignore[attr-defined]
        found |= {name.partition(".")[0] for name in names}
    return found


def test_each_library_is_asked_for_in_its_home_alone() -> None:
    asked = {path.relative_to(PACKAGE).as_posix(): asked_for(path) for path in PACKAGE.rglob("*.py")}
    for library, home in HOMES.items():
        places = [name for name, libraries in asked.items() if library in libraries]
        assert places, f"nobody asks for {library}"
        assert [name for name in places if not fnmatchcase(name, home)] == [], library
