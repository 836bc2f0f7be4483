"""The consoles of the command line: standard output for results, standard error for everything else."""

from __future__ import annotations

from typing import NoReturn

import typer
from rich.console import Console

from trophy_engine.errors import reason_of

_PIPED_WIDTH = 100


def result_console() -> Console:
    """Return the console for results; without a terminal, it is wide and without colors."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_PIPED_WIDTH)


def note_console() -> Console:
    """Return the console for progress, bad rows and errors."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def fail(error: object) -> NoReturn:
    """Print an error and exit with status 1."""
    if isinstance(error, OSError) and error.filename:  # files are read by functions that raise a TrophyError
        error = f"cannot write {error.filename}: {reason_of(error)}"
    note_console().print(f"error: {str(error).removeprefix('error: ')}", style="red", markup=False)
    raise typer.Exit(1)
