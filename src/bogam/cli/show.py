"""What a terminal shows while a study runs: cells done, time left, current scores."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from bogam.study.run import Progress


def clock(seconds: float) -> str:
    """Return a duration as people say it.

    Example:
        >>> clock(45), clock(200), clock(7000.0)
        ('45 s', '3 min 20 s', '1 h 56 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


class Terminal:
    """A live display in a terminal; plain lines now and then where the output goes to a file."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        self._live: Live | None = None
        self._said = 0.0
        self._stage = ""

    def __enter__(self) -> Terminal:
        if self.console.is_terminal:
            self._live = Live(Text(""), console=self.console, refresh_per_second=4, transient=True)
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if self._live:
            self._live.stop()

    def say(self, sentence: str) -> None:
        """Print one sentence above the display."""
        self.console.print(sentence, markup=False, soft_wrap=True)

    def stage(self, what: str, done: int, total: int) -> None:
        """Show a preparation stage."""
        if self._live:
            self._live.update(self._bar(f"{what} {done}/{total}", done, total))
        elif what != self._stage:
            self.say(f"{what} ({total}) ...")
        self._stage = what

    def update(self, progress: Progress) -> None:
        """Show the runs."""
        left = progress.time_left_s()
        head = (f"Runs {progress.done}/{progress.runs}" + (f", {progress.failed} failed" if progress.failed else "")
                + (f", about {clock(left)} left" if left is not None and left > 0 else ""))
        if self._live:
            table = Table.grid(padding=(0, 2))
            for name, state in progress.running.items():
                table.add_row(Text(name, style="bold", overflow="ellipsis"), Text(state))
            self._live.update(Group(self._bar(head, progress.epochs_done, progress.epochs), table))
        elif time.monotonic() - self._said > 30 or progress.done == progress.runs:
            self._said = time.monotonic()
            self.say(head + "".join(f"; {name}: {state}" for name, state in progress.running.items()))

    def _bar(self, text: str, done: float, total: float) -> Table:
        grid = Table.grid(padding=(0, 1))
        grid.add_row(ProgressBar(total=max(total, 1), completed=done, width=30), Text(text))
        return grid
