"""The bar that shows the progress of a command on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

from trophy_engine.analysis.event_logs.evaluation import ProgressCallback
from trophy_engine.cli.console import note_console


class _ProgressCountColumn(ProgressColumn):
    """The share that is done where the total is known, else the number."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.completed:,.0f}" if task.total is None else f"{task.percentage:.0f} %")


@contextmanager
def show_progress() -> Iterator[ProgressCallback]:
    """Yield a callback that shows progress as a bar, on a terminal only."""
    console = note_console()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        _ProgressCountColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("starting", total=None)
        yield lambda stage, done, total: bar.update(task, description=stage, completed=done, total=total)
