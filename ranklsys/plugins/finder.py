"""Plugins: found by entry point, checked one by one, and listed with their error when they are broken."""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pluggy

from ranklsys.errors import PluginError, nearest
from ranklsys.plugins import hooks
from ranklsys.plugins.catalogue import OFFERS, Item, Plugin, Registry, noun
from ranklsys.plugins.part import Part

if TYPE_CHECKING:
    import click

__all__ = [
    "GROUP",
    "Plugin",
    "Registry",
    "commands",
    "entry_points",
    "load_file",
    "named",
    "refresh",
    "registry",
    "use",
]

GROUP = "ranklsys"
HOOKS = (*(f"register_{offer}" for offer in OFFERS), "register_commands")
SLOW = 3.0
"""Seconds after which a warning names a plugin. Nothing stops it: a module half imported would be worse than a wait."""
FAILURES = (Exception, SystemExit)  # sys.exit in a plugin must not end the user's session; Ctrl-C must

log = logging.getLogger(__name__)
_used: dict[str, Plugin] = {}


def registry() -> Registry:
    """Return what is installed and what ``use`` added. Plugins are imported once for each RANKLSYS_PLUGINS.

    A broken plugin carries its error; with RANKLSYS_STRICT=1 it raises PluginError. RANKLSYS_TRACE=1 tells on stderr
    what each plugin offers, how long it took, and with which traceback it failed.
    """
    installed = _discovered(os.environ.get("RANKLSYS_PLUGINS"))
    return _strictly(Registry((*installed, *_used.values())))


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
    module = f"ranklsys_file_{path.stem}"
    blank = Plugin(name=path.stem, distribution=str(path), module=module)
    plugin = _loaded(blank, lambda: _run_file(path, module))
    plugin.require_working()
    return plugin


def commands(cli: click.Group) -> Registry:
    """Let each plugin add its commands, and return the registry with an error on those that failed.

    A plugin that replaces a command or fails adds none.
    """
    return _strictly(Registry(tuple(_with_commands(plugin, cli) for plugin in registry().plugins)))


def named(name: str) -> tuple[Plugin, ...]:
    """Return the plugins of an entry point or distribution, broken ones too; none for a name that nobody has."""
    return tuple(
        plugin for plugin in registry().plugins if _normal(name) in (_normal(plugin.name), _normal(plugin.distribution))
    )


def entry_points() -> list[metadata.EntryPoint]:
    """Return the installed entry points of the group, sorted by name."""
    return sorted(metadata.entry_points(group=GROUP), key=lambda point: (point.name, _distribution(point)))


def _strictly(found: Registry) -> Registry:
    """Return the registry; with RANKLSYS_STRICT=1, raise the error of its first broken plugin."""
    if os.environ.get("RANKLSYS_STRICT") == "1":
        for plugin in found.plugins:
            plugin.require_working()
    return found


@cache
def _discovered(only: str | None) -> tuple[Plugin, ...]:
    return tuple(_from_entry_point(point) for point in _selected(entry_points(), only))


def _selected(points: Sequence[metadata.EntryPoint], only: str | None) -> Sequence[metadata.EntryPoint]:
    """Return the entry points that RANKLSYS_PLUGINS names by entry point or distribution; all when it is not set."""
    if only is None:
        return points
    wanted = [name.strip() for name in only.split(",") if name.strip()]
    known = sorted({name for point in points for name in _names(point)})
    for name in wanted:
        if _normal(name) not in known:
            hint = f"Installed: {', '.join(known) or 'none'}"
            raise PluginError(f"there is no plugin '{name}'{nearest(name, known)}", where="RANKLSYS_PLUGINS", hint=hint)
    return [point for point in points if _names(point) & {_normal(name) for name in wanted}]


def _names(point: metadata.EntryPoint) -> set[str]:
    return {_normal(point.name), _normal(_distribution(point))}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _distribution(point: metadata.EntryPoint) -> str:
    return point.dist.name if point.dist else point.module


def _from_entry_point(point: metadata.EntryPoint) -> Plugin:
    version = point.dist.version if point.dist else ""
    blank = Plugin(name=point.name, distribution=_distribution(point), version=version, module=point.module)
    return _loaded(blank, point.load)


def _run_file(path: Path, name: str) -> ModuleType:
    if not path.is_file():
        raise PluginError("there is no such file")
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginError("it is not a Python file (.py)")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _loaded(plugin: Plugin, load: Callable[[], object]) -> Plugin:
    """Return the plugin with its hooks and what they offer, or with the error of the first step that failed."""
    begun = time.perf_counter()
    try:
        plugin = _registered(plugin, load())
        plugin = _collected(plugin)
    except FAILURES as error:
        plugin = plugin.failed(error)
    plugin = replace(plugin, seconds=time.perf_counter() - begun)
    _report(plugin)
    return plugin


def _report(plugin: Plugin) -> None:
    """Warn of a slow plugin; with RANKLSYS_TRACE=1, tell what each offers, and how each broken one failed."""
    if plugin.seconds > SLOW:
        log.warning(
            "%s (%s) took %.1f s to load; every command waits for it. Import what is heavy inside functions, or leave "
            "it out with RANKLSYS_PLUGINS",
            plugin.distribution,
            plugin.name,
            plugin.seconds,
        )
    if os.environ.get("RANKLSYS_TRACE") != "1":
        return
    offers = [f"{len(getattr(plugin, offer))} {offer}" for offer in OFFERS if getattr(plugin, offer)]
    said = plugin.error or ", ".join(offers) or ", ".join(plugin.hooks)
    print(f"trace: {plugin.distribution} ({plugin.name}) {1000 * plugin.seconds:.0f} ms: {said}", file=sys.stderr)
    if plugin.cause is not None:
        traceback.print_exception(plugin.cause, file=sys.stderr)


def _registered(plugin: Plugin, module: object) -> Plugin:
    """Return the plugin with its hooks, each checked against the specification, or with its list PARTS."""
    manager = pluggy.PluginManager(hooks.PROJECT)
    manager.add_hookspecs(hooks)
    manager.register(module, plugin.name)
    offered = tuple(sorted(caller.name for caller in manager.get_hookcallers(module) or ()))
    _check_hooks(offered, module)
    if offered:
        return replace(plugin, hooks=offered, manager=manager)
    listed = getattr(module, "PARTS", getattr(module, "parts", None))
    if listed is None:
        raise PluginError("it offers nothing", hint="Mark a function @hookimpl, or write PARTS = [Part(...)]")
    return replace(plugin, parts=_checked("PARTS", listed, Part))


def _check_hooks(hooks: Sequence[str], module: object) -> None:
    for hook in hooks:
        if hook not in HOOKS:
            raise PluginError(f"there is no hook '{hook}'{nearest(hook, HOOKS)}", hint=f"Hooks: {', '.join(HOOKS)}")
    for hook in HOOKS:
        if hook not in hooks and callable(getattr(module, hook, None)):
            raise PluginError(f"{hook} is not marked as a hook", hint="Write @hookimpl above it")


def _collected(plugin: Plugin) -> Plugin:
    """Return the plugin with what its hooks offer."""
    if plugin.manager is None:
        return plugin
    offered: dict[str, Any] = {
        offer: _offered(plugin.manager, f"register_{offer}", kind) for offer, kind in OFFERS.items()
    }
    return replace(plugin, **offered)


def _offered(manager: pluggy.PluginManager, hook: str, kind: type[Item]) -> tuple[Item, ...]:
    items: list[Item] = []
    # Functions are called one by one because pluggy's own call drops a None without a word.
    for implementation in getattr(manager.hook, hook).get_hookimpls():
        items += _checked(hook, implementation.function(), kind)
    return tuple(items)


def _checked(hook: str, result: object, kind: type[Item]) -> tuple[Item, ...]:
    wanted = f"Return a list: [{kind.__name__}(...)]"
    if not isinstance(result, Iterable):
        raise PluginError(f"{hook} gives {_type_of(result)}, not an iterable of {kind.__name__}", hint=wanted)
    items: dict[str, Item] = {}
    for item in result:
        if not isinstance(item, kind):
            raise PluginError(f"{hook} gives {_type_of(item)} among its items, not a {kind.__name__}", hint=wanted)
        if item.id in items:
            raise PluginError(f"{hook} gives the {noun(kind)} '{item.id}' twice", hint="Rename one")
        items[item.id] = item
    return tuple(items.values())


def _type_of(thing: object) -> str:
    return "None" if thing is None else type(thing).__name__


def _with_commands(plugin: Plugin, cli: click.Group) -> Plugin:
    if plugin.manager is None or plugin.error:
        return plugin
    failure = _add_commands(plugin.manager, cli)
    return plugin.failed(failure) if failure else plugin


@cache  # A second call would find the plugin's own commands there, and take them for someone else's.
def _add_commands(manager: pluggy.PluginManager, cli: click.Group) -> BaseException | None:
    """Add the commands of a plugin, or none if it fails or replaces one; return why it failed."""
    before = dict(cli.commands)
    try:
        manager.hook.register_commands(cli=cli)
        for name, command in before.items():
            if cli.commands.get(name) is not command:
                raise PluginError(f"register_commands replaces the command '{name}'", hint="Give it another name")
    except FAILURES as error:
        cli.commands = before
        return error
    return None
