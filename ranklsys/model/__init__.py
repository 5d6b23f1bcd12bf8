"""Model: a host with its parts and doses becomes a model that runs; text of SBML, parts and doses come in."""
