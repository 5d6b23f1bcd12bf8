"""What would bring the survival of HER2-enriched and basal-like disease down to what was seen? A table, in months.

Run it with ``uv run python -m benchmarks.survival_by_subtype``; it takes half a minute. Each row changes the start of
the patients of ``ranklsys_cell_lines/survival.csv``; nothing of it is in their tables.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ranklsys import compose
from ranklsys.model.side_by_side import side_by_side

PATIENTS = {"patient-breast": "hormone receptors", "patient-breast-her2": "HER2", "patient-breast-negative": "negative"}
OBSERVED = {
    "patient-breast": "26.4 and 19.2",
    "patient-breast-her2": "15.6 and 8.4",
    "patient-breast-negative": "10.8 and 6.0",
}
"""Medians of Kennecke 2010 [mo]: luminal A and B; luminal with HER2 and HER2-enriched; not basal and basal-like."""
MONTH = 30.4375
START = {"tumour": 0.03, "tumour_soft_tissue": 0.003}


@dataclass(frozen=True)
class Change:
    """What differs from the patients as they are.

    then: at the start. faster: growth, over theirs. hormones: growth where receptors are treated, over theirs. deadly:
    disease at half of the hazard of death, over the core's.
    """

    what: str
    then: Mapping[str, float] = field(default_factory=lambda: START)
    faster: float = 1.0
    hormones: float = 1.0
    deadly: float = 1.0


CHANGES = (
    Change("as they are"),
    Change("twice as much disease in soft tissue", {**START, "tumour_soft_tissue": 0.006}),
    Change("as much of it as in bone, a ball of 3 cm", {**START, "tumour_soft_tissue": 0.03}),
    Change("growth twice as fast", faster=2.0),
    Change("both of the last two", {**START, "tumour_soft_tissue": 0.03}, 2.0),
    Change("treatment slows those with receptors, and less disease kills", hormones=0.76, deadly=0.65),
)


def median(patient: str, change: Change) -> float:
    """Return the median survival [mo] of the woman of the table."""
    model = compose("human", "menopause", patient).set(seed_bone=0.0)
    values, receptors = model.facts.elements, patient == "patient-breast"
    growth = values["growth_scale"].value * change.faster * (change.hormones if receptors else 1.0)
    model = model.set(growth_scale=growth, death_tumour=change.deadly * values["death_tumour"].value)
    times = np.arange(0.0, 60 * MONTH, 3.0)
    alive = side_by_side(model, [{}], times, ["survival"], before="12 y", then=change.then)[0, :, 0]
    return float(np.interp(-0.5, -alive, times)) / MONTH if alive[-1] < 0.5 else math.inf


def main() -> None:
    """Print the table."""
    print(f"| median survival, months | {' | '.join(PATIENTS.values())} |")
    print("|---|---|---|---|")
    print(f"| observed (Kennecke 2010) | {' | '.join(OBSERVED[patient] for patient in PATIENTS)} |")
    for change in CHANGES:
        print(f"| {change.what} | {' | '.join(f'{median(patient, change):.1f}' for patient in PATIENTS)} |", flush=True)


if __name__ == "__main__":
    main()
