"""AMICI's models: SBML compiled to C++ by AMICI, and kept in a cache."""

from __future__ import annotations

import hashlib
import importlib
import io
import logging
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

from ranklsys.errors import MissingLibrary, RanklsysError, SBMLError
from ranklsys.tables import output

RECIPE = "1"
"""Raised when the code below would compile the same SBML differently."""

log = logging.getLogger(__name__)


def sundials() -> ModuleType:
    """Return AMICI's module of the solver. Raises MissingLibrary."""
    _library("amici.sim")
    return _library("amici.sim.sundials")


def _library(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError:  # no extra of ranklsys brings it, since it compiles for two minutes
        hint = "pip install amici (it needs a C++ compiler, CMake, SWIG and BLAS)"
        raise MissingLibrary("AMICI is not installed", hint=hint) from None


def compiled(sbml: str, columns: Sequence[str]) -> Any:
    """Return AMICI's model of an SBML text with these columns, from the cache or compiled into it.

    Raises MissingLibrary, RanklsysError if the compiler fails, SBMLError if AMICI refuses the model.
    """
    amici = _library("amici")

    text = "\n".join((RECIPE, amici.__version__, sys.implementation.cache_tag or "", sbml))
    name = f"ranklsys_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    home = output.home() / "amici"
    folder = home / name
    if not folder.is_dir():
        home.mkdir(parents=True, exist_ok=True)
        # built aside and moved in one step: what stands in the cache is complete, whoever else compiles the same model
        with tempfile.TemporaryDirectory(dir=home) as workshop:
            _compile(sbml, columns, name, Path(workshop) / name)
            try:
                (Path(workshop) / name).rename(folder)
            except OSError:
                if not folder.is_dir():
                    raise
    return amici.import_model_module(name, folder).get_model()


def _compile(sbml: str, columns: Sequence[str], name: str, folder: Path) -> None:
    from amici.exporters.sundials.compile import build_model_extension
    from amici.importers.sbml import SBMLException, SbmlImporter
    from amici.importers.utils import MeasurementChannel

    channels = [MeasurementChannel(f"row_{column}", formula=column) for column in columns]
    with tools_beside_python():
        check_swig()
        log.info("AMICI compiles a model with %d states; later runs take it from the cache", len(columns))
        try:
            SbmlImporter(sbml, from_file=False).sbml2amici(
                name,
                folder,
                observation_model=channels,
                compute_conservation_laws=False,
                generate_sensitivity_code=False,
                compile=False,
            )
        except SBMLException as problem:
            raise SBMLError(f"AMICI refuses the model: {problem}", hint="Compare with COPASI instead") from problem
        said = io.StringIO()
        try:
            with redirect_stdout(said):
                build_model_extension(folder)
        except subprocess.CalledProcessError:
            tail = " ".join(said.getvalue().split())[-600:]
            hint = "AMICI needs a C++ compiler, CMake, SWIG and BLAS"
            raise RanklsysError(f"AMICI could not compile the model: ... {tail}", hint=hint) from None
    log.info("AMICI has compiled the model")


@contextmanager
def tools_beside_python() -> Iterator[None]:
    """Let CMake and SWIG that are installed beside this Python come before those of the system."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join((sysconfig.get_path("scripts"), before))
    try:
        yield
    finally:
        os.environ["PATH"] = before


def check_swig() -> None:
    """Raise RanklsysError unless SWIG is the version that AMICI was built with; models of another one do not load."""
    needed = ".".join(str(number) for number in sundials()._SWIG_VERSION)
    swig = shutil.which(os.environ.get("SWIG") or "swig")
    said = subprocess.run([swig, "-version"], capture_output=True, text=True, check=False).stdout if swig else ""
    found = re.search(r"SWIG Version (\S+)", said)
    if found is None or found[1] != needed:
        what = f"AMICI was built with SWIG {needed}, and this machine has {f'SWIG {found[1]}' if found else 'no SWIG'}"
        raise RanklsysError(what, hint=f"pip install swig=={needed}")
