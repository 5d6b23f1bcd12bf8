"""Diagram: the network of a model as a picture and as SBML's layout; text of SBML comes in, never a ``Model``."""
