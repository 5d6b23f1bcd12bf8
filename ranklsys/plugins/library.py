"""Library: where the models are, beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ranklsys.errors import SBMLError, unknown
from ranklsys.plugins.part import HOSTS
from ranklsys.sbml.cache import recalled
from ranklsys.tables.files import read_table


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


@recalled(1)
def core_shares() -> frozenset[str]:
    """Return the ids of the core's parameters that are a share of something, so that they go from 0 to 1."""
    rows = read_table(folder() / "parameters.csv", ("id", "spread"))
    return frozenset(row["id"] for _, row in rows if row["spread"] in ("share", "part"))


@recalled(8)
def host_sbml(host: str) -> str:
    """Return the canonical SBML of a host, ``human`` or ``mouse``, without a drawing. Raises UnknownName."""
    if host not in HOSTS:
        raise unknown("host", host, HOSTS, hint="The hosts are human and mouse. See: ranklsys list")
    return (folder() / f"{host}.xml").read_text(encoding="utf-8")
