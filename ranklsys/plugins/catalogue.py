"""Registry: what all plugins offer, by id, and who offers it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from traceback import walk_tb
from typing import Any, TypeVar

import pluggy

from ranklsys.errors import PluginError, UnknownName, unknown
from ranklsys.plugins.claims import Claim
from ranklsys.plugins.part import Part
from ranklsys.plugins.scenario import Dataset, Scenario

OFFERS: dict[str, type[Any]] = {"parts": Part, "scenarios": Scenario, "datasets": Dataset, "claims": Claim}
Item = TypeVar("Item", Part, Scenario, Dataset, Claim)


@dataclass(frozen=True)
class Plugin:
    """What one entry point, file or call of ``use`` offers, or why it offers nothing.

    reason: type and message of what it failed with; empty when it works. cause: the exception itself.
    file, line: of the innermost frame of the plugin's own code, or where its syntax is wrong.
    seconds: how long it took to import it and to call its hooks.
    """

    name: str
    distribution: str
    version: str = ""
    hooks: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    claims: tuple[Claim, ...] = ()
    reason: str = ""
    file: str = ""
    line: int = 0
    seconds: float = 0.0
    cause: BaseException | None = field(default=None, repr=False, compare=False)
    module: str = field(default="", repr=False)
    manager: pluggy.PluginManager | None = field(default=None, repr=False, compare=False)

    @property
    def error(self) -> str:
        """Why it is left out and, in brackets, where; empty when it works."""
        return f"{self.reason} ({self.file}:{self.line})" if self.file else self.reason

    @property
    def api(self) -> int | None:
        """The newest api number that its parts were written for; None without parts."""
        return max((part.api for part in self.parts), default=None)

    def failed(self, error: BaseException) -> Plugin:
        """Return the plugin with the error that it failed with."""
        name, message = type(error).__name__, " ".join(str(error).split())
        file, line = _place(error, self.module)
        return replace(self, reason=f"{name}: {message}" if message else name, file=file, line=line, cause=error)

    def require_working(self) -> None:
        """Raise PluginError if the plugin is broken."""
        if self.error:
            raise PluginError(self.error, where=self.distribution) from self.cause


@dataclass(frozen=True)
class Registry:
    """All plugins, and what they offer by id. An id that two plugins offer belongs to neither: see ``clashes``."""

    plugins: tuple[Plugin, ...]

    def part(self, id: str) -> Part:
        """Return a part. Raises UnknownName, or PluginError when two plugins offer it; so do the next four."""
        return self._find(Part, id)[1]

    def scenario(self, id: str) -> Scenario:
        """Return a scenario."""
        return self._find(Scenario, id)[1]

    def dataset(self, id: str) -> Dataset:
        """Return a dataset."""
        return self._find(Dataset, id)[1]

    def claim(self, id: str) -> Claim:
        """Return a claim."""
        return self._find(Claim, id)[1]

    def owner(self, part_id: str) -> Plugin:
        """Return the plugin that offers a part."""
        return self._find(Part, part_id)[0]

    @property
    def parts(self) -> dict[str, Part]:
        """Parts by id, sorted, without those that two plugins offer; so are the next three."""
        return self._by_id(Part)

    @property
    def scenarios(self) -> dict[str, Scenario]:
        """Scenarios by id."""
        return self._by_id(Scenario)

    @property
    def datasets(self) -> dict[str, Dataset]:
        """Datasets by id."""
        return self._by_id(Dataset)

    @property
    def claims(self) -> dict[str, Claim]:
        """Claims by id."""
        return self._by_id(Claim)

    @property
    def broken(self) -> tuple[Plugin, ...]:
        """The plugins that carry an error."""
        return tuple(plugin for plugin in self.plugins if plugin.error)

    @property
    def clashes(self) -> tuple[str, ...]:
        """A sentence for each id that two plugins offer, naming both distributions."""
        return tuple(
            _clash(kind, id, offers)
            for kind in OFFERS.values()
            for id, offers in self._offers(kind).items()
            if len(offers) > 1
        )

    def _offers(self, kind: type[Item]) -> dict[str, list[tuple[Plugin, Item]]]:
        """Return, by id, each plugin that offers an item of a kind, and the item."""
        offers: dict[str, list[tuple[Plugin, Item]]] = {}
        for plugin in self.plugins:
            for item in getattr(plugin, f"{noun(kind)}s"):
                offers.setdefault(item.id, []).append((plugin, item))
        return dict(sorted(offers.items()))

    def _by_id(self, kind: type[Item]) -> dict[str, Item]:
        return {id: offers[0][1] for id, offers in self._offers(kind).items() if len(offers) == 1}

    def _find(self, kind: type[Item], id: str) -> tuple[Plugin, Item]:
        known = self._offers(kind)
        if id not in known:
            raise self._unknown(kind, id, known)
        if len(known[id]) > 1:
            raise PluginError(_clash(kind, id, known[id]), hint="Uninstall one, or name the others in RANKLSYS_PLUGINS")
        return known[id][0]

    def _unknown(self, kind: type, id: str, known: Iterable[str]) -> UnknownName:
        hint = "See: ranklsys list"
        if self.broken:
            hint += f" (and ranklsys plugins, for skipped: {', '.join(plugin.name for plugin in self.broken)})"
        return unknown(noun(kind), id, known, hint=hint)


def noun(kind: type) -> str:
    """Return what an item of a kind is called, e.g. ``part``."""
    return kind.__name__.lower()


def _clash(kind: type, id: str, offers: Iterable[tuple[Plugin, object]]) -> str:
    owners = " and ".join(f"{plugin.distribution} ({plugin.name})" for plugin, _ in offers)
    return f"the {noun(kind)} '{id}' is offered by {owners}"


def _place(error: BaseException, module: str) -> tuple[str, int]:
    """Return file and line of the innermost frame in the package of a module, else where the syntax is wrong."""
    package = module.partition(".")[0]
    place = (error.filename or "", error.lineno or 0) if isinstance(error, SyntaxError) else ("", 0)
    for frame, line in walk_tb(error.__traceback__):
        if str(frame.f_globals.get("__name__", "")).partition(".")[0] == package:
            place = (frame.f_code.co_filename, line)
    return place
