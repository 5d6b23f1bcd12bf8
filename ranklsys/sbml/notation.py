"""Notation: Antimony to SBML and back, and where in a file something is written."""

from __future__ import annotations

import re
from pathlib import Path

from ranklsys.errors import SBMLError

REPORT = re.compile(r"Error in model string, line (\d+):\s*(.*)", re.DOTALL)
FORMULA = re.compile(r"parsing input '(.*)' at position (\d+)", re.DOTALL)
WHOLE = re.compile(
    r"SBML error\(s\) when creating module '(\w+)'"
)  # found at the end of a model, about any of its lines
TOKEN = re.compile(r'"[^"]*"?|//.*|[-=:]=?>?|[A-Za-z_]\w*|[\d.]+(?:[eE][-+]?\d+)?|\S')


def to_sbml(path: Path) -> str:
    """Return the SBML of an Antimony file. Raises SBMLError with file, line and column of the first mistake."""
    import antimony

    text = path.read_text(encoding="utf-8")
    problem = _problem(text)
    if problem:
        raise _error(path, text, problem)
    return str(antimony.getSBMLString(antimony.getMainModuleName()))


def from_sbml(text: str) -> str:
    """Return the Antimony of an SBML text. Raises SBMLError if Antimony cannot write it."""
    import antimony

    antimony.clearPreviousLoads()
    if antimony.loadSBMLString(text) < 0:
        raise SBMLError(" ".join(str(antimony.getLastError()).split()).rstrip("."), where="Antimony")
    return str(antimony.getAntimonyString(antimony.getMainModuleName()))


def place(path: Path, *names: str) -> str:
    """Return ``file:line:column`` where the first of some ids that a notation has is first written; else the file."""
    written: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        for token in TOKEN.finditer(line):
            written.setdefault(token.group(), f"{path}:{number}:{token.start() + 1}")
    return next((written[name] for name in names if name in written), str(path))


def _problem(text: str) -> str:
    """Return what Antimony has to say against a text; empty for nothing."""
    import antimony

    antimony.clearPreviousLoads()
    antimony.loadAntimonyString(text)
    return str(antimony.getLastError()).strip()  # some mistakes, such as a loop of units, are said but not returned


def _error(path: Path, text: str, problem: str) -> SBMLError:
    found = REPORT.match(problem)
    what = " ".join((found[2] if found else problem).split()).rstrip(".")
    if found is None:
        return SBMLError(what, where=place(path, *re.findall(r"'(\w+)'", problem)), hint="See Antimony's manual")
    if whole := WHOLE.search(problem):
        return SBMLError(what, where=place(path, *re.findall(r"'(\w+)'", problem.replace(f"'{whole[1]}'", ""))))
    lines, number = text.splitlines(), int(found[1])
    line = lines[number - 1] if number <= len(lines) else ""
    column = _column(lines[: number - 1], line, problem)
    hint = f"The line is: {line.strip()}" if line.strip() else "Is the last line 'end'?"
    return SBMLError(what, where=f"{path}:{number}:{column}", hint=hint)


def _column(before: list[str], line: str, problem: str) -> int:
    """Return the column of a mistake in a line: Antimony itself knows the line only.

    A parser stops at the first token that cannot follow; a text that is cut after it is refused in the same words, one
    that is cut earlier in others. Of a mistake in meaning it is where the name that it quotes is written.
    """
    if inside := FORMULA.search(problem):
        return _within(line, inside[1], int(inside[2]))
    tokens = list(TOKEN.finditer(line))
    if "syntax error" in problem:
        for token in tokens:
            if _problem("\n".join([*before, line[: token.end()]])) == problem:
                return token.start() + 1
    quoted = set(re.findall(r"'(\w+)'", problem))
    named = (token for token in tokens if token.group() in quoted)
    return next(named, tokens[0]).start() + 1 if tokens else 1


def _within(line: str, formula: str, position: int) -> int:
    """Return the column of a position (from 1) in a formula, which Antimony quotes without its spaces."""
    written = [(column, letter) for column, letter in enumerate(line, start=1) if not letter.isspace()]
    start = "".join(letter for _, letter in written).find("".join(formula.split()))
    found = start + position - 1
    return written[min(found, len(written) - 1)][0] if start >= 0 and written else 1
