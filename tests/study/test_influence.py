"""Influence: the numbers that decide predictions have a source, or are fitted."""

from __future__ import annotations

import re

from benchmarks import influence
from ranklsys.study.observations import observations


def test_most_of_the_most_influential_assumed_numbers_have_a_source_or_a_fit() -> None:
    """As the page ranks them, which takes minutes to make, and the tables are today."""
    page = influence.PAGE.read_text(encoding="utf-8")
    ranked = re.findall(r"^\| \d+ \| `(.+?)`", page.split("## The assumed ones")[1], re.MULTILINE)
    numbers, fits = influence.Numbers(), influence.fitted_by()
    every = {
        each.name: each for each in (*numbers.core.values(), *numbers.of_parts.values(), *numbers.in_parts.values())
    }
    assumed = [every[name] for name in ranked]
    left = [each.name for each in assumed if influence.is_open(each, fits)]
    assert len(assumed) == influence.OPEN
    assert {each.kind for each in assumed} == {"assumed"}
    assert len(left) <= 5
    assert re.findall(r"Without either: (.+)\.$", page, re.MULTILINE) == [", ".join(f"`{name}`" for name in left)]


def test_a_number_moves_only_what_hangs_on_it() -> None:
    """Of estrogen after menopause, the table of a part; body weight is for drugs."""
    (path,) = (path for path in influence.TABLES["bone and drugs"] if "conditions" in path.parts[-2])
    rows = [row for row in observations(path) if row.study == "Garnero 1996"]
    found = {number.name: moves for number, moves in influence.moves(rows, influence.Numbers()).items()}
    assert influence.influence(found["other_tissue (menopause)"], len(rows)) > 0.01
    assert influence.influence(found["body_weight"], len(rows)) < 1e-3
    assert not [name for name in found if "denosumab" in name]


def test_a_share_of_one_drug_in_a_table_of_several_is_told_from_what_they_share() -> None:
    numbers = influence.Numbers()
    shared = {numbers.of_parts[f"{part}__burial"] for part in ("zoledronic_acid", "pamidronate")}
    own = {numbers.of_parts[f"{part}__uptake"] for part in ("zoledronic_acid", "pamidronate")}
    assert [number.name for number in shared] == ["burial (bisphosphonate)"]
    assert {number.name for number in own} == {"uptake (zoledronic-acid)", "uptake (pamidronate)"}


def test_what_a_calibration_fits_is_known_by_the_name_of_the_page() -> None:
    fits = influence.fitted_by()
    assert fits["marrow_access (denosumab)"] == fits["turnover_cortical"] == "fit_human"
    assert fits["event_frailty"] == "fit_events"
