"""Frames: units and provenance travel with the numbers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import ranklsys as rk
from ranklsys import frame
from ranklsys.errors import DataError


@pytest.fixture
def run() -> pd.DataFrame:
    return rk.compose("mouse", "opg-fc").set(RANKL_loss=1.1).simulate("3 d", doses="opg-fc 3 mg/kg sc q2d", points=4)


def test_a_result_is_indexed_by_time_with_a_column_for_each_observable(run: pd.DataFrame) -> None:
    assert run.index.name == "time"
    assert list(run.index) == [0.0, 1.0, 2.0, 3.0]
    assert {"RANKL", "RANKL_lesion", "resorption", "opg_fc__depot"} <= set(run.columns)


def test_every_column_has_a_unit(run: pd.DataFrame) -> None:
    units = run.attrs["units"]
    assert set(units) == set(run.columns)
    assert units["RANKL"] == "pM"
    assert units["calcium"] == "mM"
    assert units["osteoclasts"] == "dimensionless"
    assert all(units.values())


def test_a_result_says_how_it_was_made(run: pd.DataFrame) -> None:
    made_by = run.attrs["made_by"]
    assert made_by["parts"] == ["opg-fc"]
    assert made_by["changes"] == {"RANKL_loss": 1.1}
    assert made_by["doses"] == ["opg-fc 3 mg/kg sc q2d"]
    assert len(made_by["model"]) == 64
    assert made_by["relative_tolerance"] == 1e-8


def test_units_and_provenance_survive_parquet(run: pd.DataFrame, tmp_path) -> None:
    again = pd.read_parquet(frame.save(run, tmp_path / "run.parquet"))
    assert again.attrs == run.attrs
    pd.testing.assert_frame_equal(again, run)


def test_csv_keeps_the_numbers(run: pd.DataFrame, tmp_path) -> None:
    again = pd.read_csv(frame.save(run, tmp_path / "deep" / "run.csv"), index_col="time")
    assert again["RANKL"].to_numpy() == pytest.approx(run["RANKL"].to_numpy(), rel=1e-9)


def test_another_kind_of_file_is_refused(run: pd.DataFrame, tmp_path) -> None:
    with pytest.raises(DataError, match=r"run.ods: '.ods' is not a kind of table\. End it in \.csv or \.parquet"):
        frame.save(run, tmp_path / "run.ods")


def test_the_long_form_has_one_number_a_row(run: pd.DataFrame) -> None:
    long = frame.tidy(run, arm="a")
    assert list(long.columns) == ["arm", "time", "quantity", "value", "unit"]
    assert len(long) == run.size


def test_a_scan_has_every_combination() -> None:
    over = {"slot_OPG_production": [0.5, 2.0], "slot_RANKL_production": [1.0, "2", 3]}
    table = rk.scan(rk.compose("mouse"), over, "5 d", points=3, columns=["RANKL"])
    assert table.index.names == ["slot_OPG_production", "slot_RANKL_production", "time"]
    assert len(table) == 2 * 3 * 3
    last = table.groupby(level=[0, 1], sort=False).last()["RANKL"]
    assert last[0.5, 2.0] > last[2.0, 2.0]


def test_a_scan_over_regimens_shows_the_dose_response() -> None:
    doses = [f"opg-fc {amount} mg/kg sc q2d" for amount in (0, 0.001, 0.01, 3)]
    table = rk.scan(rk.compose("mouse", "opg-fc"), {"doses": doses}, "20 d", points=2, columns=["osteoclasts"])
    last = table.groupby("doses", sort=False).last()["osteoclasts"]
    assert list(last.index) == doses
    assert last.is_monotonic_decreasing
    assert last.iloc[0] == pytest.approx(1.0)


def test_a_scan_equals_its_single_runs() -> None:
    model = rk.compose("mouse", "opg-fc")
    table = rk.scan(model, {"slot_OPG_production": [0.5, 2.0], "OPG_loss": [0.2]}, "5 d", points=3, columns=["RANKL"])
    single = model.set(slot_OPG_production=2.0, OPG_loss=0.2).simulate("5 d", points=3, columns=["RANKL"])
    assert table.loc[2.0, 0.2].to_numpy() == pytest.approx(single.to_numpy(), rel=1e-12)


def test_an_empty_scan_is_refused() -> None:
    with pytest.raises(DataError, match="nothing to scan"):
        rk.scan(rk.compose("mouse"), {"RANKL_loss": []}, "5 d")


def test_logspace_keeps_the_unit_and_the_ends() -> None:
    values = rk.logspace("0.1 1/d", "10 1/d", 3)
    assert values[0] == "0.1 1/d"
    assert values[-1] == "10.0 1/d"
    assert float(str(values[1]).split()[0]) == pytest.approx(1.0)
    assert rk.logspace(1, 100, 3) == pytest.approx([1, 10, 100])


@pytest.mark.parametrize("ends", [("0 1/d", "1 1/d"), ("1 1/d", "2 pM"), ("-1", "1")])
def test_a_log_scale_needs_two_positive_ends_in_one_unit(ends: tuple[str, str]) -> None:
    with pytest.raises(rk.RanklsysError):
        rk.logspace(*ends, 3)


def test_a_table_longer_than_a_sheet_is_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl", reason="workbooks are an extra: ranklsys[excel]")
    (tmp_path / "long.xlsx").write_bytes(b"before")
    table = pd.DataFrame(index=pd.RangeIndex(frame.MOST_OF_A_SHEET))
    with pytest.raises(DataError, match=r"a sheet holds 1,048,575 rows below its header"):
        frame.save(table, tmp_path / "long.xlsx")
    assert (tmp_path / "long.xlsx").read_bytes() == b"before"
