"""Progress of a download: a bar on a terminal, plain lines anywhere else."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Advance(Protocol):
    """What a download tells about itself."""

    def update(self, increment: int) -> None:
        """Say that `increment` more bytes have arrived."""


Progress = Callable[[str, int | None], AbstractContextManager[Advance]]
"""Takes a title and the total in bytes (None: unknown) and gives a block to report in."""


class _ByteCounter:
    """Counts and says nothing."""

    def __init__(self) -> None:
        self.count = 0

    def update(self, increment: int) -> None:
        """Count the bytes."""
        self.count += increment


@contextmanager
def silent(title: str, total: int | None) -> Iterator[Advance]:
    """Report nothing."""
    yield _ByteCounter()


@contextmanager
def console_progress(title: str, total: int | None) -> Iterator[Advance]:
    """Report to standard error: a bar with time left on a terminal, else one line before and one after."""
    from facing_asymmetry.core.console import PlainConsole, say

    console = PlainConsole(stderr=True)
    if console.is_terminal:
        with _bar(console, title, total) as bar:
            yield bar
        return
    size = f" ({total / 1e6:.1f} MB)" if total else ""
    say(f"fetching {title}{size}", stderr=True)
    start, counter = time.perf_counter(), _ByteCounter()
    yield counter
    seconds = time.perf_counter() - start
    amount = f"{counter.count / 1e6:.1f} MB in " if counter.count else ""
    say(f"fetched {title}: {amount}{seconds:.1f} s", stderr=True)


@contextmanager
def _bar(console: "object", title: str, total: int | None) -> Iterator[Advance]:
    from rich import progress as rich_progress

    from facing_asymmetry.core.progress import PlainColumn

    columns = (
        PlainColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.DownloadColumn(),
        rich_progress.TransferSpeedColumn(),
        rich_progress.TimeRemainingColumn(),
    )
    with rich_progress.Progress(*columns, console=console) as display:  # type: ignore[arg-type]
        task = display.add_task(title, total=total)

        class Bar:
            def update(self, increment: int) -> None:
                display.update(task, advance=increment)

        yield Bar()
