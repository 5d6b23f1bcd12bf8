"""OPG-Fc in women: the kinetics of Zierhut 2008, and its potency on urinary NTX."""

from __future__ import annotations

import numpy as np
import pytest

import ranklsys as rk
from ranklsys import CompositionError

LEVEL = "opg_fc_human__concentration"
WITHOUT_LOSS = {f"opg_fc_human__{name}": 0.0 for name in ("clearance", "saturable_clearance")}


@pytest.fixture(scope="module")
def woman() -> rk.Model:
    return rk.compose("human", "menopause", "opg-fc-human").after("12 y")


def zierhut(dose: float, days: list[float]) -> list[float]:
    """Return the concentration [ng/mL] after a dose under the skin [ng], by Zierhut's equations (mL, h)."""
    from scipy.integrate import solve_ivp

    def slopes(_: float, state: list[float]) -> list[float]:
        depot, plasma, near, far = state
        lost = 168 * plasma + 13300 * plasma / (6.74 + plasma) + 15.5 * (plasma - near) + 3.02 * (plasma - far)
        absorbed = 0.0131 * depot
        bioavailability = 0.0719 / 1.0719
        tissues = [15.5 * (plasma - near) / 443, 3.02 * (plasma - far) / 269]
        return [-absorbed, (bioavailability * absorbed - lost) / 2800, *tissues]

    hours = [24 * day for day in days]
    solved = solve_ivp(slopes, (0, hours[-1]), [dose, 0, 0, 0], t_eval=hours, method="LSODA", rtol=1e-9, atol=1e-9)
    return list(solved.y[1])


@pytest.mark.parametrize("amount", [20, 200])
def test_its_kinetics_are_those_of_zierhut(woman: rk.Model, amount: float) -> None:
    days = [0.0, 1.0, 3.0, 7.0, 14.0]
    ours = woman.simulate(14, doses=f"opg-fc-human {amount} mg sc", times=days, columns=[LEVEL])[LEVEL]
    assert ours.iloc[1:].to_numpy() == pytest.approx(zierhut(amount * 1e6, days)[1:], rel=2e-3)


def test_urinary_ntx_is_halved_at_the_published_concentration(woman: rk.Model) -> None:
    """5.38 ng/mL held for 28 d."""
    still = WITHOUT_LOSS | {"opg_fc_human__near_exchange": 0.0, "opg_fc_human__far_exchange": 0.0}
    run = woman.set(still | {"opg_fc_human__drug": 5.38 / 0.09}).simulate(28, points=2, columns=["NTX", LEVEL])
    assert run[LEVEL].iloc[-1] == pytest.approx(5.38)
    assert run["NTX"].iloc[-1] / run["NTX"].iloc[0] == pytest.approx(0.5, abs=0.03)


def test_ntx_falls_with_the_dose(woman: rk.Model) -> None:
    lowest = [
        woman.simulate(28, doses=f"opg-fc-human {dose} mg/kg sc", points=57, columns=["NTX"])["NTX"].min()
        for dose in (0.1, 0.3, 1, 3)
    ]
    assert lowest == sorted(lowest, reverse=True)
    assert lowest[-1] < 0.4 * lowest[0]


def test_what_is_not_cleared_stays_in_the_body(woman: rk.Model) -> None:
    last = woman.set(WITHOUT_LOSS).simulate(60, doses="opg-fc-human 100 pmol iv", points=2).iloc[-1]
    volumes = {"drug": 2.8, "drug_near": 0.443, "drug_far": 0.269}
    assert sum(last[f"opg_fc_human__{name}"] * volume for name, volume in volumes.items()) == pytest.approx(100)


@pytest.mark.thorough
def test_copasi_agrees(woman: rk.Model) -> None:
    doses = "opg-fc-human 1 mg/kg sc q2w x 3; opg-fc-human 3 mg iv over 1 h from 5 d"
    verdict = rk.agree(woman, "90 d", doses=doses, times=[0.0, 0.5, 5.02, 14.0, 30.0, 90.0])
    assert verdict["within"].all(), verdict.head()


def test_the_mouse_has_its_own(woman: rk.Model) -> None:
    with pytest.raises(CompositionError, match=r"opg-fc-human is not for the mouse: .*opg-fc is for the mouse"):
        rk.compose("mouse", "opg-fc-human")
    assert np.isfinite(woman.simulate(1, points=2)[LEVEL]).all()
