"""Parameters of a test: those that the quick run tries too, and the rest, for the thorough one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def quick_if(chosen: Callable[[Any], bool], values: Iterable[object]) -> list[object]:
    """Return parameters of which only the chosen are quick; the others run with ``pytest --all``."""
    return [value if chosen(value) else pytest.param(value, marks=pytest.mark.thorough) for value in values]
