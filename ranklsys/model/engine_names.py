"""Names of the engines that run many, apart from ``many``, which takes numpy to import."""

from __future__ import annotations

AUTO, LANES, ROADRUNNER = ENGINES = ("auto", "lanes", "roadrunner")
