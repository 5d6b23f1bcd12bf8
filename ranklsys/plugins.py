"""Plugins: found by entry point, checked one by one, and listed with their error when they are broken."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import metadata
from pathlib import Path
from traceback import walk_tb
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy

from ranklsys import hookspecs
from ranklsys.claims import Claim
from ranklsys.errors import PluginError, nearest, unknown
from ranklsys.part import Part
from ranklsys.scenario import Dataset, Scenario

if TYPE_CHECKING:
    import click

GROUP = "ranklsys"
OFFERS: dict[str, type[Any]] = {"parts": Part, "scenarios": Scenario, "datasets": Dataset, "claims": Claim}
HOOKS = (*(f"register_{offer}" for offer in OFFERS), "register_commands")
Item = TypeVar("Item", Part, Scenario, Dataset, Claim)


@dataclass(frozen=True)
class Plugin:
    """What one entry point, file or call of ``use`` offers, or why it offers nothing.

    error: type, message, and file:line of the innermost frame of the plugin; empty when it works.
    """

    name: str
    distribution: str
    version: str = ""
    hooks: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    claims: tuple[Claim, ...] = ()
    error: str = ""
    module: str = field(default="", repr=False)
    manager: pluggy.PluginManager | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Registry:
    """All plugins, and what they offer by id. An id that two plugins offer belongs to neither: see ``clashes``."""

    plugins: tuple[Plugin, ...]

    def part(self, id: str) -> Part:
        """Return a part. Raises UnknownName, or PluginError when two plugins offer it; so do the next three."""
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
        offers: dict[str, list[tuple[Plugin, Item]]] = {}
        for plugin in self.plugins:
            for item in getattr(plugin, f"{_noun(kind)}s"):
                offers.setdefault(item.id, []).append((plugin, item))
        return dict(sorted(offers.items()))

    def _by_id(self, kind: type[Item]) -> dict[str, Item]:
        return {id: offers[0][1] for id, offers in self._offers(kind).items() if len(offers) == 1}

    def _find(self, kind: type[Item], id: str) -> tuple[Plugin, Item]:
        known = self._offers(kind)
        if id not in known:
            skipped = ", ".join(plugin.name for plugin in self.broken)
            hint = "See: ranklsys list" + (f" (and ranklsys plugins, for skipped: {skipped})" if skipped else "")
            raise unknown(_noun(kind), id, known, hint=hint)
        if len(known[id]) > 1:
            raise PluginError(_clash(kind, id, known[id]), hint="Uninstall one, or name the others in RANKLSYS_PLUGINS")
        return known[id][0]


def _noun(kind: type) -> str:
    return kind.__name__.lower()


def _clash(kind: type, id: str, offers: Iterable[tuple[Plugin, object]]) -> str:
    owners = " and ".join(f"{plugin.distribution} ({plugin.name})" for plugin, _ in offers)
    return f"the {_noun(kind)} '{id}' is offered by {owners}"


_used: dict[str, Plugin] = {}


def registry() -> Registry:
    """Return what is installed and what ``use`` added. Plugins are imported once for each RANKLSYS_PLUGINS.

    A broken plugin carries its error; with RANKLSYS_STRICT=1 it raises PluginError.
    """
    return Registry(_discovered(os.environ.get("RANKLSYS_PLUGINS"), _strict()) + tuple(_used.values()))


def refresh() -> None:
    """Forget what was found, so that the next ``registry`` looks again; what ``use`` added stays."""
    _discovered.cache_clear()


def use(*offers: Part | Path | str) -> None:
    """Add parts, or what plugin files offer, for this process; the same id or file again replaces the earlier one."""
    for offer in offers:
        if isinstance(offer, Part):
            _used[offer.id] = Plugin(name=offer.id, distribution="rk.use", parts=(offer,))
        elif isinstance(offer, (Path, str)):
            _used[str(Path(offer).resolve())] = load_file(offer)
        else:
            hint = "Write: use(Part(...)) or use('plugin.py')"
            raise PluginError(f"use takes parts and files, not {_type_of(offer)}", hint=hint)


def load_file(path: Path | str) -> Plugin:
    """Return what a Python file offers by hooks or by a list PARTS. Raises PluginError when it is broken."""
    path = Path(path)
    plugin = Plugin(name=path.stem, distribution=str(path), module=f"ranklsys_file_{path.stem}")
    return _examined(plugin, lambda: _run_file(path, plugin.module), strict=True)


def commands(cli: click.Group) -> Registry:
    """Let each plugin add its commands, and return the registry with an error on those that failed.

    A plugin that replaces a command or fails adds none.
    """
    found = registry()
    return Registry(tuple(_attempt(plugin, lambda p: _add_commands(p, cli), _strict()) for plugin in found.plugins))


def entry_points() -> list[metadata.EntryPoint]:
    """Return the installed entry points of the group, sorted by name."""
    return sorted(metadata.entry_points(group=GROUP), key=lambda point: (point.name, _distribution(point)))


def _strict() -> bool:
    return os.environ.get("RANKLSYS_STRICT") == "1"


@cache
def _discovered(only: str | None, strict: bool) -> tuple[Plugin, ...]:
    return tuple(_from_entry_point(point, strict) for point in _selected(entry_points(), only))


def _selected(points: list[metadata.EntryPoint], only: str | None) -> list[metadata.EntryPoint]:
    """Return the entry points that RANKLSYS_PLUGINS names by entry point or distribution; all when it is not set."""
    if only is None:
        return points
    wanted = [name.strip() for name in only.split(",") if name.strip()]
    names = {point: {_normal(point.name), _normal(_distribution(point))} for point in points}
    known = sorted(set().union(*names.values()))
    for name in wanted:
        if _normal(name) not in known:
            hint = f"Installed: {', '.join(known) or 'none'}"
            raise PluginError(f"there is no plugin '{name}'{nearest(name, known)}", where="RANKLSYS_PLUGINS", hint=hint)
    return [point for point in points if names[point] & {_normal(name) for name in wanted}]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _distribution(point: metadata.EntryPoint) -> str:
    return point.dist.name if point.dist else point.module


def _from_entry_point(point: metadata.EntryPoint, strict: bool) -> Plugin:
    version = point.dist.version if point.dist else ""
    plugin = Plugin(name=point.name, distribution=_distribution(point), version=version, module=point.module)
    return _examined(plugin, point.load, strict)


def _run_file(path: Path, name: str) -> ModuleType:
    if not path.is_file():
        raise PluginError("there is no such file")
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginError("it is not a Python file (.py)")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _examined(plugin: Plugin, load: Callable[[], object], strict: bool) -> Plugin:
    """Return the plugin with what its hooks offer, or with the error of the first step that failed."""
    registered = _attempt(plugin, lambda p: _register(p, load()), strict)
    return registered if registered.error else _attempt(registered, _collect, strict)


def _attempt(plugin: Plugin, step: Callable[[Plugin], Plugin], strict: bool) -> Plugin:
    try:
        return step(plugin)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may even exit: sys.exit in its import must not end the user's session
        text = _describe(error, plugin.module)
        if strict:
            raise PluginError(text, where=plugin.distribution) from error
        return replace(plugin, error=text)


def _describe(error: BaseException, module: str) -> str:
    message = " ".join(str(error).split())
    places = [f"{error.filename}:{error.lineno}"] if isinstance(error, SyntaxError) else []
    root = module.partition(".")[0]
    for frame, line in walk_tb(error.__traceback__):
        if str(frame.f_globals.get("__name__", "")).partition(".")[0] == root:
            places.append(f"{frame.f_code.co_filename}:{line}")
    text = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return f"{text} ({places[-1]})" if places else text


def _register(plugin: Plugin, module: object) -> Plugin:
    """Return the plugin with its hooks, each checked against the specification."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(module, plugin.name)
    hooks = tuple(sorted(caller.name for caller in manager.get_hookcallers(module) or ()))
    for hook in hooks:
        if hook not in HOOKS:
            raise PluginError(f"there is no hook '{hook}'{nearest(hook, HOOKS)}", hint=f"Hooks: {', '.join(HOOKS)}")
    for hook in HOOKS:
        if hook not in hooks and callable(getattr(module, hook, None)):
            raise PluginError(f"{hook} is not marked as a hook", hint="Write @hookimpl above it")
    if hooks:
        return replace(plugin, hooks=hooks, manager=manager)
    listed = getattr(module, "PARTS", getattr(module, "parts", None))
    if listed is None:
        raise PluginError("it offers nothing", hint="Mark a function @hookimpl, or write PARTS = [Part(...)]")
    return replace(plugin, parts=_checked("PARTS", listed, Part))


def _collect(plugin: Plugin) -> Plugin:
    """Return the plugin with what its hooks offer."""
    if plugin.manager is None:
        return plugin
    offered: dict[str, Any] = dict.fromkeys(OFFERS, ())
    for offer, kind in OFFERS.items():
        hook = f"register_{offer}"
        # Functions are called one by one because pluggy's own call drops a None without a word.
        for implementation in getattr(plugin.manager.hook, hook).get_hookimpls():
            offered[offer] += _checked(hook, implementation.function(), kind)
    return replace(plugin, **offered)


def _checked(hook: str, result: object, kind: type[Item]) -> tuple[Item, ...]:
    wanted = f"Return a list: [{kind.__name__}(...)]"
    if not isinstance(result, Iterable):
        raise PluginError(f"{hook} gives {_type_of(result)}, not an iterable of {kind.__name__}", hint=wanted)
    items: dict[str, Item] = {}
    for item in result:
        if not isinstance(item, kind):
            raise PluginError(f"{hook} gives {_type_of(item)} among its items, not a {kind.__name__}", hint=wanted)
        if item.id in items:
            raise PluginError(f"{hook} gives the {_noun(kind)} '{item.id}' twice", hint="Rename one")
        items[item.id] = item
    return tuple(items.values())


def _type_of(thing: object) -> str:
    return "None" if thing is None else type(thing).__name__


def _add_commands(plugin: Plugin, cli: click.Group) -> Plugin:
    if plugin.manager is None or plugin.error:
        return plugin
    before = dict(cli.commands)
    try:
        plugin.manager.hook.register_commands(cli=cli)
        for name, command in before.items():
            if cli.commands.get(name) is not command:
                raise PluginError(f"register_commands replaces the command '{name}'", hint="Give it another name")
    except BaseException:
        cli.commands.clear()
        cli.commands.update(before)
        raise
    return plugin
