"""Trial: what came of a cohort, read from its store, and summed up by arm."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranklsys.errors import DataError, SimulationError, unknown
from ranklsys.model.endpoint_table import SKELETAL, Event, core_endpoints
from ranklsys.model.read_outs import is_read_out
from ranklsys.trials import clinical
from ranklsys.trials.noise import Noise
from ranklsys.trials.progression import IMAGING
from ranklsys.trials.recurrence import WINDOW
from ranklsys.trials.store import EVENTS, OUTCOMES, PATIENTS, RUNS, Store
from ranklsys.trials.summary import Doubt, Summary
from ranklsys.trials.survival import share_interval
from ranklsys.units import days

if TYPE_CHECKING:
    import pandas as pd

    from ranklsys.trials.progression import Progression
    from ranklsys.trials.recurrence import Recurrent

FIRST_EVENT, METASTASIS = "skeletal event", "metastasis"


class Trial:
    """The results of a cohort. ``Trial.open("runs/")`` reads those of an earlier session."""

    def __init__(self, store: Store, temporary: object = None, noise: Noise | None = None) -> None:
        self.store, self.noise = store, noise
        self._temporary = temporary  # its folder goes when the trial does
        self.doubt: Doubt | None = None
        """What the doubt about numbers leaves open; None if not asked for, and of a trial that is opened."""

    @classmethod
    def open(cls, folder: Path | str) -> Trial:
        """Return the trial in a store. Raises DataError if there is none."""
        return cls(Store.open(folder))

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of the arms; the first is what others are compared with."""
        return tuple(name for name, _ in self.store.recipe["arms"])

    @property
    def until(self) -> float:
        """How long it lasts [d]."""
        return float(self.store.recipe["until"])

    @cached_property
    def patients(self) -> pd.DataFrame:
        """A row a patient, by number: status, problem, draws, and all numbers drawn."""
        return self.store.read(PATIENTS).set_index("patient")

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """A row a patient and arm: ``time_EVENT`` [d], and quantities at the start, after 3 months and at the end."""
        rows = self.store.read(OUTCOMES)
        return self.noise.in_outcomes(rows, self.store.times) if self.noise else rows

    @cached_property
    def skeletal_events(self) -> pd.DataFrame:
        """A row a skeletal event, the further ones of an episode too: patient, arm, time [d], kind, opens.

        kind: of the event that opened the episode. opens: whether this is that event; of others no kind is known.
        Raises DataError for a store of an earlier version.
        """
        return self.store.read(EVENTS)

    @cached_property
    def failed(self) -> pd.DataFrame:
        """The patients who could not be simulated, and why."""
        rows = self.store.read(PATIENTS, ["patient", "status", "problem"]).set_index("patient")
        return rows.loc[rows["status"] == "failed", ["problem"]]

    def runs(self, *columns: str) -> pd.DataFrame:
        """Return the courses: patient, arm, time [d] and these columns (or read-outs), or all. Raises UnknownName."""
        kept = self.store.recipe["columns"]
        if any(map(is_read_out, columns)):
            return clinical.runs(self.runs, self.patients, self.store.recipe, columns)
        for name in columns:
            if name not in kept:
                raise unknown("column", name, kept, where=str(self.store.folder), hint="Keep it: columns=[...]")
        rows = self.store.read(RUNS, ["patient", "arm", "time", *columns] if columns else None)
        return self.noise.in_runs(rows, self.store.times) if self.noise else rows

    def measured(self, seed: int) -> Trial:
        """Return the trial as assays and scans tell it, with the noise of ``models/noise.csv``; events stay."""
        return Trial(self.store, self._temporary, Noise(seed))

    def bands(self, column: str) -> pd.DataFrame:
        """Return a quantity over time in each arm: index arm, time [d]; columns low (5 %), median, high (95 %)."""
        groups = self.runs(column).groupby(["arm", "time"], sort=False)[column]
        import numpy as np

        return groups.quantile(np.array([0.05, 0.5, 0.95])).unstack().set_axis(["low", "median", "high"], axis=1)

    def require_patients(self) -> None:
        """Raise SimulationError if every patient failed."""
        if not self.store.missing() and not self.store.has_somebody():
            first = str(self.failed["problem"].iloc[0])
            what = f"all {self.store.size} patients failed; the first: {first}"
            raise SimulationError(what, where=str(self.store.folder))

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The kinds of events that were followed: all of ``models/endpoints.toml``, or those of its day."""
        return tuple(event for event in core_endpoints().events if f"time_{event.id}" in self.outcomes)

    @property
    def skeletal(self) -> dict[str, str]:
        """The kinds of skeletal events: id -> title."""
        return {event.id: event.title for event in self.events if event.kind == SKELETAL}

    def first_events(self, arm: str, *, kinds: Sequence[str] | None = None) -> pd.DataFrame:
        """Return a row a patient of an arm: time [d] of follow-up, and which kind ended it.

        kinds: of events, all skeletal ones if not given. kind: one of them, death, or empty where the patient was
        followed to the end.
        """
        if arm not in self.arms:
            raise unknown("arm", arm, self.arms)
        rows = self.outcomes[self.outcomes["arm"] == arm].set_index("patient")
        ends = [*(self.skeletal if kinds is None else kinds), core_endpoints().death]
        times = rows[[f"time_{kind}" for kind in ends]].set_axis(ends, axis=1)
        first = times.min(axis=1)
        kind = times.fillna(float("inf")).idxmin(axis=1).where(first.notna(), "")
        import pandas as pd

        return pd.DataFrame({"time": first.fillna(self.until), "kind": kind})

    @cached_property
    def happens(self) -> tuple[str, ...]:
        """Of a first skeletal event and a metastasis, what happens after the start; else the former."""
        from ranklsys.trials.comparison import comes_later

        columns = {FIRST_EVENT: [f"time_{kind}" for kind in self.skeletal], METASTASIS: [f"time_{METASTASIS}"]}
        return tuple(event for event in columns if comes_later(self.outcomes[columns[event]])) or (FIRST_EVENT,)

    def event_free(self, arm: str, event: str = FIRST_EVENT) -> pd.DataFrame:
        """Return the Kaplan-Meier estimate of being free of skeletal events, or of metastases; see ``survival``."""
        from ranklsys.trials import survival

        kinds = self._kinds(event)
        rows = self.first_events(arm, kinds=kinds)
        return survival.event_free(rows["time"], rows["kind"].isin(kinds))

    def incidence(self, arm: str, kind: str = FIRST_EVENT, *, interval: bool = True) -> pd.DataFrame:
        """Return the cumulative incidence of a kind of first event, with death and the other kinds competing.

        kind: a skeletal one competes with the others; of all of them, or of metastases, death alone does. interval:
        computed too; see ``survival.cumulative_incidence``.
        """
        from ranklsys.trials import survival

        rows = self.first_events(arm, kinds=None if kind in self.skeletal else self._kinds(kind))
        wanted = rows["kind"].isin(self._kinds(kind))
        codes = (rows["kind"] != "").astype(int) + (rows["kind"].ne("") & ~wanted).astype(int)
        return survival.cumulative_incidence(rows["time"], codes, 1, interval=interval)

    def recurrent(
        self, *, window: str | float = WINDOW, after: str | float = 0.0, among: Collection[int] | None = None
    ) -> Recurrent:
        """Return how many skeletal events patients have, all that count, by arm: their mean number and rate a year.

        window: how long after the last one that counted another counts, 0 for all of them. An episode of the model is
        counted as ``events_per_episode`` events where all count; windows leave fewer of them (see
        ``ranklsys.trials.episodes``). after: events and years before are left out, though windows go on. among: numbers
        of patients, all if not given. Raises DataError for times that cannot be.
        """
        from ranklsys.trials import recurrence

        rows = self.outcomes if among is None else self.outcomes[self.outcomes["patient"].isin(list(among))]
        died = rows.pivot(index="patient", columns="arm", values=f"time_{core_endpoints().death}")[list(self.arms)]
        return recurrence.recurrent(self.skeletal_events, died, self.until, window=days(window), after=days(after))

    def progression(self, imaging: str | float = IMAGING) -> Progression:
        """Return progression as imaging sees it at visits so far apart, or e.g. at ``8 w for 24 w, then 12 w``.

        A second one too where treatment changes at visits; see ``ranklsys.trials.progression``.
        Raises UnknownName if the volumes of tumour were not kept, DataError for visits that cannot be, or others than
        those of treatment.
        """
        from ranklsys.trials import progression, visits

        recipe, runs = self.store.recipe, self.runs(*core_endpoints().imaging.volumes)
        asked, treated = visits.read(imaging), recipe.get("imaging")
        progression.require_same(asked, treated)
        detected = self.patients.get(core_endpoints().detected, recipe["detected"])
        looked = asked.days(self.until)
        first, second = progression.events(runs, self.outcomes, detected, self.arms, looked, self.until)
        return progression.progression(first, asked.text, second if treated is not None else None)

    def _kinds(self, event: str) -> list[str]:
        return list(self.skeletal) if event == FIRST_EVENT else [event]

    def compare(self, arm: str, against: str, event: str = FIRST_EVENT) -> pd.Series[float]:
        """Return an arm against another: see ``ranklsys.trials.comparison.compare``.

        event: the first skeletal event within the trial, or one kind, such as ``vertebral_fracture`` or ``metastasis``.
        Raises UnknownName for a kind that was not followed.
        """
        from ranklsys.trials import comparison

        if event != FIRST_EVENT and event not in (known := [*(each.id for each in self.events), METASTASIS]):
            raise unknown("event", event, [FIRST_EVENT, *known])
        kinds = self._kinds(event)
        pieces = [self.first_events(name, kinds=kinds).assign(treated=name == arm) for name in (against, arm)]
        return comparison.compare(pieces[0], pieces[1], kinds).rename(arm)

    def summary(self, *, responses: Mapping[str, float] | None = None) -> Summary:
        """Return the trial in tables.

        responses: quantity -> change [%] that counts as a response, down or up: of a marker by 3 months, else by the
        end. If not given, those of ``models/endpoints.toml``.
        """
        import pandas as pd

        if responses is None:
            responses = {each.id: each.response for each in core_endpoints().quantities if each.response}
        if self.outcomes.empty:
            raise DataError("no patient is simulated yet", where=str(self.store.folder), hint="Let the run go on")
        return Summary(
            counts=pd.DataFrame([self._counts(arm) for arm in self.arms]).set_index("arm"),
            changes=self._all_changes(),
            responders=pd.DataFrame([row for arm in self.arms for row in self._responders(arm, responses)]),
            times=pd.DataFrame([self._times(arm) for arm in self.arms]).set_index("arm"),
            comparisons=self._comparisons(),
            failed=self.failed,
        )

    def _comparisons(self) -> pd.DataFrame:
        import pandas as pd

        rows = [(arm, event) for arm in self.arms[1:] for event in self.happens]
        index = pd.MultiIndex.from_tuples(rows, names=["arm", "event"])
        found = [self.compare(arm, self.arms[0], event) for arm, event in rows]
        return pd.DataFrame(found).set_index(index) if found else pd.DataFrame(index=index)

    def changes(self, arm: str, quantity: str, when: str = "end") -> pd.Series[float]:
        """Return the change of a quantity from the start [%], a number a patient. when: 3mo or end."""
        rows = self.outcomes[self.outcomes["arm"] == arm].set_index("patient")
        if f"{quantity}_start" not in rows:
            known = [name for name in core_endpoints().seen if f"{name}_start" in rows]
            raise unknown("endpoint", quantity, known)
        change: pd.Series[float] = 100 * (rows[f"{quantity}_{when}"] / rows[f"{quantity}_start"] - 1)
        return change

    def _counts(self, arm: str) -> dict[str, Any]:
        rows = self.first_events(arm)
        everything = self.outcomes[self.outcomes["arm"] == arm]
        found: dict[str, Any] = {"arm": arm, "patients": len(rows)}
        skeletal = rows["kind"].isin(self.skeletal)
        found[f"first {FIRST_EVENT}"] = float(skeletal.mean())
        low, high = share_interval(int(skeletal.sum()), len(rows))
        found |= {f"first {FIRST_EVENT} low": low, f"first {FIRST_EVENT} high": high}
        for kind, title in [*((event.id, event.title) for event in self.events), (METASTASIS, METASTASIS)]:
            found[title] = float(everything[f"time_{kind}"].notna().mean())
        return found

    def _all_changes(self) -> pd.DataFrame:
        import pandas as pd

        rows = [row for arm in self.arms for row in self._changes(arm)]
        return pd.DataFrame(rows).set_index(["quantity", "arm"]).sort_index()

    def _changes(self, arm: str) -> list[dict[str, Any]]:
        rows = self.outcomes[self.outcomes["arm"] == arm]
        found = []
        names = [name for name in core_endpoints().seen if f"{name}_start" in rows]
        for name in (name for name in names if (rows[f"{name}_start"] > 0).any()):
            for when in ("3mo", "end"):
                low, median, high = self.changes(arm, name, when).quantile([0.05, 0.5, 0.95])
                found.append({"quantity": name, "arm": arm, "when": when, "low": low, "median": median, "high": high})
        return found

    def _responders(self, arm: str, responses: Mapping[str, float]) -> list[dict[str, Any]]:
        found = []
        markers = {each.id for each in core_endpoints().quantities if each.marker}
        for name, least in responses.items():
            if f"{name}_start" not in self.outcomes:
                continue
            when = "3mo" if name in markers else "end"
            change = self.changes(arm, name, when)
            number = int((change <= least).sum() if least < 0 else (change >= least).sum())
            low, high = share_interval(number, len(change))
            words = {"quantity": name, "arm": arm, "change": least, "when": when}
            found.append({**words, "share": number / len(change), "low": low, "high": high})
        return found

    def _times(self, arm: str) -> dict[str, Any]:
        from ranklsys.trials import survival

        median, low, high = survival.median_time(self.event_free(arm))
        return {"arm": arm, "median": median, "low": low, "high": high}
