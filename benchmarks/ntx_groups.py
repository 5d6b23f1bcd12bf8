"""Do groups by NTX differ in risk as they do in trials? Model beside observations, as the table of docs/trial.md.

Run it with ``uv run python benchmarks/ntx_groups.py``; it takes half a minute. The women are those of the virtual trial
denosumab-zoledronic-acid, on zoledronic acid and without a bone drug. NTX at 12 weeks groups those who live then and,
where it is events that are counted, have had none (a landmark).
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.tables.files import read_table
from ranklsys.trials import named_trial, survival
from ranklsys.trials.trial import Trial

OBSERVED = Path(__file__).with_suffix(".csv")
TRIAL = "denosumab-zoledronic-acid"
ZOLEDRONIC_ACID, NO_DRUG = "zoledronic acid", "no bone drug"
ARMS = (f"{ZOLEDRONIC_ACID}: zoledronic-acid 4 mg iv over 15 min q4w", f"{NO_DRUG}:")
LANDMARK = 84.0
"""When NTX is measured [d], before the fourth dose."""
HEALTHY = 27.1
"""NTX of 1 [nmol BCE/mmol creatinine]: geometric mean of women of 35 to 39 years, by their reference interval of 12.3
to 59.7 (doi:10.1016/j.bone.2012.02.003)."""
LEVEL = "NTX_in_health"
"""What each woman has in health [nmol BCE/mmol creatinine], around HEALTHY; her disease has no part in it."""
NORMAL = 64.0
"""Upper end of normal NTX [nmol BCE/mmol creatinine] in Lipton 2013 (doi:10.1016/j.clon.2012.11.004)."""


@dataclass(frozen=True)
class Arm:
    """The women of one arm."""

    trial: Trial
    name: str

    @cached_property
    def ntx(self) -> pd.DataFrame:
        """NTX, patients x days."""
        runs = self.trial.runs("NTX")
        return runs[runs["arm"] == self.name].pivot(index="patient", columns="time", values="NTX")

    @cached_property
    def clinical(self) -> pd.DataFrame:
        """NTX with the level of each woman, patients x days [nmol BCE/mmol creatinine]."""
        return self.ntx.mul(self.trial.patients[LEVEL].reindex(self.ntx.index), axis=0)

    @cached_property
    def lives_until(self) -> pd.Series[float]:
        """When each woman dies, or the end [d]."""
        return self.trial.first_events(self.name, kinds=())["time"]

    def ratio(self, kinds: Collection[str], upper: Collection[int], by: pd.Series[float] | None = None) -> str:
        """Return the hazard of thirds over that of the lowest. kinds: of events; none for death. upper: 1 and 2.

        by: what ranks the women, if not NTX at the landmark.
        """
        rows = self.trial.first_events(self.name, kinds=list(kinds))
        rows = rows[rows["time"] > LANDMARK]
        happened = rows["kind"].isin(list(kinds)) if kinds else rows["kind"] != ""
        ranked = (self.ntx[LANDMARK] if by is None else by).reindex(rows.index).rank(method="first")
        third = pd.qcut(ranked, 3, labels=False)
        kept = third.isin([0, *upper])
        patient = pd.Series(rows.index, index=rows.index)
        found = survival.hazard_ratio(rows["time"][kept], happened[kept], third[kept] > 0, patient[kept])
        return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"

    def correlation(self, begin: float, end: float) -> str:
        """Return how the mean NTX of some weeks goes with the number of events in them, with its 95 % interval."""
        events = self.trial.skeletal_events
        events = events[(events["arm"] == self.name) & (events["time"] > begin) & (events["time"] <= end)]
        alive = self.lives_until.index[self.lives_until > end]
        number = events["patient"].value_counts().reindex(alive).fillna(0)
        level = self.ntx.loc[alive, [day for day in self.ntx.columns if begin < day <= end]].mean(axis=1)
        found = float(level.corr(number))
        low, high = (math.tanh(math.atanh(found) + side * 1.96 / (len(alive) - 3) ** 0.5) for side in (-1, 1))
        return f"{found:.2f} ({low:.2f} to {high:.2f})"

    def elevated(self) -> str:
        """Return the share of women whose normal NTX passes the end of normal before an event or death [%]."""
        first = self.trial.first_events(self.name)["time"]
        here = first.index[(first > LANDMARK) & (HEALTHY * self.ntx[LANDMARK] < NORMAL)]
        days = self.ntx.columns.to_numpy(dtype=float)
        before = (days > LANDMARK) & (days <= first[here].to_numpy()[:, None])
        passed = (HEALTHY * self.ntx.loc[here].to_numpy() >= NORMAL) & before
        return f"{100 * passed.any(axis=1).mean():.1f}"

    def levels(self, when: float, *, own: bool = False) -> str:
        """Return median and 5 to 95 % of NTX, and the highest [nmol/mmol]. own: with the level of each woman."""
        ntx = self.clinical if own else HEALTHY * self.ntx
        low, median, high, most = ntx[when].quantile(np.array([0.05, 0.5, 0.95, 1.0]))
        return f"{median:.0f} (5 to 95 %: {low:.0f} to {high:.0f}; highest {most:.0f})"

    def goes_with(self, number: int = 3) -> str:
        """Return the drawn numbers that NTX at the landmark goes with most, by rank correlation."""
        drawn = self.trial.patients.select_dtypes("number")
        ranked = drawn.corrwith(self.ntx[LANDMARK], method="spearman").dropna()
        ranked = ranked.reindex(ranked.abs().sort_values(ascending=False).index).head(number)
        return ", ".join(f"`{name}` {value:+.2f}" for name, value in ranked.items())


def measured(trial: Trial) -> dict[str, str]:
    """Return what the model gives, by the id of the table of observations."""
    drug, none, skeletal = Arm(trial, ZOLEDRONIC_ACID), Arm(trial, NO_DRUG), list(trial.skeletal)
    return {
        "event_upper": drug.ratio(skeletal, (1, 2)),
        "death_high": drug.ratio((), (2,)),
        "death_middle": drug.ratio((), (1,)),
        "correlation_early": drug.correlation(0.0, LANDMARK),
        "correlation_late": drug.correlation(LANDMARK, 2 * LANDMARK),
        "elevated": drug.elevated(),
        "event_untreated": none.ratio(skeletal, (2,)),
    }


def rows(found: Mapping[str, str]) -> list[str]:
    """Return the table, a line a row."""
    lines = ["| | arm | model | observed | in whom |", "|---|---|---|---|---|"]
    for _, row in read_table(
        OBSERVED, ("id", "what", "arm", "low", "value", "high", "unit", "study", "source", "note")
    ):
        ends = f"{row['low']} to {row['high']}" if row["low"] else ""
        seen = f"{row['value']} ({ends})" if row["value"] and ends else row["value"] or ends
        unit = " %" if row["unit"] == "%" else ""
        where = f"{row['study']} ({row['source']}): {row['note']}"
        lines.append(f"| {row['what']} | {row['arm']} | {found[row['id']]}{unit} | {seen}{unit} | {where} |")
    return lines


def main() -> None:
    """Print the table and what explains it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=4000)
    asked = parser.parse_args()
    plan = replace(named_trial.read(TRIAL), arms=ARMS, patients=asked.patients)
    with tempfile.TemporaryDirectory() as folder:
        trial = plan.simulate(store=Path(folder) / "runs")
        print("\n".join(rows(measured(trial))))
        print()
        for arm in (Arm(trial, name) for name in trial.arms):
            print(f"{arm.name}: NTX at the start, nmol/mmol: {arm.levels(0.0)}; at 12 weeks {arm.levels(LANDMARK)};")
            print(f"at 12 weeks it goes with {arm.goes_with()}")
        own, skeletal = Arm(trial, ZOLEDRONIC_ACID), list(trial.skeletal)
        start, later = (own.levels(day, own=True) for day in (0.0, LANDMARK))
        print(f"with her own level: at the start {start}; at 12 weeks {later};")
        print(f"events by it, upper two thirds over lowest {own.ratio(skeletal, (1, 2), own.clinical[LANDMARK])}")
        disease = trial.patients[core_endpoints().imaging.soft_tissue]
        high, middle = (Arm(trial, ZOLEDRONIC_ACID).ratio((), (third,), disease) for third in (2, 1))
        print(f"deaths by thirds of the disease in soft tissue at the start: highest {high}, middle {middle}")


if __name__ == "__main__":
    main()
