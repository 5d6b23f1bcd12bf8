"""Findings: what a check expects, why, and what it found."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ranklsys.errors import RanklsysError


@dataclass(frozen=True)
class Judgement:
    """What one check found.

    check: its name. expected, why: what it expects, and why. found: what it found, in words and numbers.
    ok: whether that is as expected; None where it could not be judged, and ``found`` says why.
    share: how much of what was looked at is as expected, from 0 to 1. items: ids of what is not.
    """

    check: str
    expected: str
    why: str
    found: str
    ok: bool | None
    share: float = 0.0
    items: tuple[str, ...] = ()

    @classmethod
    def of(cls, check: Callable[..., Any], found: str, ok: bool | None) -> Judgement:
        """Return the finding of a check, whose name and docstring say the rest."""
        expected, _, why = (" ".join(piece.split()) for piece in (inspect.getdoc(check) or "").partition("\n\n"))
        name = check.__name__.replace("_", " ")
        return cls(name, expected, why, " ".join(found.split()), ok, float(bool(ok)))

    @property
    def word(self) -> str:
        """The verdict in a word: pass, FAIL or skipped."""
        return "skipped" if self.ok is None else "pass" if self.ok else "FAIL"


class Wrong(Exception):
    """What a check found is not what it expects; says what, and what to do.

    share: how much of what was looked at is as expected all the same. items: ids of what is not.
    """

    def __init__(self, what: str, share: float = 0.0, items: tuple[str, ...] = ()) -> None:
        super().__init__(what)
        self.share = share
        self.items = items


class Skipped(Exception):
    """A check cannot be judged here; says why."""


def judged(check: Callable[..., str | None], subject: Any) -> Judgement | None:
    """Return what a check found in a subject; None if it does not apply.

    Whatever it raises is a finding: the part is a stranger's.
    """
    try:
        found = check(subject)
    except Skipped as reason:
        return Judgement.of(check, str(reason), None)
    except Wrong as problem:
        return replace(Judgement.of(check, str(problem), False), share=problem.share, items=problem.items)
    except RanklsysError as problem:
        return Judgement.of(check, str(problem), False)
    except Exception as problem:
        return Judgement.of(check, f"{type(problem).__name__}: {problem}", False)
    return None if found is None else Judgement.of(check, found, True)
