"""What bisphosphonates must show (SC-32 of the editorial)."""

from __future__ import annotations

import ranklsys as rk
from ranklsys.claims import Claims, Finding, curves

CLAIMS = Claims()


@CLAIMS.add(
    "SC-32",
    "Bisphosphonates inhibit osteoclast function and promote osteoclast apoptosis",
    "activity and life span of osteoclasts and CTX fall by over 10 % at 3 months; with less than 1 % of the dose left "
    "in plasma (a week), CTX stays over 10 % below untreated for a year (human, 12 years after menopause, 5 mg once)",
    needs=["menopause", "zoledronic-acid"],
)
def less_function_more_apoptosis() -> Finding:
    model = rk.compose("human", "menopause", "zoledronic-acid").after("12 y")
    columns = ["activity", "osteoclast_death", "CTX", "zoledronic_acid__in_plasma"]
    times = [0.0, 7.0, 91.0, 365.0]
    doses = {"untreated": (), "zoledronic acid 5 mg": "zoledronic-acid 5 mg iv"}
    runs = {label: model.simulate(365, doses=dose, times=times, columns=columns) for label, dose in doses.items()}
    bare, treated = runs.values()
    early, late = (treated.loc[day] / bare.loc[day] for day in times[2:])
    activity, life = early["activity"], 1 / early["osteoclast_death"]
    plasma = treated["zoledronic_acid__in_plasma"]
    left = plasma.loc[7.0] / plasma.loc[0.0]
    measured = (
        f"at 3 months activity {activity:.2f}, life span {life:.2f}, CTX {early['CTX']:.2f} of untreated; "
        f"CTX at 1 year {late['CTX']:.2f}; in plasma after a week {100 * left:.2g} %"
    )
    holds = max(activity, life, early["CTX"], late["CTX"]) < 0.9 and left < 0.01
    return Finding(measured, bool(holds), curves(runs, "CTX"))
