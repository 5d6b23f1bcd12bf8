"""Fits: known numbers are found again, the same ones every time; what the data do not say is said; tables stay intact."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from ranklsys import show
from ranklsys.cli import cli
from ranklsys.errors import DataError, RanklsysError
from ranklsys.study import fit_page, report
from ranklsys.study.calibration import Calibration, Spec
from ranklsys.study.fit import fit
from ranklsys.study.fit_result import Fit
from ranklsys.study.objective import LARGE, Objective, target
from ranklsys.study.observations import observations
from ranklsys.tables import toml
from ranklsys.tables.editable import EditableTable, number_text

ROOT = Path(__file__).parent.parent.parent
TRUE = {"estrogen_time": 600.0, "estrogen_loss_RANKL": 3.0}
PARAMETERS = (
    "\ufeffid,name,human,mouse,human_kind,mouse_kind,note\r\n"
    'estrogen_time,"time, of loss",950,950,derived,derived,"a ""quoted"" note"\r\n'
    "estrogen_loss_RANKL,extra RANKL,2.34,2.34,assumed,assumed,\r\n"
    "homing_rate,of no effect here,0.1,0.1,assumed,assumed,\r\n"
)
CELL_LINES = "part,parameter,value,kind\nx,tumour_growth,0.3,assumed\ny,tumour_growth,0.3,assumed\n"
SPEC = 'title = "Made up"\nhost = "mouse"\ntables = ["seen.csv"]\n'
HEADER = "study,host,parts,changes,observable,time,value,error,rule\n"

Make = Callable[..., Path]


def parameter(id: str, low: float, high: float, more: str = "") -> str:
    return f'[[parameter]]\nid = "{id}"\ntable = "parameters.csv"\nlow = {low}\nhigh = {high}\n{more}\n'


TIME = parameter("estrogen_time", 100, 5000)
RANKL = parameter("estrogen_loss_RANKL", 0.2, 20)


@pytest.fixture(scope="module")
def seen() -> str:
    """Observations made with the model and other numbers."""
    import ranklsys as rk

    days = [200.0, 500.0, 1000.0]
    run = rk.compose("mouse").set(TRUE, slot_estrogen=0).simulate(1000, times=[0.0, *days])
    rows = [
        f"Made,mouse,,slot_estrogen=0; growth_scale=1,{name},{day},{run.loc[day, name]:.8g},{error},"
        for name, error in (("estrogen", 0.02), ("osteoclasts", 0.02))
        for day in days
    ]
    return HEADER + "\n".join(rows) + "\n"


@pytest.fixture
def make(tmp_path: Path, seen: str) -> Make:
    """Give ``make(*tables of the spec)``, which writes a spec with all that it needs and returns its path."""

    def write(*tables: str, top: str = SPEC, rows: str = seen) -> Path:
        (tmp_path / "seen.csv").write_text(rows, encoding="utf-8")
        (tmp_path / "parameters.csv").write_bytes(PARAMETERS.encode())
        (tmp_path / "lines.csv").write_text(CELL_LINES, encoding="utf-8")
        path = tmp_path / "spec.toml"
        path.write_text(top + "\n".join(tables), encoding="utf-8")
        return path

    return write


def fitted(found: Fit) -> dict[str, float]:
    return dict(zip(found.table["id"], found.after, strict=True))


def test_known_numbers_are_found_again(make: Make) -> None:
    found = fit(make(TIME, RANKL), starts=1, processes=1)
    assert fitted(found) == pytest.approx(TRUE, rel=1e-3)  # the observations have eight digits, the tolerance is 1e-6
    assert found.cost_after < 1e-3 < found.cost_before
    assert found.made_by["engine"].startswith("libroadrunner")  # there is too little to run for lanes


def test_same_seed_gives_the_same_numbers_with_one_process_and_with_two(make: Make) -> None:
    spec = make(TIME, RANKL)
    lines: list[str] = []
    one, two = (fit(spec, starts=3, seed=5, processes=number, report=lines.append) for number in (1, 2))
    assert one.after == two.after
    assert one.starts.equals(two.starts)
    assert len(lines) == 6
    assert re.fullmatch(r"start 3 of 3: cost .*, least so far .*", lines[2])


@pytest.mark.thorough
def test_in_lanes_too_with_one_process_and_with_two(make: Make) -> None:
    """Five starts beside each other, or five and four: the same to the last bit, and the minimum of RoadRunner."""
    spec = make(TIME, RANKL)
    options = {"starts": 9, "seed": 5}
    one, two = (fit(spec, processes=number, engine="lanes", **options) for number in (1, 2))
    assert one.after == two.after
    assert one.starts.equals(two.starts)
    assert fitted(one) == pytest.approx(TRUE, rel=1e-3)
    alone = fit(spec, engine="roadrunner", starts=1)
    assert fitted(alone) == pytest.approx(fitted(one), rel=1e-4)


@pytest.mark.thorough
def test_profiles_in_lanes_are_the_same_with_one_process_and_with_two(make: Make) -> None:
    spec = make(TIME, RANKL)
    one, two = (fit(spec, processes=number, starts=1, engine="lanes", profiles=True).profiles for number in (1, 2))
    assert one is not None
    assert one.equals(two)


@pytest.mark.thorough
def test_the_derivatives_of_lanes_are_those_of_a_tight_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the fit of the mouse. RoadRunner at its usual tolerance is further off: steps are small beside its error."""
    from ranklsys.model.series import run_series
    from ranklsys.model.solver import Solver
    from ranklsys.study import objective as module

    tight = Solver(relative_tolerance=1e-11, absolute_tolerance=1e-17)
    calibration = Calibration(ROOT / "calibration/fit_mouse.toml")
    x = Objective(calibration, engine="roadrunner").start + 0.01
    lanes, usual = (Objective(calibration, engine=each).jacobian(x) for each in ("lanes", "roadrunner"))
    monkeypatch.setattr(module, "run_series", lambda *given, **more: run_series(*given, **more, solver=tight))
    reference = Objective(calibration, engine="roadrunner").jacobian(x)
    sizes = np.linalg.norm(reference, axis=0)
    off, usually = (np.linalg.norm(each - reference, axis=0) / sizes for each in (lanes, usual))
    assert off.max() < 1e-3
    assert off.max() < usually.max()


def test_another_seed_starts_elsewhere(make: Make) -> None:
    calibration = Calibration(make(TIME))
    costs = [fit(calibration, starts=2, seed=seed, processes=1).starts["cost_at_start"].max() for seed in (1, 2)]
    assert costs[0] != costs[1]


def test_a_prior_pulls_towards_its_centre(make: Make) -> None:
    tight = "prior = 800\nprior_sd = 0.02"
    pulled = fit(make(parameter("estrogen_time", 100, 5000, tight), RANKL), starts=1, processes=1)
    assert 610 < fitted(pulled)["estrogen_time"] < 800


def test_what_is_held_is_not_fitted_and_costs(make: Make) -> None:
    spec = make(TIME, RANKL)
    free, held = (
        fit(spec, starts=1, processes=1),
        fit(Calibration(spec, {"estrogen_time": 2000.0}), starts=1, processes=1),
    )
    assert list(held.table["id"]) == [id for id in free.table["id"] if id != "estrogen_time"]
    assert held.cost_after > free.cost_after + 1
    with pytest.raises(DataError, match="estrogen_time is held"):
        held.calibration.write(held.after)


def test_a_profile_says_what_is_identified(make: Make) -> None:
    spec = make(TIME, parameter("homing_rate", 0.05, 0.2))
    found = fit(spec, starts=1, processes=1, profiles=True)
    table = found.table.set_index("id")
    assert list(table["identified"]) == [True, False]
    low, high = table.loc["estrogen_time", ["interval_low", "interval_high"]]
    assert low < found.after[0] < high
    assert 2 * (Objective(found.calibration).cost(np.log([low, found.after[1]])) - found.cost_after) == pytest.approx(
        3.84,
        rel=0.01,  # between two points of the profile the root of the rise is taken as a line
    )


def test_without_a_profile_the_curvature_says_what_is_identified(make: Make) -> None:
    """Estrogen falls by an exponential, nearly straight over so short an interval: both ways say nearly the same."""
    spec = make(TIME, parameter("homing_rate", 0.05, 0.2))
    profiled, curved = (fit(spec, starts=1, processes=1, profiles=each) for each in (True, False))
    ends = ["interval_low", "interval_high"]
    assert curved.table[ends].iloc[0].tolist() == pytest.approx(profiled.table[ends].iloc[0].tolist(), rel=0.02)
    assert list(curved.table["identified"]) == [True, False]
    assert "95 % by curvature" in show.text(report.fit(curved)[0])


def test_an_interval_that_only_the_prior_gives_is_named(make: Make) -> None:
    found = fit(
        make(TIME, parameter("homing_rate", 0.01, 1, "prior = 0.1\nprior_sd = 0.5")),
        starts=1,
        processes=1,
        profiles=True,
    )
    assert found.table["prior_share"].iloc[1] == pytest.approx(1, abs=0.01)  # the root of the rise is straight here
    assert list(found.table["low_by"]) == list(found.table["high_by"]) == ["data", "prior"]
    assert re.search("homing_rate.*mostly the prior", show.text(report.fit(found)[0]))


def test_a_number_that_no_row_hangs_on_is_bounded_by_nothing(make: Make) -> None:
    found = fit(make(TIME, parameter("homing_rate", 0.05, 0.2)), starts=1, processes=1, profiles=True)
    page = fit_page.page(found)
    assert re.search(r"`estrogen_time` .* \| data \|", page)
    assert "| `homing_rate` | 0.1 | 0.1 | - to - | nothing |" in page
    assert found.correlation.loc["estrogen_time", "homing_rate"] == 0


def test_numbers_that_a_row_hangs_on_alike_are_told_apart_badly(make: Make) -> None:
    """One row, of which the share that is lost and the estrogen that is half enough say as much."""
    rows = HEADER + "A,mouse,,slot_estrogen=0.1,OPG_systemic,1000,0.9,0.01,\n"
    spec = make(parameter("estrogen_loss_OPG", 0.01, 0.9), parameter("estrogen_half", 0.01, 1), rows=rows)
    cells = "estrogen_loss_OPG,share,0.2,0.2,assumed,assumed,\r\nestrogen_half,half,0.1,0.1,assumed,assumed,\r\n"
    (spec.parent / "parameters.csv").write_bytes((PARAMETERS + cells).encode())
    found = fit(spec, starts=1, processes=1)
    ((one, other, value),) = found.collinear
    assert {one, other} == {"estrogen_loss_OPG", "estrogen_half"}
    assert abs(value) > 0.99
    assert "numbers told apart badly" in "".join(map(show.text, report.fit(found)))


def test_an_end_is_given_by_what_makes_most_of_the_rise(make: Make) -> None:
    """The data alone give an interval of a hundredth either way."""
    by = [
        fit(make(parameter("estrogen_time", 100, 5000, f"prior = 562\nprior_sd = {sd}")), starts=1, processes=1).table
        for sd in (0.1, 0.002)
    ]
    assert [list(each.loc[0, ["low_by", "high_by"]]) for each in by] == [["data", "data"], ["prior", "prior"]]


@pytest.mark.parametrize(
    ("low_by", "high_by", "at_bound", "words"),
    [
        ("data", "data", "", "data"),
        ("prior", "data", "", "prior below, data above"),
        ("data", "bound", "high", "data below, nothing above; at its high bound"),
        ("bound", "bound", "", "nothing"),
    ],
)
def test_what_gives_an_interval_is_told_in_words(low_by: str, high_by: str, at_bound: str, words: str) -> None:
    assert fit_page.bounded(low_by, high_by, at_bound) == words


def test_a_simulation_that_fails_gives_large_finite_residuals(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from ranklsys.errors import SimulationError
    from ranklsys.model import engine

    objective = Objective(Calibration(make(TIME)))

    def fails(*_: object) -> None:
        raise SimulationError("no")

    monkeypatch.setattr(engine, "simulate", fails)
    assert set(objective.residuals(objective.start)) == {LARGE}


def test_a_number_that_an_experiment_lacks_does_not_run_it_again(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from ranklsys.model import engine

    nuisance = '[[nuisance]]\nstudy = "Other"\nid = "growth_scale"\nlow = 0.1\nhigh = 10\n'
    more = "Other,mouse,,growth_scale=1; slot_estrogen=0.5,estrogen,100,1,0.1,\n"
    (spec := make(TIME, nuisance)).with_name("seen.csv").open("a", encoding="utf-8").write(more)
    objective = Objective(Calibration(spec))
    objective.residuals(objective.start)
    runs: list[object] = []
    simulate = engine.simulate
    monkeypatch.setattr(engine, "simulate", lambda *given: (runs.append(given), simulate(*given))[1])
    objective.residuals(objective.start + np.array([0.0, 0.1]))
    assert len(runs) == 1


@pytest.mark.parametrize(
    ("cells", "value", "sd"),
    [
        ("10,,,2,", 10, 2),
        ("10,,,,25 percent", 10, 1.25),
        ("10,,,,3 points or 50 percent", 10, 1.5),
        (",8,16,,", 12, 2),
        ("10,,,,4 fold", np.log(10), np.log(2)),
    ],
)
def test_the_standard_error_follows_the_rule_where_there_is_none(tmp_path, cells: str, value: float, sd: float) -> None:
    (tmp_path / "t.csv").write_text(
        f"study,host,observable,time,value,low,high,error,rule\nA,mouse,RANKL,1,{cells}\n", encoding="utf-8"
    )
    (row,) = observations(tmp_path / "t.csv")
    assert (target(row).value, target(row).sd) == pytest.approx((value, sd))
    assert target(row, 0.5).sd == 0.5


def test_an_assumed_error_takes_the_place_of_the_table_s(make: Make) -> None:
    spec = make(TIME, '[[error]]\nstudy = "Made"\nobservable = "estr*"\nsd = 0.5\n')
    assert [each.sd for each in Objective(Calibration(spec)).targets] == [0.5] * 3 + [0.02] * 3


# what is written


def test_write_changes_only_the_cells_concerned(make: Make) -> None:
    nuisance = '[[nuisance]]\nstudy = "Ma*"\nid = "growth_scale"\nlow = 0.1\nhigh = 10\n'
    spec = make(parameter("estrogen_time", 100, 5000, 'hosts = ["mouse", "human"]'), nuisance)
    table = spec.with_name("seen.csv")
    before = table.read_bytes()
    written = Calibration(spec).write([612.3456, 2.0])
    assert {path.name for path in written} == {"parameters.csv", "seen.csv"}
    expected = PARAMETERS.replace("950,950,derived,derived", "612.3,612.3,derived,fitted")
    assert spec.with_name("parameters.csv").read_bytes() == expected.encode()
    assert table.read_bytes() == before.replace(b"growth_scale=1,", b"growth_scale=2,")


def test_write_of_what_is_there_already_changes_nothing(make: Make) -> None:
    spec = make(TIME)
    assert Calibration(spec).write([950.0]) == []
    assert spec.with_name("parameters.csv").read_bytes() == PARAMETERS.encode()


def test_parts_that_share_a_value_are_written_too_but_stay_assumed(make: Make) -> None:
    rows = HEADER + "A,mouse,x,,tumour,1,1,1,\n"
    growth = '[[parameter]]\nid = "tumour_growth"\ntable = "lines.csv"\npart = "x"\nalso = ["y"]\nlow = 0.1\nhigh = 1\n'
    spec = make(growth, rows=rows)
    Calibration(spec).write([0.25])
    assert spec.with_name("lines.csv").read_text(encoding="utf-8") == (
        "part,parameter,value,kind\nx,tumour_growth,0.25,fitted\ny,tumour_growth,0.25,assumed\n"
    )


@pytest.mark.parametrize(("id", "row"), [("half", "x,half,0.25,fitted"), ("burial", ",burial,0.25,fitted")])
def test_a_table_of_several_parts_has_rows_of_one_and_rows_of_all(make: Make, id: str, row: str) -> None:
    table = "part,id,value,kind\n,burial,0.3,assumed\nx,half,0.3,assumed\ny,half,0.3,assumed\n"
    wanted = f'[[parameter]]\nid = "x__{id}"\ntable = "drugs.csv"\npart = "x"\nlow = 0.1\nhigh = 1\n'
    spec = make(wanted, rows=HEADER + "A,mouse,x,,tumour,1,1,1,\n")
    spec.with_name("drugs.csv").write_text(table, encoding="utf-8")
    Calibration(spec).write([0.25])
    after = spec.with_name("drugs.csv").read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line not in table.splitlines()] == [row]


def test_a_part_s_number_is_for_rows_with_the_part_and_a_row_s_own_changes_win(make: Make) -> None:
    rows = HEADER + "A,mouse,x,,tumour,1,1,1,\nA,mouse,,,tumour,1,1,1,\nA,mouse,x z,tumour_growth=1,tumour,1,1,1,\n"
    growth = '[[parameter]]\nid = "tumour_growth"\ntable = "lines.csv"\npart = "x"\nlow = 0.1\nhigh = 1\n'
    calibration = Calibration(make(growth, rows=rows))
    assert [calibration.quantities[0].stage(row) for row in calibration.rows] == ["changes", "", ""]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.506, "0.506"),
        (9.05e-4, "9.05e-4"),
        (9.65e8, "9.65e8"),
        (12.3456, "12.35"),
        (1000.0, "1000"),
        (0.0344, "0.0344"),
    ],
)
def test_numbers_are_written_as_the_tables_spell_them(value: float, text: str) -> None:
    assert number_text(value) == text


def test_every_table_of_the_repository_survives_being_read_and_saved(tmp_path: Path) -> None:
    for table in [*ROOT.glob("models/*.csv"), *ROOT.glob("plugins/*/*/*.csv")]:
        copy = tmp_path / table.name
        copy.write_bytes(table.read_bytes())
        assert EditableTable(copy).save().read_bytes() == table.read_bytes()


# the command


def test_the_command_writes_tables_and_pictures_and_nothing_else(make: Make, tmp_path: Path) -> None:
    spec = make(TIME, RANKL)
    kept = {path: path.read_bytes() for path in tmp_path.iterdir()}
    words = ["fit", str(spec), "--starts", "2", "--processes", "1", "--profiles", "-o", str(tmp_path / "out")]
    said = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert said.exit_code == 0, said.output
    assert re.search(r"estrogen_time +950 +600 +100 to 5000 +\d", said.output)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    tables = {f"{name}.csv" for name in ("result", "starts", "profiles", "correlation")}
    pictures = {f"{name}.png" for name in ("waterfall", "profiles", "residuals", "correlation", "study-made")}
    assert names == {*tables, *pictures, "page.md"}
    page = (tmp_path / "out" / "page.md").read_text(encoding="utf-8")
    assert re.search(r"at the least, which 2 of\n2 starts found\.", page)
    assert re.search(r"\| `estrogen_time` \| 950 \| 600 \| \d+\.?\d* to \d+\.?\d* \| data \|", page)
    assert {name for _, name in re.findall(r"!\[(.+)\]\((.+)\)", page)} == pictures
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == kept


def test_the_command_writes_values_back_when_asked(make: Make) -> None:
    spec = make(TIME, RANKL)
    said = CliRunner().invoke(cli, ["fit", str(spec), "--starts", "1", "--processes", "1", "--write"])
    assert said.exit_code == 0, said.output
    assert b"950,600,derived,fitted" in spec.with_name("parameters.csv").read_bytes()


@pytest.mark.parametrize(("name", "quantities", "rows"), [("mouse", 13, 49), ("human", 33, 140), ("events", 7, 36)])
def test_the_fits_of_the_hosts_can_be_read(name: str, quantities: int, rows: int) -> None:
    calibration = Calibration(ROOT / f"calibration/fit_{name}.toml")
    assert len(calibration.quantities) >= quantities
    assert len(calibration.rows) >= rows


def test_the_file_that_the_page_shows_can_be_read(tmp_path: Path) -> None:
    page = (ROOT / "docs/fitting.md").read_text(encoding="utf-8")
    (tmp_path / "shown.toml").write_text(re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[0], encoding="utf-8")
    assert len(toml.load(Spec, tmp_path / "shown.toml").parameter) == 2


# errors


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ((TIME, "[[nuisanc]]\n"), r"spec.toml: there is no key 'nuisanc' \(did you mean 'nuisance'\?\)"),
        ((parameter("estrogen_time", 1, 9, "prio = 1"),), r"spec.toml: parameter\[1\]: there is no key 'prio' \(did"),
        (
            (parameter("estrogen_time", 1, 9, "prior = 1"),),
            r"spec.toml: parameter\[1\]: prior and prior_sd go together",
        ),
        ((parameter("estrogen_time", 0, 9),), r"spec.toml: parameter\[1\]: low and high are 0 and 9"),
        ((parameter("estrogen_time", 1, 9),), r"spec.toml: parameter\[1\]: estrogen_time is 950, outside 1 to 9"),
        ((parameter("estrogen_tim", 1, 9),), r"spec.toml: parameter\[1\]: .*no row for 'estrogen_tim' \(did you mean"),
        ((TIME, TIME), r"spec.toml: 'estrogen_time' is given twice"),
        ((), r"spec.toml: it names nothing to fit"),
        ((TIME, '[[error]]\nstudy = "x"\nsd = 1'), r"spec.toml: error\[1\]: no row matches 'x' and '\*'"),
        ((TIME, '[[error]]\nstudy = "x"\nsd = "1"'), r"spec.toml: error\[1\].sd: '1' is not a number"),
        (
            ('[[nuisance]]\nstudy = "Made"\nid = "RANK_half"\nlow = 1\nhigh = 9',),
            r"nuisance\[1\]: no row of 'Made' has",
        ),
    ],
)
def test_an_error_names_file_and_key(make: Make, tables: tuple[str, ...], message: str) -> None:
    with pytest.raises(DataError, match=message):
        fit(make(*tables), starts=1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"mouse"', '"mose"', r"spec.toml: there is no host 'mose' \(did you mean 'mouse'\?\)"),
        ('"mouse"', '"human"', "spec.toml: studies: no study of the human matches"),
        ("tables", 'studies = ["Mad"]\ntables', "spec.toml: studies: no study of the mouse matches 'Mad'"),
        ("seen.csv", "sen.csv", "sen.csv: there is no such file"),
    ],
)
def test_an_error_at_the_top_names_the_file(make: Make, old: str, new: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        fit(make(TIME, top=SPEC.replace(old, new)), starts=1)


def test_a_row_that_cannot_be_computed_is_named_before_the_fit(make: Make) -> None:
    with pytest.raises(DataError, match=r"seen.csv:2: .*'RANKLL'"):
        fit(make(TIME, rows=HEADER + "A,mouse,,,RANKLL,1,1,1,\n"), starts=1)


def test_a_row_without_a_standard_error_is_named(make: Make) -> None:
    with pytest.raises(DataError, match=r"seen.csv:2: the row has no standard error above 0"):
        fit(make(TIME, rows=HEADER + "A,mouse,,,RANKL,1,0,,25 percent\n"), starts=1)


def test_without_pypesto_the_error_says_what_to_install(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypesto", None)
    with pytest.raises(RanklsysError, match=r'pypesto is not installed. Type: pip install "ranklsys\[fit\]"'):
        fit(make(TIME), starts=1)
