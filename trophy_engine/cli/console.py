"""The consoles of the command line: standard output for results, standard error for everything else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

import typer
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from trophy_engine.error_messages import file_error_reason

_PIPED_WIDTH = 100
#: Names are continued on further lines from this width on.
_MAX_PIPED_WIDTH = 160


def result_console() -> Console:
    """Return the console for results; without a terminal, it is without colors and as wide as the results."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_PIPED_WIDTH)


def print_parts(parts: Iterable[Table | Text]) -> None:
    """Print tables and text to the console for results; no number is cut, in a terminal of any width."""
    console = result_console()
    for part in parts:
        if isinstance(part, Table) and not console.is_terminal:
            needed = Measurement.get(console, console.options.update(width=_MAX_PIPED_WIDTH), part).maximum
            console.width = max(_PIPED_WIDTH, needed)
        console.print(part, crop=False)


def note_console() -> Console:
    """Return the console for progress, bad rows and errors."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def print_note(note: str) -> None:
    """Print a note on standard error."""
    note_console().print(note, markup=False)


def exit_with_error(error: object) -> NoReturn:
    """Print an error and exit with status 1."""
    if isinstance(error, OSError) and error.filename:  # files are read by functions that raise a TrophyError
        error = f"cannot write {error.filename}: {file_error_reason(error)}"
    note_console().print(f"error: {str(error).removeprefix('error: ')}", style="red", markup=False)
    raise typer.Exit(1)
