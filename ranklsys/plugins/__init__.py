"""Plugins: what a plugin may offer and touch, and how it is found; tables come in, and SBML as text."""

from ranklsys.plugins.finder import registry, use

__all__ = ["registry", "use"]
