"""Bar: how far a cohort is, on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.progress import Progress

    from ranklsys.trials.store import Store


@contextmanager
def shown(store: Store, visible: bool) -> Iterator[Any]:
    """Yield what counts patients; visible, a bar on the terminal with patients a second and the time left."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        *(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()),
        *(TextColumn("patients, {task.fields[rate]} a second,"), TimeRemainingColumn(), TextColumn("left")),
    )
    with Progress(*columns, console=Console(stderr=True), disable=not visible) as progress:
        already = sum(len(store.members(block)) for block in store.blocks if store.done(block))
        yield _counter(progress, store.size, already)


def _counter(progress: Progress, size: int, already: int) -> Any:
    import time

    task = progress.add_task("cohort", total=size, completed=already, rate="-")
    begun, done = time.perf_counter(), 0

    def advance(number: int) -> None:
        nonlocal done
        done += number
        progress.update(task, advance=number, rate=f"{done / (time.perf_counter() - begun):.3g}")

    return advance
