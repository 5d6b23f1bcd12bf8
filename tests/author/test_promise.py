"""The contract with plugins: nothing that a part may rely on goes or changes while the api number stays."""

from __future__ import annotations

import copy
import re
import shutil
import sys
from pathlib import Path

import pytest

import ranklsys as rk
from ranklsys.author import api_promise, build
from ranklsys.errors import DataError, PartError, PluginError, UnknownName
from ranklsys.plugins import library, part, registry
from ranklsys.plugins.contract import core_contract
from ranklsys.plugins.part import Part
from tests.conftest import Install
from tests.fragments import KILLER, part_of, sbml

NOW = api_promise.promise(core_contract(), library.host_sbml("human"))
KEPT = api_promise.read(api_promise.file(library.folder(), core_contract().api))
PART = "PARTS = [Part(id='drug', kind='therapy', sbml={!r}, effects={{'kill': '{}'}})]"


def test_no_promise_is_broken() -> None:
    assert list(api_promise.broken(KEPT, NOW)) == [], "raise api in contract.toml and API in part.py, or keep the old"


def test_what_is_new_has_been_promised() -> None:
    assert KEPT == NOW, "type: ranklsys build"


def test_parts_are_written_for_the_api_of_the_contract() -> None:
    assert core_contract().api == part.API


@pytest.mark.parametrize("group", api_promise.GROUPS)
def test_what_is_gone_breaks_the_promise(group: str) -> None:
    for name in KEPT[group]:
        less = copy.deepcopy(NOW)
        del less[group][name]
        (said,) = api_promise.broken(KEPT, less)
        assert said.startswith(f"the {group[:-1]} '{name}' is gone")


@pytest.mark.parametrize(
    ("group", "name", "what", "value"),
    [
        ("slots", "slot_tumour_kill", "rule", "product"),
        ("slots", "slot_tumour_kill", "unit", "dimensionless"),
        ("slots", "slot_Wnt_tone", "at", "body"),
        ("slots", "slot_estrogen", "most", 0.5),
        ("shares", "RANKL", "at", "serum"),
        ("shares", "RANKL", "unit", "mM"),
        ("reads", "body_weight", "kind", "species"),
        ("units", "pM", "means", "1 * 10^-9 mole^1"),
    ],
)
def test_what_means_something_else_breaks_the_promise(group: str, name: str, what: str, value: str | float) -> None:
    other = copy.deepcopy(NOW)
    other[group][name][what] = value
    (said,) = api_promise.broken(KEPT, other)
    assert f"'{name}' had {what}" in said


def test_more_is_no_breach() -> None:
    more = copy.deepcopy(NOW)
    more["slots"]["slot_new"] = dict(more["slots"]["slot_homing"])
    more["slots"]["slot_estrogen"]["most"] = 2.0
    assert list(api_promise.broken(KEPT, more)) == []


def edited(folder: Path, old: str, new: str) -> None:
    path = folder / "contract.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Return a copy of the models, to be spoilt."""
    shutil.copytree(library.folder(), tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_the_build_refuses_to_break_the_promise_and_writes_nothing(models: Path) -> None:
    edited(models, 'title = "homing of tumour cells to bone", rule = "product"', 'title = "homing", rule = "sum"')
    with pytest.raises(DataError, match=r"api 1 would be broken: the slot 'slot_homing' had rule product, and now sum"):
        api_promise.keep(models, library.host_sbml("human"))
    assert api_promise.read(api_promise.file(models, 1)) == KEPT


def test_a_raised_api_starts_a_new_promise(models: Path) -> None:
    edited(models, 'title = "homing of tumour cells to bone", rule = "product"', 'title = "homing", rule = "sum"')
    edited(models, "api = 1", "api = 2")
    assert api_promise.keep(models, library.host_sbml("human")).name == "contract_api2.toml"
    assert api_promise.read(api_promise.file(models, 2))["slots"]["slot_homing"]["rule"] == "sum"


@pytest.mark.thorough
def test_the_build_adds_what_is_new(models: Path) -> None:
    edited(models, "[reads]", '[reads]\nPTH = "serum PTH"')
    build.build_hosts(lambda line: None, models)
    assert api_promise.read(api_promise.file(models, 1))["reads"]["PTH"] == {
        "kind": "parameter",
        "unit": "pM",
        "at": "body",
    }


# what a plugin sees


def test_a_part_for_a_newer_api_names_distribution_and_remedy(plugin_from_source: Install) -> None:
    plugin_from_source(f"PARTS = [Part(id='drug', kind='therapy', api={part.API + 1})]", "drug")
    (broken,) = registry().broken
    with pytest.raises(
        PluginError, match=r"ranklsys-drug: .*drug: it needs a ranklsys with api 2.*pip install -U ranklsys"
    ):
        broken.require_working()


def test_an_unknown_slot_names_distribution_and_nearest(plugin_from_source: Install) -> None:
    plugin_from_source(PART.format(sbml("const kill = 0.1 per_day;"), "slot_tumor_kill"), "drug")
    with pytest.raises(
        PartError, match=r"^drug \(ranklsys-drug\): .*'slot_tumor_kill' \(did you mean 'slot_tumour_kill'"
    ):
        rk.compose("mouse", "drug")


def test_a_clash_of_units_names_distribution_and_both_units(plugin_from_source: Install) -> None:
    plugin_from_source(PART.format(sbml("const kill = 0.1 per_day;"), "slot_homing"), "drug")
    with pytest.raises(
        PartError, match=r"^drug \(ranklsys-drug\): effect 'kill' is in .*second.*, but slot_homing is in"
    ):
        rk.compose("mouse", "drug")


def test_one_id_in_two_distributions_names_both_and_the_remedy(plugin_from_source: Install) -> None:
    for name in ("one", "other"):
        plugin_from_source("PARTS = [Part(id='drug', kind='therapy')]", name)
    with pytest.raises(PluginError, match=r"ranklsys-one \(one\) and ranklsys-other \(other\)\. Uninstall one"):
        rk.compose("mouse", "drug")


def test_a_slot_of_an_older_api_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["ranklsys.model.compose"], "API", 2)  # the package has a function of that name
    old = part_of(KILLER, effects={"kill": "slot_gone"})
    with pytest.raises(PartError, match=r"It was written for api 1, and this is api 2"):
        rk.compose("mouse", old)


def test_a_part_that_is_left_out_is_still_unknown_by_name(plugin_from_source: Install) -> None:
    plugin_from_source(f"PARTS = [Part(id='drug', kind='therapy', api={part.API + 1})]", "drug")
    with pytest.raises(UnknownName, match=re.escape("for skipped: drug")):
        rk.compose("mouse", "drug")


def test_an_equal_or_older_api_is_accepted() -> None:
    assert Part(id="old", kind="therapy", api=1).api == 1
