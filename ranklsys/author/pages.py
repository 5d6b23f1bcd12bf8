"""Verdicts on claims and parts, for other programs (JSON) and for people (a page, with pictures of claims)."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader

from ranklsys.author.checks.model_report import Section, total
from ranklsys.model.solver import installed_version
from ranklsys.plugins.claims import Verdict

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.author.checks import Judgement


def as_json(verdicts: Iterable[Verdict]) -> str:
    """Return verdicts as JSON: id, text, criterion, needs, measured, verdict, reason (of a failure, if known)."""
    rows = [
        {
            "id": verdict.claim.id,
            "text": verdict.claim.text,
            "criterion": verdict.claim.criterion,
            "needs": list(verdict.claim.needs),
            "measured": verdict.finding.measured if verdict.finding else verdict.error,
            "verdict": verdict.word,
            "reason": verdict.reason,
        }
        for verdict in verdicts
    ]
    return json.dumps(rows, indent=2)


def as_html(verdicts: Sequence[Verdict]) -> str:
    """Return a page with a section and, where there are curves, a picture for each claim."""
    passed = sum(verdict.holds for verdict in verdicts)
    return _page("claims.html", verdicts=verdicts, passed=passed, picture=_embedded)


def checks_as_html(target: str, found: Mapping[str, Sequence[Judgement]]) -> str:
    """Return a page with what each check of each part found, expects, and why."""
    words = [finding.word for findings in found.values() for finding in findings]
    return _page("checks.html", target=target, found=found, words=words)


def report_as_html(target: str, found: Sequence[Section]) -> str:
    """Return a page with a bar for each section of the report on a model, and what each check found."""
    words = [finding.word for section in found for finding in section.findings]
    by_title = {section.title: section.findings for section in found}
    scores = {section.title: section.score for section in found}
    return _page("checks.html", target=target, found=by_title, words=words, scores=scores, total=total(found))


def report_as_json(target: str, found: Sequence[Section]) -> str:
    """Return the report on a model as JSON: target, version, score, and sections with score and checks.

    A check has its name, verdict, share, what was found, the ids of what is not as expected, what is expected and why.
    """
    told = [
        {
            "title": section.title,
            "score": round(section.score, 4),
            "checks": [
                {
                    "check": finding.check,
                    "verdict": finding.word,
                    "share": round(finding.share, 4),
                    "found": finding.found,
                    "items": list(finding.items),
                    "expected": finding.expected,
                    "why": finding.why,
                }
                for finding in section.findings
            ],
        }
        for section in found
    ]
    made = {"target": target, "ranklsys": installed_version("ranklsys"), "score": round(total(found), 4)}
    return json.dumps({**made, "sections": told}, indent=2)


def _page(template: str, **given: object) -> str:
    pages = Environment(loader=PackageLoader("ranklsys.author"), autoescape=True)
    return pages.get_template(template).render(version=installed_version("ranklsys"), **given)


def _embedded(curves: pd.DataFrame) -> str:
    """Return a picture as the address of an image: inline, the ids of one SVG would clip another."""
    from ranklsys.study import plot

    return "data:image/svg+xml;base64," + b64encode(plot.lines(curves).encode()).decode()
