"""Pages that are made from what is there when the site is built: the contract, the parts, the public names."""

from __future__ import annotations

import inspect
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.util.docutils import SphinxDirective

import ranklsys
import ranklsys.testing
from ranklsys.plugins import finder
from ranklsys.plugins.contract import core_contract

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

    from ranklsys.plugins.contract import Contract, Slot
    from ranklsys.plugins.part import Part

REST = "\n*\n"
"""The line of index.md that stands for all pages beside it which it does not name."""
NAMED = re.compile(r"^(?:.+ <)?([\w/-]+)>?$", re.MULTILINE)
"""A line of index.md that names a page: ``page``, or ``Title <page>``."""


def contract_tables() -> Iterator[str]:
    """Return what a part may touch, as tables of slots, shares and reads."""
    contract = core_contract()
    yield f"## Slots\n\nThe contract has the api number {contract.api}.\n"
    yield "Effects of several parts on one slot combine by its rule. A slot at every site exists for the skeleton"
    yield "and, with `_lesion` behind its name, for the lesion; an effect on the bare name goes to both.\n"
    header = ("slot", "what", "unit", "rule", "neutral", "at most", "where")
    yield from table(header, (_slot_row(slot) for slot in contract.slots.values()))
    yield "\n## Shares\n"
    yield "Species that the reactions of a part may bind, consume or produce, and the compartments of these.\n"
    yield from table(("id", "what"), ((f"`{id}`", title) for id, title in contract.shares.items()))
    yield "\n## Reads\n\nQuantities that the formulas of a part may use but not change.\n"
    yield from table(("id", "what"), ((f"`{id}`", title) for id, title in contract.reads.items()))


def part_entries() -> Iterator[str]:
    """Return the installed parts: a section for each kind, in it one for each part."""
    registry, contract = finder.registry(), core_contract()
    kinds = dict.fromkeys(part.kind for part in registry.parts.values())
    for kind in kinds:
        yield f"## {kind.capitalize()}\n"
        for part in (part for part in registry.parts.values() if part.kind == kind):
            yield f"### {part.id}\n\n{part.title or part.id}\n"
            for name, text in _traits(part, contract):
                yield f"* **{name}**: {text}"
            owner = registry.owner(part.id)
            yield f"* **distribution**: {owner.distribution} {owner.version}\n"


def public_names() -> Iterator[str]:
    """Return a section for each subject of the package, in it one for each public name; then what is for tests."""
    for subject, names in subjects().items():
        yield f"## {subject}\n"
        for name in names:
            yield from _public_name("ranklsys", name, getattr(ranklsys, name))
    yield "## Tests of plugins\n"
    yield from ("```{eval-rst}", ".. automodule:: ranklsys.testing", "   :no-members:", "   :no-index:", "```", "")
    for name in ranklsys.testing.__all__:
        if inspect.isfunction(thing := getattr(ranklsys.testing, name)):
            yield from _public_name("ranklsys.testing", name, thing)


def subjects() -> dict[str, list[str]]:
    """Return the public names by subject, as the docstring of the package lists them."""
    listed = re.findall(r"^\* (.+?): (.+(?:\n  .+)*)$", inspect.getdoc(ranklsys) or "", re.MULTILINE)
    return {subject: re.findall(r"\w+", names) for subject, names in listed}


def _public_name(module: str, name: str, thing: object) -> Iterator[str]:
    """Return a section with the directive of autodoc for a name."""
    kind = "class" if isinstance(thing, type) else "function" if inspect.isfunction(thing) else "data"
    members = ["   :members:", "   :exclude-members: __new__, __init__"] if kind == "class" else []
    yield f"### {name}\n"
    yield from ("```{eval-rst}", f".. auto{kind}:: {module}.{name}", *members, "```", "")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Return the lines of a Markdown table."""
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"


def _slot_row(slot: Slot) -> Sequence[str]:
    most = "" if math.isinf(slot.most) else f"{slot.most:g}"
    return f"`{slot.id}`", slot.title, slot.unit, slot.rule, f"{slot.neutral:g}", most, slot.at


def _traits(part: Part, contract: Contract) -> Iterator[tuple[str, str]]:
    """Return name and text of what there is to say of a part."""
    hosts = (f"{host} (with {part.needs_in[host]})" if host in part.needs_in else host for host in part.hosts)
    yield "hosts", ", ".join(hosts) + (f"; {part.host_reason}" if part.host_reason else "")
    if part.one_of:
        yield "one of", f"each is the {part.one_of}, of which a model has one"
    if part.effects:
        yield "acts on", _ids(part.effects.values())
    if binds := [share for share in part.shares if share in contract.shares]:
        yield "reacts with, or in", _ids(binds)
    if reads := [share for share in part.shares if share in contract.reads]:
        yield "reads", _ids(reads)
    if part.values:
        kinds = Counter(value.kind or "unsaid" for value in part.values.values())
        yield "sets", f"{len(part.values)} values ({', '.join(f'{count} {kind}' for kind, count in kinds.items())})"
    if part.routes:
        yield "doses", ", ".join(part.routes) + (f"; molar mass {part.molar_mass}" if part.molar_mass else "")
    if part.cite:
        yield "sources", "; ".join(part.cite)


def _ids(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def fields_as_list(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """Make a list of those paragraphs of a docstring that say ``argument: what it is. other: what that is``."""
    try:
        names = "|".join(inspect.signature(thing).parameters)  # type: ignore[arg-type]  # what is none raises
    except (TypeError, ValueError):
        return
    field = re.compile(rf"(?:^|(?<=[.;] ))((?:{names})(?:, (?:{names}))*): ")
    made: list[str] = []
    for paragraph in "\n".join(lines).split("\n\n"):
        text = " ".join(paragraph.split())
        made += _list(text, field) if names and field.match(text) else paragraph.splitlines()
        made.append("")
    lines[:] = made


def _list(text: str, field: re.Pattern[str]) -> Iterator[str]:
    """Return a list of the fields of a text, and what it says of errors after them."""
    text, raises, errors = text.partition(" Raises ")
    _, *pieces = field.split(text)
    for name, meaning in zip(pieces[::2], pieces[1::2], strict=True):
        yield f"* **{name}**: {meaning.strip()}"
    if raises:
        yield from ("", f"Raises {errors}")


def place_the_rest(app: Sphinx, docname: str, source: list[str]) -> None:
    """Let the line ``*`` of index.md mean the pages beside it that it does not name: a new page finds its place."""
    if docname == "index":
        named = {*NAMED.findall(source[0]), "index"}
        rest = sorted(page.stem for page in Path(app.srcdir).glob("*.md") if page.stem not in named)
        source[0] = source[0].replace(REST, "\n".join(["", *rest, ""]))


def _directive(write: Callable[[], Iterator[str]]) -> type[SphinxDirective]:
    """Return the directive that puts the Markdown of a function in its place.

    It has to begin with a heading: MyST would put its sections before any text that stands above them.
    """

    class Made(SphinxDirective):
        def run(self) -> list[nodes.Node]:
            return self.parse_text_to_nodes("\n".join(write()), allow_section_headings=True)

    return Made


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of the directives."""
    app.add_directive("contract", _directive(contract_tables))
    app.add_directive("parts", _directive(part_entries))
    app.add_directive("public-names", _directive(public_names))
    app.connect("autodoc-process-docstring", fields_as_list)
    app.connect("source-read", place_the_rest)
    return {"parallel_read_safe": True}
