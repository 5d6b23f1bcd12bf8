"""Scenarios and datasets are read strictly: a typo is an error that names file, line or key."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from ranklsys.errors import DataError
from ranklsys.plugins.scenario import Arm, Dataset, Observable, Scenario

HEADER = "arm,observable,time,value,error,unit,note\n"
TOML = """
id = "canon2008"
title = "OPG-Fc in bone metastasis"
host = "mouse"
parts = ["mda-mb-231"]
until = "25 d"
dataset = "canon2008"
cite = ["doi:..."]

[[arms]]
id = "vehicle"
title = "Vehicle"

[[arms]]
id = "opg-fc"
title = "OPG-Fc 3 mg/kg"
parts = ["opg-fc"]
doses = ["opg-fc 3 mg/kg sc tiw from 0 d"]

[[observables]]
id = "light"
title = "Tumour light signal"
formula = "log10(light)"
unit = "log10 photon/s"
"""


def toml(tmp_path: Path, old: str = "", new: str = "") -> Path:
    assert old in TOML
    path = tmp_path / "canon2008.toml"
    path.write_text(TOML.replace(old, new, 1) if old else TOML, encoding="utf-8")
    return path


def dataset(tmp_path: Path, rows: str, header: str = HEADER) -> Dataset:
    path = tmp_path / "canon2008.csv"
    path.write_text(header + rows, encoding="utf-8")
    return Dataset("canon2008", path)


def test_a_toml_file_spells_the_scenario(tmp_path: Path) -> None:
    assert Scenario.from_toml(toml(tmp_path)) == Scenario(
        id="canon2008",
        title="OPG-Fc in bone metastasis",
        host="mouse",
        parts=("mda-mb-231",),
        until="25 d",
        arms=(
            Arm("vehicle", "Vehicle"),
            Arm("opg-fc", "OPG-Fc 3 mg/kg", ("opg-fc",), ("opg-fc 3 mg/kg sc tiw from 0 d",)),
        ),
        observables=(Observable("light", "Tumour light signal", "log10(light)", "log10 photon/s"),),
        dataset="canon2008",
        cite=("doi:...",),
    )


def test_an_observable_may_be_on_a_logarithmic_axis(tmp_path: Path) -> None:
    path = toml(tmp_path, 'unit = "log10 photon/s"', 'unit = "photon/s"\nlog = true')
    assert Scenario.from_toml(path).observables[0].log


def test_an_observable_has_a_measure(tmp_path: Path) -> None:
    old = 'unit = "log10 photon/s"'
    assert Scenario.from_toml(toml(tmp_path)).observables[0].measure == "value"
    assert Scenario.from_toml(toml(tmp_path, old, f'{old}\nmeasure = "change"')).observables[0].measure == "change"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("until =", "untill =", r"there is no key 'untill' \(did you mean 'until'"),
        ("doses =", "dose =", r"arms\[2\]: there is no key 'dose' \(did you mean 'doses'"),
        ("formula =", "formulae =", r"observables\[1\]: there is no key 'formulae' \(did you mean 'formula'"),
        ('until = "25 d"', "", "the key 'until' is missing"),
        ('until = "25 d"', "until = 25", "until: 25 is not a text"),
        ('until = "25 d"', 'until = ""', "until: '' is not a text"),
        ('["mda-mb-231"]', '"mda-mb-231"', "parts: 'mda-mb-231' is not a list"),
        ('["mda-mb-231"]', "[231]", "parts: 231 is not a text"),
        ("[[observables]]", "[observables]", r"observables: it is not a list of tables. Write: \[\[observables\]\]"),
        ('formula = "log10(light)"', 'formula = "light"\nlog = 1', "log: 1 is neither true nor false"),
        ("formula =", 'measure = "chang"\nformula =', r"there is no measure 'chang' \(did you mean 'change'"),
        ('host = "mouse"', 'host = "mose"', r"there is no host 'mose' \(did you mean 'mouse'"),
        ('id = "vehicle"', 'id = "opg-fc"', "two arms have the id 'opg-fc'"),
        ('until = "25 d"', 'until = "25 d', "it is not TOML"),
    ],
)
def test_a_wrong_toml_file_is_named_with_the_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(DataError, match=f"canon2008.toml: .*{message}"):
        Scenario.from_toml(toml(tmp_path, old, new))


def test_a_missing_toml_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"canon2008.toml: there is no such file"):
        Scenario.from_toml(tmp_path / "canon2008.toml")


def test_a_scenario_needs_an_arm() -> None:
    light = Observable("light", "Light", "light", "photon/s")
    with pytest.raises(DataError, match="scenario 'empty': it has no arm"):
        Scenario(id="empty", title="Empty", host="mouse", until="1 d", arms=(), observables=(light,))


def test_a_dataset_gives_a_frame_of_numbers(tmp_path: Path) -> None:
    frame = dataset(
        tmp_path, "vehicle,light,7,6.5,0.2,log10 photon/s,Fig. 2\nvehicle,light,14,7,,log10 photon/s,\n"
    ).frame()
    assert list(frame["time"]) == [7.0, 14.0]
    assert list(frame["value"]) == [6.5, 7.0]
    assert frame["error"][0] == 0.2
    assert list(frame["note"]) == ["Fig. 2", ""]


def test_an_unknown_error_is_nan(tmp_path: Path) -> None:
    assert math.isnan(dataset(tmp_path, "vehicle,light,7,6.5,,photon/s,\n").frame()["error"][0])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (",light,1,1,,photon/s,", "the arm is empty"),
        ("vehicle,,1,1,,photon/s,", "the observable is empty"),
        ("vehicle,light,1,1,,,", "the unit is empty. Write 'dimensionless' for a ratio"),
        ("vehicle,light,day 1,1,,photon/s,", "the time 'day 1' is not a finite number"),
        ("vehicle,light,1,,,photon/s,", "the value '' is not a finite number"),
        ("vehicle,light,1,1,nan,photon/s,", "the error 'nan' is not a finite number"),
        ("vehicle,light,1,1,0,photon/s,", "the error 0 is not positive"),
        ("vehicle,light,1,1,,photon/h,", "'light' is in 'photon/h' here and in 'photon/s' above"),
    ],
)
def test_a_wrong_observation_is_named_by_file_and_line(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(DataError, match=f"canon2008.csv:3: {message}"):
        dataset(tmp_path, f"vehicle,light,0,1,,photon/s,\n{row}\n").frame()


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"canon2008.csv:1: there is no column 'error' \(did you mean 'errors'"):
        dataset(tmp_path, "", header="arm,observable,time,value,errors,unit,note\n").frame()


def test_a_dataset_without_rows_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there are no observations"):
        dataset(tmp_path, "").frame()
