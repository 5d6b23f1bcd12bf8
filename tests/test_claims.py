"""Claims: computed, not stored; able to fail; one broken experiment does not stop the rest."""

from __future__ import annotations

import json
from functools import cache

import pandas as pd
import pytest

from ranklsys import claims
from ranklsys import verdicts as verdicts_of
from ranklsys.claims import Claim, Claims, Finding, judge
from ranklsys.plugins import registry

FAILS: dict[str, str] = {
    "SC-35": "urinary NTX falls by 82 %, not by 70 to 75: all five regimens shut resorption at the lesions off too"
}
"""Claims that do not hold, with the reason; a claim that starts or stops holding fails the test."""


@cache
def verdicts() -> dict[str, claims.Verdict]:
    return {verdict.claim.id: verdict for verdict in judge(registry().claims.values())}


@pytest.mark.parametrize("id", sorted(registry().claims))
def test_claim_holds(id: str) -> None:
    verdict = verdicts()[id]
    assert verdict.error == ""
    assert verdict.holds == (id not in FAILS), verdict.finding.measured


def test_every_claim_says_what_it_needs() -> None:
    for claim in registry().claims.values():
        assert claim.text
        assert claim.criterion
        assert set(claim.needs) <= set(registry().parts)


def test_a_claim_is_computed_and_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """SC-07 fails in a core whose osteoclasts mature and live without RANKL."""
    from ranklsys import core_claims

    original = core_claims.compose
    monkeypatch.setattr(
        core_claims, "compose", lambda host: original(host).set(maturation_basal=0.5, slot_RANK_on_survival=0.0)
    )
    verdict = next(judge([registry().claim("SC-07")]))
    assert verdict.word == "FAIL"


def test_a_broken_experiment_is_a_verdict_of_its_own() -> None:
    table = Claims()

    @table.add("X-1", "It breaks", "never")
    def breaks() -> Finding:
        raise ValueError("no such thing")

    @table.add("X-2", "It holds", "always")
    def holds() -> Finding:
        return Finding("1", True)

    found = list(judge(table))
    assert [verdict.word for verdict in found] == ["error", "pass"]
    assert found[0].error == "ValueError: no such thing"


def test_verdicts_are_written_as_json_and_as_a_page_with_pictures() -> None:
    curves = pd.DataFrame({"a<b": [1.0, 2.0]}, index=pd.Index([0.0, 1.0], name="time"))
    found = [claims.Verdict(Claim("X-1", "A & B", "a < b", lambda: Finding("", True)), Finding("1 < 2", True, curves))]
    assert json.loads(verdicts_of.as_json(found))[0] == {
        "id": "X-1",
        "text": "A & B",
        "criterion": "a < b",
        "needs": [],
        "measured": "1 < 2",
        "verdict": "pass",
    }
    page = verdicts_of.as_html(found)
    assert page.count("data:image/svg+xml;base64,") == 1
    assert "a &lt; b" in page
