"""Verdicts on claims and parts, for other programs (JSON) and for people (a page, with pictures of claims)."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader

from ranklsys.claims import Verdict
from ranklsys.solver import installed_version

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.checks import Finding


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


def checks_as_html(target: str, found: Mapping[str, Sequence[Finding]]) -> str:
    """Return a page with what each check of each part found, expects, and why."""
    words = [finding.word for findings in found.values() for finding in findings]
    return _page("checks.html", target=target, found=found, words=words)


def _page(template: str, **given: object) -> str:
    pages = Environment(loader=PackageLoader("ranklsys"), autoescape=True)
    return pages.get_template(template).render(version=installed_version("ranklsys"), **given)


def _embedded(curves: pd.DataFrame) -> str:
    """Return a picture as the address of an image: inline, the ids of one SVG would clip another."""
    from ranklsys import plot

    return "data:image/svg+xml;base64," + b64encode(plot.lines(curves).encode()).decode()
