"""A plugin that goes wrong takes nothing with it: a good one beside it works, and the message names the distribution.

Eight ways to go wrong, one test each. How the messages say file, line and remedy in detail is in test_plugins.py (loading),
test_fragment.py (SBML) and test_compose.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from textwrap import dedent

import pytest

import ranklsys as rk
from ranklsys import plugins
from ranklsys.errors import RanklsysError
from ranklsys.testing import Install
from tests.fragments import MARROW, sbml

GOOD = """
    @hookimpl
    def register_parts():
        return [Part(id="weaker", kind="condition", values={"osteoclast_turnover": 0.04})]
"""

Bad = Callable[[str], str]


@pytest.fixture
def beside(plugin_from_source: Install) -> Callable[[str], str]:
    """Give ``beside(source)``: install it and a good plugin, show that the good one works, return what is said of it."""

    def install(source: str) -> str:
        plugin_from_source(source, "bad")
        plugin_from_source(GOOD, "good")
        run = rk.compose("mouse", "weaker").simulate("30 d", points=2, columns=["osteoclasts"])
        assert len(run) == 2
        return "; ".join(f"{each.distribution}: {each.error}" for each in plugins.registry().broken)

    return install


def shipping(notation: str, fields: str = "") -> str:
    """Return a plugin whose part has this SBML."""
    return f"""
    SBML = {notation!r}

    @hookimpl
    def register_parts():
        return [Part(id="guest", kind="therapy", sbml=SBML, {fields})]
    """


def composed() -> str:
    """Return what is said when the guest's part is composed."""
    with pytest.raises(RanklsysError) as problem:
        rk.compose("mouse", "guest")
    return str(problem.value)


def test_it_raises_at_import(beside: Bad) -> None:
    assert beside("1 / 0").startswith("ranklsys-bad: ZeroDivisionError")


def test_it_raises_in_a_hook(beside: Bad) -> None:
    said = beside("@hookimpl\ndef register_parts():\n    raise ValueError('no table')")
    assert said.startswith("ranklsys-bad: ")
    assert "ValueError: no table" in said


def test_it_returns_the_wrong_type(beside: Bad) -> None:
    said = beside("@hookimpl\ndef register_parts():\n    return {'opg': 5}")
    assert "register_parts gives str among its items, not a Part" in said


def test_it_takes_ten_seconds(
    beside: Bad, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """The clock of the loader says so; nobody waits. It is named, and it works."""
    clock = time.perf_counter
    waited = [0.0]

    def later() -> float:
        return clock() + waited[0]

    monkeypatch.setattr(time, "perf_counter", later)
    monkeypatch.setattr("builtins.ten_seconds", lambda: waited.__setitem__(0, waited[0] + 10), raising=False)
    said = beside("ten_seconds()\n" + dedent(GOOD).replace("weaker", "slow"))
    assert said == ""
    assert "slow" in plugins.registry().parts
    assert "ranklsys-bad" in capsys.readouterr().err + caplog.text


def test_it_ships_invalid_sbml(beside: Bad) -> None:
    assert beside(shipping("<sbml>")) == ""
    assert "ranklsys-bad" in composed()


def test_it_uses_double_underscores(beside: Bad) -> None:
    beside(shipping(sbml("const a__b = 1 per_day;")))
    said = composed()
    assert "ranklsys-bad" in said
    assert "a__b" in said


def test_it_collides_with_the_core(beside: Bad) -> None:
    beside(shipping(sbml("species RANKL in marrow; compartment marrow = 1 volume; RANKL = 5 pM;")))
    said = composed()
    assert "ranklsys-bad" in said
    assert "'RANKL' is also in the core, but is not shared" in said or "'marrow' is also in the core" in said


def test_it_tries_to_replace_a_rate_law_of_the_core(beside: Bad) -> None:
    """A rule for a shared species is refused, and so is a value for what the core computes."""
    beside(shipping(sbml(f"{MARROW} const k = 1 pM; RANKL := k;"), 'shares=("marrow", "RANKL")'))
    said = composed()
    assert "ranklsys-bad" in said
    assert "'RANKL' is shared but has an initial value or rule" in said
    with pytest.raises(RanklsysError, match="RANKL_made"):
        rk.compose("mouse", rk.Part(id="law", kind="condition", values={"RANKL_made": 0.0}))
