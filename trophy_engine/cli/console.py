"""Where the command line writes: results to standard output, everything else to standard error."""

from __future__ import annotations

from typing import NoReturn

import typer
from rich.console import Console

_PIPED_WIDTH = 100


def results() -> Console:
    """Make the console for results; piped, it is wide and plain."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_PIPED_WIDTH)


def notes() -> Console:
    """Make the console for progress and reports."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def fail(error: object) -> NoReturn:
    """Say what went wrong and end with status 1."""
    notes().print(f"error: {str(error).removeprefix('error: ')}", style="red", markup=False)
    raise typer.Exit(1)
