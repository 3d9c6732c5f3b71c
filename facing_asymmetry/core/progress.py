"""Progress with a time to go: bars on a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Task, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress
from rich.text import Text

from facing_asymmetry.core.console import PlainConsole, say, styled

Step = Callable[[int, str], None]
"""Advance by a number of items and say what the last one was."""


class PlainColumn(TextColumn):
    """A column of a progress bar that shows a task's words as they are.

    Args:
        words: format of the words, such as `{task.description}`.
        style: as rich names it.
    """

    def __init__(self, words: str, style: str = "none") -> None:
        super().__init__(words, style, markup=False)

    def render(self, task: Task) -> Text:
        """The words of a task."""
        return styled(super().render(task).plain, str(self.style))


class Progress:
    """Shows tasks on the standard error stream.

    Args:
        every: seconds between two plain lines of one task, where the stream is no terminal.
    """

    def __init__(self, every: float = 10.0) -> None:
        self.console = PlainConsole(stderr=True)
        self.every = every
        self._bars: RichProgress | None = None

    @contextmanager
    def task(self, title: str, total: int) -> Iterator[Step]:
        """One task of `total` items."""
        if self.console.is_terminal:
            with self._bar(title, total) as step:
                yield step
        else:
            yield self._lines(title, total)

    @contextmanager
    def _bar(self, title: str, total: int) -> Iterator[Step]:
        outermost = self._bars is None
        bars = self._bars or RichProgress(
            PlainColumn("{task.description:<26}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            PlainColumn("{task.fields[last]}", "dim"),
            console=self.console,
        )
        if outermost:
            bars.start()
            self._bars = bars
        task = bars.add_task(title, total=total, last="")
        try:
            yield lambda count, last: bars.update(task, advance=count, last=last)
        finally:
            bars.update(task, last="", visible=not title.startswith(" "))
            if outermost:
                bars.stop()
                self._bars = None

    def _lines(self, title: str, total: int) -> Step:
        began = last_line = time.monotonic()
        done = 0

        def step(count: int, last: str) -> None:
            nonlocal done, last_line
            done += count
            now = time.monotonic()
            if now - last_line >= self.every or done == total:
                left = (now - began) / max(done, 1) * (total - done)
                say(f"{title.strip()}: {done}/{total}, about {left:.0f} s to go ({last})", stderr=True)
                last_line = now

        return step
