"""Denosumab: its kinetics, what it does to bone and tumour, and where it works."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import ranklsys_denosumab
from ranklsys_denosumab.cohort import benefit, treated_over_untreated

import ranklsys as rk
from ranklsys import CompositionError, Population, registry, run, score, spreads
from ranklsys.testing import assert_sound

HERE = Path(__file__).parent.parent / "ranklsys_denosumab"
MONTH = 30.4375
LEVEL = "denosumab__concentration"


@pytest.fixture(scope="module")
def woman() -> rk.Model:
    return rk.compose("human", "menopause", "denosumab").after("12 y")


@pytest.fixture(scope="module")
def metastases() -> rk.Model:
    return rk.compose("human", "patient-breast", "denosumab")


def exposure(dose: str, days: float = 400) -> float:
    return float(rk.compose("human", "denosumab").simulate(days, doses=dose, points=2)["denosumab__exposure"].iloc[-1])


@pytest.mark.thorough
def test_denosumab_is_sound() -> None:
    """In the human and the mouse with human RANKL: SBML, units, no effect of a dose of zero, COPASI, order."""
    drug, mouse, other = ranklsys_denosumab.DENOSUMAB, ranklsys_denosumab.HUMANISED, registry().part("opg-fc")
    assert_sound(drug, doses="denosumab 1 mg/kg sc q1w x 2", siblings=[mouse, other])
    assert_sound(mouse, siblings=[drug, other])


def test_60_mg_has_the_kinetics_of_the_label() -> None:
    """Highest 6.75 ug/mL, area to 16 weeks 316 ug d/mL, half-life 25.4 d: each within 25 %."""
    run = rk.compose("human", "denosumab").simulate(112, doses="denosumab 60 mg sc", points=449)
    half_life = 84 * np.log(2) / np.log(run[LEVEL].loc[28.0] / run[LEVEL].loc[112.0])
    assert run[LEVEL].max() == pytest.approx(6.75, rel=0.25)
    assert 3 <= run[LEVEL].idxmax() <= 21
    assert run["denosumab__exposure"].iloc[-1] == pytest.approx(316, rel=0.25)
    assert half_life == pytest.approx(25.4, rel=0.25)


def test_subjects_differ_in_exposure_as_the_label_says() -> None:
    """SD over mean of peak 0.28, area 0.32, half-life 0.33: each within 25 %, of which 80 subjects are good for 8."""
    model = rk.compose("human", "denosumab")
    varied = {
        name: spread for name, spread in spreads(model).items() if name.startswith(("denosumab__", "body_weight"))
    }
    days, columns = np.arange(113.0), [LEVEL, "denosumab__exposure"]
    found = []
    for subject in Population(varied, 1, 80, design="latin").subjects():
        level, area = model.set(subject).numbers(days, columns, doses="denosumab 60 mg sc").T
        found.append((level.max(), area[-1], 84 * np.log(2) / np.log(level[28] / level[112])))
    assert np.std(found, axis=0) / np.mean(found, axis=0) == pytest.approx([0.28, 0.32, 0.33], rel=0.25)


def test_exposure_is_the_area_under_the_concentration() -> None:
    run = rk.compose("human", "denosumab").simulate(112, doses="denosumab 60 mg sc", points=1121)
    assert run["denosumab__exposure"].iloc[-1] == pytest.approx(np.trapezoid(run[LEVEL], run.index), rel=1e-3)


def test_below_60_mg_the_target_takes_a_larger_share() -> None:
    """Exposure per mg: nearly constant above 60 mg, much lower below."""
    per_mg = {mg: exposure(f"denosumab {mg} mg sc") / mg for mg in (6, 60, 120, 240)}
    assert per_mg[6] < 0.7 * per_mg[60]
    assert per_mg[240] / per_mg[120] < 1.15 < per_mg[60] / per_mg[6]


def test_the_same_dose_into_a_vein_gives_more_by_the_bioavailability() -> None:
    assert exposure("denosumab 210 mg sc") / exposure("denosumab 210 mg iv over 1 h") == pytest.approx(0.61, abs=0.04)


def test_a_dose_per_weight_is_times_the_body_weight() -> None:
    assert exposure("denosumab 1 mg/kg sc") == pytest.approx(exposure("denosumab 66 mg sc"), rel=1e-6)


def test_what_is_free_is_exact_when_hardly_any_is_left() -> None:
    """Far below its target the free share is half/(half + target). A difference of numbers of 1e4 pM stopped COPASI."""
    model = rk.compose("human", "denosumab").set(denosumab__drug=1e-8)
    free = model.simulate(1, times=[1e-9], columns=["denosumab__free"])["denosumab__free"].iloc[0]
    assert free == pytest.approx(1e-8 * 9390 / (9390 + 4180), rel=1e-6, abs=0)


def test_antibody_is_conserved_when_nothing_clears_it() -> None:
    held = {f"denosumab__{name}": 0.0 for name in ("clearance_per_weight", "target_internalisation")}
    last = rk.compose("human", "denosumab").set(held).simulate(200, doses="denosumab 10 nmol iv", points=2).iloc[-1]
    body = 66 * (0.0397 * last["denosumab__drug"] + 0.0206 * last["denosumab__drug_in_tissue"])
    assert body == pytest.approx(10_000, rel=1e-6)


@pytest.mark.thorough
def test_loading_raises_the_first_month_only(metastases: rk.Model) -> None:
    plain, loading = (
        metastases.simulate(400, doses=f"denosumab 120 mg sc q4w{more}", times=[28, 399], columns=[LEVEL])[LEVEL]
        for more in ("", "; denosumab 120 mg sc q1w x 2 from 7 d")
    )
    assert loading.iloc[0] > 2 * plain.iloc[0]
    assert loading.iloc[1] == pytest.approx(plain.iloc[1], rel=0.02)


def test_the_mouse_is_refused_with_the_reason() -> None:
    with pytest.raises(
        CompositionError, match="not for the mouse without humanised-rankl: it does not bind mouse RANKL"
    ):
        rk.compose("mouse", "denosumab")


@pytest.mark.thorough
def test_a_mouse_with_human_rankl_loses_its_osteoclasts() -> None:
    """Kostenuik 2009: -95 % with denosumab and with OPG-Fc."""
    model = rk.compose("mouse", "denosumab", "humanised-rankl", "opg-fc")
    for drug in ("denosumab", "opg-fc"):
        cells = model.simulate(21, doses=f"{drug} 5 mg/kg sc biw", points=2, columns=["osteoclasts"])["osteoclasts"]
        assert cells.iloc[-1] < 0.1


def test_a_human_has_no_use_for_human_rankl() -> None:
    with pytest.raises(CompositionError, match="humanised-rankl is not for the human"):
        rk.compose("human", "humanised-rankl")


def test_after_stopping_resorption_rebounds_and_density_falls(woman: rk.Model) -> None:
    """Four doses, the last at month 18: back above the start within two years, and density with it."""
    columns = ["CTX", "bone_mineral_density_spine"]
    run = woman.simulate(1400, doses="denosumab 60 mg sc q6mo x 4", points=141, columns=columns)
    relative = run / run.iloc[0]
    after = relative.loc[730:]
    assert relative["CTX"].loc[:547].iloc[1:].max() < 0.6
    assert after["CTX"].max() > 1.2
    peak = after["bone_mineral_density_spine"].iloc[0]
    assert peak > 1.06
    assert after["bone_mineral_density_spine"].iloc[-1] < peak - 0.03


def test_low_doses_lose_effect_before_the_next_injection(woman: rk.Model) -> None:
    falls = {}
    for mg in (6, 14, 60, 210):
        run = woman.simulate(183, doses=f"denosumab {mg} mg sc q6mo", times=[0, 30, 182.6], columns=["CTX"])["CTX"]
        falls[mg] = list(1 - run.iloc[1:] / run.iloc[0])
    at_month_1, before_the_next = zip(*falls.values(), strict=True)
    assert min(at_month_1) > 0.6
    assert max(before_the_next[:2]) < 0.1
    assert before_the_next[1] < 0.4 < before_the_next[2] < before_the_next[3]
    assert before_the_next[3] > 0.8


def test_formation_falls_a_month_after_resorption(woman: rk.Model) -> None:
    run = woman.simulate(180, doses="denosumab 3 mg/kg sc", times=[0, 3, 14, 90], columns=["NTX", "CTX", "BSAP"])
    change = run / run.iloc[0] - 1
    assert change["CTX"].loc[3.0] < -0.7
    assert change["BSAP"].loc[90.0] < -0.3
    assert abs(change["BSAP"].loc[14.0]) < 0.15 * abs(change["BSAP"].loc[90.0])


def test_calcium_falls_by_less_than_a_tenth_and_pth_answers(woman: rk.Model) -> None:
    run = woman.simulate(180, doses="denosumab 3 mg/kg sc", points=181, columns=["calcium", "PTH"])
    assert 0.90 < (run["calcium"] / run["calcium"].iloc[0]).min() < 1
    assert 2 <= run["PTH"].loc[4.0] / run["PTH"].iloc[0] <= 4
    assert run["PTH"].idxmax() < 30


def test_bone_tumours_grow_slower_but_go_on_and_soft_tissue_is_left_alone(metastases: rk.Model) -> None:
    model = metastases.set(tumour_soft_tissue=0.01)
    columns = ["tumour", "tumour_soft_tissue"]
    bare, treated = (
        model.simulate(365, doses=doses, points=2, columns=columns).iloc[-1]
        for doses in ((), "denosumab 120 mg sc q4w")
    )
    assert 0.03 < treated["tumour"] < 0.7 * bare["tumour"]
    assert treated["tumour_soft_tissue"] == pytest.approx(bare["tumour_soft_tissue"], rel=0.02)


def test_it_binds_rankl_at_both_sites(metastases: rk.Model) -> None:
    columns = ["RANKL", "RANKL_lesion", "denosumab__drug_RANKL", "denosumab__drug_RANKL_lesion"]
    last = metastases.simulate(14, doses="denosumab 120 mg sc", points=2, columns=columns).iloc[-1]
    assert max(last[columns[:2]]) < 0.05
    assert min(last[columns[2:]]) > 0.1


@pytest.mark.thorough
def test_copasi_agrees() -> None:
    model = rk.compose("human", "menopause", "patient-breast", "denosumab")
    doses = "denosumab 60 mg sc q6mo x 2; denosumab 1 mg/kg iv over 1 h from 30 d"
    verdict = rk.agree(model, "2 y", doses=doses, times=[0.0, 1.0, 10.0, 40.0, 200.0, 730.0])
    assert verdict["within"].all(), verdict.head()


@pytest.mark.thorough
def test_the_training_table_is_predicted() -> None:
    """All but 5 of 99 rows: late BSAP (at month 9 by 0.04 points), the hip after stopping."""
    found = score(HERE / "training.csv")
    wrong = found.table[~found.table["within"]]
    missed = [
        (row["study"].split(" (")[0].replace("denosumab ", ""), row["observable"], round(row["time"] / MONTH))
        for _, row in wrong.iterrows()
    ]
    assert len(found.table) == 99
    assert missed == [
        ("McClung 2006, 60 mg", "BSAP", 21),
        ("McClung 2006, 6 mg", "BSAP", 9),
        ("McClung 2006, 6 mg", "BSAP", 21),
        ("Miller 2008, 6 mg then 60 mg", "BSAP", 30),
        ("Miller 2008, 210 mg stopped", "bone_mineral_density_hip", 12),
    ]


def test_spine_density_and_ctx_are_near_at_every_visit() -> None:
    """Within 1 percentage point to month 24, and within 10 from day 14 on."""
    compared = run("mcclung2006").compared
    spine = compared[(compared["observable"] == "spine") & (compared["arm"] == "denosumab")]
    marker = compared[(compared["observable"] == "CTX") & (compared["time"] >= 14)]
    assert (len(spine), len(marker)) == (6, 16)
    assert spine["residual"].abs().max() <= 1
    assert marker["residual"].abs().max() <= 10


def test_the_hazard_ratio_of_equal_arms_is_1_and_of_half_the_hazard_a_half() -> None:
    """Followed for 3 years; what is beyond is known as late only."""
    random = np.random.default_rng(1)
    slow, fast = random.exponential(2.0, 4000), random.exponential(1.0, 4000)
    arms = pd.DataFrame({"untreated": fast, "treated": slow})
    ratio = treated_over_untreated(arms.where(arms < 3, np.inf), 3.0)
    assert ratio.value == pytest.approx(0.5, rel=0.05)
    assert ratio.low < 0.5 < ratio.high
    assert treated_over_untreated(arms.assign(treated=fast), 3.0).value == pytest.approx(1.0, abs=1e-9)


def test_the_list_says_what_it_needs_in_the_mouse() -> None:
    command = [sys.executable, "-m", "ranklsys.cli", "show", "denosumab"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "human, mouse + humanised-rankl" in shown


def test_what_an_adjuvant_drug_does_is_told_in_women_spared_delay_and_time_gained() -> None:
    times = pd.DataFrame({"untreated": [2.0, 4.0, 6.0, np.inf], "treated": [3.0, 9.0, np.inf, np.inf]})
    spared, delay, gained = benefit(times, 10.0)
    assert spared == pytest.approx(1 / 3), "one of three who relapse untreated"
    assert delay == pytest.approx(3.0), "the others relapse 1 and 5 years later"
    assert gained == pytest.approx((1 + 5 + 4 + 0) / 4)
