"""The editorial, statement by statement: each is in the model, judged by a claim, and the page says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from tests.scripts import script

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def editorial() -> ModuleType:
    """Give ``docs/editorial.py``."""
    return script("docs/editorial.py")


def test_each_statement_is_in_the_model_and_is_judged(editorial: ModuleType) -> None:
    assert editorial.problems(editorial.statements()) == []


def test_ids_are_unique_and_every_statement_names_its_source(editorial: ModuleType) -> None:
    table = editorial.statements()
    assert len({row.id for row in table}) == len(table)
    assert all(row.statement and row.cite for row in table)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"states": ("RANKLL",)}, "there is no state 'RANKLL' (did you mean 'RANKL'"),
        ({"states": ("RANK_occupancy",)}, "there is no state 'RANK_occupancy'"),
        ({"terms": ("RANKL_mode",)}, "there is no term 'RANKL_mode' (did you mean 'RANKL_made'"),
        ({"slots": ("RANKL_made",)}, "there is no slot 'RANKL_made'"),
        ({"parts": ("opg",)}, "there is no part 'opg'"),
        ({"terms": ("mammary_gland__milks",)}, "there is no term 'mammary_gland__milks' (did you mean"),
        ({"terms": ("no_such_part__milk",)}, "there is no term 'no_such_part__milk'"),
        ({"claims": ("SC-00",)}, "there is no claim 'SC-00'"),
        ({"claims": ()}, "no claim that can fail judges it"),
        ({"claims": ("SC-02", "SC-04")}, "no claim that can fail judges it"),
        ({"states": (), "terms": ()}, "neither a state nor a term makes it"),
    ],
)
def test_what_is_not_there_is_told_with_the_statement(
    editorial: ModuleType, change: dict[str, tuple[str, ...]], told: str
) -> None:
    first, *rest = editorial.statements()
    found = editorial.problems([replace(first, **change), *rest])
    assert any(each.startswith(f"{first.id}: {told}") for each in found), found


def test_a_claim_of_the_editorial_without_a_statement_is_told(editorial: ModuleType) -> None:
    table = [row for row in editorial.statements() if "SC-44" not in row.claims]
    assert editorial.problems(table) == ["SC-44: no statement has this claim"]


def test_the_page_is_what_the_table_and_the_claims_make(editorial: ModuleType) -> None:
    """Write it anew with ``python docs/editorial.py`` where a claim or a row has changed."""
    assert (ROOT / "docs" / "editorial.md").read_text(encoding="utf-8") == editorial.page(editorial.statements())
