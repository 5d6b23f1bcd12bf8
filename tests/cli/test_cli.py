"""The command line: what it prints and writes, and how it says that something is wrong."""

from __future__ import annotations

import importlib
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import matplotlib.image
import pandas as pd
import pytest
from click.testing import CliRunner

import ranklsys as rk
from ranklsys.cli import cli
from ranklsys.model import engine
from ranklsys.model.diagram import plan
from ranklsys.model.diagram.picture import write_picture
from ranklsys.plugins import finder
from ranklsys.plugins.contract import core_contract
from tests.conftest import Install, Said, Say
from tests.fragments import sbml

COLUMNS = ["scenario", "source", "arm", "time", "quantity", "value", "error", "unit"]
COMMANDS = [
    "agree",
    "build",
    "check",
    "compose",
    "doctor",
    "fit",
    "list",
    "new-plugin",
    "plugins",
    "run",
    "scan",
    "show",
]
HEAVY = {"roadrunner", "tellurium", "pypesto", "scipy", "matplotlib", "pandas", "basico", "COPASI"}
DOSE = "opg-fc 3 mg/kg sc q2d"
RUNAWAY = """
  compartment pot = 1 volume; species fuel in pot = 1 pM; const faster = 1 per_pM_per_day;
  grows: => fuel; pot*faster*fuel*fuel;
"""
GREETING = """
import click
@hookimpl
def register_commands(cli):
    @cli.command()
    def greet():
        click.echo("hi")
"""


def in_a_process(*words: str) -> Said:
    done = subprocess.run([sys.executable, "-m", "ranklsys.cli", *words], capture_output=True, text=True, check=False)
    return Said(done.returncode, done.stdout, done.stderr)


IMPORTS = """
import contextlib, sys
from ranklsys.cli import main
for line in sys.argv[1:]:
    with contextlib.suppress(SystemExit):
        main(line.split())
print("MODULES", *sys.modules)
"""


def imported_by(*lines: str) -> set[str]:
    """Run commands one after the other in a process of their own, and return what they import."""
    done = subprocess.run([sys.executable, "-c", IMPORTS, *lines], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.rpartition("MODULES")[2].split()}


def assert_refused(said: Said, *words: str, code: int = 2) -> None:
    """One line, after click's usage if it is click that refuses, with these words and without a traceback."""
    *usage, line = said.err.splitlines()
    assert said.code == code, said
    assert line.startswith("Error: " if usage else "error: "), said.err
    assert not usage or usage[0].startswith("Usage: "), said.err
    assert "Traceback" not in said.err
    assert "defect" not in said.err
    for word in words:
        assert word in line


# what is imported


@pytest.mark.parametrize("line", ["list", "plugins", "show opg-fc", "show canon2008"])
def test_what_does_not_simulate_imports_nothing_heavy(line: str) -> None:
    assert imported_by(line) & HEAVY == set()


def test_help_imports_neither_libsbml_nor_pint() -> None:
    assert imported_by("--help") & {"libsbml", "pint", *HEAVY} == set()


def test_the_help_of_no_command_imports_anything_heavy() -> None:
    assert imported_by(*(f"{name} --help" for name in COMMANDS)) & HEAVY == set()


RUN = "run mouse opg-fc --until 2d --points 3 -o run.csv"
UNASKED = {"pint", "libsbml", "antimony", "scipy", "jinja2", "numba", *HEAVY} - {"roadrunner", "pandas"}


def test_a_run_imports_only_what_it_uses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second run, which finds its model on disk; pandas is what a result is kept in."""
    monkeypatch.delenv("RANKLSYS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert imported_by(RUN) & UNASKED == {"libsbml"}
    assert imported_by(RUN) & UNASKED == set()
    picture = imported_by(f"{RUN} --plot run.png")
    assert picture & UNASKED == {"matplotlib"}


def test_a_dose_of_everyday_is_read_without_pint() -> None:
    code = "import ranklsys as rk, sys; rk.dose('opg-fc', '3 mg/kg sc q2d from 1 w over 2 h'); print('pint' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# help


def test_the_commands_are_these() -> None:
    assert set(COMMANDS) <= set(cli.commands)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_and_its_options_have_help(name: str) -> None:
    command = cli.commands[name]
    assert command.help
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, option.name


def test_the_options_before_a_command_have_help() -> None:
    assert all(option.help for option in cli.params if isinstance(option, click.Option))


def test_the_list_of_commands_fits_80_columns(say: Say) -> None:
    said = say("--help")
    assert "..." not in said.out.partition("Commands:")[2]
    assert max(map(len, said.out.splitlines())) <= 80


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_fits_80_columns(say: Say, name: str) -> None:
    assert max(map(len, say(name, "--help").out.splitlines())) <= 80


# what is installed


def test_list_shows_hosts_parts_scenarios_and_datasets(say: Say) -> None:
    said = say("list")
    assert (said.code, said.err) == (0, "")
    for line in ("hosts", "human", "mouse", "parts", "scenarios", "datasets"):
        assert line in said.out.splitlines()
    assert re.search(r"^opg-fc +therapy +human, mouse +OPG-Fc", said.out, re.MULTILINE)


@pytest.mark.parametrize(
    "words", [("list",), ("plugins",), ("show", "human"), ("show", "mda-mb-231"), ("show", "canon2008")], ids=" ".join
)
def test_a_pipe_gets_no_trailing_spaces_no_colours_and_no_cut_lines(say: Say, words: tuple[str, ...]) -> None:
    lines = say(*words).out.splitlines()
    assert [line for line in lines if line != line.rstrip()] == []
    assert not any("\x1b" in line or "…" in line for line in lines)
    assert lines[-1]


@pytest.mark.parametrize("host", ["human", "mouse"])
def test_show_of_a_host_names_states_slots_and_parameters(say: Say, host: str) -> None:
    said = say("show", host)
    assert said.code == 0
    assert f"{host}: states" in said.out
    for name in ("osteoclasts", "tumour_growth", "body_weight", *core_contract().slots, *core_contract().shares):
        assert re.search(rf"^{name} ", said.out, re.MULTILINE), name


def test_show_of_a_part_says_how_its_parameters_differ_between_subjects(say: Say) -> None:
    """Choi 2025 has 26 % for the clearance of denosumab; its molar mass is the same for all."""
    said = say("show", "denosumab").out
    assert re.search(r"^clearance_per_weight +0.001182 +litre_per_day_per_kg +0.26 ", said, re.MULTILINE)
    assert re.search(r"^mass_per_amount +0.000147 +mg_per_pmol +- ", said, re.MULTILINE)
    assert re.search(r"^body_weight +66 +kg +0.2 ", say("show", "human").out, re.MULTILINE)


def test_show_of_a_part_names_routes_parameters_and_sources(say: Say) -> None:
    said = say("show", "opg-fc")
    assert re.search(r"^routes +sc, iv$", said.out, re.MULTILINE)
    assert re.search(r"^clearance +0\.7 +per_day +0\.3 +clearance from plasma; Assumed", said.out, re.MULTILINE)


def test_show_of_a_scenario_names_arms_and_doses(say: Say) -> None:
    assert re.search(r"^opg-fc +opg-fc +opg-fc 3 mg/kg sc tiw", say("show", "canon2008").out, re.MULTILINE)


def test_plugins_shows_versions_and_hooks(say: Say) -> None:
    assert re.search(
        r"^opg +ranklsys-opg +\d\S* +1 +.*\bparts, scenarios +opg-fc, opg-fc-human +ok$",
        say("plugins").out,
        re.MULTILINE,
    )


def test_square_brackets_are_text_not_markup(plugin_from_source: Install, say: Say) -> None:
    plugin_from_source(
        "@hookimpl\ndef register_parts():\n    return [Part(id='x', kind='therapy', title='a [b] :c:')]\n"
    )
    assert "a [b] :c:" in say("list").out


# run


@pytest.fixture(scope="module")
def canon(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said]:
    folder = tmp_path_factory.mktemp("canon")
    words = [sys.executable, "-m", "ranklsys.cli", "run", "canon2008"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=folder)
    return folder, Said(done.returncode, done.stdout, done.stderr)


def test_a_scenario_writes_a_table_and_a_picture_where_one_stands(canon: tuple[Path, Said]) -> None:
    folder, said = canon
    assert said.code == 0, said.err
    assert said.out.splitlines()[-2:] == ["wrote canon2008.csv", "wrote canon2008.png"]
    assert (folder / "canon2008.png").read_bytes().startswith(b"\x89PNG")
    assert list(pd.read_csv(folder / "canon2008.csv").columns) == COLUMNS


def test_a_scenario_prints_its_arms_and_its_error(canon: tuple[Path, Said]) -> None:
    _, said = canon
    assert "Vehicle" in said.out
    assert "OPG-Fc 3 mg/kg three times a week" in said.out
    (error,) = re.findall(r"^light +all arms +16 +(\S+) +log10 photon/s$", said.out, re.MULTILINE)
    assert float(error) <= 0.18  # half of what the mice differ by


def test_the_arms_are_named_on_stderr_as_they_start(canon: tuple[Path, Said]) -> None:
    arms = ["Vehicle ...", "OPG-Fc 3 mg/kg three times a week ..."]
    unseen = "left out: 2 rows of 'osteoclast_score', which the scenario does not observe"
    assert canon[1].err.splitlines() == [*arms, unseen]


def test_output_and_plot_are_written_where_they_are_told(say: Say, tmp_path: Path) -> None:
    said = say("run", "canon2008", "-o", "new/x.parquet", "--plot", "new/x.svg", "--points", "26")
    assert said.code == 0, said.err
    assert list(pd.read_parquet(tmp_path / "new" / "x.parquet").columns) == COLUMNS
    assert "<svg" in (tmp_path / "new" / "x.svg").read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_composition_with_doses_runs(say: Say, tmp_path: Path) -> None:
    words = ("run", "mouse", "mda-mb-231", "opg-fc", "--dose", DOSE, "--until", "25d")
    said = say(*words, "-o", "run.parquet", "--plot", "run.png")
    assert said.code == 0, said.err
    assert DOSE in said.out
    assert list(pd.read_parquet(tmp_path / "run.parquet").columns) == COLUMNS
    assert (tmp_path / "run.png").read_bytes().startswith(b"\x89PNG")


def test_a_composition_writes_nothing_unless_told(say: Say, tmp_path: Path) -> None:
    assert say("run", "human", "--until", "1d").code == 0
    assert list(tmp_path.iterdir()) == []


def test_set_and_show_are_honoured(say: Say) -> None:
    words = ("run", "mouse", "--until", "300d", "--show", "OPG", "--show", "CTX")
    usual, changed = say(*words).out, say(*words, "--set", "slot_OPG_production=0.5").out
    assert "OPG, free" in usual
    assert "serum CTX" in usual
    assert usual != changed


# compose, scan, agree, build


def test_compose_writes_sbml_that_loads(say: Say, tmp_path: Path) -> None:
    said = say("compose", "mouse", "mda-mb-231", "opg-fc", "--dose", DOSE, "-o", "new/x.xml")
    assert said.code == 0, said.err
    model = rk.load(tmp_path / "new" / "x.xml")
    assert said.out.startswith(f"wrote new/x.xml: {len(model.facts.states)} states, model ")


def test_show_draws_a_composition(say: Say, tmp_path) -> None:
    assert say("show", "mouse", "opg-fc", "--diagram", "new/net.svg").out == "wrote new/net.svg: what acts on what\n"
    drawn = (tmp_path / "new" / "net.svg").read_text(encoding="utf-8")
    assert "<svg" in drawn
    assert "mouse + opg-fc" in drawn
    assert_refused(say("show", "mose", "--diagram", "net.svg"), "'mose'", "'mouse'")
    assert_refused(say("show", "mouse", "--diagram", "net.jpg"), "net.jpg", ".svg or .png")
    assert_refused(say("show", "mouse", "opg-fc"), "--diagram")


@pytest.mark.thorough
def test_a_picture_may_be_a_png_of_twice_the_size(say: Say, tmp_path: Path) -> None:
    pytest.importorskip("resvg_py")
    assert say("show", "mouse", "--diagram", "new/net.png").out == "wrote new/net.png: what acts on what\n"
    picture = matplotlib.image.imread(tmp_path / "new" / "net.png")
    assert picture.shape[1] == 2 * plan.CANVAS
    assert (picture[..., :3].min(axis=2) < 0.3).mean() > 0.005, "no ink: an empty page would pass the line above"


def test_a_png_has_its_words(tmp_path: Path) -> None:
    """Whatever fonts the machine has: the picture of a word is not blank."""
    head = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40" font-family="Nowhere, sans-serif">'
    for name, word in (("word", "RANKL"), ("none", "")):
        write_picture(f'{head}<text x="5" y="30" font-size="24">{word}</text></svg>', tmp_path / f"{name}.png")
    alpha = {name: matplotlib.image.imread(tmp_path / f"{name}.png")[..., 3] for name in ("word", "none")}
    assert alpha["none"].max() == 0.0
    assert alpha["word"].mean() > 0.03


@pytest.mark.thorough
def test_without_resvg_a_png_is_an_error_that_says_what_to_install(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    assert_refused(say("show", "mouse", "--diagram", "net.png"), "net.png", 'pip install "ranklsys[png]"')
    assert not (tmp_path / "net.png").exists()


@pytest.mark.thorough
def test_compose_draws_the_network_of_a_composition(say: Say, tmp_path: Path) -> None:
    said = say("compose", "mouse", "opg-fc", "-o", "x.xml", "--network", "new/x.svg")
    assert said.code == 0, said.err
    assert said.out.endswith("wrote new/x.svg: what acts on what\n")
    assert "OPG-Fc in plasma" in (tmp_path / "new" / "x.svg").read_text(encoding="utf-8")


def test_a_network_that_is_no_svg_is_refused_before_anything_is_written(say: Say, tmp_path: Path) -> None:
    assert_refused(say("compose", "mouse", "-o", "x.xml", "--network", "x.jpg"), "x.jpg", ".svg or .png")
    assert not (tmp_path / "x.xml").exists()


def test_scan_prints_where_each_run_ends(say: Say, tmp_path: Path) -> None:
    words = ("--vary", "tumour_growth=0.2..0.4:3 1/d", "--until", "10d", "--show", "tumour", "--show", "RANKL")
    said = say("scan", "mouse", "mda-mb-231", *words, "-o", "scan.csv")
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert lines[0] == "after 10d"
    assert lines[1].split() == ["tumour_growth", "tumour", "RANKL", "[pM]"]
    assert [line.split()[0] for line in lines[2:5]] == ["0.2", "0.2828", "0.4"]
    assert lines[5] == "wrote scan.csv"
    assert len(pd.read_csv(tmp_path / "scan.csv")) == 3 * 201


def test_scan_crosses_what_is_varied(say: Say) -> None:
    said = say("scan", "human", "--vary", "RANKL_loss=1,2", "--vary", "OPG_loss=1,2,3", "--until", "1d")
    assert [line.split()[:2] for line in said.out.splitlines()[2:]] == [[a, b] for a in "12" for b in "123"]


def test_agree_prints_what_differs_most(say: Say) -> None:
    pytest.importorskip("basico")
    said = say("agree", "mouse", "opg-fc", "--dose", DOSE, "--until", "5d", "--plot", "far.svg")
    assert said.code == 0, said.err
    assert (
        "allowed: 0.0001 of the value, or 1e-06 of the largest; tolerances of the solvers: 1e-10 relative" in said.out
    )
    assert "<svg" in Path("far.svg").read_text(encoding="utf-8")
    agreed = re.match(r"RoadRunner and copasi: (\d+) of \1 quantities agree", said.out)
    assert agreed
    assert said.out.count(" yes\n") == 8


def test_agree_fails_when_an_engine_differs(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(*_: object, **__: object) -> pd.DataFrame:
        columns = ["largest_difference", "scale", "relative", "at_time", "within"]
        return pd.DataFrame([[0.5, 1.0, 0.5, 1.0, False]], index=["RANKL"], columns=columns)

    monkeypatch.setattr(importlib.import_module("ranklsys.study.agree"), "agree", judge)
    said = say("agree", "mouse", "--until", "1d", "--with", "copasi", "--with", "amici")
    assert said.code == 1
    assert "RoadRunner and copasi: 0 of 1" in said.out
    assert "RoadRunner and amici: 0 of 1" in said.out
    assert re.search(r"^RANKL +0\.5 +1 +0\.5 +1 +NO$", said.out, re.MULTILINE)


def test_build_writes_the_sbml_of_a_part(say: Say, tmp_path: Path) -> None:
    here = Path(str(finder.registry().part("opg-fc").sbml)).parent
    for name in ("opg_fc.ant", "opg_fc.csv"):
        (tmp_path / name).write_bytes((here / name).read_bytes())
    said = say("build", "opg_fc.ant")
    assert said.code == 0, said.err
    assert said.out.startswith("wrote opg_fc.xml: ")
    assert (tmp_path / "opg_fc.xml").read_text(encoding="utf-8") == (here / "opg_fc.xml").read_text(encoding="utf-8")


# bad input: refused by the model or the command


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("run moose --until 1d", ["'moose'", "'mouse'"]),
        ("run moose mda-mb-231 --until 1d", ["'moose'", "'mouse'"]),
        ("compose moose -o x.xml", ["'moose'", "'mouse'"]),
        ("run mouse mda-mb-213 --until 1d", ["'mda-mb-213'", "'mda-mb-231'", "ranklsys list"]),
        ("run canon2009", ["'canon2009'", "'canon2008'", "ranklsys list"]),
        ("run opg-fc", ["'opg-fc' is a part", "ranklsys run human opg-fc"]),
        ("run canon2008 opg-fc", ["'canon2008'", "a scenario stands alone"]),
        ("show opgfc", ["'opgfc'", "'opg-fc'", "ranklsys list"]),
        ("show mose", ["'mose'", "'mouse'"]),
        ("show zzzzz", ["nothing named 'zzzzz'", "ranklsys list"]),
        ("run mouse --until 1d --show osteoclats", ["'osteoclats'", "'osteoclasts'", "ranklsys show mouse"]),
        ("run mouse --until 1d --set RANKL_los=2", ["'RANKL_los'", "'RANKL_loss'", "ranklsys show mouse"]),
        ("scan mouse --until 1d --vary RANKL_los=2", ["'RANKL_los'", "'RANKL_loss'"]),
        ("run mouse --until 1d --set RANKL=2", ["'RANKL'", "RANKL_healthy"]),
        ("run mouse --until 1d --set 'RANKL_loss=2 mg'", ["RANKL_loss", "per_day"]),
        ("run mouse --until 1d --set 'RANKL_loss=2 1/dya'", ["RANKL_loss", "dya", "per_day"]),
        ("run mouse opg-fc --until 1d --dose 'opg-fc 3 mgg/kg sc'", ["'mgg'", "'mg'"]),
        ("run mouse opg-fc --until 1d --dose 'opg-fc 3 mg/kg po'", ["no route 'po'", "sc, iv"]),
        ("run mouse opg-fc --until 1d --dose 'opg-fc -3 mg/kg sc'", ["-3", "0 or more"]),
        ("run mouse opg-fc --until 1d --dose 'opgfc 3 mg/kg sc'", ["'opgfc'", "'opg-fc'"]),
        ("run mouse mda-mb-231 --until 1d --dose 'opg-fc 3 mg/kg sc'", ["'opg-fc' is not part", "Add opg-fc"]),
        ("run mouse mda-mb-231 --until 1d --dose 'mda-mb-231 3 mg/kg sc'", ["mda-mb-231", "cannot be dosed"]),
        ("run mouse mda-mb-231 mcf-7 --until 1d", ["mcf-7", "mda-mb-231", "each is the tumour"]),
        ("run human mda-mb-231 --until 1d", ["mda-mb-231", "human", "mouse"]),
        ("run mouse opg-fc opg-fc --until 1d", ["'opg-fc'", "twice"]),
        ("run mouse --until abc", ["--until", "'abc'", "25d"]),
        ("run mouse --until '3 dd'", ["--until", "'dd'", "min, h, d, w, mo, y"]),
        ("run mouse --until 0d", ["--until", "'0d'", "25d"]),
        ("run mouse --until -3d", ["--until", "'-3d'", "25d"]),
        ("run mouse --until 1d -o x.txt", ["x.txt", ".csv or .parquet"]),
        ("run mouse --until 1d --plot x.gif", ["x.gif", ".png or .svg"]),
        ("scan mouse --until 1d --vary RANKL_loss=1,2 -o x.txt", ["x.txt", ".csv or .parquet"]),
        ("compose mouse -o x.txt", ["x.txt", ".xml"]),
        ("build nothing.ant", ["nothing.ant"]),
        ("--plugin nothing.py list", ["nothing.py", "no such file"]),
    ],
)
def test_bad_input_is_one_line_that_names_what_is_right(say: Say, line: str, words: list[str]) -> None:
    assert_refused(say(*shlex.split(line)), *words)


# bad input: refused by click


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("run", "mouse"), "--until 25d"),
        (("scan", "mouse", "--vary", "RANKL_loss=1"), "--until 25d"),
        (("agree", "mouse"), "--until 25d"),
        (("run", "canon2008", "--until", "3d"), "canon2008 is a scenario"),
        (("run", "mouse", "--until", "1d", "--rtol", "1"), "--rtol"),
        (("run", "mouse", "--until", "1d", "--points", "1"), "--points"),
        (("run", "mouse", "--until", "1d", "--set", "RANKL_loss"), "ID=VALUE"),
        (("run", "mouse", "--until", "1d", "--set", "RANKL_loss=nan"), "ID=VALUE"),
        (("run", "mouse", "--until", "1d", "--set", "=2"), "ID=VALUE"),
        (("run", "mouse", "--until", "1d", "--set", "CTX=1", "--set", "CTX=2"), "'CTX' is given twice"),
        (("scan", "mouse", "--until", "1d", "--vary", "RANKL_loss=a"), "ID=0.1..10:9"),
        (("scan", "mouse", "--until", "1d", "--vary", "RANKL_loss=1..:3"), "ID=0.1..10:9"),
        (("scan", "mouse", "--until", "1d", "--vary", "RANKL_loss=0..1"), "ID=0.1..10:9"),
        (("scan", "mouse", "--until", "1d", "--vary", "RANKL_loss=1,inf"), "ID=0.1..10:9"),
        (("scan", "mouse", "--until", "1d", "--vary", "CTX=1", "--vary", "CTX=2"), "'CTX' is given twice"),
        (("agree", "mouse", "--until", "1d", "--with", "copsi"), "copasi"),
        (("compose", "mouse"), "--output"),
        (("show",), "NAME"),
        (("rnu",), "run"),
        (("run", "mouse", "--untl", "1d"), "--until"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_usage(say: Say, words: tuple[str, ...], line: str) -> None:
    assert_refused(say(*words), line)


# files that cannot be written or read


@pytest.mark.parametrize(
    "words",
    [
        ("run", "mouse", "--until", "1d", "-o"),
        ("run", "mouse", "--until", "1d", "--plot"),
        ("scan", "mouse", "--until", "1d", "--vary", "RANKL_loss=1,2", "-o"),
        ("compose", "mouse", "-o"),
    ],
    ids=" ".join,
)
def test_a_place_that_cannot_be_written_is_refused_before_the_simulation(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    def never(*_: object, **__: object) -> None:
        pytest.fail("simulated")

    monkeypatch.setattr(engine, "simulate", never)
    (tmp_path / "file").touch()
    name = {"--plot": "x.png", "-o": "x.xml" if words[0] == "compose" else "x.csv"}[words[-1]]
    said = say(*words, f"file/more/{name}")
    assert_refused(said, f"file/more/{name}", "'file' is a file, not a folder")
    assert said.out == ""
    (tmp_path / name).mkdir()
    assert_refused(say(*words, name), name, "this is a folder")


def test_a_disk_that_fails_while_writing_is_named(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "x.csv")

    monkeypatch.setattr("ranklsys.frame.save", full)
    assert_refused(say("run", "mouse", "--until", "1d", "-o", "x.csv"), "x.csv: No space left on device")


def test_a_part_without_its_table_is_refused(say: Say, tmp_path: Path) -> None:
    (tmp_path / "x.ant").write_text("model x\nend\n", encoding="utf-8")
    assert_refused(say("build", "x.ant"), "x.csv: there is no such file")


def test_a_closed_pipe_is_no_error() -> None:
    words = [sys.executable, "-m", "ranklsys.cli", "show", "human"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""


# plugin files and broken plugins


def plugin_file(folder: Path, source: str, name: str = "mine.py") -> str:
    (folder / name).write_text(
        f"from pathlib import Path\nfrom ranklsys import Part, hookimpl\n{source}\n", encoding="utf-8"
    )
    return name


def test_a_plugin_file_is_used_for_one_command(say: Say, tmp_path: Path) -> None:
    name = plugin_file(tmp_path, "PARTS = [Part(id='mine', kind='condition', title='Mine')]")
    assert re.search(r"^mine +condition +\S.* Mine$", say("--plugin", name, "list").out, re.MULTILINE)
    assert re.search(r"^mine .* ok$", say("--plugin", name, "plugins").out, re.MULTILINE)


def test_a_plugin_file_may_add_a_command(say: Say, tmp_path: Path) -> None:
    name = plugin_file(tmp_path, GREETING)
    assert say("--plugin", name, "greet").out == "hi\n"
    assert "greet" in say("--plugin", name, "--help").out
    assert re.search(r"^mine .* ok$", say("--plugin", name, "plugins").out, re.MULTILINE)
    assert "greet" not in cli.commands


def test_a_plugin_file_that_raises_is_refused_with_its_line(say: Say, tmp_path: Path) -> None:
    name = plugin_file(tmp_path, "1 / 0")
    assert_refused(say("--plugin", name, "list"), "mine.py: ZeroDivisionError", "mine.py:3)")


def test_broken_xml_in_a_part_is_refused_with_the_part(say: Say, tmp_path: Path) -> None:
    name = plugin_file(tmp_path, "PARTS = [Part(id='torn', kind='therapy', sbml='<sbml><model')]")
    assert_refused(say("--plugin", name, "run", "mouse", "torn", "--until", "1d"), "torn (mine.py): ", "line 2")


def test_an_unknown_slot_of_a_part_is_refused_with_the_nearest(say: Say, tmp_path: Path) -> None:
    (tmp_path / "typo.xml").write_text(sbml("const kill = 0.1 per_day;"), encoding="utf-8")
    source = "PARTS = [Part(id='typo', kind='therapy', sbml=Path('typo.xml'), effects={'kill': 'slot_tumour_kil'})]"
    name = plugin_file(tmp_path, source)
    said = say("--plugin", name, "run", "mouse", "typo", "--until", "1d")
    assert_refused(said, "typo (mine.py): ", "'slot_tumour_kil'", "'slot_tumour_kill'", "ranklsys show human")


def test_an_integration_that_fails_names_time_and_state(say: Say, tmp_path: Path) -> None:
    (tmp_path / "runaway.xml").write_text(sbml(RUNAWAY), encoding="utf-8")
    name = plugin_file(tmp_path, "PARTS = [Part(id='runaway', kind='condition', sbml=Path('runaway.xml'))]")
    said = say("--plugin", name, "run", "mouse", "runaway", "--until", "5d")
    # d fuel/dt = fuel^2 from 1 is 1/(1 - t): infinite at 1 d
    assert_refused(said, "runaway__fuel", code=1)
    (time,) = re.findall(r"at (\S+) d\b", said.err)
    assert float(time) == pytest.approx(1.0, abs=1e-3)


def test_a_broken_installed_plugin_does_not_stop_list(plugin_from_source: Install, say: Say) -> None:
    plugin_from_source("1 / 0", "broken")
    plugin_from_source("@hookimpl\ndef register_parts():\n    return [Part(id='pth', kind='therapy')]\n", "pth")
    said = say("list")
    assert said.code == 0
    assert re.search(r"^pth +therapy", said.out, re.MULTILINE)
    assert said.err.startswith("left out: broken (ZeroDivisionError: division by zero (")
    assert said.err.endswith("See: ranklsys plugins\n")
    assert re.search(r"^broken +ranklsys-broken +1\.0 +- +- +- +ZeroDivisionError", say("plugins").out, re.MULTILINE)


def test_a_plugin_whose_commands_fail_is_named(plugin_from_source: Install, say: Say) -> None:
    plugin_from_source("@hookimpl\ndef register_commands(cli):\n    1 / 0\n", "broken")
    assert "left out: broken (ZeroDivisionError" in say("list").err
    assert "ZeroDivisionError" in say("plugins").out


def test_a_part_that_two_plugins_offer_is_named(plugin_from_source: Install, say: Say) -> None:
    for name in ("one", "other"):
        plugin_from_source("@hookimpl\ndef register_parts():\n    return [Part(id='pth', kind='therapy')]\n", name)
    assert "left out: the part 'pth' is offered by ranklsys-one (one) and ranklsys-other" in say("list").err
    assert_refused(say("show", "pth"), "ranklsys-one (one) and ranklsys-other (other)")


# how it ends


def test_debug_shows_the_traceback() -> None:
    said = in_a_process("--debug", "show", "opgfc")
    assert said.code == 1
    assert said.err.startswith("Traceback")
    assert "did you mean 'opg-fc'?" in said.err.splitlines()[-1]


def test_a_defect_is_one_line_that_says_how_to_report_it(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    def defect(*_: object) -> None:
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setattr("ranklsys.cli.inventory.inventory", defect)
    said = say("list")
    assert said.code == 1
    assert said.err.startswith("error: ZeroDivisionError: division by zero. This is a defect: run again with --debug")
    assert said.err.count("\n") == 1


def test_ctrl_c_stops_without_a_traceback(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ranklsys.cli.inventory.inventory", interrupted)
    said = say("list")
    assert said.code == 130
    assert said.err.strip() == "stopped"


def test_the_version_is_told(say: Say) -> None:
    assert re.fullmatch(r"ranklsys \d+\.\d+\.\d+\S*\n", say("--version").out)


def test_cohort_draws_by_a_matrix_of_correlations(tmp_path: Path) -> None:
    matrix, store = tmp_path / "matrix.csv", tmp_path / "runs"
    matrix.write_text(",tumour_RANK,tumour_growth\ntumour_RANK,1,0.999\ntumour_growth,0.999,1\n", encoding="utf-8")
    words = ["cohort", "mouse", "mda-mb-231", "--patients", "12", "--until", "2d", "--every", "1d", "--processes", "1"]
    done = CliRunner().invoke(cli, [*words, "--correlation", str(matrix), "--store", str(store)])
    assert done.exit_code == 0, done.output
    drawn = pd.read_parquet(store / "patients")[["tumour_RANK", "tumour_growth"]]
    assert drawn.corr(method="spearman").iloc[0, 1] > 0.95
    matrix.write_text(",tumour_RANK\ntumour_RANK,much\n", encoding="utf-8")
    refused = CliRunner().invoke(cli, [*words, "--correlation", str(matrix)])
    assert "matrix.csv: this is no matrix of numbers" in str(refused.exception)


@pytest.mark.thorough
def test_cohort_prints_a_trial_and_writes_its_store_and_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("lifelines", reason="lifelines is an extra")
    monkeypatch.chdir(tmp_path)
    words = ["cohort", "human", "patient-breast", "zoledronic-acid", "--patients", "8", "--seed", "3", "--until", "8w"]
    words += ["--arm", "none:", "--arm", "zoledronic: zoledronic-acid 4 mg iv q4w", "--processes", "1"]
    words += ["--vary", "tumour_RANK=0.5", "--include", "body_weight < 90", "--store", "runs", "--plot", "trial.png"]
    first = CliRunner().invoke(cli, words)
    assert first.exit_code == 0, first.output
    assert "8 of 8 patients" in first.output
    assert "zoledronic against none" in first.output
    assert (tmp_path / "trial.png").stat().st_size > 20_000
    assert CliRunner().invoke(cli, words).output == first.output
    other = CliRunner().invoke(cli, [word.replace("90", "80") for word in words])
    assert "include is" in str(other.exception)
