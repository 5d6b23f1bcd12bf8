"""Library: where the models are, beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ranklsys.errors import SBMLError, unknown
from ranklsys.plugins.part import HOSTS
from ranklsys.sbml.cache import recalled


@cache
def folder() -> Path:
    """Return the folder of models: core.ant, parameters.csv, contract.toml and the built hosts.

    Raises SBMLError if this copy of the package came without its models.
    """
    package = Path(__file__).parent.parent
    for candidate in (package / "models", package.parent / "models"):
        if (candidate / "contract.toml").is_file():
            return candidate
    raise SBMLError(
        "the models are missing", where=str(package), hint="Install ranklsys again: the wheel contains them"
    )


@recalled(8)
def host_sbml(host: str) -> str:
    """Return the canonical SBML of a host, ``human`` or ``mouse``, without a drawing. Raises UnknownName."""
    if host not in HOSTS:
        raise unknown("host", host, HOSTS, hint="The hosts are human and mouse. See: ranklsys list")
    return (folder() / f"{host}.xml").read_text(encoding="utf-8")
