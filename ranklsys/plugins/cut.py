"""Cut: what is taken out of every model that is composed meanwhile, so that a claim can be seen to fall without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import ParamSpec, TypeVar

from ranklsys.errors import PluginError, unknown
from ranklsys.sbml.cache import recalled

Given = ParamSpec("Given")
Result = TypeVar("Result")
Number = float | str


@dataclass(frozen=True, eq=False)
class Cut:
    """Quantities held at numbers, and which ids were met in models so far.

    values: numbers, in the model's unit, or text with its own, by id. met: the ids that some model had. seen: all ids
    of all models that were composed under the cut.
    """

    values: Mapping[str, Number]
    met: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    def among(self, known: Mapping[str, object]) -> dict[str, Number]:
        """Return the values of those ids that a model has, and note that it has them."""
        self.seen.update(known)
        found = {name: value for name, value in self.values.items() if name in known}
        self.met.update(found)
        return found

    def require_met(self) -> None:
        """Raise PluginError if no model was composed under the cut, UnknownName for an id that none of them has."""
        if not self.seen:
            what = "no model was composed under this cut, which then cannot act"
            hint = "Compose within the experiment; what it keeps for another, it keeps by rk.once (not functools.cache)"
            raise PluginError(what, hint=hint)
        for name in self.values:
            if name not in self.met:
                raise unknown("quantity of the models that it composes", name, self.seen, hint="See: ranklsys show")


_active: ContextVar[Cut | None] = ContextVar("cut", default=None)


def active() -> Cut | None:
    """Return the cut that models are composed under; None for models as they are."""
    return _active.get()


@contextmanager
def under(values: Mapping[str, Number]) -> Iterator[Cut]:
    """Compose every model with these quantities cut off at these numbers, until the end of the block.

    Whatever reads such a quantity reads the number, whoever sets, doses or computes the quantity itself: a claim cannot
    undo the cut of it. The cut is written into the SBML of the model, so it goes where that goes, to other processes
    too, and what is kept of models by their text is never taken for what it is not. Cuts do not add up: the inner one
    is in force.
    """
    cut = Cut(dict(values))
    token = _active.set(cut)
    try:
        yield cut
    finally:
        _active.reset(token)


def once(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """Keep what a function of hashable arguments gives: once for models as they are, and once more under each cut.

    For runs that several claims share. ``functools.cache`` would give a claim under a cut what was run without it.
    """

    @recalled(64)
    def kept(cut: Cut | None, *args: object, **names: object) -> object:
        return function(*args, **names)  # type: ignore[arg-type]

    @wraps(function)
    def asked(*args: Given.args, **names: Given.kwargs) -> Result:
        return kept(active(), *args, **names)  # type: ignore[arg-type, return-value]

    return asked
