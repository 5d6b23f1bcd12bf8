"""Courses of women, mice and plain hosts, each run once: what the properties are statements about.

Whoever is treated has all drugs in her, and every drug is dosed, most of them with nothing: so all courses share one model that
is compiled once. That a dose of nothing is nothing is a property of its own.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

import ranklsys as rk

YEAR = 365.25
MONTHS = tuple(YEAR / 12 * month for month in (0, 0.5, 1, 2, 3, 4, 5, 5.9, 7, 9, 11, 11.9, 15, 18, 21, 24, 30, 36))
"""Three years of a woman [d]; no row falls on a dose."""
DAYS = (0.0, 1.0, 3.5, 7.0, 10.5, 14.0, 17.5, 21.0, 24.5, 28.0, 35.0)
"""Five weeks of a mouse [d]."""
WOMAN = {
    "denosumab": "mg sc",
    "zoledronic-acid": "mg iv",
    "pamidronate": "mg iv",
    "ibandronate": "mg iv",
    "alendronate": "mg oral",
    "odanacatib": "mg po",
    "opg-fc-human": "mg/kg sc",
    "romosozumab": "mg sc",
    "teriparatide": "ug sc",
    "abaloparatide": "ug sc",
    "raloxifene": "mg po",
    "estradiol": "mg po",
    "calcium-vitamin-d": "mg po",
    "docetaxel": "mg/m^2 iv",
    "capecitabine": "mg oral",
    "endocrine-therapy": "mg oral",
    "radiotherapy": "Gy local",
    "dkk1-antibody": "mg/kg iv",
    "wnt-agonist": "mg/kg po",
}
"""Drugs of a woman, with unit and route."""
MOUSE = {"opg-fc": "mg/kg sc", "docetaxel": "mg/kg iv", "zoledronic-acid": "mg/kg iv"}
"""Drugs of a mouse, with unit and route."""


@cache
def composed(*parts: str) -> rk.Model:
    """Return a host with parts."""
    return rk.compose(*parts)


@cache
def course(
    parts: tuple[str, ...], doses: str, days: tuple[float, ...], changes: tuple[tuple[str, float], ...]
) -> pd.DataFrame:
    """Return all quantities of a composition by time [d]; changes: numbers, by id."""
    model = composed(*parts)
    columns = list(model.observables)
    array = rk.side_by_side(model, [dict(changes)], days, columns, doses=doses or (), engine="lanes", exact=True)
    return pd.DataFrame(array[0], index=pd.Index(days, name="time"), columns=columns)


def host(*parts: str, days: tuple[float, ...] = MONTHS, **changes: float) -> pd.DataFrame:
    """Return the course of a host with parts that are not dosed."""
    return course(parts, "", days, tuple(changes.items()))


@cache
def disturbed(name: str, days: tuple[float, ...], state: str, level: float) -> pd.DataFrame:
    """Return the course of a healthy host of which one state is set at day 0."""
    model = composed(name)
    columns = list(model.observables)
    array = rk.side_by_side(model, [{}], days, columns, before=1.0, then={state: level}, engine="lanes", exact=True)
    return pd.DataFrame(array[0], index=pd.Index(days, name="time"), columns=columns)


def patient(*regimens: str, days: tuple[float, ...] = MONTHS, **changes: float) -> pd.DataFrame:
    """Return the course of a woman with bone metastases on regimens, such as ``denosumab 120 mg sc q4w``."""
    return _treated(("human", "patient-breast"), WOMAN, regimens, days, changes)


def woman(*regimens: str, days: tuple[float, ...] = MONTHS, **changes: float) -> pd.DataFrame:
    """Return the course of a woman without a tumour."""
    return patient(*regimens, days=days, seed_bone=0.0, **changes)


def mouse(*regimens: str, days: tuple[float, ...] = DAYS, **changes: float) -> pd.DataFrame:
    """Return the course of a mouse with MDA-MB-231 in its blood at day 0."""
    return _treated(("mouse", "mda-mb-231"), MOUSE, regimens, days, changes)


def _treated(
    parts: tuple[str, ...],
    drugs: dict[str, str],
    regimens: tuple[str, ...],
    days: tuple[float, ...],
    changes: dict[str, float],
) -> pd.DataFrame:
    """Return a course: of the parts alone without a regimen, of the parts with all drugs with one."""
    given = (*parts, *drugs) if regimens else parts
    return course(given, _doses(drugs, regimens) if regimens else "", days, tuple(changes.items()))


def _doses(drugs: dict[str, str], regimens: tuple[str, ...]) -> str:
    """Return a course of every drug in the order of the table: one dose of nothing for those without a regimen."""
    given = {regimen.split()[0]: regimen for regimen in regimens}
    assert len(given) == len(regimens), "one regimen a drug"
    assert given.keys() <= drugs.keys()
    return "; ".join(given.get(drug, f"{drug} 0 {words}") for drug, words in drugs.items())
