"""Cohorts: the same numbers however they are computed, whatever kills the run; nobody leaves silently."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ranklsys as rk
from ranklsys.model import engine
from ranklsys.model.endpoint_table import FATAL, core_endpoints
from ranklsys.model.levels import core_levels
from ranklsys.trials import endpoints, execution, patient
from ranklsys.trials.cohort import Cohort
from ranklsys.trials.protocol import Protocol
from ranklsys.trials.store import Store
from tests.conftest import Say

ARMS = {"no treatment": "", "zoledronic acid": "zoledronic-acid 4 mg iv q4w"}
SCRIPT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell takes from what it runs in the background
import ranklsys as rk
from pathlib import Path
from tests.trials.test_cohort import ARMS, sign_of, small, wait_after
if __name__ == "__main__":
    if len(sys.argv) > 3:
        wait_after(int(sys.argv[3]), sign_of(Path(sys.argv[1])))
    small(40).simulate("12 w", arms=ARMS, store=sys.argv[1], processes=int(sys.argv[2]), block=2)
"""


def small(number: int, **more: object) -> Cohort:
    model = rk.compose("human", "patient-breast", "zoledronic-acid")
    return rk.cohort(model, number, seed=7, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An uninterrupted run in this process."""
    folder = tmp_path_factory.mktemp("whole") / "runs"
    small(40).simulate("12 w", arms=ARMS, store=folder, processes=1, block=2)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every visible file of a store, byte for byte."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def equal(one: rk.Trial, other: rk.Trial) -> bool:
    return (
        one.patients.equals(other.patients)
        and one.outcomes.equals(other.outcomes)
        and one.skeletal_events.equals(other.skeletal_events)
        and one.runs().equals(other.runs())
    )


def wait_after(blocks: int, sign: Path) -> None:
    """Let the driver stop and wait for its signal once so many blocks are on the disk; a fast one would be done.

    It leaves a sign that it waits: a signal that comes within a library may be lost there, and is not what is tested.
    It sleeps in short steps, since one that comes just before a sleep is noticed after it.
    """
    real, written = Store.add, [0]

    def add(self: Store, *block: object) -> None:
        real(self, *block)  # type: ignore[arg-type]
        written[0] += 1
        if written[0] == blocks:
            sign.touch()
            while True:
                time.sleep(0.05)

    Store.add = add  # type: ignore[method-assign,assignment]


def begin(store: Path, processes: int, *, waiting: bool = True) -> subprocess.Popen[bytes]:
    """Start the same cohort in a process of its own, and return when some of it is on the disk.

    waiting: the driver goes no further by itself.
    """
    root = Path(__file__).parent.parent.parent
    more = ["2"] if waiting else []
    driver = subprocess.Popen([sys.executable, "-c", SCRIPT, str(store), str(processes), *more], cwd=root)
    for _ in range(2400):
        written = len(list((store / "patients").glob("*.parquet"))) >= 2
        if sign_of(store).exists() if waiting else written:
            return driver
        assert driver.poll() is None, "the driver ended before it was killed"
        time.sleep(0.05)
    driver.kill()
    raise AssertionError("nothing was written within 120 s")


def sign_of(store: Path) -> Path:
    return store.with_name(f"{store.name}.waits")


def children(pid: int) -> list[int]:
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]


@pytest.mark.parametrize(
    "how", [{"processes": 2, "block": 7}, {"processes": 1, "block": 40}], ids=["two processes", "one block"]
)
def test_same_numbers_whatever_the_workers_and_blocks(whole: Path, how: dict[str, int]) -> None:
    assert equal(small(40).simulate("12 w", arms=ARMS, **how), rk.Trial.open(whole))


@pytest.mark.thorough
def test_same_numbers_on_dask(whole: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="dask.distributed is an extra")
    small(40).simulate("12 w", arms=ARMS, store=tmp_path / "runs", dask=2, block=2)
    assert contents(tmp_path / "runs") == contents(whole)


@pytest.mark.thorough
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
def test_a_killed_driver_leaves_a_store_that_the_same_call_completes(whole: Path, tmp_path: Path) -> None:
    driver = begin(tmp_path / "runs", 2)
    workers = children(driver.pid)
    driver.kill()
    driver.wait()
    part = Store.open(tmp_path / "runs")
    assert 0 < len(part.missing()) < 20
    assert len(rk.Trial(part).patients) == 2 * (20 - len(part.missing()))  # what is there can be read
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers), "workers outlived their driver"
    small(40).simulate("12 w", arms=ARMS, store=tmp_path / "runs", processes=1)
    assert contents(tmp_path / "runs") == contents(whole)


@pytest.mark.thorough
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
def test_a_killed_worker_costs_nothing_but_time(whole: Path, tmp_path: Path) -> None:
    driver = begin(tmp_path / "runs", 2, waiting=False)
    os.kill(children(driver.pid)[0], signal.SIGKILL)
    assert driver.wait(timeout=120) == 0
    assert contents(tmp_path / "runs") == contents(whole)


@pytest.mark.thorough
@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_ctrl_c_leaves_a_usable_store(whole: Path, tmp_path: Path) -> None:
    driver = begin(tmp_path / "runs", 2)
    driver.send_signal(signal.SIGINT)
    assert driver.wait(timeout=120) != 0
    assert Store.open(tmp_path / "runs").missing()
    small(40).simulate("12 w", arms=ARMS, store=tmp_path / "runs", processes=1)
    assert contents(tmp_path / "runs") == contents(whole)


def test_what_is_done_is_not_done_again(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(whole, tmp_path / "runs")
    monkeypatch.setattr(execution, "patients", lambda *_: pytest.fail("simulated again"))
    assert equal(small(40).simulate("12 w", arms=ARMS, store=tmp_path / "runs"), rk.Trial.open(whole))


def test_half_a_file_is_never_taken_for_a_block(whole: Path, tmp_path: Path) -> None:
    """As after a power cut: a file beside its place, and a block of which only the first table is there."""
    shutil.copytree(whole, tmp_path / "runs")
    for table in ("patients", "outcomes", "events"):
        (tmp_path / "runs" / table / "part-000003.parquet").unlink()
    (tmp_path / "runs" / "patients" / ".part-000003.parquet.1.tmp").write_bytes(b"PAR1 half")
    assert Store.open(tmp_path / "runs").missing() == [3]
    small(40).simulate("12 w", arms=ARMS, store=tmp_path / "runs", processes=1)
    assert contents(tmp_path / "runs") == contents(whole)
    assert not list((tmp_path / "runs").rglob("*.tmp"))


def test_another_recipe_in_the_same_store_is_an_error_that_says_what_differs(whole: Path) -> None:
    with pytest.raises(rk.RanklsysError, match="patients is 40, not 41"):
        small(41).simulate("12 w", arms=ARMS, store=whole)
    with pytest.raises(rk.RanklsysError, match=r"spreads\.tumour_RANK\.cv is 0\.3, not 0\.5"):
        small(40, vary={"tumour_RANK": 0.5}).simulate("12 w", arms=ARMS, store=whole)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine", encoding="utf-8")
    with pytest.raises(rk.RanklsysError, match="holds something else"):
        small(2).simulate("12 w", store=tmp_path)


def test_a_failed_patient_is_recorded_with_its_reason(tmp_path: Path) -> None:
    real, loss = engine.simulate, small(6).simulate("4 w", processes=1).patients["RANKL_loss"][2]

    def simulate(text: str, values: dict[str, float], *rest: object) -> np.ndarray:
        if values.get("RANKL_loss") == loss:
            rest = (*rest[:-1], rk.Solver(maximum_steps=1))
        return real(text, values, *rest)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(engine, "simulate", simulate)
        trial = small(6).simulate("12 w", arms=ARMS, store=tmp_path / "runs", processes=1)
    assert list(trial.failed.index) == [2]
    assert "no treatment: the integration failed" in trial.failed["problem"][2]
    assert sorted(trial.outcomes["patient"].unique()) == [0, 1, 3, 4, 5]
    assert len(trial.patients) == 6


def test_a_patient_that_kills_its_process_is_recorded_and_the_others_live(monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash inside the solver takes the process with it; a fork inherits what is patched here."""
    if sys.platform != "linux":
        pytest.skip("needs processes that are forked")
    real = patient.patients

    def deadly(protocol: Protocol, start: int, probabilities: np.ndarray) -> patient.Patients:
        if 5 in range(start, start + len(probabilities)):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(protocol, start, probabilities)

    monkeypatch.setattr(execution, "patients", deadly)
    trial = small(9).simulate("4 w", processes=2, block=3)
    assert dict(trial.failed["problem"]) == {5: "its process died while it was simulated"}
    assert len(trial.outcomes) == 8


def break_off(patched: pytest.MonkeyPatch, folder: Path, then: Callable[[], object]) -> None:
    """Let a worker write half of the second result into the pipe to the driver, and then do something.

    folder: gets a file for each result; who writes one has the lock of all writers.
    """
    driver, real = os.getpid(), Connection._send  # type: ignore[attr-defined]
    folder.mkdir()

    def send(pipe: Connection, data: bytes) -> None:
        if os.getpid() == driver or len(data) < 1000:
            real(pipe, data)
            return
        number = len(list(folder.iterdir()))
        real(pipe, data[: len(data) // 2] if number == 1 else data)
        (folder / str(number)).touch()
        if number == 1:
            then()

    patched.setattr(Connection, "_send", send)


needs_forks = pytest.mark.skipif(sys.platform != "linux", reason="needs processes that are forked")


def a_run(patients: int) -> Iterator[execution.Done]:
    """Run a small cohort on two processes, one patient a block."""
    cohort = small(patients)
    protocol = cohort.protocol("4 w", {"untreated": ""}, "4 w", None, rk.Solver())
    members = [range(number, number + 1) for number in range(patients)]
    points = cohort.population.probabilities
    return execution.in_processes(protocol, execution.spans(members, points, range(patients)), 2)


@needs_forks
def test_a_worker_that_dies_within_a_result_costs_nothing_but_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "SILENCE", 0.5)
    break_off(monkeypatch, tmp_path / "results", lambda: os.kill(os.getpid(), signal.SIGKILL))
    done = [block.number for block, _ in a_run(4)]
    assert (tmp_path / "results" / "1").exists()
    assert sorted(done) == [0, 1, 2, 3]


@needs_forks
def test_a_run_that_is_stopped_within_a_result_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As by Ctrl-C: Python waits at its end for the thread that reads results."""
    break_off(monkeypatch, tmp_path / "results", lambda: time.sleep(600))
    before = set(threading.enumerate())
    runs = a_run(8)
    next(runs)
    while not (tmp_path / "results" / "1").exists():
        time.sleep(0.01)
    runs.close()  # type: ignore[attr-defined]
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=30)
        assert not thread.is_alive(), thread


def test_all_patients_failing_is_an_error() -> None:
    with pytest.raises(rk.RanklsysError, match="all 3 patients failed; the first: untreated: the integration failed"):
        small(3).simulate("4 w", processes=1, solver=rk.Solver(maximum_steps=1))


def test_patients_are_drawn_again_until_they_meet_the_criteria() -> None:
    free = small(20).simulate("4 w", processes=1).patients
    chosen = small(20, include="tumour_RANK > 1.7 and body_weight < 80").simulate("4 w", processes=1).patients
    assert (chosen["tumour_RANK"] > 1.7).all()
    assert (chosen["body_weight"] < 80).all()
    assert (chosen["draws"] > 1).any()
    kept = chosen.index[chosen["draws"] == 1]
    assert len(kept)
    pd.testing.assert_frame_equal(chosen.loc[kept], free.loc[kept])  # who met them is the same patient as before


def test_criteria_may_read_the_start_of_the_trial() -> None:
    cohort = rk.cohort(rk.compose("human", "menopause"), 10, seed=1, include="CTX > 1.75", before="6 y")
    chosen = cohort.simulate("4 w", processes=1)
    assert (chosen.outcomes["CTX_start"] > 1.75).all()
    assert (chosen.patients["draws"] > 1).any()


def test_criteria_that_almost_nobody_meets_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient, "DRAWS", 50)
    with pytest.raises(rk.RanklsysError, match="patient 0 was drawn 50 times and never met 'body_weight > 500'"):
        small(2, include="body_weight > 500").simulate("4 w", processes=1)


@pytest.mark.parametrize(
    "text", ["body_wait > 50", "body_weight", "__import__('os')", "body_weight >", "body_weight > 'a'"]
)
def test_criteria_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(rk.RanklsysError):
        small(2, include=text)


def test_years_since_menopause_are_drawn_and_lived() -> None:
    cohort = rk.cohort(rk.compose("human", "menopause"), 12, seed=1, vary=["body_weight"])
    trial = cohort.simulate("4 w", processes=1)
    rows = trial.patients
    assert rows["years_since_menopause"].between(1, 40).all()
    assert (rows["age"] - rows["years_since_menopause"]).between(40, 60).all()
    assert rows["years_since_menopause"].nunique() == 12
    density = trial.outcomes.set_index("patient")["bone_mineral_density_spine_start"]
    assert (
        np.corrcoef(density, rows["years_since_menopause"])[0, 1] < -0.8
    )  # density falls with the years, of which nothing else here decides


def with_covariates(**covariates: rk.Covariate) -> rk.Part:
    return rk.Part(id="made-up", kind="condition", values={"seed_bone": 1e-4}, covariates=covariates)


@pytest.mark.thorough
def test_a_part_may_bring_covariates_of_its_own() -> None:
    """Drawn, lived before the trial, grown until its start, asked for in criteria; never set in the model."""
    part = with_covariates(
        age_at_diagnosis=rk.Covariate(rk.Spread(40.0, 0.1, kind="normal"), grows_into="age"),
        years_of_disease=rk.Covariate(rk.Spread(3.0, 0.5, low=1.0), lived=True),
        body_mass_index=rk.Covariate(rk.Spread(25.0, 0.2)),
    )
    cohort = rk.cohort(rk.compose("human", part), 6, seed=1, vary=["body_weight"], include="body_mass_index > 25")
    trial = cohort.simulate("4 w", processes=1)
    rows = trial.patients
    own = [name for name in rows.columns[5:] if name == "age" or name not in core_levels()]
    assert own == ["body_weight", "years_of_disease", "body_mass_index", "age"]
    assert (rows["body_mass_index"] > 25).all()
    assert (rows["draws"] > 1).any()
    assert rows["age"].sub(rows["years_of_disease"]).between(28, 52).all()
    grown = trial.outcomes.set_index("patient")["tumour_start"]
    assert grown.rank().tolist() == rows["years_of_disease"].rank().tolist()


@pytest.mark.thorough
def test_the_time_before_the_trial_is_then_what_is_lived() -> None:
    part = with_covariates(years_of_disease=rk.Covariate(rk.Spread(3.0, 0.5, low=1.0), lived=True))
    model = rk.compose("human", part)
    rows = rk.cohort(model, 2, seed=1, vary=["body_weight"], before="6 y").simulate("4 w", processes=1).patients
    assert rows["years_of_disease"].tolist() == [6.0, 6.0]
    with pytest.raises(rk.RanklsysError, match="leave `before` out"):
        rk.cohort(model, 2, seed=1, before="6 y", vary={"years_of_disease": rk.Spread(2.0, 0.1)})


@pytest.mark.thorough
def test_covariates_go_with_the_part_whatever_its_name() -> None:
    menopause = rk.compose("human", "menopause").parts[0]
    renamed = replace(menopause, id="climacteric")
    one, other = (
        rk.cohort(rk.compose("human", part), 3, seed=1, vary=["body_weight"]).simulate("4 w", processes=1)
        for part in (menopause, renamed)
    )
    assert one.patients.equals(other.patients)
    assert one.outcomes.equals(other.outcomes)


def test_a_covariate_with_a_name_of_the_model_is_refused() -> None:
    model = rk.compose("human", with_covariates(body_weight=rk.Covariate(rk.Spread(60.0, 0.1))))
    with pytest.raises(rk.RanklsysError, match="made-up: the covariate 'body_weight' has the name of something else"):
        rk.cohort(model, 2, seed=1)


def test_only_one_time_can_be_lived_before_a_trial() -> None:
    model = rk.compose("human", "menopause", with_covariates(years_ill=rk.Covariate(rk.Spread(3.0, 0.5), lived=True)))
    with pytest.raises(rk.RanklsysError, match="years_ill and years_since_menopause are both lived"):
        rk.cohort(model, 2, seed=1)


def test_what_is_drawn_but_has_become_something_else_cannot_be_asked_for() -> None:
    with pytest.raises(rk.RanklsysError, match="there is no quantity 'age_at_menopause'"):
        rk.cohort(rk.compose("human", "menopause"), 2, seed=1, include="age_at_menopause > 50")


@pytest.mark.parametrize("library", ["scipy", "lifelines"])
def test_a_library_that_is_missing_is_named_before_anybody_is_simulated(
    library: str, monkeypatch: pytest.MonkeyPatch, say: Say
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(rk.RanklsysError, match=rf"{library} is not installed.*ranklsys\[cohort\]"):
        small(2)
    monkeypatch.setattr(patient, "patients", lambda *_: pytest.fail("somebody was simulated"))
    for words in (("cohort", "human", "--until", "1d"), ("trial", "rank-expression")):
        said = say(*words)
        assert said.code == 2
        assert f"{library} is not installed" in said.err


@pytest.mark.thorough
def test_events_follow_the_incidence_that_the_model_computes() -> None:
    """Frailty and thresholds drawn: within 4 standard errors of the model's own formula, with 4,000 lucks."""
    model = rk.compose("human", "patient-breast")
    times = np.linspace(0, 365.25, 53)
    columns = [*endpoints.hazards(model.observables), "fracture_incidence", "survival"]
    course = dict(zip(columns, model.numbers(times, columns).T, strict=True))
    variance = model.facts.elements["event_frailty"].value
    generators = [np.random.default_rng((3, k)) for k in range(4000)]
    luck = endpoints.chance(generators, np.full(4000, variance))
    course = {name: values[None, :] for name, values in course.items()}
    deadly = next(event.hazards for event in core_endpoints().events if event.kind == FATAL)
    alive = {name: values * (name not in deadly) for name, values in course.items()}
    share = np.mean(~np.isnan(endpoints.event_times(times, alive, luck)["fracture"]))
    expected = course["fracture_incidence"][0, -1]
    assert share == pytest.approx(expected, abs=4 * (expected * (1 - expected) / 4000) ** 0.5)
    died = np.mean(~np.isnan(endpoints.event_times(times, course, luck)["death"]))
    expected = 1 - course["survival"][0, -1]
    assert died == pytest.approx(expected, abs=4 * (expected * (1 - expected) / 4000) ** 0.5)


def test_nothing_happens_after_death() -> None:
    course = {"fracture_hazard": np.array([[0.0, 1.0]]), "death_hazard": np.array([[0.0, 4.0]])}
    events = [event.id for event in core_endpoints().events]
    thresholds = {event: np.array([0.5, 0.125]) for event in events} | {"death": np.array([1.0, 1.0])}
    found = endpoints.event_times(np.array([0.0, 100.0]), course, endpoints.Chance(np.ones(2), thresholds, np.ones(2)))
    assert found["death"].tolist() == [25.0, 25.0]
    assert np.isnan(found["fracture"][0])  # at 50 it would have come
    assert found["fracture"][1] == 12.5


def test_a_stored_trial_can_be_opened_again(whole: Path) -> None:
    trial = rk.Trial.open(whole)
    assert trial.arms == tuple(ARMS)
    assert trial.patients.attrs["made_by"]["model"] == small(1).model.hash
    assert list(trial.runs("CTX").columns) == ["patient", "arm", "time", "CTX"]


def test_few_blocks_are_under_way_at_a_time() -> None:
    """What memory holds does not grow with the cohort: points are drawn as they are wanted."""
    drawn: list[int] = []
    cohort = small(1000)

    def probabilities(start: int, stop: int) -> np.ndarray:
        drawn.append(start)
        return cohort.population.probabilities(start, stop)

    protocol = cohort.protocol("4 w", {"untreated": ""}, "4 w", None, rk.Solver())
    members = [range(k * 10, k * 10 + 10) for k in range(100)]
    runs = execution.in_processes(protocol, execution.spans(members, probabilities, range(100)), 2)
    next(runs)
    runs.close()  # type: ignore[attr-defined]
    assert len(drawn) <= 5
