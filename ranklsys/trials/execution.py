"""Execution: blocks of patients on processes or Dask, each run anew when its worker dies.

RoadRunner is not made for threads, so workers are processes. A worker gets the protocol (with its SBML) once, and then
only points of the design. Few blocks are under way at a time, so memory does not grow with the cohort.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ranklsys.errors import DataError, require
from ranklsys.trials.patient import Patients, failed, patients
from ranklsys.trials.protocol import Protocol

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

DEATHS = 2
"""So often a block may see its worker die before its patients are run one at a time, each in a process of its own."""

SILENCE = 5.0
"""Seconds without a result, after which it is asked whether the workers live."""


@dataclass(frozen=True)
class Block:
    """Patients from number ``start`` on, as points of the design (patients x names)."""

    number: int
    start: int
    probabilities: Array


Done = tuple[Block, Patients]
Runner = Callable[[Protocol, Iterable[Block]], Iterator[Done]]


def runner(processes: int | None = None, dask: str | int | None = None) -> Runner:
    """Return what runs blocks: this process, several, or Dask.

    processes: at a time; one for each processor if not given; 1 stays in this process. dask: address of a scheduler,
    e.g. ``tcp://node:8786``; or ``local``, or a number of workers, for a cluster on this machine.
    """
    if dask is not None:
        return lambda protocol, blocks: on_dask(protocol, blocks, dask, processes)
    number = processes or _processors()
    if number < 1:
        raise DataError(f"{number} processes cannot run anything", hint="Ask for at least one")
    return here if number == 1 else lambda protocol, blocks: in_processes(protocol, blocks, number)


def here(protocol: Protocol, blocks: Iterable[Block]) -> Iterator[Done]:
    """Run blocks in this process."""
    for block in blocks:
        yield block, patients(protocol, block.start, block.probabilities)


def in_processes(protocol: Protocol, blocks: Iterable[Block], number: int) -> Iterator[Done]:
    """Run blocks in processes, in the order in which they are done; a process that dies is replaced."""
    from concurrent.futures import FIRST_COMPLETED, wait
    from concurrent.futures.process import BrokenProcessPool

    packed, rest = pickle.dumps(protocol), iter(blocks)
    deaths: dict[int, int] = {}
    again: list[Block] = []
    under_way: dict[Future[Patients], Block] = {}
    pool = _pool(packed, number)
    try:
        while True:
            while len(under_way) < 2 * number and (block := again.pop() if again else next(rest, None)) is not None:
                if deaths.get(block.number, 0) >= DEATHS:
                    yield block, _one_by_one(protocol, packed, block)
                    continue
                under_way[_submit(pool, block)] = block
            if not under_way:
                return
            finished, _ = wait(under_way, timeout=SILENCE, return_when=FIRST_COMPLETED)
            broken = not finished and _has_lost_a_worker(pool)  # within a result, which the pool does not notice
            for future in finished:
                block = under_way.pop(future)
                try:
                    yield block, future.result()
                except BrokenProcessPool:
                    broken = True
                    again.append(block)
            if broken:
                again += under_way.values()
                under_way.clear()
                for block in again:
                    deaths[block.number] = deaths.get(block.number, 0) + 1
                _stop(pool)
                pool = _pool(packed, number)
    finally:
        _stop(pool)


def on_dask(
    protocol: Protocol, blocks: Iterable[Block], cluster: str | int, processes: int | None = None
) -> Iterator[Done]:
    """Run blocks on Dask, a few for each worker at a time. Raises RanklsysError without distributed or a scheduler."""
    with _client(cluster, processes) as client:
        packed = client.scatter(pickle.dumps(protocol), broadcast=True, hash=True)
        rest = iter(blocks)
        under_way: dict[Any, Block] = {}

        def submit(block: Block) -> Any:
            # a worker's death is retried elsewhere, as often as the scheduler allows; pure=False: never recalled
            future = client.submit(_run_packed, packed, block, pure=False, retries=DEATHS)
            under_way[future.key] = block
            return future

        width = 2 * max(1, sum(client.nthreads().values()))
        first = [submit(block) for block in _take(rest, width)]
        finished = require("distributed", extra="dask").as_completed(first)
        for future in finished:
            block = under_way.pop(future.key)
            yield block, _dask_result(protocol, block, future)
            for following in _take(rest, 1):
                finished.add(submit(following))


def _dask_result(protocol: Protocol, block: Block, future: Any) -> Patients:
    """Return a block's patients; where its workers died again and again, each is recorded as failed."""
    from distributed.scheduler import KilledWorker

    try:
        found: Patients = future.result()
    except KilledWorker:
        return failed(protocol, block.start, block.probabilities, "its block of patients killed every worker")
    return found


@contextmanager
def _client(cluster: str | int, processes: int | None) -> Iterator[Any]:
    """Yield a client of a scheduler; a cluster on this machine is closed with it, or its processes would stay."""
    distributed = require("distributed", extra="dask")
    if isinstance(cluster, int) or cluster == "local" or cluster.isdigit():
        number = processes or _processors() if cluster == "local" else int(cluster)
        # threads would crash RoadRunner, so each worker is a process with one
        local = distributed.LocalCluster(number, threads_per_worker=1, processes=True, dashboard_address=None)
        with local, distributed.Client(local) as client:
            yield client
        return
    try:
        client = distributed.Client(cluster, timeout=10)
    except (OSError, ValueError) as problem:
        hint = "Start one: dask scheduler; dask worker --nthreads 1 tcp://..."
        raise DataError(f"no scheduler answers there: {problem}", where=f"dask {cluster}", hint=hint) from None
    if any(threads > 1 for threads in client.nthreads().values()):
        client.close()
        what = "its workers have several threads, which RoadRunner does not survive"
        raise DataError(what, where=f"dask {cluster}", hint="Start them with: dask worker --nthreads 1 --nworkers 8")
    with client:
        yield client


def _take(blocks: Iterator[Block], number: int) -> list[Block]:
    return [block for _, block in zip(range(number), blocks, strict=False)]


def _one_by_one(protocol: Protocol, packed: bytes, block: Block) -> Patients:
    """Run each patient of a block in a process of its own; one that kills it is recorded as failed."""
    points = block.probabilities
    found = []
    for place in range(len(points)):
        alone = Block(block.number, block.start + place, points[place : place + 1])
        reason = "its process died while it was simulated"
        found.append(_alone(packed, alone) or failed(protocol, alone.start, alone.probabilities, reason))
    return Patients.joined(found)


def _alone(packed: bytes, block: Block) -> Patients | None:
    """Return the patient of a block, or None if its process dies every time: once may be somebody's kill."""
    from concurrent.futures.process import BrokenProcessPool

    for _ in range(DEATHS):
        pool = _pool(packed, 1)
        try:
            return pool.submit(_run, block).result()
        except BrokenProcessPool:
            continue
        finally:
            _stop(pool)
    return None


def _submit(pool: ProcessPoolExecutor, block: Block) -> Future[Patients]:
    """Submit a block; a pool that has just broken gives a future that says so."""
    from concurrent.futures import Future
    from concurrent.futures.process import BrokenProcessPool

    try:
        return pool.submit(_run, block)
    except BrokenProcessPool as problem:
        broken: Future[Patients] = Future()
        broken.set_exception(problem)
        return broken


def _pool(packed: bytes, number: int) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor

    # a fork has all that is imported and composed; elsewhere a process begins anew
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    return ProcessPoolExecutor(number, mp_context=context, initializer=_begin, initargs=(packed,))


def _has_lost_a_worker(pool: ProcessPoolExecutor) -> bool:
    return any(worker.exitcode is not None for worker in (getattr(pool, "_processes", None) or {}).values())


def _stop(pool: ProcessPoolExecutor) -> None:
    """Stop a pool at once: what its workers still do is not wanted."""
    workers = list((getattr(pool, "_processes", None) or {}).values())
    results: Any = getattr(pool, "_result_queue", None)
    pool.shutdown(wait=False, cancel_futures=True)
    for worker in workers:
        with suppress(ValueError, AttributeError):
            worker.terminate()
    for worker in workers:
        with suppress(ValueError, AssertionError):
            worker.join(timeout=5)
    # a worker may have ended within a result: while somebody can still write, the pool waits for its rest, and Python
    # for the pool when it ends
    with suppress(AttributeError, OSError):
        results._writer.close()


def _begin(packed: bytes) -> None:
    """Make a worker ready: Ctrl-C is for the driver, and without a driver there is nothing left to do."""
    import signal

    global _packed
    _packed = packed
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_driver, daemon=True).start()


def _end_with_driver() -> None:
    import time

    driver = os.getppid()
    while os.getppid() == driver:
        time.sleep(0.5)
    os._exit(1)


_packed = b""


def _run(block: Block) -> Patients:
    return _run_packed(_packed, block)


def _run_packed(packed: bytes, block: Block) -> Patients:
    return patients(_unpacked(packed), block.start, block.probabilities)


@lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> Protocol:
    found: Protocol = pickle.loads(packed)
    return found


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spans(
    numbers: Sequence[range], probabilities: Callable[[int, int], Array], blocks: Sequence[int]
) -> Iterator[Block]:
    """Yield blocks with the points of their patients, each drawn only when it is wanted."""
    for block, members in zip(blocks, numbers, strict=True):
        yield Block(block, members.start, probabilities(members.start, members.stop))
