"""Virtual trial: a cohort with all its settings, by name; what a trial's protocol is on paper.

Those that are shipped stand in ``models/trials``, a TOML file each; a path to a file of one's own works as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ranklsys.errors import DataError, unknown
from ranklsys.plugins import library
from ranklsys.tables import toml

if TYPE_CHECKING:
    from ranklsys.trials.cohort import Cohort


@dataclass(frozen=True, kw_only=True)
class VirtualTrial:
    """Who takes part, and what they get; the keys of the file are those of ``cohort`` and of its command.

    set, then: texts ``ID=VALUE``. vary: texts ``ID=CV``; 0 for what does not vary. arms: texts ``NAME: DOSE``, the
    first is what others are compared with. stratify: a drawn number that may tell who is at risk. Raises DataError.
    """

    title: str
    host: str
    parts: tuple[str, ...] = ()
    patients: int = 1000
    seed: int = 0
    until: str
    every: str = "4 w"
    arms: tuple[str, ...]
    set: tuple[str, ...] = ()
    before: str = ""
    then: tuple[str, ...] = ()
    vary: tuple[str, ...] = ()
    include: str = ""
    stratify: str = ""
    cite: tuple[str, ...] = ()

    def cohort(self, patients: int | None = None, seed: int | None = None) -> Cohort:
        """Return the cohort, not yet simulated; with another number of patients or seed if given."""
        from ranklsys.model.compose import compose
        from ranklsys.trials.cohort import cohort

        return cohort(
            compose(self.host, *self.parts).set(dict(_pairs(self.set, "set"))),
            self.patients if patients is None else patients,
            seed=self.seed if seed is None else seed,
            vary={name: float(value) for name, value in _pairs(self.vary, "vary")} or None,
            before=self.before or None,
            then=dict(_pairs(self.then, "then")),
            include=self.include,
        )


def names() -> tuple[str, ...]:
    """Return the names of the trials that are shipped."""
    return tuple(sorted(path.stem for path in (library.folder() / "trials").glob("*.toml")))


def read(name: Path | str) -> VirtualTrial:
    """Return a shipped trial by its name, or the one in a TOML file. Raises UnknownName or DataError."""
    if str(name).endswith(".toml"):
        return toml.load(VirtualTrial, Path(name))
    if name not in names():
        raise unknown("virtual trial", str(name), names(), hint="See: ranklsys trial --help; or name a .toml file")
    return toml.load(VirtualTrial, library.folder() / "trials" / f"{name}.toml")


def _pairs(texts: Iterable[str], key: str) -> Iterable[tuple[str, str | float]]:
    """Yield id and value of texts such as ``tumour=0.03``; a value with a unit stays text."""
    for text in texts:
        name, sign, value = (word.strip() for word in text.partition("="))
        if not (name and sign and value):
            raise DataError(f"'{text}' is not ID=VALUE", where=key, hint="Write e.g. tumour=0.03")
        try:
            yield name, float(value)
        except ValueError:
            yield name, value
