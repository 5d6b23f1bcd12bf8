"""Doctor: what is installed here, which combinations are known not to work, and what to do about them."""

from __future__ import annotations

import importlib
import importlib.util
import os
import platform
import shutil
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

VARIABLES = ("RANKLSYS_CACHE", "RANKLSYS_PLUGINS", "RANKLSYS_STRICT", "RANKLSYS_TRACE")
ENGINES = ("roadrunner", "libsbml", "antimony")
TOOLS = ("git", "cmake", "swig", "c++")


@dataclass(frozen=True)
class Environment:
    """What the doctor looks at.

    python: its version. installed: distribution (canonical name) -> version. requirements: of ranklsys itself.
    tools: programs on the PATH or beside Python. variables: those of ranklsys that are set.
    """

    python: str
    system: str = ""
    installed: Mapping[str, str] = field(default_factory=dict)
    requirements: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)

    def version(self, name: str) -> Version | None:
        """Return the version of a distribution, None if it is not installed."""
        found = self.installed.get(canonicalize_name(name))
        return Version(found) if found else None


@dataclass(frozen=True)
class Trouble:
    """Something that does not work here.

    what: the trouble. remedy: what to do. serious: whether ranklsys itself is hit, not only an optional tool.
    """

    what: str
    remedy: str
    serious: bool = True


Symptom = Callable[[Environment], Iterable[Trouble]]


def environment() -> Environment:
    """Return this environment."""
    installed = {str(canonicalize_name(each.name)): each.version for each in metadata.distributions() if each.name}
    beside = os.pathsep.join((sysconfig.get_path("scripts"), os.environ.get("PATH", "")))
    return Environment(
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        installed=installed,
        requirements=tuple(metadata.requires("ranklsys") or ()),
        tools=tuple(tool for tool in TOOLS if shutil.which(tool, path=beside)),
        variables={name: os.environ[name] for name in VARIABLES if name in os.environ},
    )


def troubles(here: Environment) -> list[Trouble]:
    """Return what is known not to work in an environment, what is serious first."""
    found = [trouble for symptom in KNOWN for trouble in symptom(here)]
    return sorted(found, key=lambda trouble: not trouble.serious)


def trials() -> list[Trouble]:
    """Return what does not work when it is tried: importing the engines, a day of a healthy mouse, the plugins."""
    found = [trouble for engine in ENGINES if (trouble := _import(engine))]
    return [*(found or _simulate()), *_swig_of_amici(), *_broken_plugins()]


def roadrunner_fits_python(here: Environment) -> Iterator[Trouble]:
    """libroadrunner 2.11 and later have no wheel for Python 3.11 and earlier."""
    version = here.version("libroadrunner")
    if version and version >= Version("2.11") and Version(here.python) < Version("3.12"):
        what = f"libroadrunner {version} needs Python 3.12, and this is {here.python}"
        yield Trouble(what, 'pip install "libroadrunner==2.10.*", or use Python 3.12')


def requirements_are_met(here: Environment) -> Iterator[Trouble]:
    """Every requirement is installed, in a version that is not too old; of an extra, only what is there is judged."""
    for text in here.requirements:
        needed = Requirement(text)
        given = {"python_version": ".".join(here.python.split(".")[:2]), "python_full_version": here.python}
        optional = needed.marker is not None and "extra" in str(needed.marker)
        extra = str(needed.marker).split("extra ==")[-1].strip(" '\")") if optional else ""
        if needed.marker is not None and not needed.marker.evaluate({**given, "extra": extra}):
            continue
        version = here.version(needed.name)
        if version is None and not optional:
            yield Trouble(f"{needed.name} is not installed", f'pip install "{needed.name}{needed.specifier}"')
        elif version is not None and not needed.specifier.contains(version, prereleases=True):
            what = f"{needed.name} is {version}, and ranklsys needs {needed.specifier}"
            yield Trouble(what, f'pip install "{needed.name}{needed.specifier}"', serious=not optional)


def tellurium_has_six(here: Environment) -> Iterator[Trouble]:
    """Tellurium imports six without declaring it."""
    if here.version("tellurium") and not here.version("six"):
        yield Trouble("tellurium imports six, which is not installed", "pip install six", serious=False)


def one_libsbml(here: Environment) -> Iterator[Trouble]:
    """Two distributions that install the module libsbml overwrite each other."""
    if here.version("python-libsbml") and here.version("python-libsbml-experimental"):
        what = "python-libsbml and python-libsbml-experimental overwrite each other"
        yield Trouble(what, "pip uninstall python-libsbml-experimental; pip install --force-reinstall python-libsbml")


def amici_has_its_tools(here: Environment) -> Iterator[Trouble]:
    """AMICI compiles each model, with the SWIG that it was built with."""
    if not here.version("amici"):
        return
    for tool, remedy in {
        "swig": "pip install swig",
        "cmake": "pip install cmake",
        "c++": "install g++ or clang",
    }.items():
        if tool not in here.tools:
            yield Trouble(f"AMICI needs {tool}, which is not here", remedy, serious=False)


def plugins_can_be_made(here: Environment) -> Iterator[Trouble]:
    """Plugins are made with copier, which needs git."""
    if not here.version("copier"):
        yield Trouble("copier is not installed: no new-plugin", "pip install ranklsys[author]", serious=False)
    elif "git" not in here.tools:
        yield Trouble("git is not installed: copier needs it for new-plugin", "install git", serious=False)


def peers_are_there(here: Environment) -> Iterator[Trouble]:
    """COPASI is the second engine of ``agree`` and ``check``."""
    if not here.version("copasi-basico"):
        yield Trouble("COPASI is not installed: no agree", "pip install ranklsys[peers]", serious=False)


KNOWN: tuple[Symptom, ...] = (
    requirements_are_met,
    roadrunner_fits_python,
    one_libsbml,
    tellurium_has_six,
    amici_has_its_tools,
    peers_are_there,
    plugins_can_be_made,
)


def versions(here: Environment) -> dict[str, str]:
    """Return what of ranklsys and its requirements is installed, and its plugins."""
    from ranklsys.plugins import finder

    names = ["ranklsys", *(Requirement(text).name for text in here.requirements)]
    names += [plugin.distribution for plugin in finder.registry().plugins]
    found = {name: here.version(name) for name in map(canonicalize_name, names)}
    return {name: str(version) for name, version in found.items() if version}


def kept() -> str:
    """Return how much of composed and compiled models is kept for later starts, and where; or why they are not."""
    from ranklsys.sbml import disk

    try:
        size, why_not = disk.size(), disk.unused()
    except RuntimeError as problem:
        return f"nothing: {problem}"
    return f"{size / 1e6:.1f} MB in {disk.models()}" + (f"; nothing of models, since {why_not}" if why_not else "")


def emptied() -> str:
    """Remove what is kept on disk; return how much it was, and where. Raises OSError if it may not be removed."""
    from ranklsys.sbml import disk

    said = kept()
    disk.clear()
    return said


def _swig_of_amici() -> Iterator[Trouble]:
    """AMICI's models load only if SWIG is the version that AMICI was built with."""
    from ranklsys.errors import RanklsysError
    from ranklsys.model import amici_models

    if importlib.util.find_spec("amici") is None:
        return
    try:
        amici_models.check_swig()
    except (ImportError, RanklsysError) as problem:
        yield Trouble(str(problem), getattr(problem, "hint", "") or "Install amici again", serious=False)


def _broken_plugins() -> Iterator[Trouble]:
    from ranklsys.plugins import finder

    for plugin in finder.registry().broken:
        what = f"the plugin {plugin.name} is left out: {plugin.error}"
        yield Trouble(what, f"pip install -U {plugin.distribution}, or tell its authors", serious=False)
    for clash in finder.registry().clashes:
        yield Trouble(clash, "Uninstall one, or name the others in RANKLSYS_PLUGINS", serious=False)


def _import(engine: str) -> Trouble | None:
    try:
        importlib.import_module(engine)
    except Exception as problem:
        what = f"{engine} cannot be imported: {type(problem).__name__}: {' '.join(str(problem).split())}"
        return Trouble(what, "Install it again in a fresh environment, or look for the library that it misses")
    return None


def _simulate() -> Iterator[Trouble]:
    from ranklsys.model.compose import compose

    try:
        compose("mouse").simulate("1 d", points=2)
    except Exception as problem:
        what = f"a day of a healthy mouse fails: {' '.join(str(problem).split())}"
        yield Trouble(
            what, f"Report it, with this page; package: {Path(__file__).parent.parent}, Python: {sys.executable}"
        )
