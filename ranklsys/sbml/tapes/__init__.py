"""Tapes: flat SBML as programs of elementwise operations, to run many subjects side by side; no tape knows a model."""
