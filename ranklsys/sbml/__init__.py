"""SBML: the only importers of libsbml.  Text in, text out; no libsbml object leaves a function."""
