"""Lanes on the semantic cases of the SBML test suite (github.com/sbmlteam/sbml-test-suite): right, refused, or wrong.

Run it with ``uv run python benchmarks/sbml_suite.py FOLDER``; FOLDER is ``cases/semantic`` of a copy of the suite.

A case counts as right by the tolerances that it states. It ends with 1 if a case is wrong.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from ranklsys.errors import NotForLanes
from ranklsys.model.lanes import batch
from ranklsys.sbml.facts import facts
from ranklsys.sbml.tapes.tape import tapes

LEVELS = ("sbml-l3v2.xml", "sbml-l3v1.xml")


def main(folder: Path) -> int:
    """Print how many cases are right, what is refused, and which are wrong."""
    refused: Counter[str] = Counter()
    right, wrong = 0, []
    for case in sorted(folder.iterdir()):
        files = [case / f"{case.name}-{level}" for level in LEVELS if (case / f"{case.name}-{level}").exists()]
        if not files or not (case / f"{case.name}-results.csv").exists():
            continue
        try:
            if is_right(files[0], case):
                right += 1
            else:
                wrong.append(case.name)
        except NotForLanes as problem:
            refused[re.sub(r"'[^']*'", "...", problem.what)] += 1
    print(f"right {right}, refused {refused.total()}, wrong {len(wrong)} {wrong}")
    for what, number in refused.most_common():
        print(f"{number:6} {what}")
    return int(bool(wrong))


def is_right(file: Path, case: Path) -> bool:
    """Whether lanes give the results of a case. Raises NotForLanes."""
    told = dict(line.split(":", 1) for line in read(case, "settings.txt").splitlines() if ":" in line)
    heads, *lines = csv.reader(read(case, "results.csv").splitlines())
    expected = np.array([[float(number) for number in line] for line in lines if line])
    names = [head.strip() for head in heads][1:]
    elements = facts(file.read_text(encoding="utf-8")).elements
    volumes = [elements[name].compartment for name in names if name in elements]
    columns = tuple(dict.fromkeys([*names, *filter(None, volumes)]))
    taped = tapes(file.read_text(encoding="utf-8"), columns)
    found = batch.simulate(taped, [{}], expected[None, :, 0], 1e-8, np.full(len(taped.states), 1e-16)).array[0]
    seen = dict(zip(columns, found.T, strict=True))
    for name, values in zip(names, expected.T[1:], strict=True):
        ours, element = seen[name], elements[name]
        if name in words(told, "amount") and not element.only_substance:
            ours = ours * seen[element.compartment]
        if name in words(told, "concentration") and element.only_substance:
            ours = ours / seen[element.compartment]
        if not (np.abs(ours - values) <= float(told["absolute"]) + float(told["relative"]) * np.abs(values)).all():
            return False
    return True


def read(case: Path, what: str) -> str:
    """Return a file of a case."""
    return (case / f"{case.name}-{what}").read_text(encoding="utf-8")


def words(told: dict[str, str], key: str) -> list[str]:
    """Return a setting that is a list."""
    return [word.strip() for word in told.get(key, "").split(",")]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
