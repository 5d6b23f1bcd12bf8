"""Model page: the page that states the model, made from its SBML and its tables, so that it cannot rot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ranklsys.plugins.contract import read_contract
from ranklsys.plugins.part import HOSTS
from ranklsys.sbml.facts import Element, Facts, facts
from ranklsys.sbml.naming import LESION, bare
from ranklsys.tables.files import read_table

HEAD = """# The model

Made by `ranklsys build` from `models/`; do not edit. Time is in days, ligands in pM, calcium in mM; cells, bone,
factors and markers are relative to healthy (= 1), a tumour to a full healthy marrow. The equations are those of both
hosts. What stands in the marrow is written for the skeleton; the lesion has the same equations in its own names
(`_lesion`), except where a line is given for it here.

![The states of the model by subsystem, with an arrow for each influence; both vicious circles stand out](model.svg)

The arrows are measured on the equations: each quantity is moved a little, with a tumour in the lesion, and those whose
rate or formula moves with it get an arrow. `models/layout.toml` says where each stands.

## What is an equation, and what is drawn

The SBML is deterministic: the same file gives the same numbers in any tool. It has rates, cumulative hazards and means.
`ranklsys cohort` and `ranklsys trial` draw the rest (`models/endpoints.toml` names what they read):

| | in the SBML | drawn for each patient |
|---|---|---|
| who she is | numbers of the model | those numbers, by the tables' spreads; covariates such as age |
| events | cumulative hazards of each kind, and of death | a frailty, and when a hazard reaches her threshold |
| how often | episodes, each `events_per_episode` events on average where each counts | all that come until death |
| what a trial sees | `fracture_seen`, ...: patients with a first event while they live | the same, counted |
| level of a trial | `event_level`: 1 in the trials of pamidronate | |
| metastasis | what one cell goes through: `niche_woken`, `colony_growth_total` | how many cells she has, which wake |

`tumour_dormant` and `tumour` stay a mean course: right for cells by the million, as in a mouse or an established
metastasis, wrong for a woman with two cells.
"""
PARAMETERS = ("id", "name", *HOSTS, "unit", "cv", *(f"{host}_kind" for host in HOSTS), "source", "note")


def model_page(folder: Path) -> str:
    """Return the page in Markdown: states, computed quantities, reactions, parameters, slots, shares."""
    held = facts((folder / f"{HOSTS[0]}.xml").read_text(encoding="utf-8"))
    contract = read_contract(folder)
    own = [element for element in held.elements.values() if not _is_copy(element, held)]
    computed = [element for element in own if element.kind == "parameter" and element.rule == "assignment"]
    derived = [element for element in own if element.kind == "parameter" and element.initial and not element.rule]
    states = [element for element in own if element.id in held.states]
    reactions = held.of_kind("reaction")
    rate = "rate (pM per day, times the volume)"
    kept = ("parameter", "what", *HOSTS, "unit", "CV", "kind", "source", "note")
    slots = ((f"`{slot.id}`", slot.title, slot.rule, slot.at, f"{slot.most:g}") for slot in contract.slots.values())
    sections = [
        _section("States", ("state", "unit", "what", "at the start", "change per day"), _states(states, held)),
        _section("Reactions", ("reaction", "what", rate), _formulas(reactions, held)),
        _section("Computed quantities", ("quantity", "what", "formula"), _formulas(computed, held)),
        _section("Constants derived from parameters", ("constant", "what", "formula"), _formulas(derived, held)),
        _section("Parameters", kept, _parameters(folder)),
        _section("Slots", ("slot", "what", "rule", "at", "most"), slots),
        _section("Shares", ("share", "what"), ((f"`{name}`", text) for name, text in contract.shares.items())),
        _section("Reads", ("read", "what"), ((f"`{name}`", text) for name, text in contract.reads.items())),
    ]
    return "\n".join([HEAD, *sections])


def _is_copy(element: Element, held: Facts) -> bool:
    """Whether it only repeats for the lesion what stands for the skeleton."""
    original = held.elements.get(bare(element.id))
    if original is None or original.id == element.id or original.kind != element.kind:
        return False
    plain = [text.replace(LESION, "") for text in (element.formula, element.initial)]
    return plain == [original.formula, original.initial]


def _section(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"## {title}", "", f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    return "\n".join([*lines, ""])


def _states(states: Sequence[Element], held: Facts) -> Iterator[Sequence[str]]:
    for state in states:
        start = f"`{state.initial}`" if state.initial else f"{state.value:g}"
        change = f"`{state.formula}`" if state.rule else _turnover(state, held)
        yield f"`{state.id}`", state.unit_id, state.name, start, change


def _turnover(state: Element, held: Facts) -> str:
    """Return the reactions that make and use up a species."""
    terms = [
        f"{'+' if amount > 0 else '-'} {reaction.id}"
        for reaction in held.of_kind("reaction")
        for species, amount in reaction.changes
        if species == state.id
    ]
    return f"`{' '.join(terms).removeprefix('+ ')}`"


def _formulas(elements: Iterable[Element], held: Facts) -> Iterator[Sequence[str]]:
    for element in elements:
        if not _is_copy(element, held):
            yield f"`{element.id}`", element.name, f"`{element.formula or element.initial}`"


def _parameters(folder: Path) -> Iterator[Sequence[str]]:
    for _, row in read_table(folder / "parameters.csv", PARAMETERS):
        kinds = [row[f"{host}_kind"] for host in HOSTS]
        kind = kinds[0] if kinds[0] == kinds[1] else f"{kinds[0]}; {HOSTS[1]}: {kinds[1]}"
        values = [row[host] for host in HOSTS]
        yield f"`{row['id']}`", row["name"], *values, row["unit"], row["cv"], kind, row["source"], row["note"]
