"""Attack: inputs that people type, write or damage, drawn by hypothesis, and how many of them end badly.

    python benchmarks/attack.py 100                # so many of each kind
    python benchmarks/attack.py 2000 tables sbml   # of some kinds

An input ends badly if it ends in a traceback or in "this is a defect", kills the process, takes longer than 60 s, is
taken though it means nothing, or costs a file that was there. Each runs in a process of its own, from a command line as
people have it. ``tests/test_fuzz.py`` runs a few of each.
"""

from __future__ import annotations

import io
import itertools
import os
import re
import resource
import signal
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

PATIENCE = 60
"""Seconds."""
GOES, REFUSED, KEPT = "goes", "refused", "kept"
"""What may come of an input: anything that is told; only a refusal; anything, but files that were there stay whole."""


@dataclass(frozen=True)
class Attack:
    """Files by name, what is typed, and what may come of it; most: bytes that a file may have, as on a full disk."""

    files: dict[str, bytes]
    words: tuple[str, ...]
    must: str = GOES
    most: int = 0
    damage: Callable[[Path], object] | None = field(default=None, compare=False)


NASTY = some.sampled_from(
    [
        *("", " ", "-1", "0", "1e308", "-1e308", "1e999", "nan", "inf", "1_000", "١٢", "0x10", "1,5", "9**9**9", "1/0"),
        *(
            "@pd",
            "__import__('os')",
            "RANKL",
            "RANKL RANKL",
            "RANKL=",
            "=",
            ";",
            "'",
            '"',
            "{}",
            "{RANKL}",
            "%s",
            "\\",
            "/",
        ),
        *(
            "../../etc/passwd",
            "\0",
            "\n",
            "\u202e",
            "é",
            "🦴",
            "x" * 5000,
            "(" * 500,
            "1 d",
            "1 mg",
            "1 ng/ml",
            "mouse",
        ),
        *(
            "1..10:1000000000",
            "1...10",
            "1e-9d",
            "1000000000",
            "true",
            "[]",
            "<0.5",
            "<",
            "2 SE",
            "inside",
            "10 points",
        ),
    ]
)
NASTY_TEXT = some.one_of(NASTY, some.text(max_size=30))
SMALL = Path(__file__).parent / "attacked.xml"
RUN = ("--until", "1d", "--points", "3", "--show", "RANKL")

WORDS = some.sampled_from(
    [
        *(
            "opg-fc",
            "denosumab",
            "zoledronate",
            "3",
            "0",
            "1e9",
            "-1",
            "26",
            "1000000000",
            "2",
            "90",
            "mg",
            "mg/kg",
            "ug",
        ),
        *("nmol", "furlong", "sc", "iv", "po", "SC", "q2d", "q0d", "q1e-9d", "qd", "tiw", "Q4W", "x", "from", "until"),
        *("over", "d", "min", "then", ";", "once", "every", "for", "weeks", "months"),
    ]
)
regimens = some.builds(
    lambda words, tail: Attack({}, ("run", "mouse", "opg-fc", *RUN, "--dose", " ".join([*words, tail]).strip())),
    some.lists(WORDS, min_size=1, max_size=9),
    some.one_of(some.just(""), NASTY_TEXT),
)
options = some.builds(
    lambda option, name, value: Attack({}, ("run", "mouse", *RUN, option, f"{name}{value}")),
    some.sampled_from(["--set", "--until", "--points", "--after", "--rtol", "--show", "-o", "--plot"]),
    some.sampled_from(["", "RANKL_loss=", "body_weight=", "lining_share=", "tumour="]),
    NASTY_TEXT,
)
grids = some.builds(
    lambda name, value: Attack({}, ("scan", "mouse", *RUN, "--vary", f"{name}={value}")),
    some.sampled_from(["RANKL_loss", "doses", "nothing", ""]),
    NASTY_TEXT,
)
MEANINGLESS = [
    *(("run", "mouse", *RUN, "--set", text) for text in ("body_weight=-0.02", "lining_share=1.2", "RANKL_loss=-1")),
    *(("run", "mouse", *RUN, "--set", text) for text in ("RANKL_loss=1_0", "RANKL_loss=١", "tumour=-1")),
    *(("scan", "mouse", *RUN, "--vary", f"RANKL_loss={text}") for text in ("1...10", "1_0,2", "1..10:1000000000")),
    ("run", "mouse", "--until", "1d", "--show", "RANKL", "--points", "1000000000"),
    ("cohort", "human", "--until", "1y", "--every", "1e-9d", "--patients", "2"),
    ("cohort", "human", "--until", "1y", "--patients", "1000000000000"),
]
meanings = some.builds(lambda words: Attack({}, words, REFUSED), some.sampled_from(MEANINGLESS))

COLUMNS = ("study", "host", "observable", "time", "value", "error", "unit", "rule", "measure", "note")
ROW = ("A", "mouse", "RANKL", "1 d", "1.5", "0.1", "pM", "", "", "")


def table_of(rows: list[tuple[str, ...]], separator: str = ",", encoding: str = "utf-8") -> bytes:
    quoted = (separator.join(f'"{cell}"' if separator in cell else cell for cell in row) for row in rows)
    return ("\n".join([separator.join(COLUMNS), *quoted]) + "\n").encode(encoding, "replace")


def scored(table: bytes, must: str = GOES, name: str = "rows.csv") -> Attack:
    return Attack({name: table}, ("score", name), must)


def replaced(row: tuple[str, ...], place: int, text: str) -> tuple[str, ...]:
    return (*row[:place], text, *row[place + 1 :])


tables = some.builds(
    lambda place, text, separator, encoding, name: scored(
        table_of([replaced(ROW, place, text)], separator, encoding), name=name
    ),
    some.integers(0, len(ROW) - 1),
    NASTY_TEXT.filter(lambda text: "\n" not in text),
    some.sampled_from([",", ";", "\t", "|"]),
    some.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "utf-32"]),
    some.sampled_from(["rows.csv", "rows.tsv", "rows.xlsx", "rows"]),
)
WRONG = [
    *(replaced(ROW, 6, unit) for unit in ("ng/ml", "mg", "furlong", "%")),
    *(replaced(ROW, 5, error) for error in ("-0.05", "0", "nan", "1_0")),
    *(replaced(ROW, 4, value) for value in ("1,5", "1_000", "١٢", "nan", "1e999", "", "1 500")),
    *(replaced(ROW, 1, host) for host in ("", "rat")),
    replaced(ROW, 3, "-1 d"),
]
wrong_tables = some.one_of(
    some.sampled_from([scored(table_of([row]), REFUSED) for row in WRONG]),
    some.sampled_from(
        [
            scored(table_of([ROW, ROW]), REFUSED),
            scored(table_of([ROW, COLUMNS]), REFUSED),
            scored(table_of([]), REFUSED),
            scored(table_of([ROW]).replace(b"note", b"unit"), REFUSED),
            scored(table_of([replaced(ROW, 9, "x" * 200_000)]), REFUSED),
        ]
    ),
)
DOSES = "ID,TIME,AMT,CMT,EVID,II,ADDL,SS,RATE,DV,MDV\n1,0,10,1,1,{},0,.,1\n1,5,.,2,0,.,.,.,.,1,0\n"
event_tables = some.builds(
    lambda cells: Attack(
        {"rows.csv": DOSES.format(",".join(cells)).encode()},
        (
            *("events", "mouse", "opg-fc", "--table", "rows.csv", "--into", "1=opg-fc sc", "--seen", "2=RANKL"),
            *("--unit", "TIME=h", "--unit", "AMT=mg"),
        ),
    ),
    some.lists(NASTY.filter(lambda text: not set(text) & set(',\n\0"')), min_size=3, max_size=3),
)

TRIAL = 'title = "x"\nhost = "human"\npatients = 2\nseed = 1\nuntil = "1 d"\narms = ["a:"]\ninclude = "age > 0"\n'
FIT = (
    'title = "x"\nhost = "mouse"\ntables = ["rows.csv"]\n[[parameter]]\nid = "RANKL_loss"\ntable = "rows.csv"\n'
    "low = 0.1\nhigh = 10\n"
)
VALUES = some.sampled_from(
    [
        "-1",
        "0",
        "1e308",
        "nan",
        "true",
        '""',
        '"\\u0000"',
        "[]",
        "{}",
        "[[]]",
        "1979-05-27",
        "'x'",
        '["a:", "a:"]',
        "-0",
    ]
)


def with_value(text: str, place: int, value: str) -> bytes:
    lines = [line for line in text.splitlines() if line]
    chosen = place % len(lines)
    lines[chosen] = f"{lines[chosen].partition('=')[0]}= {value}"
    return "\n".join(lines).encode()


TOMLS = [
    b"\xff\xfe",
    b"a = " + b"[" * 5000 + b"]" * 5000,
    b"\xef\xbb\xbf" + TRIAL.encode(),
    TRIAL.replace("1\n", "-1\n").encode(),
    b"\0",
]
tomls = some.one_of(
    some.builds(
        lambda place, value: Attack(
            {"x.toml": with_value(TRIAL, place, value)}, ("trial", "x.toml", "--processes", "1")
        ),
        some.integers(0, 6),
        VALUES,
    ),
    some.builds(
        lambda place, value: Attack(
            {"x.toml": with_value(FIT, place, value), "rows.csv": table_of([ROW])}, ("fit", "x.toml", "--starts", "1")
        ),
        some.integers(0, 7),
        VALUES,
    ),
    some.builds(
        lambda text, command: Attack({"x.toml": text}, (command, "x.toml")),
        some.sampled_from(TOMLS),
        some.sampled_from(["trial", "fit"]),
    ),
)


def spoiled(held: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """Return bytes of which some pieces are replaced: where, how many, by what."""
    spoilt = bytearray(held)
    for place, length, text in edits:
        at = place % (len(spoilt) + 1)
        spoilt[at : at + length] = text
    return bytes(spoilt)


EDITS = some.lists(
    some.tuples(
        some.integers(0, 100_000),
        some.integers(0, 40),
        some.one_of(
            some.binary(max_size=4),
            some.sampled_from(
                [b"", b"<", b"</math>", b"&x;", b"NaN", b"INF", b"-1", b'id="time"', b"<!DOCTYPE a>", b"\xff", b"1e999"]
            ),
        ),
    ),
    min_size=1,
    max_size=4,
)
sbml = some.builds(
    lambda edits: Attack(
        {"x.xml": spoiled(SMALL.read_bytes(), edits)}, ("run", "x.xml", "--until", "1", "--points", "3")
    ),
    EDITS,
)


def study(ending: str) -> bytes:
    """Return an archive with a study of the small model, or the study's text, made by hand so that it never changes."""
    text = SEDML.encode()
    if ending == ".sedml":
        return text
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in (("manifest.xml", MANIFEST.encode()), ("x.sedml", text), ("x.xml", SMALL.read_bytes())):
            archive.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()


SEDML = """<?xml version="1.0" encoding="UTF-8"?>
<sedML xmlns="http://sed-ml.org/sed-ml/level1/version4" level="1" version="4">
<listOfModels><model id="m" language="urn:sedml:language:sbml" source="x.xml"/></listOfModels>
<listOfSimulations><uniformTimeCourse id="s" initialTime="0" outputStartTime="0" outputEndTime="1" numberOfSteps="2">
<algorithm kisaoID="KISAO:0000019"/></uniformTimeCourse></listOfSimulations>
<listOfTasks><task id="t" modelReference="m" simulationReference="s"/></listOfTasks>
<listOfDataGenerators><dataGenerator id="d"><listOfVariables><variable id="v" taskReference="t"
target="/sbml:sbml/sbml:model/sbml:listOfSpecies/sbml:species[@id='A']"/></listOfVariables>
<math xmlns="http://www.w3.org/1998/Math/MathML"><ci> v </ci></math></dataGenerator>
<dataGenerator id="clock"><listOfVariables>
<variable id="w" taskReference="t" symbol="urn:sedml:symbol:time"/></listOfVariables>
<math xmlns="http://www.w3.org/1998/Math/MathML"><ci> w </ci></math></dataGenerator></listOfDataGenerators>
<listOfOutputs><plot2D id="p"><listOfCurves>
<curve id="c" logX="false" xDataReference="clock" logY="false" yDataReference="d"/>
</listOfCurves></plot2D></listOfOutputs>
</sedML>
"""
MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<omexManifest xmlns="http://identifiers.org/combine.specifications/omex-manifest">
<content location="." format="http://identifiers.org/combine.specifications/omex"/>
<content location="./x.sedml" format="http://identifiers.org/combine.specifications/sed-ml" master="true"/>
<content location="./x.xml" format="http://identifiers.org/combine.specifications/sbml"/>
</omexManifest>
"""
PIECES = sorted(
    set(re.findall(r"<\w+[^>]*/>|<(\w+)[^>]*>|\w+=\"[^\"]*\"", SEDML)) | set(re.findall(r'\w+="[^"]*"', SEDML))
)


def without(piece: str, instead: str) -> bytes:
    return SEDML.replace(piece, instead).encode() if piece else SEDML.encode()


studies = some.builds(
    lambda piece, instead: Attack(
        {"x.sedml": without(piece, instead), "x.xml": SMALL.read_bytes()}, ("run", "x.sedml")
    ),
    some.sampled_from(PIECES),
    some.sampled_from(["", 'id="t"', 'id="m"', 'modelReference="t"', 'source="#m"', 'source="../x"', "<task/>", "-1"]),
)
archives = some.builds(lambda edits: Attack({"x.omex": spoiled(study(".omex"), edits)}, ("run", "x.omex")), EDITS)

OLD = b"what was there before, long enough to be missed if it went\n" * 20
OUTPUTS = [
    ("run", "mouse", *RUN, "-o", "kept.csv"),
    ("run", "mouse", *RUN, "-o", "kept.parquet"),
    ("run", "mouse", *RUN, "--plot", "kept.png"),
    ("run", "mouse", *RUN, "--plot", "kept.svg"),
    ("run", "mouse", *RUN, "--plot", "kept.pdf"),
    ("scan", "mouse", *RUN, "--vary", "RANKL_loss=1,2", "-o", "kept.csv"),
    ("show", "mouse", "--diagram", "kept.svg"),
    ("export", "mouse", "--until", "1d", "--show", "RANKL", "-o", "kept.sedml"),
    ("export", "mouse", "--until", "1d", "--show", "RANKL", "-o", "kept.omex"),
    ("export", "mouse", "-o", "kept.xml"),
    ("score", "rows.csv", "-o", "kept.csv"),
    ("score", "rows.csv", "--plot", "kept.png"),
]


def over(words: tuple[str, ...], most: int) -> Attack:
    """Return what writes over a file of somebody, or of ours on a disk that is full after so many bytes."""
    files = {"rows.csv": table_of([ROW]), next(word for word in words if word.startswith("kept.")): OLD}
    return Attack(files, words, KEPT, most)


outputs = some.builds(over, some.sampled_from(OUTPUTS), some.sampled_from([0, 1, 40]))

KINDS: dict[str, some.SearchStrategy[Attack]] = {
    "regimens": regimens,
    "options": options,
    "grids": grids,
    "numbers without meaning, and without end": meanings,
    "tables": tables,
    "tables that mean nothing": wrong_tables,
    "event tables": event_tables,
    "TOML": tomls,
    "SBML": sbml,
    "SED-ML": studies,
    "archives": archives,
    "files of others, and full disks": outputs,
}


def outcome(attack: Attack) -> str:
    """Return how an attack ends badly; empty if it does not. It runs in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        said = "the process died"
        try:
            signal.alarm(PATIENCE)
            said = judged(attack)
        except BaseException as problem:
            said = f"traceback: {type(problem).__name__}: {problem}"
        finally:
            os.write(writing, said.encode("utf-8", "replace")[:4000])
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode("utf-8", "replace")
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "takes longer than 60 s" if os.WTERMSIG(status) == signal.SIGALRM else f"killed by {os.WTERMSIG(status)}"
    return said


def judged(attack: Attack) -> str:
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, content in attack.files.items():
            Path(name).write_bytes(content)
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = ended(attack)
        said = err.getvalue()
        lost = [
            name
            for name, content in attack.files.items()
            if not Path(name).is_file() or Path(name).read_bytes() != content
        ]
        os.chdir("/")
    if "Traceback" in said or "This is a defect" in said:
        return said.strip().splitlines()[-1]
    if code not in (0, 1, 2, 130):
        return f"exit code {code}"
    if attack.must == REFUSED and code != 2:
        return "taken, though it means nothing"
    if attack.must == KEPT and lost:
        return f"lost {lost[0]}"
    return "said nothing of why" if code == 2 and len(said.split()) < 3 else ""


def ended(attack: Attack) -> int:
    from ranklsys.cli import cli, main

    words = list(attack.words)
    options = {option for each in getattr(cli.commands.get(words[0]), "params", ()) for option in each.opts}
    if attack.most and "--force" in options:  # which versions without it did not need
        words.append("--force")
    if attack.most:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (attack.most, resource.RLIM_INFINITY))
    try:
        main(words)
    except SystemExit as problem:
        return int(problem.code or 0)
    return 0


def drawn(strategy: some.SearchStrategy[Attack], number: int) -> list[Attack]:
    """Return so many attacks, the same each time."""
    found: list[Attack] = []

    @settings(
        max_examples=number,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(attack: Attack) -> None:
        found.append(attack)

    collect()
    return list(itertools.islice(found, number))


def bad(strategy: some.SearchStrategy[Attack], number: int) -> Iterator[tuple[Attack, str]]:
    """Yield the attacks that end badly, and how."""
    for attack in drawn(strategy, number):
        if said := outcome(attack):
            yield attack, said


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    chosen = [name for name in KINDS if any(name.lower().startswith(word.lower()) for word in sys.argv[2:] or [""])]
    if not chosen:
        sys.exit(f"there is no such kind. Kinds: {', '.join(KINDS)}")
    import ranklsys
    from ranklsys.model.engine import simulate  # noqa: F401, so that each process need not import it

    ranklsys.compose("mouse").simulate("1 d", points=2)
    print("| kind | inputs | bad outcomes |\n|---|---|---|", flush=True)
    for kind in chosen:
        attacks = drawn(KINDS[kind], number)
        words: Counter[str] = Counter()
        for attack in attacks:
            if said := outcome(attack):
                words[re.sub(r"[0-9]+|'[^']*'", "..", said)[:110]] += 1
                print(f"{kind}: {attack.words} {[*attack.files.values()][:1]!r:.300} -> {said[:300]}", file=sys.stderr)
        print(f"| {kind} | {len(attacks)} | {words.total()} |", flush=True)


if __name__ == "__main__":
    main()
