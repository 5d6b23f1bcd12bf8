"""What OPG-Fc must show in mice (SC-14, 16, 26 to 28 and 42 of the editorial)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ranklsys as rk
from ranklsys import Claims, Finding, curves, growth_rate, percent

if TYPE_CHECKING:
    import pandas as pd

CLAIMS = Claims()
MDA, B16, OPG = "mda-mb-231", "b16f10", "opg-fc"
DOSE = "opg-fc 3 mg/kg sc tiw"
NOT_BOUND = {"opg_fc__marrow_access": 0.0}
"""The cut of a drug that never meets RANKL."""
NOT_FED = {"slot_factor_growth": 0.0}
"""The cut of what bone does for the tumour."""
COLUMNS = ["tumour", "tumour_soft_tissue", "osteoclasts_lesion", "lesion_fraction", "paralysis_incidence"]


def morony() -> dict[str, pd.DataFrame]:
    """Return 28 d of MDA-MB-231 with vehicle and with OPG-Fc from day 0."""
    model = rk.compose("mouse", MDA, OPG)
    return {
        label: model.simulate("28 d", doses=doses, columns=COLUMNS)
        for label, doses in (("vehicle", ()), ("OPG-Fc", DOSE))
    }


def jones() -> dict[str, pd.DataFrame]:
    """Return 14 d of B16F10 with vehicle and with OPG-Fc from the day before the cells."""
    model = rk.compose("mouse", B16, OPG).set(seed_circulating=0.0)
    cells = rk.compose("mouse", B16).facts.elements["seed_circulating"].value
    before = {"vehicle": model.after("1 d"), "OPG-Fc": model.after("1 d", doses="opg-fc 3 mg/kg sc")}
    doses = {"vehicle": (), "OPG-Fc": "opg-fc 3 mg/kg sc q56h from 32 h"}
    return {
        label: start.set(tumour_circulating=cells).simulate("14 d", doses=doses[label], columns=COLUMNS)
        for label, start in before.items()
    }


def change(runs: dict[str, pd.DataFrame], column: str) -> float:
    """Return the change of a final value by treatment, in percent."""
    vehicle, treated = (float(run[column].iloc[-1]) for run in runs.values())
    return percent(treated, vehicle)


@CLAIMS.add(
    "SC-14",
    "An OPG analogue reduces skeletal lesions of MDA-MB-231",
    "lesions fall by >= 90 %, burden by 50 to 90 %, osteoclasts to below 5 % (28 d)",
    needs=[MDA, OPG],
    mechanism="OPG-Fc binds RANKL; osteoclasts that lack it release no factors, which feed the tumour",
    cuts={"drug never meets RANKL": NOT_BOUND, "factors feed no tumour": NOT_FED},
    fitted="Morony 2001, burden and osteoclasts",
)
def opg_reduces_lesions() -> Finding:
    runs = morony()
    vehicle, treated = (run.iloc[-1] for run in runs.values())
    lesion = percent(max(treated["lesion_fraction"], 0.0), vehicle["lesion_fraction"])
    burden, cells = change(runs, "tumour"), float(treated["osteoclasts_lesion"])
    holds = vehicle["lesion_fraction"] > 0 and lesion <= -90 and -90 <= burden <= -50 and cells < 0.05
    measured = f"lesions {lesion:.0f} %, burden {burden:.0f} %, osteoclasts {cells:.3f} of healthy"
    return Finding(measured, bool(holds), curves(runs, "lesion_fraction", "share of bone"))


@CLAIMS.add(
    "SC-16",
    "The ratio of RANKL to OPG is a target for therapy",
    "OPG-Fc lowers osteoclasts by 90 % or more and the tumour in bone by 25 % or more (MDA-MB-231, 28 d; "
    "less would be lost between mice)",
    needs=[MDA, OPG],
    mechanism="OPG-Fc binds RANKL; osteoclasts that lack it release no factors, which feed the tumour",
    cuts={"drug never meets RANKL": NOT_BOUND, "osteoclasts blind to RANK": {"RANK_occupancy_lesion": 1.0}},
    fitted="Morony 2001, burden and osteoclasts",
)
def ratio_is_a_target() -> Finding:
    runs = morony()
    cells, burden = change(runs, "osteoclasts_lesion"), change(runs, "tumour")
    return Finding(
        f"osteoclasts {cells:.0f} %, burden {burden:.0f} %",
        cells <= -90 and burden <= -25,
        curves(runs, "tumour", "of a full marrow"),
    )


@CLAIMS.add(
    "SC-26",
    "OPG halves the skeletal burden of B16F10",
    "burden falls by 35 to 65 % (14 d, OPG-Fc from the day before)",
    needs=[B16, OPG],
    mechanism="OPG-Fc takes from bone the RANKL that draws the tumour, and the osteoclasts that feed it",
    cuts={"drug never meets RANKL": NOT_BOUND, "tumour without RANK": {"tumour_RANK": 0.0}},
    fitted="Jones 2006, burden",
)
def opg_halves_the_burden() -> Finding:
    runs = jones()
    burden = change(runs, "tumour")
    return Finding(f"burden {burden:.0f} %", -65 <= burden <= -35, curves(runs, "tumour", "of a full marrow"))


@CLAIMS.add(
    "SC-27",
    "OPG prevents paralysis by tumour",
    "incidence over 5 % with vehicle and below 1 % with OPG-Fc (B16F10, 14 d)",
    needs=[B16, OPG],
    mechanism="a tumour that OPG-Fc keeps small compresses no cord",
    cuts={"drug never meets RANKL": NOT_BOUND, "tumour without RANK": {"tumour_RANK": 0.0}},
    fitted="Jones 2006, paralysis",
)
def opg_prevents_paralysis() -> Finding:
    runs = jones()
    vehicle, treated = (100 * float(run["paralysis_incidence"].iloc[-1]) for run in runs.values())
    measured = f"paralysed: vehicle {vehicle:.1f} %, OPG-Fc {treated:.2f} %"
    return Finding(measured, vehicle > 5 and treated < 1, curves(runs, "paralysis_incidence", "share of mice"))


@CLAIMS.add(
    "SC-28",
    "OPG does not change metastases in other organs",
    "soft tissue changes by 10 % or less (B16F10, 14 d)",
    needs=[B16, OPG],
    by_construction=(
        "soft tissue has a fixed amount of RANKL, which no drug reaches; only cells shed from bone join the two"
    ),
)
def other_organs_are_unchanged() -> Finding:
    runs = jones()
    soft = change(runs, "tumour_soft_tissue")
    return Finding(f"soft tissue {soft:+.1f} %", abs(soft) <= 10, curves(runs, "tumour_soft_tissue", "of capacity"))


@CLAIMS.add(
    "SC-42",
    "Blocking RANKL is not toxic to tumour cells: it acts through bone",
    "soft tissue changes by 5 % or less; in bone the tumour grows on, half as fast or more, but "
    "slower by 5 % or more (28 d; a day in three weeks)",
    needs=[MDA, OPG],
    mechanism="OPG-Fc acts on the tumour in bone by what bone feeds it, and by nothing else",
    cuts={"drug never meets RANKL": NOT_BOUND, "factors feed no tumour": NOT_FED},
    fitted="Morony 2001, soft tissue",
)
def slowed_but_not_eradicated() -> Finding:
    runs = morony()
    soft = change(runs, "tumour_soft_tissue")
    vehicle, treated = (growth_rate(run, "tumour", 10, 20) for run in runs.values())
    measured = f"soft tissue {soft:+.1f} %; growth in bone {vehicle:.3f}/d with vehicle, {treated:.3f}/d with OPG-Fc"
    return Finding(
        measured,
        abs(soft) <= 5 and 0.5 * vehicle <= treated <= 0.95 * vehicle,
        curves(runs, "tumour", "of a full marrow"),
    )
