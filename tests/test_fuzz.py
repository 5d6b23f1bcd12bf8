"""What people type, write or damage is told of in words: a few inputs of each kind, and as many as you like by hand.

``RANKLSYS_FUZZ=500 pytest -n0 tests/test_fuzz.py`` draws so many of each; ``benchmarks/attack.py`` counts them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.scripts import script

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
attack = script("benchmarks/attack.py") if hasattr(os, "fork") else None
KINDS = sorted(attack.KINDS) if attack else []


@pytest.mark.parametrize("kind", KINDS)
def test_a_few_of_each_kind(kind: str) -> None:
    number = int(os.environ.get("RANKLSYS_FUZZ", "2"))
    assert [*attack.bad(attack.KINDS[kind], number)] == []


@pytest.mark.thorough
@pytest.mark.parametrize("kind", KINDS)
def test_more_of_each_kind(kind: str) -> None:
    assert [*attack.bad(attack.KINDS[kind], 15)] == []


def test_what_ends_badly_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect, a loss, an acceptance, a death: each by a command that does it."""
    import click

    from ranklsys.cli import cli

    @click.command()
    @click.argument("how")
    def spoil(how: str) -> None:
        if how == "defect":
            raise ValueError
        if how == "lose":
            Path("kept.csv").unlink()
        if how == "die":
            os.kill(os.getpid(), 9)

    monkeypatch.setitem(cli.commands, "spoil", spoil)
    said = {
        how: attack.outcome(attack.Attack({"kept.csv": b"x"}, ("spoil", how), must))
        for how, must in [("defect", "goes"), ("lose", "kept"), ("take", "refused"), ("die", "goes"), ("well", "goes")]
    }
    assert "This is a defect" in said.pop("defect")
    assert said == {"lose": "lost kept.csv", "take": "taken, though it means nothing", "die": "killed by 9", "well": ""}
