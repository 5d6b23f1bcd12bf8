"""What the model must show of people on bone drugs.

Each module here has behaviours: arms, and criteria that their curves must meet. To add some, add a module with a tuple
``BEHAVIOURS``; nothing else names it. ``python -m behaviours --write`` makes a page with a picture of each.
"""

from __future__ import annotations

import importlib
import pkgutil

from behaviours.behaviour import Behaviour


def behaviours() -> list[Behaviour]:
    """Return all behaviours, by module."""
    names = sorted(each.name for each in pkgutil.iter_modules(__path__) if each.name != "__main__")
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return [each for module in modules for each in getattr(module, "BEHAVIOURS", ())]
