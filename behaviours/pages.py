"""Pages of behaviours: what must be true, what the model shows, a picture, and an index of them all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

from behaviours.behaviour import Behaviour, Criterion
from ranklsys import Finding
from ranklsys.study.plot import draw

FOLDER = Path(__file__).parent.parent / "docs" / "behaviours"
PAGE = """# {title}

{about}

![{title}: the model as lines, what was seen as points]({id}.png)

Change from the start in percent: human with {parts}{before}.

| must be true | the model | |
|---|---|---|
{criteria}
{reasons}
| arm | given |
|---|---|
{arms}
"""
INDEX = """# Behaviours

What the model must show of women on bone drugs, beside [the rows it is fitted to](../calibration.md): arms, and what
must be true of their curves. They stand in `behaviours/`, a module a subject; to add some, add a module.
`python -m behaviours` runs them all, and with `--write` it writes these pages anew. What fails is shown as failing.

```{toctree}
:hidden:

%s
```

| behaviour | criteria that hold |
|---|---|
%s
"""


def write(found: Sequence[Behaviour]) -> list[Path]:
    """Write the index, and a page and a picture of each behaviour; return their paths."""
    FOLDER.mkdir(exist_ok=True)
    written = []
    for behaviour in found:
        path = FOLDER / f"{behaviour.id}.md"
        path.write_text(page(behaviour), encoding="utf-8")
        written += [path, draw(behaviour.curves.experiment, FOLDER / f"{behaviour.id}.png")]
    (FOLDER / "index.md").write_text(index(found), encoding="utf-8")
    return [*written, FOLDER / "index.md"]


def page(behaviour: Behaviour) -> str:
    """Return the page of a behaviour."""
    judged = list(zip(behaviour.criteria, behaviour.findings, strict=True))
    reasons = [f"* Not yet: {each.text}; {each.fails}." for each in behaviour.criteria if each.fails]
    return PAGE.format(
        title=behaviour.title,
        about=fill(" ".join(behaviour.about.split()), 120),
        id=behaviour.id,
        parts=", ".join(behaviour.parts),
        before=f", {behaviour.before} after its start" if behaviour.before else "",
        criteria="\n".join(row(*each) for each in judged),
        reasons="\n".join(["", *reasons, ""]) if reasons else "",
        arms="\n".join(
            f"| {title} | {f'`{doses}`' if doses else 'nothing'} |" for title, doses in behaviour.arms.items()
        ),
    )


def row(criterion: Criterion, finding: Finding) -> str:
    """Return a criterion as a row of the table."""
    return f"| {criterion.text} | {finding.measured} | {verdict(finding)} |"


def verdict(finding: Finding) -> str:
    """Return whether it holds, in a word."""
    return "holds" if finding.holds else "**fails**"


def index(found: Sequence[Behaviour]) -> str:
    """Return the page that lists them."""
    rows = [
        f"| [{each.title}]({each.id}.md) | {sum(one.holds for one in each.findings)} of {len(each.criteria)} |"
        for each in found
    ]
    return INDEX % ("\n".join(each.id for each in found), "\n".join(rows))
