"""What a process keeps of models is forgotten in one place, all of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from typing import Any

import ranklsys as rk
from ranklsys.model import engine

NOT_OF_MODELS = {
    "ranklsys.model.engine._machine",
    "ranklsys.model.solver.installed_version",
    "ranklsys.model.lanes.compiler._library",
    "ranklsys.plugins.finder._discovered",
    "ranklsys.plugins.finder._add_commands",
    "ranklsys.plugins.library.folder",
    "ranklsys.sbml.annotation._by_sbo",
    "ranklsys.sbml.annotation._table",
    "ranklsys.sbml.annotation._terms",
    "ranklsys.sbml.disk._program",
    "ranklsys.tables.formula._read",
    "ranklsys.trials.execution._unpacked",
    "ranklsys.trials.population._hypercube",
    "ranklsys.units._registry",
}
"""Caches that hold nothing of a model; a new cache belongs here, or is made by ``recalled``."""


def caches() -> Iterator[tuple[str, Any]]:
    """Yield each cache of the modules that are loaded, by the place where it was written."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "ranklsys":
            for thing in vars(module).values():
                if isinstance(thing, _lru_cache_wrapper):
                    yield f"{thing.__module__}.{thing.__qualname__}", thing


def test_forget_empties_every_cache_of_models() -> None:
    model = rk.compose("mouse", "opg-fc")
    dosed = model.simulate("1 d", doses="opg-fc 3 mg/kg sc", points=2, columns=["OPG"])
    kept = {name: cache for name, cache in caches() if name not in NOT_OF_MODELS}
    assert len(kept) > 6
    assert sum(cache.cache_info().currsize > 0 for cache in kept.values()) > 4
    assert engine._RUNNERS
    rk.forget()
    assert {name: cache.cache_info().currsize for name, cache in kept.items() if cache.cache_info().currsize} == {}
    assert not engine._RUNNERS
    again = rk.compose("mouse", "opg-fc").simulate("1 d", doses="opg-fc 3 mg/kg sc", points=2, columns=["OPG"])
    assert again.equals(dosed)
