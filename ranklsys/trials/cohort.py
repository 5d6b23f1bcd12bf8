"""Cohort: many virtual patients through the arms of a trial, into a store that survives any interruption."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranklsys.errors import DataError, NotForLanes, require_installed
from ranklsys.model import levels, read_outs
from ranklsys.model.endpoint_table import core_endpoints
from ranklsys.model.engine_names import AUTO, LANES, ROADRUNNER
from ranklsys.model.model import Model
from ranklsys.model.solver import Solver
from ranklsys.plugins.spread import Spread
from ranklsys.tables import formula
from ranklsys.tables.scalars import whole
from ranklsys.trials import bar, covariates
from ranklsys.trials.arms import single
from ranklsys.trials.population import DESIGNS, Population, pairs
from ranklsys.trials.progression import IMAGING
from ranklsys.trials.variation import spreads, with_vary

if TYPE_CHECKING:
    from ranklsys.model.cost import Amount
    from ranklsys.model.dose_courses import Doses
    from ranklsys.trials.arms import Arms
    from ranklsys.trials.protocol import Protocol
    from ranklsys.trials.regimen import Regimen
    from ranklsys.trials.trial import Trial


EVERY = "4 w"
Vary = Mapping[str, "float | Spread | None"] | Sequence[str]


@dataclass(frozen=True)
class Cohort:
    """Virtual patients who are drawn but not yet simulated; see ``cohort``.

    model: composed. population: who they may be. before: time before the trial [d], NaN where it is drawn, as one of
    the covariates of the model's parts. then: numbers set after it. include: criteria in text. engine, exact: what runs
    them, as for ``cohort``.
    """

    model: Model
    population: Population
    before: float = 0.0
    then: Mapping[str, float] = field(default_factory=dict)
    include: str = ""
    engine: str = AUTO
    exact: bool = False

    def simulate(
        self,
        until: str | float,
        *,
        doses: Doses = (),
        arms: Arms | None = None,
        store: Path | str | None = None,
        every: str | float = EVERY,
        columns: Sequence[str] | None = None,
        imaging: str | float = IMAGING,
        solver: Solver | None = None,
        processes: int | None = None,
        dask: str | int | None = None,
        block: int | None = None,
        progress: bool = False,
        uncertainty: int = 0,
    ) -> Trial:
        """Return the trial: every patient through every arm, for as long as ``until``.

        doses: of a single arm; or arms: name -> doses, the first is what others are compared with. store: folder of the
        results, a temporary one if not given; the same call continues what was interrupted. every: between rows.
        columns: ids kept over time (if not given, the quantities of ``models/endpoints.toml``, and the volumes that
        imaging sees), or read-outs such as ``PTH [pg/mL]``, of which what they are made of is kept. imaging: visits
        (see ``visits``), for arms with courses ``until progression`` (see ``regimen``).
        solver: of RoadRunner; if not given, one with the absolute tolerances of ``tolerance.by_size``. processes: at a
        time (one for each processor); dask: address of a scheduler, ``local``, or a number of workers. block: patients
        a file.
        None of the last three changes any number. progress: show a bar on the terminal. uncertainty: members of the
        shipped ensembles that run the trial too, with the first 200 of the people each: ``Trial.doubt``.
        Raises DataError if the store holds another cohort, if almost nobody meets the criteria or every patient fails;
        NotForLanes if lanes were asked for and cannot; and what ``Model.simulate`` raises for bad input.
        """
        from ranklsys.trials.execution import runner, spans
        from ranklsys.trials.store import Store
        from ranklsys.trials.trial import Trial

        if doses and arms:
            raise DataError("doses and arms do not go together", hint="Name the regimen as an arm")
        protocol = self.protocol(until, arms or single(doses), every, columns, solver, imaging)
        temporary = None if store is not None else tempfile.TemporaryDirectory(prefix="ranklsys-")
        folder = Path(temporary.name if temporary else str(store))
        size = block or default_block(self.population.size, protocol.engine)
        kept = Store.create(folder, self.recipe(protocol), size)
        with kept.writing():
            left = kept.missing()
            members = [kept.members(number) for number in left]
            work = spans(members, self.population.probabilities, left)
            with bar.shown(kept, progress) as advance:
                for done, found in runner(processes, dask)(protocol, work) if left else ():
                    kept.add(done.number, found, protocol)
                    advance(len(found))
        trial = Trial(kept, temporary)
        trial.require_patients()
        if uncertainty:
            from ranklsys.trials.doubt import doubt

            alike: dict[str, Any] = {"doses": doses, "arms": arms, "every": every, "columns": columns}
            alike |= {"imaging": imaging, "solver": solver, "processes": processes}

            def again(model: Model, people: Population) -> Trial:
                return replace(self, model=model, population=people).simulate(until, **alike)

            trial.doubt = doubt(trial, self.model, self.population, self.then, again, uncertainty)
        return trial

    def protocol(
        self,
        until: str | float,
        arms: Arms,
        every: str | float,
        columns: Sequence[str] | None,
        solver: Solver | None,
        imaging: str | float = IMAGING,
    ) -> Protocol:
        """Return what is done to every patient. Raises what ``simulate`` raises for bad input."""
        import numpy as np

        from ranklsys.model import many
        from ranklsys.trials import endpoints, progression, regimen, visits
        from ranklsys.trials.protocol import Protocol, rows_of
        from ranklsys.trials.tolerance import by_size

        kept = self.model.require(read_outs.needed(columns)) if columns else endpoints.kept(self.model.observables)
        given = {str(name): regimen.read(doses or ()) for name, doses in arms.items()}
        if not given or not all(name.strip() for name in given):
            raise DataError("an arm has no name", hint='Give e.g. {"zoledronic acid": "zoledronic-acid 4 mg iv q4w"}')
        for each in given.values():
            self.model.courses(each.doses)  # a wrong regimen is an error of the cohort, not of each patient
            self.model.require(each.markers)
        times = rows_of(until, every)
        found = Protocol(
            model=self.model,
            population=self.population,
            covariates=covariates.of_model(self.model),
            before=self.before,
            then=self.then,
            include=self.include,
            arms=given,
            times=times,
            columns=tuple(kept),
            imaging=visits.read(imaging),
            solver=solver or Solver(),
            engine=many.asked(self.engine, self._amounts(given, times), len(given) + (self.before != 0), solver=solver),
            exact=self.exact,
        )
        if found.follows_visits:
            progression.require_rows(found.imaging.days(times[-1]), times)
        if found.engine == LANES:
            try:
                found.prepare()  # before there are more processes, which then have it
            except NotForLanes:
                if self.engine == LANES:
                    raise
                found = replace(found, engine=ROADRUNNER)
        if found.engine == ROADRUNNER and solver is None:
            found = replace(found, solver=by_size(self.model, [each.doses for each in given.values()], np.array(times)))
        _ = found.models  # composed once here, and sent to the workers with the rest
        return found

    def _amounts(self, arms: Mapping[str, Regimen], times: Sequence[float]) -> list[Amount]:
        """Return how much there is to run: the arms, and what goes before, if nobody knows how long for ten years."""
        from ranklsys.model.cost import Amount
        from ranklsys.units import YEAR

        number = self.population.size
        before = 10 * YEAR if math.isnan(self.before) else self.before
        found = [Amount(number, given.doses, times[-1], len(times)) for given in arms.values() for _ in given.runs]
        return [*found, Amount(number, (), before, 2)] if before else found

    def recipe(self, protocol: Protocol) -> dict[str, Any]:
        """Return all that decides the numbers, as JSON can hold it."""
        from ranklsys.model import many
        from ranklsys.trials import endpoints
        from ranklsys.trials.protocol import value_of

        population, solver = self.population, protocol.solver
        lived = covariates.lived(protocol.covariates)
        return {
            "patients": population.size,
            "seed": population.seed,
            "design": population.design,
            "spreads": {name: _plain(asdict(spread)) for name, spread in population.spreads.items()},
            "correlation": [[*names, value] for names, value in sorted((population.correlation or {}).items())],
            "before": lived if math.isnan(self.before) else self.before,
            "then": dict(self.then),
            "include": self.include,
            "arms": [[name, given.text] for name, given in protocol.arms.items()],
            "until": protocol.times[-1],
            "rows": len(protocol.times),
            "columns": list(protocol.columns),
            "detected": value_of(self.model, core_endpoints().detected),
            "endpoints": endpoints.recipe(),
            **({"imaging": protocol.imaging.plain} if protocol.follows_visits else {}),
            "made_by": self.model.made_by(solver) | many.described(protocol.engine, solver, protocol.exact),
        }


MOST = 10_000_000
"""Patients of a cohort: their numbers alone take 5 GB."""


def cohort(
    model: Model,
    n: int,
    *,
    seed: int,
    vary: Vary | None = None,
    design: str = DESIGNS[0],
    correlation: object = None,
    before: str | float | None = None,
    then: Mapping[str, float | str] | None = None,
    include: str = "",
    engine: str = AUTO,
    exact: bool = False,
) -> Cohort:
    """Return ``n`` virtual patients of a composed model; the same seed gives the same patients.

    vary: ids that alone vary; or id -> coefficient of variation, Spread or None, besides what the tables of the host
    and its parts give. design: random, latin or sobol. correlation: a square DataFrame, or pairs of names -> number, of
    which the second follows the first, in place of those of ``models/correlations.csv``.
    before: time simulated before the trial, without doses; if it is not given and a part has a covariate that is lived,
    such as the years since menopause, that is drawn for each patient. then: numbers set at the start of the trial, e.g.
    ``{"tumour": 0.03}``. include: criteria such as ``"age >= 50 and tumour_RANK > 1"``, over what is drawn and what is
    seen at the start of the trial; a patient who does not meet them is drawn again. engine: ``lanes`` (many side by
    side, within 1e-5 of each quantity), ``roadrunner`` (one after another), or ``auto``: the faster one that can.
    exact: lanes within 1e-7.
    Raises UnknownName or DataError for what does not exist or cannot be, MissingLibrary without scipy or lifelines, or
    for lanes without llvmlite.
    """
    from ranklsys import units
    from ranklsys.model import many

    require_installed("scipy", "lifelines", extra="cohort")  # before hours of simulation, not after them
    declared = covariates.of_model(model)
    lived = covariates.lived(declared)
    days = (math.nan if lived else 0.0) if before is None else units.days(before) if before else 0.0
    after = (model if days == 0 else model.with_free_state()[0]).set(then or {})
    later = {name: after.changes[name] for name in then or {}}
    asked = dict(vary) if isinstance(vary, Mapping) else vary
    besides = {name: each.spread for name, each in declared.items() if before is None or not each.lived}
    for name in declared:
        if isinstance(asked, dict) and name in asked:
            if name not in besides or not isinstance(spread := asked.pop(name), Spread):
                hint = f"Give a ranklsys.Spread{', and leave `before` out' if name == lived else ''}"
                raise DataError("this covariate cannot vary so", where=f"vary: {name}", hint=hint)
            besides[name] = spread
    varied = with_vary(spreads(after), after, asked)
    n, seed = whole(n, "patients"), whole(seed, "seed")
    if n < 1:
        raise DataError(f"a cohort of {n} is empty", hint="Ask for at least one patient")
    if n > MOST or seed < 0:
        what = f"{n} patients are more than {MOST}" if n > MOST else f"a seed cannot be {seed}"
        raise DataError(what, hint="Simulate several cohorts, each with its seed" if n > MOST else "Give 0 or more")
    if include:
        formula.check_condition(include, [*varied, *covariates.kept(declared), *model.observables])
    given = pairs(correlation) or {}
    together = levels.together({*varied, *besides}, given) if model.host == levels.HOST else given
    people = Population(varied | besides, seed, n, design, together)
    many.asked(engine)  # an engine that does not exist, or a library that is missing, is an error here
    return Cohort(model, people, days, later, include, engine, exact)


def default_block(size: int, engine: str = ROADRUNNER) -> int:
    """Return patients a file: a hundred files of a large cohort, but never many patients to lose or to hold.

    In lanes some hundred patients take no longer than one does by RoadRunner, and a file as long as ten of them.
    """
    return max(32, min(512, size // 16)) if engine == LANES else max(5, min(50, size // 100))


def _plain(spread: Mapping[str, Any]) -> dict[str, Any]:
    """Return a spread without infinite bounds, which JSON lacks."""
    return {key: value for key, value in spread.items() if not (isinstance(value, float) and math.isinf(value))}
