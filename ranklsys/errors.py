"""Errors: what is wrong, where, the nearest right thing, and what to do next."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
from collections.abc import Iterable
from types import ModuleType


class RanklsysError(Exception):
    """An error that a user can act on.

    what: one sentence, e.g. ``there is no part 'opgfc'``.
    where: the part, file or word that it is about; printed first.
    hint: the next step; printed last.
    exit_code: what the command line returns, 2 for bad input and 1 for a run that failed.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what, self.where, self.hint = what, where, hint
        super().__init__(what)

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}. {self.hint}" if self.hint else text

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.what, self.where, self.hint)


def _rebuild(kind: type[RanklsysError], what: str, where: str, hint: str) -> RanklsysError:
    return kind(what, where=where, hint=hint)


class UnknownName(RanklsysError):
    """A host, part, slot, species, parameter or scenario that does not exist."""


class DoseError(RanklsysError):
    """A regimen that cannot be read, or that the model cannot be given."""


class UnitError(RanklsysError):
    """A unit that is unknown, or of the wrong dimension."""


class SBMLError(RanklsysError):
    """SBML that is broken, inconsistent or outside what this package composes."""


class NotForLanes(SBMLError):
    """A model that is right, but has something that lanes do not do; names the element and the feature."""


class NotationError(SBMLError):
    """SBML that lacks something which its notation or parameter table must say.

    about: the id that it is about, from which the caller, who knows the files, finds the place.
    """

    def __init__(self, what: str, *, about: str = "", where: str = "", hint: str = "") -> None:
        self.about = about
        super().__init__(what, where=where, hint=hint)


class PartError(RanklsysError):
    """A part that asks for something that it may not have."""


class CompositionError(RanklsysError):
    """Parts that do not fit together, or a host that does not fit a part."""


class ValueClash(CompositionError):
    """Two parts that set a parameter of the core to different values."""


class Excluded(CompositionError):
    """Two parts that are the same thing of a model, which has one of it: two tumours, two breasts."""


class PluginError(RanklsysError):
    """A plugin that cannot be loaded or breaks the contract."""


class DataError(RanklsysError):
    """A table or scenario file with something missing or wrong in it."""


class MissingLibrary(RanklsysError):
    """A library that is needed for this, and that is not installed, or that cannot be imported."""


class SimulationError(RanklsysError):
    """An integration that failed; says at which time and in which state."""

    exit_code = 1


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``(did you mean 'x'?)`` with a leading space for the closest known name, or nothing."""
    close = difflib.get_close_matches(str(name), list(known), n=1, cutoff=0.5)
    return f" (did you mean '{close[0]}'?)" if close else ""


def unknown(what: str, name: str, known: Iterable[str], *, where: str = "", hint: str = "") -> UnknownName:
    """Return the error for a name that does not exist, with the nearest one that does."""
    known = list(known)
    return UnknownName(f"there is no {what} '{name}'{nearest(name, known)}", where=where, hint=hint)


def require(module: str, *, extra: str, where: str = "") -> ModuleType:
    """Return a module of an optional library. Raises MissingLibrary, which says what to type.

    extra: of ranklsys, which brings the library. where: what it is needed for.
    """
    require_installed(module.partition(".")[0], extra=extra, where=where)
    try:
        return importlib.import_module(module)
    except ImportError as problem:
        what = f"{module} cannot be imported ({problem})"
        raise MissingLibrary(what, where=where, hint=f'Type: pip install "ranklsys[{extra}]"') from None


def require_installed(*libraries: str, extra: str, where: str = "") -> None:
    """Raise MissingLibrary unless each library is there; before long work, so that nothing is lost for want of one."""
    for library in libraries:
        if importlib.util.find_spec(library) is None:
            hint = f'Type: pip install "ranklsys[{extra}]"'
            raise MissingLibrary(f"{library} is not installed", where=where, hint=hint)
