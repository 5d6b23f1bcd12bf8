"""Markers: what they count."""

from __future__ import annotations

import pytest

import ranklsys as rk


def test_trap5b_counts_osteoclasts_and_ctx_their_work() -> None:
    """An inhibitor of osteoclast function lowers CTX, not TRAP5b, in the first days; a loss of RANKL lowers both."""
    human = rk.compose("human")
    idle = human.set(slot_osteoclast_activity=0.2, slot_osteoclast_activity_lesion=0.2)
    early = idle.simulate("10 d", points=2).iloc[-1]
    assert early["CTX"] < 0.6
    assert early["TRAP5b"] > 0.95
    blocked = rk.compose("human").set(slot_RANKL_gene=0.0).simulate("60 d", points=2).iloc[-1]
    assert blocked["TRAP5b"] < 0.5
    assert blocked["CTX"] < 0.5


def test_bmp_tone_raises_formation_for_a_time() -> None:
    run = rk.compose("human").set(slot_BMP_tone=1.3, slot_BMP_tone_lesion=1.3).simulate("1 y", columns=["P1NP"])
    assert run["P1NP"].max() > 1.05
    assert run["P1NP"].iloc[0] == pytest.approx(1.0)


def test_without_resorption_markers_fall_to_what_is_not_from_bone() -> None:
    """Which is more for urinary NTX (Bekker 2004: -81 % with denosumab) than for CTX (McClung 2006: -88 %)."""
    human = rk.compose("human")
    idle = human.set(slot_osteoclast_activity=0.0, slot_osteoclast_activity_lesion=0.0)
    last = idle.simulate("60 d", points=2).iloc[-1]
    elsewhere = [human.facts.elements[f"{marker}_other_tissue"].value for marker in ("CTX", "NTX")]
    assert elsewhere[0] < elsewhere[1]
    assert [last["CTX"], last["NTX"]] == pytest.approx(elsewhere, abs=1e-3)
