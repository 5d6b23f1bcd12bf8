"""Small parts for tests: a binder, a killer, a slot effect; and how to spoil them."""

from __future__ import annotations

import antimony

from ranklsys import Part

UNITS = """
  unit time_unit = 86400 second; unit substance = 1e-12 mole; unit extent = 1e-12 mole; unit volume = 1 litre;
  unit day = 86400 second; unit per_day = 1 / 86400 second; unit pM = 1e-12 mole / litre;
  unit per_pM_per_day = litre / (1e-12 mole * 86400 second);
"""
MARROW = "compartment marrow = 1 volume; species RANKL in marrow;"
TRAP_BODY = f"""
  {MARROW}
  compartment blood = 2 volume; species drug in blood = 0 pM; substanceOnly species depot in blood = 0 substance;
  species bound in marrow = 0 pM; const kon = 0.01 per_pM_per_day; const loss = 1 per_day;
  absorbed: depot => drug; loss*depot;
  binds: RANKL => bound; marrow*kon*drug*RANKL;
  cleared: drug => ; blood*loss*drug;
  eliminated: bound => ; marrow*loss*bound;
"""


def sbml(body: str, name: str = "part") -> str:
    """Return the SBML of a part written in a few lines of Antimony."""
    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(f"model {name}\n{UNITS}\n{body}\nend") == -1:
        raise ValueError(antimony.getLastError())
    return antimony.getSBMLString(name)


def part_of(part: Part, **changes: object) -> Part:
    """Return a part with other fields."""
    fields = {name: getattr(part, name) for name in part.__dataclass_fields__}
    return Part(**{**fields, **changes})


TRAP = Part(
    id="trap",
    kind="therapy",
    sbml=sbml(TRAP_BODY),
    shares=("marrow", "RANKL"),
    routes={"sc": "depot", "iv": "drug"},
    molar_mass="100 kDa",
)
KILLER = Part(id="killer", kind="therapy", sbml=sbml("const kill = 0.1 per_day;"), effects={"kill": "slot_tumour_kill"})
SHIELD = Part(
    id="shield",
    kind="modulator",
    sbml=sbml("const block = 3 dimensionless;"),
    effects={"block": "slot_osteoclast_apoptosis"},
)
