"""The canonical models: built, clean, named, and steady."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

import ranklsys as rk
from ranklsys.author import build, model_page
from ranklsys.model.diagram.picture import host_picture
from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.plugins import library
from ranklsys.plugins.contract import EVERY_SITE, core_contract
from ranklsys.plugins.part import HOSTS
from ranklsys.sbml import notation
from ranklsys.sbml.document import complaints, elements, named, read
from ranklsys.sbml.facts import facts

YEARS = 365.25


@pytest.mark.parametrize("host", HOSTS)
def test_committed_sbml_is_what_the_build_gives(host: str) -> None:
    assert build.build_host(host) == library.host_sbml(host)


@pytest.mark.parametrize("host", HOSTS)
def test_libsbml_has_no_error_and_no_warning(host: str) -> None:
    assert complaints(library.host_sbml(host)) == []


NOTATIONS = sorted((library.folder().parent / "plugins").glob("*/*/*.ant"))


@pytest.mark.parametrize("source", NOTATIONS, ids=lambda path: path.stem)
def test_committed_sbml_of_each_part_is_what_the_build_gives(source) -> None:
    for path, text in build.part_files(source).items():
        assert path.read_text(encoding="utf-8") == text, path.name


def test_one_notation_serves_every_part_that_its_table_names(tmp_path) -> None:
    (tmp_path / "pair.ant").write_text(
        "model pair\n  unit time_unit = 86400 second; unit substance = 1e-12 mole; unit extent = 1e-12 mole;\n"
        "  unit volume = 1 litre; const near has dimensionless, far has dimensionless;\nend\n"
    )
    (tmp_path / "pair.csv").write_text(
        "part,id,name,value,unit,kind,source,note\n,near,a,1,dimensionless,assumed,this model,\n"
        "this-one,far,b,2,dimensionless,assumed,this model,\nother,far,b,3,dimensionless,assumed,this model,\n"
    )
    built = build.part_files(tmp_path / "pair.ant")
    assert [path.name for path in built] == ["this_one.xml", "other.xml"]
    values = [[facts(text).elements[name].value for name in ("near", "far")] for text in built.values()]
    assert values == [[1, 2], [1, 3]]


@pytest.fixture
def fork(tmp_path: Path) -> Path:
    """Return a copy of the models with a slot of its own."""
    folder = tmp_path / "models"
    shutil.copytree(library.folder(), folder, ignore=shutil.ignore_patterns("composed"))
    for file, old, new in (
        (
            "contract.toml",
            "[slots]\n",
            '[slots]\nslot_homing_guest = { title = "a guest", rule = "product", at = "body" }\n',
        ),
        ("core.ant", "homing_bone := slot_homing*", "homing_bone := slot_homing_guest*slot_homing*"),
    ):
        text = (folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_a_folder_of_models_is_built_by_its_own_contract(fork: Path) -> None:
    build.build_hosts(lambda line: None, fork)
    for host in HOSTS:
        slot = facts((fork / f"{host}.xml").read_text(encoding="utf-8")).elements["slot_homing_guest"]
        assert (slot.value, slot.name) == (1.0, "slot: a guest")
    assert "| `slot_homing_guest` | a guest | product | body | inf |" in model_page.model_page(fork)


def test_the_build_refuses_a_state_without_a_place_and_writes_nothing(fork: Path) -> None:
    places = fork / "layout.toml"
    lines = places.read_text(encoding="utf-8").splitlines(keepends=True)
    places.write_text("".join(line for line in lines if not line.startswith("sclerostin =")), encoding="utf-8")
    before = {path: path.read_bytes() for path in fork.rglob("*.*")}
    with pytest.raises(rk.RanklsysError, match="no place in the picture for sclerostin"):
        build.build_hosts(lambda line: None, fork)
    assert {path: path.read_bytes() for path in fork.rglob("*.*")} == before


def test_the_page_of_the_model_is_what_the_build_gives() -> None:
    page = library.folder().parent / "docs" / "model.md"
    assert model_page.model_page(library.folder()) == page.read_text(encoding="utf-8")


@pytest.mark.thorough
def test_the_picture_of_the_model_is_what_the_build_gives() -> None:
    picture = library.folder().parent / "docs" / "model.svg"
    assert host_picture(library.folder()) == picture.read_text(encoding="utf-8")


def test_complaints_are_not_blind() -> None:
    broken = library.host_sbml("mouse").replace('units="per_day"', 'units="pM"', 1)
    assert complaints(broken)


@pytest.mark.parametrize("host", HOSTS)
def test_healthy_state_does_not_drift_in_20_years(host: str) -> None:
    """All but what counts, as cumulative hazards do what happens meanwhile, at a rate that must not drift either."""
    counts = core_endpoints().counts
    states = [state for state in facts(library.host_sbml(host)).states if state not in counts]
    rates = ["vertebral_fracture_risk", "hip_fracture_risk", "nonvertebral_fracture_risk"]
    run = rk.compose(host).simulate(20 * YEARS, points=3, columns=[*states, *rates])
    first, last = run.iloc[0], run.iloc[-1]
    moved = (last - first).abs() / first.abs().where(first != 0, 1.0)
    assert moved.max() < 1e-6


@pytest.mark.parametrize("host", HOSTS)
def test_healthy_state_stays_steady_for_other_parameter_values(host: str) -> None:
    """Steady by construction, not by numbers: a random half or double of each parameter leaves it in place."""
    text = library.host_sbml(host)
    random = np.random.default_rng(1)
    table = {row["id"] for row in csv.DictReader((library.folder() / "parameters.csv").open())}
    kept = {"seed_circulating", "seed_bone", "lining_lost"}
    shares = {name for name in table if 0 < facts(text).elements[name].value < 1}
    changes = {
        name: facts(text).elements[name].value * random.uniform(0.7, 1.0 if name in shares else 1.5)
        for name in sorted(table - kept)
    }
    run = rk.compose(host).set(changes).simulate("1 y", points=2, columns=["osteoclasts", "RANKL", "calcium", "CTX"])
    assert np.allclose(run.iloc[0], run.iloc[-1], rtol=1e-9)


@pytest.mark.parametrize("host", HOSTS)
def test_a_disturbed_skeleton_returns_to_the_healthy_state(host: str) -> None:
    run = rk.compose(host).set(osteoclasts=1.2).simulate("500 y", points=2, columns=["osteoclasts", "osteoblasts"])
    assert run.iloc[0]["osteoclasts"] == 1.2
    assert run.iloc[-1].to_numpy() == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("host", HOSTS)
def test_a_tumour_of_zero_stays_exactly_zero(host: str) -> None:
    run = rk.compose(host).simulate(
        10 * YEARS, points=11, columns=["tumour", "tumour_circulating", "tumour_soft_tissue"]
    )
    assert (run == 0.0).all(axis=None)


def test_hosts_differ_only_in_values() -> None:
    human, mouse = (facts(library.host_sbml(host)).elements for host in HOSTS)
    assert list(human) == list(mouse)
    for name, element in human.items():
        assert (element.formula, element.initial, element.unit) == (
            mouse[name].formula,
            mouse[name].initial,
            mouse[name].unit,
        )


@pytest.mark.parametrize("host", HOSTS)
def test_every_element_has_a_name_and_every_species_and_parameter_a_term(host: str) -> None:
    document = read(library.host_sbml(host))
    for name, element in named(document.getModel()).items():
        assert element.isSetName(), name
        if element.getElementName() in ("species", "parameter"):
            assert element.isSetSBOTerm() or element.getNumCVTerms(), name


@pytest.mark.parametrize("host", HOSTS)
def test_every_parameter_of_the_table_carries_its_source(host: str) -> None:
    for row in csv.DictReader((library.folder() / "parameters.csv").open()):
        note = facts(library.host_sbml(host)).elements[row["id"]].note
        assert note.startswith(row[f"{host}_kind"].capitalize() + ": " + row["source"]), row["id"]


def test_metaids_are_unique() -> None:
    document = read(library.host_sbml("human"))
    ids = [element.getMetaId() for element in elements(document.getModel()) if element.isSetMetaId()]
    assert len(ids) == len(set(ids))


def test_every_slot_is_neutral_and_in_a_rate_law() -> None:
    held = facts(library.host_sbml("human")).elements
    formulas = " ".join(element.formula for element in held.values())
    for slot in core_contract().slots.values():
        copies = [slot.id, f"{slot.id}_lesion"] if slot.at == EVERY_SITE else [slot.id]
        for name in copies:
            assert held[name].value == slot.neutral, name
            assert name in formulas, name


def test_what_the_contract_names_is_in_the_core() -> None:
    contract, held = core_contract(), facts(library.host_sbml("human")).elements
    assert {*contract.slots, *contract.shares, *contract.reads} <= set(held)


def test_both_sites_have_the_same_equations() -> None:
    """What stands in the marrow has a copy at the lesion with the same formula, in its own names."""
    held = facts(library.host_sbml("human")).elements
    local = [element.id for element in held.values() if element.compartment == "marrow"]
    assert len(local) > 10
    for name in local:
        copy = held[f"{name}_lesion"]
        for other in sorted(held, key=len, reverse=True):
            if f"{other}_lesion" in held:
                copy = _renamed(copy, other)
        assert copy == held[name].formula.replace("_lesion", ""), name


def _renamed(formula: object, name: str) -> str:
    text = formula if isinstance(formula, str) else formula.formula  # type: ignore[attr-defined]
    return text.replace(f"{name}_lesion", name)


def test_the_rebuild_refuses_a_row_that_the_model_does_not_use(tmp_path) -> None:
    for file in ("core.ant", "contract.toml", "about.toml"):
        (tmp_path / file).write_text((library.folder() / file).read_text(encoding="utf-8"))
    rows = (library.folder() / "parameters.csv").read_text(encoding="utf-8")
    (tmp_path / "parameters.csv").write_text(
        rows + "RANKL_los,x,1,1,per_day,,,assumed,assumed,this model,\n", encoding="utf-8"
    )
    with pytest.raises(
        rk.RanklsysError, match=r"'RANKL_los' that the model does not use \(did you mean 'RANKL_loss'\?\)"
    ):
        build.build_host("mouse", tmp_path)


def test_the_rebuild_names_the_line_of_a_broken_row(tmp_path) -> None:
    for file in ("core.ant", "contract.toml", "about.toml"):
        (tmp_path / file).write_text((library.folder() / file).read_text(encoding="utf-8"))
    lines = (library.folder() / "parameters.csv").read_text(encoding="utf-8").splitlines()
    broken = next(place for place, line in enumerate(lines) if ",assumed,assumed," in line)
    lines[broken] = lines[broken].replace(",assumed", ",guessed", 1)
    (tmp_path / "parameters.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(rk.RanklsysError, match=rf"parameters.csv:{broken + 1}: kind 'guessed' is none of"):
        build.build_host("human", tmp_path)


def test_a_mistake_in_the_notation_is_reported_with_its_line(tmp_path) -> None:
    (tmp_path / "part.ant").write_text("model part\n  x := * 2;\nend\n", encoding="utf-8")
    with pytest.raises(rk.RanklsysError, match=r"part.ant:2:8: .* syntax error, unexpected '\*'"):
        notation.to_sbml(tmp_path / "part.ant")
