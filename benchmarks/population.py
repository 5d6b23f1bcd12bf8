"""Are virtual women like women? Marginals and correlations beside what was measured, written to docs/population.md.

Run it with ``uv run --extra cohort python benchmarks/population.py``; it takes two minutes. ``--print`` shows the table
instead; ``--fit`` the levels and spreads that its rows ask for, for ``models/levels.csv``.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import population_picture as picture

import ranklsys as rk
from ranklsys.model.levels import core_levels
from ranklsys.trials import named_trial

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
ROWS = HERE / "population.csv"
HEAD = (HERE / "population_page.md").read_text(encoding="utf-8")
SEED = 7
MARKERS = ["CTX [ng/mL]", "P1NP [ug/L]", "BSAP [ug/L]", "NTX [nM/mM]"]
DENSITIES = [f"bone_mineral_density_{site} [{unit}]" for site in ("spine", "hip") for unit in ("g/cm^2", "T-score")]
OTHERS = ["calcium [mM]", "PTH [pg/mL]", "sclerostin [pM]", "vitamin_D [nM]", "eGFR [mL/min/1.73m2]"]
SEEN = [*MARKERS, *DENSITIES, *OTHERS, "body_weight [kg]", "age [y]"]
WITHIN = 1.25
"""A mean, a spread or a share agrees within so many fold, a correlation within two standard errors, a range holds."""
ALIVE = {"calcium [mM]": (1.9, 2.9), "PTH [pg/mL]": (4.0, 150.0), "bone_mineral_density_spine [g/cm^2]": (0.3, 1.8)}
"""Where a clinic would send nobody away who has no disease: calcium and PTH are measured, and vary by the day."""

Women = pd.DataFrame


class People:
    """The groups of women, each simulated once. women: of each group."""

    def __init__(self, women: int) -> None:
        self.women = women

    @cache  # noqa: B019 (there is one of it, as long as the script runs)
    def of(self, group: str) -> Women:
        """Return what is measured of a group: a row a woman, a column a read-out; of changes see ``_treated``."""
        return {
            "before": self._before,
            "after": self._after,
            "55 to 69": lambda: self.of("after")[self.of("after")["age [y]"].between(55, 69)],
            "both": lambda: pd.concat([self.of("before"), self.of("after")]),
            "metastases": self._metastases,
            "denosumab": lambda: self.of("treated or not").query("arm == 'treated'"),
            "treated or not": lambda: self._treated("denosumab", "denosumab 60 mg sc q6mo", None),
            "zoledronic acid or none": lambda: self._treated("zoledronic-acid", "zoledronic-acid 5 mg iv", "36 y"),
        }[group]()

    def _before(self) -> Women:
        return _at_start(rk.cohort(rk.compose("human"), self.women, seed=SEED))

    def _after(self) -> Women:
        return _at_start(rk.cohort(rk.compose("human", "menopause"), self.women, seed=SEED))

    def _metastases(self) -> Women:
        """Return women 24 weeks later, untreated: at the start of a trial the lesion is still as in health."""
        cohort = named_trial.read("denosumab-zoledronic-acid").cohort()
        rows = cohort.simulate("24 w", every="12 w", columns=SEEN).measured(SEED).runs(*SEEN)
        return rows[rows["time"] == rows["time"].max()].set_index("patient")[SEEN]

    def _treated(self, drug: str, regimen: str, before: str | None) -> Women:
        """Return women with and without a drug: read-outs at the start, after 6 and after 12 months."""
        cohort = rk.cohort(rk.compose("human", "menopause", drug), self.women // 2, seed=SEED, before=before)
        trial = cohort.simulate("12 mo", every="6 mo", arms={"none": "", "treated": regimen}, columns=SEEN)
        runs = trial.measured(SEED).runs(*MARKERS, *DENSITIES).set_index(["arm", "patient"])
        times = np.unique(runs["time"])
        pieces = [
            runs[runs["time"] == time].drop(columns="time").add_suffix(suffix)
            for time, suffix in zip(times, ("", " at 6", " at 12"), strict=True)
        ]
        return pd.concat(pieces, axis=1).reset_index()


def _at_start(cohort: rk.Cohort) -> Women:
    trial = cohort.simulate("1 d", every="1 d", columns=SEEN)
    rows = trial.measured(SEED).runs(*SEEN)
    return rows[rows["time"] == 0].set_index("patient")[SEEN]


def _change(women: Women, name: str, when: str = " at 12") -> np.ndarray:
    return (100 * (women[name + when] / women[name] - 1)).to_numpy()


def _r(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one, other)[0, 1])


def _slope(women: Women, first: str, second: str) -> float:
    """Return by how many SD the second changes per SD of the first, at the same age."""
    design = np.column_stack([women[first], women["age [y]"], np.ones(len(women))])
    weight = np.linalg.lstsq(design, women[second].to_numpy(), rcond=None)[0][0]
    return float(weight * women[first].std() / women[second].std())


def _gain(women: Women, first: str, second: str) -> float:
    """Return the gain of density [%] per 0.2 ng/mL CTX, or 20 ug/L P1NP, that it had fallen after 6 months."""
    fall = (women[first] - women[first + " at 6"]) / (0.2 if first.startswith("CTX") else 20.0)
    return float(np.polyfit(fall, _change(women, second), 1)[0])


def _correlation(women: Women, first: str, second: str) -> float:
    logarithms = {first, second} <= set(MARKERS)
    one, other = (np.log(women[name]) if logarithms else women[name].to_numpy() for name in (first, second))
    return _r(one, other)


STATISTICS: dict[str, Callable[[Women, str, str], float]] = {
    "mean": lambda women, name, _: float(women[name].mean()),
    "median": lambda women, name, _: float(women[name].median()),
    "lower quartile": lambda women, name, _: float(women[name].quantile(0.25)),
    "upper quartile": lambda women, name, _: float(women[name].quantile(0.75)),
    "sd": lambda women, name, _: float(women[name].std()),
    "cv": lambda women, name, _: 100 * float(women[name].std() / women[name].mean()),
    "below -2.5": lambda women, name, _: 100 * float((women[name] < -2.5).mean()),
    "correlation": _correlation,
    "slope": _slope,
    "sd of change": lambda women, name, _: float(_change(women, name).std()),
    "above baseline": lambda women, name, _: 100 * float((_change(women, name) > 0).mean()),
    "R2 of changes": lambda women, name, other: _r(_change(women, name), _change(women, other)) ** 2,
    "gain with fall": _gain,
}


@dataclass(frozen=True)
class Row:
    """A row of the table, and what the women say to it. z: in standard errors; NaN where the study tells no size."""

    told: dict[str, str]
    found: float
    z: float
    agrees: bool

    @property
    def counted(self) -> bool:
        """Whether it is data; a criterion is made of other rows, and a row without a citation is none."""
        return self.told["used"] in ("fitted", "compared")


def compare(told: dict[str, str], women: Women) -> Row:
    """Return what women say to a row, by the rule of ``WITHIN``."""
    if told["statistic"] == "inside 95 %":
        inside = women[told["read_out"]].between(float(told["low"]), float(told["high"])).mean()
        return Row(told, 100 * float(inside), math.nan, bool(inside >= 0.9))
    found = STATISTICS[told["statistic"]](women, told["read_out"], told["other"])
    if not told["value"]:
        return Row(told, found, math.nan, float(told["low"]) <= found <= float(told["high"]))
    value, number = float(told["value"]), float(told["n"] or "nan")
    if told["statistic"] in ("correlation", "slope"):
        error = math.sqrt(1 / (number - 3) + 1 / (len(women) - 3))
        z = (math.atanh(found) - math.atanh(value)) / error
        return Row(told, found, z, abs(z) <= 2)
    z = math.log(found / value) / _error(told, women, number)
    return Row(told, found, z, 1 / WITHIN <= found / value <= WITHIN)


def _error(told: dict[str, str], women: Women, number: float) -> float:
    """Return the standard error of the logarithm of a mean, a median, a share or a spread, of both samples."""
    both = math.sqrt(1 / number + 1 / len(women))
    if told["statistic"] in ("cv", "sd", "sd of change"):
        return both / math.sqrt(2)
    if told["statistic"] in ("below -2.5", "above baseline"):
        share = float(told["value"]) / 100
        return both * math.sqrt((1 - share) / share)
    if told["statistic"] in ("mean", "median"):
        return (
            both
            * float(women[told["read_out"]].std() / women[told["read_out"]].mean())
            * (1.25 if told["statistic"] == "median" else 1)
        )
    return math.nan


def line(row: Row) -> str:
    """Return a row of the page."""
    told = row.told
    value = f"{float(told['value']):.3g}" if told["value"] else f"{told['low']} to {told['high']}"
    what = f"{told['read_out']}, {told['other']}" if told["other"] else told["read_out"]
    of = f"{told['study']} ({told['source']})"
    ratio = (
        f"{row.found / float(told['value']):.2f}" if told["value"] and "correlation" not in told["statistic"] else ""
    )
    z = "" if math.isnan(row.z) else f"{row.z:+.1f}"
    agrees = "yes" if row.agrees else "**no**"
    cells = (told["statistic"], what, f"{row.found:.3g}", value, ratio, z, agrees, told["used"], of)
    return f"| {' | '.join(cells)} |"


GROUPS = {
    "before": "Before menopause",
    "after": "After menopause",
    "55 to 69": "After menopause, 55 to 69 years",
    "both": "Before and after",
    "metastases": "With bone metastases: the women of the trial `denosumab-zoledronic-acid`, untreated for 24 weeks",
    "denosumab": "On denosumab 60 mg every 6 months, after 12 months",
    "treated or not": "The same with as many who get nothing",
    "zoledronic acid or none": "Zoledronic acid 5 mg once or nothing, 36 years after menopause",
}


def section(group: str, rows: Sequence[Row]) -> str:
    """Return the part of a group."""
    right = f"{sum(row.agrees for row in rows if row.counted)} of {sum(row.counted for row in rows)} rows agree."
    head = "| statistic | read-out | model | measured | ratio | z | agrees | fitted? | of |\n" + "|---" * 9 + "|"
    return f"\n## {GROUPS[group]}\n\n{right}\n\n{head}\n" + "\n".join(map(line, rows)) + "\n"


def extremes(people: People) -> str:
    """Return how far healthy women go, and how many lie where none should."""
    told = []
    for group in ("before", "after"):
        women = people.of(group)
        for name, (low, high) in ALIVE.items():
            outside = int((~women[name].between(low, high)).sum())
            far = f"{women[name].min():.3g} to {women[name].max():.3g}"
            told.append(
                f"| {GROUPS[group].lower()} | {name} | {far} | {low:g} to {high:g} | {outside} of {len(women)} |"
            )
    head = "| women | read-out | from least to most | where a clinic has healthy ones | outside |\n" + "|---" * 5 + "|"
    return f"\n## The furthest\n\n{head}\n" + "\n".join(told) + "\n"


def asked(rows: Sequence[Row]) -> list[str]:
    """Return what the fitted rows ask of each level: its value, and the spread that assay and days do not add."""
    found = []
    for name, level in core_levels().items():
        if level.kind != "fitted":
            continue
        of = [
            row
            for row in rows
            if row.told["used"] == "fitted" and row.told["value"] and row.told["read_out"].split(" ")[0] in name
        ]
        centre = [math.log(float(r.told["value"]) / r.found) for r in of if r.told["statistic"] in ("mean", "median")]
        spread = [_variance(float(r.told["value"])) - _variance(r.found) for r in of if r.told["statistic"] == "cv"]
        if level.spread and centre and spread:
            value = level.value * math.exp(float(np.mean(centre)))
            cv = math.sqrt(math.exp(max(_variance(100 * level.spread.cv) + float(np.mean(spread)), 0.0)) - 1)
            found.append(
                f"{name}: {level.value:g} ask for {value:.4g} {level.unit}, cv {level.spread.cv:g} for {cv:.3g}"
            )
    return found


def _variance(cv: float) -> float:
    """Return the variance of the logarithm of a lognormal. cv: [%]."""
    return math.log(1 + (cv / 100) ** 2)


def main() -> None:
    """Simulate, compare, and write the page with its picture, or print."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--women", type=int, default=1000)
    reader.add_argument("--print", action="store_true", dest="shown")
    reader.add_argument("--fit", action="store_true")
    given = reader.parse_args()
    with ROWS.open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    people = People(given.women)
    rows = [compare(row, people.of(row["women"])) for row in told]
    parts = [section(group, [row for row in rows if row.told["women"] == group]) for group in GROUPS]
    counted = [row for row in rows if row.counted]
    summary = f"\n**{sum(row.agrees for row in counted)} of {len(counted)} rows agree**"
    compared = [row for row in counted if row.told["used"] == "compared"]
    summary += f"; of the {len(compared)} that nothing was fitted to, {sum(row.agrees for row in compared)}.\n"
    page = HEAD + summary + "".join(parts) + extremes(people)
    if given.fit:
        print("\n".join(asked(rows)))
    if given.shown or given.fit:
        print(page[len(HEAD) :])
        return
    drawn = picture.draw(told, {group: people.of(group) for group in ("before", "after")}, DOCS / "population.png")
    (DOCS / "population.md").write_text(page, encoding="utf-8")
    print(f"wrote population.md and {drawn.name}: {summary.strip()}")


if __name__ == "__main__":
    main()
