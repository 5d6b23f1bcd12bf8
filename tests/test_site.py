"""The site of the docs: what is made when it is built tells all there is, and no page is lost."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import ranklsys
from ranklsys.plugins import finder
from ranklsys.plugins.contract import core_contract
from tests.scripts import script

pytest.importorskip("sphinx", reason="Sphinx builds the site: uv sync --group docs")
DOCS = Path(__file__).parent.parent / "docs"


@pytest.fixture(scope="module")
def inventory() -> ModuleType:
    return script("docs/inventory.py")


def test_the_contract_page_has_a_row_for_all_that_a_part_may_touch(inventory: ModuleType) -> None:
    rows = {line.split("`")[1]: line for line in inventory.contract_tables() if line.startswith("| `")}
    contract = core_contract()
    assert set(rows) == {*contract.slots, *contract.shares, *contract.reads}
    assert "| product | 1 | 1 | body |" in rows["slot_estrogen"]


def test_the_directory_has_every_installed_part_with_its_slots(inventory: ModuleType) -> None:
    said = "\n".join(inventory.part_entries())
    for part in finder.registry().parts.values():
        entry = said.split(f"\n### {part.id}\n")[1].split("\n### ")[0]
        assert all(f"`{slot}`" in entry for slot in part.effects.values())
        assert f"**distribution**: {finder.registry().owner(part.id).distribution}" in entry


def test_every_public_name_is_documented(inventory: ModuleType) -> None:
    said = "\n".join(inventory.public_names())
    assert all(f":: ranklsys.{name}\n" in said for name in ranklsys.__all__)


def test_the_arguments_of_a_docstring_become_a_list(inventory: ModuleType) -> None:
    def dose(amount: float, unit: str) -> None: ...

    lines = ["Give a dose.", "", "amount: how much. unit: of", "the amount; a note: none. Raises DoseError: always."]
    inventory.fields_as_list(None, "function", "dose", dose, None, lines)
    assert [line for line in lines if line] == [
        "Give a dose.",
        "* **amount**: how much.",
        "* **unit**: of the amount; a note: none.",
        "Raises DoseError: always.",
    ]


def test_a_page_that_the_index_does_not_name_finds_its_place(inventory: ModuleType, tmp_path: Path) -> None:
    for name in ("index", "known", "novel", "titled"):
        (tmp_path / f"{name}.md").write_text(f"# {name}\n", encoding="utf-8")
    source = ["The novel\nknown\nA title <titled>\n*\n```\n"]
    inventory.place_the_rest(SimpleNamespace(srcdir=tmp_path), "index", source)
    assert source == ["The novel\nknown\nA title <titled>\nnovel\n```\n"]


def test_the_index_has_a_place_for_pages_that_it_does_not_name(inventory: ModuleType) -> None:
    assert (DOCS / "index.md").read_text(encoding="utf-8").count(inventory.REST) == 1
