"""Model: a composed model as an immutable value, to simulate, change and save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranklsys.errors import SimulationError, require
from ranklsys.model import read_outs
from ranklsys.model.solver import Solver, installed_version
from ranklsys.plugins.part import Part
from ranklsys.sbml.cache import digest
from ranklsys.tables.files import SBML_ENDINGS, require_ending

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from ranklsys.model.dose import Dose
    from ranklsys.model.dose_courses import Doses
    from ranklsys.sbml.course import Course
    from ranklsys.sbml.facts import Facts

POINTS = 201
STEADY = 1e-9
"""A state is steady when it changes by less than this part of its size a day."""


@dataclass(frozen=True)
class Model:
    """A host with its parts, as one flat SBML model without doses.

    base: the flat SBML as composed. changes: numbers set since, in the model's units, by id.
    """

    base: str = field(repr=False)
    host: str = ""
    parts: tuple[Part, ...] = ()
    changes: Mapping[str, float] = field(default_factory=dict)

    def __hash__(self) -> int:
        """Equal for models of the same SBML."""
        return hash(self.hash)

    @cached_property
    def sbml(self) -> str:
        """The flat SBML with the changes written into it."""
        if not self.changes:
            return self.base
        from ranklsys.sbml.events import with_values

        return with_values(self.base, dict(self.changes))

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the SBML: equal for equal models, whatever the order of their parts."""
        return digest(self.sbml)

    @property
    def title(self) -> str:
        """What it is made of, e.g. ``mouse + mda-mb-231 + opg-fc``."""
        return " + ".join([self.host, *(part.id for part in self.parts)])

    @property
    def facts(self) -> Facts:
        """What the model holds: elements, units, formulas."""
        return _facts(self.sbml)

    @property
    def observables(self) -> tuple[str, ...]:
        """Ids of all that a simulation can show."""
        return _facts(self.base).observables

    def set(self, changes: Mapping[str, float | str] | None = None, /, **more: float | str) -> Model:
        """Return a new model with other parameters or initial values.

        A number is in the model's unit; text has its own, e.g. ``set(RANKL_loss="0.5 1/d")``.
        Raises UnknownName for an id that does not exist or is computed, UnitError for a unit that does not fit.
        """
        wanted = {**(changes or {}), **more}
        return replace(
            self, changes={**self.changes, **{name: self.number_of(name, value) for name, value in wanted.items()}}
        )

    @read_outs.among_columns
    def simulate(
        self,
        until: str | float,
        *,
        doses: Doses = (),
        points: int = POINTS,
        times: Sequence[float] | None = None,
        columns: Sequence[str] | None = None,
        solver: Solver | None = None,
    ) -> pd.DataFrame:
        """Return a DataFrame indexed by time [d], from 0 to ``until``, a column for each observable.

        until: e.g. ``"25 d"`` or ``"3 y"``; a number is days. doses: regimens, as text or from ``rk.dose``.
        points: rows, evenly spaced; times: at these [d] instead. columns: ids or read-outs (``CTX [ng/mL]``), else all.
        A row at the time of a dose holds the values just after it. ``attrs``: ``units`` by column, and ``made_by``.
        Raises UnknownName, DoseError, UnitError or DataError on bad input, SimulationError if the integration fails.
        """
        from ranklsys import frame
        from ranklsys.model import times as clock
        from ranklsys.model.dose_courses import numbers_of, read_doses

        names, given, solver = self.require(columns), read_doses(doses), solver or Solver()
        rows = clock.rows(self.time(until), points, times)
        array = self.numbers(rows, names, doses=given, solver=solver)
        elements = _facts(self.base).elements
        attrs: dict[str, Any] = {
            "units": {name: elements[name].unit_id for name in names},
            "made_by": self.made_by(solver, given, numbers_of(self.courses(given))),
        }
        if (unit := clock.own_unit(_facts(self.base))) != "d":
            attrs["time_unit"] = unit
        return frame.frame(array, rows, names, attrs)

    def numbers(
        self,
        times: NDArray[np.float64],
        columns: Sequence[str],
        *,
        doses: Doses = (),
        solver: Solver | None = None,
        lean: bool = False,
    ) -> NDArray[np.float64]:
        """Return an array (times x columns): what ``simulate`` gives, without units and provenance, for many runs.

        times: ascending [d], from 0 on. columns: ids of the model. lean: integrate only what these depend on, which is
        faster, and differs by the error of the solver. Raises what ``simulate`` raises.
        """
        from ranklsys.model import engine
        from ranklsys.model.dose_courses import numbers_of, read_doses
        from ranklsys.model.times import at_doses
        from ranklsys.sbml.structure import structure

        courses = self.courses(read_doses(doses))
        values = {**numbers_of(courses), **self.changes}
        rows = at_doses(times, courses)
        text = structure(self.base, courses)
        if lean:
            from ranklsys.sbml.pruned import reduced

            text = reduced(text, tuple(columns))
            kept = _facts(text).elements
            values = {name: value for name, value in values.items() if name in kept}
        return engine.simulate(text, values, rows, columns, solver or Solver())

    def time(self, text: str | float) -> float:
        """Return a time in the model's own unit: days in a composition, in a loaded model what its file says.

        A bare number is in it already. Raises UnitError if text has a unit but the file does not say that of time.
        """
        from ranklsys.model import times

        return times.in_own_unit(text, _facts(self.base))

    def steady(self, *, solver: Solver | None = None) -> pd.Series[float]:
        """Return the state that the model settles in without doses, by id; the healthy state of a host is its own.

        What counts, as cumulative hazards do, is left out. Raises SimulationError if anything still moves.
        """
        import numpy as np
        import pandas as pd

        from ranklsys.model import engine
        from ranklsys.model.endpoint_table import core_endpoints

        solver = solver or Solver()
        names = tuple(name for name in _facts(self.base).states if name not in core_endpoints().counts)
        for years in (0.0, 1.0, 10.0, 100.0, 1000.0, 10_000.0):
            times = np.array([0.0, 1.0]) + years * 365.25
            state, later = engine.simulate(self.base, self.changes, times, names, solver)
            change = np.abs(later - state)
            if (change <= STEADY * np.maximum(np.abs(state), 1e-6)).all():
                return pd.Series(state, index=names, name="steady state")
        fastest = int(np.argmax(change / np.maximum(np.abs(state), 1e-6)))
        what = f"no steady state within 10,000 years: '{names[fastest]}' still changes by {change[fastest]:.3g} a day"
        raise SimulationError(what, hint="A growing sum, such as an area under a curve, never settles")

    def after(self, time: str | float, *, doses: Doses = (), solver: Solver | None = None) -> Model:
        """Return a new model that starts in the state that this one reaches at ``time``, with its clock at 0 again.

        For what went before an experiment, e.g. ``rk.compose("human", "menopause").after("12 y")``. Doses given before
        have acted; courses that run on must be given again, and an infusion that runs at ``time`` is cut. What events
        have switched stays switched, but their times count from the new 0.
        """
        from ranklsys.model.times import rows

        free, names = self.with_free_state()
        end = self.numbers(rows(self.time(time), 2), names, doses=doses, solver=solver)[-1]
        return replace(free, changes={**self.changes, **dict(zip(names, end.tolist(), strict=True))})

    def with_free_state(self) -> tuple[Model, tuple[str, ...]]:
        """Return the model with its whole state free to be set, and the ids of that state."""
        from ranklsys.sbml.events import with_free_state

        held = _facts(self.base)
        names = (*held.states, *held.switches, *held.memories)
        return replace(self, base=with_free_state(self.base, names)), names

    def to_tellurium(self, *, doses: Doses = ()) -> Any:
        """Return tellurium's extended RoadRunner of the model, with the doses as events.

        Nothing of the model is lost; provenance (``made_by``), tolerances by size and the plots of ranklsys are not in
        it. Raises MissingLibrary without tellurium: ``pip install "ranklsys[tellurium]"``.
        """
        return require("tellurium", extra="tellurium").loadSBMLModel(self.sbml_with(doses))

    def to_antimony(self, *, doses: Doses = ()) -> str:
        """Return the model with its doses in Antimony.

        Equations, numbers, units, events and names stay. What Antimony has no words for is lost: notes with sources,
        the creator, how a drawing is laid out. Raises SBMLError if Antimony cannot write it.
        """
        from ranklsys.sbml.notation import from_sbml

        return from_sbml(self.sbml_with(doses))

    def save(self, path: Path | str, *, doses: Doses = ()) -> Path:
        """Write one flat SBML file, with the doses as events and a drawing of the network; return its path.

        The drawing is measured, for two or three seconds; ``sbml_with`` gives the text without it at once.
        """
        path = require_ending(path, SBML_ENDINGS, "SBML file")
        path.write_text(self.sbml_with(doses, drawn=True), encoding="utf-8")
        return path

    def sbml_with(self, doses: Doses = (), *, drawn: bool = False) -> str:
        """Return the flat SBML with the doses as events and all numbers written into it.

        drawn: with a drawing of the network, as a file holds it, which takes two or three seconds. A loaded model has
        no places; what it has of a drawing is as it was.
        """
        from ranklsys.model.dose_courses import read_doses
        from ranklsys.sbml.events import with_courses, with_values

        text = with_courses(self.base, self.courses(read_doses(doses)))
        text = with_values(text, dict(self.changes)) if self.changes else text
        if not drawn or not self.host:
            return text
        from ranklsys.model.diagram.glyphs import scene
        from ranklsys.sbml.drawing import draw

        return draw(text, scene(self.sbml))

    def made_by(
        self, solver: Solver, doses: Sequence[Dose] = (), given: Mapping[str, float] | None = None
    ) -> dict[str, Any]:
        """Return the provenance of a result: hash, host, parts, changes, doses (as text and in numbers), solver."""
        from ranklsys.model.dose import write

        return {
            "model": self.hash,
            "host": self.host,
            "parts": [part.id for part in self.parts],
            "changes": dict(self.changes),
            "doses": [write([dose]) for dose in doses],
            "given": dict(given or {}),
            "ranklsys": installed_version("ranklsys"),
            **solver.describe(),
        }

    def courses(self, doses: tuple[Dose, ...]) -> tuple[Course, ...]:
        """Return doses as what the engine is given: amounts, times and targets in the model's units.

        Raises DoseError or UnitError for a dose that this model cannot be given.
        """
        from ranklsys.model.dose_courses import courses, per_body

        # a weight that no dose asks for is left out, so that patients of other weights share what is computed here
        weight = self.changes.get("body_weight") if any(map(per_body, doses)) else None
        return courses(doses, self.parts, self.base, weight)

    def number_of(self, name: str, value: float | str) -> float:
        """Return a value for an id in the model's unit; text has its own unit. Raises what ``set`` raises."""
        from ranklsys.model.settings import number_of

        return number_of(_facts(self.base), name, value, see=self._see)

    @property
    def _see(self) -> str:
        return f"See: ranklsys show {self.host or 'human'}"

    def require(self, columns: Sequence[str] | None) -> Sequence[str]:
        """Return ids that a simulation can show; all for None. Raises UnknownName for one that does not exist."""
        from ranklsys.model.settings import require_quantities

        return self.observables if columns is None else require_quantities(_facts(self.base), columns, see=self._see)


def _facts(text: str) -> Facts:
    from ranklsys.sbml.facts import facts

    return facts(text)
