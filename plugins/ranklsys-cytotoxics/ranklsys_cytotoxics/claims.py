"""What standard therapies must show: SC-31, progression (Conte 1996), bone on an aromatase inhibitor."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

import ranklsys as rk
from ranklsys import Claims, Finding, curves

if TYPE_CHECKING:
    import pandas as pd

CLAIMS = Claims()
PATIENT = ("menopause", "patient-breast")
CYCLES = " then ".join(f"1250 mg/m^2 oral bid x 28 from {21 * cycle} d" for cycle in range(6))
STANDARD = {
    "docetaxel": "docetaxel 75 mg/m^2 iv q3w x 6",
    "capecitabine": f"capecitabine {CYCLES}",
    "radiotherapy": "radiotherapy 4 Gy local daily x 5",
    "zoledronic-acid": "zoledronic-acid 4 mg iv q4w",
}
BURDEN = ("tumour", "skeletal_event_hazard")
DENSITY = ("bone_mineral_density_spine", "bone_mineral_density_hip")
PROGRESSION = 1.25
"""Lesion area at progression over its lowest until then; how the trial judged it is not in the data."""


@cache
def patient(*therapies: str) -> rk.Model:
    """Return a woman with bone metastases, 12 years after menopause."""
    before = rk.compose("human", *PATIENT, *therapies).set(seed_bone=0.0).after("12 y")
    return before.set(tumour=0.03)


def treated(therapies: tuple[str, ...]) -> pd.DataFrame:
    """Return a year on these standard therapies, out of a composition of all."""
    doses = [STANDARD[therapy] for therapy in therapies]
    return patient(*STANDARD).simulate("1 y", doses=doses, columns=list(BURDEN))


def progression(run: pd.DataFrame) -> float:
    """Return the day on which the lesion area has risen by a quarter over its lowest until then; NaN if it has not."""
    risen = run["lesion_area"] >= PROGRESSION * run["lesion_area"].cummin()
    return float(run.index[int(risen.to_numpy().argmax())]) if risen.any() else float("nan")


@CLAIMS.add(
    "SC-31",
    "Standard therapy is chemotherapy, radiotherapy, intravenous bisphosphonates, or combinations of these",
    "each lowers skeletal events, and each pair of docetaxel, capecitabine, radiotherapy and zoledronic acid lowers "
    "tumour and skeletal events at least as much as either alone (1 year)",
    needs=[*PATIENT, *STANDARD],
)
def combinations_are_no_worse() -> Finding:
    bare = treated(())
    single = {therapy: treated((therapy,)) for therapy in STANDARD}
    pairs = {pair: treated(pair) for pair in combinations(STANDARD, 2)}
    ends = {therapy: run.iloc[-1] for therapy, run in single.items()}
    helped = all(end["skeletal_event_hazard"] < bare["skeletal_event_hazard"].iloc[-1] for end in ends.values())
    worse = [
        f"{pair} on {what}"
        for pair, run in pairs.items()
        for what in BURDEN
        if run[what].iloc[-1] > min(ends[therapy][what] for therapy in pair)
    ]
    runs = {"untreated": bare, **single, **{" + ".join(pair): run for pair, run in pairs.items()}}
    measured = "; ".join(
        f"{label}: tumour {run['tumour'].iloc[-1]:.2g}, events {run['skeletal_event_hazard'].iloc[-1]:.2f}"
        for label, run in runs.items()
    )
    return Finding(measured, helped and not worse, curves(runs, "skeletal_event_hazard", "expected number"))


@CLAIMS.add(
    "OC-102",
    "On chemotherapy alone, bone metastases progress after a median of 168 d; later with a bisphosphonate (Conte 1996)",
    "lesion area has risen by 25 % over its lowest after 168 d within 25 % (docetaxel 75 mg/m2 every 3 weeks in place "
    "of the trial's chemotherapy), and later with zoledronic acid (in place of pamidronate)",
    needs=[*PATIENT, "docetaxel", "zoledronic-acid"],
)
def chemotherapy_delays_progression() -> Finding:
    model = patient("docetaxel", "zoledronic-acid")
    chemotherapy = "docetaxel 75 mg/m^2 iv q3w"
    doses = {"untreated": "", "docetaxel": chemotherapy, "both": f"{chemotherapy}; zoledronic-acid 4 mg iv q4w"}
    runs = {
        label: model.simulate(600, points=601, doses=dose or (), columns=["lesion_area"])
        for label, dose in doses.items()
    }
    days = {label: progression(run) for label, run in runs.items()}
    holds = days["untreated"] < days["docetaxel"] < days["both"] and abs(days["docetaxel"] / 168 - 1) <= 0.25
    measured = ", ".join(f"{label}: {day:.0f} d" for label, day in days.items())
    return Finding(f"{measured} (Conte 1996: 168 d, with pamidronate 249 d)", holds, curves(runs, "lesion_area"))


@CLAIMS.add(
    "aromatase-inhibitor-costs-density",
    "An aromatase inhibitor costs density after menopause too, and a bone drug gains more beside it (Greenspan 2015)",
    "over 2 years, 12 years after menopause, spine and hip fall further with the inhibitor than without it; "
    "alendronate 70 mg weekly (in place of the trial's risedronate) gains at least as much beside it as without it",
    needs=["menopause", "endocrine-therapy", "alendronate"],
)
def aromatase_inhibitor_costs_density() -> Finding:
    model = rk.compose("human", "menopause", "endocrine-therapy", "alendronate").after("12 y")
    inhibitor, drug = "endocrine-therapy 2.5 mg oral qd", "alendronate 70 mg oral qw"
    doses: dict[str, list[str]] = {"none": [], "inhibitor": [inhibitor], "drug": [drug], "both": [inhibitor, drug]}
    runs = {
        label: model.simulate("24 mo", points=9, doses=given, columns=["CTX", *DENSITY])
        for label, given in doses.items()
    }
    end = {label: 100 * (run.iloc[-1] / run.iloc[0] - 1) for label, run in runs.items()}
    lost = end["inhibitor"] - end["none"]
    gained, beside = end["drug"] - end["none"], end["both"] - end["inhibitor"]
    holds = all(lost[site] < 0 and beside[site] >= gained[site] > 0 for site in DENSITY)
    said = [
        f"{site.split('_')[-1]} {lost[site]:+.1f}, drug {gained[site]:+.1f}, beside it {beside[site]:+.1f}"
        for site in DENSITY
    ]
    measured = f"points of baseline: {'; '.join(said)} (Greenspan 2015, risedronate beside it: spine +3.9, hip +3.2)"
    return Finding(measured, bool(holds), curves(runs, DENSITY[0]))
