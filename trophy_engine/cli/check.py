"""``trophy-engine check RULES``: every problem of a rules file at once."""

from __future__ import annotations

from typing import Annotated

import typer

from trophy_engine.cli.console import fail, result_console
from trophy_engine.errors import TrophyError
from trophy_engine.rules import bundled
from trophy_engine.rules.diagnostics import select_errors
from trophy_engine.rules.ruleset import check_file

_ERRORS, _WARNINGS = 1, 3


def check(
    rules: Annotated[str, typer.Argument(help="A rules file (.toml or .json), or the name of a bundled one.")],
) -> None:
    """Print every problem of a rules file, each with its path in the file and a remedy.

    Exit status: 0 without problems, 1 with errors, 2 for a wrong call, 3 with warnings only.
    """
    try:
        problems = check_file(bundled.rules_path(rules))
    except TrophyError as error:
        fail(error)
    console = result_console()
    for problem in problems:
        style = "red" if problem.severity == "error" else "yellow"
        console.print(str(problem), style=style, markup=False, soft_wrap=True)
    errors = len(select_errors(problems))
    warnings = len(problems) - errors
    console.print(
        f"{rules}: {_count_or_no(errors, 'error')}, {_count_or_no(warnings, 'warning')}", markup=False, soft_wrap=True
    )
    if problems:
        raise typer.Exit(_ERRORS if errors else _WARNINGS)


def _count_or_no(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
