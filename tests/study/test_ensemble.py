"""Ensembles: what a posterior is, they are; rows that disagree widen them; a model takes the numbers that it has."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import ranklsys as rk
from ranklsys.errors import DataError
from ranklsys.model import ensemble as table
from ranklsys.model.ensemble import Ensemble, Number, StaleEnsemble, members
from ranklsys.study.calibration import Calibration
from ranklsys.study.ensemble import ensemble, fitted_hash
from ranklsys.study.sampling import Normal, Sampler, effective_size, pareto_k
from tests.conftest import Say
from tests.study.test_left_out import HEAD, HEADER, OTHER, PARAMETERS, TIME, TRUE, rows

ROOT = Path(__file__).parent.parent.parent
SHIPPED = ("events", "human", "mouse")

Make = Callable[..., Path]


def sampler(posterior: Callable[[np.ndarray], np.ndarray], numbers: int, sd: float = 1.0, far: float = 20.0) -> Sampler:
    """Return a sampler whose proposal is around 0."""
    proposal = Normal.of(np.zeros(numbers), sd**2 * np.eye(numbers))
    return Sampler(posterior, proposal, np.full(numbers, -far), np.full(numbers, far), seed=3)


# of any density


def test_a_density_that_is_the_proposal_is_taken_as_it_is() -> None:
    found = sampler(lambda points: -0.5 * (points**2).sum(axis=1), 3).sample(300)
    assert found.stages == 0
    assert found.effective > 800, "of 900"
    assert np.allclose(found.points.std(axis=0), 1, atol=0.15), "standard error of 300: 0.04"


def test_a_density_elsewhere_is_reached_by_stages() -> None:
    """Its mean is 3 standard deviations off in each of 10 directions, and it is half as wide."""
    found = sampler(lambda points: -0.5 * (((points - 3) / 0.5) ** 2).sum(axis=1), 10).sample(200)
    assert found.stages > 1
    assert found.effective < 20
    assert np.allclose(found.points.mean(axis=0), 3, atol=0.2)
    assert np.allclose(found.points.std(axis=0), 0.5, atol=0.15)
    assert found.renewed > 0.5


def test_what_is_bent_is_drawn_bent() -> None:
    """A banana: the mean of its second number is half the variance of the first."""

    def bent(points: np.ndarray) -> np.ndarray:
        return np.asarray(-0.5 * points[:, 0] ** 2 - 0.5 * ((points[:, 1] - 0.5 * points[:, 0] ** 2) / 0.2) ** 2)

    found = sampler(bent, 2, sd=1.5).sample(400)
    assert found.points[:, 1].mean() == pytest.approx(0.5, abs=0.15)
    assert np.corrcoef(found.points[:, 1], found.points[:, 0] ** 2)[0, 1] > 0.8, "0.96 is exact"


def test_nobody_is_outside_the_bounds() -> None:
    found = sampler(lambda points: points.sum(axis=1), 2, far=1.0).sample(200)
    assert np.abs(found.points).max() <= 1
    assert found.points.mean() > 0.2, "it leans to the upper bound: 0.31 is exact"


def test_weights_are_worth_what_they_are() -> None:
    assert effective_size(np.zeros(50)) == pytest.approx(50)
    assert effective_size(np.array([0.0, -100.0])) == pytest.approx(1)
    random = np.random.default_rng(1)
    heavy, light = (np.log(random.pareto(a, 4000) + 1) for a in (0.8, 8.0))
    assert pareto_k(heavy) > 0.7 > 0.5 > pareto_k(light)


# of a fit


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Give ``make(time, ...)``: a spec with a study that saw each of these times, and the path of it."""

    def write(*times: float) -> Path:
        seen = HEADER + "".join(rows(f"Study {number}", time) for number, time in enumerate(times))
        (tmp_path / "seen.csv").write_text(seen, encoding="utf-8")
        (tmp_path / "parameters.csv").write_text(PARAMETERS, encoding="utf-8")
        (tmp_path / "spec.toml").write_text(HEAD + TIME, encoding="utf-8")
        return tmp_path / "spec.toml"

    return write


def test_members_lie_where_observations_are_and_as_wide_as_their_errors(make: Make) -> None:
    found = ensemble(make(TRUE, TRUE), 40)
    (time,) = found.ensemble.numbers
    assert np.median(time.members) == pytest.approx(TRUE, rel=0.15)
    sd = 1 / np.linalg.norm(found.posterior.problem().jacobian(found.best))
    assert np.log(time.members).std() == pytest.approx(sd, rel=0.35), "standard error of 40: 0.11"
    assert found.posterior.scale == 1


@pytest.mark.thorough
def test_rows_that_disagree_make_it_wider(make: Make) -> None:
    agree, disagree = (ensemble(make(TRUE, other), 40) for other in (TRUE, OTHER))
    assert disagree.posterior.scale > 10
    widths = [np.log(found.ensemble.numbers[0].members).std() for found in (agree, disagree)]
    assert widths[1] > 2 * widths[0]


def test_the_same_is_drawn_again_and_a_file_keeps_it(make: Make, tmp_path: Path, say: Say) -> None:
    spec = make(TRUE, 700)
    said = say("fit", str(spec), "--ensemble", "20", "-o", "one.csv")
    assert said.code == 0, said.err
    assert "errors of rows widened by" in said.out
    again = ensemble(spec, 20).ensemble
    assert again.save(tmp_path / "two.csv").read_bytes() == (tmp_path / "one.csv").read_bytes()
    kept = table.read(tmp_path / "one.csv")
    assert len(kept) == 20
    assert kept.about["fit"] == "spec.toml"
    assert np.allclose(kept.numbers[0].members, again.numbers[0].members, rtol=1e-3)


def test_the_command_says_where_it_writes(make: Make, say: Say) -> None:
    said = say("fit", str(make(TRUE)), "--ensemble", "20")
    assert said.code != 0
    assert "-o FILE.csv" in said.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,value\n", "it is no ensemble"),
        ("# a = 1\n", "it is no ensemble"),
        ("", "it is no ensemble"),
        ("# x\nid,value\n", "its head is no TOML"),
    ],
)
def test_a_file_that_is_none_is_named(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=rf"a.csv.*{told}"):
        table.read(tmp_path / "a.csv")
    with pytest.raises(DataError, match="no such file"):
        table.read(tmp_path / "b.csv")


# in a model


def made(*numbers: Number, **about: str) -> tuple[Ensemble, ...]:
    return (Ensemble(numbers, {"core": table.core_hash(), **about}),)


def number(id: str, model: rk.Model, **more: object) -> Number:
    value = model.facts.elements[id].value
    return Number(id, value, value * np.array([0.5, 1.0, 2.0]), **more)  # type: ignore[arg-type]


def test_a_model_takes_the_numbers_that_it_has_and_nobody_has_set() -> None:
    mouse = rk.compose("mouse", "mda-mb-231")
    own, foreign = number("tumour_growth", mouse, parts=("mda-mb-231",)), number("RANKL_loss", mouse, hosts=("human",))
    other, study = replace(own, parts=("b16f10",)), number("seed_bone", mouse, study="Ann *")
    every = made(own, foreign, other, study)
    assert members(mouse, 3, ensembles=every).names == ("tumour_growth",)
    assert members(mouse, 3, ensembles=every, study="Ann 2001").names == ("tumour_growth", "seed_bone")
    with pytest.raises(DataError, match=r"no number of mouse .* was fitted"):
        members(mouse.set(tumour_growth=0.1), 3, ensembles=every)
    with pytest.raises(DataError, match=r"3 members, not 4"):
        members(mouse, 4, ensembles=every)


def test_an_ensemble_of_other_tables_is_told_with_the_command_that_mends_it() -> None:
    mouse = rk.compose("mouse")
    old = replace(number("RANKL_loss", mouse), value=123.0)
    with pytest.warns(StaleEnsemble, match=r"RANKL_loss has other values now.*ranklsys fit calibration/f.toml --ensem"):
        members(mouse, 3, ensembles=made(old, fit="f.toml"))
    with pytest.warns(StaleEnsemble, match="the equations of the core have changed"):
        members(mouse, 3, ensembles=made(number("RANKL_loss", mouse), core="of yesterday"))
    with warnings.catch_warnings():
        warnings.simplefilter("error", StaleEnsemble)
        members(mouse, 3, ensembles=made(number("RANKL_loss", mouse)))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_ensemble_is_of_these_tables(name: str) -> None:
    kept = table.read(ROOT / "models" / "ensemble" / f"{name}.csv")
    calibration = Calibration(ROOT / "calibration" / f"fit_{name}.toml")
    command = f"ranklsys fit calibration/fit_{name}.toml --ensemble {len(kept)} -o models/ensemble/{name}.csv"
    assert kept.about["fitted"] == fitted_hash(calibration), f"make it anew: {command}"
    values = {each.id: each.value for each in kept.numbers if not each.study}
    now = {each.id: each.value for each in calibration.quantities if not each.study}
    assert values == pytest.approx(now, rel=1e-4), f"make it anew: {command}"
    for each, quantity in zip(kept.numbers, calibration.quantities, strict=True):
        assert quantity.low * 0.999 <= each.members.min() <= each.members.max() <= quantity.high * 1.001
        assert len(set(each.members)) > 0.5 * len(kept), "many are different"


# in what is predicted


@pytest.mark.thorough
def test_a_run_has_bands_around_it(say: Say) -> None:
    said = say("run", "canon2008", "--points", "4", "--uncertainty", "5")
    assert said.code == 0, said.err
    assert "5 to 95 % of 5 sets of numbers" in said.out
    assert re.search(r"^Bone volume at the lesion +relative to healthy +\d\S* +\d\S* +\d\S* +", said.out, re.MULTILINE)
    done = rk.run("canon2008", points=4, uncertainty=5)
    assert done.bands is not None
    start, end = (done.bands[done.bands["time"] == time] for time in (0.0, 25.0))
    assert (end["high"] > end["low"] * 1.01).all()
    assert (start[start["observable"] != "light"].eval("high - low").abs() < 1e-6).all(), "all begin healthy"
    assert {"low", "high"} <= {*done.tidy().columns}


def test_bands_of_a_model_hold_still_what_is_set() -> None:
    model = rk.compose("mouse", "mda-mb-231")
    found = rk.bands(model, "10 d", points=3, columns=["tumour", "RANKL"], uncertainty=5)
    last = found.iloc[-1]
    assert last["tumour", "low"] < last["tumour", "median"] < last["tumour", "high"]
    (mine,) = (each for each in table.shipped() if each.path.stem == "mouse")
    values = {each.id: each.value for each in mine.numbers if each.belongs(model) and each.id != "light_per_tumour"}
    seen = rk.bands(model.set(values), "10 d", points=3, columns=["tumour", "light"], uncertainty=5).iloc[-1]
    assert seen["tumour", "low"] == pytest.approx(seen["tumour", "high"], rel=1e-6), "how it is seen does not move it"
    assert seen["light", "low"] < 0.9 * seen["light", "high"]


def test_a_score_has_the_band_of_each_row(tmp_path: Path) -> None:
    text = "study,host,parts,observable,time,value,error\nA,mouse,mda-mb-231,tumour,10,1,1\nA,mouse,mda-mb-231,RANKL,0,1,1\n"
    (tmp_path / "seen.csv").write_text(text, encoding="utf-8")
    tumour, healthy = rk.score(tmp_path / "seen.csv", uncertainty=5).table.itertuples()
    assert tumour.predicted_low < tumour.predicted_high
    assert healthy.predicted_low == pytest.approx(healthy.predicted_high)
    assert "predicted_low" not in rk.score(tmp_path / "seen.csv").table
