"""A composition with its doses gives the same numbers in RoadRunner, COPASI and AMICI, every day."""

from __future__ import annotations

import importlib.util

import pytest

import ranklsys as rk

CANON = {"doses": "opg-fc 3 mg/kg sc tiw from 0 d"}
needs_amici = pytest.mark.skipif(
    importlib.util.find_spec("amici") is None, reason="AMICI is not installed: uv sync --group amici"
)


@pytest.fixture(scope="module")
def canon() -> rk.Model:
    return rk.compose("mouse", "mda-mb-231", "opg-fc")


@pytest.mark.parametrize("engine", ["copasi", pytest.param("amici", marks=needs_amici)])
def test_canon_2008_agrees(canon: rk.Model, engine: str) -> None:
    verdict = rk.agree(canon, "25 d", engine=engine, **CANON)
    assert len(verdict) == len(canon.facts.states)
    assert verdict["within"].all(), verdict.head()


@pytest.mark.parametrize("host", ["human", "mouse"])
def test_a_disturbed_host_agrees_with_copasi_for_years(host: str) -> None:
    model = rk.compose(host).set(slot_OPG_production=0.6, slot_estrogen=0.3, osteoclasts=1.3)
    verdict = rk.agree(model, "3 y", times=[0.0, 1.0, 10.0, 100.0, 1000.0])
    assert verdict["within"].all(), verdict.head()


def test_two_courses_and_an_infusion_agree_with_copasi(canon: rk.Model) -> None:
    doses = "opg-fc 3 mg/kg sc q2d x 5; opg-fc 1 mg/kg sc q4d x 3; opg-fc 2 mg/kg iv over 6 h q3d from 1 d x 4"
    verdict = rk.agree(canon, "25 d", doses=doses)
    assert verdict["within"].all(), verdict.head()


def test_a_difference_is_seen(canon: rk.Model) -> None:
    """The comparison can fail: the peer gets another dose than RoadRunner."""
    from ranklsys.model import other_engines
    from ranklsys.model.difference import difference

    days = [float(day) for day in range(26)]
    other = other_engines.copasi(canon.sbml_with("opg-fc 3.01 mg/kg sc tiw"), days, rtol=1e-10, atol=1e-16)
    columns = [name for name in other.columns if name in canon.facts.elements]
    ours = canon.simulate("25 d", times=days, columns=columns, **CANON)
    assert not difference(ours, other[columns])["within"].all()


def test_another_engine_is_named_with_the_nearest(canon: rk.Model) -> None:
    with pytest.raises(rk.RanklsysError, match=r"no engine 'copsi' \(did you mean 'copasi'\?\)"):
        rk.agree(canon, "1 d", engine="copsi")
