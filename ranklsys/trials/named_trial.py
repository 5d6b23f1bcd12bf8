"""Named trial: a cohort with all its settings, in a file or on the command line; what a trial's protocol is on paper.

Those that are shipped stand in ``models/trials``, a TOML file each; a path to a file of one's own works as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ranklsys.errors import DataError, unknown
from ranklsys.model.engine_names import AUTO
from ranklsys.plugins import library
from ranklsys.tables import toml
from ranklsys.tables.changes import read_changes

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.trials.cohort import Cohort
    from ranklsys.trials.trial import Trial


@dataclass(frozen=True, kw_only=True)
class NamedTrial:
    """Who takes part, and what they get; the keys of the file are the options of the command ``cohort``.

    host, parts: what is composed. patients, seed: how many, and of all random numbers. until, every: how long, and the
    time between rows. arms: texts ``NAME: DOSE``, the first is what others are compared with; doses: of a single arm.
    set, then: texts ``ID=VALUE``, before and after the time ``before``. vary: texts ``ID=CV``; 0 for what does not
    vary. correlation: a CSV file whose first row and column are ids, beside the trial's own. include: criteria. design:
    random, latin or sobol. stratify: a number that may tell who is at risk, drawn, or
    measured in the first arm (``NTX at 24 w``). imaging: between visits at which progression is looked for. cite:
    sources.
    """

    title: str
    host: str
    parts: tuple[str, ...] = ()
    patients: int = 1000
    seed: int = 0
    until: str
    every: str = "4 w"
    doses: tuple[str, ...] = ()
    arms: tuple[str, ...] = ()
    set: tuple[str, ...] = ()
    before: str = ""
    then: tuple[str, ...] = ()
    vary: tuple[str, ...] = ()
    correlation: str = ""
    include: str = ""
    design: str = "random"
    stratify: str = ""
    imaging: str = ""
    cite: tuple[str, ...] = ()

    def cohort(self, *, engine: str = AUTO, exact: bool = False) -> Cohort:
        """Return the cohort, not yet simulated. Raises DataError, or what ``cohort`` raises."""
        from ranklsys.model.compose import compose
        from ranklsys.trials.cohort import cohort

        return cohort(
            compose(self.host, *self.parts).set(read_changes(self.set, "set")),
            self.patients,
            seed=self.seed,
            vary=_coefficients(self.vary) or None,
            design=self.design,
            correlation=_matrix(Path(self.correlation)) if self.correlation else None,
            before=self.before or None,
            then=read_changes(self.then, "then"),
            include=self.include,
            engine=engine,
            exact=exact,
        )

    def simulate(
        self,
        *,
        store: Path | None = None,
        processes: int | None = None,
        dask: str | None = None,
        engine: str = AUTO,
        exact: bool = False,
        keep: Sequence[str] = (),
        progress: bool = False,
    ) -> Trial:
        """Return what came of it. The arguments and what is raised: as for ``cohort`` and ``Cohort.simulate``.

        keep: ids or read-outs that are kept over time besides the usual ones.
        """
        from ranklsys import units
        from ranklsys.model.endpoint_table import core_endpoints
        from ranklsys.trials import covariates, endpoints
        from ranklsys.trials.arms import read_arms
        from ranklsys.trials.progression import IMAGING, visits
        from ranklsys.trials.strata import measured

        cohort = self.cohort(engine=engine, exact=exact)
        if self.stratify:  # asked before anything runs
            drawn = [*cohort.population.names, *covariates.kept(covariates.of_model(cohort.model))]
            measured(self.stratify, drawn, core_endpoints().seen)
        if self.imaging:
            visits(units.days(self.imaging), units.days(self.until))
        return cohort.simulate(
            self.until,
            doses=self.doses,
            arms=read_arms(self.arms) or None,
            store=store,
            every=self.every,
            columns=[*endpoints.kept(cohort.model.observables), *keep] if keep else None,
            imaging=self.imaging or IMAGING,
            processes=processes,
            dask=dask,
            progress=progress,
        )


def names() -> tuple[str, ...]:
    """Return the names of the trials that are shipped."""
    return tuple(sorted(path.stem for path in (library.folder() / "trials").glob("*.toml")))


def read(name: Path | str) -> NamedTrial:
    """Return a shipped trial by its name, or the one in a TOML file. Raises UnknownName or DataError."""
    if not str(name).endswith(".toml") and name not in names():
        raise unknown("virtual trial", str(name), names(), hint="See: ranklsys trial --help; or name a .toml file")
    path = Path(name) if str(name).endswith(".toml") else library.folder() / "trials" / f"{name}.toml"
    plan = toml.load(NamedTrial, path)
    return replace(plan, correlation=str(path.parent / plan.correlation)) if plan.correlation else plan


def _coefficients(texts: Iterable[str]) -> dict[str, float]:
    """Read coefficients of variation by id. Raises DataError for one that is no number from 0 on."""
    coefficients = {}
    for name, value in read_changes(texts, "vary").items():
        if isinstance(value, str) or value < 0:
            raise DataError(f"'{name}={value}' is not ID=CV", where="vary", hint="Write e.g. tumour_RANK=0.5")
        coefficients[name] = value
    return coefficients


def _matrix(path: Path) -> pd.DataFrame:
    """Read a matrix with ids as first row and column. Raises DataError for a missing file, and what is no number."""
    import pandas as pd

    if not path.is_file():
        raise DataError("there is no such file", where=str(path), hint="A CSV whose first row and column are ids")
    try:
        return pd.read_csv(path, index_col=0).astype(float)
    except ValueError as problem:
        raise DataError(f"this is no matrix of numbers ({problem})", where=str(path)) from None
