"""What therapies must show: SC-31, progression (Conte 1996), an aromatase inhibitor, palbociclib, radium-223."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import ranklsys as rk
from ranklsys import Claims, Finding, curves, once

if TYPE_CHECKING:
    import pandas as pd

CLAIMS = Claims()
PATIENT = ("menopause", "patient-breast")
PALBOCICLIB = tuple(f"palbociclib 125 mg oral qd x 21 from {28 * cycle} d" for cycle in range(27))
INHIBITOR = "endocrine-therapy 2.5 mg oral qd"
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


@once
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
    "each lowers skeletal events by 5 % or more, and each pair of docetaxel, capecitabine, "
    "radiotherapy and zoledronic acid lowers tumour and skeletal events by 5 % more than either alone"
    " (1 year; less no trial would see)",
    needs=[*PATIENT, *STANDARD],
    mechanism="each of the four kills tumour cells or holds osteoclasts back",
    cuts={
        "docetaxel does nothing": {"docetaxel__kill": 0.0},
        "capecitabine does nothing": {"capecitabine__kill": 0.0},
        "radiotherapy does nothing": {"radiotherapy__kill": 0.0},
        "zoledronic acid does nothing": {"zoledronic_acid__effect": 0.0},
    },
)
def combinations_are_no_worse() -> Finding:
    bare = treated(())
    single = {therapy: treated((therapy,)) for therapy in STANDARD}
    pairs = {pair: treated(pair) for pair in combinations(STANDARD, 2)}
    ends = {therapy: run.iloc[-1] for therapy, run in single.items()}
    events = "skeletal_event_hazard"
    helped = all(end[events] <= 0.95 * bare[events].iloc[-1] for end in ends.values())
    worse = [
        f"{pair} on {what}"
        for pair, run in pairs.items()
        for what in BURDEN
        if run[what].iloc[-1] > 0.95 * min(ends[therapy][what] for therapy in pair)
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
    "lesion area has risen by 25 % over its lowest after 168 d within 25 % (docetaxel 75 mg/m2 every "
    "3 weeks in place of the trial's chemotherapy), and a week later or more with zoledronic acid (in"
    " place of pamidronate; less no scan would show)",
    needs=[*PATIENT, "docetaxel", "zoledronic-acid"],
    mechanism="docetaxel kills tumour cells; zoledronic acid has bone feed and protect them less",
    cuts={
        "docetaxel does nothing": {"docetaxel__kill": 0.0},
        "zoledronic acid does nothing": {"zoledronic_acid__effect": 0.0},
    },
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
    holds = days["untreated"] < days["docetaxel"] <= days["both"] - 7 and abs(days["docetaxel"] / 168 - 1) <= 0.25
    measured = ", ".join(f"{label}: {day:.0f} d" for label, day in days.items())
    return Finding(f"{measured} (Conte 1996: 168 d, with pamidronate 249 d)", holds, curves(runs, "lesion_area"))


@CLAIMS.add(
    "aromatase-inhibitor-costs-density",
    "An aromatase inhibitor costs density after menopause too, and a bone drug gains more beside it (Greenspan 2015)",
    "over 2 years, 12 years after menopause, spine and hip fall a point further or more with the "
    "inhibitor than without it (what DXA can tell); alendronate 70 mg weekly (in place of the trial's"
    " risedronate) gains a point or more without it, and at least as much beside it",
    needs=["menopause", "endocrine-therapy", "alendronate"],
    mechanism="the inhibitor takes the estrogen that is left, which holds RANKL down and OPG up",
    cuts={
        "estrogen stays": {"endocrine_therapy__estrogen_suppression": 0.0},
        "alendronate does nothing": {"alendronate__effect": 0.0},
    },
)
def aromatase_inhibitor_costs_density() -> Finding:
    model = rk.compose("human", "menopause", "endocrine-therapy", "alendronate").after("12 y")
    drug = "alendronate 70 mg oral qw"
    doses: dict[str, list[str]] = {"none": [], "inhibitor": [INHIBITOR], "drug": [drug], "both": [INHIBITOR, drug]}
    runs = {
        label: model.simulate("24 mo", points=9, doses=given, columns=["CTX", *DENSITY])
        for label, given in doses.items()
    }
    end = {label: 100 * (run.iloc[-1] / run.iloc[0] - 1) for label, run in runs.items()}
    lost = end["inhibitor"] - end["none"]
    gained, beside = end["drug"] - end["none"], end["both"] - end["inhibitor"]
    holds = all(lost[site] <= -1 and beside[site] >= gained[site] >= 1 for site in DENSITY)
    said = [
        f"{site.split('_')[-1]} {lost[site]:+.1f}, drug {gained[site]:+.1f}, beside it {beside[site]:+.1f}"
        for site in DENSITY
    ]
    measured = f"points of baseline: {'; '.join(said)} (Greenspan 2015, risedronate beside it: spine +3.9, hip +3.2)"
    return Finding(measured, bool(holds), curves(runs, DENSITY[0]))


@CLAIMS.add(
    "palbociclib-beside-an-aromatase-inhibitor",
    "Palbociclib slows a tumour with hormone receptors, and more so beside an endocrine drug (Finn 2009)",
    "tumour in bone takes a month longer or more (a scan's interval would hide less) to double on "
    "palbociclib (125 mg, 21 days of 28) than untreated, and on both drugs longer than on palbociclib"
    " or an aromatase inhibitor alone (2 years); slowed by less where half of the effect needs 0.4 "
    "uM, as MDA-MB-231 does",
    needs=[*PATIENT, "palbociclib", "endocrine-therapy"],
    mechanism="palbociclib holds the cycle of cells that hormones drive, and the inhibitor takes that drive",
    cuts={
        "palbociclib does nothing": {"palbociclib__largest_effect": 0.0},
        "inhibitor spares the tumour": {"endocrine_therapy__signal_suppression": 0.0},
    },
)
def palbociclib_slows_and_more_beside_an_inhibitor() -> Finding:
    model = patient("palbociclib", "endocrine-therapy")
    doses: dict[str, tuple[str, ...]] = {
        "untreated": (),
        "palbociclib": PALBOCICLIB,
        "inhibitor": (INHIBITOR,),
        "both": (INHIBITOR, *PALBOCICLIB),
    }
    runs = {label: grown(model, given) for label, given in doses.items()}
    basal = grown(model.set(palbociclib__half_effect=4e5), PALBOCICLIB)
    days = {label: doubling(run) for label, run in {**runs, "palbociclib, 0.4 uM": basal}.items()}
    holds = (
        days["untreated"] < days["palbociclib, 0.4 uM"] < days["palbociclib"] >= days["untreated"] + 30
        and max(days["palbociclib"], days["inhibitor"]) + 30 <= days["both"]
    )
    measured = ", ".join(f"{label}: {day:.0f} d" for label, day in days.items())
    return Finding(f"tumour has doubled after: {measured}", holds, curves(runs, "tumour"))


def grown(model: rk.Model, doses: tuple[str, ...]) -> pd.DataFrame:
    """Return the tumour of two years, by the day."""
    return model.simulate(750, points=751, doses=doses, columns=["tumour"])


def doubling(run: pd.DataFrame) -> float:
    """Return the day from which on the tumour is twice what it was; NaN if it is not."""
    doubled = run["tumour"] >= 2 * run["tumour"].iloc[0]
    return float(run.index[int(doubled.to_numpy().argmax())]) if doubled.any() else float("nan")


@CLAIMS.add(
    "radium-223-lowers-markers",
    "In bone metastases of breast cancer, radium-223 lowers bone alkaline phosphatase and NTX (Coleman 2014)",
    "after four injections of 50 kBq/kg every 4 weeks (112 d) both are lower by 5 % or more than at "
    "the start, and than untreated (markers vary by as much); tumour in bone is a tenth less or more,"
    " and tumour in soft tissue as large as untreated within 1 %",
    needs=[*PATIENT, "radium-223"],
    mechanism="radium goes where bone is made, and its alpha particles kill bone cells and tumour cells there",
    cuts={
        "bone takes up no radium": {"radium_223__uptake": 0.0},
        "no bone cell dies": {"radium_223__alpha_bone_cells": 0.0},
        "no tumour cell dies": {"radium_223__kill": 0.0},
    },
)
def radium_lowers_markers() -> Finding:
    model = patient("radium-223").set(tumour_soft_tissue=0.003)
    doses = {"untreated": "", "radium-223": "radium-223 50 kBq/kg iv q4w x 4"}
    columns = ["BSAP", "NTX", "tumour", "tumour_soft_tissue"]
    runs = {
        label: model.simulate("112 d", points=113, doses=given or (), columns=columns) for label, given in doses.items()
    }
    change = {label: 100 * (run.iloc[-1] / run.iloc[0] - 1) for label, run in runs.items()}
    bare, given = change["untreated"], change["radium-223"]
    held = runs["radium-223"].iloc[-1] / runs["untreated"].iloc[-1]
    holds = (
        all(given[marker] <= min(0.0, bare[marker]) - 5 for marker in ("BSAP", "NTX"))
        and held["tumour"] <= 0.9
        and abs(held["tumour_soft_tissue"] - 1) <= 0.01
    )
    said = ", ".join(f"{marker} {given[marker]:+.0f} % (untreated {bare[marker]:+.0f} %)" for marker in ("BSAP", "NTX"))
    measured = (
        f"{said}, tumour in bone {held['tumour']:.2f}, in soft tissue {held['tumour_soft_tissue']:.3f} of untreated"
    )
    return Finding(measured, bool(holds), curves(runs, "BSAP"))


@CLAIMS.add(
    "radium-223-in-mice",
    "One dose of radium-223 slows MDA-MB-231 in mouse bone, and spares bone (Suominen 2013)",
    "300 kBq/kg on day 15: on day 25 tumour, lesion area and osteoclasts are a tenth lower than "
    "untreated or more (less would be lost between mice)",
    needs=["mda-mb-231", "radium-223"],
    mechanism="radium goes where bone is made, and its alpha particles kill the bone cells that feed the tumour",
    cuts={
        "bone takes up no radium": {"radium_223__uptake": 0.0},
        "no bone cell dies": {"radium_223__alpha_bone_cells": 0.0},
    },
)
def radium_slows_a_tumour_in_mice() -> Finding:
    model = rk.compose("mouse", "mda-mb-231", "radium-223").set(radium_223__turnover_of_osteoblasts=0.19)
    columns = ["tumour", "lesion_area", "osteoclasts_lesion"]
    doses = {"vehicle": "", "radium-223": "radium-223 300 kBq/kg iv from 15 d"}
    runs = {label: model.simulate("25 d", doses=given or (), columns=columns) for label, given in doses.items()}
    change = 100 * (runs["radium-223"].iloc[-1] / runs["vehicle"].iloc[-1] - 1)
    measured = ", ".join(f"{name} {change[name]:+.0f} %" for name in columns)
    found = "growth -43 %, osteolysis -56 %"
    return Finding(f"{measured} (Suominen 2013: {found})", bool((change <= -10).all()), curves(runs, "tumour"))
