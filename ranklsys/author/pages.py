"""Verdicts on claims and parts, for other programs (JSON) and for people (a page, with pictures of claims)."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader

from ranklsys.author import cut_pages
from ranklsys.author.checks.model_report import Section, total
from ranklsys.model.solver import installed_version
from ranklsys.plugins.claims import Verdict
from ranklsys.plugins.cut_verdicts import CutVerdict, counted

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.author.checks import Judgement


def as_json(verdicts: Iterable[Verdict], under: Sequence[CutVerdict] = ()) -> str:
    """Return verdicts as JSON, a row for each claim, with what happens under its cuts if they were run.

    A row has id, text, criterion, needs, kind (effect or identity), mechanism, fitted, measured, verdict, reason (of a
    failure, if known) and cuts: by name what is held at which number and, if run, word and measured.
    """
    rows = [
        {
            "id": verdict.claim.id,
            "text": verdict.claim.text,
            "criterion": verdict.claim.criterion,
            "needs": list(verdict.claim.needs),
            "kind": verdict.claim.kind,
            "mechanism": verdict.claim.mechanism,
            "fitted": verdict.claim.fitted,
            "measured": verdict.finding.measured if verdict.finding else verdict.error,
            "verdict": verdict.word,
            "reason": verdict.reason,
            "cuts": _cuts(verdict, under),
        }
        for verdict in verdicts
    ]
    return json.dumps(rows, indent=2)


def _cuts(verdict: Verdict, under: Sequence[CutVerdict]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {name: {"held": dict(values)} for name, values in verdict.claim.cuts.items()}
    for each in under:
        if each.claim.id == verdict.claim.id and each.cut:
            own = next((name for name, values in verdict.claim.cuts.items() if values == dict(each.held)), each.cut)
            found.setdefault(own, {"held": dict(each.held)}).update(word=each.word, measured=each.measured)
    return found


def as_html(verdicts: Sequence[Verdict], under: Sequence[CutVerdict] = ()) -> str:
    """Return a page with a section and, where there are curves, a picture for each claim, and the matrix of cuts."""
    by_claim: dict[str, list[CutVerdict]] = {}
    for each in under:
        by_claim.setdefault(each.claim.id, []).append(each)
    matrix = cut_pages.drawn(under) if under else ""
    return _page(
        "claims.html", verdicts=verdicts, counted=counted(verdicts), picture=_embedded, under=by_claim, matrix=matrix
    )


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


def _embedded(curves: pd.DataFrame | str) -> str:
    """Return curves, or a picture, as the address of an image: inline, the ids of one SVG would clip another."""
    from ranklsys.study import plot

    svg = curves if isinstance(curves, str) else plot.lines(curves)
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()
