"""The shipped experiment, against the mice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import ranklsys as rk
from ranklsys.errors import DataError, UnknownName
from ranklsys.plugins.scenario import Arm, Observable, Scenario
from ranklsys.study import experiment, plot


@pytest.fixture(scope="module")
def canon() -> experiment.Experiment:
    return rk.run("canon2008")


def final(canon: experiment.Experiment, arm: str, observable: str) -> float:
    row = canon.summary.set_index(["arm", "observable"]).loc[(arm, observable)]
    return float(row["final"])


def test_all_observations_are_compared(canon: experiment.Experiment) -> None:
    assert len(canon.compared) == 16
    assert np.isfinite(canon.compared["residual"]).all()


def test_light_is_within_the_error_of_the_mice(canon: experiment.Experiment) -> None:
    assert canon.rmse("light") <= 0.155


def test_the_error_is_what_the_numbers_say(canon: experiment.Experiment) -> None:
    run, seen = canon.runs["vehicle"], canon.observed[canon.observed["observable"] == "light"]
    seen = seen[seen["arm"] == "vehicle"].set_index("time")["value"]
    error = np.sqrt(np.mean((np.log10(run.loc[seen.index, "light"]) - seen) ** 2))
    row = canon.summary.set_index(["arm", "observable"]).loc[("vehicle", "light")]
    assert row["rmse"] == pytest.approx(error)


def test_opg_fc_lowers_the_final_burden_5_to_30_fold(canon: experiment.Experiment) -> None:
    assert 5 <= 10 ** (final(canon, "vehicle", "light") - final(canon, "opg-fc", "light")) <= 30


def test_opg_fc_brings_osteoclasts_to_near_zero(canon: experiment.Experiment) -> None:
    assert final(canon, "opg-fc", "osteoclasts") < 0.05
    assert final(canon, "vehicle", "osteoclasts") > 1.2


def test_bone_is_lost_with_vehicle_and_protected_with_opg_fc(canon: experiment.Experiment) -> None:
    assert final(canon, "vehicle", "bone_volume") < 0.9
    assert final(canon, "opg-fc", "bone_volume") >= 1.0


def test_opg_fc_does_not_eradicate_the_tumour(canon: experiment.Experiment) -> None:
    tumour = canon.runs["opg-fc"]["tumour"]
    assert tumour.iloc[-1] > 100 * tumour.loc[1.0]


def test_the_tidy_table_holds_model_and_observations(canon: experiment.Experiment) -> None:
    table = canon.tidy()
    assert list(table.columns) == ["scenario", "source", "arm", "time", "quantity", "value", "error", "unit"]
    assert (table["source"] == "observed").sum() == 18
    assert set(table["arm"]) == {"vehicle", "opg-fc"}
    assert table.attrs["made_by"]["opg-fc"]["doses"] == ["opg-fc 3 mg/kg sc tiw"]


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf"])
def test_the_picture_is_drawn(canon: experiment.Experiment, tmp_path: Path, ending: str) -> None:
    picture = plot.draw(canon, tmp_path / f"canon{ending}")
    assert picture.stat().st_size > 5000


def test_the_svg_shows_titles_and_arms(canon: experiment.Experiment, tmp_path: Path) -> None:
    import matplotlib

    with matplotlib.rc_context({"svg.fonttype": "none"}):
        text = plot.draw(canon, tmp_path / "canon.svg").read_text(encoding="utf-8")
    for words in ("Tumour light signal", "Bone volume at the lesion", "OPG-Fc 3 mg/kg three times a week"):
        assert words in text


def test_another_kind_of_picture_is_refused(canon: experiment.Experiment, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'\.gif' is not a kind of picture"):
        plot.draw(canon, tmp_path / "canon.gif")


def test_an_unknown_scenario_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"'canon2009' \(did you mean 'canon2008'\?\)"):
        rk.run("canon2009")


def scenario(**changes: object) -> Scenario:
    fields = {
        "id": "mine",
        "title": "Mine",
        "host": "mouse",
        "until": "5 d",
        "arms": (Arm("one", "One"),),
        "observables": (Observable("RANKL", "RANKL", "RANKL", "pM"),),
    }
    return Scenario(**{**fields, **changes})


def test_a_scenario_made_in_python_runs() -> None:
    assert experiment.run(scenario()).summary["final"].iloc[0] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("formula", "error", "message"),
    [
        ("RANKLL", UnknownName, r"did you mean 'RANKL'"),
        ("RANKL +", DataError, "cannot be read"),
        ("log11(RANKL)", DataError, "log11"),
    ],
)
def test_a_formula_that_cannot_be_computed_is_refused(formula: str, error: type, message: str) -> None:
    seen = (Observable("it", "It", formula, "pM"),)
    with pytest.raises(error, match=message):
        _ = experiment.run(scenario(observables=seen)).summary


@pytest.mark.parametrize(
    ("measure", "expected"), [("value", 0.25), ("percent", 50.0), ("change", -50.0), ("contrast", 0.0)]
)
def test_measures_of_an_observable_after_a_time_before(measure: str, expected: float) -> None:
    """Estrogen halves in 658.49 d when none is made, with a time of 950 d: exp(-t / 950 d) = 1/2."""
    seen = Observable("estrogen", "Estrogen", "estrogen", "%", measure=measure)
    arms = (Arm("first", "First"), Arm("same", "Same"))
    halved = Scenario(
        id="halved",
        title="Estrogen lost",
        host="human",
        changes="slot_estrogen=0; estrogen_time=950",
        before="658.49 d",
        until="658.49 d",
        arms=arms,
        observables=(seen,),
    )
    done = experiment.run(halved, points=3)
    last = done.predicted[done.predicted["arm"] == "same"]["value"].iloc[-1]
    assert last == pytest.approx(expected, abs=1e-3 * max(abs(expected), 0.1))


def test_an_effect_is_against_the_first_arm() -> None:
    seen = Observable("osteoclasts", "Osteoclasts", "osteoclasts", "%", measure="contrast")
    arms = (Arm("bare", "Bare"), Arm("opg", "OPG-Fc", ("opg-fc",), ("opg-fc 3 mg/kg sc q2d",)))
    two = Scenario(id="two", title="Two", host="mouse", until="20 d", arms=arms, observables=(seen,))
    final = experiment.run(two, points=3).summary.set_index("arm")["final"]
    assert final["bare"] == 0.0
    assert -100 < final["opg"] < -90


def test_a_dataset_with_another_arm_is_refused() -> None:
    with pytest.raises(DataError, match="dataset canon2008 has an arm 'opg-fc' that the scenario lacks"):
        experiment.run(scenario(dataset="canon2008", until="25 d", arms=(Arm("vehicle", "Vehicle"),)))


def test_a_scenario_shorter_than_its_data_is_refused() -> None:
    with pytest.raises(DataError, match="observations lie outside 0 to 5 d"):
        experiment.run(scenario(dataset="canon2008", arms=(Arm("vehicle", "V"), Arm("opg-fc", "O"))))
