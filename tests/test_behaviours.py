"""The model behaves as it must, or fails where its pages say so; and the pages are those of today's model."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from behaviours import behaviours, pages
from behaviours.behaviour import Behaviour
from tests.pages import alike
from tests.selection import quick_if

BEHAVIOURS = behaviours()
LONG = {
    "aromatase-inhibitor",
    "alendronate-stopped",
    "denosumab-then-zoledronic-acid",
    "formation-comes-first",
    "formation-is-spared",
    "one-infusion",
    "romosozumab-after-alendronate",
    "romosozumab-dose",
}
"""Those that simulate for more than two seconds: a dose a day, a week or a month for years."""
each_behaviour = pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=[each.id for each in BEHAVIOURS])


@pytest.mark.parametrize("behaviour", quick_if(lambda each: each.id not in LONG, BEHAVIOURS), ids=lambda each: each.id)
def test_the_model_behaves_as_it_must(behaviour: Behaviour) -> None:
    """A criterion that starts or stops holding fails the test: what is said of why it fails is no longer true."""
    found = {each.text: one for each, one in zip(behaviour.criteria, behaviour.findings, strict=True)}
    other = {
        each.text: found[each.text].measured
        for each in behaviour.criteria
        if found[each.text].holds == bool(each.fails)
    }
    assert other == {}


@pytest.mark.thorough
@each_behaviour
def test_a_page_shows_what_is_measured_today(behaviour: Behaviour) -> None:
    written = (pages.FOLDER / f"{behaviour.id}.md").read_text(encoding="utf-8").splitlines()
    today = pages.page(behaviour).splitlines()
    assert len(written) == len(today), "type: python -m behaviours --write"
    for shown, now in zip(written, today, strict=True):
        assert alike(shown, now), "type: python -m behaviours --write"


@each_behaviour
def test_a_page_says_which_criteria_hold(behaviour: Behaviour) -> None:
    text = (pages.FOLDER / f"{behaviour.id}.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (.+?) \| .+ \| (holds|\*\*fails\*\*) \|$", text, re.MULTILINE))
    expected = {each.text: "**fails**" if each.fails else "holds" for each in behaviour.criteria}
    assert rows == expected, "type: python -m behaviours --write"
    assert all(f"{each.text}; {each.fails}." in text for each in behaviour.criteria if each.fails)


def test_each_behaviour_has_a_page_and_a_picture_and_no_other_is_left() -> None:
    names = {f"{each.id}.{ending}" for each in BEHAVIOURS for ending in ("md", "png")}
    assert {path.name for path in pages.FOLDER.iterdir()} == {*names, "index.md"}
    index = (pages.FOLDER / "index.md").read_text(encoding="utf-8")
    assert [each.id for each in BEHAVIOURS if f"({each.id}.md)" not in index] == []


def test_a_criterion_can_fail_and_the_page_says_so() -> None:
    """Women who are given nothing do not behave as those on a drug."""
    given = next(each for each in BEHAVIOURS if each.id == "formation-markers-on-denosumab")
    behaviour = replace(given, arms=dict.fromkeys(given.arms, ""))
    failing = [each for each in behaviour.findings if not each.holds]
    assert failing
    assert pages.page(behaviour).count("**fails**") == len(failing)
