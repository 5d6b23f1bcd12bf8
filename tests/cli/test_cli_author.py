"""The commands for authors of plugins: what they print, and how they end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Install, Say
from tests.fragments import sbml

HOMELESS = "PARTS = [Part(id='mine', kind='cell line', hosts=('mouse',), values={'RANKL_loss': 2.0})]"
HEAD = "from ranklsys import Part\n"


def test_check_prints_a_line_for_each_check_of_a_part(say: Say, plugin_from_source: Install) -> None:
    plugin_from_source("PARTS = [Part(id='fast', kind='condition', values={'RANKL_loss': 2.0})]", "fast")
    for name in ("fast", "ranklsys-fast"):
        said = say("check", name)
        assert said.code == 0
        assert said.out.startswith("fast (condition)\n  pass  ")
        assert "  pass  values fit: 1 values\n" in said.out
        assert said.out.endswith(" checks pass, 0 fail\n")


def test_a_check_that_fails_says_what_it_expects_and_why(say: Say, isolated_plugins: object, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(HEAD + HOMELESS, encoding="utf-8")
    said = say("check", "mine.py", "--html", "pages/check.html")
    assert said.code == 1
    assert "  FAIL  another host has its reason: it is not for the human" in said.out
    assert "        expected: A part that is not for a host says why.\n        why:      The reason is" in said.out
    assert said.out.endswith(" 1 fail, 6 skipped\nwrote pages/check.html\n")
    page = (tmp_path / "pages" / "check.html").read_text(encoding="utf-8")
    assert page.count('class="FAIL"') == 1
    assert "its host_reason is empty. Write why<small>Expected: A part that is not" in page


def test_check_names_the_claims_of_a_plugin_that_name_no_cut(
    say: Say, isolated_plugins: object, tmp_path: Path
) -> None:
    claims = (
        "Claim('A', 'It holds', 'always', run), Claim('B', 'It holds', 'always', run, cuts={'none': {'RANKL': 0.0}})"
    )
    source = f"""from ranklsys import Claim, Finding, Part, hookimpl
def run(): return Finding('', True)
@hookimpl
def register_parts(): return [Part(id='fast', kind='condition', values={{'RANKL_loss': 2.0}})]
@hookimpl
def register_claims(): return [{claims}]
"""
    (tmp_path / "mine.py").write_text(source, encoding="utf-8")
    said = say("check", "mine.py")
    assert said.code == 0
    assert said.out.count("note  claim ") == 1
    assert "note  claim A: it names no cut that makes it fail" in said.out


def test_any_sbml_file_can_be_checked(say: Say, tmp_path: Path) -> None:
    (tmp_path / "part.xml").write_text(sbml("const kill = 0.1 per_day;"), encoding="utf-8")
    assert "  pass  no error and no warning" in say("check", "part.xml").out
    (tmp_path / "part.xml").write_text("<sbml", encoding="utf-8")
    assert say("check", "part.xml").code == 2


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("opgfc", ["there is no plugin or part 'opgfc'", "'opg-fc'", "ranklsys plugins"]),
        ("core", ["core: it offers no part"]),
        ("none.py", ["none.py", "there is no such file"]),
        ("none.xml", ["none.xml", "there is no such file"]),
    ],
)
def test_what_cannot_be_checked_is_refused(say: Say, target: str, words: list[str]) -> None:
    said = say("check", target)
    assert said.code == 2
    assert all(word in said.err for word in words), said.err


def test_a_broken_plugin_is_refused_with_its_line(say: Say, plugin_from_source: Install) -> None:
    plugin_from_source("1 / 0", "broken")
    said = say("check", "broken")
    assert said.code == 2
    assert "ranklsys-broken: ZeroDivisionError: division by zero (" in said.err
