"""The editorial, statement by statement, and where each is in the model: ``uv run python docs/editorial.py``.

Writes docs/editorial.md from models/editorial.csv, in which each row is a statement in our own words with the ids of
the states, terms, slots, parts and claims that it is made of. An id that is not there any more is told with its row.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

import ranklsys as rk
from ranklsys.errors import nearest
from ranklsys.plugins.claims import Claim
from ranklsys.plugins.contract import core_contract
from ranklsys.sbml.naming import SEPARATOR, prefix_of

ROOT = Path(__file__).parent.parent
TABLE, PAGE = ROOT / "models" / "editorial.csv", ROOT / "docs" / "editorial.md"
KINDS = ("states", "terms", "slots", "parts", "claims")
NUMBERED = "SC-"
"""How the ids of claims begin that are of the editorial: each of them has its statement."""
HEAD = """# The editorial, sentence by sentence

Made by `docs/editorial.py` from `models/editorial.csv`; do not edit. The model was written to hold what an editorial
says of breast cancer in bone: Hofbauer, Rachner and Singh 2008, *Fatal attraction: why breast cancer cells home to
bone* (doi:10.1186/bcr1848). Each of its statements stands here in our own words with the study that it rests on (the
editorial itself where it cites none), then each arrow of its Figure 1; beside it the states and terms that it is made
of, the slots by which a part can act on it, the parts that show it, and the claims that judge it.
[The model](model.md) has the equations, [the parts](reference/parts.md) have values and sources, and
[the contract](reference/contract.md) has the slots.

A claim is an experiment. `ranklsys claims --only SC-46` runs one; with `--cuts` it is run again with its mechanism
taken out, and has to fall:

```sh
ranklsys claims --only SC-46 --cuts
```
"""
JUDGED = """## The claims

*Cuts*: in how many ways the mechanism is taken out, each of which must make the claim fall. An identity is true by
construction and cannot fail; what is judged on data that the model was fitted to says which. A claim that is known to
fail says why. What each measures, the command says.
"""


@dataclass(frozen=True)
class Statement:
    """What the editorial says in one place, and the ids of all that it is in the model.

    place: the heading it stands under. cite: the study it rests on. note: what else to know, may be empty.
    """

    id: str
    place: str
    statement: str
    cite: str
    states: tuple[str, ...]
    terms: tuple[str, ...]
    slots: tuple[str, ...]
    parts: tuple[str, ...]
    claims: tuple[str, ...]
    note: str

    def of(self, kind: str) -> tuple[str, ...]:
        """Return the ids of a kind: states, terms, slots, parts or claims."""
        ids: tuple[str, ...] = getattr(self, kind)
        return ids


def statements(table: Path = TABLE) -> list[Statement]:
    """Return the rows of the table, in its order."""
    with table.open(encoding="utf-8", newline="") as file:
        return [
            Statement(**{name: tuple(cell.split()) if name in KINDS else cell for name, cell in row.items()})
            for row in csv.DictReader(file)
        ]


@cache
def _model(prefix: str = "") -> rk.Model:
    """Return the human; or a host with the part that a prefix of a composed model belongs to, if there is one."""
    part = next((each for each in rk.registry().parts if prefix and prefix_of(each) == prefix), "")
    return rk.compose(rk.registry().part(part).hosts[0], part) if part else rk.compose("human")


def known(kind: str, id: str) -> Iterable[str]:
    """Return all ids of a kind that there are, in the model that an id belongs to."""
    if kind == "parts":
        return rk.registry().parts
    if kind == "claims":
        return rk.registry().claims
    if kind == "slots":
        return core_contract().targets
    facts = _model(id.partition(SEPARATOR)[0] if SEPARATOR in id else "").facts
    return facts.states if kind == "states" else set(facts.elements) - set(facts.states)


def problems(table: Sequence[Statement]) -> list[str]:
    """Return what is wrong with a table: ids that do not exist, statements that no claim can refute, and others."""
    found = [
        f"{row.id}: there is no {kind.removesuffix('s')} '{id}'{nearest(id, known(kind, id))}"
        for row in table
        for kind in KINDS
        for id in row.of(kind)
        if id not in known(kind, id)
    ]
    found += [f"{row.id}: no claim that can fail judges it" for row in table if not any(map(_can_fail, row.claims))]
    found += [f"{row.id}: neither a state nor a term makes it" for row in table if not (row.states or row.terms)]
    judged = {id for row in table for id in row.claims}
    found += [f"{id}: no statement has this claim" for id in sorted(_numbered() - judged)]
    return found


def _can_fail(id: str) -> bool:
    """Whether there is a claim of this id that is not true by construction."""
    claim = rk.registry().claims.get(id)
    return claim is not None and not claim.by_construction


def _numbered() -> set[str]:
    return {id for id in rk.registry().claims if id.startswith(NUMBERED)}


def page(table: Sequence[Statement]) -> str:
    """Return the page as Markdown."""
    return "\n".join([HEAD, *_statements(table), JUDGED, *_claims(table), ""])


def _statements(table: Sequence[Statement]) -> Iterator[str]:
    for place, rows in groupby(table, lambda row: row.place):
        yield f"## {place}\n"
        yield "| | statement | source | in the model | claims |\n|---|---|---|---|---|"
        for row in rows:
            said = row.statement + (f" (*{row.note}*)" if row.note else "")
            yield f"| {row.id} | {said} | {row.cite} | {_where(row)} | {', '.join(row.claims)} |"
        yield ""


def _where(row: Statement) -> str:
    return "; ".join(f"{kind} {', '.join(f'`{id}`' for id in ids)}" for kind in KINDS[:-1] if (ids := row.of(kind)))


def _claims(table: Sequence[Statement]) -> Iterator[str]:
    yield "| claim | what it says | judged on | cuts |\n|---|---|---|---|"
    for id in sorted({id for row in table for id in row.claims}):
        claim = rk.registry().claim(id)
        fails = f" *Fails: {claim.reason}*" if claim.reason else ""
        yield f"| {id} | {claim.text}.{fails} | {_judged_on(claim)} | {len(claim.cuts) or ''} |"


def _judged_on(claim: Claim) -> str:
    if claim.by_construction:
        return f"identity: {claim.by_construction}"
    return f"fitted: {claim.fitted}" if claim.fitted else "prediction"


def main() -> None:
    """Write the page, and say what is wrong with the table; the exit code is 1 if something is."""
    table = statements()
    wrong = problems(table)
    if not wrong:
        PAGE.write_text(page(table), encoding="utf-8", newline="\n")
    claims = {id for row in table for id in row.claims}
    print(
        "\n".join(wrong) or f"{len(table)} statements, judged by {len(claims)} claims: wrote {PAGE.relative_to(ROOT)}"
    )
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
