"""The picture of the model: influences measured on the equations, places from a table that cannot rot."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

import ranklsys as rk
from ranklsys.model.diagram import picture, plan
from ranklsys.model.diagram.influences import Influence, influences
from ranklsys.model.diagram.routing import Box, Router
from ranklsys.plugins import library
from ranklsys.sbml.facts import facts

Signs = dict[tuple[str, str], int]
HUMAN = library.host_sbml("human")
PLACES = plan.layout(library.folder())
COMPUTED = [name for name in PLACES.nodes if name not in facts(HUMAN).states]


@pytest.fixture(scope="module")
def found() -> list[Influence]:
    return influences(HUMAN, COMPUTED)


@pytest.fixture(scope="module")
def signs(found: list[Influence]) -> Signs:
    return {(each.source, each.target): each.sign for each in found}


@pytest.mark.parametrize(
    ("source", "target", "sign"),
    [
        ("OPG", "RANKL", -1),
        ("RANKL", "RANK_occupancy", 1),
        ("RANK_occupancy", "osteoclasts", 1),
        ("sclerostin", "Wnt", -1),
        ("DKK1", "Wnt", -1),
        ("PTH", "calcium", 1),
        ("calcium", "PTH", -1),
        ("resorption", "bone_volume", -1),
        ("osteoclastic_drive", "CTX", 1),
        ("TGF_beta", "osteoblasts", -1),
        ("TGF_beta", "factor_drive", 1),
        ("tumour", "osteoblasts", -1),
        ("bone_volume", "tumour_capacity", -1),
    ],
)
def test_signs_are_those_of_the_biology(signs: Signs, source: str, target: str, sign: int) -> None:
    assert signs[source, target] == sign


@pytest.mark.thorough
def test_a_way_through_a_shown_quantity_is_no_influence_of_its_own(signs: Signs) -> None:
    assert ("osteoclasts", "CTX") not in signs
    assert ("osteoclasts", "CTX") in {(each.source, each.target) for each in influences(HUMAN)}


def test_no_influence_differs_in_sign_between_the_sites(found: list[Influence]) -> None:
    assert {each.sign for each in found} == {1, -1}


def test_what_exists_at_both_sites_is_drawn_once(signs: Signs) -> None:
    twice = {f"{name}_lesion" for name in facts(HUMAN).states}
    assert not twice & {name for pair in signs for name in pair}


def test_no_state_stands_apart(signs: Signs) -> None:
    assert set(PLACES.nodes) == {name for pair in signs for name in pair}


@pytest.mark.thorough
def test_both_hosts_have_the_same_influences(found: list[Influence]) -> None:
    assert influences(library.host_sbml("mouse"), COMPUTED) == found


def test_a_state_without_a_place_is_an_error() -> None:
    nodes = {name: place for name, place in PLACES.nodes.items() if name != "tumour"}
    with pytest.raises(rk.RanklsysError, match=r"layout.toml: no place in the picture for tumour\. Give each"):
        plan.check_places(replace(PLACES, nodes=nodes), facts(HUMAN))


@pytest.mark.parametrize(
    ("name", "place", "says"),
    [
        ("tumor", {"group": "tumour", "at": [9, 5]}, r"no 'tumor' \(did you mean 'tumour'"),
        ("activity", {"group": "osteoclast", "at": [9, 5]}, r"no group 'osteoclast' \(did you mean 'osteoclasts'"),
        ("activity", {"group": "tumour", "at": [8.2, 3.6]}, "tumour and activity overlap"),
        ("activity", {"group": "tumour", "at": [9, 9]}, "Matrix and factors and Tumour overlap"),
        ("activity", {"group": "hormones", "at": [0, 12]}, "the legend and Calcium and hormones overlap"),
    ],
)
def test_a_wrong_place_is_an_error(name: str, place: dict[str, object], says: str) -> None:
    with pytest.raises(rk.RanklsysError, match=says):
        plan.check_places(replace(PLACES, nodes={**PLACES.nodes, name: place}), facts(HUMAN))


@pytest.mark.parametrize(
    ("through", "says"),
    [
        (["tumour", "osteocytes"], "tumour does not act on osteocytes"),
        (["PTH", "calcium"], "loop 'x' does not reinforce itself"),
    ],
)
def test_a_loop_that_is_none_is_an_error(found: list[Influence], through: list[str], says: str) -> None:
    loops = {"x": {"title": "x", "colour": "#000000", "through": through}}
    with pytest.raises(rk.RanklsysError, match=says):
        plan.check_loops(replace(PLACES, loops=loops), found)


@pytest.mark.thorough
def test_a_composition_is_drawn_with_the_states_of_its_parts() -> None:
    held = rk.compose("mouse", "mda-mb-231", "opg-fc")
    text = picture.model_picture(held.title, held.sbml)
    titles = {element.text for element in ET.fromstring(text).iter("{http://www.w3.org/2000/svg}title")}
    assert {name for name in titles if name and name.startswith("opg_fc__")}
    assert "OPG-Fc in plasma inhibits RANKL, free" in titles


def test_an_arrow_goes_around_a_box_in_its_way() -> None:
    one, between, other = (Box(x, 100.0, 40.0, 20.0) for x in (100.0, 200.0, 300.0))
    straight = Router([one, other], 400.0).route(one, other)
    around = Router([one, between, other], 400.0).route(one, other)
    assert straight.path == "M121.0 100.0Q199.5 100.0 278.0 100.0"
    assert around != straight
