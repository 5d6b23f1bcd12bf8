"""A woman's breast: its cycle, her bone when she nurses, and her risk, with BRCA1 and with denosumab."""

from __future__ import annotations

import math
from functools import cache

import pandas as pd
import pytest

import ranklsys as rk
from ranklsys import CompositionError

YEAR = 365.25
BIRTH, WEANING = 266.0, 446.0


@cache
def _model(*parts: str) -> rk.Model:
    return rk.compose("human", *parts)


def woman(*parts: str, until: str = "5 y", points: int = 61, doses: str = "", **changes: float) -> pd.DataFrame:
    """Return a run of the first part's breast, whose columns have no prefix."""
    prefix = f"{parts[0].replace('-', '_')}__"
    changed = {
        f"{prefix}{id}" if f"{prefix}{id}" in _model(*parts).facts.elements else id: value
        for id, value in changes.items()
    }
    run = _model(*parts).set(changed).simulate(until, points=points, doses=doses or ())
    return run.rename(columns=lambda name: name.removeprefix(prefix))


@cache
def hazard(*parts: str, doses: str = "", until: str = "5 y") -> float:
    return float(woman(*parts, doses=doses, until=until)["breast_cancer_hazard"].iloc[-1])


def test_a_woman_who_is_not_pregnant_is_at_rest() -> None:
    run, host = woman("breast"), rk.compose("human").simulate("5 y", points=61)
    assert run["bone_mineral_density_spine"].to_numpy() == pytest.approx(1.0, abs=1e-6)
    assert run[host.columns].to_numpy() == pytest.approx(host.to_numpy(), rel=1e-5, abs=1e-6)
    for name in ("progesterone", "epithelial_RANKL", "RANK_signal", "progenitors", "unbound_share"):
        assert run[name].to_numpy() == pytest.approx(run[name].iloc[0], rel=1e-6), name


def test_lactation_takes_bone_of_a_woman_and_gives_half_of_it_back_within_a_year() -> None:
    """Kovacs 2016: 5 to 10 % of the spine; here somewhat less."""
    run = woman("breast", until="830 d", points=831, conception=0.0)
    spine = run["bone_mineral_density_spine"]
    weaned, later = (spine.iloc[spine.index.searchsorted(day - 1e-6)] for day in (WEANING, WEANING + 365))
    assert 0.02 < 1 - weaned < 0.12
    assert 1 - later < (1 - weaned) / 2
    assert (run["calcium"] / run["calcium"].iloc[0] - 1).abs().max() < 0.1
    assert run["CTX"].loc[:BIRTH].max() == pytest.approx(1.0, abs=1e-3)


def test_a_woman_who_does_not_nurse_keeps_her_bone() -> None:
    run = woman("breast", until="830 d", points=831, conception=0.0, lactation=0.01)
    assert run["bone_mineral_density_spine"].min() > 0.999


def test_after_menopause_there_is_no_progesterone_and_no_rank_signal() -> None:
    run = woman("breast", "menopause", until="8 y")
    before, after = run.iloc[0], run.iloc[-1]
    assert after["progesterone"] < 0.01 * before["progesterone"]
    assert after["RANK_signal"] < 0.05 * before["RANK_signal"]
    assert after["progenitors"] == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(("part", "risk"), [("breast", 0.12), ("brca1-carrier", 0.72)])
def test_risk_between_30_and_80_is_that_of_the_source(part: str, risk: float) -> None:
    """Kuchenbaecker 2017 for carriers; `cancer_rate` is derived from it, with menopause at 51 (two years into it)."""
    run = woman(part, "menopause", until="50 y", points=51, menopause__start=19 * YEAR)
    assert run["breast_cancer_risk"].iloc[-1] == pytest.approx(risk, abs=0.005)


def test_carriers_have_more_rank_more_progenitors_and_more_risk() -> None:
    carrier, other = (woman(part).iloc[-1] for part in ("brca1-carrier", "breast"))
    for name in ("RANK_signal", "progenitors", "breast_cancer_hazard"):
        assert carrier[name] > 1.1 * other[name], name


@pytest.mark.thorough
def test_denosumab_lowers_the_hazard_more_in_carriers() -> None:
    doses = "denosumab 120 mg sc q6mo x 10"
    ratio = {who: hazard(who, "denosumab", doses=doses) / hazard(who) for who in ("brca1-carrier", "breast")}
    assert 0.3 < ratio["brca1-carrier"] < ratio["breast"] < 0.8


@pytest.mark.thorough
def test_denosumab_silences_rank_of_the_breast() -> None:
    run = woman("breast", "denosumab", doses="denosumab 120 mg sc q4w", until="1 y", points=366)
    assert run["unbound_share"].loc[28:].max() < 0.01


@pytest.mark.thorough
def test_denosumab_hardly_lowers_a_hazard_that_rank_no_longer_drives() -> None:
    """After menopause there is no progesterone to make RANKL."""
    late = _model("brca1-carrier", "menopause", "denosumab").after("8 y")
    name = "brca1_carrier__breast_cancer_hazard"
    runs = [
        late.simulate("3 y", points=4, columns=[name], doses=doses) for doses in ((), "denosumab 120 mg sc q6mo x 6")
    ]
    added = [run[name].iloc[-1] - run[name].iloc[0] for run in runs]
    assert math.isclose(added[1] / added[0], 1, abs_tol=0.05)


@pytest.mark.parametrize("part", ["breast", "brca1-carrier"])
def test_it_is_of_women(part: str) -> None:
    with pytest.raises(CompositionError, match="of women"):
        rk.compose("mouse", part)
