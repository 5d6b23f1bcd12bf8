"""Doses in the model: given on time, in the right amount, whatever the output grid."""

from __future__ import annotations

import numpy as np
import pytest

import ranklsys as rk
from ranklsys.errors import DoseError, UnitError
from ranklsys.sbml.document import complaints
from ranklsys.sbml.structure import structure
from tests.fragments import TRAP

MODEL = rk.compose("mouse", TRAP)
DEPOT, DRUG = "trap__depot", "trap__drug"


def amounts(regimen: str, times: list[float], column: str = DEPOT) -> list[float]:
    run = MODEL.simulate(times[-1], doses=rk.dose("trap", regimen), times=times, columns=[column])
    return list(run[column])


def test_a_dose_at_time_zero_is_given() -> None:
    assert amounts("10 pmol sc", [0.0, 1.0]) == pytest.approx([10.0, 10.0 * np.exp(-1)], rel=1e-7)


def test_a_row_at_a_dose_time_holds_the_value_just_after_it() -> None:
    after = amounts("10 pmol sc q2d", [0.0, 2.0])[1]
    assert after == pytest.approx(10.0 * (1 + np.exp(-2)), rel=1e-7)


def test_a_course_ends_after_its_last_dose() -> None:
    assert amounts("10 pmol sc q1d x 2 from 1 d", [0.0, 5.0])[1] == pytest.approx(
        10 * (np.exp(-4) + np.exp(-3)), rel=1e-6
    )


def test_two_courses_at_the_same_time_add_up() -> None:
    run = MODEL.simulate("1 d", doses="trap 10 pmol sc; trap 5 pmol sc", times=[0.0, 1.0], columns=[DEPOT])
    assert run[DEPOT].iloc[0] == pytest.approx(15.0)


def test_mass_becomes_amount_by_the_molar_mass() -> None:
    assert amounts("1 ug sc", [0.0, 1.0])[0] == pytest.approx(10.0)  # 1 ug / 100 kDa = 10 pmol


def test_a_dose_per_weight_is_times_the_body_weight() -> None:
    assert amounts("1 mg/kg sc", [0.0, 1.0])[0] == pytest.approx(200.0)  # x 0.02 kg / 100 kDa
    heavy = MODEL.set(body_weight="40 g").simulate("1 d", doses="trap 1 mg/kg sc", columns=[DEPOT], points=2)
    assert heavy[DEPOT].iloc[0] == pytest.approx(400.0)


def test_a_dose_per_body_surface_goes_with_weight_to_the_power_two_thirds() -> None:
    """Meeh: 0.1 m2 at 1 kg, so 0.00737 m2 at 20 g; 1 mg/m2 of 100 kDa is then 73.7 pmol."""
    assert amounts("1 mg/m^2 sc", [0.0, 1.0])[0] == pytest.approx(73.681, rel=1e-4)
    heavy = MODEL.set(body_weight="160 g").simulate("1 d", doses="trap 1 mg/m2 sc", columns=[DEPOT], points=2)
    assert heavy[DEPOT].iloc[0] == pytest.approx(4 * 73.681, rel=1e-4)


def test_a_dose_into_a_concentration_is_divided_by_its_volume() -> None:
    assert amounts("10 pmol iv", [0.0, 1.0], DRUG)[0] == pytest.approx(5.0)  # 2 l of blood


def test_an_infusion_gives_its_dose_over_its_time() -> None:
    run = MODEL.simulate("2 d", doses="trap 10 pmol iv over 12 h", times=[0.0, 0.25, 0.5, 2.0], columns=[DRUG])[DRUG]
    filling = lambda hours: 10.0 * (1 - np.exp(-hours))  # noqa: E731  rate 20 pmol/d into 2 l, loss 1/d
    expected = [0.0, filling(0.25), filling(0.5), filling(0.5) * np.exp(-1.5)]
    assert list(run) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_infusions_repeat() -> None:
    run = MODEL.simulate("5 d", doses="trap 10 pmol iv over 1 h q1d x 3", points=501, columns=[DRUG])[DRUG]
    assert len(np.flatnonzero(np.diff(np.sign(np.diff(run.to_numpy()))) < 0)) == 3  # three peaks


@pytest.mark.parametrize("points", [2, 26, 251, 2501])
def test_doses_do_not_depend_on_the_output_grid(points: int) -> None:
    model = rk.compose("mouse", "mda-mb-231", "opg-fc")
    dosed = lambda number: model.simulate("25 d", doses="opg-fc 3 mg/kg sc q2d", points=number).iloc[-1]  # noqa: E731
    assert dosed(points).to_numpy() == pytest.approx(dosed(26).to_numpy(), rel=1e-6, abs=1e-12)


def test_a_dose_of_zero_changes_nothing() -> None:
    columns = ["RANKL", "osteoclasts", "bone_volume"]
    dosed, bare = (
        MODEL.simulate("100 d", doses=doses, columns=columns) for doses in ("trap 0 mg sc q2d", ""[:0] or ())
    )
    assert np.abs(dosed - bare).max(axis=None) < 1e-9


def test_regimens_that_differ_in_numbers_share_one_compiled_model() -> None:
    courses = [MODEL.courses(rk.dose("trap", text)) for text in ("1 mg sc q2d", "7 nmol sc q4w x 3 from 2 d")]
    structures = {structure(MODEL.base, each) for each in courses}
    assert len(structures) == 1


@pytest.mark.thorough
def test_doses_are_written_into_saved_sbml(tmp_path) -> None:
    path = MODEL.save(tmp_path / "dosed.xml", doses="trap 10 pmol sc q2d; trap 4 pmol iv over 1 h")
    assert complaints(path.read_text(encoding="utf-8")) == []
    run = rk.load(path).simulate("4 d", columns=[DEPOT, DRUG])
    assert run.to_numpy() == pytest.approx(
        MODEL.simulate("4 d", doses="trap 10 pmol sc q2d; trap 4 pmol iv over 1 h", columns=[DEPOT, DRUG]).to_numpy()
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("opg-fc 3 mg/kg sc", "'opg-fc' is not part of this model"),
        ("trap 3 mg im", r"trap has no route 'im'.*Its routes: sc, iv"),
        ("trap 3 mg", "trap needs a route"),
        ("trap 3 Gy sc", "cannot be converted"),
        ("trap -3 mg sc", "-3"),
    ],
)
def test_a_dose_that_does_not_fit_is_refused(text: str, message: str) -> None:
    with pytest.raises(DoseError, match=message):
        MODEL.simulate("1 d", doses=text)


def test_an_unknown_unit_is_named_with_the_nearest() -> None:
    with pytest.raises((DoseError, UnitError), match="mgg"):
        MODEL.simulate("1 d", doses="trap 3 mgg sc")


def test_a_cell_line_cannot_be_dosed() -> None:
    with pytest.raises(DoseError, match="'mda-mb-231' is a cell line and cannot be dosed"):
        rk.compose("mouse", "mda-mb-231").simulate("1 d", doses="mda-mb-231 3 mg sc")


def test_mass_without_a_molar_mass_is_refused() -> None:
    from tests.fragments import part_of

    model = rk.compose("mouse", part_of(TRAP, molar_mass=None))
    with pytest.raises(DoseError, match="trap has no molar mass"):
        model.simulate("1 d", doses="trap 3 mg sc")


@pytest.mark.parametrize("every", ["0.1d", "0.2d", "1.1d", "56h"])
def test_rows_at_rounded_dose_times_hold_the_value_after_the_dose(every: str) -> None:
    interval = rk.dose("trap", f"1 pmol sc q{every}")[0].every
    times = [round(number * interval, 12) for number in range(31)]
    run = MODEL.simulate(times[-1], doses=rk.dose("trap", f"1 pmol sc q{every}"), times=times, columns=[DEPOT])[DEPOT]
    after = [(1 - np.exp(-interval * (number + 1))) / (1 - np.exp(-interval)) for number in range(31)]
    assert list(run) == pytest.approx(after, rel=1e-5)


def test_a_result_records_what_was_given() -> None:
    run = MODEL.simulate("1 d", doses="trap 1 ug sc", points=2)
    assert run.attrs["made_by"]["given"]["trap__dose_1_amount"] == pytest.approx(10.0)


def test_a_dose_in_gray_adds_its_number() -> None:
    from tests.fragments import sbml

    body = (
        "compartment tissue = 1 volume; substanceOnly species dose in tissue = 0; const k = 1 per_day; dose' = -k*dose;"
    )
    text = sbml(body).replace('id="dose"', 'id="dose" substanceUnits="dimensionless"')
    part = rk.Part(id="radiation", kind="therapy", sbml=text, routes={"beam": "dose"}, dose_unit="Gy")
    model = rk.compose("mouse", part)
    run = model.simulate("1 d", doses="radiation 8 Gy beam", points=2, columns=["radiation__dose"])
    assert run.iloc[0, 0] == 8.0
    with pytest.raises(DoseError, match="8 mg"):
        model.simulate("1 d", doses="radiation 8 mg beam")
