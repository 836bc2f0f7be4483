"""``trophy-engine check RULES``: every problem of rules files at once, each with its line and column."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Final, Literal

import attrs
import typer

from trophy_engine.cli.console import result_console
from trophy_engine.cli.rules import problem_line_for_terminal
from trophy_engine.errors import TrophyError, UnreadableRules
from trophy_engine.rules import bundled
from trophy_engine.rules.diagnostics import Problem, exclude_warnings
from trophy_engine.rules.draft import check_text
from trophy_engine.rules.files import MAX_BYTES, decode_rules, read_rules_file, rules_file_format
from trophy_engine.rules.formats import Format
from trophy_engine.rules.positions import locate_problems
from trophy_engine.values import Value

_ERRORS, _WARNINGS = 1, 3
_STANDARD_INPUT: Final = "-"
_STANDARD_INPUT_NAME: Final = "<stdin>"


@attrs.frozen
class _Checked(Value):
    """A file and its problems."""

    file: str
    problems: list[Problem]


def check(
    rules: Annotated[
        list[str],
        typer.Argument(help="Rules files (.toml or .json), the names of bundled ones, or - for standard input."),
    ],
    language: Annotated[
        Format | None,
        typer.Option(help="The language of the files; by default by the ending, and that of - by its beginning."),
    ] = None,
    format_: Annotated[
        Literal["text", "json"],
        typer.Option("--format", help="Print lines of text, or a JSON list for other programs."),
    ] = "text",
) -> None:
    """Print every problem of rules files, each as file:line:column with a remedy.

    Exit status: 0 without problems, 1 with errors, 2 for a wrong call, 3 with warnings only.

    Example: trophy-engine check rules.toml
    """
    checked = [_check_file_argument(name, language) for name in rules]
    if format_ == "json":
        typer.echo(
            json.dumps(
                [_problem_as_json_output(one.file, problem) for one in checked for problem in one.problems], indent=2
            )
        )
    else:
        for one in checked:
            _print_problems(one)
    problems = [problem for one in checked for problem in one.problems]
    if problems:
        raise typer.Exit(_ERRORS if exclude_warnings(problems) else _WARNINGS)


def _check_file_argument(name: str, language: Format | None) -> _Checked:
    """Return the problems of a file, in the order of its text; a file that cannot be read is a problem."""
    file = _STANDARD_INPUT_NAME if name == _STANDARD_INPUT else name
    try:
        if name == _STANDARD_INPUT:
            text = decode_rules(sys.stdin.buffer.read(MAX_BYTES), "standard input")
            language = language or ("json" if text.lstrip()[:1] == "{" else "toml")
        else:
            path = bundled.rules_path(name)
            file, language = str(path), language or rules_file_format(path)
            text = read_rules_file(path)
    except UnreadableRules as error:
        fact = f"the file cannot be read: {error.fact}"
        return _Checked(file, [Problem("error", "", fact, line=error.line, column=error.column)])
    except TrophyError as error:
        return _Checked(file, [Problem("error", "", str(error), line=1, column=1)])
    return _Checked(file, locate_problems(check_text(text, language), text, language))


def _problem_as_json_output(file: str, problem: Problem) -> dict[str, str | int | None]:
    return {
        "file": file,
        "line": problem.line,
        "column": problem.column,
        "severity": problem.severity,
        "path": problem.path,
        "key": problem.key,
        "message": problem.message,
    }


def _print_problems(checked: _Checked) -> None:
    console = result_console()
    for problem in checked.problems:
        style = "red" if problem.severity == "error" else "yellow"
        console.print(problem_line_for_terminal(checked.file, problem), style=style, markup=False, soft_wrap=True)
    errors = len(exclude_warnings(checked.problems))
    warnings = len(checked.problems) - errors
    counts = f"{_count_printed_problems(errors, 'error')}, {_count_printed_problems(warnings, 'warning')}"
    console.print(f"{checked.file}: {counts}", markup=False, soft_wrap=True)


def _count_printed_problems(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
