"""Claims: computed, not stored; able to fail; one broken experiment does not stop the rest."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from ranklsys.author import pages as verdicts_of
from ranklsys.plugins import claims, registry
from ranklsys.plugins.claims import Claim, Claims, Finding, judge
from ranklsys.plugins.cut_verdicts import judge_under
from tests.selection import quick_if

FAILS = {"FX-01", "SC-17", "SC-32", "SC-35", "FX-05", "MN-1", "BP-01"}
"""Claims that do not hold, for the reason that they give; a claim that starts or stops holding fails the test."""


LONG = frozenset(
    [
        "BP-01",
        "FX-01",
        "FX-02",
        "FX-03",
        "FX-05",
        "FX-06",
        "FX-07",
        "MG-1",
        "MG-2",
        "MG-3",
        "MG-4",
        "MN-1",
        "MN-2",
        "MN-3",
        "OC-102",
        "PTH-1",
        "PTH-2",
        "PTH-3",
        "SC-14",
        "SC-18",
        "SC-20",
        "SC-21",
        "SC-26",
        "SC-30",
        "SC-31",
        "SC-32",
        "SC-33",
        "SC-34",
        "SC-35",
        "SC-36",
        "SC-40",
        "SC-41",
        "SC-43",
        "SC-44",
        "SC-45",
        "SC-48",
        "SC-50",
        "SC-51",
        "SC-54",
        "aromatase-inhibitor-costs-density",
        "little-estradiol-does-much",
        "odanacatib-spares-formation",
        "odanacatib-stopped",
        "palbociclib-beside-an-aromatase-inhibitor",
        "radium-223-in-mice",
        "radium-223-lowers-markers",
        "raloxifene-is-a-weak-estrogen",
    ]
)
"""Claims that simulate for more than a second and a half."""


@pytest.mark.parametrize("id", quick_if(lambda id: id not in LONG, sorted(registry().claims)))
def test_claim_holds(id: str) -> None:
    (verdict,) = judge([registry().claim(id)])
    assert verdict.error == ""
    assert verdict.holds == (id not in FAILS), verdict.finding.measured
    assert bool(verdict.claim.reason) == (id in FAILS), "a claim that fails says why, and no other"


CUTS = [(claim.id, cut) for claim in registry().claims.values() if claim.id not in FAILS for cut in claim.cuts]
QUICK_CUTS = ("SC-06", "SC-07", "SC-11", "SC-24")
"""Claims whose cuts the quick run tries; each cut composes and compiles models of its own."""


@pytest.mark.parametrize("pair", quick_if(lambda pair: pair[0] in QUICK_CUTS, CUTS), ids=": ".join)
def test_claim_falls_without_its_mechanism(pair: tuple[str, str]) -> None:
    id, cut = pair
    claim = registry().claim(id)
    verdict = judge_under(claim, claim.cuts[cut])
    assert verdict is not None
    assert verdict.error == ""
    assert not verdict.holds, verdict.finding.measured


def test_every_claim_names_a_cut_or_says_why_it_cannot_fail() -> None:
    for claim in registry().claims.values():
        assert bool(claim.cuts) != bool(claim.by_construction), claim.id
        assert bool(claim.mechanism) == bool(claim.cuts), claim.id


def test_the_page_names_all_that_is_true_by_construction() -> None:
    page = (Path(__file__).parents[2] / "docs" / "claims.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (\S+) \| .+ \|$", page.partition("identities:")[2], re.MULTILINE)
    assert listed[1:] == [claim.id for claim in registry().claims.values() if claim.by_construction]


def test_every_claim_says_what_it_needs() -> None:
    for claim in registry().claims.values():
        assert claim.text
        assert claim.criterion
        assert set(claim.needs) <= set(registry().parts)


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


def test_why_a_claim_fails_is_shown_with_the_failure_only(capsys: pytest.CaptureFixture[str]) -> None:
    from ranklsys.cli.judge import show_verdict

    table = Claims()
    for id, holds in (("X-1", True), ("X-2", False)):
        table.add(id, "It holds", "always", reason="because of <that>")(lambda holds=holds: Finding("1", holds))
    found = list(judge(table))
    for verdict in found:
        show_verdict(verdict)
    assert capsys.readouterr().out.count("reason:    because of <that>") == 1
    assert [row["reason"] for row in json.loads(verdicts_of.as_json(found))] == ["", "because of <that>"]
    assert verdicts_of.as_html(found).count("because of &lt;that&gt;") == 1


def test_verdicts_are_written_as_json_and_as_a_page_with_pictures() -> None:
    curves = pd.DataFrame({"a<b": [1.0, 2.0]}, index=pd.Index([0.0, 1.0], name="time"))
    found = [claims.Verdict(Claim("X-1", "A & B", "a < b", lambda: Finding("", True)), Finding("1 < 2", True, curves))]
    assert json.loads(verdicts_of.as_json(found))[0] == {
        "id": "X-1",
        "text": "A & B",
        "criterion": "a < b",
        "needs": [],
        "kind": "effect",
        "mechanism": "",
        "fitted": "",
        "measured": "1 < 2",
        "verdict": "pass",
        "reason": "",
        "cuts": {},
    }
    page = verdicts_of.as_html(found)
    assert page.count("data:image/svg+xml;base64,") == 1
    assert "a &lt; b" in page
