"""Verdicts on claims, for other programs (JSON) and for people (a page with pictures)."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader

from ranklsys import plot
from ranklsys.claims import Verdict
from ranklsys.solver import installed_version

if TYPE_CHECKING:
    import pandas as pd


def as_json(verdicts: Iterable[Verdict]) -> str:
    """Return verdicts as JSON: id, text, criterion, needs, measured, verdict."""
    rows = [
        {
            "id": verdict.claim.id,
            "text": verdict.claim.text,
            "criterion": verdict.claim.criterion,
            "needs": list(verdict.claim.needs),
            "measured": verdict.finding.measured if verdict.finding else verdict.error,
            "verdict": verdict.word,
        }
        for verdict in verdicts
    ]
    return json.dumps(rows, indent=2)


def as_html(verdicts: Sequence[Verdict]) -> str:
    """Return a page with a section and, where there are curves, a picture for each claim."""
    template = Environment(loader=PackageLoader("ranklsys"), autoescape=True).get_template("claims.html")
    passed = sum(verdict.holds for verdict in verdicts)
    return template.render(verdicts=verdicts, passed=passed, version=installed_version("ranklsys"), picture=_embedded)


def _embedded(curves: pd.DataFrame) -> str:
    """Return a picture as the address of an image: inline, the ids of one SVG would clip another."""
    return "data:image/svg+xml;base64," + b64encode(plot.lines(curves).encode()).decode()
