"""SED-ML terms: the identifiers of languages, symbols, solvers and settings (KiSAO)."""

SBML_URI = "http://www.sbml.org/sbml/level3/version2/core"
LANGUAGE = "urn:sedml:language:sbml.level-3.version-2"
TIME = "urn:sedml:symbol:time"
CVODE, RELATIVE, ABSOLUTE, STEPS = "KISAO:0000019", "KISAO:0000209", "KISAO:0000211", "KISAO:0000415"
ODE_SOLVERS = {
    CVODE: "CVODE",
    "KISAO:0000088": "LSODA",
    "KISAO:0000560": "LSODA/LSODAR",
    "KISAO:0000304": "Radau",
    "KISAO:0000496": "CVODES",
}
"""Solvers of ordinary differential equations, for any of which RoadRunner's CVODE may stand in."""
