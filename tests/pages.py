"""Pages of the docs as sessions: blocks are run in their order, in one folder, and what they show is compared.

A page is plain Markdown, and its blocks mean

* any block below a line with nothing but a file's name in bold code: the file is written;
* python: run, in the names that earlier ones left;
* console: each line after ``$ `` is run; lines below it are what it prints, where ``...`` stands for any lines, or at
  the end of a line for its rest; one that prints ``error: `` has to fail;
* text: lines that were printed before, in this order;
* others, such as sh or toml, are for reading.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import Said, Say
from tests.installing import installed, pytest_in, run

BLOCK = re.compile(
    r"(?:^\*\*`(?P<file>[^`\n]+)`\*\*\n+)?^```(?P<language>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
NUMBER = re.compile(r"[+-]?\d+(?:\.(\d+))?(?:e([+-]?\d+))?")


@dataclass(frozen=True)
class Block:
    """A block of a page; ``file`` is its name if it is one."""

    language: str
    text: str
    file: str = ""


def blocks(page: Path) -> list[Block]:
    """Return the blocks of a page."""
    found = BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [Block(each["language"], each["text"], each["file"] or "") for each in found]


def typed(console: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a console block, without its comment, and the lines that it prints."""
    for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
        command, *shown = part.splitlines()
        yield command.split("  #")[0].split("uv run ")[-1].strip(), shown


@dataclass
class Session:
    """What was done so far on a page, and where. ``env`` is there once the page has installed a plugin."""

    page: Path
    folder: Path
    say: Say
    patch: pytest.MonkeyPatch
    env: dict[str, str] | None = None
    names: dict[str, object] = field(default_factory=dict)
    printed: list[str] = field(default_factory=list)

    def run(self, block: Block) -> None:
        """Do what a block says."""
        if block.file:
            path = self.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            with contextlib.redirect_stdout(io.StringIO()) as said:
                exec(compile(block.text, str(self.page), "exec"), self.names)
            self.printed += said.getvalue().splitlines()
        elif block.language == "console":
            for command, shown in typed(block.text):
                said = self.type(command, fails=any(line.startswith("error: ") for line in shown)).splitlines()
                self.printed += said
                if shown:
                    compare(shown, said, command)
        elif block.language == "text":
            compare(["...", *block.text.splitlines(), "..."], self.printed, str(self.page))

    def ranklsys(self, words: Sequence[str], fails: bool) -> str:
        """Run ranklsys, here or where the page has installed a plugin, and return what it prints, or its error."""
        if self.env:
            command = [sys.executable, "-m", "ranklsys.cli", *words]
            done = subprocess.run(command, cwd=self.folder, env=self.env, capture_output=True, text=True, check=False)
            said = Said(done.returncode, done.stdout, done.stderr)
        else:
            with self.patch.context() as patch:
                if (
                    words[0] == "new-plugin"
                ):  # it keeps its template in the cache of the user; others keep their fonts there
                    patch.setenv("XDG_CACHE_HOME", str(self.folder / "cache"))
                said = self.say(*words)
        assert (said.code != 0) == fails, f"{shlex.join(words)}\n{said.out}\n{said.err}"
        return said.err if fails else said.out

    def type(self, command: str, *, fails: bool) -> str:
        """Run a command and return what it prints."""
        program, *words = shlex.split(command)
        if program == "cd":
            self.folder = self.folder / words[0]
            self.patch.chdir(self.folder)
        elif program == "ranklsys":
            return self.ranklsys(words, fails)
        elif command == 'pip install -e ".[test]"':
            env = installed(self.folder, self.folder.parent / "site")  # its metadata; its code is that of the folder
            siblings = f"{self.folder.name},denosumab,cell-lines"  # with all others the checks take four times as long
            path = f"{self.folder}{os.pathsep}{env['PYTHONPATH']}"
            self.env = {**env, "PYTHONPATH": path, "RANKLSYS_PLUGINS": siblings}
        elif command.startswith("pip install "):
            pass  # what pages ask for is in the environment of the tests
        elif command == "pytest":
            return pytest_in(self.folder, self.env) if self.env else ""  # in this repository: this very run
        elif command == "uv build":
            run(sys.executable, "-m", "hatchling", "build", cwd=self.folder)  # the backend that uv calls
        elif program == "git":
            return run(program, *words, cwd=self.folder)
        else:
            raise AssertionError(f"{self.page.name}: the tests cannot run '{command}'")
        return ""


def compare(shown: Sequence[str], said: Sequence[str], where: str) -> None:
    """Assert that lines were said: a number within one unit of the last digit shown, any lines for ``...``."""
    left = list(said)
    anywhere = False
    for line in shown:
        if line.strip() == "...":
            anywhere = True
            continue
        place = next((at for at, each in enumerate(left) if alike(line, each)), None)
        assert place is not None, f"{where}\nshows: {line}\nprinted:\n" + "\n".join(said)
        assert anywhere or place == 0, f"{where}\nshows: {line}\nprinted first:\n" + "\n".join(left[: place + 1])
        left, anywhere = left[place + 1 :], False
    assert anywhere or not left, f"{where}\nprinted also:\n" + "\n".join(left)


def alike(shown: str, said: str) -> bool:
    """Whether a line says what is shown, numbers rounded as shown and blanks in any number."""
    ours, theirs = " ".join(shown.split()), " ".join(said.split())
    if ours.endswith("...") and len(ours) > 3:
        ours = ours.removesuffix("...").rstrip()
        theirs = theirs[: len(ours)]
    if NUMBER.split(ours)[::3] != NUMBER.split(theirs)[::3]:
        return False
    pairs = zip(NUMBER.finditer(ours), NUMBER.finditer(theirs), strict=True)
    return all(abs(float(one[0]) - float(other[0])) <= 1.001 * last_digit(one) for one, other in pairs)


def last_digit(number: re.Match[str]) -> float:
    """Return one unit of the last digit; whole numbers without a point or an exponent are exact."""
    decimals, exponent = number[1], number[2]
    if decimals is None and exponent is None:
        return 0.0
    return float(10.0 ** (int(exponent or 0) - len(decimals or "")))
