"""Course: doses of one drug in numbers of the model, as plain data that needs no libsbml."""

from __future__ import annotations

from dataclasses import dataclass

NEVER = 1e12
FOR_EVER = 1e9


@dataclass(frozen=True)
class Course:
    """One course, in numbers of the model.

    id: prefix of what is added, e.g. ``opg_fc__dose_1``. target: species that receives it. amount: of one dose, in the
    target's substance unit. start, every, duration: days. count: number of doses.
    """

    id: str
    target: str
    amount: float
    start: float
    every: float
    count: float
    duration: float = 0.0

    @property
    def values(self) -> dict[str, float]:
        """The numbers of the course, by parameter."""
        numbers = {"amount": self.amount, "start": self.start, "every": self.every, "count": self.count}
        if self.duration:
            numbers["duration"] = self.duration
        return {f"{self.id}_{name}": number for name, number in numbers.items()}
