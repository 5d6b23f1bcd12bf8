"""Pages that are made from what is there when the site is built: the contract, the parts, the public names."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.util.docutils import SphinxDirective

import ranklsys
from ranklsys import library, plugins

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

    from ranklsys.part import Part

REST = "\n*\n"
"""The line of index.md that stands for all pages beside it which it does not name."""
FIELD = re.compile(r"(\w+(?:, \w+)*): ")


class Made(SphinxDirective):
    """A directive whose content is Markdown that a function writes."""

    has_content = False

    def lines(self) -> Iterable[str]:
        """Return the Markdown."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """Parse the Markdown as a part of the page."""
        return self.parse_text_to_nodes("\n".join(self.lines()), allow_section_headings=True)


class ContractTables(Made):
    """What a part may touch, as tables."""

    def lines(self) -> Iterator[str]:
        """Return a table each of slots, shares and reads."""
        contract = library.contract()
        yield f"This is api {contract.api}.\n\n## Slots\n"
        yield "Effects of several parts on one slot combine by its rule. A slot at every site exists for the skeleton"
        yield "and, with `_lesion` behind its name, for the lesion; an effect on the bare name goes to both.\n"
        yield from table(
            ("slot", "what", "unit", "rule", "neutral", "range", "where"),
            (
                (f"`{slot.id}`", slot.title, slot.unit, slot.rule, f"{slot.neutral:g}", f"0 to {slot.most:g}", slot.at)
                for slot in contract.slots.values()
            ),
        )
        yield "\n## Shares\n"
        yield "Species that the reactions of a part may bind, consume or produce, and the compartments of these.\n"
        yield from table(("id", "what"), ((f"`{id}`", title) for id, title in contract.shares.items()))
        yield "\n## Reads\n\nQuantities that the formulas of a part may use but not change.\n"
        yield from table(("id", "what"), ((f"`{id}`", title) for id, title in contract.reads.items()))


class Parts(Made):
    """A directory of the installed parts."""

    def lines(self) -> Iterator[str]:
        """Return a section for each kind, with an entry a part."""
        registry = plugins.registry()
        for kind in dict.fromkeys(part.kind for part in registry.parts.values()):
            yield f"\n## {kind.capitalize()}\n"
            yield from table(
                ("part", "what", "hosts", "acts on", "doses", "distribution", "sources"),
                (
                    _entry(part, registry.owner(part.id).distribution)
                    for part in registry.parts.values()
                    if part.kind == kind
                ),
            )


class PublicNames(Made):
    """The public names of the package, from their docstrings."""

    def lines(self) -> Iterator[str]:
        """Return a directive of autodoc for each name."""
        for name in sorted(ranklsys.__all__, key=str.lower):
            thing = getattr(ranklsys, name)
            kind = "class" if isinstance(thing, type) else "function" if inspect.isfunction(thing) else "data"
            members = ["   :members:", "   :exclude-members: __new__, __init__"] if kind == "class" else []
            yield f"## {name}\n"
            yield from ("```{eval-rst}", f".. auto{kind}:: ranklsys.{name}", *members, "```", "")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Return the lines of a Markdown table."""
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"


def _entry(part: Part, distribution: str) -> Sequence[str]:
    acts = [f"`{slot}`" for slot in part.effects.values()] + [f"binds or reads `{share}`" for share in part.shares]
    if part.values:
        acts.append(f"sets {len(part.values)} values")
    doses = ", ".join(part.routes) + (f"; {part.molar_mass}" if part.molar_mass else "")
    hosts = ", ".join(f"{host} with `{part.needs_in[host]}`" if host in part.needs_in else host for host in part.hosts)
    return f"`{part.id}`", part.title, hosts, ", ".join(acts) or "nothing", doses, distribution, "; ".join(part.cite)


def fields_as_list(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """Turn the lines ``field: text`` of a docstring into a list, and what follows them into a paragraph."""
    made: list[str] = []
    within = False
    for line in lines:
        found = FIELD.match(line)
        if found:
            made += ([] if within else [""]) + [f"* **{found[1]}**: {line[found.end() :]}"]
            within = True
        elif within and line.startswith("Raises "):
            made += ["", line]
            within = False
        else:
            made.append(f"  {line}" if within and line else line)
    lines[:] = made


def place_the_rest(app: Sphinx, docname: str, source: list[str]) -> None:
    """Let the line ``*`` of index.md mean the pages beside it that it does not name: a new page finds its place."""
    if docname == "index" and REST in source[0]:
        named = set(source[0].split())
        rest = sorted(page.stem for page in Path(app.srcdir).glob("*.md") if page.stem not in {*named, "index"})
        source[0] = source[0].replace(REST, "\n".join(["", *rest, ""]))


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of the directives."""
    app.add_directive("contract", ContractTables)
    app.add_directive("parts", Parts)
    app.add_directive("public-names", PublicNames)
    app.connect("autodoc-process-docstring", fields_as_list)
    app.connect("source-read", place_the_rest)
    return {"parallel_read_safe": True}
