"""A plugin that goes wrong takes nothing with it: a good one beside it works, and the message names the distribution.

Eight ways to go wrong, one test each (two for collisions). How the messages say file, line and remedy in detail is in
test_plugins.py (loading), test_fragment.py (SBML) and test_compose.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from textwrap import dedent

import pytest

import ranklsys as rk
from ranklsys.errors import RanklsysError
from ranklsys.plugins import finder
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
        return "; ".join(f"{each.distribution}: {each.error}" for each in finder.registry().broken)

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
    """Return what is said when the guest's part is composed; the good one still composes after it."""
    with pytest.raises(RanklsysError) as problem:
        rk.compose("mouse", "guest")
    rk.compose("mouse", "weaker")
    return str(problem.value)


def test_it_raises_at_import(beside: Bad) -> None:
    said = beside("1 / 0")
    assert said.startswith("ranklsys-bad: ZeroDivisionError")
    assert said.endswith("guest_plugin_bad.py:3)")


def test_it_raises_in_a_hook(beside: Bad) -> None:
    said = beside("@hookimpl\ndef register_parts():\n    raise ValueError('no table')")
    assert said.startswith("ranklsys-bad: ")
    assert "ValueError: no table" in said
    assert said.endswith("guest_plugin_bad.py:5)")


def test_it_returns_the_wrong_type(beside: Bad) -> None:
    said = beside("@hookimpl\ndef register_parts():\n    return {'opg': 5}")
    assert said.startswith("ranklsys-bad: ")
    assert "register_parts gives str among its items, not a Part. Return a list: [Part(...)]" in said


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
    assert "slow" in finder.registry().parts
    assert "ranklsys-bad" in capsys.readouterr().err + caplog.text


def test_it_ships_invalid_sbml(beside: Bad) -> None:
    assert beside(shipping("<sbml>")) == ""
    said = composed()
    assert said.startswith("guest (ranklsys-bad): ")
    assert "line 2, column 6" in said
    assert "open the file in an editor at that line" in said


def test_it_uses_double_underscores(beside: Bad) -> None:
    beside(shipping(sbml("const a__b = 1 per_day;")))
    said = composed()
    assert "ranklsys-bad" in said
    assert said.endswith("Rename it")
    assert "a__b" in said


def test_it_collides_with_the_core(beside: Bad) -> None:
    beside(shipping(sbml(f"{MARROW} RANKL = 5 pM;"), 'shares=("marrow",)'))
    said = composed()
    assert "ranklsys-bad" in said
    assert "'RANKL' is also in the core, but is not shared. List it in shares, or rename it" in said


def test_it_offers_a_part_of_another_plugin(beside: Bad, plugin_from_source: Install) -> None:
    """The part belongs to neither; both are named, and what only one offers works."""
    beside(shipping(sbml("const k = 1 per_day;")))
    plugin_from_source(dedent(GOOD).replace("weaker", "guest"), "rival")
    finder.refresh()
    said = composed()
    assert "'guest' is offered by ranklsys-bad (bad) and ranklsys-rival (rival). Uninstall one" in said


def test_it_tries_to_replace_a_rate_law_of_the_core(beside: Bad) -> None:
    """A rule for a shared species is refused, and so is a value for what the core computes."""
    beside(shipping(sbml(f"{MARROW} const k = 1 pM; RANKL := k;"), 'shares=("marrow", "RANKL")'))
    said = composed()
    assert "ranklsys-bad" in said
    assert "'RANKL' is shared but has an initial value or rule" in said
    with pytest.raises(RanklsysError, match="RANKL_made"):
        rk.compose("mouse", rk.Part(id="law", kind="condition", values={"RANKL_made": 0.0}))
