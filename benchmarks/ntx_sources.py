"""What must differ between women for NTX on zoledronic acid to tell who is at risk? The second table of docs/trial.md.

Run it with ``uv run python -m benchmarks.ntx_sources``; it takes two minutes. The women are those of the virtual trial
denosumab-zoledronic-acid but for what differs between them. No chance is drawn: risk is the rate of first skeletal
events after week 12 that the model expects, frailty and death included, so that fewer women tell as much.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
import pandas as pd

from benchmarks.ntx_groups import ARMS, HEALTHY, LANDMARK, NO_DRUG, TRIAL, ZOLEDRONIC_ACID
from ranklsys import Spread, Trial, cohort, compose, spreads
from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.tables.changes import read_changes
from ranklsys.trials import named_trial
from ranklsys.trials.arms import read_arms

SEEN, AT_RISK = "skeletal_event_seen", ("survival", "skeletal_event_incidence")
BURDEN = {"tumour": 1.5, "tumour_soft_tissue": 1.5}
EXTENT = {**BURDEN, "lesion_share": 0.6}
ELSEWHERE = {"NTX_other_tissue": 0.18}
FRAILTY = core_endpoints().frailty
STOPPED, KILLED = "zoledronic_acid__activity_loss", "zoledronic_acid__apoptosis_gain"
"""What zoledronic acid does to osteoclasts at the most."""
GROUPS = {"low": (0,), "upper": (1, 2), "high": (2,)}
"""Thirds of NTX, from the lowest."""
WITHIN = 0.106
"""Coefficient of variation of NTX within a woman (UNM2001: serum NTX, 7 samples over 4 to 6 months,
https://vivo.health.unm.edu/display/n844355394)."""


@dataclass(frozen=True)
class Source:
    """What differs between women beyond the tables: coefficients of variation by id.

    together: ids that go together, the drug's against the others. strength: their correlation. alone: nothing else
    differs. noise: coefficient of variation of a measured NTX. frailty: its variance for events; if not given that of
    the table, which was fitted to women whose disease is the same.
    """

    what: str
    differ: Mapping[str, float] = field(default_factory=dict)
    together: Sequence[str] = ()
    strength: float = 0.6
    alone: bool = False
    noise: float = 0.0
    frailty: float | None = None

    @property
    def correlation(self) -> dict[tuple[str, str], float]:
        """The correlations of all pairs."""
        sign = {name: -1.0 if name.startswith("zoledronic") else 1.0 for name in self.together}
        return {(a, b): sign[a] * sign[b] * self.strength for a, b in combinations(self.together, 2)}


FITTED_FRAILTY = Source("and less NTX not from bone", {**EXTENT, **ELSEWHERE}, (*EXTENT, STOPPED, KILLED))
THE_TRIAL = replace(FITTED_FRAILTY, what="and the frailty that disease leaves: the trial", frailty=0.7)
SOURCES = (
    Source("what the tables say, everybody's disease the same"),
    Source("less of NTX that is not from bone", ELSEWHERE),
    Source("tumour at the start", BURDEN),
    Source("sites that it can take", {"lesion_share": 0.6}),
    Source("RANKL of the lesion", {"PTHrP_RANKL_gain": 0.8, "tumour_PTHrP_TGF": 0.8, "tumour_contact": 0.8}),
    Source("uptake and potency of the drug", {"zoledronic_acid__uptake": 0.9, "zoledronic_acid__half_per_weight": 0.8}),
    Source("tumour and sites, together", EXTENT, tuple(EXTENT)),
    Source("the same, and nothing else that differs", EXTENT, tuple(EXTENT), alone=True),
    Source("together, and the drug stops fewer osteoclasts", EXTENT, (*EXTENT, STOPPED)),
    Source("and kills fewer", EXTENT, (*EXTENT, STOPPED, KILLED)),
    FITTED_FRAILTY,
    THE_TRIAL,
    replace(THE_TRIAL, what="the trial, all correlations 0.3", strength=0.3),
    replace(THE_TRIAL, what="the trial, all correlations 0.8", strength=0.8),
    replace(THE_TRIAL, what="the trial, NTX with the noise of one sample", noise=WITHIN),
)


def model_numbers(source: Source) -> dict[str, float | str]:
    """Return what the trial sets in the model, but the frailty of the women."""
    shipped = {
        name: value for name, value in read_changes(named_trial.read(TRIAL).set, "set").items() if name != FRAILTY
    }
    return shipped if source.frailty is None else {**shipped, FRAILTY: source.frailty}


def simulated(source: Source, patients: int) -> Trial:
    """Return the trial of women who differ so."""
    plan = replace(named_trial.read(TRIAL), arms=ARMS)
    then = read_changes(plan.then, "then")
    model = compose(plan.host, *plan.parts).set(model_numbers(source))
    usual: dict[str, float | Spread | None] = dict.fromkeys(spreads(model) if source.alone else ())
    women = cohort(
        model,
        patients,
        seed=plan.seed,
        vary={**usual, **source.differ},
        correlation=source.correlation or None,
        then=then,
        include=plan.include,
    )
    return women.simulate(plan.until, arms=read_arms(plan.arms), every=plan.every, columns=["NTX", SEEN, *AT_RISK])


def course(trial: Trial, arm: str, name: str) -> pd.DataFrame:
    """Return a quantity of an arm, patients x days."""
    runs = trial.runs(name)
    return runs[runs["arm"] == arm].pivot(index="patient", columns="time", values=name)


def risk(trial: Trial, arm: str, noise: float = 0.0) -> tuple[float, float]:
    """Return the expected rate of first events after the landmark over that of the lowest third of NTX.

    Of the upper two thirds, and of the highest. noise: coefficient of variation of a measured NTX.
    """
    alive, had = (course(trial, arm, name) for name in AT_RISK)
    seen = course(trial, arm, SEEN)
    days = seen.columns.to_numpy(dtype=float)
    first = int(np.flatnonzero(days == LANDMARK)[0])
    events = seen.iloc[:, -1] - seen.iloc[:, first]
    at_risk = pd.Series(np.trapezoid((alive * (1 - had)).to_numpy()[:, first:], days[first:], axis=1), seen.index)
    spread = math.sqrt(math.log1p(noise**2))
    measured = course(trial, arm, "NTX")[LANDMARK] * np.exp(spread * np.random.default_rng(1).normal(size=len(seen)))
    third = pd.qcut(measured.rank(method="first"), 3, labels=False)
    rates = {
        group: events[third.isin(thirds)].sum() / at_risk[third.isin(thirds)].sum() for group, thirds in GROUPS.items()
    }
    return float(rates["upper"] / rates["low"]), float(rates["high"] / rates["low"])


def row(source: Source, patients: int) -> str:
    """Return the line of the table of what differs."""
    trial = simulated(source, patients)
    treated, untreated = risk(trial, ZOLEDRONIC_ACID, source.noise), risk(trial, NO_DRUG, source.noise)
    low, high = HEALTHY * course(trial, ZOLEDRONIC_ACID, "NTX")[LANDMARK].quantile(np.array([0.05, 0.95]))
    seen = 100 * course(trial, ZOLEDRONIC_ACID, SEEN).iloc[:, -1].mean()
    return f"| {source.what} | {treated[0]:.2f} | {untreated[1]:.2f} | {low:.0f} to {high:.0f} | {seen:.0f} % |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=1000)
    asked = parser.parse_args()
    print("| what differs between women | on zoledronic acid | without a bone drug | NTX at week 12 | with an event |")
    print("|---|---|---|---|---|")
    for source in SOURCES:
        print(row(source, asked.patients), flush=True)


if __name__ == "__main__":
    main()
